package translit

import (
	"slices"
	"strings"
)

// Outcome is what a comparison of names came to.
type Outcome uint8

// The outcomes. The zero value says that nothing was compared: a name was missing, too long, or of a script without a table.
const (
	NotCompared Outcome = iota
	// Equal: letter by letter; hyphens and apostrophes aside.
	Equal
	// Transliterated: equal when letters are spelled as Rules tells.
	Transliterated
	// Truncated: what the zone has is the start of the name, which had no room.
	Truncated
	// Different: Differences tells where.
	Different
)

// String is the outcome's name in JSON.
func (o Outcome) String() string {
	return [...]string{"not_compared", "equal", "transliterated", "truncated", "different"}[o]
}

// MarshalText writes the outcome's name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Rule is a spelling that makes names equal: a letter, or a pair of letters, and what stands for it.
type Rule struct {
	Script Script `json:"script"`
	From   string `json:"from"`
	To     string `json:"to"` // empty: left out
}

// Part is one of the two names.
type Part string

// The parts.
const (
	Surname    Part = "surname"
	GivenNames Part = "given_names"
)

// Difference is one place where names differ. Positions count characters from 1, those of the visual zone in composed form (NFC),
// those of the machine readable zone in its capitals with single blanks; 0 means that there is nothing to stand against the other.
type Difference struct {
	Part Part `json:"part"`
	VIZ  int  `json:"viz"`
	MRZ  int  `json:"mrz"`
}

// Result explains a comparison.
type Result struct {
	Outcome     Outcome      `json:"outcome"`
	Rules       []Rule       `json:"rules,omitempty"`       // the spellings that were needed
	Reordered   bool         `json:"reordered,omitempty"`   // the same words in another order, or divided otherwise between the parts
	Vowels      bool         `json:"vowels,omitempty"`      // the zone has vowels that the script of the visual zone does not write
	Differences []Difference `json:"differences,omitempty"` // only of Different
}

// Match compares the names of the visual zone with those of the machine readable zone. Names of the machine readable zone are in
// capitals, fillers as blanks or '<'. Truncated says that the zone's name field is full: then words may be cut after any letter and
// the last ones missing. Other orders of the words count as equal, and are told.
func Match(vizSurname, vizGiven, mrzSurname, mrzGiven string, truncated bool) Result {
	surname, surnameOK := tokens(vizSurname)
	given, givenOK := tokens(vizGiven)
	primary, secondary := zoneText(mrzSurname), zoneText(mrzGiven)
	readable := surnameOK && givenOK && known(surname) && known(given) && len(primary) <= MaxName && len(secondary) <= MaxName
	if !readable || len(surname)+len(given) == 0 || len(primary)+len(secondary) == 0 {
		return Result{}
	}
	parts := [...]compared{
		{Surname, align(surname, primary, truncated)},
		{GivenNames, align(given, secondary, truncated)},
	}
	if parts[0].cost()+parts[1].cost() >= costDifferent {
		if result, ok := reordered(surname, given, primary, secondary, truncated); ok {
			return result
		}
	}
	return conclude(parts[:])
}

// zoneText is a name of the machine readable zone with single blanks.
func zoneText(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool { return r == ' ' || r == '<' }), " ")
}

// compared is one part, aligned.
type compared struct {
	part Part
	*alignment
}

// conclude makes the result of alignments.
func conclude(parts []compared) Result {
	r := Result{Outcome: Equal}
	for _, p := range parts {
		for _, at := range p.path() {
			switch at.kind {
			case stepEqual:
				r.spelled(&p.name[at.i], at.spelling)
			case stepVowel:
				r.Vowels = true
				r.Outcome = max(r.Outcome, Transliterated)
			case stepCut:
				r.Outcome = max(r.Outcome, Truncated)
			case stepOther:
				r.Outcome = Different
				r.Differences = append(r.Differences, p.difference(at))
			case stepNone:
			}
		}
	}
	return r
}

func (p compared) difference(at place) Difference {
	d := Difference{Part: p.part}
	if at.tokens > 0 {
		d.VIZ = p.name[at.i].at
	}
	if at.mrz > 0 {
		d.MRZ = at.j + 1
	}
	return d
}

// spelled keeps a rule that was needed. Hyphens and apostrophes need none.
func (r *Result) spelled(t *token, spelling string) {
	if t.plain() || t.script == "" {
		return
	}
	r.Outcome = max(r.Outcome, Transliterated)
	if rule := (Rule{t.script, t.from, spelling}); !slices.Contains(r.Rules, rule) {
		r.Rules = append(r.Rules, rule)
	}
}

// reordered matches words in any order: each word of the zone with one of the visual zone that is left.
func reordered(surname, given []token, primary, secondary string, truncated bool) (Result, bool) {
	words := slices.Concat(wordsOf(surname), wordsOf(given))
	result := Result{Outcome: Equal, Reordered: true}
	for _, text := range strings.Fields(primary + " " + secondary) {
		at := slices.IndexFunc(words, func(w []token) bool { return align(w, text, truncated).cost() < costDifferent })
		if at < 0 {
			return Result{}, false
		}
		word := conclude([]compared{{Surname, align(words[at], text, truncated)}})
		result.Outcome, result.Vowels = max(result.Outcome, word.Outcome), result.Vowels || word.Vowels
		for _, rule := range word.Rules {
			if !slices.Contains(result.Rules, rule) {
				result.Rules = append(result.Rules, rule)
			}
		}
		words = slices.Delete(words, at, at+1)
	}
	if len(words) > 0 {
		result.Outcome = Truncated
	}
	return result, len(words) == 0 || truncated
}

// wordsOf divides a name at blanks and hyphens.
func wordsOf(name []token) [][]token {
	var words [][]token
	start := 0
	for i := range len(name) + 1 {
		if i == len(name) || name[i].separator {
			if i > start {
				words = append(words, name[start:i])
			}
			start = i + 1
		}
	}
	return words
}
