package names

import (
	"embed"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//nolint:gochecknoglobals // embedded data
//go:embed tables/*.txt
var tableFiles embed.FS

// table tells how letters of a script are written in Latin letters: one column for each style of transliteration.
type table struct {
	// inside, first and last are rows by letters that stand together: anywhere, at the start and at the end of a word.
	inside, first, last map[string][]string
	longest             int // of the letters of a row, in characters
	columns             int
}

// tables are the tables by file name, read once.
//
//nolint:gochecknoglobals // constant tables, read from the data files at the first use
var tables = sync.OnceValue(func() map[string]*table {
	all := map[string]*table{}
	for _, name := range []string{
		"latin", "cyrillic", "greek", "armenian", "georgian", "kana", "arabic", "hebrew", "thai", "indic", "ethiopic",
		"hangul", "hanfamily", "japanese",
	} {
		all[name] = mustTable(name)
	}
	for _, name := range []string{"ukrainian", "balkan", "bulgarian"} {
		all[name] = mustTable("cyrillic", name)
	}
	return all
})

// mustTable reads data files, the later over the earlier.
func mustTable(names ...string) *table {
	t := &table{inside: map[string][]string{}, first: map[string][]string{}, last: map[string][]string{}}
	for _, name := range names {
		text, err := tableFiles.ReadFile("tables/" + name + ".txt")
		if err != nil {
			panic("names: " + err.Error()) //nolint:forbidigo // the file is embedded: its name stands in this package
		}
		for line := range strings.Lines(string(text)) {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0] != "#" {
				t.add(fields[0], fields[1:])
			}
		}
	}
	return t
}

// add keeps a row: letters and their spelling in each style; "=" is that of the first, "-" is nothing.
func (t *table) add(letters string, columns []string) {
	for i, c := range columns {
		switch c {
		case "=":
			columns[i] = columns[0]
		case "-":
			columns[i] = ""
		}
	}
	rows := t.inside
	switch {
	case strings.HasPrefix(letters, "^"):
		rows, letters = t.first, letters[1:]
	case strings.HasSuffix(letters, "$"):
		rows, letters = t.last, letters[:len(letters)-1]
	}
	letters = norm.NFKC.String(letters)
	rows[letters] = columns
	t.longest = max(t.longest, utf8.RuneCountInString(letters))
	t.columns = max(t.columns, len(columns))
}

// spell adds a word in Latin letters; lost counts letters that the table has not.
func (t *table) spell(out []byte, word string, style int) (spelled []byte, lost int) {
	for at := 0; at < len(word); {
		row, n := t.row(word, at)
		if n == 0 {
			r, size := utf8.DecodeRuneInString(word[at:])
			var known bool
			if out, known = appendLetter(out, r, style); !known {
				lost++
			}
			at += size
			continue
		}
		out = append(out, column(row, style)...)
		at += n
	}
	return out, lost
}

// row finds the longest row for the letters at a place; n is how many bytes it reads, 0 where there is none.
func (t *table) row(word string, at int) (row []string, n int) {
	var ends [4]int
	count := 0
	for end := at; count < min(t.longest, len(ends)) && end < len(word); count++ {
		_, size := utf8.DecodeRuneInString(word[end:])
		end += size
		ends[count] = end
	}
	for i := count - 1; i >= 0; i-- {
		letters := word[at:ends[i]]
		if ends[i] == len(word) {
			row = t.last[letters]
		}
		if row == nil && at == 0 {
			row = t.first[letters]
		}
		if row == nil {
			row = t.inside[letters]
		}
		if row != nil {
			return row, len(letters)
		}
	}
	return nil, 0
}

// column is the spelling of a style; a row without it has the first.
func column(row []string, style int) string {
	if style < len(row) {
		return row[style]
	}
	return row[0]
}

// appendLetter adds a single letter of any script with a table: what stands among letters of another, or carries marks that its own
// table does not know. False when nothing is known of it; marks and digits are no letters, and are left out.
func appendLetter(out []byte, r rune, style int) ([]byte, bool) {
	if r >= 'A' && r <= 'Z' {
		return append(out, byte(r)), true
	}
	if row := letterRow(r); row != nil {
		return append(out, column(row, style)...), true
	}
	if !isLetter(r) {
		return out, true
	}
	base := baseOf(r)
	if base == r {
		return out, false
	}
	return appendLetter(out, base, style)
}

// letterRow is the row of one letter in its script's table.
func letterRow(r rune) []string {
	name := scriptOf(r).table()
	if name == "" {
		return nil
	}
	return tables()[name].inside[string(r)]
}

// baseOf is a letter without its marks, in upper case.
func baseOf(r rune) rune {
	base, _ := utf8.DecodeRuneInString(norm.NFKD.String(string(r)))
	return upper(base)
}
