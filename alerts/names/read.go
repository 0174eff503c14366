package names

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

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
	var room [8]word
	words, lost := split(room[:0], n)
	if len(words) == 0 {
		return nil
	}
	out := readings(words, lost)
	if len(out) > 0 {
		if together, ok := regrouped(out[0]); ok {
			out = append(out, together)
		}
	}
	if zone(n, words) {
		out = append(out, zoneReadings(words)...)
	}
	cut := full(n.Raw)
	for i := range out {
		out[i].Cut = cut
		soleFamily(out[i].Tokens)
	}
	return out[:min(len(out), MaxReadings)]
}

// zone reports whether a name may be written in the codes of the machine readable zone.
func zone(n alerts.Name, words []word) bool {
	if !plainWords(words) {
		return false
	}
	return strings.Contains(n.Raw, "X") || n.Kind == alerts.MRZName || len(n.Parts) > 0
}

// zoneReadings are the readings of what the zone writes in codes.
func zoneReadings(words []word) (out []Reading) {
	if without, ok := marked(words); ok {
		out = readings(without, 0)
	} else if decoded, ok := escaped(words); ok {
		out = readings(decoded, 0)
	}
	for i := range out {
		out[i].Loss = min(1, out[i].Loss+0.1)
	}
	return out
}

// full: a name field of a machine readable zone, of one of its lengths, that has no filler left.
func full(raw string) bool {
	return (len(raw) == 39 || len(raw) == 31 || len(raw) == 30) && strings.Contains(raw, "<<") && !strings.HasSuffix(raw, "<")
}

// word is a part of a name between separators, in upper case.
type word struct {
	text     string
	role     role
	script   script
	language string // of Cyrillic: its table
}

// split divides a name into words; lost is how many characters are beyond MaxLetters.
func split(out []word, n alerts.Name) (words []word, lost int) {
	if len(n.Parts) > 0 {
		left := MaxLetters
		for _, p := range n.Parts {
			text, more := bounded(p.Text, left)
			left -= min(left, utf8.RuneCountInString(text))
			lost += more
			out = splitText(out, text, cmp.Or(p.Role, alerts.Unknown))
		}
		return out, lost
	}
	text, lost := bounded(n.Raw, MaxLetters)
	if before, after, two := strings.Cut(text, "<<"); two {
		return splitText(splitText(out, before, alerts.Family), after, alerts.Given), lost
	}
	if before, after, comma := cutComma(text); comma {
		return splitText(splitText(out, before, alerts.Family), after, alerts.Given), lost
	}
	return splitText(out, text, alerts.Unknown), lost
}

// cutComma divides "SURNAME, Given" at its only comma.
func cutComma(text string) (before, after string, ok bool) {
	at := strings.IndexAny(text, ",،，")
	if at < 0 {
		return "", "", false
	}
	_, size := utf8.DecodeRuneInString(text[at:])
	before, after = strings.TrimSpace(text[:at]), strings.TrimSpace(text[at+size:])
	return before, after, before != "" && after != "" && !strings.ContainsAny(after, ",،，")
}

// bounded is the start of a text, at most so many characters; lost is how many are left out.
func bounded(text string, most int) (start string, lost int) {
	if len(text) <= most {
		return text, 0
	}
	count := 0
	for at := range text {
		if count == most {
			return text[:at], utf8.RuneCountInString(text[at:])
		}
		count++
	}
	return text, 0
}

// splitText adds the words of a text.
func splitText(out []word, text string, as role) []word {
	if plainText(text) {
		for field := range strings.FieldsFuncSeq(text, filler) {
			out = append(out, word{text: field, role: as})
		}
		return out
	}
	text = strings.Map(upper, norm.NFKC.String(text))
	for field := range strings.FieldsFuncSeq(text, separates) {
		for part := range strings.SplitSeq(initials(field), " ") {
			if part = bare(part); part != "" {
				out = append(out, word{text: part, role: as, script: scriptOfWord(part)})
			}
		}
	}
	return out
}

// plainText: upper case letters, blanks and fillers only.
func plainText(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < 'A' || c > 'Z') && c != ' ' && c != '<' {
			return false
		}
	}
	return true
}

func filler(r rune) bool { return r == ' ' || r == '<' }

// Unread are the letters of a name that no table has, each once: a name with some of them is read in part, or not at all.
func Unread(n alerts.Name) []rune {
	var out []rune
	words, _ := split(nil, n)
	for _, w := range words {
		for _, r := range w.text {
			if isLetter(r) && !readable(r) && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}
