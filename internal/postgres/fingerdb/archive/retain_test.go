package archive_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
)

// The centre erases what a station that is there no more left behind, a month after its time, and nobody who crossed anywhere since.
func TestTheCentreErasesWhatStationsLeave(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	gone, back := a.enrol("L898902C3", 1), a.enrol("X11111111", 2)
	a.sent()
	policy := fingers.DefaultPolicy()
	c.clock.move(gone.event.CrossedAt.AddDate(0, policy.KeptInside-12, 0).Sub(c.clock.now()))
	again := b.enrol("X11111111", 2)
	b.sent()
	c.clock.move(gone.event.CrossedAt.AddDate(0, policy.KeptInside, 29).Sub(c.clock.now()))
	state, err := c.archive.Retention(t.Context(), policy)
	require.NoError(t, err)
	require.Equal(t, 1, state.Expired, "the station's to erase")
	n, err := c.archive.Retain(t.Context(), policy)
	require.NoError(t, err)
	require.Zero(t, n)
	c.clock.move(5 * 24 * time.Hour)
	n, err = c.archive.Retain(t.Context(), policy)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, map[uuid.UUID]int{back.link: 4, again.link: 4}, c.gallery())
	require.Equal(t, 1, c.count("audit WHERE verb = 'erasure' AND purpose = 'retention' AND object_kind = 'biometric_key'"))
	require.Equal(t, 1, c.count("biometric.link_key WHERE id = $1 AND wrapped IS NULL AND ground = 'retention'", gone.link))
}

// What is open about somebody keeps him at the centre, is counted and shown, and lets him go once it is closed.
func TestWhatIsOpenKeepsPrintsAtTheCentre(t *testing.T) {
	policy := fingers.DefaultPolicy()
	for name, c := range map[string]struct {
		opened func(a *post, first enrolled)
		closed func(a *post)
	}{
		"a case of the second line": {func(a *post, _ enrolled) {
			scan := a.open("L898902C3")
			e := bordertest.Event(scan, a.centre.clock.now())
			e.Decision = border.Decision{Verdict: border.Refer, Reason: "identity_doubt"}
			_, err := a.store.Record(a.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
			require.NoError(a, err)
		}, func(a *post) {
			var of uuid.UUID
			require.NoError(a, a.db.Pool.QueryRow(a.Context(), `SELECT id FROM referral`).Scan(&of))
			c := border.CorrectionEvent{
				CorrectionID: uuid.New(), CrossingID: of, Station: a.name, Lane: "1", Officer: "officer.one", Reason: "wrong_key", CorrectedAt: a.centre.clock.now(),
			}
			_, err := a.store.Annul(a.Context(), c, time.Time{}, bordertest.Entry(audit.Alteration, "crossing", of))
			require.NoError(a, err)
			a.events()
		}},
		"a hit": {func(a *post, first enrolled) {
			a.centre.exec(`INSERT INTO desk_hit (id, central, station, agency, list, alert, alert_version, matcher, band, score, retro, traveller_id, raised_at,
					stage, raise, updated_at) SELECT gen_random_uuid(), false, $1, 'police', 'national', 'national/7', 1, '1', 'probable', 0.9, '', traveller_id,
					now(), 'raised', '{}', now() FROM finger_enrolment WHERE taking_id = $2`, a.name, first.taking.ID)
		}, func(a *post) { a.centre.exec(`UPDATE desk_hit SET closed_at = now()`) }},
		"a hit on somebody who was put aside": {func(a *post, _ enrolled) {
			scan := bordertest.Scan("l898902c3<") // as another reader gives the number
			raise, err := json.Marshal(hit.Raise{Identity: scan.Identity, Document: scan.Document})
			require.NoError(a, err)
			a.centre.exec(`INSERT INTO desk_hit (id, central, station, agency, list, alert, alert_version, matcher, band, score, retro, raised_at, stage, raise,
					updated_at) VALUES (gen_random_uuid(), false, $1, 'police', 'national', 'national/7', 1, '1', 'probable', 0.9, '', now(), 'raised', $2, now())`,
				a.name, string(raise))
		}, func(a *post) { a.centre.exec(`UPDATE desk_hit SET closed_at = now()`) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newCentre(t)
			a := newPost(w, "test-air")
			first, other := a.enrol("L898902C3", 1), a.enrol("X11111111", 2)
			a.events()
			c.opened(a, first)
			a.sent()
			state := func() fingers.Retention {
				r, err := w.archive.Retention(t.Context(), policy)
				require.NoError(t, err)
				return r
			}
			retain := func() int {
				n, err := w.archive.Retain(t.Context(), policy)
				require.NoError(t, err)
				return n
			}
			w.clock.move(other.event.CrossedAt.AddDate(0, policy.KeptInside, 32).Sub(w.clock.now()))
			require.Equal(t, fingers.Retention{Expired: 1, OpenHits: 1}, state())
			require.Equal(t, 1, retain(), "the other one")
			require.Equal(t, map[uuid.UUID]int{first.link: 4}, w.gallery())
			require.Equal(t, 1, w.count("audit WHERE verb = 'erasure' AND purpose = 'retention'"))
			c.closed(a)
			require.Equal(t, fingers.Retention{Expired: 1, Erased: 1}, state())
			require.Equal(t, 1, retain())
			require.Empty(t, w.gallery())
			require.Equal(t, 2, w.count("audit WHERE verb = 'erasure' AND purpose = 'retention'"), "one for each")
		})
	}
}
