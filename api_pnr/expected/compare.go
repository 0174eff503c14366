package expected

import (
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/translit"
)

// Likeness is how alike two names are.
type Likeness struct {
	Score    float64 // 0 to 1
	Relation string  // RelEqual, RelTransliterated, RelTruncated, RelFewer, RelTypo or RelDifferent
}

// Names compares the names of two identities as the State compares names elsewhere. It is asked where the rules of ICAO Doc 9303 alone do
// not make them equal.
type Names interface {
	Compare(document, declared traveldoc.Identity) Likeness
}

// Difference is one compared field: what the document shows and what the carrier sent.
type Difference struct {
	Field              string
	Document, Declared string
	Relation           string
	Severity           border.Severity
}

// likeNames compares names: by the spellings of Doc 9303, by names left out, and then as the State does.
func likeNames(names Names, document, declared traveldoc.Identity) Likeness {
	m := translit.Match(declared.Surname, declared.GivenNames, document.Surname, document.GivenNames, document.NameTruncated)
	switch {
	case m.Outcome == translit.Equal && m.Reordered:
		return Likeness{1, RelReordered}
	case m.Outcome == translit.Equal:
		return Likeness{1, RelEqual}
	case m.Outcome == translit.Transliterated:
		return Likeness{1, RelTransliterated}
	case m.Outcome == translit.Truncated:
		return Likeness{0.95, RelTruncated}
	}
	if l, ok := fewer(document, declared); ok {
		return l
	}
	if names == nil {
		return Likeness{0, RelDifferent}
	}
	return names.Compare(document, declared)
}

// fewer: all names of one side are among the other's, at least one of the surname and one of the given names; a name may be the beginning
// of another's, as where a system had no room.
func fewer(document, declared traveldoc.Identity) (Likeness, bool) {
	surname, given := parts(document.Surname), parts(document.GivenNames)
	itsSurname, itsGiven := parts(declared.Surname), parts(declared.GivenNames)
	if !meet(surname, itsSurname) || !meet(given, itsGiven) {
		return Likeness{}, false
	}
	mine, its := slices.Concat(surname, given), slices.Concat(itsSurname, itsGiven)
	if within(its, mine, same) || within(mine, its, same) {
		return Likeness{0.9, RelFewer}, true
	}
	if within(its, mine, begins) || within(mine, its, begins) {
		return Likeness{0.85, RelTruncated}, true
	}
	return Likeness{}, false
}

func parts(name string) []string { return strings.Fields(traveldoc.FoldName(name)) }

func same(a, b string) bool { return a == b }

// cutName is the least length of a name that counts as the beginning of another.
const cutName = 3

func begins(a, b string) bool { return a == b || len(a) >= cutName && strings.HasPrefix(b, a) }

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool {
		return slices.ContainsFunc(b, func(y string) bool { return begins(x, y) || begins(y, x) })
	})
}

// within: each of few is one of many.
func within(few, many []string, is func(a, b string) bool) bool {
	return !slices.ContainsFunc(few, func(x string) bool {
		return !slices.ContainsFunc(many, func(y string) bool { return is(x, y) })
	})
}

// likeDates compares dates that may be known in part; empty when neither says anything.
func likeDates(document, declared traveldoc.Date) string {
	switch {
	case document.IsZero() && declared.IsZero():
		return ""
	case declared.IsZero() || document.IsZero():
		return RelUnknown
	case document == declared:
		return RelEqual
	case document.Compatible(declared):
		return RelPartial
	case swapped(document) == declared:
		return RelSwapped
	case oneApart(document.String(), declared.String()):
		return RelDigit
	}
	return RelDifferent
}

// swapped is the date with day and month in each other's place; zero when that is none.
func swapped(d traveldoc.Date) traveldoc.Date {
	if d.Precision() != traveldoc.PrecisionDay {
		return traveldoc.Date{}
	}
	s, err := traveldoc.NewDate(d.Year(), d.Day(), d.Month())
	if err != nil {
		return traveldoc.Date{}
	}
	return s
}

// oneApart: of one length, and one character differs.
func oneApart(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	apart := 0
	for i := range len(a) {
		if a[i] != b[i] {
			apart++
		}
	}
	return apart == 1
}

// likeNumbers compares document numbers.
func likeNumbers(document, declared string) string {
	a, b := traveldoc.FoldNumber(document), traveldoc.FoldNumber(declared)
	switch {
	case b == "" || a == "":
		return RelUnknown
	case a == b:
		return RelEqual
	case readAlike(a) == readAlike(b):
		return RelMisread
	case oneApart(a, b) || oneMore(a, b) || oneMore(b, a) || neighbours(a, b):
		return RelTypo
	}
	return RelDifferent
}

