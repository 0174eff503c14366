package trustdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// MaxFile is the size of the largest file that can be proposed, and MaxItem that of the largest CRL, in bytes.
const (
	MaxFile = 256 << 20
	MaxItem = 32 << 20
)

// Submission is a file and what its proposer says of it.
type Submission struct {
	File   string
	Data   []byte
	Origin trust.Origin // trust.Bilateral or trust.Listed; of single certificates and CRLs
	// Anchors vouch for the signer of the file besides those that are published. They are not proposed by that.
	Anchors []*pki.Certificate
	// Acknowledged says that what fails its own signature check is wanted all the same, marked.
	Acknowledged bool
	Remark       string
}

func itoa(n int) string { return strconv.Itoa(n) }

// Propose reads a file with the anchors that are published, counts what it would change, and keeps it for a second person to approve.
// Nothing is published. Errors for people: trust.origin, trust.file_pending, trust.nothing_usable, trust.signature_fails (say so with
// Acknowledged), trust.nothing_new, trust.file_known.
func (c *Centre) Propose(ctx context.Context, actor audit.Actor, s Submission) (p Proposal, err error) {
	if err := may(actor); err != nil {
		return p, err
	}
	if s, err = s.checked(); err != nil {
		return p, err
	}
	select {
	case c.importing <- struct{}{}:
	case <-ctx.Done():
		return p, ctx.Err()
	}
	defer func() { <-c.importing }()
	p = c.newProposal(actor, ActImport, s.Remark)
	sum := sha256.Sum256(s.Data)
	p.File, p.SHA256, p.Size, p.Origin = s.File, hex.EncodeToString(sum[:]), int64(len(s.Data)), s.Origin
	items, err := c.imported(ctx, &p, s)
	if err != nil {
		return p, wrapped(err, "propose trust material")
	}
	err = c.alone(ctx, func(tx pgx.Tx) error { return c.keepProposal(ctx, tx, actor, &p, items) })
	if postgres.Code(err) == "23505" { // trust_proposal_once
		err = problem.New(problem.Conflict, "trust.file_pending")
	}
	return p, wrapped(err, "propose trust material")
}

func (c *Centre) newProposal(actor audit.Actor, act Act, remark string) Proposal {
	return Proposal{
		ID: c.NewID(), Act: act, Remark: remark, Proposed: Person{actor.ID, actor.Name}, ProposedAt: c.Now().UTC().Truncate(time.Microsecond),
		State: Pending, Effect: map[Effect]int{}, Report: trust.Report{Refused: []pki.Refused{}}, Anchors: []Vouching{},
	}
}

