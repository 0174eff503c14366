package scoredb_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/listfile"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/api_pnr/score"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/internal/postgres/scoredb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
)

// told is what lies on the carriers' streams.
type told struct {
	bodies map[string][]byte // by carrier and id
	times  map[string]int
	fail   error
}

func (c *told) Send(context.Context, string, string, []byte) error {
	return errors.New("no unsolicited message here")
}

func (c *told) Notify(_ context.Context, carrier, id string, body []byte) error {
	if c.fail != nil {
		return c.fail
	}
	c.bodies[carrier+" "+id] = body
	c.times[carrier+" "+id]++
	return nil
}

// world is the intake with the scorecard behind it.
type world struct {
	*testing.T
	now       time.Time
	db        *postgres.DB
	store     *passengerdb.Store
	processor *intake.Processor
	score     *scoredb.Store
	courier   *told
	sent      int
}

// noon is when the flights of these tests depart from Dubai: 2026-11-25 12:00 there.
var noon = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // the flight of these tests

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, now: noon.Add(-72 * time.Hour), db: pgtest.New(t, migrations.Central), courier: &told{bodies: map[string][]byte{}, times: map[string]int{}}}
	clock := func() time.Time { return w.now }
	w.store = passengerdbtest.Store(t, w.db, clock)
	w.processor = intake.New(intake.Options{Store: w.store, Now: clock, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), PartsTimeout: 5 * time.Minute,
		SpeaksFor: func(door, carrier string) bool { return door == carrier || door == "YY" && carrier == "XX" }, // YY handles for XX
	})
	w.score = scoredb.New(w.options(score.DefaultPolicy()))
	return w
}

func (w *world) options(p score.Policy) scoredb.Options {
	return scoredb.Options{
		DB: w.db, Manifests: w.store, Courier: w.courier, Policy: p, Country: listfile.CountryCode, Now: func() time.Time { return w.now }, Log: slog.New(slog.NewTextHandler(w.Output(), nil)),
	}
}

func pax(n int, surname, more string) string {
	return fmt.Sprintf("NAD+FL+++%s:ANNA'ATT+2++F'DTM+329:800203'NAT+2+DEU'RFF+ABO:R%d'DOC+P:110:111+K%07d'DTM+36:300203'LOC+91+DEU'%s", surname, n, n, more)
}

// list is a list of passengers (or, with another code, a closing) of flight XX n from Dubai.
func (w *world) list(n, code string, declared int, travellers ...string) string {
	w.sent++
	return fmt.Sprintf("UNA:+.? 'UNB+UNOA:4+XX+UTOPIA+261122:0800+I%d'UNH+1+PAXLST:D:05B:UN:IATA'BGM+%s'RFF+TN:T%d:::1'TDT+20+XX%s+++XX'"+
		"LOC+125+DXB'DTM+189:2611251200:201'LOC+87+LHR'DTM+232:2611251700:201'%sCNT+42:%d'UNT+9+1'UNZ+1+I%d'",
		w.sent, code, w.sent, n, strings.Join(travellers, ""), declared, w.sent)
}

func (w *world) send(carrier, body string) uuid.UUID {
	w.Helper()
	r, err := w.store.Keep(w.Context(), apipnr.Envelope{
		ID: uuid.New(), Carrier: carrier, Gateway: apipnr.GatewayNATS, ReceivedAt: w.now, Digest: sha256.Sum256([]byte(body)), Body: []byte(body),
	})
	require.NoError(w, err)
	_, err = w.processor.Drain(w.Context())
	require.NoError(w, err)
	return r.ID
}

func (w *world) look() time.Time {
	w.Helper()
	next, err := w.score.Look(w.Context())
	require.NoError(w, err)
	return next
}

func (w *world) cards(carrier string) []scoredb.Row {
	w.Helper()
	list, err := w.score.Flights(w.Context(), carrier, noon.Add(-240*time.Hour), noon.Add(240*time.Hour), scoredb.Page{Limit: 100})
	require.NoError(w, err)
	return list
}

