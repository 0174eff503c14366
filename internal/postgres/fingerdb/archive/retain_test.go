package archive_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers"
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
