package refusals_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/border/refusal"
	line "github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/protectiondb"
	"github.com/openbmis/openbmis/internal/postgres/refusaldb"
	"github.com/openbmis/openbmis/internal/postgres/secondlinedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	protectionui "github.com/openbmis/openbmis/ui/protection"
	"github.com/openbmis/openbmis/ui/refusals"
	"github.com/openbmis/openbmis/ui/secondline"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// whole is a station with the second line before the form, and the protection service's stops.
type whole struct {
	*station
	cases *protectiondb.Store
}

func openWhole(t testing.TB) whole {
	t.Helper()
	made := whole{station: &station{}}
	post := border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air}
	confirmed := func() border.Status { return border.Confirmed }
	made.Site = webtest.New(t, migrations.Station, func(s *webtest.Site) {
		made.scans = stationdb.New(s.DB, uuid.New, func() {})
		made.cases = protectiondb.New(protectiondb.Config{
			DB: s.DB, Post: post, Status: confirmed, AcknowledgeWithin: time.Hour, Now: s.Clock.Now, NewID: uuid.New, Nudge: func() {},
		})
		reasons, err := refusal.Default()
		require.NoError(t, err)
		appeal, err := refusal.DefaultAppeal()
		require.NoError(t, err)
		second := line.New(line.Config{
			Post: post, Status: confirmed, Reasons: reasons, Now: s.Clock.Now, NewID: uuid.New,
			Store: secondlinedb.New(secondlinedb.Config{
				DB: s.DB, Decisions: made.scans, Protect: made.cases.SignalTx, Zone: time.UTC, Nudge: func() {},
			}),
			Plan: func() []border.Planned { return nil },
		})
		protectionui.New(made.cases, nobodyWaits{}, second).Register(s.Server)
		secondline.Register(s.Server, secondline.Options{Line: second, Witness: s.Door, Protects: true, Limits: secondline.DefaultLimits(), Every: time.Second})
		refusals.Register(s.Server, refusals.Options{
			Store: refusaldb.New(refusaldb.Config{
				DB: s.DB, Post: post, Status: confirmed, Reasons: reasons.Version, Now: s.Clock.Now, NewID: uuid.New, Nudge: func() {},
			}),
			Press: press(), Reasons: reasons, Appeal: appeal, State: "UTO", Place: "Port Almara", Language: "fr",
		})
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/secondline") })
	})
	return made
}

// nobodyWaits is a counter without waiting travellers.
type nobodyWaits struct{}

func (nobodyWaits) HandOver(context.Context, audit.Actor, uuid.UUID) error {
	return border.ErrScanNotOpen
}

