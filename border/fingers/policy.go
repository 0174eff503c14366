package fingers

import (
	"slices"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
)

// Policy is a country's rule of fingerprints: who is asked, for which fingers, how good they must be and what follows from comparing them.
// Its version is stored with every taking. It is a value; the slices must not be changed once it is handed on.
type Policy struct {
	Version string
	// Directions are the ways on which prints are asked for. Everybody asks nationals of the own State too; by default only foreigners are.
	Directions []border.Direction
	Everybody  bool
	// ExemptBelow is the age in years below which nobody is asked; ExemptCategories and ExemptBases are those who are not asked either.
	ExemptBelow      int
	ExemptCategories []border.Category
	ExemptBases      []border.Basis
	// Hands are sets of fingers, the preferred one first. When fewer than Enough fingers of a set could be taken, the next is asked.
	Hands  [][]biometrics.Position
	Enough int
	// Quality is the wanted score of our own, 0 to 100, and Tries how often a finger is taken before the best try is good enough.
	Quality int
	Tries   int
	// Verify is the least fused score at which prints are the file's, and VerifyOne the least where one finger alone was compared.
	// Candidate and CandidateOne are the same for somebody else's prints that a search finds.
	Verify, VerifyOne       float64
	Candidate, CandidateOne float64
	// Kept is how many months the prints of a person are kept after his last crossing, and KeptInside after an entry since which no exit is
	// known; 0 is until they are erased by hand.
	Kept, KeptInside int
	// Severity is what a piece of evidence asks of the officer, by its code; see DefaultPolicy for the codes.
	Severity map[string]border.Severity
}

// DefaultPolicy asks foreigners of twelve years and older for the four fingers of the right hand, or else of the left, on entry and exit,
// as Regulation (EU) 2017/2226, articles 16 and 17, does. They are kept as long as its article 34 keeps a file: three years after the last
// crossing, five after an entry without an exit.
func DefaultPolicy() Policy {
	return Policy{
		Version:     "default-1",
		Directions:  []border.Direction{border.Entry, border.Exit},
		ExemptBelow: 12,
		Hands: [][]biometrics.Position{
			{biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing, biometrics.RightLittle},
			{biometrics.LeftIndex, biometrics.LeftMiddle, biometrics.LeftRing, biometrics.LeftLittle},
		},
		Enough: 2, Quality: 66, Tries: 3, Kept: 36, KeptInside: 60,
		Verify: 30, VerifyOne: 35, Candidate: 50, CandidateOne: 60,
		Severity: map[string]border.Severity{
			CodeMismatch: border.SecondLine, CodeCandidate: border.SecondLine,
			CodeQuality: border.Note, CodeMissing: border.Note, CodeRefused: border.Acknowledge,
			CodeOdd: border.Acknowledge, CodeMismatchBefore: border.Acknowledge, CodeCandidateBefore: border.Acknowledge,
		},
	}
}

// severity is what the evidence of a code asks of the officer.
func (p Policy) severity(code string) border.Severity {
	if s, ok := p.Severity[code]; ok {
		return s
	}
	return border.Note
}

// Why nobody is asked: keys of the text catalogue below "exempt.", "category." or "basis.".
const (
	ExemptNational  = "own_national"
	ExemptChild     = "below_fingerprint_age"
	ExemptDirection = "not_this_way"
)

// Asked says whether the policy of a State asks a traveller for prints, and if not, why. A traveller whose age is not known is asked.
func (p Policy) Asked(s border.Subject, state string) (exempt string, asked bool) {
	least, most, known := border.AgeOn(s.Identity.BirthDate, s.Today)
	switch {
	case !slices.Contains(p.Directions, s.Direction):
		return ExemptDirection, false
	case !p.Everybody && state != "" && s.Identity.Nationality == state:
		return ExemptNational, false
	case known && least < p.ExemptBelow && most < p.ExemptBelow:
		return ExemptChild, false
	case slices.Contains(p.ExemptCategories, s.Category):
		return string(s.Category), false
	case slices.Contains(p.ExemptBases, s.Basis):
		return string(s.Basis), false
	}
	return "", true
}

// Begin are the fingers to ask first of somebody of whom a person is known: those that can be compared with his file, and those that
// could not be taken the last time. Of somebody new, the preferred hand.
func (p Policy) Begin(known Person) []biometrics.Position {
	hand := p.hand(known)
	filed := within(Fingers(known.References), hand)
	asked := hand
	if len(filed) >= p.Enough {
		asked = filed
	}
	for _, s := range known.Open {
		if !slices.Contains(asked, s.Position) && s.Position.Finger() {
			asked = append(slices.Clone(asked), s.Position)
		}
	}
	return asked
}

// hand is the set of fingers of which most are on file; the preferred one of those that are alike.
func (p Policy) hand(known Person) []biometrics.Position {
	best, most := p.Hands[0], 0
	for _, hand := range p.Hands {
		if n := len(within(Fingers(known.References), hand)); n > most {
			best, most = hand, n
		}
	}
	return best
}

// within are the positions of hand that list holds, in the order of the hand.
func within(list, hand []biometrics.Position) []biometrics.Position {
	var in []biometrics.Position
	for _, position := range hand {
		if slices.Contains(list, position) {
			in = append(in, position)
		}
	}
	return in
}

// Else are the fingers to ask besides, given what became of those that were asked: the next hand, when too few prints could be taken.
// Nobody who refuses is asked for the other hand, and none is asked of a reader that is away.
func (p Policy) Else(slots []Slot) []biometrics.Position {
	taken, impossible := 0, 0
	for _, s := range slots {
		switch s.Missing {
		case "":
			taken++
		case biometrics.Amputated, biometrics.Bandaged, biometrics.Injured:
			impossible++
		case biometrics.Refused:
			return nil
		case biometrics.DeviceFailure, biometrics.Exempt, biometrics.NotAsked:
		}
	}
	if taken >= p.Enough || impossible == 0 {
		return nil
	}
	for _, hand := range p.Hands {
		if !slices.ContainsFunc(slots, func(s Slot) bool { return slices.Contains(hand, s.Position) }) {
			return hand
		}
	}
	return nil
}
