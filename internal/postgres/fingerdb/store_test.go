package fingerdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/replication"
)

var (
	_ stationdb.Prints       = (*fingerdb.Store)(nil)
	_ replication.BlobOutbox = (*fingerdb.Store)(nil)
	_ fingers.Prints         = (*fingerdb.Store)(nil)
)

func TestPrintsComeBackAsTheyWereTaken(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	none, err := p.prints.Of(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Nil(t, none)
	taking, prints := p.take(scan, 60)

	of, err := p.prints.Of(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Equal(t, taking, *of)
	back, err := p.prints.Presented(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Len(t, back, 4)
	for n, b := range back {
		require.Equal(t, prints[n].ID, b.ID)
		require.Equal(t, prints[n].Template, b.Template)
		require.Nil(t, b.Image)
		require.NotEqual(t, uuid.Nil, b.Link)
		whole, err := p.prints.Image(t.Context(), b.ID, entry("print", b.ID))
		require.NoError(t, err)
		alike(t, *prints[n].Image, *whole.Image)
		require.Equal(t, prints[n].Template, whole.Template)
	}
	require.Equal(t, 4, p.count(`audit WHERE object_kind = 'print' AND purpose = 'adjudication' AND result_count = 1`))
	require.Equal(t, 1, p.count(`audit WHERE object_kind = 'fingerprint_taking' AND result_count = 4`))

	at, again, err := p.prints.OfTaking(t.Context(), taking.ID, entry("fingerprint_taking", taking.ID))
	require.NoError(t, err)
	require.Equal(t, taking, *at)
	require.Equal(t, back, again)
	_, err = p.prints.Image(t.Context(), uuid.New(), entry("print", uuid.New()))
	require.ErrorIs(t, err, fingers.ErrNoPrint)
}

// alike says that an image is the other one, as far as a lossy form keeps it.
func alike(t *testing.T, a, b biometrics.Image) {
	t.Helper()
	require.Equal(t, []int{a.Width, a.Height}, []int{b.Width, b.Height})
	require.InDelta(t, a.PPI, b.PPI, 1e-9)
	apart := 0
	for n := range a.Pix {
		apart += max(int(a.Pix[n])-int(b.Pix[n]), int(b.Pix[n])-int(a.Pix[n]))
	}
	require.Less(t, apart/len(a.Pix), 12, "grey levels on average")
}

func TestATakingMustBeWhole(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	good := p.random(biometrics.RightIndex, 60)
	other := p.random(biometrics.RightMiddle, 60)
	noImage, noFinger := good, good
	noImage.Image, noFinger.Position = nil, biometrics.RightFour
	for name, c := range map[string]struct{ slots, prints []fingers.Print }{
		"a slot without its print": {[]fingers.Print{good}, nil},
		"a print without its slot": {nil, []fingers.Print{good}},
		"another print":            {[]fingers.Print{good}, []fingers.Print{other}},
		"the same one twice":       {[]fingers.Print{good, good}, []fingers.Print{good, good}},
		"without an image":         {[]fingers.Print{noImage}, []fingers.Print{noImage}},
		"a whole hand":             {[]fingers.Print{noFinger}, []fingers.Print{noFinger}},
	} {
		t.Run(name, func(t *testing.T) {
			taking := p.taking(scan, c.slots)
			err := p.prints.Keep(t.Context(), taking, c.prints, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID))
			require.ErrorIs(t, err, fingerdb.ErrTaking)
			require.Zero(t, p.count("finger_taking"))
		})
	}
	p.decide(scan)
	taking := p.taking(scan, []fingers.Print{good})
	err := p.prints.Keep(t.Context(), taking, []fingers.Print{good}, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID))
	require.ErrorIs(t, err, border.ErrScanNotOpen)
	require.Zero(t, p.count("biometric.link_key"), "nothing of it stays")
}

func TestADecisionMakesThePrintsTheFiles(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	taking, prints := p.take(scan, 60)
	require.Empty(t, p.known(scan).References, "nobody's, while nothing is decided")
	require.Empty(t, p.gallery())
	require.Zero(t, p.count("finger_link"))
	require.Equal(t, 8, p.count(`biometric.blob WHERE state = 'apart'`))

	e := p.decide(scan, finding("", 0))
	known := p.known(p.open("L898902C3"))
	require.Equal(t, e.TravellerID, known.File)
	require.Len(t, known.References, 4)
	require.Equal(t, prints[0].Template, known.References[0].Template)
	require.Equal(t, known.Link, known.References[0].Link)
	require.Equal(t, map[uuid.UUID]int{known.Link: 4}, p.gallery())
	require.Equal(t, 8, p.count(`biometric.blob WHERE state = 'waiting'`))
	require.Equal(t, 1, p.count(`audit WHERE actor = 'fingerprints' AND purpose = 'identity_verification' AND result_count = 4`))

	events := p.events()
	require.Len(t, events, 1)
	require.Equal(t, fingers.Enrolled, events[0].Step)
	require.Equal(t, e.CrossingID, events[0].Enrolment.Crossing)
	require.Equal(t, e.TravellerID, events[0].Enrolment.File)
	require.Equal(t, known.Link, events[0].Enrolment.Link)
	require.Equal(t, taking, events[0].Enrolment.Taking)
	require.True(t, events[0].Enrolment.References)
	require.Nil(t, events[0].Enrolment.Verified)
	require.Len(t, events[0].Enrolment.Prints, 8)
	for _, n := range events[0].Enrolment.Prints {
		require.Equal(t, 1, p.count(`biometric.blob WHERE digest = $1`, n.Digest))
	}
	require.Equal(t, 2, p.count("outbox"), "the crossing and its prints")

	due, err := p.prints.Searches(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 1, "somebody new is searched for")
	require.Equal(t, []uuid.UUID{known.Link}, due[0].Own)
	require.Len(t, due[0].Prints, 4)
}

func TestADecisionWithoutPrintsWritesNothingOfThem(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	p.decide(scan)
	require.Empty(t, p.events())
	require.Zero(t, p.count("finger_taking"))
	require.Zero(t, p.count("finger_search"))
}

func TestWhatDidNotMatchIsNeverAReference(t *testing.T) {
	p := newPost(t)
	first := p.open("L898902C3")
	p.take(first, 60)
	p.decide(first)
	link := p.known(first).Link

	p.clock.move(time.Hour)
	second := p.open("L898902C3")
	taking, prints := p.take(second, 90)
	e := p.decide(second, finding(fingers.CodeMismatch, 3.2))
	known := p.known(second)
	require.Len(t, known.References, 4)
	for _, r := range known.References {
		require.NotEqual(t, prints[0].ID, r.ID)
	}
	require.Equal(t, map[uuid.UUID]int{link: 4}, p.gallery())
	require.Equal(t, 4, p.count(`biometric.print WHERE state = 'disputed'`))
	last := p.events()[1].Enrolment
	require.False(t, last.References)
	require.InDelta(t, 3.2, *last.Verified, 1e-9)
	require.Len(t, p.tasks.all, 1)
	require.Equal(t, raised{Taking: taking.ID, Candidacy: fingers.Candidacy{
		Ground: fingers.GroundMismatch, Place: "test-air", Link: link, File: e.TravellerID, CandidateLink: link, CandidateFile: e.TravellerID,
		Score: 3.2, Engine: "openbmis-fingerprint-1", Fingers: []fingers.FingerScore{{Position: biometrics.RightIndex, Score: 12.5}},
	}}, p.tasks.all[0])
	due, err := p.prints.Searches(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 2, "whoever he is, he may be known under another name")
}

func TestMissingFingersAreCodedAndCompletedNextTime(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3")
	good := p.random(biometrics.RightIndex, 60)
	taking := p.taking(scan, []fingers.Print{good}, fingers.Slot{Position: biometrics.RightMiddle, Missing: biometrics.Bandaged},
		fingers.Slot{Position: biometrics.RightRing, Missing: biometrics.Amputated})
	require.NoError(t, p.prints.Keep(t.Context(), taking, []fingers.Print{good}, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID)))
	p.decide(scan)
	require.Equal(t, []fingers.Slot{{Position: biometrics.RightMiddle, Missing: biometrics.Bandaged}}, p.known(scan).Open)

	p.clock.move(time.Hour)
	refused := p.open("D23145890")
	taking = p.taking(refused, nil, fingers.Slot{Position: biometrics.RightIndex, Missing: biometrics.Refused})
	require.NoError(t, p.prints.Keep(t.Context(), taking, nil, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID)))
	p.decide(refused)
	known := p.known(refused)
	require.Equal(t, uuid.Nil, known.Link, "no print, no key")
	require.Empty(t, known.Open, "who refused is not asked to complete")
	events := p.events()
	require.Len(t, events, 2, "that nothing could be taken is told too")
	require.False(t, events[1].Enrolment.References)
	require.Equal(t, 1, p.count("finger_search"), "and nobody is searched for with nothing")
}

