package unmask_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// Wishes, those that wait, and what the law's machinery did go on for as many pages as there are.
func TestNoListEndsEarly(t *testing.T) {
	const many = 120
	d := open(t)
	d.mask(t)
	ana, dan := d.Person(t, auth.RoleAnalyst, "ana"), d.Person(t, auth.RoleDataProtection, "dan", "en")
	_, err := d.DB.Pool.Exec(t.Context(), `INSERT INTO passenger_unmask (id, person_id, flight_id, ground, reason, asked_by, asked_name, asked_at)
		SELECT gen_random_uuid(), p.id, p.flight_id, 'court_order', 'Order R' || (1000 + n) || ' of the court', $1, 'ana', $2
		FROM passenger_person p, generate_series(1, $3) n WHERE p.id = $4`, ana.ID, d.Clock.Now(), many, d.person)
	require.NoError(t, err)
	_, err = d.DB.Pool.Exec(t.Context(), `INSERT INTO passenger_raw_end (day, at, profile, version, messages)
		SELECT '2020-01-01'::date + n, $1::timestamptz - interval '1 day' * n, 'p' || (1000 + n), 1, n FROM generate_series(1, $2) n`, d.Clock.Now(), many)
	require.NoError(t, err)
	client := d.SignedIn(t, ana)
	officer := d.SignedIn(t, dan)

	wishes, last := d.Follow(t, client, "/unmask", "after", regexp.MustCompile(`/unmask/[0-9a-f-]{36}/withdrawal`))
	require.Len(t, wishes, many)
	require.Contains(t, last, "· 120")
	require.Contains(t, last, `href="/unmask"`)
	waiting, last := d.Follow(t, officer, "/unmask/waiting", "after", regexp.MustCompile(`Order R\d+`))
	require.Len(t, waiting, many)
	require.Contains(t, last, "120 wishes wait")
	done, last := d.Follow(t, officer, "/law", "after", regexp.MustCompile(`p1\d{3} `))
	require.Len(t, done, many)
	require.NotContains(t, last, `rel="next"`)
	for _, path := range []string{"/unmask/waiting", "/law"} {
		require.Equal(t, http.StatusUnprocessableEntity, d.Get(t, officer, path+"?after=x").Status, path)
	}

	p := browsertest.Open(t, "en")
	p.Size(1366, 768)
	d.SignIn(p, dan)
	p.Goto(d.URL + "/law")
	p.TabTo("a[rel=next]")
	p.Press("Enter")
	p.Wait("location.search.startsWith('?after=') && document.readyState === 'complete'")
	p.CheckAccessible()
	p.CheckNoSidewaysScroll()
	require.True(t, browsertest.Eval[bool](p, "[...document.querySelectorAll('.table-wrap')].every(e => e.scrollWidth <= e.clientWidth)"), "no column is out of sight")
	p.Screenshot("unmask-law-page")

	// Who decides on a later page stays on it.
	page := regexp.MustCompile(`href="/unmask/waiting\?after=([^"]+)" rel="next"`).FindStringSubmatch(d.Get(t, officer, "/unmask/waiting").Body)
	p.Goto(d.URL + "/unmask/waiting?after=" + page[1])
	p.CheckAccessible()
	p.CheckNoSidewaysScroll()
	p.Screenshot("unmask-waiting-page")
	second := d.Get(t, officer, "/unmask/waiting?after="+page[1]).Body
	id := regexp.MustCompile(`action="/unmask/waiting/([0-9a-f-]{36})"`).FindStringSubmatch(second)
	r := d.Post(t, officer, "/unmask/waiting/"+id[1], url.Values{"decision": {"agree"}, "after": {page[1]}})
	require.Equal(t, http.StatusSeeOther, r.Status)
	require.Equal(t, "/unmask/waiting?after="+page[1], r.Header.Get("Location"))
}
