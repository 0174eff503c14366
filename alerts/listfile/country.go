package listfile

import (
	_ "embed" // the names of countries are a data file
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// countries.txt: a line for each country: the code of ICAO Doc 9303-3, section 5, the two letters of ISO 3166-1 (or "-"), and the names
// that lists use, in English, French and Spanish, short, official and former ones, without accents, separated by "|". A name stands once.
//
//go:embed countries.txt
var countriesText string

// countries are the names of countries.txt, folded, and the codes of two letters, each with its code of Doc 9303.
var countries = sync.OnceValue(func() (all struct{ names, letters map[string]string }) {
	all.names, all.letters = make(map[string]string, 1500), make(map[string]string, 300)
	for line := range strings.Lines(countriesText) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "|")
		all.letters[cells[1]] = cells[0]
		for _, name := range cells[2:] {
			all.names[foldCountry(name)] = cells[0]
		}
	}
	delete(all.letters, "-")
	return all
})

// otherLetters are codes that lists use beside those of ISO 3166-1 and Doc 9303.
var otherLetters = map[string]string{
	"DEU": "D", "ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "XKX": "RKS", "XKK": "RKS", "UVK": "RKS", "UK": "GBR", "EL": "GRC", "TP": "TLS",
	"ZR": "COD", "BU": "MMR",
}

// Country is the code of ICAO Doc 9303-3 of a country by its name in English, French or Spanish, its official or a former name, or its
// code of three letters: "Iran (Islamic Republic of)" is IRN, "Germany" is D. Two letters are a name, not a code: "NA" is nobody's.
func Country(name string) (code string, known bool) {
	key := foldCountry(name)
	if code, known = countries().names[key]; known {
		return code, true
	}
	if turned, is := turnedRound(key); is {
		if code, known = countries().names[turned]; known {
			return code, true
		}
	}
	if trimmed := strings.TrimSpace(name); len(trimmed) == 3 {
		return CountryCode(trimmed)
	}
	return "", false
}

// CountryCode is the code of Doc 9303-3 of a country by a code of one, two or three capital letters: of ISO 3166-1, of Doc 9303, or of
// the European Union (EL, UK).
func CountryCode(letters string) (code string, known bool) {
	letters = strings.TrimSpace(letters)
	if code, known = otherLetters[letters]; known {
		return code, true
	}
	if code, known = countries().letters[letters]; known {
		return code, true
	}
	if _, known = mrz.LookupState(letters); known {
		return letters, true
	}
	return "", false
}

// turnedRound is "korea north" for "korea, north" and "republic of korea" for "korea, republic of": what stands behind the last comma, or
// in brackets at the end, comes first.
func turnedRound(key string) (string, bool) {
	if at := strings.LastIndex(key, "("); at > 0 && strings.HasSuffix(key, ")") {
		return squeeze(key[at+1:len(key)-1] + " " + key[:at]), true
	}
	if at := strings.LastIndex(key, ","); at > 0 {
		return squeeze(key[at+1:] + " " + key[:at]), true
	}
	return "", false
}

// foldCountry makes the ways to write a name of a country equal: small letters without accents, one space, no article, no full stop.
func foldCountry(name string) string {
	if len(name) > 200 {
		return ""
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case r >= 0x300 && r < 0x370, r == '.', r == '*':
		case r == '’' || r == '‘' || r == '`' || r == '\'':
			b.WriteByte('\'')
		case r == '-' || r == '–' || r == '\u00a0' || r == '&':
			b.WriteByte(' ')
			if r == '&' {
				b.WriteString("and ")
			}
		default:
			b.WriteRune(r)
		}
	}
	key := squeeze(b.String())
	for _, article := range []string{"the ", "la ", "le ", "les ", "el ", "los ", "las ", "l'"} {
		if rest, found := strings.CutPrefix(key, article); found && len(rest) > 2 {
			return rest
		}
	}
	return key
}

// squeeze makes every run of white space one space and cuts it at the ends.
func squeeze(text string) string {
	if plain(text) {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// plain reports whether squeeze has nothing to do, for ASCII.
func plain(text string) bool {
	space := true
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ' && space, c < ' ', c >= 0x7f:
			return false
		default:
			space = c == ' '
		}
	}
	return !space || text == ""
}
