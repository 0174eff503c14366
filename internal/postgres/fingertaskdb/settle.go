package fingertaskdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
)

// errNoPrints says that a mismatch was raised where no prints are kept.
var errNoPrints = errors.New("no store of prints")

// settle writes what follows from a verdict, and takes it back when the task is opened again.
func (s *Store) settle(ctx context.Context, tx pgx.Tx, t *fingers.Task, step fingers.Act) error {
	switch {
	case step.Event.Step == fingers.Reopened:
		return s.takeBack(ctx, tx, t, step)
	case step.Event.Step != fingers.Adjudicated:
		return nil
	}
	if err := standing(ctx, tx, t.Taking); err != nil {
		return err
	}
	switch step.Event.Adjudication.Verdict {
	case fingers.SamePerson:
		return s.join(ctx, tx, t, step)
	case fingers.Different:
		return s.keepApart(ctx, tx, t, step)
	case fingers.Undecided:
	}
	return nil
}

// join: the prints of a mismatch become the file's, two files of this station one person. What is elsewhere, the centre joins by the record.
func (s *Store) join(ctx context.Context, tx pgx.Tx, t *fingers.Task, step fingers.Act) error {
	if t.Candidacy.Ground == fingers.GroundMismatch {
		if !s.disputed(t) {
			return nil
		}
		return s.prints(ctx, tx, Settler.MakeReferences, t.Taking)
	}
	if joined, err := joinBearer(ctx, tx, t, step.Event.At); joined || err != nil {
		return err
	}
	pair, known, err := filesOf(ctx, tx, t)
	if err != nil || !known {
		return err
	}
	link := file.Link{A: pair.A, B: pair.B, Verdict: file.Same, Ground: file.GroundDuplicate, Evidence: evidenceOf(t, step.Event.Adjudication.Reason)}
	return s.link(ctx, tx, t, step, link, step.Words)
}

// disputed reports whether the prints of a mismatch did not match their file here. Those that the centre holds against another station's are
// references all the while.
func (s *Store) disputed(t *fingers.Task) bool { return t.Candidacy.Place == s.cfg.Writer.Station }

func (s *Store) prints(ctx context.Context, tx pgx.Tx, do func(Settler, context.Context, pgx.Tx, uuid.UUID) error, taking uuid.UUID) error {
	if s.cfg.Prints == nil {
		return errNoPrints
	}
	return do(s.cfg.Prints, ctx, tx, taking)
}

// evidenceOf is what a link says of the task that it rests on: the engine's score and the adjudicator's words. It is cut to what a link takes.
func evidenceOf(t *fingers.Task, words string) string {
	c := t.Candidacy
	evidence := fmt.Sprintf("fingerprints: score %.1f (%s %s), task %s: %s", c.Score, c.Engine, c.Version, t.ID, words)
	return strings.ToValidUTF8(evidence[:min(len(evidence), file.MaxEvidenceText)], "")
}

func (s *Store) link(ctx context.Context, tx pgx.Tx, t *fingers.Task, step fingers.Act, link file.Link, words []uuid.UUID) error {
	r := step.Record
	r.ID, r.Subject, r.Body = s.cfg.Writer.NewID(), uuid.Nil, nil
	entry := step.Actor.Entry(step.Event.At, audit.Alteration, "duplicate", link.A.String())
	entry.Purpose, entry.Decision = fingers.PurposeOfAdjudication, string(link.Verdict)
	if err := filedb.LinkIn(ctx, tx, r, link, words, entry); err != nil {
		return err
	}
	linked := &r.ID
	if link.Ground == file.GroundUndo {
		linked = nil
	}
	_, err := tx.Exec(ctx, `UPDATE finger_task SET linked = $2 WHERE id = $1`, t.ID, linked)
	return err
}

