package archive_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
)

// coded admits somebody with prints of some fingers and codes for others.
func (p *post) coded(number string, who uint64, prints []biometrics.Position, missing ...fingers.Slot) (border.Scan, border.CrossingEvent) {
	p.Helper()
	p.centre.clock.move(time.Hour)
	scan := p.open(number)
	t := fingers.Taking{
		ID: uuid.New(), Scan: scan.ID, Station: p.name, Lane: scan.Lane, Officer: scan.Officer, At: p.centre.clock.now(), Policy: "1", Slots: missing,
	}
	var list []fingers.Print
	for _, f := range prints {
		one := p.make(who, f)
		list = append(list, one)
		t.Slots = append(t.Slots, fingers.Slot{Position: f, Print: one.ID, Quality: 60, Algorithm: fingerprint.Algorithm, Tries: 1})
	}
	require.NoError(p, p.prints.Keep(p.Context(), t, list, bordertest.Entry(audit.Collection, "fingerprint_taking", t.ID)))
	return scan, p.decide(scan)
}

func (p *post) absent(number string) []fingers.Slot {
	p.Helper()
	scan := p.open(number)
	known, err := p.prints.Known(p.Context(), border.Subject{Identity: scan.Identity, Document: scan.Document, Scan: scan.ID, Lane: scan.Lane})
	require.NoError(p, err)
	return known.Absent
}

func gone(f biometrics.Position) fingers.Slot {
	return fingers.Slot{Position: f, Missing: biometrics.Amputated}
}

// That a finger is not there for good is known at the next post too, with who said it first, until somebody anywhere says something newer.
func TestAFingerThatIsNotThereIsNotAskedForElsewhere(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	const number = "L898902C3"
	a.coded(number, 1, rightFour()[1:], gone(biometrics.RightIndex), fingers.Slot{Position: biometrics.RightThumb, Missing: biometrics.Bandaged})
	said := c.clock.now()
	a.enrol("X11111111", 2)
	a.sent()
	require.Empty(t, b.absent(number), "nothing was told yet")
	rows := b.learnFiles()
	want := []fingers.Slot{{Position: biometrics.RightIndex, Missing: biometrics.Amputated, Remembered: &fingers.Remembered{By: "officer.one", At: said}}}
	require.Equal(t, want, b.absent(number), "and the bandage is asked about again")
	require.Positive(t, b.count("audit WHERE purpose = 'identity_verification' AND object_kind = 'inspection'"), "reading it is audited")
	require.Empty(t, b.absent("X11111111"))
	for _, row := range rows {
		require.NotContains(t, row, "bandaged", "what passes is nobody's business")
		require.NotContains(t, row, "right_middle", "nor which prints there are")
	}

	b.coded(number, 1, rightFour()[1:], b.absent(number)...)
	b.sent()
	b.learnFiles()
	a.learnFiles()
	require.Equal(t, want, b.absent(number), "whoever agrees has not said it first")
	require.Equal(t, want, a.absent(number))

	b.coded(number, 1, rightFour()) // a mistake: here is its print
	require.Empty(t, b.absent(number), "before the centre knows")
	require.Equal(t, want, a.absent(number))
	b.sent()
	a.learnFiles()
	b.learnFiles()
	require.Empty(t, a.absent(number), "taken back at another post")
	require.Empty(t, b.absent(number))

	_, e := a.coded(number, 1, rightFour()[1:], gone(biometrics.RightIndex))
	require.Len(t, a.absent(number), 1, "said again")
	a.sent()
	b.learnFiles()
	require.Len(t, b.absent(number), 1)
	a.annulled(e)
	require.Empty(t, a.absent(number), "of a decision that does not stand")
	a.learnFiles()
	require.Empty(t, a.absent(number), "and the centre does not bring it back")
	a.sent()
	b.learnFiles()
	require.Empty(t, b.absent(number))
}

func (p *post) annulled(e border.CrossingEvent) {
	p.Helper()
	c := border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: e.CrossingID, Station: p.name, Lane: "1", Officer: "officer.one", Reason: "wrong_key", CorrectedAt: p.centre.clock.now(),
	}
	_, err := p.store.Annul(p.Context(), c, time.Time{}, bordertest.Entry(audit.Alteration, "crossing", e.CrossingID))
	require.NoError(p, err)
}

// What was said of fingers goes with the prints, here and wherever the centre told of it; also of a taking that had no print itself.
func TestWhatIsSaidOfFingersGoesWithThePrints(t *testing.T) {
	c := newCentre(t)
	a, b := newPost(c, "test-air"), newPost(c, "test-sea")
	const number = "L898902C3"
	a.coded(number, 1, rightFour()[1:], gone(biometrics.RightIndex))
	_, e := a.coded(number, 1, nil, gone(biometrics.RightIndex), gone(biometrics.RightThumb))
	a.sent()
	b.learnFiles()
	require.Len(t, a.absent(number), 2)
	require.Len(t, b.absent(number), 2)
	c.clock.move(time.Hour)
	require.NoError(t, a.db.InTx(t.Context(), func(tx pgx.Tx) error {
		n, err := a.prints.Destroy(t.Context(), tx, e.TravellerID, "on_request", bordertest.Entry(audit.Erasure, "biometric_key", e.TravellerID))
		require.Equal(t, 1, n)
		return err
	}))
	require.Empty(t, a.absent(number))
	a.sent()
	for _, row := range b.learnFiles() {
		require.NotContains(t, row, "amputated")
	}
	require.Empty(t, b.absent(number))
	a.learnFiles()
	require.Empty(t, a.absent(number))
	a.coded(number, 1, rightFour()[:1], gone(biometrics.RightThumb))
	a.sent()
	b.learnFiles()
	require.Len(t, b.absent(number), 1, "who comes again is asked again")
}

// The centre publishes what is amputated alone: a further permanent code would have to be asked for there and in its index.
func TestThereIsOnePermanentCode(t *testing.T) {
	for _, m := range biometrics.MissingCodes() {
		require.Equal(t, m == biometrics.Amputated, m.Permanent(), m)
	}
}
