package documentcheck_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/traveldoc"
)

func verdicts(t *testing.T, s border.Subject) map[string]traveldoc.Verdict {
	t.Helper()
	f, err := documentcheck.Check{}.Check(t.Context(), s)
	require.NoError(t, err)
	made := map[string]traveldoc.Verdict{}
	for _, step := range f.Steps {
		require.Contains(t, documentcheck.Steps(), step.ID)
		if step.Reason != "" {
			require.Contains(t, documentcheck.StepReasons(), step.Reason)
		}
		made[step.ID] = step.Verdict
	}
	return made
}

func TestEveryStepOfAGoodZonePasses(t *testing.T) {
	text := zone(t, func(*traveldoc.Document, *traveldoc.Identity) {})
	for id, v := range verdicts(t, read(t, text, "2026-11-21")) {
		require.Equal(t, traveldoc.Pass, v, id)
	}
}

func TestEachThingThatIsWrongFailsItsOwnStep(t *testing.T) {
	text := zone(t, func(*traveldoc.Document, *traveldoc.Identity) {})
	broken := []byte(text)
	broken[len(text)-44+9] ^= 1 // the digit of the number
	v := verdicts(t, read(t, string(broken), "2026-11-21"))
	require.Equal(t, traveldoc.Fail, v["mrz.document_number_digit"])
	require.Equal(t, traveldoc.Fail, v["mrz.composite_digit"])
	require.Equal(t, traveldoc.Pass, v["mrz.birth_date_digit"])

	require.Equal(t, traveldoc.Fail, verdicts(t, read(t, text, "2030-04-16"))["mrz.expiry_date"])

	stateless := zone(t, func(d *traveldoc.Document, _ *traveldoc.Identity) { d.IssuingState = "QQQ" })
	v = verdicts(t, read(t, stateless, "2026-11-21"))
	require.Equal(t, traveldoc.Fail, v["mrz.issuing_state"])
	require.Equal(t, traveldoc.Pass, v["mrz.nationality"])
}

func TestATypedDocumentHasNoDigits(t *testing.T) {
	doc, bearer := good(t)
	v := verdicts(t, border.Subject{Document: doc, Identity: bearer, Today: date(t, "2026-11-21")})
	require.Equal(t, traveldoc.NotDone, v["mrz.structure"])
	require.NotContains(t, v, "mrz.document_number_digit")
	require.Equal(t, traveldoc.Pass, v["mrz.expiry_date"])
}
