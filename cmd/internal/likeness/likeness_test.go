package likeness_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/cmd/internal/likeness"
	"github.com/openbmis/openbmis/traveldoc"
)

func who(surname, given string) traveldoc.Identity {
	return traveldoc.Identity{Surname: surname, GivenNames: given}
}

func TestCompare(t *testing.T) {
	tests := map[string]struct {
		document, declared traveldoc.Identity
		relation           string
		least, most        float64
	}{
		"equal":                    {who("ERIKSSON", "ANNA MARIA"), who("ERIKSSON", "ANNA MARIA"), expected.RelEqual, 0.99, 1},
		"other spelling":           {who("MUELLER", "JUERGEN"), who("MULLER", "JURGEN"), expected.RelTransliterated, 0.75, 1},
		"Arabic":                   {who("ALHASSAN", "MUHAMMAD"), who("AL HASSAN", "MOHAMED"), expected.RelTransliterated, 0.8, 1},
		"a particle of the family": {who("AL HUSSEINI", "MOHAMMED"), who("AL HUSSEINI", "MOHAMED"), expected.RelTransliterated, 0.9, 1},
		"one letter":               {who("ERIKSSON", "ANNA"), who("ERIKSON", "ANNA"), expected.RelTransliterated, 0.8, 1},
		"a slip":                   {who("BERGSTROM", "PETER"), who("BERGSTRPM", "PETER"), expected.RelTypo, 0.7, 1},
		"another given name":       {who("ERIKSSON", "ANNA"), who("ERIKSSON", "BJORN"), expected.RelDifferent, 0, 0.7},
		"another person":           {who("TANAKA", "YUKI"), who("ERIKSSON", "ANNA"), expected.RelDifferent, 0, 0.3},
		"nothing":                  {who("", ""), who("ERIKSSON", "ANNA"), expected.RelDifferent, 0, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := likeness.Names{}.Compare(test.document, test.declared)
			t.Logf("%+v", l)
			require.Equal(t, test.relation, l.Relation)
			require.GreaterOrEqual(t, l.Score, test.least)
			require.LessOrEqual(t, l.Score, test.most)
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		likeness.Names{}.Compare(who("ERIKSSON", "ANNA MARIA"), who("ERICSON", "ANNE"))
	}
}
