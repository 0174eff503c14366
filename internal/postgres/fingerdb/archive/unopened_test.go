package archive_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers/identify"
)

// A search by part of the prints that finds nobody is not done; and the gallery knows whom it lacks.
func TestASearchByPartOfThePrintsIsNotDone(t *testing.T) {
	c := newCentre(t)
	p := newPost(c, "test-air")
	a := p.enrol("L898902C3", 1)
	p.events()
	p.blobs(math.MaxInt)
	c.exec(`UPDATE biometric.blob SET sealed = set_bit(sealed, 100, 1 - get_bit(sealed, 100)) WHERE exhibit_id = $1 AND kind LIKE 'print.template.%'`,
		a.taking.Slots[0].Print)
	due, err := c.archive.Searches(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 1)
	require.Equal(t, []int{3, 1}, []int{len(due[0].Prints), due[0].Unreadable})
	c.gallery()
	require.Equal(t, 1, c.archive.Incomplete())
	c.follow()
	_, err = c.worker.Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, c.count("finger_search WHERE reason = $1 AND done_at IS NULL", identify.ReasonUnreadable))
}

// A generation of keys that is lost takes people from the gallery: a loss that is counted, other than an erasure.
func TestALostKeyIsNoErasure(t *testing.T) {
	c := newCentre(t)
	p := newPost(c, "test-air")
	a := p.enrol("L898902C3", 1)
	p.enrol("X11111111", 2)
	p.events()
	p.blobs(math.MaxInt)
	c.exec(`UPDATE biometric.link_key SET generation = '1999-01' WHERE id = $1`, a.link)
	require.Len(t, c.gallery(), 1)
	require.Equal(t, []int{1, 4}, []int{c.archive.Incomplete(), c.archive.Unreadable()})
}
