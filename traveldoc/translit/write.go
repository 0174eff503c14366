package translit

import (
	"slices"
	"strings"
)

// Write is a name as Doc 9303 recommends it for the machine readable zone: capitals, fillers as blanks, apostrophes left out. A
// letter of a script without a table is left out, and ok is false then, as for a name longer than MaxName.
func Write(name string) (written string, ok bool) {
	letters, ok := tokens(name)
	var out strings.Builder
	for _, t := range letters {
		if t.known {
			out.WriteString(t.spellings[0])
		}
	}
	return strings.Join(strings.Fields(out.String()), " "), ok && known(letters)
}

// Alternatives are the spellings of a name in the machine readable zone, the recommended first, at most limit of them; all says
// whether that is every one. Their number grows with each letter that has several: to compare names, Match needs none of them.
func Alternatives(name string, limit int) (spellings []string, all bool) {
	letters, ok := tokens(name)
	if !ok || !known(letters) || limit < 1 {
		return nil, false
	}
	spellings, all = []string{""}, true
	for _, t := range letters {
		var next []string
		for _, spelling := range t.spellings {
			for _, start := range spellings {
				if len(next) == limit {
					all = false
					break
				}
				next = append(next, start+spelling)
			}
		}
		spellings = next
	}
	for i := range spellings {
		spellings[i] = strings.Join(strings.Fields(spellings[i]), " ")
	}
	return compacted(spellings), all
}

// compacted leaves out what comes twice and keeps the order.
func compacted(in []string) []string {
	var out []string
	for _, s := range in {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
