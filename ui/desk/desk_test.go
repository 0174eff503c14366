package desk_test

import (
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	ui "github.com/openbmis/openbmis/ui/desk"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// site is a centre's site with somebody of an agency, and hits of his.
type site struct {
	*webtest.Site
	c        *deskworld.Centre
	owner    webtest.Person
	asked    *deskworld.Hit
	retro    uuid.UUID
	discreet uuid.UUID
}

func open(t *testing.T, language ...string) *site {
	t.Helper()
	s := &site{}
	s.Site = webtest.New(t, migrations.Central, func(w *webtest.Site) {
		s.c = deskworld.Over(t, w.DB, w.Clock.Now())
		ui.Register(w.Server, s.c.Store)
		w.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/desk") })
	}, func(o *web.Options) { o.Nav = ui.Nav() })
	s.owner = s.agent(t, auth.RoleListOwner, "olu", deskworld.Owner, language...)
	s.fill()
	return s
}

// agent is somebody who works for an agency.
func (s *site) agent(t *testing.T, role auth.Role, login, agency string, language ...string) webtest.Person {
	t.Helper()
	p := s.Person(t, role, login, language...)
	by := s.Person(t, auth.RoleAdministrator, "admin-of-"+login)
	require.NoError(t, s.Door.SetAgency(t.Context(), auth.Session{User: by.User}.Actor("central"), p.ID, agency))
	return p
}

// fill has a question, a hit that was found afterwards, and a discreet one.
func (s *site) fill() {
	c := s.c
	a := c.Alert(deskworld.Wanted("A-1", deskworld.Traveller(1)))
	b := c.Alert(deskworld.Wanted("A-2", deskworld.Traveller(2)))
	d := c.Alert(deskworld.Discreet("D-1", deskworld.Traveller(3)))
	post := c.Station("xaa-apt")
	e := post.Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-40*time.Minute), deskworld.Met(a))
	s.asked = post.Raise(e, a, alerts.Certain)
	s.asked.Ask("Traveller stands at the second line. Please confirm the identity and the action to be taken.")
	late := post.Cross(deskworld.Traveller(2), border.Entry, c.Now.Add(-5*time.Hour), deskworld.NoHit())
	group := deskworld.NewID()
	with := func(e *border.CrossingEvent) { e.Group, e.Transport = group, "XX123" }
	secret := post.Cross(deskworld.Traveller(3), border.Entry, c.Now.Add(-3*time.Hour), deskworld.NoHit(), with)
	post.Cross(deskworld.Traveller(4), border.Entry, c.Now.Add(-3*time.Hour+time.Minute), deskworld.NoHit(), with)
	c.Screen()
	s.retro, s.discreet = hit.ID(late.CrossingID, b.Key()), hit.ID(secret.CrossingID, d.Key())
}

func (s *site) pages() []string {
	return []string{
		"/desk", "/desk/hits/" + s.asked.ID.String(), "/desk/hits/" + s.retro.String(), "/discreet", "/discreet/" + s.discreet.String(),
		"/discreet/" + s.discreet.String() + "/report", "/hit-statistics", "/screening",
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	s := open(t)
	webtest.Matrix(t, s.Server, "testdata/routes.golden")
}

func TestTheDeskAnswers(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.owner)
	page := "/desk/hits/" + s.asked.ID.String()
	body := s.Get(t, client, page).Body
	require.Contains(t, body, "Please confirm the identity")
	require.Contains(t, body, deskworld.Traveller(1).Surname)

	r := s.Post(t, client, page+"/answer", url.Values{"seen": {"0"}, "text": {"known to us"}})
	require.Equal(t, http.StatusUnprocessableEntity, r.Status)
	require.Contains(t, r.Body, "known to us", "what was typed stays")
	answer := url.Values{"seen": {"0"}, "confirmed": {"yes"}, "text": {"known to us"}, "instructions": {"Hold him for the police"}}
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, page+"/answer", answer).Status)
	require.Equal(t, http.StatusConflict, s.Post(t, client, page+"/answer", answer).Status, "the second look comes first")
	d, err := s.c.Store.Dossier(t.Context(), s.asked.ID, deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, "Olu Testperson, NCB Utopia", d.Answers[0].By)
	require.Equal(t, "Hold him for the police", d.Answers[0].Instructions)

	// The hit that was found afterwards is worked here up to its end.
	page = "/desk/hits/" + s.retro.String()
	for _, step := range []struct {
		act  string
		form url.Values
		want int
	}{
		{"judge", url.Values{"same": {"yes"}, "compared": {"name"}}, http.StatusConflict},
		{"claim", nil, http.StatusSeeOther},
		{"close", url.Values{"outcome": {"told_owner"}}, http.StatusConflict},
		{"judge", url.Values{"same": {"yes"}, "compared": {"name"}}, http.StatusSeeOther},
		{"close", url.Values{"outcome": {"told_owner"}}, http.StatusSeeOther},
		{"reopen", nil, http.StatusUnprocessableEntity},
		{"nothing", nil, http.StatusNotFound},
	} {
		require.Equal(t, step.want, s.Post(t, client, page+"/"+step.act, step.form).Status, step.act)
	}
	require.Equal(t, hit.StageClosed, s.c.Row(s.retro).Stage)
}

