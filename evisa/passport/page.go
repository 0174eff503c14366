package passport

import (
	"context"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Check is what a field's check digit says.
type Check string

// The checks.
const (
	Right   Check = "right"    // the digits that protect the field fit
	Suspect Check = "suspect"  // its own digit fits, the one over several fields does not
	Wrong   Check = "wrong"    // its digit does not fit: the field, or the digit, is misread or altered
	NoDigit Check = "no_digit" // the field has none
)

// Field is one field as read.
type Field struct {
	ID    mrz.FieldID `json:"id"`
	Value string      `json:"value"` // dates in ISO 8601
	Check Check       `json:"check"`
	// Doubtful says that a character was read with little certainty, or stands where it cannot.
	Doubtful bool `json:"doubtful,omitempty"`
	// Suggested is what the field would be with the fewest look-alikes exchanged that make the digits fit; empty when nothing speaks for
	// one. It is shown, never taken by itself.
	Suggested string `json:"suggested,omitempty"`
}

// Word is something to tell of a page; its words are the catalogue's "passport.<word>".
type Word string

// The words.
const (
	Expired   Word = "expired"    // the document's last day has passed
	WrongType Word = "wrong_type" // no passport: a card, a visa
	Unsure    Word = "unsure"     // a check digit does not fit, or a character is doubtful
	Training  Word = "training"   // a code of specimens: a document of no State
)

// Page is what was read.
type Page struct {
	Identity traveldoc.Identity `json:"identity"`
	Document traveldoc.Document `json:"document"`
	Fields   []Field            `json:"fields"`
	Words    []Word             `json:"words,omitempty"`
	// Composite is the verdict of the digit over several fields.
	Composite  Check   `json:"composite"`
	Confidence float64 `json:"confidence"` // of the least certain character, 0 to 1
}

// Reader reads pages, few at once. It is safe for concurrent use.
type Reader struct {
	turns chan struct{}
}

// NewReader makes one; atOnce bounds how many pages are read at the same time, below one means two.
func NewReader(atOnce int) *Reader {
	if atOnce < 1 {
		atOnce = 2
	}
	return &Reader{turns: make(chan struct{}, atOnce)}
}

// Read reads the picture of a data page (as upload kept it). today decides the century of two-digit years and what has expired. Problems:
// passport_no_zone (retype it, or take another picture), passport_picture, passport_busy (it took longer than the context allows).
func (r *Reader) Read(ctx context.Context, file []byte, today traveldoc.Date) (Page, error) {
	return r.read(ctx, file, today)
}
