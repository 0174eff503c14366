package archive

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/replication"
)

var _ replication.PrintLender = (*Archive)(nil)

const (
	// lendable says whether a task that the centre told a station of names the candidate, and somebody may still look at it.
	lendable = `SELECT EXISTS (SELECT FROM finger_task WHERE task = $1 AND station = $2 AND candidate_link = $3 AND told
		AND (verdict IN ('', 'undecided') OR decided_at > $4))`
	lentPrints = `SELECT ` + storedColumns + ` FROM ` + best + `AND p.link = $1) p JOIN biometric.named n ON n.print_id = p.id
			JOIN biometric.blob b ON b.station = n.station AND b.digest = n.digest
			JOIN biometric.link_key k ON k.id = n.key_id AND k.station = n.station AND k.id = p.link
		WHERE p.place <= $2 ORDER BY p.place, p.position, p.id, n.kind DESC`
)

// Lend gives a station the prints of a candidate whom a task of its names, and nobody else's. Who asked, for whom and with what result stands
// in the audit log before anything is given, also when nothing is.
func (a *Archive) Lend(ctx context.Context, station string, ask replication.PrintRequest, fit int) (prints []replication.LentPrint, err error) {
	now := a.o.Now()
	entry := ask.Actor.Entry(now, audit.Consultation, "fingerprint_task", ask.Task.String())
	entry.Post, entry.Purpose, entry.Decision = station, fingers.PurposeOfAdjudication, "lent"
	err = a.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		prints = nil
		var may bool
		since := now.Add(-fingers.TasksDoneWithin)
		if err := tx.QueryRow(ctx, lendable, ask.Task, station, ask.Candidate, since).Scan(&may); err != nil {
			return err
		}
		if may {
			if prints, err = a.lent(ctx, tx, ask.Candidate, fit); err != nil {
				return err
			}
		}
		if entry.ResultCount = len(prints); entry.ResultCount == 0 {
			entry.Decision = "refused"
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	switch {
	case err != nil:
		return nil, wrap(err, "prints for task %s", ask.Task)
	case len(prints) == 0:
		return nil, replication.ErrNoLoan
	}
	return prints, nil
}

// perPrint is what a print takes in an answer beside its bytes.
const perPrint = 256

// lent are a person's references, as many as fit: the best of each finger first. What does not open is left out and told.
func (a *Archive) lent(ctx context.Context, tx pgx.Tx, link uuid.UUID, fit int) ([]replication.LentPrint, error) {
	rows, err := tx.Query(ctx, lentPrints, link, Impressions)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, storedRow)
	if err != nil {
		return nil, err
	}
	l := &loan{opener: a.opener(), fit: fit}
	for _, x := range list {
		if err := l.add(x); err != nil && !errors.Is(err, fingerdb.ErrDestroyed) {
			a.shut(ctx, x.print.ID, err)
		}
	}
	return l.prints, nil
}

// loan is an answer that is being filled.
type loan struct {
	*opener
	fit    int
	prints []replication.LentPrint
}

// add opens one part of a print, the template first, and adds it when it fits.
func (l *loan) add(x stored) error {
	what, _, err := fingerdb.ParseBlobKind(x.kind)
	if err != nil {
		return err
	}
	cost := len(x.sealed) + perPrint
	if cost > l.fit {
		return nil
	}
	last := len(l.prints) - 1
	if what == fingerdb.Image && (last < 0 || l.prints[last].ID != x.print.ID) || what == fingerdb.Template && len(l.prints) == replication.MaxLent {
		return nil // an image without its template is compared with nothing
	}
	plain, err := l.open(x)
	if err != nil {
		return err
	}
	l.fit -= cost
	if what == fingerdb.Image {
		l.prints[last].Image = plain
		return nil
	}
	l.prints = append(l.prints, replication.LentPrint{
		ID: x.print.ID, Position: int(x.print.Position), TakenAt: x.print.TakenAt.Truncate(time.Second), Station: x.print.Station, Template: plain,
	})
	return nil
}
