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
var classes = sync.OnceValue(func() classTable { return parseClasses(classesText) })

// classTable finds classes by spelling.
type classTable struct {
	of    map[string]uint32 // spelling, in any script, to its class
	heads []string          // the first spelling of each class; none at 0
}

// Class is the number of the name that a token is a spelling of, the same for MUHAMMAD and MEHMET; 0 where no class has it. Numbers are
// those of one build and never stored. Token is upper case A-Z.
func Class(token string) uint32 { return classes().of[token] }

// headOf is how a name of another script is spelled in Latin letters, when a class has it; empty otherwise.
func headOf(original string) string {
	c := classes()
	return c.heads[c.of[original]]
}

// parseClasses reads one class per line, spellings between blanks, the usual one first; lines of "#" are remarks. A spelling is of one
// class: the first wins. Spellings of other scripts are kept as the readers of those scripts see them.
func parseClasses(text string) classTable {
	t := classTable{of: make(map[string]uint32, strings.Count(text, " ")), heads: []string{""}}
	for line := range strings.Lines(text) {
		spellings := strings.Fields(line)
		if len(spellings) == 0 || strings.HasPrefix(spellings[0], "#") {
			continue
		}
		number := uint32(len(t.heads)) //nolint:gosec // some hundreds
		t.heads = append(t.heads, spellings[0])
		for _, spelling := range spellings {
			if !ascii(spelling) {
				spelling = bareLetters(norm.NFKC.String(spelling))
			}
			if _, taken := t.of[spelling]; !taken {
				t.of[spelling] = number
			}
		}
	}
	return t
}