func (w *world) states(carrier string) map[string]score.State {
	w.Helper()
	list := w.cards(carrier)
	require.Len(w, list, 1)
	all := map[string]score.State{}
	for _, item := range list[0].Card.Items {
		all[item.Push] = item.State
	}
	return all
}

// A flight's pushes become due one after the other: each that is missing is told of once, when its grace is over, and the worker is told when
// to look next. What is told survives another process, and goes out under the same id.
func TestWhatIsDueAndMissingIsToldOfOnce(t *testing.T) {
	w := newWorld(t)
	w.send("XX", w.list("0123", "745", 1, pax(1, "WEBER", "")))
	next := w.look()
	require.Equal(t, noon.Add(-48*time.Hour+30*time.Minute), next, "when the grace of the first push ends")
	require.Empty(t, w.courier.bodies)
	require.Equal(t, score.NotDue, w.states("XX")["pnr-48"])

	w.now = next
	require.Equal(t, next, w.look(), "at the last moment of its grace it is not missing")
	require.Empty(t, w.courier.bodies)
	w.now = next.Add(time.Millisecond)
	w.courier.fail = errors.New("no connection")
	w.look()
	require.Empty(t, w.courier.bodies)
	w.courier.fail = nil
	w.now = w.now.Add(2 * time.Minute)
	w.score = scoredb.New(w.options(score.DefaultPolicy())) // the centre was started anew
	w.look()
	require.Len(t, w.courier.bodies, 1)
	for name, body := range w.courier.bodies {
		require.True(t, strings.HasPrefix(name, "XX push_missing/XX/"))
		var n score.Notice
		require.NoError(t, json.Unmarshal(body, &n))
		require.Equal(t, "pnr-48", n.Push)
		require.Equal(t, "XX0123/2026-11-25/DXB", n.Flight.String())
		require.NotContains(t, string(body), "WEBER")
	}
	w.look()
	w.now = noon.Add(-23 * time.Hour)
	w.look()
	w.look()
	require.Len(t, w.courier.bodies, 2)
	for name, times := range w.courier.times {
		require.Equal(t, 1, times, name)
	}
	list, err := w.score.NoticesOfFlight(t.Context(), "XX", w.cards("XX")[0].Flight, paging.Page{Limit: 1})
	require.NoError(t, err)
	require.Len(t, list.Rows, 1)
	require.Equal(t, 2, list.Total)
	require.False(t, list.Rows[0].SentAt.IsZero())
	newest := list.Rows[0].ID
	list, err = w.score.NoticesOfFlight(t.Context(), "XX", w.cards("XX")[0].Flight, paging.Page{Limit: 1, After: list.Next})
	require.NoError(t, err)
	require.Len(t, list.Rows, 1)
	require.NotEqual(t, newest, list.Rows[0].ID)
	require.Empty(t, list.Next)
}

func TestOfAFlightWhoseDepartureIsNotKnownNobodyIsTold(t *testing.T) {
	w := newWorld(t)
	body := strings.ReplaceAll(w.list("0123", "745", 1, pax(1, "WEBER", "")), "LOC+125+DXB", "LOC+125+QQQ") // in no table of zones
	w.send("XX", body)
	require.Zero(t, w.look())
	w.now = noon.Add(time.Hour)
	w.look()
	require.Empty(t, w.courier.bodies)
	require.Equal(t, score.NotKnown, w.states("XX")["api-close"])
}

func TestWhatWentToQuarantineIsToldOfOnceWithItsPlace(t *testing.T) {
	w := newWorld(t)
	raw := w.send("XX", "UNA:+.? 'UNB+UNOA:4+XX+UTOPIA+261122:0800+I9'UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'UNT+3+1'UNZ+1+I9'")
	w.look()
	w.look()
	require.Equal(t, map[string]int{"XX quarantine/" + raw.String(): 1}, w.courier.times)
	list, err := w.score.NoticesOf(t.Context(), "XX", raw, paging.Page{})
	require.NoError(t, err)
	require.Len(t, list.Rows, 1)
	require.NotEmpty(t, list.Rows[0].Places)
	others, err := w.score.NoticesOf(t.Context(), "YY", raw, paging.Page{})
	require.NoError(t, err)
	require.Empty(t, others.Rows)
}

