package scan

import (
	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
)

// The price, as a logarithm of probabilities, that reading otherwise than seen may have: for one character, and for all of a zone.
// A character that is plainly printed costs eight and more, so what somebody altered is not read as if it were whole.
const (
	dearest = 5.5
	budget  = 13
)

// weighed is the zone's reading once rules and cells were weighed. Both texts are classes, by line.
type weighed struct {
	rules    rules
	seen     [][]byte
	read     [][]byte
	changes  []Change
	disagree bool // the check digits could not be followed
}

// weigh chooses between what is seen and what the rules ask for.
func weigh(cells [][]scores) weighed {
	w := weighed{}
	for _, line := range cells {
		seen := make([]byte, len(line))
		for k := range line {
			seen[k] = byte(line[k].best()) //nolint:gosec // a class
		}
		w.seen = append(w.seen, seen)
	}
	w.rules = rulesFor(len(cells), len(cells[0]), text(w.seen[0][:5]))
	if d := decode(w.rules, cells); d.ok && affordable(cells, w.seen, d.text) {
		w.read = d.text
	} else {
		w.disagree = true
		w.read = loose(w.rules, cells, w.seen)
	}
	w.compare(cells)
	return w
}

// price is what it costs to read a cell otherwise.
func price(s *scores, seen, read byte) float64 {
	return float64(max(s[seen], lowest) - max(s[read], lowest))
}

func affordable(cells [][]scores, seen, read [][]byte) bool {
	sum := 0.0
	for l := range cells {
		for k := range cells[l] {
			v := price(&cells[l][k], seen[l][k], read[l][k])
			if v > dearest {
				return false
			}
			sum += v
		}
	}
	return sum <= budget
}

// loose reads each cell by its field's kind of characters alone, where the picture allows it.
func loose(r rules, cells [][]scores, seen [][]byte) [][]byte {
	read := make([][]byte, len(seen))
	for l := range seen {
		read[l] = append([]byte(nil), seen[l]...)
	}
	for _, c := range layOut(r, cells) {
		if c.allowed&(1<<seen[c.line][c.at]) != 0 {
			continue
		}
		best := byte(c.scores.top(c.allowed)[0]) //nolint:gosec // a class
		if price(c.scores, seen[c.line][c.at], best) <= dearest {
			read[c.line][c.at] = best
		}
	}
	return read
}

// compare lists what is read otherwise than seen.
func (w *weighed) compare(cells [][]scores) {
	for _, c := range layOut(w.rules, cells) {
		seen, read := w.seen[c.line][c.at], w.read[c.line][c.at]
		if seen == read {
			continue
		}
		why := "check_digits"
		if c.allowed&(1<<seen) == 0 || c.state {
			why = "field"
		}
		w.changes = append(w.changes, Change{
			Line: c.line + 1, At: c.at + 1, Why: why, Cost: price(c.scores, seen, read),
			Seen: glyph.Alphabet[seen : seen+1], Read: glyph.Alphabet[read : read+1],
		})
	}
}
