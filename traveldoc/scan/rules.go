package scan

import "github.com/openbmis/openbmis/traveldoc/scan/glyph"

// charset is a set of classes, a bit for each.
type charset uint64

const (
	setDigits  charset = 1<<10 - 1
	setFiller  charset = 1 << (glyph.None - 1)
	setAll     charset = 1<<glyph.None - 1
	setLetters         = setAll &^ setDigits &^ setFiller
	setNames           = setLetters | setFiller
	setDates           = setDigits | setFiller
)

func setOf(text string) charset {
	var s charset
	for i := range len(text) {
		s |= 1 << glyph.Class(text[i])
	}
	return s
}

// part is a run of cells of a zone that follow one rule.
type part struct {
	cells     int
	allowed   charset
	state     bool // a code of a state or nationality
	starts    bool // a check digit after it runs over these cells
	digit     bool // the check digit over the cells since the last start
	composite bool // the composite digit runs over these cells
	final     bool // the composite digit itself
}

// rules are a format's lines (ICAO Doc 9303 parts 4 to 7, and the old French identity card).
type rules struct {
	name  string
	lines [][]part
}

func (r rules) width() int {
	n := 0
	for _, p := range r.lines[0] {
		n += p.cells
	}
	return n
}

// rulesFor are the rules that a zone of so many lines and characters may follow, as its first characters, read alone, have it.
func rulesFor(lines, width int, begins string) rules {
	visa := begins[0] == 'V'
	switch {
	case lines == 3:
		return rulesTD1()
	case width == 44 && visa:
		return rules{"MRV-A", [][]part{nameLine(44), append(dataLine(false), part{cells: 16, allowed: setAll})}}
	case width == 36 && visa:
		return rules{"MRV-B", [][]part{nameLine(36), append(dataLine(false), part{cells: 8, allowed: setAll})}}
	case width == 36 && begins == "IDFRA":
		return rulesOldFrench()
	case width == 36:
		return rules{"TD2", [][]part{nameLine(36), append(dataLine(true),
			part{cells: 7, allowed: setAll, composite: true}, part{cells: 1, allowed: setDigits, final: true})}}
	}
	return rules{"TD3", [][]part{nameLine(44), append(dataLine(true),
		part{cells: 14, allowed: setAll, starts: true, composite: true},
		part{cells: 1, allowed: setDates, digit: true, composite: true},
		part{cells: 1, allowed: setDigits, final: true})}}
}

func nameLine(width int) []part {
	return []part{codePart(), statePart(), {cells: width - 5, allowed: setNames}}
}

// codePart is the document's code: a letter, then a letter, filler or digit.
func codePart() part   { return part{cells: 2, allowed: setAll} }
func statePart() part  { return part{cells: 3, allowed: setNames, state: true} }
func numberPart() part { return part{cells: 9, allowed: setAll, starts: true, composite: true} }
func datePart(composite bool) []part {
	return []part{
		{cells: 6, allowed: setDates, starts: true, composite: composite},
		{cells: 1, allowed: setDigits, digit: true, composite: composite},
	}
}

// dataLine are the first 28 cells of a second line.
func dataLine(composite bool) []part {
	number := numberPart()
	number.composite = composite
	line := []part{number, {cells: 1, allowed: setDates, digit: true, composite: composite}, statePart()}
	line = append(line, datePart(composite)...)
	line = append(line, sexPart())
	return append(line, datePart(composite)...)
}

func sexPart() part { return part{cells: 1, allowed: setOf("MFX<")} }

func rulesTD1() rules {
	first := []part{codePart(), statePart(), numberPart(),
		{cells: 1, allowed: setDates, digit: true, composite: true}, {cells: 15, allowed: setAll, composite: true}}
	second := append(append(datePart(true), sexPart()), datePart(true)...)
	second = append(second, statePart(), part{cells: 11, allowed: setAll, composite: true}, part{cells: 1, allowed: setDigits, final: true})
	return rules{"TD1", [][]part{first, second, {{cells: 30, allowed: setNames}}}}
}

func rulesOldFrench() rules {
	first := []part{
		{cells: 2, allowed: setOf("ID"), composite: true}, {cells: 3, allowed: setOf("FRA"), composite: true},
		{cells: 25, allowed: setNames, composite: true}, {cells: 6, allowed: setAll, composite: true},
	}
	second := []part{
		{cells: 12, allowed: setAll, starts: true, composite: true}, {cells: 1, allowed: setDigits, digit: true, composite: true},
		{cells: 14, allowed: setNames, composite: true},
	}
	second = append(second, datePart(true)...)
	second = append(second, part{cells: 1, allowed: setOf("MFX<"), composite: true}, part{cells: 1, allowed: setDigits, final: true})
	return rules{"old French identity card", [][]part{first, second}}
}
