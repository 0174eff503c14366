package visadb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
)

// Printing is how grant notices are made and where they go.
type Printing struct {
	// Print makes the notice (PDF) of a visa in force, in a language and English.
	Print func(ctx context.Context, v evisa.Visa, language string) ([]byte, error)
	// Put hands it over; portaldb.ErrNoPortal when there is nobody to take it yet.
	Put func(ctx context.Context, tx pgx.Tx, v evisa.Visa, pdf []byte) error
}

// How long a notice that could not be made or handed over waits: twice as long each time.
const (
	waitFirst = 5 * time.Second
	waitMost  = 10 * time.Minute
)

func waitFor(tries int) time.Duration {
	if tries > 7 {
		return waitMost
	}
	return min(waitFirst<<max(tries, 0), waitMost)
}

// RunNotices prints notices until ctx ends: at once when a visa was issued, extended or issued anew, and again until each is handed over.
// A visa never waits for its notice.
func (r *Register) RunNotices(ctx context.Context, p Printing, log *slog.Logger) error {
	return r.Watch(ctx, "print notices of visas", func(ctx context.Context) error {
		for more := true; more; {
			var err error
			if more, err = r.PrintNotice(ctx, p, log); err != nil {
				return err
			}
		}
		return nil
	}, log)
}

// PrintNotice makes the notice that is due first and hands it over; more says that there may be others. One whose making fails waits.
func (r *Register) PrintNotice(ctx context.Context, p Printing, log *slog.Logger) (more bool, err error) {
	err = r.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		var number evisa.Number
		var version, tries int
		err := tx.QueryRow(ctx, `SELECT number, version, tries FROM visa_notice_work WHERE next_at <= $1 ORDER BY next_at, number LIMIT 1
			FOR UPDATE SKIP LOCKED`, r.clock()).Scan(&number, &version, &tries)
		if postgres.IsNoRows(err) {
			return nil
		}
		if err != nil {
			return err
		}
		more = true
		list, err := r.records(ctx, tx, `WHERE v.number = $1`, number)
		if err != nil {
			return err
		}
		if len(list) == 1 && list[0].Standing == evisa.InForce && list[0].Document.Number != "" && !newer(ctx, tx, number, version) {
			err = r.printed(ctx, tx, p, list[0])
		}
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM visa_notice_work WHERE number = $1 AND version = $2`, number, version)
			return err
		}
		if !errors.Is(err, portaldb.ErrNoPortal) {
			log.WarnContext(ctx, "notice of a visa not made: it is tried again", "application", list[0].Application, "tries", tries+1, "error", err)
		}
		_, err = tx.Exec(ctx, `UPDATE visa_notice_work SET tries = tries + 1, next_at = $3 WHERE number = $1 AND version = $2`,
			number, version, r.clock().Add(waitFor(tries)))
		return err
	})
	return more && err == nil, wrap(err, "print the notice of a visa")
}

// newer reports whether a newer version of the visa waits too: that one is printed.
func newer(ctx context.Context, tx pgx.Tx, number evisa.Number, version int) (is bool) {
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM visa_notice_work WHERE number = $1 AND version > $2)`, number, version).Scan(&is)
	return err == nil && is // the transaction's next statement tells of an error
}

// printed makes a notice and hands it over; the failure of either leaves the transaction usable.
func (r *Register) printed(ctx context.Context, tx pgx.Tx, p Printing, v record) error {
	pdf, err := p.Print(ctx, v.Visa, v.language)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		var still bool // printing takes its time: what was revoked meanwhile is not handed over, and cannot be revoked until it was
		err := tx.QueryRow(ctx, `SELECT version = $2 FROM visa WHERE number = $1 FOR SHARE`, v.Number, v.Version).Scan(&still)
		if err != nil || !still {
			return err
		}
		return p.Put(ctx, tx, v.Visa, pdf)
	})
}
