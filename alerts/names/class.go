package names

import (
	_ "embed" // the classes are a data file
	"slices"
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
	first []string            // the usual spelling of class 1, 2, ...
	of    map[string]uint32   // spelling, in any script, to its class
	heads map[string]string   // spelling of another script to its Latin one
	kin   map[string][]uint32 // spelling to the lines of kin that name it
	akin  map[uint32][]uint32 // class to the lines of kin that name one of its spellings
}

// Class is the number of the name that a token is a spelling of, the same for MUHAMMAD and MEHMET; 0 where no class has it. Numbers are
// those of one build and never stored. Token is upper case A-Z.
func Class(token string) uint32 { return classes().of[token] }

// Kin reports whether two tokens are translations of one name between farther languages, or one the short form of the other: JOHN and
// JUAN, ALEKSANDR and SASHA. It tells less than Class, and is false where Class is the same.
func Kin(a, b string) bool {
	c := classes()
	if number := c.of[a]; a == b || number != 0 && number == c.of[b] {
		return false
	}
	for line := range c.lines(a) {
		for other := range c.lines(b) {
			if line == other {
				return true
			}
		}
	}
	return false
}

// lines are the lines of kin of a token and of its class.
func (t *classTable) lines(token string) func(yield func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for _, line := range t.kin[token] {
			if !yield(line) {
				return
			}
		}
		for _, line := range t.akin[t.of[token]] {
			if !yield(line) {
				return
			}
		}
	}
}

// headOf is how a name of another script is spelled in Latin letters, when a class has it; empty otherwise.
func headOf(original string) string {
	return classes().heads[original]
}

// parseClasses reads one class per line, spellings between blanks, the usual one first; lines of "#" are remarks, lines of "~" kin. A
// spelling is of one class: the first wins. Spellings of other scripts are kept as the readers of those scripts see them.
func parseClasses(text string) *classTable {
	t := &classTable{
		of: make(map[string]uint32, strings.Count(text, " ")), heads: map[string]string{}, kin: map[string][]uint32{}, akin: map[uint32][]uint32{},
	}
	var number uint32
	for line := range strings.Lines(text) {
		spellings := strings.Fields(line)
		if len(spellings) == 0 || strings.HasPrefix(spellings[0], "#") {
			continue
		}
		number++
		if spellings[0] == "~" {
			t.addKin(spellings[1:], number)
			continue
		}
		t.addClass(spellings)
	}
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

func (t *classTable) addKin(spellings []string, line uint32) {
	for _, spelling := range spellings {
		if class := t.of[spelling]; class != 0 {
			if !slices.Contains(t.akin[class], line) {
				t.akin[class] = append(t.akin[class], line)
			}
			continue
		}
		t.kin[spelling] = append(t.kin[spelling], line)
	}
}
