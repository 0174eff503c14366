package listfile

import (
	"io"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// Options say how a file is to be read.
type Options struct {
	// List is the id of the list that the alerts are for.
	List string
	// Format is the form; empty: as Detect says of Name and the first bytes.
	Format Format
	Name   string // of the file
	// Companions are the files that belong to SDN.CSV; nil where there is none.
	Companions Companions
	// Action is what a sanctions list asks for; empty: alerts.ActionRefuse. The project's own forms say it themselves.
	Action alerts.Action
	// Limits bound what is read; zero fields are those of DefaultLimits.
	Limits Limits
}

// Companions are files in which OFAC keeps what SDN.CSV has no columns for.
type Companions struct {
	Aliases   io.Reader // ALT.CSV
	Addresses io.Reader // ADD.CSV
	Comments  io.Reader // SDN_COMMENTS.CSV: what did not fit into the remarks
}

// Limits are the bounds of a file. A file that passes one is refused whole, an entry that passes one alone.
type Limits struct {
	Bytes   int64 // of a file
	Entries int   // in a file
	Field   int   // bytes of one field
	Nodes   int   // parts of one entry: XML elements, rows, values
}

// DefaultLimits are several times what the largest public list needs.
func DefaultLimits() Limits {
	return Limits{Bytes: 512 << 20, Entries: 2_000_000, Field: 256 << 10, Nodes: 100_000}
}

// File is what a file says.
type File struct {
	Format Format         `json:"format"`
	AsOf   traveldoc.Date `json:"as_of,omitzero"` // the day of the list, where the file says it
	// Alerts are its entries in the file's order, each id once. Version is 0: who keeps the list counts it.
	Alerts []alerts.Alert `json:"alerts"`
	// Lines are where the entries begin in the file, from 1, one for each of Alerts.
	Lines []int `json:"-"`
	// Refused are the entries and rows that could not be read.
	Refused []Refused `json:"refused,omitempty"`
	// Notes are what was understood only partly; everything of it is in the alert as text.
	Notes  []Note `json:"notes,omitempty"`
	Counts Counts `json:"counts"`
}

// Refused is an entry or a row that could not be read.
type Refused struct {
	Line  int    `json:"line"`            // where it begins, from 1
	Where string `json:"where,omitempty"` // column or element
	// Code is the reason, one of RefusalCodes; Detail says what was expected, in English.
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
	Raw    string `json:"raw,omitempty"` // the beginning of what stands there, at most RawLength characters
}

// RawLength bounds what is repeated of an entry that was refused, in characters.
const RawLength = 300

// The reasons why something is refused; keys of the text catalogue below "list_refused.".
const (
	RefusedNoID       = "no_id"       // an entry without a number of its own
	RefusedTwice      = "twice"       // an id for the second time
	RefusedNoSubject  = "no_subject"  // neither a name, nor a document, nor a vehicle
	RefusedColumns    = "columns"     // a row with more or fewer columns than there are
	RefusedQuote      = "quote"       // a quotation mark that is not closed, or stands inside a value
	RefusedTooLong    = "too_long"    // a field or an entry beyond the bounds
	RefusedOrphan     = "orphan"      // a row of a companion that belongs to no entry
	RefusedValue      = "value"       // a value that the form does not allow
	RefusedUnexpected = "unexpected"  // an element that does not belong there
	RefusedDate       = "date"        // a date that bounds the alert and cannot be read
	RefusedNoCategory = "no_category" // a category or action that is not one of the codes
)

// RefusalCodes are all reasons.
func RefusalCodes() []string {
	return []string{
		RefusedNoID, RefusedTwice, RefusedNoSubject, RefusedColumns, RefusedQuote, RefusedTooLong, RefusedOrphan, RefusedValue, RefusedUnexpected,
		RefusedDate, RefusedNoCategory,
	}
}

// Note is something of an entry that was understood only partly.
type Note struct {
	Line  int    `json:"line"`
	Key   string `json:"key"`   // of the alert: "LIST/ID"; empty: of the file
	Field string `json:"field"` // of the alert
	Code  string `json:"code"`  // one of NoteCodes
	Value string `json:"value"` // what stands there
}

// The kinds of notes; keys of the text catalogue below "list_note.".
const (
	NoteCountry      = "country"       // a country that is not known: kept as text
	NoteDate         = "date"          // a date that cannot be read: kept as text
	NoteDocumentType = "document_type" // a kind of document that is not known: taken without a kind
	NoteDocument     = "document"      // a document without a number: kept as text
	NoteSex          = "sex"
	NoteLink         = "link"     // an entry that this one has to do with is not found, or not one alone
	NoteEncoding     = "encoding" // bytes that are not UTF-8: read as Windows-1252
	NoteEnd          = "end"      // the file has no mark of its end, or its companion is missing: it may be cut
	NoteCalendar     = "calendar" // a date of another calendar that was not converted
	NoteReversed     = "reversed" // a range whose end lies before its beginning: turned round
	NoteName         = "name"     // a name that stands where none is expected, taken as a weak one
	NoteKind         = "kind"     // a kind of subject that is not known
)

// NoteCodes are all kinds of notes.
func NoteCodes() []string {
	return []string{
		NoteCountry, NoteDate, NoteDocumentType, NoteDocument, NoteSex, NoteLink, NoteEncoding, NoteEnd, NoteCalendar, NoteReversed, NoteName,
		NoteKind,
	}
}