// A closing in time, counts that differ, a bad record, and fields: each is on the card. What is counted stays when the persons are masked.
func TestTheCardOfAFlight(t *testing.T) {
	w := newWorld(t)
	w.now = noon.Add(-10 * time.Minute)
	incomplete := strings.ReplaceAll(strings.ReplaceAll(pax(2, "SCHMIDT", ""), "NAT+2+DEU'", "NAT+2+QQQ'"), "ATT+2++F'", "")
	w.send("XX", w.list("0123", "266+CLOB", 5, pax(1, "WEBER", ""), incomplete))
	w.look()
	row := w.cards("XX")[0]
	require.Equal(t, score.OnTime, w.states("XX")["api-close"])
	require.Equal(t, &score.Mismatch{Declared: 5, Received: 2}, row.Card.Mismatch)
	require.Equal(t, 2, row.Persons)
	quality := map[string]score.Quality{}
	for _, q := range row.Card.Quality {
		quality[q.Field] = q
	}
	require.Equal(t, score.Quality{Field: "nationality", Filled: 1, Of: 2}, quality["nationality"])
	require.Equal(t, score.Quality{Field: "sex", Filled: 1, Of: 2}, quality["sex"])
	require.True(t, quality["surname"].Enough)
	totals, err := w.score.Totals(t.Context(), "XX", noon.Add(-240*time.Hour), noon.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, 1, totals.Mismatches)
	require.Equal(t, 1, totals.OnTime)
	require.NotEmpty(t, totals.Quality)

	profile, err := law.Load("")
	require.NoError(t, err)
	w.now = noon.Add(20 * 365 * 24 * time.Hour)
	for more := true; more; {
		done, err := w.store.Enforce(t.Context(), profile)
		require.NoError(t, err)
		more = done.More
	}
	persons, err := w.store.OfFlight(t.Context(), row.Flight)
	require.NoError(t, err)
	for _, p := range persons {
		require.True(t, p.Masked)
	}
	_, err = w.db.Pool.Exec(t.Context(), `UPDATE score_card SET policy = 'older'`)
	require.NoError(t, err)
	w.look()
	after := w.cards("XX")[0]
	require.Equal(t, score.DefaultPolicy().Version, after.Card.Policy, "rated anew")
	require.Equal(t, row.Card.Quality, after.Card.Quality)
}

// Two carriers tell of the same flight: each has its own card, made of what came through its own door; another's flight is not found.
func TestEachDoorHasItsOwnCard(t *testing.T) {
	w := newWorld(t)
	w.send("XX", w.list("0123", "745", 2, pax(1, "WEBER", ""), pax(2, "SCHMIDT", "")))
	w.send("YY", w.list("0123", "745", 1, pax(3, "OTHER", "")))
	w.send("YY", w.list("0777", "745", 1, pax(4, "ALONE", "")))
	w.look()
	require.Len(t, w.cards("XX"), 1)
	require.Equal(t, 2, w.cards("XX")[0].Persons)
	require.Len(t, w.cards("YY"), 2)
	for _, row := range w.cards("YY") {
		require.Equal(t, 1, row.Persons, row.FlightKey)
		if strings.Contains(row.FlightKey, "0777") {
			_, err := w.score.Flight(t.Context(), "XX", row.Flight)
			require.Equal(t, problem.NotFound, problem.KindOf(err))
		}
	}
	_, err := w.score.Flight(t.Context(), "XX", uuid.New())
	require.Equal(t, problem.NotFound, problem.KindOf(err), "the same as of another's")

	board, err := w.score.Board(t.Context(), noon.Add(-24*time.Hour), noon.Add(24*time.Hour))
	require.NoError(t, err)
	require.Len(t, board, 2)
	earlier, err := w.score.Board(t.Context(), noon.Add(24*time.Hour), noon.Add(72*time.Hour))
	require.NoError(t, err)
	require.Empty(t, earlier)
}

