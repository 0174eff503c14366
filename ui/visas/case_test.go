package visas_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestWhoMayDoWhat(t *testing.T) {
	c := open(t)
	webtest.Matrix(t, c.Server, "testdata/routes.golden")
}

// version is the version of an application as it stands, for a form.
func (c *centre) version(id uuid.UUID) string {
	c.t.Helper()
	k, err := c.store.Load(c.t.Context(), id)
	require.NoError(c.t, err)
	return fmt.Sprint(k.Version)
}

// do looks at an application, as a page does, and sends a form of it.
func (c *centre) do(client *http.Client, id uuid.UUID, act string, pairs ...string) webtest.Response {
	c.t.Helper()
	require.Equal(c.t, http.StatusOK, c.Get(c.t, client, "/visas/"+id.String()).Status)
	v := url.Values{"version": {c.version(id)}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return c.Post(c.t, client, "/visas/"+id.String()+"/"+act, v)
}

func (c *centre) must(client *http.Client, id uuid.UUID, act string, pairs ...string) {
	c.t.Helper()
	r := c.do(client, id, act, pairs...)
	require.Equal(c.t, http.StatusSeeOther, r.Status, r.Body)
}

func (c *centre) state(id uuid.UUID) evisa.State {
	c.t.Helper()
	k, err := c.store.Load(c.t.Context(), id)
	require.NoError(c.t, err)
	return k.State
}

var approval = []string{"from", "2026-12-20", "until", "2027-01-31", "days", "20", "entries", "1", "conditions", "no_work", "ports", "airport-1", "modes", "air", "reason", "seen"}

// Where the photographed zone says something else than was typed, the page says in which field.
func TestWhatDiffersFromTheZoneIsNamed(t *testing.T) {
	c := open(t)
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	a := c.applied(1, "T", func(a *evisa.Application) {
		a.Identity.Surname, a.Identity.GivenNames = "TESTER", "PAT"
		zone, err := mrz.Encode(mrz.TD3, a.Document, a.Identity, mrz.Extra{})
		require.NoError(t, err)
		a.Document.MRZ, a.Identity.Nationality = zone, "KEN"
	})
	body := c.Get(t, ada, "/visas/"+a.ID.String()).Body
	require.Regexp(t, `(?s)What was confirmed is not what the zone says</strong>\s*Nationality\s*<span>KEN – expected `, body)
}

func TestAnApplicationIsApprovedOnItsPage(t *testing.T) {
	c := open(t)
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	a := c.applied(1, "T")
	page := "/visas/" + a.ID.String()
	body := c.Get(t, ada, page).Body
	for _, shown := range []string{a.Identity.Surname, "PAT &lt;B&gt;", "باتي", a.Reference.String(), a.Contact.Email, "Lanet airport", "35.00 EUR"} {
		require.Contains(t, body, shown)
	}
	require.NotContains(t, body, "<B>", "what a stranger typed stays text")
	title := body[strings.Index(body, "<title>"):strings.Index(body, "</title>")]
	require.NotContains(t, title, "TESTER")
	require.NotContains(t, title, string(a.Reference))

	require.Equal(t, http.StatusConflict, c.do(ada, a.ID, "approve", approval...).Status, "claim it first")
	c.must(ada, a.ID, "claim")
	r := c.Get(t, ada, page+"?panel=approve")
	require.Contains(t, r.Body, `value="2026-12-20"`, "the journey's first day")
	require.Contains(t, r.Body, "valid 90 days, stay 30 days")
	require.Regexp(t, `(?s)value="airport-1"/?> <bdi>Lanet airport</bdi>.{0,200}asked for.*value="land-2"`, r.Body, "the port of the journey, to be ticked; nothing is ticked by itself")
	require.Equal(t, http.StatusUnprocessableEntity, c.do(ada, a.ID, "approve", "from", "x").Status)
	wrong := append([]string(nil), approval...)
	wrong[5] = "31"
	r = c.do(ada, a.ID, "approve", wrong...)
	require.Equal(t, http.StatusUnprocessableEntity, r.Status, "longer than the type allows")
	require.Contains(t, r.Body, `value="31"`, "what was typed stays")
	c.must(ada, a.ID, "approve", approval...)
	require.Equal(t, evisa.Approved, c.state(a.ID))
	body = c.Get(t, ada, page).Body
	require.Contains(t, body, "/visa-register/"+a.ID.String())
	require.Equal(t, 1, c.count(`visa WHERE application = $1 AND terms ->> 'days' = '20'`, a.ID))
	require.Equal(t, http.StatusConflict, c.do(ada, a.ID, "approve", approval...).Status, "once")
}

// A port that is no post is named beside the posts; the one that is stands first.
func TestThePortOfTheJourneyIsOfferedAsACondition(t *testing.T) {
	c := open(t)
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	bridge := c.applied(1, "T", func(a *evisa.Application) { a.Journey.Port = "land-2" })
	typed := c.applied(2, "T", func(a *evisa.Application) { a.Journey.Port = "Harbour <b>" })
	for _, a := range []evisa.Application{bridge, typed} {
		c.must(ada, a.ID, "claim")
	}
	require.Contains(t, c.Get(t, ada, "/visas/"+bridge.ID.String()).Body, "Bridge")
	r := c.Get(t, ada, "/visas/"+bridge.ID.String()+"?panel=approve").Body
	require.Regexp(t, `(?s)value="land-2".{0,300}asked for.*value="airport-1"`, r)
	require.NotContains(t, r, "The applicant names")
	r = c.Get(t, ada, "/visas/"+typed.ID.String()+"?panel=approve").Body
	require.Contains(t, r, "The applicant names: Harbour &lt;b&gt;")
	require.NotContains(t, r, "asked for")
	c.must(ada, bridge.ID, "approve", "from", "2026-12-20", "until", "2027-01-31", "days", "20", "entries", "1", "ports", "land-2")
	require.Equal(t, 1, c.count(`visa WHERE application = $1 AND terms -> 'ports' = '["land-2"]'`, bridge.ID))
}

// A form of a version that somebody changed meanwhile changes nothing, and keeps what was typed.
func TestAnOldPageChangesNothing(t *testing.T) {
	c := open(t)
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	a := c.applied(1, "T")
	c.must(ada, a.ID, "claim")
	old := c.version(a.ID)
	c.must(ada, a.ID, "note", "text", "first")
	r := c.Post(t, ada, "/visas/"+a.ID.String()+"/note", url.Values{"version": {old}, "text": {"typed long"}})
	require.Equal(t, http.StatusConflict, r.Status)
	require.Contains(t, r.Body, "typed long")
	require.Contains(t, r.Body, "Somebody changed this in the meantime")
}

func TestNoDecisionWhileAnAlertIsNotEvaluated(t *testing.T) {
	c := open(t)
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	c.lists.setAway(true)
	a := c.applied(1, "T")
	c.must(ada, a.ID, "claim")
	body := c.Get(t, ada, "/visas/"+a.ID.String()).Body
	require.Contains(t, body, "No decision before it has answered")
	require.Contains(t, body, "No decision: a check of alerts has no answer yet.")
	require.NotContains(t, body, "panel=approve", "no way to it is offered")
	require.Equal(t, http.StatusConflict, c.do(ada, a.ID, "approve", approval...).Status)

	c.lists.setAway(false)
	c.lists.set(a.Identity.Surname, "national/2026-117@2")
	c.must(ada, a.ID, "recheck")
	body = c.Get(t, ada, "/visas/"+a.ID.String()).Body
	require.Contains(t, body, "To judge: 1")
	require.Contains(t, body, "national/2026-117@2")
	require.Contains(t, body, "BEL", "both sides")
	require.NotContains(t, body, "the secret reason", "an officer of the desk may not see why somebody is listed")
	require.Equal(t, http.StatusConflict, c.do(ada, a.ID, "refuse", "grounds", "alert").Status)
	key := keyIn(t, body)
	require.Equal(t, http.StatusUnprocessableEntity, c.do(ada, a.ID, "judge", "check", alerts.CheckName, "hit", key, "same", "not_same").Status, "why?")
	c.must(ada, a.ID, "judge", "check", alerts.CheckName, "hit", key, "same", "same", "reason", "the same scar")

	// An alert that is on the applicant wants two officers.
	c.must(ada, a.ID, "refuse", "grounds", "alert", "reason", "listed")
	require.Equal(t, evisa.Proposed, c.state(a.ID))
}

func keyIn(t *testing.T, body string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, `name="hit" value="`)
	require.True(t, found)
	key, _, _ := strings.Cut(rest, `"`)
	return key
}

