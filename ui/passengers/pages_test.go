package passengers_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// The readings of a message, and the messages, go on for as many pages as there are; a list that fills its page has no other.
func TestNoListEndsEarly(t *testing.T) {
	d := open(t)
	raw := d.send(t, list(d.Clock.Now()))
	_, err := d.DB.Pool.Exec(t.Context(), `INSERT INTO passenger_attempt (raw_id, at, parser, outcome)
		SELECT $1, $2, 'paxlst r' || (1000 + n), 'applied' FROM generate_series(1, 250) n`, raw, d.Clock.Now())
	require.NoError(t, err)
	ops := d.Person(t, auth.RoleAnalyst, "ops", "en")
	client := d.SignedIn(t, ops)
	readings, last := d.Follow(t, client, "/passengers/messages/"+raw.String(), "after", regexp.MustCompile(`paxlst r\d+`))
	require.Len(t, readings, 250)
	require.Regexp(t, `Read 25\d times`, last)

	more := func(n int) {
		_, err := d.DB.Pool.Exec(t.Context(), `WITH r AS (INSERT INTO passenger_raw (id, seq, carrier, gateway, subject, content_type, sender_key, received_at, digest,
				kept_digest, dropped, size, hash)
			SELECT gen_random_uuid(), (SELECT max(seq) FROM passenger_raw) + n, 'YY', 'nats', 's', '', '', $1, sha256(convert_to(n || 'of' || $2, 'UTF8')), sha256('k'), 0, 1, sha256('h')
			FROM generate_series(1, $2) n RETURNING id, seq)
			INSERT INTO passenger_status (raw_id, seq, state, changed_at) SELECT id, seq, 'applied', $1 FROM r`, d.Clock.Now(), n)
		require.NoError(t, err)
	}
	more(100)
	row := regexp.MustCompile(`href="/passengers/messages/[0-9a-f-]{36}"`)
	all, last := d.Follow(t, client, "/passengers/messages?show=applied&carrier=YY", "after", row)
	require.Len(t, all, 100)
	require.NotContains(t, last, `rel="next"`, "there is nothing behind the hundredth")
	require.NotContains(t, last, `class="pager"`)
	more(101)
	all, _ = d.Follow(t, client, "/passengers/messages?show=applied&carrier=YY", "after", row)
	require.Len(t, all, 201, "of this carrier alone, on all pages")

	p := browsertest.Open(t, "en")
	p.Size(1366, 768)
	d.SignIn(p, ops)
	p.Goto(d.URL + "/passengers/messages/" + raw.String())
	p.CheckAccessible()
	p.TabTo("a[rel=next]")
	p.Press("Enter")
	p.Wait("location.search.startsWith('?after=') && document.readyState === 'complete'")
	p.CheckAccessible()
	p.CheckNoSidewaysScroll()
	p.Screenshot("passengers-message-page")
}
