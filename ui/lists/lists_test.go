package lists_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	ui "github.com/openbmis/openbmis/ui/lists"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

type site struct {
	*webtest.Site
	lists *listdb.Lists
}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{}
	s.Site = webtest.New(t, migrations.Central, func(w *webtest.Site) {
		s.lists = listdb.New(listdb.Config{DB: w.DB, Now: w.Clock.Now, NewID: uuid.New})
		ui.Register(w.Server, s.lists)
		w.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/alerts") })
	}, func(o *web.Options) { o.Nav = []view.NavItem{ui.Nav()} })
	return s
}

func installer(id string) listdb.Person {
	return listdb.Person{Actor: audit.Actor{ID: id, Role: "installation", Post: "central"}}
}

// fill puts the national list there with some alerts.
func (s *site) fill(t *testing.T, list ...alerts.Alert) {
	t.Helper()
	national := listdb.List{ID: listdb.National, Title: "National alert list", Owner: "UTO-POLICE", Policy: alerts.DefaultPolicy()}
	_, err := s.lists.Add(t.Context(), installer("a"), installer("b"), national, list...)
	require.NoError(t, err)
}

func wanted(id, given, family string) alerts.Alert {
	born, _ := traveldoc.ParseDate("1979-03-14")
	review, _ := traveldoc.ParseDate("2026-11-30")
	a := alerts.Flat{ID: id, Surname: family, GivenNames: given, BirthDate: born, DocumentNumber: "P" + id, IssuingState: "UTO", Reason: "wanted", Action: "refer"}.
		Alert(listdb.National)
	a.ReviewBy = review
	return a
}

// entered is the form of an alert as a browser sends it.
func entered() url.Values {
	return url.Values{
		"version": {"0"}, "kind": {"person"}, "name_family": {"Muster", "", ""}, "name_given": {"Anna", "", ""}, "name_raw": {"", "Муштер Анна", ""},
		"name_kind": {"primary", "strong", "strong"}, "name_script": {"Latn", "Cyrl", ""}, "birth_from": {"1979-03", "1981"}, "birth_to": {"", "1983"},
		"birth_circa": {"", "yes"}, "document_number": {"B0001", ""}, "document_until": {"B0999", ""}, "document_type": {"P", ""},
		"document_issuer": {"uto", ""}, "document_status": {"stolen_blank", ""}, "nationalities": {"uto, fra"}, "sexes": {"F"}, "category": {"arrest"},
		"action": {"detain"}, "reason": {"Warrant 12/26"}, "instructions": {"Call first"}, "legal_basis": {"Act 7, s. 3"}, "contact": {"+1 555 0100"},
		"priority": {"2"}, "safety": {"armed"}, "valid_from": {"2026-11-01"}, "valid_until": {"2027-11-01"}, "review_by": {"2027-05-01"},
		"geo_scope": {"airport-1 land-2"}, "flagged": {"yes"}, "link_key": {"national/2", ""}, "link_relation": {"companion", "same_person"},
		"plate": {" kca 123x "}, "plate_country": {"eak"}, "vin": {""}, "make": {"Volvo"}, "colour": {"blue"}, "description": {"scar"}, "remark": {"urgent"},
	}
}

// send sends a form with a file as a browser does.
func (s *site) send(t *testing.T, client *http.Client, path string, fields url.Values, part, name string, data []byte) webtest.Response {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for key, values := range fields {
		for _, v := range values {
			require.NoError(t, form.WriteField(key, v))
		}
	}
	file, err := form.CreateFormFile(part, name)
	require.NoError(t, err)
	_, err = file.Write(data)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, &body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Origin", s.URL)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return webtest.Response{Status: response.StatusCode, Header: response.Header, Body: string(text)}
}

// agree lets a second person look and approve.
func (s *site) agree(t *testing.T, client *http.Client, at string) string {
	t.Helper()
	require.Contains(t, s.Get(t, client, at).Body, at+"/approval")
	done := s.Post(t, client, at+"/approval", nil)
	require.Equal(t, http.StatusOK, done.Status, done.Body)
	return done.Body
}