// The second officer sees the first's proposal whole; may return it with a reason; who refused hears no appeal.
func TestFourEyesAndAnAppeal(t *testing.T) {
	c := open(t)
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	ben := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ben"))
	cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
	a := c.applied(1, "T")
	page := "/visas/" + a.ID.String()
	c.must(ada, a.ID, "claim")
	require.Equal(t, http.StatusUnprocessableEntity, c.do(ada, a.ID, "refuse").Status, "grounds")

	composed := c.Post(t, ada, page+"/compose/refuse", url.Values{"template": {"refuse"}, "grounds": {"means", "return"}})
	require.Contains(t, composed.Body, "لم يتم إثبات توفر الموارد الكافية للإقامة", "the letter, in the applicant's language")
	require.Contains(t, composed.Body, `dir="rtl"`)
	require.Equal(t, evisa.Examined, c.state(a.ID), "a preview sends nothing")
	c.must(ada, a.ID, "refuse", "grounds", "means", "grounds", "return", "letter", "رسالة الرفض", "reason", "no ties")
	require.Equal(t, http.StatusForbidden, c.do(ada, a.ID, "confirm").Status, "not the same person")

	body := c.Get(t, ben, page).Body
	require.Contains(t, body, "Proposal of a colleague")
	require.Contains(t, body, "رسالة الرفض")
	require.Contains(t, body, "Sufficient means for the stay were not shown.")
	require.Contains(t, body, "no ties")
	require.Equal(t, http.StatusUnprocessableEntity, c.do(ben, a.ID, "return").Status)
	c.must(ben, a.ID, "return", "reason", "ask for means first")
	require.Contains(t, c.Get(t, ada, page).Body, "ask for means first")
	c.must(ada, a.ID, "refuse", "grounds", "means", "letter", "رسالة", "reason", "asked")
	c.must(ben, a.ID, "confirm")
	require.Equal(t, evisa.Refused, c.state(a.ID))

	c.keep(evisa.ParcelAppeal, a.ID, evisa.Said{Text: "I have the means", Language: "ar"}, nil)
	require.Equal(t, evisa.Appealed, c.state(a.ID))
	require.Contains(t, c.Get(t, cyd, page).Body, "I have the means")
	for _, refuser := range []*http.Client{ada, ben} {
		require.Equal(t, http.StatusForbidden, c.do(refuser, a.ID, "claim").Status)
	}
	c.must(cyd, a.ID, "claim")
	c.must(cyd, a.ID, "approve", approval...)
	require.Equal(t, evisa.Approved, c.state(a.ID))
}

