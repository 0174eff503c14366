package names

import (
	_ "embed" // the classes are a data file
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

//nolint:gochecknoglobals // embedded data
//go:embed classes.txt
var classesText string

// classes is the table of classes, read once.
//
//nolint:gochecknoglobals // a constant table, read from the data file at the first use
var classes = sync.OnceValue(func() *classTable { return parseClasses(classesText) })

// classTable finds classes by spelling.
type classTable struct {
	// The classes that names of several words are told by.
	abd, abu, allah, din uint32

	first []string          // the usual spelling of class 1, 2, ...
	of    map[string]uint32 // spelling, in any script, to its class
	heads map[string]string // spelling of another script to its Latin one
}

// Class is the number of the name that a token is a spelling of, the same for MUHAMMAD and MEHMET; 0 where no class has it. Numbers are
// those of one build and never stored. Token is upper case A-Z.
func Class(token string) uint32 { return classes().of[token] }

// headOf is how a name of another script is spelled in Latin letters, when a class has it; empty otherwise.
func headOf(original string) string {
	return classes().heads[original]
}

// parseClasses reads one class per line, spellings between blanks, the usual one first; lines of "#" are remarks. A spelling is of
// one class: the first wins. Spellings of other scripts are kept as the readers of those scripts see them.
func parseClasses(text string) *classTable {
	t := &classTable{of: make(map[string]uint32, strings.Count(text, " ")), heads: map[string]string{}}
	for line := range strings.Lines(text) {
		spellings := strings.Fields(line)
		if len(spellings) == 0 || strings.HasPrefix(spellings[0], "#") {
			continue
		}
		t.addClass(spellings)
	}
	t.abd, t.abu, t.allah, t.din = t.of["ABD"], t.of["ABU"], t.of["ALLAH"], t.of["DIN"]
	return t
}

func (t *classTable) addClass(spellings []string) {
	t.first = append(t.first, spellings[0])
	number := uint32(len(t.first)) //nolint:gosec // some hundreds
	for _, spelling := range spellings {
		if !ascii(spelling) {
			original, latin, own := strings.Cut(spelling, "=")
			if !own {
				latin = spellings[0]
			}
			spelling = bareLetters(norm.NFKC.String(original))
			t.heads[spelling] = latin
		}
		if _, taken := t.of[spelling]; !taken {
			t.of[spelling] = number
		}
	}
}
