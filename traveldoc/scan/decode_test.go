package scan

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
	"github.com/openbmis/openbmis/traveldoc/scan/synth"
)

// plainly are cells that show a text without doubt.
func plainly(lines []string) [][]scores {
	cells := make([][]scores, len(lines))
	for l, line := range lines {
		cells[l] = make([]scores, len(line))
		for k := range line {
			for class := range glyph.Classes {
				cells[l][k][class] = -12
			}
			cells[l][k][glyph.Class(line[k])] = -0.001
		}
	}
	return cells
}

// confuse makes a cell look like a character with the logarithm of a probability.
func confuse(s *scores, seen byte, score float32) { s[glyph.Class(seen)] = score }

func readings(w weighed) (seen, read []string) {
	for l := range w.read {
		seen, read = append(seen, text(w.seen[l])), append(read, text(w.read[l]))
	}
	return seen, read
}

// What the zone's writer wrote keeps all rules: nothing is changed, in any format.
func TestRulesAcceptEveryZone(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 200 {
		for _, format := range []mrz.Format{mrz.TD1, mrz.TD2, mrz.TD3, mrz.MRVA, mrz.MRVB} {
			lines, err := synth.RandomZone(r, format)
			require.NoError(t, err)
			w := weigh(plainly(lines))
			seen, read := readings(w)
			require.Equal(t, lines, seen)
			require.Equal(t, lines, read, format)
			require.False(t, w.disagree, "%s %v", format, lines)
			require.Empty(t, w.changes)
			require.Equal(t, format.String(), w.rules.name)
		}
	}
}

func TestSpecialZonesKeepTheRules(t *testing.T) {
	for name, lines := range map[string][]string{
		"old French identity card": {"IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6"},
		"long number":              {"I<UTOD23145890<515<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<4", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"},
	} {
		_, read := readings(weigh(plainly(lines)))
		require.Equal(t, lines, read, name)
	}
	require.False(t, weigh(plainly([]string{"IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6"})).disagree)
}

const (
	line1 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
	line2 = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
)

// One doubtful cell: the check digits decide, and the change is told. Every character under a digit, every rival of another value.
func TestCheckDigitsDecideDoubt(t *testing.T) {
	for k := range line2 {
		if strings.ContainsRune("UTOF", rune(line2[k])) && k >= 10 && k <= 20 {
			continue // no digit runs over nationality and sex
		}
		for _, rival := range "08BS5" {
			if byte(rival) == line2[k] || value(glyph.Class(byte(rival)))%10 == value(glyph.Class(line2[k]))%10 {
				continue
			}
			cells := plainly([]string{line1, line2})
			confuse(&cells[1][k], line2[k], -1.2)
			confuse(&cells[1][k], byte(rival), -0.4)
			w := weigh(cells)
			seen, read := readings(w)
			require.Equal(t, []string{line1, line2}, read, "position %d, %c", k+1, rival)
			require.Equal(t, line2[:k]+string(rival)+line2[k+1:], seen[1])
			require.Len(t, w.changes, 1)
			require.InDelta(t, 0.8, w.changes[0].Cost, 1e-5)
			w.changes[0].Cost = 0
			require.Contains(t, []string{"check_digits", "field"}, w.changes[0].Why)
			require.Equal(t, Change{Line: 2, At: k + 1, Seen: string(rival), Read: line2[k : k+1], Why: w.changes[0].Why}, w.changes[0])
		}
	}
}

// Two doubtful cells of different fields, and names by their kind of characters.
func TestDoubtInSeveralPlaces(t *testing.T) {
	cells := plainly([]string{line1, line2})
	doubt := func(line, k int, rival byte) {
		own := []string{line1, line2}[line][k]
		confuse(&cells[line][k], own, -1.4)
		confuse(&cells[line][k], rival, -0.3)
	}
	doubt(0, 11, '0')
	doubt(1, 3, '3')
	doubt(1, 14, 'A')
	doubt(1, 23, '7')
	w := weigh(cells)
	_, read := readings(w)
	require.Equal(t, []string{line1, line2}, read)
	var told []Change
	for _, c := range w.changes {
		c.Cost = 0
		told = append(told, c)
	}
	require.Equal(t, []Change{
		{Line: 1, At: 12, Seen: "0", Read: "O", Why: "field"}, {Line: 2, At: 4, Seen: "3", Read: "8", Why: "check_digits"},
		{Line: 2, At: 15, Seen: "A", Read: "4", Why: "field"}, {Line: 2, At: 24, Seen: "7", Read: "0", Why: "check_digits"},
	}, told)
}

// Plain print is never read otherwise, however wrong its digits: only the finding says so.
func TestPlainPrintStands(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 300 {
		k := r.IntN(44)
		forged := []byte(line2)
		forged[k] = glyph.Alphabet[r.IntN(10)]
		w := weigh(plainly([]string{line1, string(forged)}))
		_, read := readings(w)
		require.Equal(t, []string{line1, string(forged)}, read)
		require.Empty(t, w.changes)
	}
}

// A code of no state is read as one of the list where the picture leaves it open, and left where it does not.
func TestStatesArePreferred(t *testing.T) {
	cells := plainly([]string{line1, strings.Replace(line2, "UTO", "DNK", 1)})
	confuse(&cells[1][11], 'M', -0.5)
	cells[1][11][glyph.Class('N')] = -1.2
	w := weigh(cells)
	_, read := readings(w)
	require.Equal(t, "DNK", read[1][10:13])
	require.Equal(t, []Change{{Line: 2, At: 12, Seen: "M", Read: "N", Why: "field", Cost: w.changes[0].Cost}}, w.changes)

	w = weigh(plainly([]string{line1, strings.Replace(line2, "UTO", "DMK", 1)}))
	_, read = readings(w)
	require.Equal(t, "DMK", read[1][10:13])
}

func TestTopGivesTheBestInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for range 100 {
		var s scores
		for i := range s {
			s[i] = r.Float32()
		}
		all := make([]int, 0, 10)
		for i := range 10 {
			all = append(all, i)
		}
		slices.SortFunc(all, func(a, b int) int {
			if s[a] > s[b] {
				return -1
			}
			return 1
		})
		require.Equal(t, all[:considered], s.top(setDigits))
	}
	require.Empty(t, new(scores).top(0))
}
