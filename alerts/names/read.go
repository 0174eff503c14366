package names

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/openbmis/openbmis/alerts"
)

// Bounds of what is read. MaxLetters is the longest name that is read, in characters: the rest is left out, which Loss tells. MaxReadings
// is the most readings that a name has.
const (
	MaxLetters  = 512
	MaxReadings = 8
)

// Read reads a name as tokens, the plain reading first, at most MaxReadings of them; none where nothing of it can be read. Roles come from
// the parts where the name has them, from the fillers of a machine readable zone ("SURNAME<<GIVEN"), or from a single comma ("SURNAME,
// Given"). The time it takes grows with the name's length.
func Read(n alerts.Name) []Reading {
	words := split(n)
	if len(words) == 0 {
		return nil
	}
	return readings(words)
}

// word is a part of a name between separators, as it is written.
type word struct {
	text string
	role alerts.NameRole
}

// split divides a name into words.
func split(n alerts.Name) []word {
	if len(n.Parts) > 0 {
		var out []word
		for _, p := range n.Parts {
			out = splitText(out, p.Text, p.Role)
		}
		return out
	}
	if before, after, two := strings.Cut(n.Raw, "<<"); two {
		return splitText(splitText(nil, before, alerts.Family), after, alerts.Given)
	}
	if before, after, comma := strings.Cut(n.Raw, ","); comma && strings.TrimSpace(before) != "" && strings.TrimSpace(after) != "" &&
		!strings.Contains(after, ",") {
		return splitText(splitText(nil, before, alerts.Family), after, alerts.Given)
	}
	return splitText(nil, n.Raw, alerts.Unknown)
}

// splitText adds the words of a text in upper case, composed, without apostrophes, dots and what is not seen.
func splitText(out []word, text string, role alerts.NameRole) []word {
	if !plainText(text) {
		text = strings.ToUpper(norm.NFKC.String(text))
	}
	for field := range strings.FieldsFuncSeq(text, separates) {
		if field = bare(field); field != "" {
			out = append(out, word{field, role})
		}
	}
	return out
}

// plainText: upper case letters and blanks only.
func plainText(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < 'A' || c > 'Z') && c != ' ' && c != '<' {
			return false
		}
	}
	return true
}
