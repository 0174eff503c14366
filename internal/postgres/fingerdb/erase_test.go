package fingerdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
)

// What is erased of a file is everything that was taken under it, in the gallery and for the centre too, and nobody else's.
func TestAFileIsErasedOnRequest(t *testing.T) {
	p := newPost(t)
	file, _ := p.enrol("L898902C3", 60)
	other, _ := p.enrol("D23145890", 60)
	look := bordertest.Entry(audit.Consultation, "biometric_key", file)
	held, err := p.prints.Held(t.Context(), file, look)
	require.NoError(t, err)
	require.Equal(t, fingerdb.Holding{Keys: 1, Prints: 4, Takings: 1}, held)
	require.Len(t, p.gallery(), 2, "looking erases nothing")

	erased, err := p.prints.Erase(t.Context(), file, "request", bordertest.Entry(audit.Erasure, "biometric_key", file))
	require.NoError(t, err)
	require.Equal(t, held, erased)
	require.Equal(t, 1, p.count(`audit WHERE verb = 'erasure' AND object_kind = 'biometric_key'`))
	require.Len(t, p.gallery(), 1)
	stones, err := p.prints.Tombstones(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, stones, 1, "the centre is told")
	require.Equal(t, "request", stones[0].Ground)
	again, err := p.prints.Erase(t.Context(), file, "request", bordertest.Entry(audit.Erasure, "biometric_key", file))
	require.NoError(t, err)
	require.Zero(t, again.Prints, "twice is once")
	_, err = p.prints.Erase(t.Context(), uuid.Nil, "request", look)
	require.Error(t, err)
	held, err = p.prints.Held(t.Context(), other, look)
	require.NoError(t, err)
	require.Equal(t, 4, held.Prints, "another person's are as they were")
}

// The prints of a decision that was annulled stand under no file, and were taken under this one.
func TestPrintsOfAnAnnulledDecisionAreErasedToo(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	p.take(scan, 60)
	e := p.decide(scan)
	c := border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: e.CrossingID, Station: e.Station, Lane: "1", Officer: e.Officer, Reason: "wrong_key", CorrectedAt: p.clock.now(),
	}
	_, err := p.store.Annul(t.Context(), c, p.clock.now().Add(-time.Hour), bordertest.Entry(audit.Alteration, "crossing", e.CrossingID))
	require.NoError(t, err)
	require.Zero(t, p.count(`finger_link`))
	erased, err := p.prints.Erase(t.Context(), e.TravellerID, "request", bordertest.Entry(audit.Erasure, "biometric_key", e.TravellerID))
	require.NoError(t, err)
	require.Equal(t, 4, erased.Prints)
	require.Zero(t, p.count(`biometric.print WHERE state <> 'erased'`))
}
