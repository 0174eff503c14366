package boarding_test

import (
	"net/http"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/api_pnr/screen"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	ui "github.com/openbmis/openbmis/ui/boarding"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

type site struct {
	*webtest.Site
	store *boarddb.Store
}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{}
	s.Site = webtest.New(t, migrations.Central, func(w *webtest.Site) {
		s.store = boarddb.New(boarddb.Config{DB: w.DB, Now: w.Clock.Now, NewID: uuid.New, Key: []byte("key")})
		ui.Register(w.Server, s.store)
		w.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/boarding") })
	}, func(o *web.Options) { o.Nav = ui.Nav() })
	return s
}

// fill has a carrier ask twice, be told otherwise about one traveller, and close the flight with another whom nobody let board.
func (s *site) fill(t *testing.T) {
	t.Helper()
	ctx, now := t.Context(), s.Clock.Now()
	flight := apipnr.Flight{Carrier: "XX", Number: "0123", Origin: "DXB", Destination: "LHR"}
	require.NoError(t, flight.Departure.UnmarshalText([]byte("2026-11-24T12:00")))
	request := func(transaction string, refs ...string) board.Request {
		r := board.Request{
			ID: uuid.New(), Carrier: "XX", Transaction: transaction, Function: apipnr.List, Flight: flight, DepartsAt: now.Add(48 * time.Hour),
			ArrivesAt: now.Add(54 * time.Hour), At: now,
		}
		for _, ref := range refs {
			r.Asked = append(r.Asked, board.Asked{Ref: ref, Who: board.Who{Documents: passport(ref)}})
		}
		return r
	}
	p, err := board.DefaultPolicy()
	require.NoError(t, err)
	fine := p.Decide(nil, nil)
	late := p.Decide([]border.Finding{border.Unanswered("alerts.national", border.Source{}, border.ReasonTimeout)}, nil)
	r := request("T1", "R1", "R2")
	opened, err := s.store.Open(ctx, r)
	require.NoError(t, err)
	require.NoError(t, s.store.Close(ctx, board.Given{
		Request: r.ID, Carrier: "XX", Flight: flight.Key(), Seq: opened.Seq, Policy: p.Name(), At: now, Took: 12 * time.Millisecond,
		Answers: []board.Answered{{Ref: "R1", Ruling: fine, Words: p.Say(fine)}, {Ref: "R2", Ruling: late, Words: p.Say(late)}},
	}))
	_, err = s.store.Open(ctx, request("T2", "R3"))
	require.NoError(t, err)
	refused := board.Ruling{Decision: board.NoBoard, Policy: p.Name()}
	require.NoError(t, s.store.Keep(ctx, []screen.Result{{
		Person: apipnr.Expected{ID: uuid.New(), Flight: uuid.New(), Key: flight.Key(), Ref: "R1", Documents: passport("R1")},
		Flight: apipnr.ExpectedFlight{Flight: flight, DepartsAt: now.Add(48 * time.Hour)}, Ruling: refused, Words: p.Say(refused), Began: now, At: now,
	}}))
	onBoard := true
	closed := request("T3", "R1", "R2")
	closed.Function = apipnr.CloseOnBoard
	require.NoError(t, s.store.Status(ctx, board.StatusNews{Request: closed, Close: true, OnBoard: &onBoard}))
}

// passport is by what a traveller of a reference is known again.
func passport(ref string) []traveldoc.Document {
	return []traveldoc.Document{{Code: "P", Number: "K12345" + ref, IssuingState: "UTO"}}
}

func TestWhoMayDoWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/routes.golden")
}

func TestThePageInABrowser(t *testing.T) {
	for _, language := range []string{"en", "ar", "fr", "es"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			s.fill(t)
			p := browsertest.Open(t, language)
			s.SignIn(p, s.Person(t, auth.RoleAnalyst, "anna", language))
			p.Size(1366, 768)
			p.Goto(s.URL + "/boarding")
			p.WaitFor("#boarding table")
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.Screenshot("boarding-" + language)
			if language == "en" {
				p.WaitText("#boarding", "waits for the carrier")
				p.WaitText("#boarding", "timed out")
				p.WaitText("#boarding", "unanswered")
				s.nothingIsCutOff(t)
			}
		})
	}
}

// nothingIsCutOff goes through the pages of the late requests: each of many is on one of them, and the header tells how many there are.
func (s *site) nothingIsCutOff(t *testing.T) {
	t.Helper()
	const many = 120
	_, err := s.DB.Pool.Exec(t.Context(), `INSERT INTO board_request (id, carrier, transaction, revision, function, flight_key, travellers, received_at)
		SELECT gen_random_uuid(), 'YY', n, '', 'list', 'YY' || (1000 + n), 1, $1 FROM generate_series(1, $2) n`, s.Clock.Now().Add(time.Hour), many)
	require.NoError(t, err)
	client := s.SignedIn(t, s.Person(t, auth.RoleAnalyst, "berta"))
	seen, last := s.Follow(t, client, "/boarding?list=late", "after", regexp.MustCompile(`YY1\d{3}`))
	require.Contains(t, last, "Late or unanswered · 122")
	require.Len(t, seen, many)
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/boarding?list=other").Status)
	require.Equal(t, http.StatusUnprocessableEntity, s.Get(t, client, "/boarding?list=told&after=x").Status)
}
