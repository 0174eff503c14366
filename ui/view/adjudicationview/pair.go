package adjudicationview

import (
	"slices"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border/fingers"
)

// Pair is two prints of one finger with what they have in common.
type Pair struct {
	Position    biometrics.Position
	Left, Right Print
	Match       fingerprint.Match
}

// Print is one of the two. Image is the address of its picture; empty when there is none.
type Print struct {
	fingers.Print
	Image string
}

// Compare pairs the prints of two persons finger by finger: of several impressions of a finger the two that are most alike. address gives
// the address of a print's picture.
func Compare(left, right []fingers.Print, address func(p fingers.Print, left bool) string) []Pair {
	var pairs []Pair
	for _, position := range biometrics.Fingers() {
		if best, ok := bestOf(position, of(left, position), of(right, position)); ok {
			best.Left.Image, best.Right.Image = address(best.Left.Print, true), address(best.Right.Print, false)
			pairs = append(pairs, best)
		}
	}
	return pairs
}

func of(prints []fingers.Print, position biometrics.Position) []fingers.Print {
	return slices.DeleteFunc(slices.Clone(prints), func(p fingers.Print) bool { return p.Position != position })
}

func bestOf(position biometrics.Position, left, right []fingers.Print) (best Pair, ok bool) {
	for _, l := range left {
		prepared := fingerprint.Prepare(l.Template)
		for _, r := range right {
			m := fingerprint.Compare(prepared, fingerprint.Prepare(r.Template))
			if !ok || m.Score > best.Match.Score {
				best, ok = Pair{Position: position, Left: Print{Print: l}, Right: Print{Print: r}, Match: m}, true
			}
		}
	}
	return best, ok
}

// Alone are the fingers that one side has and the other has not.
func Alone(these, those []fingers.Print) []biometrics.Position {
	var alone []biometrics.Position
	for _, position := range biometrics.Fingers() {
		if len(of(these, position)) > 0 && len(of(those, position)) == 0 {
			alone = append(alone, position)
		}
	}
	return alone
}
