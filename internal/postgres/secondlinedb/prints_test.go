package secondlinedb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
)

// referred is a traveller of whom a print was taken, which was like another person's: sam has his case.
func (p *post) referred(t *testing.T, number string) (border.Scan, border.CrossingEvent) {
	t.Helper()
	s := bordertest.Scan(number)
	require.NoError(t, p.first.OpenScan(t.Context(), s, bordertest.Entry(audit.Consultation, "inspection", s.ID)))
	one := fingers.Print{ID: uuid.New(), Position: biometrics.RightIndex, Image: &biometrics.Image{Width: 64, Height: 64, PPI: 500, Pix: make([]byte, 64*64)},
		Template: fingerprint.Template{Width: 64, Height: 64, Quality: 60, Algorithm: fingerprint.Algorithm, Minutiae: []fingerprint.Minutia{{X: 9, Y: 9}}}}
	taking := fingers.Taking{ID: uuid.New(), Scan: s.ID, Station: s.Station, Lane: s.Lane, Officer: s.Officer, At: p.now, Policy: "1",
		Slots: []fingers.Slot{{Position: one.Position, Print: one.ID, Quality: 60, Algorithm: fingerprint.Algorithm, Tries: 1}}}
	require.NoError(t, p.prints.Keep(t.Context(), taking, []fingers.Print{one}, bordertest.Entry(audit.Collection, "fingerprint_taking", taking.ID)))
	e := bordertest.Event(s, p.now)
	e.Decision = border.Decision{Verdict: border.Refer, Reason: "hit"}
	e.Findings = []border.Finding{{Check: fingers.CheckName, Outcome: border.Hit, At: p.now, Evidence: []border.Evidence{
		{Code: fingers.CodeCandidate, Found: "90.0", Severity: border.Acknowledge, Ref: uuid.NewString()},
		{Code: fingers.CodeTaking, Severity: border.Note, Ref: taking.ID.String()},
	}}}
	e, err := p.first.Record(t.Context(), s.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	require.NoError(t, p.line.Claim(t.Context(), actor("sam"), e.CrossingID))
	return s, e
}

func (p *post) references(t *testing.T, s border.Scan) int {
	t.Helper()
	known, err := p.prints.Known(t.Context(), border.Subject{Identity: s.Identity, Document: s.Document, Scan: uuid.New(), Lane: s.Lane})
	require.NoError(t, err)
	return len(known.References)
}

func TestAReturnedTravellersPrintsAreNobodysAgain(t *testing.T) {
	p := open(t)
	s, e := p.referred(t, "L898902C3")
	require.Zero(t, p.references(t, s))
	_, err := p.line.End(t.Context(), actor("sam"), e.CrossingID, secondline.End{Outcome: secondline.Return})
	require.NoError(t, err)
	require.Zero(t, p.references(t, s), "he is not compared with himself")
	require.Equal(t, 1, p.count(t, `biometric.print WHERE state = 'apart'`))
	require.Equal(t, 1, p.count(t, `record WHERE kind = 'fingerprint.event' AND body ->> 'step' = 'withdrawn'`))

	again := bordertest.Event(s, p.now.Add(time.Minute))
	again.Findings = e.Findings
	_, err = p.first.Record(t.Context(), s.ID, again, bordertest.Entry(audit.Collection, "crossing", again.CrossingID))
	require.NoError(t, err)
	require.Equal(t, 1, p.references(t, s), "who is admitted is enrolled")
}

func TestPrintsOfACaseAreReferencesOnlyWhenItEndsWithAdmission(t *testing.T) {
	p := open(t)
	admitted, e := p.referred(t, "L898902C3")
	_, err := p.line.End(t.Context(), actor("sam"), e.CrossingID, secondline.End{Outcome: secondline.Admit, Reason: "document_examined"})
	require.NoError(t, err)
	require.Equal(t, 1, p.references(t, admitted))
	refused, e := p.referred(t, "X111111")
	_, err = p.line.End(t.Context(), actor("sam"), e.CrossingID, secondline.End{Outcome: secondline.Refuse, Refusal: form("H")})
	require.NoError(t, err)
	require.Zero(t, p.references(t, refused))
	require.Equal(t, 1, p.count(t, `biometric.print WHERE state = 'presented'`), "what was taken stays as evidence")
}
