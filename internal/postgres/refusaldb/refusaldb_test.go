package refusaldb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/refusaldb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

const station = "XAA-APT"

type post struct {
	db     *postgres.DB
	refs   *refusaldb.Store
	scans  *stationdb.Store
	at     time.Time
	nudged int
}

func open(t *testing.T) *post {
	t.Helper()
	zone, err := time.LoadLocation("Africa/Nairobi")
	require.NoError(t, err)
	p := &post{db: pgtest.New(t, migrations.Station), at: bordertest.Noon}
	p.scans = stationdb.New(p.db, uuid.New, func() {})
	p.refs = refusaldb.New(refusaldb.Config{
		DB: p.db, Post: border.Post{Station: station, Zone: zone}, Status: func() border.Status { return border.Provisional },
		Reasons: "test", Now: func() time.Time { return p.at }, NewID: uuid.New, Nudge: func() { p.nudged++ },
	})
	return p
}

func officer() audit.Actor {
	return audit.Actor{ID: uuid.NewString(), Name: "sara", Role: "second_line", Post: station, Lane: "SL"}
}

// refuse writes a refusal as the second line does.
func (p *post) refuse(t *testing.T, number, nationality string, at time.Time, reasons ...string) border.CrossingEvent {
	t.Helper()
	scan := bordertest.Scan(number)
	scan.ID, scan.Identity.Nationality, scan.At = uuid.New(), nationality, at
	require.NoError(t, p.scans.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	event := bordertest.Event(scan, at)
	event.CrossingID, event.Station = uuid.New(), station
	event.Decision = border.Decision{Verdict: border.Refuse, Reason: reasons[0]}
	event.Refusal = &border.Refusal{Reasons: reasons, Language: "ar", Signature: refusal.RefusedToSign}
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) (err error) {
		if event.Refusal.Number, err = refusaldb.Number(t.Context(), tx, station, at); err != nil {
			return err
		}
		event, err = p.scans.Write(t.Context(), tx, scan.ID, event, bordertest.Entry(audit.Collection, "crossing", event.CrossingID))
		return err
	}))
	return event
}

func (p *post) count(t *testing.T, what string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), "select count(*) from "+what, args...).Scan(&n))
	return n
}

func TestNumbersHaveNoGaps(t *testing.T) {
	p := open(t)
	const workers, each = 6, 10
	numbers, done := make(chan string, workers*each), make(chan error, workers)
	for w := range workers {
		go func() {
			var first error
			for n := range each {
				err := p.db.InTx(context.WithoutCancel(t.Context()), func(tx pgx.Tx) error {
					number, err := refusaldb.Number(t.Context(), tx, station, bordertest.Noon)
					if err == nil && (n+w)%3 == 0 {
						return context.Canceled // the refusal was not written after all
					}
					numbers <- number
					return err
				})
				if err != nil && first == nil && (n+w)%3 != 0 {
					first = err
				}
			}
			done <- first
		}()
	}
	for range workers {
		require.NoError(t, <-done)
	}
	close(numbers)
	taken := map[string]bool{}
	for n := range numbers {
		taken[n] = true
	}
	require.Len(t, taken, workers*each*2/3)
	for n := range len(taken) {
		require.Contains(t, taken, fmt.Sprintf("%s-2026-%06d", station, n+1))
	}
}

func TestEachYearAndStationCountsForItself(t *testing.T) {
	p := open(t)
	zone := time.FixedZone("east", 3*3600)
	silvester := time.Date(2026, 12, 31, 22, 30, 0, 0, time.UTC) // half past one of the new year at the post
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		for _, c := range []struct {
			station string
			at      time.Time
			want    string
		}{
			{"a", silvester, "a-2026-000001"}, {"a", silvester, "a-2026-000002"}, {"a", silvester.In(zone), "a-2027-000001"},
			{"b", silvester, "b-2026-000001"},
		} {
			got, err := refusaldb.Number(t.Context(), tx, c.station, c.at)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		}
		return nil
	}))
}

func TestFormAndCopies(t *testing.T) {
	p := open(t)
	e := p.refuse(t, "L898902C3", "UTO", bordertest.Noon, "B", "H")
	f, err := p.refs.Form(t.Context(), officer(), e.CrossingID)
	require.NoError(t, err)
	require.Equal(t, e.Refusal, f.Event.Refusal)
	require.Equal(t, e.Identity, f.Event.Identity)
	require.Zero(t, f.Copies)
	require.Equal(t, 1, p.count(t, "audit where verb = 'consultation' and object_kind = 'refusal' and object_id = $1", e.CrossingID.String()))

	for n := 1; n <= 3; n++ {
		f, err = p.refs.Issue(t.Context(), officer(), e.CrossingID, refusal.PDF, n)
		require.NoError(t, err)
		require.Equal(t, n, f.Copies)
		require.Equal(t, n, p.nudged)
	}
	require.Equal(t, 3, p.count(t, "audit where verb = 'disclosure' and object_kind = 'refusal' and decision = 'pdf'"))
	require.Equal(t, 3, p.count(t, "outbox where kind = 'refusal.issued'"))
	require.Equal(t, 1, p.count(t, `record where kind = 'refusal.issued' and subject = $1 and file_id = $2 and status = 'provisional'
		and body ->> 'copy' = '3' and body ->> 'number' = $3 and body ->> 'language' = 'ar'`, e.CrossingID, e.TravellerID, e.Refusal.Number))

	_, err = p.refs.Issue(t.Context(), officer(), e.CrossingID, refusal.PDF, 3)
	require.ErrorIs(t, err, refusaldb.ErrOtherCopy)
	require.Equal(t, 3, p.count(t, "refusal_print"))

	for _, unknown := range []uuid.UUID{uuid.New(), uuid.Nil} {
		_, err = p.refs.Form(t.Context(), officer(), unknown)
		require.ErrorIs(t, err, refusaldb.ErrNone)
		_, err = p.refs.Issue(t.Context(), officer(), unknown, refusal.Paper, 0)
		require.ErrorIs(t, err, refusaldb.ErrNone)
	}
}

