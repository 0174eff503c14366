package mrz

import (
	"strings"
	"unicode"
)

// putNames writes the names where the format has them: in one field, or the given names in one of their own.
func (e *encoder) putNames(surname, given string) {
	apart := e.at(e.layout.fields[GivenNames])
	switch {
	case apart != nil:
		e.putApart(surname, given, apart)
	case e.layout.format == FrenchLicence:
		e.putName(surname, "")
	default:
		e.putName(surname, given)
	}
}

// putApart writes surname and given names in two fields; double fillers separate the given names.
func (e *encoder) putApart(surname, given string, apart []byte) {
	primary, secondary := nameCells(surname), nameCells(given)
	if primary == "" && secondary == "" {
		e.fail(Name, "expected a name")
		return
	}
	cells := e.at(e.layout.fields[Name])
	secondary = strings.ReplaceAll(secondary, "<", "<<")
	e.putAt(Name, cells, cutAtLetter(primary, len(cells)), isLetterOrFiller)
	e.putAt(GivenNames, apart, cutAtLetter(secondary, len(apart)), isLetterOrFiller)
}

// putName writes primary and secondary identifier, cut to the field when they are too long.
func (e *encoder) putName(surname, given string) {
	primary, secondary := nameCells(surname), nameCells(given)
	if primary == "" && secondary == "" {
		e.fail(Name, "expected a name")
		return
	}
	cells := e.at(e.layout.fields[Name])
	name := primary
	if secondary != "" {
		name += "<<" + secondary
	}
	if len(name) > len(cells) {
		name = fitName(primary, secondary, len(cells))
	}
	e.putAt(Name, cells, name, isLetterOrFiller)
}

// nameCells are a name's cells: capitals, one filler for each run of blanks, hyphens and fillers, no apostrophes or points.
func nameCells(name string) string {
	var cells strings.Builder
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z':
			cells.WriteByte(byte(r - 'a' + 'A'))
		case r == ' ' || r == '-' || r == filler:
			if s := cells.String(); s != "" && s[len(s)-1] != filler {
				cells.WriteByte(filler)
			}
		case !strings.ContainsRune("'’.,", r):
			cells.WriteRune(unicode.ToUpper(r)) // refused where it is put, with its place
		}
	}
	return strings.TrimRight(cells.String(), "<")
}

// fitName cuts a name so that it fills the field, ends with a letter, which tells that it was cut, and keeps at least the initial
// of the secondary identifier.
func fitName(primary, secondary string, room int) string {
	if secondary == "" {
		return cutAtLetter(primary, room)
	}
	if most := room - len("<<") - 1; len(primary) > most {
		return cutAtLetter(primary, most) + "<<" + secondary[:1]
	}
	return cutAtLetter(primary+"<<"+secondary, room)
}

// cutAtLetter gives n cells that end with a letter: where a filler would end them, the last letter of a longer word before it is
// left out. Initials alone cannot be shortened; they end one cell earlier.
func cutAtLetter(name string, n int) string {
	for len(name) > n && name[n-1] == filler {
		from := n - 2
		for from > 0 && (name[from] == filler || name[from-1] == filler) {
			from--
		}
		if from == 0 {
			return strings.TrimRight(name[:n], "<")
		}
		name = name[:from] + name[from+1:]
	}
	return name[:min(n, len(name))]
}