func TestTheBoardHasATrend(t *testing.T) {
	w := newWorld(t)
	w.now = noon.Add(-5 * time.Minute)
	w.send("XX", w.list("0123", "266+CLOB", 1, pax(1, "WEBER", "")))
	earlier := strings.ReplaceAll(w.list("0123", "745", 1, pax(1, "WEBER", "")), "2611251200", "2611231200")
	w.now = noon.Add(time.Hour)
	w.send("XX", strings.ReplaceAll(earlier, "2611251700", "2611231700")) // long late
	w.look()
	board, err := w.score.Board(t.Context(), noon.Add(-24*time.Hour), noon.Add(24*time.Hour))
	require.NoError(t, err)
	require.Len(t, board, 1)
	require.NotNil(t, board[0].Before)
	require.Equal(t, *board[0].Points-*board[0].Before, *board[0].Trend())
	require.Positive(t, *board[0].Trend())
}

// The parts of a series are one push: incomplete while one is missing, on time when all are there, and told of when none comes any more.
func TestTheParts(t *testing.T) {
	w := newWorld(t)
	part := func(n, mark string, traveller string) string {
		body := w.list("0123", "745", 2, traveller)
		return strings.Replace(body, "PAXLST:D:05B:UN:IATA'", "PAXLST:D:05B:UN:IATA+SERIES+"+n+mark+"'", 1)
	}
	w.now = noon.Add(-20 * time.Minute)
	w.send("XX", part("01", ":C", pax(1, "WEBER", "")))
	w.look()
	require.Empty(t, w.cards("XX"), "nothing of it is applied yet")
	w.now = w.now.Add(6 * time.Minute) // the others do not come
	_, err := w.processor.Drain(t.Context())
	require.NoError(t, err)
	w.look()
	require.Equal(t, score.Incomplete, w.states("XX")["api-close"])
	require.NotContains(t, fmt.Sprint(w.courier.times), "api-close", "its grace is not over")
	w.now = noon.Add(31 * time.Minute)
	w.look()
	require.Contains(t, fmt.Sprint(w.courier.times), "push_incomplete/XX/")
	require.NotContains(t, fmt.Sprint(w.courier.times), "push_missing/XX/"+w.cards("XX")[0].Flight.String()+"/api-close")

	w.now = noon.Add(-10 * time.Minute)
	other := strings.NewReplacer("XX0123", "XX0124", "SERIES", "OTHERS")
	w.send("XX", other.Replace(part("01", ":C", pax(1, "WEBER", ""))))
	w.send("XX", other.Replace(part("02", ":F", pax(2, "SCHMIDT", ""))))
	w.look()
	list := w.cards("XX")
	require.Len(t, list, 2)
	for _, row := range list {
		if strings.Contains(row.FlightKey, "0124") {
			require.Equal(t, 1, row.OnTime)
			require.Nil(t, row.Card.Mismatch, "two declared, two in two parts")
			require.Equal(t, 2, row.Persons)
		}
	}
}

func TestRunWakesForANudgeAndEnds(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	nudges := make(chan struct{}, 1)
	done := make(chan error, 1)
	go func() { done <- w.score.Run(ctx, nudges) }()
	w.send("XX", w.list("0123", "745", 1, pax(1, "WEBER", "")))
	nudges <- struct{}{}
	require.Eventually(t, func() bool {
		list, err := w.score.Flights(t.Context(), "XX", noon.Add(-time.Hour), noon.Add(time.Hour), scoredb.Page{Limit: 1})
		return err == nil && len(list) == 1
	}, time.Minute, 50*time.Millisecond)
	stop()
	require.NoError(t, <-done)
}
