package visas_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// Cases and parcels go on for as many pages as there are.
func TestNoListEndsEarly(t *testing.T) {
	const many = 120
	c := open(t)
	for _, sql := range []string{
		`INSERT INTO visa_case (crossing_id, number, kind, state, crossings, opened_at)
			SELECT gen_random_uuid(), 'X', 'overlap', 'open', '{}', $1 FROM generate_series(1, $2) n`,
		`INSERT INTO visa_parcel_quarantine (parcel_id, application_id, kind, made_at, centre_key, files, bytes, reason, state, first_at, last_at, tries)
			SELECT gen_random_uuid(), gen_random_uuid(), 'reply', $1, '', 0, 1, 'body', CASE WHEN n % 3 = 0 THEN 'set_aside' ELSE 'waiting' END, $1, $1, 1
			FROM generate_series(1, $2) n`,
		`INSERT INTO visa_application_parcel (id, application_id, kind, at, taken_at, sealed)
			SELECT gen_random_uuid(), gen_random_uuid(), 'reply', $1, $1, 'x' FROM generate_series(1, $2) n`,
	} {
		_, err := c.DB.Pool.Exec(t.Context(), sql, c.Clock.Now(), many)
		require.NoError(t, err)
	}
	cyd := c.Person(t, auth.RoleVisaSupervisor, "cyd", "en")
	client := c.SignedIn(t, cyd)
	p := browsertest.Open(t, "en")
	p.Size(1366, 768)
	c.SignIn(p, cyd)
	for path, row := range map[string]string{
		"/visa-cases": `/visa-cases/[0-9a-f-]{36}`, "/visa-quarantine": `id="parcel-[0-9a-f-]{36}"`, "/visa-parcels": `<bdi class="mono">[0-9a-f-]{36}`,
	} {
		seen, last := c.Follow(t, client, path, "after", regexp.MustCompile(row))
		require.Len(t, seen, many, path)
		require.Contains(t, last, ": 120", path)
		require.Equal(t, http.StatusUnprocessableEntity, c.Get(t, client, path+"?after=x").Status, path)
		p.Goto(c.URL + path)
		p.TabTo("a[rel=next]")
		p.Press("Enter")
		p.Wait("location.search.includes('after=') && document.readyState === 'complete'")
		look(t, p, "visas-page"+path[1:], false)
	}

	// What is set aside from a later page is asked for, and answered, on it.
	first := c.Get(t, client, "/visa-quarantine").Body
	after := regexp.MustCompile(`href="/visa-quarantine\?after=([^"]+)" rel="next"`).FindStringSubmatch(first)[1]
	second := c.Get(t, client, "/visa-quarantine?after="+after).Body
	id := regexp.MustCompile(`aside=([0-9a-f-]{36})`).FindStringSubmatch(second)[1]
	require.Contains(t, c.Get(t, client, "/visa-quarantine?after="+after+"&aside="+id).Body, "It is not waited for any more")
	r := c.Post(t, client, "/visa-quarantine/"+id+"/aside", url.Values{"reason": {" "}, "after": {after}})
	require.Equal(t, http.StatusUnprocessableEntity, r.Status)
	require.Contains(t, r.Body, "Say why it is set aside")
}
