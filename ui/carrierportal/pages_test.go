package carrierportal_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// The lists of a card, of a message and of the board go on for as many pages as there are, each for itself.
func TestNoListEndsEarly(t *testing.T) {
	const many = 120
	d := open(t)
	raw := d.sent(t, "XX", d.list("XX", "123", "WEBER", "800203"))
	var flight uuid.UUID
	require.NoError(t, d.DB.Pool.QueryRow(t.Context(), `SELECT flight_id FROM score_card WHERE carrier = 'XX'`).Scan(&flight))
	for of, id := range map[string]uuid.UUID{"flight_id": flight, "raw_id": raw} {
		_, err := d.DB.Pool.Exec(t.Context(), `INSERT INTO score_notice (id, carrier, kind, `+of+`, body, at)
			SELECT $1 || n, 'XX', 'quarantine', $2, jsonb_build_object('kind', 'quarantine', 'carrier', 'XX', 'at', $3::timestamptz, 'push', $1 || (1000 + n), 'flight',
				'{"carrier": "XX", "number": "0123", "date": "2026-11-21", "origin": "DXB"}'::jsonb,
				'places', jsonb_build_array(jsonb_build_object('code', $1 || (1000 + n)))), $3 FROM generate_series(1, $4) n`,
			strings.ReplaceAll(of, "_id", "-"), id, d.Clock.Now(), many)
		require.NoError(t, err)
	}
	_, err := d.DB.Pool.Exec(t.Context(), `WITH r AS (INSERT INTO passenger_raw (id, seq, carrier, gateway, subject, content_type, sender_key, received_at, digest,
			kept_digest, dropped, size, hash)
		SELECT gen_random_uuid(), (SELECT max(seq) FROM passenger_raw) + n, 'XX', 'nats', 's', '', '', $1, sha256(convert_to(n::text, 'UTF8')), sha256('k'), 0, 1, sha256('h')
		FROM generate_series(1, $2) n RETURNING id, seq), s AS (
		INSERT INTO passenger_status (raw_id, seq, state, changed_at) SELECT id, seq, 'applied', $1 FROM r)
		INSERT INTO passenger_message SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(), 'raw_id', r.id, 'seq', r.seq))).*
		FROM r, passenger_message m WHERE m.raw_id = $3`, d.Clock.Now(), many, raw)
	require.NoError(t, err)
	_, err = d.DB.Pool.Exec(t.Context(), `INSERT INTO passenger_attempt (raw_id, message_id, at, parser, outcome, diagnostics)
		SELECT $1, m.id, $2, 'paxlst', 'partial', (SELECT jsonb_agg(jsonb_build_object('code', 'made_up_' || (1000 + n), 'severity', 'warning', 'offset', 5)) FROM generate_series(1, 250) n)
		FROM passenger_message m WHERE raw_id = $1`, raw, d.Clock.Now())
	require.NoError(t, err)
	carla, ana := d.of(t, "XX", "carla", "en"), d.Person(t, auth.RoleAnalyst, "ana", "en")
	own, state := d.SignedIn(t, carla), d.SignedIn(t, ana)
	either, ofFlight, ofRaw := regexp.MustCompile(`(flight|raw)-1\d{3}`), regexp.MustCompile(`flight-1\d{3}`), regexp.MustCompile(`raw-1\d{3}`)
	for _, one := range []struct {
		client           *http.Client
		path, list, said string
		row              *regexp.Regexp
		rows             int
	}{
		{own, "/carrier/flights", "notices", "· 24", either, 2 * many},
		{state, "/score", "notices", "· 24", either, 2 * many},
		{state, "/score/XX", "notices", "· 24", either, 2 * many},
		{own, "/carrier/flights/" + flight.String(), "notices", "· 122", ofFlight, many},
		{state, "/score/XX/" + flight.String(), "notices", "· 122", ofFlight, many},
		{own, "/carrier/messages/" + raw.String(), "notices", "· 120", ofRaw, many},
		{own, "/carrier/flights/" + flight.String(), "messages", "· 121", regexp.MustCompile(`data-message="[0-9a-f-]+"`), many + 1},
		{own, "/carrier/messages/" + raw.String(), "findings", "· 250", regexp.MustCompile(`data-code="made_up_\d+"`), 250},
	} {
		t.Run(one.path+" "+one.list, func(t *testing.T) {
			seen, last := d.Follow(t, one.client, one.path, one.list, one.row)
			require.Len(t, seen, one.rows)
			require.Contains(t, last, one.said)
			require.Equal(t, http.StatusUnprocessableEntity, d.Get(t, one.client, one.path+"?"+one.list+"=x").Status)
		})
	}
	_, last := d.Follow(t, own, "/carrier/messages/"+raw.String(), "findings", regexp.MustCompile(`$^`))
	require.Contains(t, last, "carrier-segment", "the last finding has its segment too")
	for _, behind := range []string{"250", "1000000", "9223372036854775807"} {
		r := d.Get(t, own, "/carrier/messages/"+raw.String()+"?findings="+behind)
		require.Equal(t, http.StatusOK, r.Status, behind)
		require.NotContains(t, r.Body, "made_up_", behind)
	}

	p := browsertest.Open(t, "en")
	p.Size(1366, 768)
	d.SignIn(p, carla)
	for name, path := range map[string]string{"flights": "/carrier/flights", "card": "/carrier/flights/" + flight.String(), "message": "/carrier/messages/" + raw.String()} {
		p.Goto(d.URL + path)
		p.TabTo("a[rel=next]")
		p.Press("Enter")
		p.Wait("location.search !== '' && document.readyState === 'complete'")
		p.CheckAccessible()
		p.CheckNoSidewaysScroll()
		p.Screenshot("carrier-" + name + "-page")
	}
}