// readAlike is a folded number with letters as the digits that they are read for.
func readAlike(folded string) string {
	return strings.TrimLeft(strings.NewReplacer("I", "1", "L", "1", "Z", "2", "S", "5", "B", "8", "G", "6", "Q", "0", "D", "0").Replace(folded), "0")
}

// oneMore: b is a with one character put in.
func oneMore(a, b string) bool {
	if len(b) != len(a)+1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return a[i:] == b[i+1:]
}

// neighbours: two characters side by side changed places.
func neighbours(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) - 1 {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// likeStates compares codes of States. Germany's code in documents is D (Doc 9303-3, section 5).
func likeStates(document, declared string) string {
	a, b := state(document), state(declared)
	switch {
	case b == "" || a == "":
		return RelUnknown
	case a == b:
		return RelEqual
	}
	return RelDifferent
}

func state(code string) string {
	if code = strings.Trim(strings.ToUpper(strings.TrimSpace(code)), "<"); code == "DEU" || code == "DE" {
		return "D"
	}
	return code
}

func likeSexes(document, declared string) string {
	a, b := strings.ToUpper(document), strings.ToUpper(declared)
	switch {
	case b == "" || a == "":
		return RelUnknown
	case a == b:
		return RelEqual
	case a == "X" || b == "X" || a == "<" || b == "U":
		return RelUnspecified
	}
	return RelDifferent
}

// documentOf is the declared document that is compared with the one presented: that of its number, else the nearest of those that are no
// visa.
func documentOf(p Person, presented traveldoc.Document) (traveldoc.Document, bool) {
	var best traveldoc.Document
	rank, found := -1, false
	for _, d := range p.Documents {
		r := 0
		switch likeNumbers(presented.Number, d.Number) {
		case RelEqual:
			r = 8
		case RelMisread, RelTypo:
			r = 4
		case RelUnknown:
			continue
		}
		if strings.HasPrefix(d.Code, "V") && !strings.HasPrefix(presented.Code, "V") && r < 8 {
			continue
		}
		if kindOf(d.Code) == kindOf(presented.Code) {
			r += 2
		}
		if likeStates(presented.IssuingState, d.IssuingState) == RelEqual {
			r++
		}
		if r > rank {
			best, rank, found = d, r, true
		}
	}
	return best, found
}

func kindOf(code string) string { return code[:min(len(code), 1)] }

// Compare is what differs between the document and what the carrier sent, in the order of Fields. Equal fields are left out, and fields
// of which neither side says anything; where the carrier does not say, only the missing document is told.
func (m Matcher) Compare(identity traveldoc.Identity, document traveldoc.Document, p Person) []Difference {
	return m.differences(identity, document, p, likeNames(m.Names, identity, p.Identity))
}

func (m Matcher) differences(identity traveldoc.Identity, document traveldoc.Document, p Person, names Likeness) (all []Difference) {
	add := func(field, shown, declared, relation string) {
		if relation == "" || relation == RelEqual || relation == RelUnknown && field != FieldNumber {
			return
		}
		all = append(all, Difference{field, shown, declared, relation, m.Policy.Severity(field, relation)})
	}
	its, _ := documentOf(p, document)
	add(FieldName, NameOf(identity), NameOf(p.Identity), names.Relation)
	add(FieldBirthDate, identity.BirthDate.String(), p.Identity.BirthDate.String(), likeDates(identity.BirthDate, p.Identity.BirthDate))
	add(FieldSex, identity.Sex, p.Identity.Sex, likeSexes(identity.Sex, p.Identity.Sex))
	add(FieldNationality, identity.Nationality, p.Identity.Nationality, likeStates(identity.Nationality, p.Identity.Nationality))
	add(FieldNumber, document.Number, its.Number, likeNumbers(document.Number, its.Number))
	add(FieldIssuer, document.IssuingState, its.IssuingState, likeStates(document.IssuingState, its.IssuingState))
	add(FieldExpiry, document.ExpiryDate.String(), its.ExpiryDate.String(), likeDates(document.ExpiryDate, its.ExpiryDate))
	return all
}

// NameOf is a name in one line.
func NameOf(i traveldoc.Identity) string {
	if i.GivenNames == "" {
		return i.Surname
	}
	return i.Surname + ", " + i.GivenNames
}
