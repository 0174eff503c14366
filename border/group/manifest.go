package group

import (
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Bounds of a manifest.
const (
	MaxText   = 192 << 10 // bytes of the text
	MaxLine   = 400       // bytes of a line
	MaxPeople = 2000      // lines that name somebody or cannot be read
)

// Person is one line of a manifest.
type Person struct {
	Line        int            `json:"line"` // in the text, from 1
	Name        string         `json:"name"`
	BirthDate   traveldoc.Date `json:"birth_date,omitzero"`
	Number      string         `json:"number,omitempty"` // of the document
	Nationality string         `json:"nationality,omitempty"`
}

// Unusable is a line that names nobody, kept as it came.
type Unusable struct {
	Line int    `json:"line"`
	Text string `json:"text"`
	Why  string `json:"why"` // coded: see Why*
}

// Why a line cannot be used.
const (
	WhyName      = "name"      // no name and no document number
	WhyBirthDate = "birth"     // the birth date is none
	WhyFields    = "fields"    // more than four fields
	WhyLong      = "long"      // longer than MaxLine
	WhyTwice     = "twice"     // the document number stands in a line before
	WhyCharacter = "character" // not UTF-8
)

// Whys are all reasons why a line cannot be used.
func Whys() []string {
	return []string{WhyName, WhyBirthDate, WhyFields, WhyLong, WhyTwice, WhyCharacter}
}

// Manifest is who is said to travel.
type Manifest struct {
	People   []Person   `json:"people,omitempty"`
	Unusable []Unusable `json:"unusable,omitempty"`
}

// Parse reads a manifest: one person to a line, as name, birth date, document number and nationality, parted by tabs, semicolons or
// commas; a field may stand in double quotes. Later fields may be missing. A first line that is a heading is passed over, as are
// empty lines; every other line that cannot be used is kept with what is wrong with it.
func Parse(text string) (Manifest, error) {
	if len(text) > MaxText {
		return Manifest{}, problem.New(problem.Invalid, "group.manifest_long").At("manifest").With("max", MaxText>>10)
	}
	var m Manifest
	numbers := map[string]bool{}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if strings.Trim(line, " \t;,") == "" || number == 1 && heading(line) {
			continue
		}
		if len(m.People)+len(m.Unusable) >= MaxPeople {
			return Manifest{}, problem.New(problem.Invalid, "group.manifest_people").At("manifest").With("max", MaxPeople)
		}
		p, why := person(number, line)
		if folded := traveldoc.FoldNumber(p.Number); why == "" && folded != "" {
			if numbers[folded] {
				why = WhyTwice
			}
			numbers[folded] = true
		}
		if why != "" {
			m.Unusable = append(m.Unusable, Unusable{Line: number, Text: cut(line), Why: why})
			continue
		}
		m.People = append(m.People, p)
	}
	return m, nil
}

// cut keeps what fits of a line that is too long, whole characters only; a line that is not text is kept with marks in its place.
func cut(line string) string {
	line = strings.ReplaceAll(strings.ToValidUTF8(line, "\ufffd"), "\x00", "\ufffd")
	for len(line) > MaxLine {
		_, size := utf8.DecodeLastRuneInString(line)
		line = line[:len(line)-size]
	}
	return line
}

// heading reports whether a line names the fields instead of a person.
func heading(line string) bool {
	first := strings.ToLower(fields(line)[0])
	for _, word := range []string{"name", "names", "surname", "full name", "nom", "nombre", "apellidos", "الاسم"} {
		if first == word {
			return true
		}
	}
	return false
}

func person(number int, line string) (p Person, why string) {
	switch {
	case len(line) > MaxLine:
		return p, WhyLong
	case !utf8.ValidString(line) || strings.ContainsRune(line, 0):
		return p, WhyCharacter
	}
	f := fields(line)
	if len(f) > 4 {
		return p, WhyFields
	}
	f = append(f, "", "", "")
	p = Person{Line: number, Name: f[0], Number: strings.ToUpper(f[2]), Nationality: strings.ToUpper(f[3])}
	if traveldoc.FoldName(p.Name) == "" && traveldoc.FoldNumber(p.Number) == "" {
		return p, WhyName
	}
	var err error
	if p.BirthDate, err = traveldoc.ParseDate(f[1]); err != nil {
		return p, WhyBirthDate
	}
	return p, ""
}

// fields parts a line at its own separator: a tab where it has one, else a semicolon, else a comma.
func fields(line string) []string {
	separator := ","
	for _, s := range []string{"\t", ";"} {
		if strings.Contains(line, s) {
			separator = s
			break
		}
	}
	var found []string
	var field strings.Builder
	quoted := false
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case string(r) == separator && !quoted:
			found = append(found, strings.TrimSpace(field.String()))
			field.Reset()
		default:
			field.WriteRune(r)
		}
	}
	found = append(found, strings.TrimSpace(field.String()))
	for len(found) > 1 && found[len(found)-1] == "" {
		found = found[:len(found)-1]
	}
	return found
}
