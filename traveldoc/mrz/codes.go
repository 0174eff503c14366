package mrz

import (
	_ "embed" // the code lists are data files
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// The lists are of fixed width and the states sorted, so that a code is found in the text itself, without anything to build at start.
//
// states.txt: code, kind, use ("both", or "nat" for a nationality that issues no documents), in force from, to, name. ISO 3166-1
// and ICAO Doc 9303-3, section 5.
//
// documents.txt: code ('?' is any letter or filler, '#' any digit), second letter left out, formats, in force from, to, name. The
// first row that matches counts. ICAO Doc 9303-4 to 9303-7, the second letters of passports as of the 8th edition: what PM, PN, PS,
// PT and PU stand for, and from when, is not verified against its text. The licences are of national layouts.
var (
	//go:embed states.txt
	statesText string
	//go:embed documents.txt
	documentsText string
)

const (
	stateWidth    = 87
	documentWidth = 99
)

// State is a row of the list of states and of other codes for issuers and nationalities.
type State struct {
	Code string
	// Kind is "iso" (a state), "icao" (a code of Doc 9303-3 beyond ISO 3166-1), "person" (a person without a state, XXA to XXX),
	// "historical" or "training".
	Kind string
	// Issuer is false for codes that are only a nationality.
	Issuer bool
	// From and To bound the time in which the code was given to documents; unknown when open.
	From, To traveldoc.Date
	Name     string // English short name, ASCII
}

// LookupState finds a state by its code without fillers, such as "FRA", "D" or "XXA".
func LookupState(code string) (State, bool) {
	row, ok := stateOf(code)
	if !ok {
		return State{}, false
	}
	return State{
		Code: code, Kind: row.kind(), Issuer: row.use() == "both",
		From: dateColumn(string(row), 20), To: dateColumn(string(row), 31), Name: strings.TrimSpace(string(row[42:86])),
	}, true
}

// States are the codes of the list, in order.
func States() []string {
	codes := make([]string, 0, len(statesText)/stateWidth)
	for row := range strings.Lines(statesText) {
		codes = append(codes, strings.TrimRight(row[:3], " "))
	}
	return codes
}

// stateRow is one line of states.txt.
type stateRow string

func (r stateRow) kind() string { return strings.TrimRight(string(r[4:14]), " ") }
func (r stateRow) use() string  { return strings.TrimRight(string(r[15:19]), " ") }

// stateOf searches the sorted text by halves.
func stateOf(code string) (stateRow, bool) {
	if len(code) < 1 || len(code) > 3 {
		return "", false
	}
	low, high := 0, len(statesText)/stateWidth
	for low < high {
		middle := (low + high) / 2
		row := statesText[middle*stateWidth : (middle+1)*stateWidth]
		switch strings.Compare(strings.TrimRight(row[:3], " "), code) {
		case 0:
			return stateRow(row), true
		case -1:
			low = middle + 1
		default:
			high = middle
		}
	}
	return "", false
}

func dateColumn(row string, at int) traveldoc.Date {
	if row[at] == '-' {
		return traveldoc.Date{}
	}
	date, err := traveldoc.ParseDate(row[at : at+10])
	if err != nil {
		return traveldoc.Date{} // the test of the lists does not let this through
	}
	return date
}

// documentRow is one line of documents.txt.
type documentRow string

func (r documentRow) formats() string      { return string(r[5:19]) }
func (r documentRow) from() traveldoc.Date { return dateColumn(string(r), 20) }
func (r documentRow) to() traveldoc.Date   { return dateColumn(string(r), 31) }
func (r documentRow) name() string         { return strings.TrimSpace(string(r[42 : documentWidth-1])) }
func (r documentRow) licence() bool        { return strings.Contains(r.formats(), "-DL") }

// matches reports whether the row's pattern fits the two cells of a code.
func (r documentRow) matches(code string) bool {
	if r[0] != code[0] {
		return false
	}
	switch r[1] {
	case '?':
		return isLetterOrFiller(code[1]) && r[3] != code[1]
	case '#':
		return code[1] >= '0' && code[1] <= '9'
	}
	return r[1] == code[1]
}

// documentOf finds the row of a document code as printed, two cells.
func documentOf(code string) (documentRow, bool) {
	if len(code) != 2 {
		return "", false
	}
	for at := 0; at < len(documentsText); at += documentWidth {
		row := documentRow(documentsText[at : at+documentWidth])
		if row.matches(code) {
			return row, true
		}
	}
	return "", false
}

// DocumentType is a row of the list of document codes.
type DocumentType struct {
	Code    string // as asked for, with its fillers
	Formats []string
	// From and To bound the time in which the code was given to documents; unknown when open.
	From, To traveldoc.Date
	Name     string // in English, ASCII
}

// LookupDocumentCode finds the kind of document that a code stands for, with or without fillers, such as "P", "PD" or "D1".
func LookupDocumentCode(code string) (DocumentType, bool) {
	row, ok := documentOf(padded(code))
	if !ok {
		return DocumentType{}, false
	}
	return DocumentType{
		Code: padded(code), Formats: strings.Fields(row.formats()), From: row.from(), To: row.to(), Name: row.name(),
	}, true
}

// KnownDocumentCode reports whether a document code, with or without fillers, is one of ICAO Doc 9303.
func KnownDocumentCode(code string) bool {
	row, ok := documentOf(padded(code))
	return ok && !row.licence()
}

func padded(code string) string {
	if len(code) == 1 {
		return code + "<"
	}
	return code
}