// selectFiles are the persons of both files as the station knows them by now: files that another station or the centre names otherwise too.
// The traveller's is the one that his prints are of now, which another decision may have changed since the task was raised.
const selectFiles = `
SELECT coalesce((SELECT file_id FROM finger_taking WHERE id = $3), (SELECT file_id FROM file_alias WHERE foreign_id = $1),
        (SELECT id FROM traveller WHERE id = $1)),
    coalesce((SELECT file_id FROM file_alias WHERE foreign_id = $2), (SELECT id FROM traveller WHERE id = $2))`

// filesOf is the pair of files of a task, and whether both are known here and not yet one.
func filesOf(ctx context.Context, tx pgx.Tx, t *fingers.Task) (pair file.Pair, known bool, err error) {
	var a, b *uuid.UUID
	if err := tx.QueryRow(ctx, selectFiles, t.Candidacy.File, t.Candidacy.CandidateFile, t.Taking).Scan(&a, &b); err != nil {
		return pair, false, err
	}
	if a == nil || b == nil || *a == *b {
		return pair, false, nil
	}
	return file.PairOf(*a, *b), true, nil
}

const insertApart = `
INSERT INTO finger_apart (a, b, task, by, at) VALUES (least($1::uuid, $2), greatest($1::uuid, $2), $3, $4, $5) ON CONFLICT (a, b) DO NOTHING`

// keepApart remembers two different persons. Of a mismatch no pair is remembered, for the next who shows the document may be its holder: the
// bearer's prints get a link of their own.
func (s *Store) keepApart(ctx context.Context, tx pgx.Tx, t *fingers.Task, step fingers.Act) error {
	if t.Candidacy.Ground == fingers.GroundMismatch {
		return s.part(ctx, tx, Settler.Separate, t, step)
	}
	_, err := tx.Exec(ctx, insertApart, t.Candidacy.Link, t.Candidacy.CandidateLink, t.ID, step.Event.By, step.Event.At)
	return err
}

// takeBack undoes what followed from the verdict of a task that is opened again.
func (s *Store) takeBack(ctx context.Context, tx pgx.Tx, t *fingers.Task, step fingers.Act) error {
	if _, err := tx.Exec(ctx, `DELETE FROM finger_apart WHERE task = $1`, t.ID); err != nil {
		return err
	}
	if t.Candidacy.Ground == fingers.GroundCandidate {
		if err := freeBearer(ctx, tx, t.ID); err != nil {
			return err
		}
		return s.unlink(ctx, tx, t, step)
	}
	switch verdictBefore(t) {
	case fingers.Different:
		return s.part(ctx, tx, Settler.Return, t, step)
	case fingers.SamePerson:
		if s.disputed(t) {
			return s.prints(ctx, tx, Settler.Dispute, t.Taking)
		}
	case fingers.Undecided:
	}
	return nil
}

// verdictBefore is the verdict that the last step, a reopening, undid.
func verdictBefore(t *fingers.Task) fingers.Verdict {
	for n := len(t.Course) - 2; n >= 0; n-- {
		if e := t.Course[n]; e.Step == fingers.Adjudicated && !e.Overruled {
			return e.Adjudication.Verdict
		}
	}
	return ""
}

// unlink takes back the link that the task wrote. A word that somebody else has said about the files since then stays.
func (s *Store) unlink(ctx context.Context, tx pgx.Tx, t *fingers.Task, step fingers.Act) error {
	var linked *uuid.UUID
	if err := tx.QueryRow(ctx, `SELECT linked FROM finger_task WHERE id = $1`, t.ID).Scan(&linked); err != nil || linked == nil {
		return err
	}
	pair, known, err := filesOf(ctx, tx, t)
	if err != nil || !known {
		return err
	}
	heads, err := filedb.HeadsIn(ctx, tx, pair)
	if err != nil {
		return err
	}
	if !slices.Contains(heads, *linked) {
		_, err := tx.Exec(ctx, `UPDATE finger_task SET linked = NULL WHERE id = $1`, t.ID)
		return err
	}
	undo := file.Link{A: pair.A, B: pair.B, Verdict: file.Undecided, Ground: file.GroundUndo, Evidence: evidenceOf(t, step.Event.Note)}
	return s.link(ctx, tx, t, step, undo, heads)
}