func TestAnotherAgencySeesNothing(t *testing.T) {
	s := open(t)
	for _, p := range []webtest.Person{s.agent(t, auth.RoleListOwner, "bo", deskworld.Other), s.Person(t, auth.RoleListOwner, "nobody")} {
		client := s.SignedIn(t, p)
		for _, path := range s.pages() {
			r := s.Get(t, client, path)
			require.NotContains(t, r.Body, "national/", path)
			require.NotContains(t, r.Body, deskworld.Traveller(3).Surname, path)
			if len(path) > len("/discreet/")+30 || len(path) > len("/desk/hits/")+30 {
				require.Equal(t, http.StatusNotFound, r.Status, path)
			}
		}
		require.Equal(t, http.StatusNotFound, s.Post(t, client, "/desk/hits/"+s.asked.ID.String()+"/answer", url.Values{"seen": {"0"}, "confirmed": {"yes"}}).Status)
		require.Equal(t, http.StatusNotFound, s.Post(t, client, "/discreet/"+s.discreet.String()+"/report", url.Values{"place": {"x"}, "time": {"y"}}).Status)
	}
}

// What nobody's desk is for stands on every desk, marked, and so does what a simulator made up.
func TestAQuestionOfNobodyIsMarked(t *testing.T) {
	s := open(t)
	post := s.c.Station("xaa-apt")
	a := alerts.Alert{List: "interpol.nominals", ID: "2026/1", Version: 1, Action: alerts.ActionDetain}
	e := post.Cross(deskworld.Traveller(5), border.Entry, s.c.Now, deskworld.NoHit())
	h := post.Raise(e, a, alerts.Certain, func(r *hit.Raise) { r.Simulator = true })
	h.Ask("Please confirm.")
	s.c.Screen()
	client := s.SignedIn(t, s.agent(t, auth.RoleListOwner, "bo", deskworld.Other))
	page := "/desk/hits/" + h.ID.String()
	for _, path := range []string{"/desk", page} {
		body := s.Get(t, client, path).Body
		require.Contains(t, body, "no desk of its own: interpol.nominals", path)
		require.Contains(t, body, "Simulator: no real hit", path)
	}
	answer := url.Values{"seen": {"0"}, "confirmed": {"no"}}
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, page+"/answer", answer).Status)
	require.NotContains(t, s.Get(t, s.SignedIn(t, s.owner), "/desk/hits/"+s.asked.ID.String()).Body, "no desk of its own")
}

func TestAReportIsKept(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.owner)
	page := "/discreet/" + s.discreet.String()
	body := s.Get(t, client, page).Body
	require.Contains(t, body, deskworld.Traveller(4).Surname, "the companion")
	require.Contains(t, body, "same manifest")
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, client, page+"/report", url.Values{"place": {"lane 1"}}).Status)
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, page+"/report", url.Values{"place": {"lane 1"}, "time": {"09:00"}, "objects": {"two suitcases"}}).Status)
	sheet := s.Get(t, client, page+"/report").Body
	require.Contains(t, sheet, "two suitcases")
	require.Contains(t, sheet, "NCB Utopia")
}

func TestWhatCannotBeRead(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.owner)
	for path, want := range map[string]int{
		"/desk/hits/nonsense": http.StatusNotFound, "/desk/hits/" + uuid.NewString(): http.StatusNotFound, "/discreet?at=x&id=y": http.StatusUnprocessableEntity,
		"/hit-statistics?from=2026-02-01&to=2026-01-01": http.StatusUnprocessableEntity, "/hit-statistics?from=x": http.StatusUnprocessableEntity,
	} {
		require.Equal(t, want, s.Get(t, client, path).Status, path)
	}
}

// A hit on somebody who is expected says on which flight, and how long there is to decide.
func TestAHitBeforeTheArrival(t *testing.T) {
	s := open(t)
	now := s.Clock.Now()
	person := deskworld.NewID()
	raise := hit.Raise{
		Station: "LHR", Check: alerts.CheckName, List: "national", Alert: "national/EXP-1", AlertVersion: 1, Band: alerts.Probable, Retro: screening.IsExpected,
		Action: alerts.ActionDetain, CrossedAt: now.Add(3 * time.Hour), Direction: border.Entry,
		Flight: &hit.Flight{Person: person, Carrier: "XX", Number: "0123", Origin: "DXB", Destination: "LHR", ArrivesAt: now.Add(3*time.Hour + 5*time.Minute)},
	}
	id := hit.ID(person, raise.Alert)
	require.NoError(t, s.c.Store.Expected(t.Context(), []screening.Found{
		{ID: id, Person: screening.Person{Occasion: person, Traveller: person, Flight: raise.Flight}, Agency: deskworld.Owner, Raise: raise},
	}))
	client := s.SignedIn(t, s.owner)
	for _, path := range []string{"/desk", "/desk/hits/" + id.String()} {
		page := s.Get(t, client, path)
		require.Equal(t, http.StatusOK, page.Status)
		for _, words := range []string{"XX 0123", "DXB–LHR", "3:05 left", "announces the person"} {
			require.Contains(t, page.Body, words, path)
		}
	}
	require.Contains(t, s.Get(t, client, "/desk/hits/"+id.String()).Body, "does not reach the carrier by itself")
}

