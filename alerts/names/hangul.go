package names

import (
	"strings"

	"github.com/openbmis/openbmis/alerts"
)

// The styles of Hangul. Family names are spelled as their bearers do; given names by the Revised Romanisation of 2000, as one word or by
// syllables, as English readers spell them (SOO, YOUNG, JUNG), or by McCune and Reischauer.
const (
	hangulRevised = iota
	hangulSyllables
	hangulPopular
	hangulReischauer
	hangulStrict // family names by the Revised Romanisation too
	hangulStyles
)

//nolint:gochecknoglobals // constant tables, by the order of Unicode
var (
	revisedFirst  = strings.Split("G KK N D TT R M B PP S SS - J JJ CH K T P H", " ")
	revisedMiddle = strings.Split("A AE YA YAE EO E YEO YE O WA WAE OE YO U WO WE WI YU EU UI I", " ")
	revisedLast   = strings.Split("- K K K N N N T L K M L L L P L M P P T T NG T T K T P T", " ")
	popularFirst  = strings.Split("K K N D T R M B P S S - J J CH K T P H", " ")
	popularMiddle = strings.Split("A AE YA YAE U E YU YE O WA WAE OE YO OO WO WE WI YOO U EUI I", " ")
	oldFirst      = strings.Split("K KK N T TT R M P PP S SS - CH TCH CH K T P H", " ")
	oldMiddle     = strings.Split("A AE YA YAE O E YO YE O WA WAE OE YO U WO WE WI YU U UI I", " ")
)

// hangul reads a word of Hangul. A name that stands alone begins with the family.
func (b *builder) hangul(w word, style int) {
	family, given := familyOfHangul(w, b.alone)
	if family != "" {
		row := tables()["hangul"].inside[family]
		role := roleOr(w, alerts.Family, b.alone)
		switch {
		case row == nil || style == hangulStrict:
			b.syllables(family, role, hangulRevised)
		case style == hangulPopular:
			b.put(column(row, 1), role)
		case style == hangulReischauer:
			b.put(row[min(2, len(row)-1)], role)
		default:
			b.put(row[0], role)
		}
	}
	if given != "" {
		role := w.role
		if family != "" {
			role = roleOr(w, alerts.Given, b.alone)
		}
		b.syllables(given, role, style)
	}
}

// familyOfHangul divides what stands together into the family's syllables and the given name's.
func familyOfHangul(w word, alone bool) (family, given string) {
	known := tables()["hangul"].inside
	switch first := head(w.text, 2); {
	case w.role == alerts.Given:
		return "", w.text
	case known[w.text] != nil:
		return w.text, ""
	case w.role == alerts.Family:
		return w.text, ""
	case !alone:
		return "", w.text
	case known[first] != nil && len(w.text) > len(first):
		return first, w.text[len(first):]
	}
	one := head(w.text, 1)
	return one, w.text[len(one):]
}

// syllables spells Hangul, together or by syllables.
func (b *builder) syllables(text string, role role, style int) {
	start := len(b.text)
	for _, r := range text {
		b.letters++
		if scriptOf(r) != hangul {
			var known bool
			if b.text, known = appendLetter(b.text, r, 0); !known {
				b.lost++
			}
			continue
		}
		b.text = appendSyllable(b.text, int(r-0xAC00), style)
		if style == hangulSyllables {
			b.end(start, role)
			start = len(b.text)
		}
	}
	b.end(start, role)
}

// appendSyllable spells the syllable at a place of Unicode's order.
func appendSyllable(out []byte, at, style int) []byte {
	first, middle, last := at/588, at%588/28, at%28
	firsts, middles := revisedFirst, revisedMiddle
	switch style {
	case hangulPopular:
		firsts, middles = popularFirst, popularMiddle
	case hangulReischauer:
		firsts, middles = oldFirst, oldMiddle
	}
	vowel := middles[middle]
	switch {
	case style == hangulPopular && firsts[first] == "-" && vowel == "OO":
		vowel = "WOO"
	case style == hangulPopular && vowel == "YU" && last == 21 && firsts[first] == "-":
		vowel = "YOU" // YOUNG
	}
	for _, part := range [...]string{firsts[first], vowel, revisedLast[last]} {
		if part != "-" {
			out = append(out, part...)
		}
	}
	return out
}
