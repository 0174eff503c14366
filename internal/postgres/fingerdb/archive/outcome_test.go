package archive_test

import (
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
)

func (p *post) decideAs(scan border.Scan, verdict border.Verdict, findings ...border.Finding) border.CrossingEvent {
	p.Helper()
	e := bordertest.Event(scan, p.centre.clock.now())
	e.Decision, e.Findings = border.Decision{Verdict: verdict}, findings
	if verdict != border.Admit {
		e.Decision.Reason = "identity_doubt"
	}
	e, err := p.store.Record(p.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(p, err)
	p.events()
	p.blobs(math.MaxInt)
	return e
}

// What the station did not make a reference is none at the centre, and what it searches for the centre does too.
func TestTheCentreFollowsWhatTheStationMadeOfEachPrint(t *testing.T) {
	c := newCentre(t)
	p := newPost(c, "test-air")
	stranger := p.open("L898902C3")
	referred := p.take(stranger, 1)
	p.decideAs(stranger, border.Refer)
	require.Empty(t, c.gallery(), "a referred stranger founds no file")
	require.Equal(t, 4, c.count("biometric.print WHERE state = 'presented' AND taking_id = $1", referred.ID))
	require.Equal(t, 1, c.count("finger_search WHERE taking_id = $1", referred.ID))

	own := p.enrol("X22222222", 2)
	p.events()
	p.blobs(math.MaxInt)
	require.Equal(t, 4, c.gallery()[own.link])
	again := p.open("X22222222")
	taking := p.take(again, 2)
	f := border.Finding{Check: fingers.CheckName, Outcome: border.Hit, At: c.clock.now(), Evidence: []border.Evidence{
		{Code: fingers.CodeMatch, Found: "122.0", Expected: "30.0", Severity: border.Note},
		{Code: fingers.CodeTaking, Severity: border.Note, Ref: taking.ID.String()},
	}}
	for n, s := range taking.Taken() {
		f.Evidence = append(f.Evidence, border.Evidence{
			Code: fingers.CodeFinger, Found: []string{"131.9", "3.0", "4.4", "22.5"}[n], Expected: "35.0", Severity: border.Note,
			Ref: s.Print.String() + " " + uuid.NewString(),
		})
	}
	p.decideAs(again, border.Admit, f)
	require.Equal(t, 5, c.gallery()[own.link], "one finger was found to be his")
	require.Equal(t, 3, c.count("biometric.print WHERE state = 'presented' AND taking_id = $1", taking.ID))
	require.Zero(t, c.count("finger_search WHERE taking_id = $1", taking.ID))

	unasked := p.open("X22222222")
	third := p.take(unasked, 2)
	p.decideAs(unasked, border.Admit, border.Unanswered(fingers.CheckName, border.Source{}, fingers.ReasonNoCommon))
	require.Equal(t, 5, c.gallery()[own.link])
	require.Equal(t, 1, c.count("finger_search WHERE taking_id = $1", third.ID), "whom nobody compared is searched for")
}