func TestCopiesAreCountedOneByOne(t *testing.T) {
	p := open(t)
	e := p.refuse(t, "L898902C3", "UTO", bordertest.Noon, "A")
	const printers = 6
	copies := make(chan int, printers)
	for range printers {
		go func() {
			f, err := p.refs.Issue(context.WithoutCancel(t.Context()), officer(), e.CrossingID, refusal.Paper, 0)
			if err != nil {
				f.Copies = -1
			}
			copies <- f.Copies
		}()
	}
	seen := map[int]bool{}
	for range printers {
		seen[<-copies] = true
	}
	for n := 1; n <= printers; n++ {
		require.True(t, seen[n], "copy %d of %v", n, seen)
	}
}

func TestTheListsCountsAreItsRows(t *testing.T) {
	p := open(t)
	today := bordertest.Noon
	for n := range 60 {
		p.refuse(t, fmt.Sprintf("A%05d", n), []string{"UTO", "FRA", "ESP"}[n%3], today.Add(time.Duration(n)*time.Minute), [][]string{{"A"}, {"B", "H"}}[n%2]...)
	}
	p.refuse(t, "B1", "UTO", today.AddDate(0, 0, -1), "A") // yesterday's
	gone := p.refuse(t, "B2", "DZA", today, "C")
	_, err := p.db.Pool.Exec(t.Context(), `insert into correction (id, crossing_id, reason, note, officer, lane, corrected_at)
		values ($1, $2, 'wrong_key', '', 'sara', 'SL', $3)`, uuid.New(), gone.CrossingID, today)
	require.NoError(t, err)

	day := traveldoc.DateOf(today)
	all := p.rows(t, refusaldb.Query{Day: day})
	list, err := p.refs.List(t.Context(), officer(), refusaldb.Query{Day: day})
	require.NoError(t, err)
	require.Equal(t, 60, list.Total)
	require.Len(t, all, list.Total)
	require.Equal(t, 1, list.Annulled)
	require.Len(t, p.rows(t, refusaldb.Query{Day: day, Annulled: true}), 1)
	require.NotEmpty(t, list.ByReason)
	for _, c := range list.ByReason {
		require.Len(t, p.rows(t, refusaldb.Query{Day: day, Reason: c.Code}), c.N, c.Code)
	}
	require.Len(t, list.ByNationality, 3, "the annulled one's is not counted")
	for _, c := range list.ByNationality {
		require.Len(t, p.rows(t, refusaldb.Query{Day: day, Nationality: c.Code}), c.N, c.Code)
	}
	for n := 1; n < len(all); n++ {
		require.False(t, all[n].At.After(all[n-1].At), "newest first")
	}
	require.Equal(t, 1, p.count(t, "audit where object_kind = 'refusals' and result_count = 50 and purpose <> '' and id = (select min(id) from audit where object_kind = 'refusals')"))
}

// rows reads the list page by page.
func (p *post) rows(t *testing.T, q refusaldb.Query) []refusaldb.Row {
	t.Helper()
	var all []refusaldb.Row
	for {
		list, err := p.refs.List(t.Context(), officer(), q)
		require.NoError(t, err)
		require.LessOrEqual(t, len(list.Rows), refusaldb.PageSize)
		all = append(all, list.Rows...)
		if list.Next == nil {
			return all
		}
		q.After = list.Next
	}
}

func TestTheDayIsThePostsDay(t *testing.T) {
	p := open(t)
	late := time.Date(2026, 11, 20, 21, 30, 0, 0, time.UTC) // half past midnight in Nairobi
	p.refuse(t, "N1", "UTO", late, "A")
	day := func(s string) traveldoc.Date {
		d, err := traveldoc.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	require.Empty(t, p.rows(t, refusaldb.Query{Day: day("2026-11-20")}))
	rows := p.rows(t, refusaldb.Query{Day: day("2026-11-21")})
	require.Len(t, rows, 1)
	require.True(t, strings.HasPrefix(rows[0].Refusal.Number, station+"-2026-"))
}
