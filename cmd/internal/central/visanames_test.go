package central

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
)

// Spellings that no rule of Doc 9303 tells are one name; a slip, and a name too few, are for an officer.
func TestVisaNamesAreComparedAsCarriersNamesAre(t *testing.T) {
	read := traveldoc.Identity{Surname: "AL HUSSEINI", GivenNames: "MOHAMMED"}
	for typed, alike := range map[[2]string]bool{
		{"Al-Husayni", "Muhammad"}: true, {"AL HUSSEINI", "MOHAMED"}: true, {"AL HUSSEINI", ""}: false, {"AL HUSSEINI", "FATIMA"}: false, {"PEREIRA", "JOSE"}: false,
	} {
		require.Equal(t, alike, visaNames{}.Alike(read, traveldoc.Identity{Surname: typed[0], GivenNames: typed[1]}), typed)
	}
}
