package expecteddb_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// What is stored of a decision and what goes to the centre names no other passenger and keeps nobody's words; the officer sees both.
func TestARecordNamesNobodyElse(t *testing.T) {
	p := open(t)
	f := flight("0400", noon)
	mother, child := person(t, f, 1), person(t, f, 2)
	child.Identity.Surname, child.Identity.GivenNames, child.Identity.Sex = "OTHERCHILD", "YUKI", "M"
	child.Identity.BirthDate, child.Documents = date(t, "2015-03-09"), mother.Documents
	mother.Documents = []traveldoc.Document{{Code: "P", Number: "DECLARED77", IssuingState: "UTO"}}
	mother.Screening = &apipnr.Screening{
		Outcome: border.NoHit, At: noon, Decision: &apipnr.ScreeningDecision{Verdict: apipnr.DecideRefer, Reason: "travels with her neighbour"},
	}
	one, two := person(t, f, 3), person(t, f, 3)
	two.ID = uuid.New()
	one.Documents = []traveldoc.Document{{Code: "P", Number: "TWINONE1", IssuingState: "UTO"}}
	two.Documents = []traveldoc.Document{{Code: "P", Number: "TWINTWO2", IssuingState: "NOR"}}
	p.tell(t, f, mother, child, one, two)

	met := subject(mother, "0400")
	met.Document = child.Documents[0]
	several := subject(one, "0400")
	several.Document.Number = "SHOWN999"
	secret := []string{"OTHERCHILD", "DECLARED77", "neighbour", "TWINONE1", "TWINTWO2"}
	live := words(p.find(t, met)) + words(p.find(t, several))
	for _, s := range secret {
		require.Contains(t, live, s, "the officer sees it")
	}
	for _, s := range []border.Subject{met, several} {
		require.NotContains(t, words(p.decide(t, s, border.Refer).Findings[0]), "OTHERCHILD")
	}
	for _, table := range []string{"finding", "decision", "referral", "outbox", "audit", "expected_arrival", "inspection", "crossing", "record"} {
		var all string
		require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT coalesce(string_agg(r::text, ' '), '') FROM `+table+` r`).Scan(&all))
		for _, s := range secret {
			require.NotContains(t, all, s, table)
		}
		if table == "finding" || table == "outbox" {
			for _, code := range []string{expected.CodeCandidate, expected.CodeOtherPerson, expected.CodeDiffers, expected.CodeWords} {
				require.Contains(t, all, code, "that it was so is kept")
			}
			require.Contains(t, all, child.ID.String(), "and whom it is about, while there is somebody")
			require.Contains(t, all, expected.FieldNumber)
		}
	}
}

func words(f border.Finding) (all string) {
	for _, e := range f.Evidence {
		all += e.Found + " " + e.Expected + "\n"
	}
	return all
}