// What is not there for good is remembered of a person with who said so first, until somebody takes a print of the finger or says something
// else; what was said of somebody who was not the person of the file is not.
func TestAFingerThatIsNotThereIsRemembered(t *testing.T) {
	p := newPost(t)
	keep := func(missing ...fingers.Slot) border.Scan {
		p.clock.move(time.Hour)
		scan := p.open("L898902C3")
		taking := p.taking(scan, nil, missing...)
		require.NoError(t, p.prints.Keep(t.Context(), taking, nil, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID)))
		return scan
	}
	absent := func() []fingers.Slot { return p.known(p.open("L898902C3")).Absent }
	first := keep(fingers.Slot{Position: biometrics.RightIndex, Missing: biometrics.Amputated}, fingers.Slot{Position: biometrics.RightRing, Missing: biometrics.Bandaged})
	require.Empty(t, absent(), "no decision yet")
	p.decide(first)
	said := &fingers.Remembered{By: first.Officer, At: p.clock.now()}
	require.Equal(t, []fingers.Slot{{Position: biometrics.RightIndex, Missing: biometrics.Amputated, Remembered: said}}, absent(), "and the bandage is asked about again")
	reads := p.count("audit WHERE purpose = 'identity_verification' AND object_kind = 'inspection'")
	require.Positive(t, reads, "reading it is audited")

	p.decide(keep(absent()...))
	require.Equal(t, said, absent()[0].Remembered, "whoever agrees has not said it first")
	p.decide(keep(fingers.Slot{Position: biometrics.RightIndex, Missing: biometrics.Bandaged}))
	require.Empty(t, absent(), "corrected")
}