// The whole way of one alert over HTTP, with every field, and that nobody goes it alone.
func TestAnAlertByForm(t *testing.T) {
	s := open(t)
	s.fill(t, wanted("1", "Otto", "Other"))
	one, two := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "ana")), s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "ben"))
	analyst := s.SignedIn(t, s.Person(t, auth.RoleAnalyst, "ann"))
	const form = "/alerts/lists/national/alert"
	require.Equal(t, http.StatusForbidden, s.send(t, analyst, form, entered(), "picture", "", nil).Status)

	wrong := entered()
	wrong.Set("reason", "")
	refused := s.send(t, one, form, wrong, "picture", "", nil)
	require.Equal(t, http.StatusUnprocessableEntity, refused.Status)
	require.Contains(t, refused.Body, "Give the reason")
	require.Contains(t, refused.Body, `value="Muster"`, "what was typed stays")
	require.Contains(t, refused.Body, "Муштер Анна")

	sent := s.send(t, one, form, entered(), "picture", "", nil)
	require.Equal(t, http.StatusSeeOther, sent.Status, sent.Body)
	at := sent.Header.Get("Location")
	require.Contains(t, s.Get(t, one, at).Body, "You proposed this")
	require.Equal(t, http.StatusForbidden, s.Post(t, one, at+"/approval", nil).Status)
	require.Equal(t, http.StatusForbidden, s.Post(t, analyst, at+"/approval", nil).Status)
	require.Equal(t, http.StatusConflict, s.Post(t, two, at+"/approval", nil).Status, "not before it was seen")
	require.Contains(t, s.agree(t, two, at), "the list is now version 2")

	found := s.Post(t, analyst, "/alerts/search", url.Values{"words": {"anna MUSTER"}})
	require.Contains(t, found.Body, "1 found")
	require.Contains(t, found.Body, "Anna Muster")
	page, err := s.lists.Find(t.Context(), listdb.Person{Actor: audit.Actor{ID: "x", Role: "supervisor"}}, listdb.Query{Words: "muster"}, "test")
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	a := page.Rows[0]
	require.Equal(t, alerts.Name{Raw: "Anna Muster", Kind: alerts.Primary, Script: "Latn", Parts: []alerts.NamePart{
		{Text: "Anna", Role: alerts.Given}, {Text: "Muster", Role: alerts.Family},
	}}, a.Subject.Names[0])
	require.Equal(t, "Cyrl", a.Subject.Names[1].Script)
	require.Equal(t, "1979-03", a.Subject.Births[0].From.String())
	require.Equal(t, "1983", a.Subject.Births[1].To.String())
	require.True(t, a.Subject.Births[1].Circa)
	require.Equal(t, []alerts.Document{{Type: "P", Number: "B0001", Until: "B0999", Issuer: "UTO", Status: "stolen_blank"}}, a.Subject.Documents)
	require.Equal(t, []alerts.Vehicle{{Plate: "KCA 123X", Country: "EAK", Make: "Volvo", Colour: "blue"}}, a.Subject.Vehicles)
	require.Equal(t, []string{"UTO", "FRA"}, a.Subject.Nationalities)
	require.Equal(t, []alerts.Link{{Key: "national/2", Relation: "companion"}}, a.Links)
	require.Equal(t, []string{"airport-1", "land-2"}, a.GeoScope)
	require.True(t, a.Flagged)
	require.Equal(t, 2, a.Priority)
	require.Equal(t, []string{"armed"}, a.Safety)

	// The next version, from the form as it is drawn; then suspended, then withdrawn.
	address := form + "?id=" + a.ID
	again := entered()
	again.Set("version", "1")
	again.Set("id", a.ID)
	again.Set("reason", "Warrant 13/26")
	at = s.send(t, two, form, again, "picture", "", nil).Header.Get("Location")
	shown := s.Get(t, one, at).Body
	require.Contains(t, shown, "<del><bdi>Warrant 12/26</bdi></del>")
	require.Contains(t, shown, "<ins><bdi>Warrant 13/26</bdi></ins>")
	s.agree(t, one, at)
	stale := s.send(t, two, form, again, "picture", "", nil)
	require.Equal(t, http.StatusConflict, stale.Status)
	require.Contains(t, stale.Body, "version 2 now")
	for _, status := range []string{"suspended", "withdrawn"} {
		require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, one, form+"/status", url.Values{"id": {a.ID}, "status": {status}}).Status, "a reason is asked for")
		proposed := s.Post(t, one, form+"/status", url.Values{"id": {a.ID}, "status": {status}, "why": {"settled by court"}})
		require.Equal(t, http.StatusSeeOther, proposed.Status, proposed.Body)
		s.agree(t, two, proposed.Header.Get("Location"))
		require.Contains(t, s.Get(t, one, address).Body, status)
	}
	history := s.Get(t, one, address).Body
	require.Contains(t, history, "settled by court")
	require.Contains(t, history, "urgent")
	require.NotContains(t, s.Get(t, one, address).Body, "alert/edit")
}

// Editing keeps what the form has no field for.
func TestEditingKeepsWhatTheFormDoesNotShow(t *testing.T) {
	s := open(t)
	a := wanted("7", "Anna", "Muster")
	a.Remarks = []string{"seen in Utopia"}
	a.Subject.Addresses = []alerts.Place{{Text: "Harbour 1"}}
	a.Subject.Documents[0].Note = "old booklet"
	a.Subject.Names[0].Parts = append(a.Subject.Names[0].Parts, alerts.NamePart{Text: "Ivanovna", Role: alerts.Patronymic})
	s.fill(t, a)
	one, two := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "ana")), s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "ben"))
	page := s.Get(t, one, "/alerts/lists/national/alert/edit?id=7").Body
	form := url.Values{}
	for _, field := range strings.Split(page, "<input")[1:] {
		name, value, kind := attribute(field, "name"), attribute(field, "value"), attribute(field, "type")
		if name != "" && kind != "file" && kind != "checkbox" && kind != "radio" {
			form.Add(name, value)
		}
	}
	for _, field := range strings.Split(page, "<select")[1:] {
		chosen := ""
		for i, option := range strings.Split(field[:strings.Index(field, "</select>")], "<option")[1:] {
			if i == 0 || strings.Contains(option[:strings.Index(option, ">")], " selected") {
				chosen = attribute(option, "value")
			}
		}
		form.Add(attribute(field, "name"), chosen)
	}
	form.Set("contact", "desk 4")
	form.Set("reason", "wanted")
	sent := s.send(t, one, "/alerts/lists/national/alert", form, "picture", "", nil)
	require.Equal(t, http.StatusSeeOther, sent.Status, sent.Body)
	s.agree(t, two, sent.Header.Get("Location"))
	e, err := s.lists.Entry(t.Context(), listdb.Person{Actor: audit.Actor{ID: "x", Role: "supervisor"}}, "national", "7", "test")
	require.NoError(t, err)
	require.Equal(t, []string{"contact"}, e.Versions[0].Fields)
}

// attribute is the value of an attribute of the element that begins the markup.
func attribute(markup, name string) string {
	markup = markup[:strings.Index(markup, ">")]
	_, rest, found := strings.Cut(markup, " "+name+`="`)
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}
