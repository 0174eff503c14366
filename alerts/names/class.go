package names

import (
	_ "embed" // the classes are a data file
	"strings"
	"sync"
)

//nolint:gochecknoglobals // embedded data
//go:embed classes.txt
var classesText string

// classOf is the table of classes, read once.
//
//nolint:gochecknoglobals // a constant table, read from the data file at the first use
var classOf = sync.OnceValue(func() map[string]uint32 { return parseClasses(classesText) })

// Class is the number of the name that a token is a spelling of, the same for MUHAMMAD and MEHMET; 0 where no class has it. Numbers are
// those of one build and never stored. Token is upper case A-Z.
func Class(token string) uint32 { return classOf()[token] }

// parseClasses reads one class per line, spellings between blanks; lines of "#" are remarks. A spelling is of one class: the first wins.
func parseClasses(text string) map[string]uint32 {
	table := make(map[string]uint32, strings.Count(text, " "))
	var number uint32
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		number++
		for spelling := range strings.FieldsSeq(line) {
			if _, taken := table[spelling]; !taken {
				table[spelling] = number
			}
		}
	}
	return table
}
