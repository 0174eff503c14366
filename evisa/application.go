package evisa

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/traveldoc"
)

// Application is what one person asks for, as it was sent. Nothing of it changes afterwards: replies, payments and decisions are events
// beside it.
type Application struct {
	ID        uuid.UUID `json:"id"`
	Reference Reference `json:"reference"`
	// Group is what applications that were sent together have in common; Lead is the one that speaks for them. A person alone is a group of one.
	Group uuid.UUID `json:"group"`
	Lead  bool      `json:"lead"`
	// Relation is what he is to the lead, one of Relations; empty for the lead.
	Relation string `json:"relation,omitempty"`

	Type    string `json:"type"`    // a code of the policy's types
	Purpose string `json:"purpose"` // one of Purposes
	// Identity and Document are the travel document's, as the applicant confirmed them.
	Identity      traveldoc.Identity `json:"identity"`
	OtherNames    string             `json:"other_names,omitempty"`
	OriginalName  string             `json:"original_name,omitempty"` // in the original script
	BirthPlace    string             `json:"birth_place,omitempty"`
	BirthCountry  string             `json:"birth_country,omitempty"`
	Document      traveldoc.Document `json:"document"`
	DocumentIssue traveldoc.Date     `json:"document_issue,omitzero"`
	// Read says how the document came in: "typed", or "photo" with the zone in Document.MRZ.
	Read string `json:"read"`

	Contact Contact `json:"contact"`
	Journey Journey `json:"journey"`
	Host    *Host   `json:"host,omitempty"`
	// Humanitarian and FamilyReunification are claims that put an application on a desk of its own.
	Humanitarian        bool   `json:"humanitarian,omitempty"`
	FamilyReunification bool   `json:"family_reunification,omitempty"`
	Grounds             string `json:"grounds,omitempty"` // in the applicant's own words
	// RefusedBefore is the applicant's own answer, with what he says of it.
	RefusedBefore string `json:"refused_before,omitempty"`

	Files       []File      `json:"files"`
	Declaration Declaration `json:"declaration"`
	Fee         Money       `json:"fee"`
	Language    string      `json:"language"` // "en", "fr", "es", "ar": what he reads
	SentAt      time.Time   `json:"sent_at"`
}

// Contact is where an applicant is reached.
type Contact struct {
	Email   string `json:"email"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
	Country string `json:"country,omitempty"` // of residence, Doc 9303-3
}

// Journey is what the applicant plans.
type Journey struct {
	Arrival   traveldoc.Date `json:"arrival"`
	Departure traveldoc.Date `json:"departure"`
	Entries   int            `json:"entries"`        // wished for: 1, 2, or 0 for multiple
	Port      string         `json:"port,omitempty"` // a post's id, where he knows it
	Stays     string         `json:"stays,omitempty"`
}

// Host is who invites, or pays.
type Host struct {
	Kind    string `json:"kind"` // "person", "company", "school", "organisation"
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Email   string `json:"email,omitempty"`
	Pays    bool   `json:"pays,omitempty"`
}

// Declaration is what was agreed to: which words, in which language, when.
type Declaration struct {
	Version  string    `json:"version"` // of the declaration
	Notice   string    `json:"notice"`  // version of the data notice
	Language string    `json:"language"`
	At       time.Time `json:"at"`
}

// Kinds of files.
const (
	FilePortrait = "portrait"
	FilePassport = "passport_page"
	FileOther    = "other"
)

// FileKinds are all kinds, in the order shown.
func FileKinds() []string {
	return []string{FilePortrait, FilePassport, "ticket", "accommodation", "invitation", "means", "consent", "certificate", FileOther}
}

// File is one file as it is kept: images written anew, everything else as it came.
type File struct {
	ID     uuid.UUID `json:"id"`
	Kind   string    `json:"kind"`
	Type   string    `json:"type"` // "image/jpeg", "application/pdf": sniffed, never the browser's word
	Size   int       `json:"size"` // bytes as kept
	Digest []byte    `json:"digest"`
	// Likeness is a portrait's perceptual hash (64 bits): alike pictures have few bits apart. Zero: none was made.
	Likeness uint64 `json:"likeness,omitempty"`
}

// Relations are what a member of a group may be to its lead, in the order shown.
func Relations() []string {
	return []string{"spouse", "child", "parent", "sibling", "other_relative", "travelling_together"}
}

// Purposes of a visa, in the order shown; keys of the text catalogue below "visa.purpose.".
func Purposes() []string {
	return []string{"tourism", "family", "business", "study", "medical", "transit", "official", "event", "humanitarian", "other"}
}
