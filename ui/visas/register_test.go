package visas_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
)

// issued is an application that was approved, with its visa.
func (c *centre) issued(client *http.Client, n int) (evisa.Application, evisa.Visa) {
	c.t.Helper()
	a := c.applied(n, "T")
	c.must(client, a.ID, "claim")
	c.must(client, a.ID, "approve", approval...)
	numbers, err := c.register.Numbers(c.t.Context(), a.ID)
	require.NoError(c.t, err)
	require.Len(c.t, numbers, 1)
	return a, c.visa(numbers[0]).Visa
}

func (c *centre) visa(number evisa.Number) visadb.Shown {
	c.t.Helper()
	e := audit.Actor{ID: "t", Name: "test", Role: "visa_supervisor"}.Entry(c.Clock.Now(), audit.Consultation, "visa", "test")
	e.Purpose = "VISA_DECISION"
	s, err := c.register.Show(c.t.Context(), number, e)
	require.NoError(c.t, err)
	return s
}

func TestTheRegister(t *testing.T) {
	c := open(t)
	cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	a, v := c.issued(cyd, 1)
	at := "/visa-register/" + a.ID.String()
	before := c.count(`audit WHERE object_id = 'search' AND purpose = 'VISA_DECISION'`)
	for _, form := range []url.Values{
		{"number": {v.Number.String()}}, {"number": {strings.ToLower(string(v.Number))}}, {"number": {a.Reference.String()}}, {"number": {a.Document.Number}},
		{"surname": {a.Identity.Surname}, "given_names": {a.Identity.GivenNames}, "birth_date": {"1980-05-17"}},
	} {
		body := c.Post(t, ada, "/visa-register", form).Body
		require.Contains(t, body, at, form)
		require.NotContains(t, body, at+"/"+string(v.Number))
	}
	require.Equal(t, before+5, c.count(`audit WHERE object_id = 'search' AND purpose = 'VISA_DECISION'`))
	require.Contains(t, c.Post(t, ada, "/visa-register", url.Values{"number": {"NONE1"}}).Body, "Nothing was found.")
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, ada, "/visa-register", nil).Status)
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, ada, "/visa-register", url.Values{"surname": {"X"}}).Status)

	body := c.Get(t, ada, at).Body
	require.Contains(t, body, v.Number.String())
	require.NotContains(t, body, "panel=revoke", "an officer may not")
	require.Equal(t, http.StatusForbidden, c.Post(t, ada, at+"/revoke", nil).Status)
	for _, path := range []string{at + "?n=2", at + "?n=0", at + "?n=x", "/visa-register/" + uuid.NewString(), "/visa-register/x"} {
		require.Equal(t, http.StatusNotFound, c.Get(t, ada, path).Status, path)
	}
	notice := c.Get(t, ada, at+"/notice")
	require.Equal(t, "application/pdf", notice.Header.Get("Content-Type"))
	require.Equal(t, `attachment; filename="visa-notice.pdf"`, notice.Header.Get("Content-Disposition"))
	require.Equal(t, []evisa.Number{v.Number}, c.notices.asked)
}

