package apply

import "github.com/openbmis/openbmis/evisa"

// LetterKind is what a letter is about; its words are the catalogue's "apply.letter.<kind>".
type LetterKind string

// The kinds.
const (
	LetterResume LetterKind = "resume" // a link to go on with
	LetterSent   LetterKind = "sent"   // it was sent, with its references
	LetterNews   LetterKind = "news"   // something was decided, asked for or told: without saying what
)

// Letter is an e-mail that waits to be written. It is kept sealed; its words are made when it goes.
type Letter struct {
	To        string            `json:"to"`
	Language  string            `json:"language"`
	Kind      LetterKind        `json:"kind"`
	Link      string            `json:"link,omitempty"`
	Hours     int               `json:"hours,omitempty"` // that the link holds for
	Reference evisa.Reference   `json:"reference,omitempty"`
	All       []evisa.Reference `json:"all,omitempty"` // of a group
}
