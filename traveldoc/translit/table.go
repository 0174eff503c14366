package translit

import (
	_ "embed" // the tables are data files
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//nolint:gochecknoglobals // embedded data
var (
	//go:embed latin.txt
	latin string
	//go:embed cyrillic.txt
	cyrillic string
	//go:embed greek.txt
	greek string
	//go:embed arabic.txt
	arabic string
	//go:embed hebrew.txt
	hebrew string
)

// Script names the table that a letter is of.
type Script string

// The scripts with a table.
const (
	Latin    Script = "latin"
	Cyrillic Script = "cyrillic"
	Greek    Script = "greek"
	Arabic   Script = "arabic"
	Hebrew   Script = "hebrew"
)

// Scripts are the scripts with a table.
func Scripts() []Script { return []Script{Latin, Cyrillic, Greek, Arabic, Hebrew} }

// scriptOf is the script of a letter; empty for those without a table.
func scriptOf(r rune) Script {
	switch {
	case unicode.Is(unicode.Latin, r):
		return Latin
	case unicode.Is(unicode.Cyrillic, r):
		return Cyrillic
	case unicode.Is(unicode.Greek, r):
		return Greek
	case unicode.Is(unicode.Arabic, r):
		return Arabic
	case unicode.Is(unicode.Hebrew, r):
		return Hebrew
	}
	return ""
}

func (s Script) table() string {
	switch s {
	case Latin:
		return latin
	case Cyrillic:
		return cyrillic
	case Greek:
		return greek
	case Arabic:
		return arabic
	case Hebrew:
		return hebrew
	}
	return ""
}

// unvocalised: the script writes no short vowels, so a spelling in Latin letters may have any between its consonants.
func (s Script) unvocalised() bool { return s == Arabic || s == Hebrew }

// lookup finds a letter, or a pair of letters, in a table.
func lookup(s Script, key string) []string {
	table := s.table()
	at := strings.Index(table, "\n"+key+" ")
	if at < 0 {
		return nil
	}
	row, _, _ := strings.Cut(table[at+len(key)+2:], "\n")
	spellings := strings.Fields(row)
	for i := range spellings {
		if spellings[i] == "-" {
			spellings[i] = ""
		}
	}
	return spellings
}

// Letter gives the ways in which a letter may stand in the machine readable zone, the recommended first, and the table that says so.
// An empty way means that it is left out. Nil: no table has the letter.
func Letter(r rune) ([]string, Script) {
	r = unicode.ToUpper(r)
	if r >= 'A' && r <= 'Z' {
		return []string{capital(r)}, Latin
	}
	script := scriptOf(r)
	if script == "" {
		return nil, ""
	}
	if spellings := lookup(script, string(r)); spellings != nil {
		return spellings, script
	}
	base := baseOf(r)
	if base == r {
		return nil, script
	}
	if base >= 'A' && base <= 'Z' {
		return []string{string(base)}, script
	}
	return lookup(script, string(base)), script
}

// capital is a letter from A to Z as text, without allocating.
func capital(r rune) string { return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[r-'A' : r-'A'+1] }

// baseOf is a letter without its marks.
func baseOf(r rune) rune {
	for _, base := range norm.NFD.String(string(r)) {
		return unicode.ToUpper(base)
	}
	return r
}
