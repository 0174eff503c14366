package border

import "github.com/google/uuid"

// Exhibit is a piece of what was read from a document, kept with the decision: a page, a portrait, a file of the chip, a seal. Its
// bytes are encrypted and travel to the centre apart from the event, which names them.
type Exhibit struct {
	ID        uuid.UUID   `json:"id"`
	Kind      ExhibitKind `json:"kind"`
	Name      string      `json:"name"` // "white/0", "DG2", "qr/0"
	MediaType string      `json:"media_type"`
	Size      int         `json:"size"`   // bytes in clear
	Digest    []byte      `json:"digest"` // SHA-256 of the encrypted bytes: where they are kept, and what the centre verifies
	Key       uuid.UUID   `json:"key"`    // the person's data key; once it is destroyed nobody reads the exhibit
}

// ExhibitKind is what kind of thing an exhibit is.
type ExhibitKind string

// The kinds.
const (
	ExhibitReading  ExhibitKind = "reading" // the reading itself as JSON, its images and files left out
	ExhibitPage     ExhibitKind = "page"
	ExhibitPortrait ExhibitKind = "portrait"
	ExhibitChip     ExhibitKind = "chip"
	ExhibitBarcode  ExhibitKind = "barcode"
)