func TestAskingInvitingAndTheInterview(t *testing.T) {
	c := open(t)
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	a := c.applied(1, "T")
	page := "/visas/" + a.ID.String()
	c.must(ada, a.ID, "claim")
	require.Equal(t, http.StatusUnprocessableEntity, c.do(ada, a.ID, "ask", "kinds", "ticket", "text", "").Status)
	require.Equal(t, http.StatusUnprocessableEntity, c.do(ada, a.ID, "ask", "text", "x", "days", "0").Status)
	require.Equal(t, http.StatusUnprocessableEntity, c.do(ada, a.ID, "ask", "text", "x", "kinds", "no such kind").Status)
	composed := c.Post(t, ada, page+"/compose/ask", url.Values{"template": {"ask"}, "kinds": {"means", "ticket"}, "days": {"10"}})
	require.Contains(t, composed.Body, a.Reference.String())
	require.Contains(t, composed.Body, "\u2068– تذكرة أو خطة سفر\u2069\n\u2068– إثبات القدرة المالية\u2069", "the papers, in the applicant's language and the catalogue's order")
	arabic := text.Must().Printer(text.Arabic)
	require.Contains(t, composed.Body, "\u2068"+arabic.Day(day("2026-12-01"))+"\u2069", "the days that were typed")
	r := c.do(ada, a.ID, "ask", "text", "{papers}")
	require.Equal(t, http.StatusUnprocessableEntity, r.Status, "nothing is asked for")
	require.Contains(t, r.Body, "The letter still has a place to fill in: {papers}.")
	c.must(ada, a.ID, "ask", "kinds", "ticket", "text", "نحتاج التذكرة", "days", "10")
	require.Equal(t, evisa.Asked, c.state(a.ID))
	k, err := c.store.Load(t.Context(), a.ID)
	require.NoError(t, err)
	require.Equal(t, c.Clock.Now().AddDate(0, 0, 10), k.Request.Until)
	c.keep(evisa.ParcelReply, a.ID, evisa.Reply{Request: k.Request.ID, Text: "here it is"}, nil)
	require.Contains(t, c.Get(t, ada, page).Body, "here it is")

	require.Equal(t, http.StatusUnprocessableEntity, c.do(ada, a.ID, "invite", "place", "room 4", "when", "2020-01-01T10:00", "text", "x").Status)
	letter := c.Post(t, ada, page+"/compose/invite", url.Values{"template": {"invite"}, "place": {"room 4"}, "when": {"2026-12-01T10:00"}})
	require.Contains(t, letter.Body, `value="room 4"`, "what was typed stays")
	when := "\u2068" + arabic.DayAt(time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)) + "\u2069"
	require.Contains(t, letter.Body, when+"\n\u2068room 4\u2069")
	c.must(ada, a.ID, "invite", "place", "room 5", "when", "2026-12-01T10:00", "text", "مقابلة {when} {place}")
	k, err = c.store.Load(t.Context(), a.ID)
	require.NoError(t, err)
	require.Equal(t, "مقابلة "+when+" \u2068room 5\u2069", k.Request.Text, "what was left is filled in when it is sent")
	require.Equal(t, evisa.Interview, c.state(a.ID))
	require.Contains(t, c.Get(t, ada, page).Body, "2026-12-01 10:00")
	c.must(ada, a.ID, "interviewed", "notes", "knows the host well")
	require.Contains(t, c.Get(t, ada, page).Body, "knows the host well")
	c.must(ada, a.ID, "release")
	ben := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ben"))
	c.must(ben, a.ID, "claim")
	require.Equal(t, http.StatusUnprocessableEntity, c.do(ada, a.ID, "claim").Status, "from another with a reason alone")
	c.must(ada, a.ID, "claim", "reason", "ben is ill")
}