func TestAVisaIsExtendedReissuedAndRevoked(t *testing.T) {
	c := open(t)
	cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
	a, v := c.issued(cyd, 1)
	at := "/visa-register/" + a.ID.String()
	c.Clock.Pass(time.Minute)
	extension := url.Values{"n": {"1"}, "version": {"1"}, "until": {"2027-02-10"}, "days": {"25"}, "entries": {"1"}, "words": {"ill"}}
	for field, bad := range map[string]string{"until": "2026-12-25", "days": "31", "entries": "2"} {
		f := url.Values{}
		for k, values := range extension {
			f[k] = values
		}
		f.Set(field, bad)
		require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, at+"/extend", f).Status, field)
	}
	require.Equal(t, http.StatusSeeOther, c.Post(t, cyd, at+"/extend", extension).Status)
	require.Equal(t, http.StatusConflict, c.Post(t, cyd, at+"/extend", extension).Status, "another version by now")
	require.Equal(t, 25, c.visa(v.Number).Days)

	passport := url.Values{"n": {"1"}, "version": {"2"}, "code": {"p"}, "number": {"n7654321"}, "issuing_state": {"uto"}, "expiry_date": {"2036-01-01"}}
	r := c.Post(t, cyd, at+"/reissue", passport)
	require.Equal(t, http.StatusSeeOther, r.Status, r.Body)
	numbers, err := c.register.Numbers(t.Context(), a.ID)
	require.NoError(t, err)
	require.Len(t, numbers, 2)
	body := c.Get(t, cyd, at+"?n=1").Body
	require.Contains(t, body, "replaced")
	require.Contains(t, body, at+"?n=2", "the way to the new one")
	require.Contains(t, c.Get(t, cyd, at).Body, "N7654321", "the newest by itself")

	revocation := url.Values{"n": {"2"}, "version": {"1"}, "reason": {"misused"}, "words": {"sold it"}}
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, at+"/revoke", revocation).Status, "asked twice")
	revocation.Set("sure", "yes")
	revocation.Set("reason", "because")
	require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, at+"/revoke", revocation).Status, "a coded reason")
	revocation.Set("reason", "misused")
	require.Equal(t, http.StatusSeeOther, c.Post(t, cyd, at+"/revoke", revocation).Status)
	require.Equal(t, evisa.Revoked, c.visa(numbers[1]).Standing)
	body = c.Get(t, cyd, at).Body
	require.Contains(t, body, "sold it")
	require.NotContains(t, body, "panel=extend")
	require.Contains(t, body, "panel=annul")
	revocation.Set("version", "2")
	require.Equal(t, http.StatusSeeOther, c.Post(t, cyd, at+"/annul", revocation).Status)
	require.Equal(t, evisa.Annulled, c.visa(numbers[1]).Standing)
	require.Equal(t, http.StatusNotFound, c.Post(t, cyd, at+"/nonsense", revocation).Status)
}

// A visa that two posts used without knowing of each other is a case with both uses, which a person decides.
func TestDoubleUseIsDecided(t *testing.T) {
	for outcome, want := range map[string]evisa.Standing{"legitimate": evisa.InForce, "misuse": evisa.Revoked, "clerical": evisa.InForce} {
		t.Run(outcome, func(t *testing.T) {
			c := open(t)
			cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
			ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
			require.Contains(t, c.Get(t, ada, "/visa-cases").Body, "No case here.")
			a, v := c.issued(cyd, 1)
			c.crossed("airport-1", v, c.Clock.Now(), 0)
			c.crossed("land-2", v, c.Clock.Now().Add(3*time.Hour), 0)
			body := c.Get(t, ada, "/visa-cases").Body
			require.Contains(t, body, v.Number.String())
			require.Contains(t, body, "Bridge")
			require.Equal(t, 1, c.count(`visa_event WHERE number = $1 AND kind = 'case' AND role = 'system'`, v.Number), "an event of the visa")
			require.Contains(t, c.Get(t, ada, "/visas").Body, "Visas used at several posts: 1")
			_, rest, found := strings.Cut(body, `href="/visa-cases/`)
			require.True(t, found)
			id, _, _ := strings.Cut(rest, `"`)
			at := "/visa-cases/" + id
			register := "/visa-register/" + a.ID.String()
			require.Contains(t, c.Get(t, ada, register).Body, `href="`+at+`"`, "the open case stands with the visa")
			body = c.Get(t, ada, at).Body
			require.Contains(t, body, "Lanet airport")
			require.Contains(t, body, "Bridge")
			require.Equal(t, 2, strings.Count(body, "olga"), "both officers")
			form := url.Values{"outcome": {outcome}, "reason": {"looked at both"}, "revoke": {"yes"}}
			require.Equal(t, http.StatusForbidden, c.Post(t, ada, at, form).Status)
			require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, at, url.Values{"outcome": {outcome}}).Status)
			require.Equal(t, http.StatusUnprocessableEntity, c.Post(t, cyd, at, url.Values{"outcome": {"x"}, "reason": {"y"}}).Status)
			require.Equal(t, http.StatusSeeOther, c.Post(t, cyd, at, form).Status)
			require.Equal(t, want, c.visa(v.Number).Standing)
			require.Contains(t, c.Get(t, ada, at).Body, "looked at both")
			require.Equal(t, http.StatusConflict, c.Post(t, cyd, at, form).Status, "decided once")
			body = c.Get(t, ada, register).Body
			require.Contains(t, body, "Lanet airport", "the uses stand with the visa")
			require.Contains(t, body, `href="`+at+`"`, "and what was decided")
			require.Contains(t, body, "looked at both")
			require.Equal(t, http.StatusNotFound, c.Get(t, ada, "/visa-cases/"+uuid.NewString()).Status)
		})
	}
}

