package boarddb_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/alerts/screening"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/api_pnr/screen"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
	"github.com/openbmis/openbmis/traveldoc"
)

// world is a centre whose carriers ask who may board: everything is real but the way to the carrier.
type world struct {
	*deskworld.Centre
	Persons *passengerdb.Store
	Board   *boarddb.Store
	Office  *board.Office
	Screen  *screen.Worker
	Courier *courier
	Slow    *slow
	Details *counting
	outside []border.Planned
	clock   func() time.Time
}

// counting counts how often alerts are read because somebody met them.
type counting struct {
	screening.Store
	asked atomic.Int64
}

func (c *counting) Alerts(ctx context.Context, keys []string) (map[string]alerts.Alert, error) {
	c.asked.Add(1)
	return c.Store.Alerts(ctx, keys)
}

// courier keeps what would be put on a carrier's stream.
type courier struct {
	mu   sync.Mutex
	sent []sent
	down bool
}

type sent struct {
	carrier, id string
	body        string
}

func (c *courier) Send(_ context.Context, carrier, id string, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return fmt.Errorf("stream away")
	}
	c.sent = append(c.sent, sent{carrier, id, string(body)})
	return nil
}

func (c *courier) Notify(context.Context, string, string, []byte) error { return nil }

// slow is a check that answers when it is told to: a service outside.
type slow struct {
	mu   sync.Mutex
	hold chan struct{}
}

func (*slow) Name() string { return "outside.slow" }

func (s *slow) Check(ctx context.Context, _ border.Subject) (border.Finding, error) {
	s.mu.Lock()
	hold := s.hold
	s.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return border.Finding{}, ctx.Err()
		}
	}
	return border.Finding{Outcome: border.NoHit}, nil
}

func (s *slow) stop() (free func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hold := make(chan struct{})
	s.hold = hold
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		close(hold)
		s.hold = nil
	}
}

// policy is the default one with rules on who needs no visa, and short of patience.
func policy(t testing.TB, change ...func(*board.Policy)) board.Policy {
	p, err := board.DefaultPolicy()
	require.NoError(t, err)
	p.Phone, p.Deadline, p.Reserve = "+999 1", board.Duration(700*time.Millisecond), board.Duration(200*time.Millisecond)
	p.Entry = &board.EntryRules{Version: "2026-1", DeclaredVisa: board.NotCheckedVisa, Rules: []board.EntryRule{
		{ID: "free", Basis: "visa_free", Nationalities: []string{"UTO", "GBR"}, Documents: []string{"P*"}},
		{ID: "crew", Basis: "crew", Categories: []border.Category{border.AirCrew}},
	}}
	for _, c := range change {
		c(&p)
	}
	return p
}

func newWorld(t testing.TB, change ...func(*board.Policy)) *world {
	t.Helper()
	w := &world{Centre: deskworld.New(t), Courier: &courier{}, Slow: &slow{}}
	w.clock = func() time.Time { return w.Now }
	w.open()
	w.start(policy(t, change...))
	w.Centre.Screen()
	return w
}

func (w *world) open() {
	w.Helper()
	w.Persons = passengerdbtest.Store(w, w.DB, w.clock)
	w.Board = boarddb.New(boarddb.Config{DB: w.DB, Now: w.clock, NewID: uuid.New, Key: []byte("key of the test"), Changed: w.Persons.Nudge})
	w.Store.OnRecheck(w.Board.NudgeAgain)
	w.Details = &counting{Store: w.Store}
}

// start is a new start of the program with a policy.
func (w *world) start(p board.Policy) {
	w.Helper()
	clock := w.clock
	log := slog.New(slog.DiscardHandler)
	w.Worker = screening.NewWorker(screening.Config{Store: w.Store, Lists: screening.NewLists(w.Details, clock), Passengers: boarddb.Passengers(w.Persons, clock), Now: clock, Log: log})
	w.Worker.Lists.OnChange(w.Board.Recheck)
	require.NoError(w, w.Worker.Lists.Refresh(w.Context()))
	checks := board.Checks{
		Plan: []border.Planned{
			{Check: w.Worker.Lists.Check(), Deadline: time.Minute}, {Check: board.DocumentCheck(true), Deadline: time.Minute},
			{Check: board.AuthorisationCheck(board.NewRuleTable("UTO", *p.Entry)), Deadline: time.Minute}, {Check: w.Slow, Deadline: time.Minute},
		},
		Outside: w.outside, Questions: board.NewQuestions(clock),
		Every: []string{alerts.CheckName}, Elsewhere: w.Board, State: "UTO", Now: clock,
	}
	tools := manifest.Tools{NewID: uuid.New, Country: listfile.CountryCode}
	w.Office = board.New(board.Config{
		Store: w.Board, Notices: w.Board, Keeper: w.Persons, Courier: w.Courier, Policy: p, Checks: checks, Normal: tools.Normal, Times: times,
		Now: clock, NewID: uuid.New, Log: log,
	})
	w.Screen = screen.NewWorker(screen.Config{
		Manifests: w.Persons, Store: w.Board, Hits: boarddb.Hits(w.Worker, clock), Checks: checks, Policy: p, Now: clock, Log: log,
		Within: 300 * time.Millisecond,
	})
}

