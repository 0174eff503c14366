package listdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"path"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
)

// MaxFile is the size of the largest file that can be proposed, and chunk the piece in which it is kept until it is read, in bytes.
const (
	MaxFile = 1 << 30
	chunk   = 1 << 20
)

// The parts of an upload: a file, and what OFAC keeps beside it.
const (
	PartFile      = "file"
	PartAliases   = "aliases"
	PartAddresses = "addresses"
	PartComments  = "comments"
)

// Submission is a file and what its proposer says of it.
type Submission struct {
	List   string
	File   string          // its name
	Format listfile.Format // empty: to be seen from the file
	Action alerts.Action   // that its entries ask for, where it does not say
	Whole  bool            // it is the whole list: what it does not hold goes
	Remark string
}

// Upload is a file on its way in: nothing of it is in force, or even a proposal, before Close.
type Upload struct {
	l    *Lists
	by   Person
	p    Proposal
	sums map[string]hash.Hash
	next map[string]int
}

// NewUpload begins to take a file. Close or Discard must be called.
func (l *Lists) NewUpload(ctx context.Context, by Person, s Submission) (*Upload, error) {
	if err := by.must(auth.AlertManage); err != nil {
		return nil, err
	}
	s.File, s.Remark = path.Base(strings.ReplaceAll(s.File, `\`, "/")), strings.TrimSpace(s.Remark)
	switch {
	case s.File == "." || s.File == "/" || !text(s.File, MaxFileName):
		return nil, invalid("lists.file_name", "file").With("max", MaxFileName)
	case !text(s.Remark, MaxRemark):
		return nil, invalid("lists.remark", "remark").With("max", MaxRemark)
	case s.Action != "" && !s.Action.Valid():
		return nil, invalid("lists.action", "action")
	}
	of, err := l.List(ctx, s.List)
	if err == nil && !by.Keeps(of.Owner) {
		err = errOtherAgency // Close would say so too, after the whole file
	}
	if err != nil {
		return nil, err
	}
	p := l.newProposal(by, ActImport, s.List, s.Remark)
	p.File, p.Format, p.Action, p.Whole, p.State, p.Fault = s.File, string(s.Format), s.Action, s.Whole, Failed, "lists.upload_broken"
	// A row that Close has not reached says that the upload broke: what came of it is forgotten by Run.
	err = l.DB.InTx(ctx, func(tx pgx.Tx) error { return insertProposal(ctx, tx, &p) })
	return &Upload{l: l, by: by, p: p, sums: map[string]hash.Hash{}, next: map[string]int{}}, wrapped(err, "take a file")
}

// Part takes one of the parts of an upload to its end. Only one chunk of it is in memory.
func (u *Upload) Part(ctx context.Context, name string, from io.Reader) error {
	if u.sums[name] == nil {
		u.sums[name] = sha256.New()
	}
	for data := make([]byte, chunk); ; {
		n, err := io.ReadFull(from, data)
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return err
		}
		if u.p.Size += int64(n); u.p.Size > MaxFile {
			return invalid("lists.file_too_large", "file").With("max", MaxFile>>20)
		}
		if n > 0 {
			_, _ = u.sums[name].Write(data[:n])
			u.next[name]++
			_, err := u.l.DB.Pool.Exec(ctx, `insert into list_upload (proposal, part, n, data) values ($1, $2, $3, $4)`,
				u.p.ID, name, u.next[name], data[:n])
			if err != nil {
				return wrapped(err, "keep a file")
			}
		}
		if end {
			return nil
		}
	}
}

// Discard forgets what came of the file.
func (u *Upload) Discard(ctx context.Context) error {
	return wrapped(u.l.DB.InTx(ctx, func(tx pgx.Tx) error {
		batch := new(pgx.Batch)
		batch.Queue(`delete from list_upload where proposal = $1`, u.p.ID)
		batch.Queue(`delete from list_proposal where id = $1`, u.p.ID)
		return tx.SendBatch(ctx, batch).Close()
	}), "forget a file")
}

// Close makes the file a proposal that is read next, by Run. Errors for people: lists.file_empty, lists.file_pending.
func (u *Upload) Close(ctx context.Context) (Proposal, error) {
	if u.sums[PartFile] == nil || u.next[PartFile] == 0 {
		return u.p, errors.Join(invalid("lists.file_empty", "file"), u.Discard(ctx))
	}
	sum := sha256.New()
	for _, name := range []string{PartFile, PartAliases, PartAddresses, PartComments} {
		if h := u.sums[name]; h != nil && (name == PartFile || u.next[name] > 0) {
			_, _ = sum.Write(h.Sum(nil))
		}
	}
	digest := sum.Sum(nil)
	if len(u.sums) == 1 {
		digest = u.sums[PartFile].Sum(nil)
	}
	u.p.SHA256, u.p.State, u.p.Fault = hex.EncodeToString(digest), Reading, ""
	err := u.l.alone(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update list_proposal set digest = $2, size = $3, state = 'reading', fault = '' where id = $1`, u.p.ID, digest, u.p.Size)
		if err != nil {
			return err
		}
		return u.l.noted(ctx, tx, u.by, &u.p)
	})
	if postgres.Constraint(err) == "list_proposal_once" {
		return u.p, errors.Join(problem.New(problem.Conflict, "lists.file_pending").At("file"), u.Discard(ctx))
	}
	if err == nil {
		u.l.nudge()
	}
	return u.p, wrapped(err, "propose a file")
}