func (s Submission) checked() (Submission, error) {
	s.File = path.Base(strings.ReplaceAll(s.File, `\`, "/"))
	s.Remark = strings.TrimSpace(s.Remark)
	switch {
	case s.File == "." || s.File == "/" || len(s.File) > MaxFileName || !utf8.ValidString(s.File) || strings.ContainsRune(s.File, 0):
		return s, problem.New(problem.Invalid, "trust.file_name").At("file").With("max", MaxFileName)
	case s.Origin != trust.Bilateral && s.Origin != trust.Listed:
		return s, problem.New(problem.Invalid, "trust.origin").At("origin")
	case len(s.Data) == 0:
		return s, problem.New(problem.Invalid, "trust.file_empty").At("file")
	case len(s.Data) > MaxFile:
		return s, problem.New(problem.Invalid, "trust.file_too_large").At("file").With("max", MaxFile>>20)
	case len(s.Remark) > MaxRemark || !utf8.ValidString(s.Remark) || strings.ContainsRune(s.Remark, 0):
		return s, problem.New(problem.Invalid, "trust.remark").At("remark").With("max", MaxRemark)
	}
	return s, nil
}

// imported reads the file and says in p what it is.
func (c *Centre) imported(ctx context.Context, p *Proposal, s Submission) ([]trust.Item, error) {
	anchors, err := c.anchors(ctx)
	if err != nil {
		return nil, err
	}
	lists, err := c.lists(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range s.Anchors {
		sum := sha256.Sum256(a.Raw)
		p.Anchors = append(p.Anchors, Vouching{a.Subject.String(), hex.EncodeToString(sum[:])})
	}
	got := trust.Import(s.File, s.Data, trust.Options{
		Now: p.ProposedAt, Origin: s.Origin, Anchors: slices.Concat(anchors, s.Anchors), Lists: lists, MaxBytes: MaxFile,
		KeepFailed: s.Acknowledged,
	})
	p.Report = keptReport(got.Report)
	if note := got.Report.Signature; note.Verdict == traveldoc.Fail && !s.Acknowledged {
		return nil, problem.New(problem.Conflict, "trust.signature_fails").At("acknowledged").With("reason", note.Reason)
	}
	items := slices.DeleteFunc(got.Items, func(i trust.Item) bool {
		if len(i.DER) > MaxItem {
			p.Report.Refused = append(p.Report.Refused, pki.Refused{Subject: i.ID, Reason: fmt.Sprintf("%d bytes: at most %d", len(i.DER), MaxItem)})
		}
		return len(i.DER) > MaxItem
	})
	if len(items) == 0 {
		return nil, unusable(p.Report)
	}
	p.Failed = slices.ContainsFunc(items, failed)
	return items, nil
}

// failed says whether a source of the item fails its own signature check.
func failed(i trust.Item) bool {
	return slices.ContainsFunc(i.Sources, func(s trust.Source) bool { return s.Verified == traveldoc.Fail })
}

func unusable(r trust.Report) error {
	reason := r.Signature.Reason
	if len(r.Refused) > 0 {
		reason = r.Refused[0].Reason
	}
	return problem.New(problem.Invalid, "trust.nothing_usable").At("file").With("reason", reason)
}

// anchors are the authorities that are published.
func (c *Centre) anchors(ctx context.Context) ([]*pki.Certificate, error) {
	return contents(ctx, c, []trust.Kind{trust.CSCA, trust.Link}, pki.ParseCertificate)
}

// lists are the revocation lists that are published: a signer of lists may be on one.
func (c *Centre) lists(ctx context.Context) ([]*pki.CRL, error) {
	return contents(ctx, c, []trust.Kind{trust.CRL}, pki.ParseCRL)
}

func contents[T any](ctx context.Context, c *Centre, kinds []trust.Kind, parse func([]byte) (T, error)) (all []T, err error) {
	rows, err := c.DB.Pool.Query(ctx, `select content from trust_item where version is not null and kind = any ($1) order by id`, kinds)
	if err != nil {
		return nil, err
	}
	var der []byte
	_, err = pgx.ForEachRow(rows, []any{&der}, func() error {
		item, err := parse(slices.Clone(der))
		if err == nil {
			all = append(all, item)
		}
		return err
	})
	return all, err
}

// keepProposal stores a proposal with its items, unless it would change nothing.
func (c *Centre) keepProposal(ctx context.Context, tx pgx.Tx, actor audit.Actor, p *Proposal, items []trust.Item) error {
	if err := insertItems(ctx, tx, items); err != nil {
		return err
	}
	if err := insertProposal(ctx, tx, p); err != nil {
		return err
	}
	if err := insertProposed(ctx, tx, p, items); err != nil {
		return err
	}
	plan, err := planOf(ctx, tx, p)
	if err != nil {
		return err
	}
	if p.Effect = counted(plan); p.Changes() == 0 {
		return c.nothingNew(ctx, tx, p)
	}
	if err := storeEffects(ctx, tx, p, plan); err != nil {
		return err
	}
	entry := actor.Entry(c.Now(), audit.Collection, "trust_proposal", p.ID.String())
	entry.Decision, entry.ResultCount, entry.Justification = "propose_"+string(p.Act), p.Changes(), p.Remark
	return auditlog.Insert(ctx, tx, entry)
}

// nothingNew says that a proposal changes nothing, and of a file that it was approved before.
func (c *Centre) nothingNew(ctx context.Context, tx pgx.Tx, p *Proposal) error {
	rows, err := tx.Query(ctx, `select `+proposalFields+` from trust_proposal
		where act = 'import' and state = 'approved' and digest = decode($1, 'hex') order by decided_at desc limit 1`, p.SHA256)
	if err != nil {
		return err
	}
	before, err := pgx.CollectRows(rows, scanProposal)
	if err != nil {
		return err
	}
	if len(before) > 0 {
		b := before[0]
		return problem.New(problem.Conflict, "trust.file_known").At("file").With("at", b.DecidedAt.Format(time.DateOnly)).With("by", b.Decided.Login)
	}
	return problem.New(problem.Conflict, "trust.nothing_new").At("file").With("items", p.Effect[EffectKnown]+p.Effect[EffectOutdated])
}

func insertProposal(ctx context.Context, tx pgx.Tx, p *Proposal) error {
	report, err := json.Marshal(p.Report)
	if err != nil {
		return err
	}
	anchors, err := json.Marshal(p.Anchors)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into trust_proposal (id, act, file, digest, size, origin, report, anchors, failed, remark, proposed_by, proposed_login,
			proposed_at, effect)
		values ($1, $2, $3, decode($4, 'hex'), $5, $6, $7, $8, $9, $10, $11, $12, $13, '{}')`,
		p.ID, p.Act, p.File, p.SHA256, p.Size, p.Origin, report, anchors, p.Failed, p.Remark, p.Proposed.ID, p.Proposed.Login, p.ProposedAt)
	return err
}

// sendAtOnce is how many statements go in one batch.
const sendAtOnce = 500

// send queues a statement per element and sends them in batches.
func send[T any](ctx context.Context, tx pgx.Tx, list []T, queue func(*pgx.Batch, T) error) error {
	for part := range slices.Chunk(list, sendAtOnce) {
		batch := new(pgx.Batch)
		for _, element := range part {
			if err := queue(batch, element); err != nil {
				return err
			}
		}
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
	}
	return nil
}

func insertItems(ctx context.Context, tx pgx.Tx, items []trust.Item) error {
	return send(ctx, tx, items, func(batch *pgx.Batch, item trust.Item) error {
		d, err := describe(item)
		if err != nil {
			return fmt.Errorf("item %s: %w", item.ID, err)
		}
		content := item.DER
		if item.Kind == trust.Deviation {
			if content, err = json.Marshal(item.Defect); err != nil {
				return err
			}
		}
		batch.Queue(`insert into trust_item as i (id, kind, content, country, subject, issuer, authority, valid_from, valid_until)
			values (decode($1, 'hex'), $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do update set content = excluded.content
			where i.content is null`, item.ID, d.Kind, content, d.Country, d.Subject, d.Issuer, append([]byte{}, d.authority...),
			when(d.From), when(d.Until))
		return nil
	})
}

func insertProposed(ctx context.Context, tx pgx.Tx, p *Proposal, items []trust.Item) error {
	return send(ctx, tx, items, func(batch *pgx.Batch, item trust.Item) error {
		sources, err := json.Marshal(item.Sources)
		batch.Queue(`insert into trust_proposed (proposal, item, sources, effect) values ($1, decode($2, 'hex'), $3, 'known')`,
			p.ID, item.ID, sources)
		return err
	})
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