func times(f apipnr.Flight) (departs, arrives time.Time) {
	at := func(l apipnr.LocalTime, airport string) time.Time {
		zone := passengerdbtest.Zone(airport)
		if zone == nil || !l.HasTime {
			return time.Time{}
		}
		return time.Date(l.Date.Year(), time.Month(l.Date.Month()), l.Date.Day(), 0, l.Minute, 0, 0, zone)
	}
	return at(f.Departure, f.Origin), at(f.Arrival, f.Destination)
}

// pax is somebody at a check-in counter.
type pax struct {
	surname, given, birth, nationality, number, expiry, ref string
}

func someone(n int, ref string) pax {
	p := deskworld.Traveller(n)
	return pax{p.Surname, p.Given, strings.ReplaceAll(p.Birth, "-", "")[2:], p.Nationality, p.Number, "301231", ref}
}

// list is a PAXLST message of flight XX0123 from DXB to LHR on the second day after the clock's. function is what stands after 745 or 266.
func (w *world) list(flight, bgm, transaction string, travellers ...pax) string {
	day := w.Now.AddDate(0, 0, 2).Format("060102")
	var s strings.Builder
	segments := 0
	add := func(format string, args ...any) {
		fmt.Fprintf(&s, format+"'", args...)
		segments++
	}
	s.WriteString("UNA:+.? 'UNB+UNOA:4+XXAIR+UTOGOV+261122:0900+" + transaction + "'")
	add("UNH+1+PAXLST:D:05B:UN:IATA")
	add("BGM+%s", bgm)
	add("RFF+TN:%s:::1", transaction)
	add("NAD+MS+++XX CHECK-IN")
	add("TDT+20+%s+++XX", flight)
	add("LOC+125+DXB")
	add("DTM+189:%s1200:201", day)
	add("LOC+87+LHR")
	add("DTM+232:%s1700:201", day)
	for _, p := range travellers {
		add("NAD+FL+++%s:%s", p.surname, p.given)
		add("ATT+2++F")
		add("DTM+329:%s", p.birth)
		add("NAT+2+%s", p.nationality)
		add("RFF+AVF:LOC%s", p.ref)
		add("RFF+ABO:%s", p.ref)
		if p.number != "" {
			add("DOC+P:110:111+%s", p.number)
			add("DTM+36:%s", p.expiry)
			add("LOC+91+%s", p.nationality)
		}
	}
	add("CNT+42:%d", len(travellers))
	fmt.Fprintf(&s, "UNT+%d+1'UNZ+1+%s'", segments+1, transaction)
	return s.String()
}

func (w *world) envelope(body string) apipnr.Envelope {
	return apipnr.Envelope{
		ID: uuid.New(), Carrier: "XX", Gateway: apipnr.GatewayInteractive, Subject: "iapi.v1.XX.check", ReceivedAt: w.Now,
		Digest: sha256.Sum256([]byte(body)), Body: []byte(body),
	}
}

// ask asks as the carrier, and gives the answers by reference.
func (w *world) ask(body string) map[string]apipnr.Verdict {
	w.Helper()
	reply, err := w.Office.Answer(w.Context(), w.envelope(body))
	require.NoError(w, err)
	return verdicts(w, string(reply))
}

func verdicts(t testing.TB, body string) map[string]apipnr.Verdict {
	t.Helper()
	read := message.Read([]byte(body))
	require.Len(t, read.Messages, 1, body)
	all := map[string]apipnr.Verdict{}
	for _, v := range read.Messages[0].Answers {
		all[v.Ref] = v
	}
	return all
}

// expect has the list become expected persons, as the intake makes them, and gives the persons.
func (w *world) expect(body string) []apipnr.Expected {
	w.Helper()
	m := message.Read([]byte(body)).Messages[0]
	_, persons := passengerdbtest.Message(w, w.Persons, m.Flights[0], w.Now, m)
	return persons
}

// work screens until nothing is left that is due.
func (w *world) work() {
	w.Helper()
	for {
		more, _, err := w.Screen.Round(w.Context())
		require.NoError(w, err)
		if !more {
			return
		}
	}
}

// chase tells carriers what is due, and gives what was put on their streams.
func (w *world) chase() []sent {
	w.Helper()
	w.Courier.mu.Lock()
	w.Courier.sent = nil
	w.Courier.mu.Unlock()
	_, err := w.Office.ChaseOnce(w.Context())
	require.NoError(w, err)
	w.Courier.mu.Lock()
	defer w.Courier.mu.Unlock()
	return w.Courier.sent
}

// next is when the next notice is due.
func (w *world) next() time.Time {
	w.Helper()
	_, next, err := w.Board.DueNotices(w.Context(), 1)
	require.NoError(w, err)
	return next
}

// notices are all notices.
func (w *world) notices() []board.Notice {
	w.Helper()
	list, err := w.Board.Notices(w.Context(), paging.Page{})
	require.NoError(w, err)
	require.Len(w, list.Rows, list.Total)
	return list.Rows
}

// release lets the check answer at once from now on; those who wait go on waiting.
func (s *slow) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold = nil
}

// day is the day of the flights of list.
func (w *world) day() traveldoc.Date { return traveldoc.DateOf(w.Now.AddDate(0, 0, 2)) }