// Pictures are shown, everything else is only handed out; nothing that a stranger sent can run, and every look is audited.
func TestFilesOfStrangers(t *testing.T) {
	c := open(t)
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	a := c.applied(1, "T")
	before := c.count(`audit WHERE decision = 'file'`)
	for n, want := range []string{"image/jpeg", "image/jpeg", "application/pdf"} {
		at := "/visas/" + a.ID.String() + "/files/" + a.Files[n].ID.String()
		shown, got := c.Get(t, ada, at), c.Get(t, ada, at+"/download")
		for _, r := range []webtest.Response{shown, got} {
			require.Equal(t, http.StatusOK, r.Status)
			require.Equal(t, want, r.Header.Get("Content-Type"))
			require.Contains(t, r.Header.Get("Content-Security-Policy"), "sandbox")
			require.Contains(t, r.Header.Get("Content-Security-Policy"), "default-src 'none'")
			require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
			require.NotContains(t, r.Header.Get("Content-Disposition"), "TESTER")
		}
		require.Equal(t, want == "application/pdf", strings.HasPrefix(shown.Header.Get("Content-Disposition"), "attachment"), "shown")
		require.True(t, strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment"))
	}
	require.Equal(t, before+6, c.count(`audit WHERE decision = 'file'`), "every look")
	for _, path := range []string{
		"/visas/" + a.ID.String() + "/files/nonsense", "/visas/" + a.ID.String() + "/files/" + uuid.NewString(),
		"/visas/" + uuid.NewString() + "/files/" + a.Files[0].ID.String(), "/visas/" + uuid.NewString(), "/visas/nonsense", "/visas?state=nonsense", "/visas?after=%21",
	} {
		require.Equal(t, http.StatusNotFound, c.Get(t, ada, path).Status, path)
	}
}

// A refund is asked for once, whatever is sent twice, by who may alone, and is said with its reason in the audit log.
func TestARefund(t *testing.T) {
	c := open(t)
	cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	a := c.applied(1, "T")
	wish := uuid.NewString()
	require.Equal(t, http.StatusForbidden, c.do(ada, a.ID, "refund", "wish", wish, "reason", "x").Status)
	for _, amount := range []string{"35.01", "-1", "1", "0.00", "x", "1.000"} {
		require.Equal(t, http.StatusUnprocessableEntity, c.do(cyd, a.ID, "refund", "wish", wish, "reason", "asked", "amount", amount).Status, amount)
	}
	require.Equal(t, http.StatusUnprocessableEntity, c.do(cyd, a.ID, "refund", "wish", wish).Status, "why?")
	c.must(cyd, a.ID, "refund", "wish", wish, "reason", "office closed", "amount", "12.50 eur")
	c.must(cyd, a.ID, "refund", "wish", wish, "reason", "office closed", "amount", "12.50")
	require.Equal(t, 1, c.count(`portal.refund_wanted WHERE group_id = $1 AND amount = 1250`, a.Group))
	require.Equal(t, 2, c.count(`audit WHERE object_kind = 'visa_payment' AND decision = 'refund' AND justification = 'office closed'`))
	require.Contains(t, c.Get(t, cyd, "/visas/"+a.ID.String()).Body, "Refund asked for")
}

// What anybody sends is kept out or shown as text: never a failure of ours.
func TestBadInput(t *testing.T) {
	c := open(t)
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "ada"))
	a := c.applied(1, "T")
	c.must(ada, a.ID, "claim")
	for _, bad := range []string{"<script>alert(1)</script>", "'; DROP TABLE visa; --", "\u202Eabc", "a\u200Bb", "\x01\x02", "{{.x}}", strings.Repeat("x", 20000), "٣٥", "=1+1"} {
		for _, act := range []string{"note", "judge", "ask", "invite", "interviewed", "approve", "refuse", "return", "claim", "refund", "recheck", "confirm"} {
			v := url.Values{}
			for _, field := range []string{"version", "reason", "text", "check", "hit", "same", "days", "place", "when", "notes", "from", "until", "entries", "letter", "amount", "wish", "kinds", "grounds", "ports", "modes", "conditions"} {
				v.Set(field, bad)
			}
			for _, version := range []string{bad, c.version(a.ID)} {
				v.Set("version", version)
				r := c.Post(t, ada, "/visas/"+a.ID.String()+"/"+act, v)
				require.Less(t, r.Status, 500, "%s %q", act, bad[:min(len(bad), 20)])
				require.NotContains(t, r.Body, "<script>alert")
			}
		}
		for _, path := range []string{"/visas/find", "/visa-register"} {
			require.Less(t, c.Post(t, ada, path, url.Values{"q": {bad}, "number": {bad}, "surname": {bad}, "birth_date": {bad}}).Status, 500, path)
			require.Less(t, c.Post(t, ada, path, url.Values{"surname": {bad}, "birth_date": {"1980"}}).Status, 500, path)
		}
		for _, path := range []string{"/visas?state=", "/visas?after=", "/visa-statistics?from=", "/visa-statistics?nationality=", "/visa-cases?state=", "/visas/" + a.ID.String() + "?panel=", "/visas/" + a.ID.String() + "?done="} {
			require.Less(t, c.Get(t, ada, path+url.QueryEscape(bad)).Status, 500, path)
		}
	}
	require.NotContains(t, c.Logs.String(), a.Identity.Surname)
	require.NotContains(t, c.Logs.String(), a.Document.Number)
}