// stored reads a part of an upload chunk by chunk.
type stored struct {
	ctx      context.Context //nolint:containedctx // io.Reader has no other way
	l        *Lists
	p        *Proposal
	part     string
	n        int
	rest     bytes.Reader
	done     int64
	progress func(stage string, done, total int64)
}

func (s *stored) Read(into []byte) (int, error) {
	for s.rest.Len() == 0 {
		var data []byte
		err := s.l.DB.Pool.QueryRow(s.ctx, `select data from list_upload where proposal = $1 and part = $2 and n = $3`, s.p.ID, s.part, s.n+1).Scan(&data)
		if errors.Is(err, pgx.ErrNoRows) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		s.n++
		s.done += int64(len(data))
		s.rest.Reset(data)
		s.progress("reading", s.done, s.p.Size)
	}
	return s.rest.Read(into)
}

// ReadUpload reads a proposal's file, and says what it would change. A file that cannot be read makes the proposal a failed one.
func (l *Lists) ReadUpload(ctx context.Context, id uuid.UUID) error {
	var p Proposal
	rows, err := l.DB.Pool.Query(ctx, `select `+proposalFields+` from list_proposal where id = $1 and state = 'reading'`, id)
	if err == nil {
		p, err = pgx.CollectExactlyOneRow(rows, scanProposal)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // somebody has taken it back
	}
	if err != nil {
		return wrapped(err, "read a file")
	}
	file, err := l.parse(ctx, &p)
	var known *problem.Error
	if errors.As(err, &known) {
		return l.failed(ctx, &p, known)
	}
	if err != nil {
		return wrapped(err, "read a file")
	}
	err = l.alone(ctx, func(tx pgx.Tx) error { return l.keep(ctx, tx, &p, file) })
	if errors.As(err, &known) {
		return l.failed(ctx, &p, known)
	}
	return wrapped(err, "keep what a file says")
}

func (l *Lists) parse(ctx context.Context, p *Proposal) (listfile.File, error) {
	progress := l.progressOf(ctx, p)
	var failed error // a part that cannot be looked for is not one that was never sent
	open := func(part string) io.Reader {
		var there bool
		err := l.DB.Pool.QueryRow(ctx, `select exists (select from list_upload where proposal = $1 and part = $2)`, p.ID, part).Scan(&there)
		failed = errors.Join(failed, err)
		if err != nil || !there {
			return nil
		}
		return &stored{ctx: ctx, l: l, p: p, part: part, progress: progress}
	}
	o := listfile.Options{
		List: p.List, Format: listfile.Format(p.Format), Name: p.File, Action: p.Action, Limits: listfile.Limits{Bytes: MaxFile},
		Companions: listfile.Companions{Aliases: open(PartAliases), Addresses: open(PartAddresses), Comments: open(PartComments)},
	}
	from := open(PartFile)
	if failed != nil {
		return listfile.File{}, failed
	}
	if from == nil {
		return listfile.File{}, invalid("lists.file_empty", "file")
	}
	return listfile.Read(from, o)
}

// failed keeps why a file could not be read, and lets go of it.
func (l *Lists) failed(ctx context.Context, p *Proposal, why *problem.Error) error {
	l.Log.WarnContext(ctx, "list file not read", "proposal", p.ID, "code", why.Code)
	line, _ := why.Args["line"].(int)
	return wrapped(l.DB.InTx(ctx, func(tx pgx.Tx) error {
		batch := new(pgx.Batch)
		batch.Queue(`update list_proposal set state = 'failed', fault = $2 where id = $1 and state = 'reading'`, p.ID, why.Code)
		batch.Queue(`insert into list_note (proposal, n, refused, line, entry, field, reason, value) values ($1, 1, true, $2, '', $3, $4, '')
			on conflict do nothing`, p.ID, line, why.Field, why.Code)
		batch.Queue(`delete from list_upload where proposal = $1`, p.ID)
		batch.Queue(`delete from list_progress where proposal = $1`, p.ID)
		return tx.SendBatch(ctx, batch).Close()
	}), "keep that a file failed")
}

// keep stores what the file says for the preview.
func (l *Lists) keep(ctx context.Context, tx pgx.Tx, p *Proposal, file listfile.File) error {
	var state Standing
	if err := tx.QueryRow(ctx, `select state from list_proposal where id = $1`, p.ID).Scan(&state); err != nil || state != Reading {
		return err // taken back meanwhile
	}
	suspended, err := suspendedOf(ctx, tx, p.List)
	if err != nil {
		return err
	}
	in := &intake{p: p, file: file, suspended: suspended, progress: l.progressOf(ctx, p)}
	if err := in.store(ctx, tx); err != nil {
		return err
	}
	p.State, p.Format, p.AsOf = Pending, string(file.Format), file.AsOf
	p.Counts.Refused, p.Counts.Notes = in.refused, in.notes
	if err := count(ctx, tx, p); err != nil {
		return err
	}
	batch := new(pgx.Batch)
	batch.Queue(`update list_proposal set state = 'pending', format = $2, as_of = $3 where id = $1`, p.ID, p.Format, p.AsOf.String())
	batch.Queue(`delete from list_upload where proposal = $1`, p.ID)
	batch.Queue(`delete from list_progress where proposal = $1`, p.ID)
	return tx.SendBatch(ctx, batch).Close()
}

// suspendedOf are the alerts of a list that somebody suspended here: a file does not make them active again.
func suspendedOf(ctx context.Context, tx pgx.Tx, list string) (map[string]bool, error) {
	rows, err := tx.Query(ctx, `select id from alert where list = $1 and secrecy = 'open' and status = 'suspended'`, list)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set, err
}