// refer refers a traveller as the first line does.
func (s whole) refer(t testing.TB) border.CrossingEvent {
	t.Helper()
	scan := bordertest.Scan("L898902C3")
	scan.At = s.Clock.Now()
	require.NoError(t, s.scans.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	e := bordertest.Event(scan, scan.At)
	e.CrossingID, e.Station, e.LocalDate = uuid.New(), webtest.Post, traveldoc.DateOf(scan.At)
	e.Decision = border.Decision{Verdict: border.Refer, Reason: "document_doubt"}
	e, err := s.scans.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return e
}

// refuseByKeyboard opens the case, takes it and refuses for B and H, and does not wait for what follows.
func (s whole) refuseByKeyboard(t *testing.T, p *browsertest.Page, referred border.CrossingEvent, language string) {
	t.Helper()
	p.Goto(s.URL + "/secondline/" + referred.CrossingID.String())
	p.Press("F1") // claim
	p.WaitFor("[data-hotkey=F8]")
	p.Wait("document.readyState === 'complete'")
	p.Press("F8")
	p.WaitFocus("[name=reasons][value=A]")
	p.Press("Tab", " ")
	for range 6 {
		p.Press("Tab")
	}
	p.Press(" ")
	for selector, value := range map[string]string{"#in-language": language, "#in-signature": refusal.RefusedToSign} {
		p.TabTo(selector)
		for n := 0; p.Value(selector) != value; n++ {
			require.Less(t, n, 10, selector)
			p.Press("ArrowDown")
		}
	}
	p.Press("Control+Enter")
}

// From the case to the form in the traveller's language, and to its PDF, by keyboard alone.
func TestFromTheCaseToTheForm(t *testing.T) {
	for _, language := range []string{"ar", "fr"} {
		t.Run(language, func(t *testing.T) {
			s := openWhole(t)
			referred := s.refer(t)
			p := browsertest.Open(t, language)
			who := s.Person(t, auth.RoleSecondLine, "sara", language)
			s.SignIn(p, who)
			s.refuseByKeyboard(t, p, referred, language)
			p.Wait("location.pathname.startsWith('/refusals/') && document.readyState === 'complete'")
			p.WaitFocus("button[data-hotkey=F2]")
			p.Screenshot("refusal-whole-" + language)
			p.CheckAccessible()
			require.Contains(t, p.Text(".sheet"), "XAA-APT-2026-000001")
			require.Equal(t, language, browsertest.Eval[string](p, "document.querySelector('.sheet').lang"))
			form := p.Path()
			p.Press("F2")
			p.Wait("document.querySelector('.paper[data-print-now]') && location.search === ''")
			require.Equal(t, 1, s.count(t, "refusal_print"))
			require.Equal(t, form, p.Path())
			_, pdf := p.Download(func() { p.Press("F3") })
			require.True(t, browsertest.ReadPDF(string(pdf)).Has("XAA-APT-2026-000001"))
			require.Equal(t, 2, s.count(t, "refusal_print"))
		})
	}
}

// A signal at the first line stops the second line's refusal of the same traveller; nothing says why.
func TestASignalStopsTheSecondLinesRefusal(t *testing.T) {
	s := openWhole(t)
	referred := s.refer(t)
	var inspection uuid.UUID
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select inspection_id from decision").Scan(&inspection))
	require.NoError(t, s.cases.Signal(t.Context(), audit.Actor{ID: "u", Name: "amira", Role: "officer", Post: webtest.Post, Lane: "1"},
		protection.Signal{Inspection: inspection, Kind: protection.Asylum}))
	p := browsertest.Open(t, "en")
	p.AllowConsole("409")
	s.SignIn(p, s.Person(t, auth.RoleSecondLine, "sara", "en"))
	s.refuseByKeyboard(t, p, referred, "en")
	p.WaitText("body", "may not be refused at present")
	p.Screenshot("refusal-stopped")
	shown := p.Text("main")
	for _, word := range []string{"asylum", "Asylum", "protection service", "stopped"} {
		require.NotContains(t, shown, word)
	}
	require.Zero(t, s.count(t, "decision where verdict = 'refuse'"))
	require.Zero(t, s.count(t, "refusal_counter"), "and no number was used up")
}

// From a case of the second line, too, a signal takes three keys: the case ends as handed over, and nothing says to whom.
func TestASignalFromACaseTakesThreeKeys(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := openWhole(t)
			referred := s.refer(t)
			p := browsertest.Open(t, language)
			s.SignIn(p, s.Person(t, auth.RoleSecondLine, "sara", language))
			p.Goto(s.URL + "/secondline/" + referred.CrossingID.String())
			p.Press("F7")
			p.WaitFocus("dialog input[name=kind]")
			p.Screenshot("signal-case-" + language)
			p.Press("F2")
			p.Wait("document.querySelector('dialog input[name=kind]:checked')?.value === 'trafficking'")
			p.Press("Enter")
			p.Wait("location.pathname === '/secondline' && document.readyState === 'complete'")
			require.NotContains(t, p.Text("main"), "ERIKSSON")
			require.Equal(t, 1, s.count(t, "protection_case where kind = 'trafficking'"))
			require.Equal(t, 1, s.count(t, "record where kind = 'protection.event'"))
			require.Equal(t, 1, s.count(t, "referral where closed_at is not null and outcome = 'hand_over'"))
			require.Zero(t, s.count(t, "record where kind = 'referral.event' and body::text ~* 'protection|traffick'"))
		})
	}
}