// Misuse that was decided without a revocation offers it on the case's page, to who may.
func TestMisuseOffersTheRevocation(t *testing.T) {
	c := open(t)
	cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
	ada := c.SignedIn(t, c.Person(t, auth.RoleVisaOfficer, "ada"))
	a, v := c.issued(cyd, 1)
	c.crossed("airport-1", v, c.Clock.Now(), 0)
	c.crossed("land-2", v, c.Clock.Now().Add(3*time.Hour), 0)
	var id uuid.UUID
	require.NoError(t, c.DB.Pool.QueryRow(t.Context(), `SELECT crossing_id FROM visa_case`).Scan(&id))
	at, revoke := "/visa-cases/"+id.String(), "/visa-register/"+a.ID.String()+"?n=1&amp;panel=revoke"
	require.NotContains(t, c.Get(t, cyd, at).Body, revoke, "nothing is decided yet")
	require.Equal(t, http.StatusSeeOther, c.Post(t, cyd, at, url.Values{"outcome": {"misuse"}, "reason": {"two people"}}).Status)
	require.Equal(t, evisa.InForce, c.visa(v.Number).Standing)
	require.Contains(t, c.Get(t, cyd, at).Body, revoke)
	require.NotContains(t, c.Get(t, ada, at).Body, revoke)
}

func TestTheNumbers(t *testing.T) {
	c := open(t)
	cyd := c.SignedIn(t, c.Person(t, auth.RoleVisaSupervisor, "cyd"))
	require.Contains(t, c.Get(t, cyd, "/visa-statistics").Body, "No application was received")
	c.issued(cyd, 1)
	c.applied(2, "B", func(a *evisa.Application) { a.Identity.Nationality = "=1+" })
	_, err := c.DB.Pool.Exec(t.Context(), `INSERT INTO visa_arrival SELECT gen_random_uuid(), 'airport-1', 'A' || n, 'PHL', now(), $1, 'arrival', '1', 30, 4000,
		'EUR', CASE n WHEN 1 THEN '' ELSE 'R-' || n END, CASE n WHEN 1 THEN 'child' ELSE '' END, false FROM generate_series(1, 3) n`, c.Clock.Now())
	require.NoError(t, err)
	body := c.Get(t, cyd, "/visa-statistics").Body
	require.Contains(t, body, `<svg class="chart"`)
	for _, of := range []string{"Visas granted on arrival", ">PHL<", ">80.00 EUR<"} {
		require.Contains(t, body, of)
	}
	require.Contains(t, body, "Visitor")
	require.NotContains(t, body, "TESTER")
	r := c.Get(t, cyd, "/visa-statistics/export")
	require.Equal(t, "text/csv; charset=utf-8", r.Header.Get("Content-Type"))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(r.Body, "\ufeff"))).ReadAll()
	if err != nil { // the parts have columns of their own
		reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(r.Body, "\ufeff")))
		reader.FieldsPerRecord = -1
		rows, err = reader.ReadAll()
	}
	require.NoError(t, err)
	require.Equal(t, "2", rows[1][2], "received")
	require.Contains(t, r.Body, "'=1+", "no formula")
	require.Contains(t, r.Body, "PHL,3,1\n")
	require.Contains(t, r.Body, "80.00 EUR,2\n")
	c.applied(3, "B", func(a *evisa.Application) { a.Identity.Nationality = "D" })
	for _, code := range []string{"D", "deu"} {
		require.Contains(t, c.Get(t, cyd, "/visa-statistics/export?nationality="+code).Body, "D,1,", "a State by either of its codes")
	}
	for query, at := range map[string]string{"?from=2026-12-01&until=2026-11-01": "from", "?nationality=Ken": "", "?nationality=QQQ": "nationality", "?nationality=Kenya": "nationality"} {
		shown := c.Get(t, cyd, "/visa-statistics"+query).Body
		require.Equal(t, at != "", strings.Contains(shown, `aria-invalid="true"`), query)
		if at != "" {
			require.Regexp(t, `<input id="field-`+at+`"[^>]*aria-invalid="true"`, shown, query)
		}
	}
	for _, query := range []string{"?from=x", "?from=2026-12-01&until=2026-11-01", "?from=0001-01-01&until=9999-12-31"} {
		require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusOK}, c.Get(t, cyd, "/visa-statistics"+query).Status, query)
		require.Less(t, c.Get(t, cyd, "/visa-statistics/export"+query).Status, 500, query)
	}
}