// The longest waits of the queue come first, counts are as many as rows, and nothing of a person stands in an address.
func TestTheQueue(t *testing.T) {
	c := open(t)
	ada := c.Person(t, auth.RoleVisaOfficer, "ada")
	client := c.SignedIn(t, ada)
	var all []evisa.Application
	for n, kind := range []string{"T", "B", "H", "T"} {
		all = append(all, c.applied(n, kind, func(a *evisa.Application) { a.Humanitarian = kind == "H" }))
	}
	c.must(client, all[0].ID, "claim")
	c.Clock.Pass(50 * time.Hour)
	client = c.SignedIn(t, ada)
	for filter, query := range map[string]string{
		"open": "", "mine": "?owner=mine", "nobody": "?owner=nobody", "overdue": "?overdue=1", "humanitarian": "?humanitarian=1", "second": "?second=1", "high": "?risk=high",
	} {
		body := c.Get(t, client, "/visas"+query).Body
		_, rest, found := strings.Cut(body, `data-count="`+filter+`">`)
		require.True(t, found)
		count, _, _ := strings.Cut(rest, "<")
		require.Equal(t, count, fmt.Sprint(strings.Count(body, `<tr id="visa-`)), filter)
	}
	body := c.Get(t, client, "/visas?overdue=1").Body
	require.Contains(t, body, all[2].Reference.String(), "a day is its target")
	require.Contains(t, body, "overdue by")
	require.Contains(t, body, "Humanitarian")
	rows := c.Get(t, client, "/visas/rows?type=B").Body
	require.Contains(t, rows, all[1].Reference.String())
	require.NotContains(t, rows, all[0].Reference.String())
	require.Contains(t, rows, "document typed by hand (+5)", "a risk names its factors")

	for _, q := range []string{all[1].Reference.String(), strings.ToLower(string(all[1].Reference)), all[1].Document.Number} {
		r := c.Post(t, client, "/visas/find", url.Values{"q": {q}})
		require.Contains(t, r.Body, all[1].Reference.String(), q)
		require.Equal(t, 1, strings.Count(r.Body, `<tr id="visa-`), q)
	}
	require.Contains(t, c.Post(t, client, "/visas/find", url.Values{"q": {"NOBODY99"}}).Body, "Nothing was found.")
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, client, "/visas/find", nil).Status)
}

