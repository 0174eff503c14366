package readers_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// zone is the specimen of ICAO Doc 9303-4.
const zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3204153ZE184226B<<<<<16"

func (s *station) seated(t *testing.T, name string) *http.Client {
	t.Helper()
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, name))
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}}).Status)
	return client
}

func TestOnlyADeviceThatMayPostIsHeard(t *testing.T) {
	s := open(t)
	d, token := s.device(t, "Desk 1")
	for name, shown := range map[string]string{
		"none": "", "no token": "secret", "unknown": "bmr_" + strings.Repeat("A", 43), "cut": token[:len(token)-1],
	} {
		got := s.post(t, shown, []byte(`{}`))
		require.Equal(t, http.StatusUnauthorized, got.Status, name)
		require.Equal(t, "reader.token", got.Error, name)
		require.NotEmpty(t, got.Message)
	}
	require.Equal(t, http.StatusAccepted, s.post(t, token, []byte(`{"mrz": "x"}`)).Status)
	super := s.SignedIn(t, s.Person(t, auth.RoleAdministrator, "admin"))
	require.Equal(t, http.StatusSeeOther, s.Post(t, super, "/readers/"+d.ID.String()+"/revocation", nil).Status)
	require.Equal(t, http.StatusUnauthorized, s.post(t, token, []byte(`{"mrz": "x"}`)).Status, "a revoked token opens nothing")
	require.Equal(t, http.StatusNotFound, s.Post(t, super, "/readers/"+d.ID.String()+"/revocation", nil).Status)
	require.Zero(t, s.count(t, `select count(*) from reader_device where encode(token_hash, 'escape') like '%' || $1 || '%'`, token))
	require.Equal(t, 2, s.count(t, `select count(*) from audit where object_kind = 'reader' and decision in ('issue', 'revoke')`))
	require.NotContains(t, s.Logs.String(), token)
}

func TestWhatIsWrongIsToldWithItsPlace(t *testing.T) {
	s := open(t)
	_, token := s.device(t, "Desk 1")
	for body, want := range map[string]answer{
		`{`:                                 {Status: 422, Error: "reading.json"},
		`[]`:                                {Status: 422, Error: "reading.value"},
		`{"mrzz": ""}`:                      {Status: 422, Error: "reading.unknown", Where: "mrzz"},
		`{"images": [{"light": "green"}]}`:  {Status: 422, Error: "reading.value", Where: "images[0].light"},
		`{"chip": {"files": {"DG17": ""}}}`: {Status: 422, Error: "reading.value", Where: "chip.files.DG17"},
		`{"mrz": "a", "mrz": "b"}`:          {Status: 422, Error: "reading.twice", Where: "mrz"},
	} {
		got := s.post(t, token, []byte(body))
		require.NotEmpty(t, got.Message, body)
		got.Message = ""
		require.Equal(t, want, got, body)
	}
	got := s.post(t, token, bytes.Repeat([]byte{' '}, reader.MaxBytes+1))
	require.Equal(t, http.StatusRequestEntityTooLarge, got.Status)
	require.Equal(t, "reading.too_large", got.Error)
	require.Zero(t, s.count(t, "select count(*) from reader_arrival"))
}

