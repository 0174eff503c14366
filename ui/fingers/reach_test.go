package fingers_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/auth"
)

// Pictures of prints are given out of the traveller in the officer's own lane alone, and only those that were compared; none is stored by
// the browser, and every one is audited.
func TestPicturesOfPrintsAreGivenToTheOfficerOfTheLaneAlone(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "amira"))
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	scan := func(surname, number string) string {
		s.Post(t, client, "/counter/scans", url.Values{"mrz": {zone(t, surname, number, "FRA")}, "mode": {"air"}})
		var id string
		require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from scan where closed_at is null").Scan(&id))
		return "/counter/inspections/" + id
	}
	take := func(path string) {
		s.Post(t, client, path+"/fingers", url.Values{})
		id := uuid.MustParse(path[len("/counter/inspections/"):])
		session, err := s.work.Session(id)
		require.NoError(t, err)
		for {
			v, changed := session.View()
			if v.Phase == fingers.PhaseKept {
				break
			}
			require.Empty(t, v.Fault)
			<-changed
		}
		i, err := s.desk.Inspection(t.Context(), "1", id)
		require.NoError(t, err)
		<-i.Done()
	}
	path := scan("MARTIN", "12AB34567")
	take(path)
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, path+"/decision", url.Values{"verdict": {"admit"}}).Status)
	path = scan("MARTIN", "12AB34567")
	take(path)

	var presented, reference, other string
	at := func(query string, into *string) {
		require.NoError(t, s.DB.Pool.QueryRow(t.Context(), query).Scan(into))
	}
	at("select id from biometric.print where state = 'apart' limit 1", &presented)
	at("select id from biometric.print where state = 'reference' limit 1", &reference)
	other = uuid.NewString()
	before := s.count(t, "audit where object_kind = 'fingerprint'")
	for _, id := range []string{presented, reference} {
		answer := s.Get(t, client, path+"/fingers/prints/"+id)
		require.Equal(t, http.StatusOK, answer.Status)
		require.Equal(t, "image/png", answer.Header.Get("Content-Type"))
		require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	}
	require.Equal(t, before+2, s.count(t, "audit where object_kind = 'fingerprint'"))
	require.Equal(t, http.StatusNotFound, s.Get(t, client, path+"/fingers/prints/"+other).Status)

	require.Equal(t, http.StatusNoContent, s.Get(t, client, path+"/fingers/preview").Status, "nothing of this traveller is being taken")

	elsewhere := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "boris"))
	s.Post(t, elsewhere, "/counter/lane", url.Values{"lane": {"2"}})
	for below, status := range map[string]int{
		"": http.StatusNotFound, "/evidence": http.StatusNotFound,
		// What a page fetches by itself says nothing of a traveller who is not in the lane.
		"/drawn": http.StatusNoContent, "/preview": http.StatusNoContent, "/stream?seen=0": http.StatusNoContent,
		"/prints/" + presented: http.StatusNoContent,
	} {
		answer := s.Get(t, elsewhere, path+"/fingers"+below)
		require.Equal(t, status, answer.Status, below)
		if status == http.StatusNoContent {
			require.Empty(t, answer.Body, below)
		}
	}
	require.Equal(t, before+2, s.count(t, "audit where object_kind = 'fingerprint'"), "nothing was given elsewhere")
	require.NotContains(t, s.Logs.String(), "MARTIN")
}