// Parcels whose application never came are shown, not lost.
func TestParkedParcels(t *testing.T) {
	c := open(t)
	client := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	require.Contains(t, c.Get(t, client, "/visa-parcels").Body, "Every parcel found its application.")
	c.keep(evisa.ParcelReply, uuid.New(), evisa.Reply{Request: uuid.New(), Text: "lost?"}, nil)
	body := c.Get(t, client, "/visa-parcels").Body
	require.Contains(t, body, "Parcels that wait: 1")
	require.Contains(t, c.Get(t, client, "/visas").Body, "/visa-parcels")
}

// A refusal for which the officer wrote nothing says its days in the applicant's language, as one that he composes does.
func TestALetterOfTheProgramSaysItsDaysInWords(t *testing.T) {
	c := open(t)
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	for n, want := range map[int][2]string{
		1: {"ar", "كانون الأول/ديسمبر"}, 2: {"fr", "jusqu&#39;au 21 décembre 2026 inclus"}, 3: {"es", "hasta el 21 de diciembre de 2026 inclusive"}, 4: {"en", "until 21 December 2026."},
	} {
		a := c.applied(n, "T", func(a *evisa.Application) { a.Language = want[0] })
		c.must(ada, a.ID, "claim")
		c.must(ada, a.ID, "refuse", "grounds", "means")
		body := c.Get(t, ada, "/visas/"+a.ID.String()).Body
		require.Contains(t, body, want[1])
		require.NotContains(t, body, "2026-12-21")
	}
}