func TestNothingThatArrivesIsLost(t *testing.T) {
	s := open(t)
	_, token := s.device(t, "Desk 1")
	body := func(id, mrz string) []byte {
		text, err := json.Marshal(reader.Reading{ID: id, At: s.Clock.Now(), MRZ: mrz})
		require.NoError(t, err)
		return text
	}
	got := s.post(t, token, body("early", zone))
	require.Equal(t, answer{Status: 202, ID: "early", State: "kept", Why: "nobody", Lane: "1"}, got)
	require.Equal(t, got, s.post(t, token, body("early", zone)), "sent again it is one")

	officer := s.seated(t, "amira")
	require.Equal(t, "unreadable", s.post(t, token, body("soiled", "NOT A ZONE")).Why)
	require.Equal(t, "no_image", s.post(t, token, body("empty", "")).Why)
	require.Equal(t, 3, s.count(t, "select count(*) from reader_arrival where state = 'kept' and content is not null"))
	require.Zero(t, s.count(t, `select count(*) from reader_arrival where encode(content, 'escape') like '%ERIKSSON%'`), "sealed")

	page := s.Get(t, officer, "/counter/readings")
	require.Equal(t, 3, strings.Count(page.Body, "/taking"))
	require.NotContains(t, page.Body, "ERIKSSON", "the list shows nobody's data")
	require.Contains(t, s.Get(t, officer, "/counter").Body, `id="kept"`)

	var early string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from reader_arrival where reading_id = 'early'").Scan(&early))
	taken := s.Post(t, officer, "/counter/readings/"+early+"/taking", nil)
	require.Equal(t, "/counter", taken.Header.Get("Location"))
	require.Contains(t, s.Get(t, officer, "/counter").Body, "ERIKSSON")
	require.Equal(t, 1, s.count(t, "select count(*) from reader_arrival where state = 'taken' and content is null and inspection is not null"))

	var soiled string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from reader_arrival where reading_id = 'soiled'").Scan(&soiled))
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, officer, "/counter/readings/"+soiled+"/dismissal", nil).Status, "a reason is needed")
	aside := s.Post(t, officer, "/counter/readings/"+soiled+"/dismissal", url.Values{"reason": {"misread"}})
	require.Equal(t, http.StatusSeeOther, aside.Status)
	require.Equal(t, 1, s.count(t, "select count(*) from audit where object_kind = 'reading' and decision = 'put_aside' and justification = 'misread'"))
	require.Equal(t, http.StatusNotFound, s.Post(t, officer, "/counter/readings/"+soiled+"/dismissal", url.Values{"reason": {"misread"}}).Status)
}

func TestAReadingIsOpenedInTheNameOfWhoSitsThere(t *testing.T) {
	s := open(t)
	d, token := s.device(t, "Desk 1")
	officer := s.Person(t, auth.RoleOfficer, "amira")
	client := s.SignedIn(t, officer)
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	sent := s.send(t, token, s.reading(t, "genuine"))
	require.Equal(t, "opened", sent.State, sent)
	require.Equal(t, 1, s.count(t, `select count(*) from audit where object_kind = 'inspection' and verb = 'consultation' and actor = $1
		and workstation = $2 and lane = '1'`, officer.ID.String(), d.Name))
	require.Equal(t, 1, s.count(t, `select count(*) from audit where object_kind = 'reading' and actor = $1`, d.ID.String()))
	require.Equal(t, sent, s.send(t, token, s.reading(t, "genuine")))
	require.Equal(t, 1, s.count(t, "select count(*) from scan"), "sent again it opens nothing")

	var inspection string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from scan").Scan(&inspection))
	image := s.Get(t, client, "/counter/inspections/"+inspection+"/images/page")
	require.Equal(t, http.StatusOK, image.Status)
	require.Equal(t, "no-store", image.Header.Get("Cache-Control"))
	require.True(t, strings.HasPrefix(image.Header.Get("Content-Type"), "image/"))
	require.Equal(t, http.StatusNoContent, s.Get(t, client, "/counter/inspections/"+inspection+"/images/99").Status)
	other := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "basma"))
	s.Post(t, other, "/counter/lane", url.Values{"lane": {"2"}})
	elsewhere := s.Get(t, other, "/counter/inspections/"+inspection+"/images/page")
	require.Equal(t, http.StatusNoContent, elsewhere.Status, "another lane sees nothing")
	require.Empty(t, elsewhere.Body)
}

func TestALockedOfficerIsNotThere(t *testing.T) {
	s := open(t)
	_, token := s.device(t, "Desk 1")
	client := s.seated(t, "amira")
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/lock", url.Values{}).Status)
	got := s.post(t, token, []byte(`{"id": "a", "mrz": "`+strings.ReplaceAll(zone, "\n", `\n`)+`"}`))
	require.Equal(t, "nobody", got.Why, got)
}

func TestRoutes(t *testing.T) {
	s := open(t)
	webtest.Matrix(t, s.Server, "testdata/routes.golden")
}
