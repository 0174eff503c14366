package names_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/names"
	"github.com/openbmis/openbmis/traveldoc/translit"
)

// Every letter that the comparison of zones knows is read here in one of the ways that it has there: the two never say different things of
// one passport.
func TestLettersAreThoseOfTheZone(t *testing.T) {
	count := 0
	for _, block := range [][2]rune{{0xC0, 0x24F}, {0x386, 0x3CE}, {0x400, 0x45F}, {0x1E00, 0x1EFF}} {
		for r := block[0]; r <= block[1]; r++ {
			ways, _ := translit.Letter(r)
			if len(ways) == 0 || slices.Contains(ways, "") {
				continue
			}
			count++
			readings := names.Read(alerts.Name{Raw: string(r)})
			require.NotEmpty(t, readings, "%c", r)
			read := false
			for _, reading := range readings {
				read = read || slices.Contains(ways, texts(reading))
			}
			assert.True(t, read, "%c: %s, not among %v", r, told(string(r)), ways)
		}
	}
	require.Greater(t, count, 500)
}

// Every code of the Arabic table that begins with X is decoded, and no letter of the table is unknown here.
func TestEscapeCodesAreThoseOfTheZone(t *testing.T) {
	count := 0
	for r := rune(0x600); r <= 0x6FF; r++ {
		ways, _ := translit.Letter(r)
		if len(ways) == 0 {
			continue
		}
		assert.Empty(t, names.Unread(alerts.Name{Raw: string(r)}), "%c", r)
		for _, way := range ways {
			if len(way) > 1 && strings.HasPrefix(way, "X") {
				count++
				readings := names.Read(alerts.Name{Raw: "BR" + way + "B", Kind: alerts.MRZName})
				assert.Greater(t, len(readings), 1, "%c %s", r, way)
			}
		}
	}
	require.Greater(t, count, 35)
}