// The letters that come with the program have a name in the language of whoever reads the list.
func TestBuiltInLettersAreNamedInTheReadersLanguage(t *testing.T) {
	c := open(t)
	for language, names := range map[string][]string{
		"en": {"Further documents", "Interview", "Refusal"}, "fr": {"Pièces complémentaires", "Entretien", "Refus"},
		"es": {"Documentos adicionales", "Entrevista", "Denegación"}, "ar": {"مستندات إضافية", "مقابلة", "رفض"},
	} {
		client := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"+language, language))
		list := c.Get(t, client, "/visa-templates").Body
		for n, name := range names {
			require.Contains(t, list, "<bdi>"+name+"</bdi>")
			require.Contains(t, c.Get(t, client, "/visa-templates/"+string(desk.TemplateKinds()[n])).Body, `value="`+name+`"`)
		}
	}
}

func TestLettersAreKeptInFourLanguages(t *testing.T) {
	c := open(t)
	cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	require.Contains(t, c.Get(t, ada, "/visa-templates").Body, "Further documents")
	letter := url.Values{"kind": {"ask"}, "title": {"Bank <b>"}, "version": {"0"}, "words.en": {"Dear {name}, about {reference}"}, "words.ar": {"{name} {reference}"}}
	require.Equal(t, http.StatusForbidden, c.Post(t, ada, "/visa-templates/new", letter).Status)
	r := c.Post(t, ada, "/visa-templates/new/preview", letter)
	require.Contains(t, r.Body, "Dear ALEX SPECIMEN, about 234-567-899")
	for kind, shown := range map[string][]string{
		"ask":    {"– Ticket or travel plan\n– Proof of money", "– Billet ou plan de voyage\n", "– Billete o plan de viaje\n", "– تذكرة أو خطة سفر"},
		"invite": {"\n\n21 December 2026, ", ":\n\n21 de diciembre de 2026, ", " :\n\n21 décembre 2026 à ", "كانون الأول/ديسمبر"},
		"refuse": {"until 21 December 2026.", "jusqu&#39;au 21 décembre 2026 inclus", "hasta el 21 de diciembre de 2026 inclusive", "كانون الأول/ديسمبر"},
	} {
		words := url.Values{"kind": {kind}, "title": {"x"}, "version": {"0"}}
		for _, one := range desk.DefaultTemplates() {
			for language, w := range one.Words {
				if string(one.Kind) == kind {
					words.Set("words."+language, w)
				}
			}
		}
		r := c.Post(t, ada, "/visa-templates/"+kind+"/preview", words)
		_, preview, _ := strings.Cut(r.Body, `id="preview"`)
		for _, one := range shown {
			require.Contains(t, preview, one)
		}
		require.NotRegexp(t, `\{(papers|when|place|until)\}`, preview)
	}
	letter.Set("words.fr", "{nobody}")
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, "/visa-templates/new", letter).Status, "a place that is none")
	letter.Set("words.fr", "Cher {name}")
	require.Equal(t, http.StatusSeeOther, c.Post(t, cyd, "/visa-templates/new", letter).Status)
	list, err := c.desk.Templates(t.Context())
	require.NoError(t, err)
	var kept desk.Template
	for _, one := range list {
		if one.Title == "Bank <b>" {
			kept = one
		}
	}
	require.NotZero(t, kept.Version)
	require.Equal(t, "cyd", kept.ChangedBy)
	require.Contains(t, c.Get(t, ada, "/visa-templates").Body, "Bank &lt;b&gt;")
	at := "/visa-templates/" + kept.ID.String()
	require.Contains(t, c.Get(t, ada, at).Body, "Cher {name}")
	require.Equal(t, http.StatusConflict, c.Post(t, cyd, at, letter).Status, "another version is kept")
	letter.Set("version", fmt.Sprint(kept.Version))
	letter.Set("retired", "yes")
	require.Equal(t, http.StatusSeeOther, c.Post(t, cyd, at, letter).Status)
	require.Equal(t, http.StatusNotFound, c.Get(t, ada, "/visa-templates/"+uuid.NewString()).Status)
}