// A hit that was not of a passenger whom the law has taken since says so, instead of showing nobody.
func TestAHitOnSomebodyWhoIsForgotten(t *testing.T) {
	s := open(t)
	id := s.outside(t)
	client, surname := s.SignedIn(t, s.owner), deskworld.Traveller(5).Surname
	require.Contains(t, s.Get(t, client, "/desk/hits/"+id.String()).Body, surname)
	s.c.Exec(`UPDATE desk_hit SET forgotten_at = now()`)
	page := s.Get(t, client, "/desk/hits/"+id.String())
	require.Equal(t, http.StatusOK, page.Status)
	require.NotContains(t, page.Body, surname)
	require.Contains(t, page.Body, "The law of passenger data has taken who this was")
}

// outside is a hit of a service outside on somebody who is expected, as the screening raises it.
func (s *site) outside(t *testing.T) uuid.UUID {
	t.Helper()
	now, p := s.Clock.Now(), deskworld.Traveller(5)
	document := traveldoc.Document{Code: "P", Number: p.Number, IssuingState: p.Nationality}
	number, ref := interpol.Shown(document), "sltd/S811@2"
	person := deskworld.NewID()
	raise := hit.Raise{
		Station: "LHR", Check: "interpol.sltd", List: "sltd", Alert: "sltd/S811", AlertVersion: 2, ListVersion: "41", AsOf: now.Add(-3 * time.Hour),
		Band: alerts.Certain, Score: 1, Retro: screening.IsExpected, Action: alerts.ActionSeize, Category: alerts.CategoryOther, Subject: alerts.DocumentOnly,
		CrossedAt: now.Add(3 * time.Hour), Direction: border.Entry, Identity: traveldoc.Identity{Surname: p.Surname, GivenNames: p.Given}, Document: document,
		Evidence: []border.Evidence{
			{Code: hit.CodeDocument, Field: "document_number", Found: number, Expected: number, Relation: "equal", Band: "certain", Score: 1, Severity: border.SecondLine, Ref: ref},
			{Code: "alert_field", Field: "document", Found: number, Expected: number, Relation: "equal", Score: 1, Severity: border.Note, Ref: ref, Restricted: true},
			{Code: "alert_reason", Field: "document_status", Expected: "stolen", Severity: border.SecondLine, Ref: ref, Restricted: true},
			{Code: "alert_action", Expected: string(alerts.ActionSeize), Severity: border.SecondLine, Ref: ref, Restricted: true},
		},
		Flight: &hit.Flight{Person: person, Carrier: "XX", Number: "0123", Origin: "DXB", Destination: "LHR", ArrivesAt: now.Add(3*time.Hour + 5*time.Minute)},
	}
	id := hit.ID(person, "interpol.sltd sltd/S811")
	require.NoError(t, s.c.Store.Expected(t.Context(), []screening.Found{
		{ID: id, Person: screening.Person{Occasion: person, Traveller: person, Flight: raise.Flight}, Raise: raise},
	}))
	return id
}

// A hit of a service outside says which service found what, on which field and as of when, on which flight, and how long there is to decide.
func TestAHitOfAServiceOutsideBeforeTheArrival(t *testing.T) {
	s := open(t)
	id := s.outside(t)
	client := s.SignedIn(t, s.agent(t, auth.RoleListOwner, "bo", deskworld.Other))
	for path, want := range map[string][]string{
		"/desk": {"sltd/S811", "no desk of its own: sltd", "XX 0123", "3:05 left"},
		"/desk/hits/" + id.String(): {
			"INTERPOL: stolen and lost documents", "S811, version 2", "version 41, as of", "3 hours ago", "Document number", "stolen", "Seize the document",
			"XX 0123", "DXB–LHR", "3:05 left", "announces the person",
		},
	} {
		body := s.Get(t, client, path).Body
		for _, words := range want {
			require.Contains(t, body, words, path)
		}
	}
	require.NotContains(t, s.Get(t, s.SignedIn(t, s.owner), "/desk/hits/"+s.retro.String()).Body, "Entry of the service")
	page := "/desk/hits/" + id.String()
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, page+"/claim", nil).Status)
	require.Contains(t, s.Get(t, client, page).Body, "Same document?")
}
