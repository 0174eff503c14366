package file

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Dataset is the reference dataset by which the centre tells the stations what it knows of files. A row's key is the file's id, its
// data is Published.
const Dataset = "files"

// Published is a file as the centre publishes it: everything a counter needs of a person's past elsewhere. Files that are one
// person are published as one row, under the smallest id, with all ids in Members.
type Published struct {
	File    uuid.UUID   `json:"file"`
	Members []uuid.UUID `json:"members,omitempty"` // ids of the files, as stations named them, that this row stands for
	Papers  []Paper     `json:"papers"`
	stay.History
	// Voided are the movements of these files that do not stand (annulled or voided, at whichever crossing point), so that the
	// crossing point that recorded them does not go on counting them.
	Voided []uuid.UUID `json:"voided,omitempty"`
	// Links are the standing decisions about these files.
	Links []StandingLink `json:"links,omitempty"`
	// Prints are the stations at which prints of the person are on file; never a print, nor how to find one.
	Prints []string `json:"prints,omitempty"`
	// Absent are the fingers of the person that were said not to be there for good, at any crossing point: the last word of each about each.
	Absent []FingerWord `json:"absent,omitempty"`
}

// Paper is a document with the identity it shows.
type Paper struct {
	Identity traveldoc.Identity `json:"identity"`
	Document traveldoc.Document `json:"document"`
	File     uuid.UUID          `json:"file"`
}

// LinkVerdict says whether two files are one person.
type LinkVerdict string

// The verdicts.
const (
	Same      LinkVerdict = "same"
	Different LinkVerdict = "different"
	Undecided LinkVerdict = "undecided"
)

// Link is the body of a FileLinked record: a supervisor's word on whether two files are one person. Record.File is the smaller id.
type Link struct {
	A        uuid.UUID   `json:"a"` // the smaller id
	B        uuid.UUID   `json:"b"`
	Verdict  LinkVerdict `json:"verdict"`
	Ground   string      `json:"ground"` // coded: "duplicate", "change_of_document", "undo"
	Evidence string      `json:"evidence,omitempty"`
}

// StandingLink is a link with its record's id and time.
type StandingLink struct {
	ID uuid.UUID `json:"id"`
	At time.Time `json:"at"`
	// Supersedes are the links that this one took the place of, so that a crossing point that still holds them learns of it.
	Supersedes []uuid.UUID `json:"supersedes,omitempty"`
	Link
}

// Supplied is the body of a MovementSupplied record: an entry or exit that no counter recorded. Record.Origin is its provenance and
// Record.EventTime its time; Movement.ID equals Record.ID.
type Supplied struct {
	stay.Movement
	Ground   string             `json:"ground"` // coded: "missing_entry", "missing_exit", "swapped", "legacy_stamp", "rebuttal"
	Evidence string             `json:"evidence"`
	Identity traveldoc.Identity `json:"identity"` // of the person, as the file shows him
	Document traveldoc.Document `json:"document"`
}

// Voided is the body of a MovementVoided record. Record.Subject is the movement's id.
type Voided struct {
	Movement uuid.UUID `json:"movement"`
	Ground   string    `json:"ground"` // coded: "never_crossed", "wrong_person", "swapped"
	Evidence string    `json:"evidence"`
}

// Authorisation is the body of an AuthorisationChanged record (Regulation (EU) 2017/2226, article 19). Authorisation.ID equals
// Record.ID.
type Authorisation struct {
	stay.Authorisation
	Authority string `json:"authority"`
	Place     string `json:"place,omitempty"`
	Sticker   string `json:"sticker,omitempty"` // number of the new visa sticker
	Ground    string `json:"ground"`            // coded
	Evidence  string `json:"evidence,omitempty"`
}

// Evidence is the body of an EvidenceAttached record: a document that supports another record, by what it is and its digest.
// Record.Subject is the record or case it supports. The bytes stay at the station, encrypted.
type Evidence struct {
	Name   string `json:"name"`
	Type   string `json:"type"` // media type
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"` // hexadecimal
	Note   string `json:"note,omitempty"`
}

// KindOf says that the bodies belong to their kinds; it is used where a record is made.
func KindOf(body any) border.RecordKind {
	switch body.(type) {
	case Link:
		return border.FileLinked
	case Supplied:
		return border.MovementSupplied
	case Voided:
		return border.MovementVoided
	case Authorisation:
		return border.AuthorisationChanged
	case Evidence:
		return border.EvidenceAttached
	}
	return ""
}
