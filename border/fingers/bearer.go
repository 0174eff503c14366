package fingers

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
)

// Bearer is a person of whom the second line found that he showed another person's document: he has a link, and no file.
type Bearer struct {
	Link uuid.UUID
	// Task is the one in which it was found, By who said so, and Since when.
	Task  uuid.UUID
	By    string
	Since time.Time
}

// Bearers knows which links are those of bearers of other persons' documents.
type Bearers interface {
	Bearers(ctx context.Context, links []uuid.UUID) ([]Bearer, error)
}

// Parting says which verdict moves the prints of a taking, or moves them back.
type Parting struct {
	Task, Taking uuid.UUID
	By           string
	At           time.Time
	Entry        audit.Entry
	// Holder is the other side's link when the centre found the prints of two stations not to be alike: theirs are the older ones. Zero: the
	// prints did not match their file here.
	Holder uuid.UUID
}

// Separation is the body of Separated and Returned: the prints of a taking stand under another link than before, each with a new name.
type Separation struct {
	// Taking is the taking with the new names of its prints.
	Taking Taking `json:"taking"`
	// From is the link that they stood under, Link the one that they stand under now. Of a mismatch between two stations the link goes from its
	// file as a whole: it stays what it is, no print gets another name, and From is the other side's.
	From   uuid.UUID   `json:"from"`
	Link   uuid.UUID   `json:"link"`
	Prints []Named     `json:"prints,omitempty"`
	Gone   []uuid.UUID `json:"gone,omitempty"` // the names that they had
}

// bearer is what is known of a candidate who has no file, as evidence: found to be the bearer of another person's document.
func bearer(b Bearer) border.Evidence {
	return border.Evidence{
		Code: CodeBearer, Found: b.By, Expected: b.Since.UTC().Format(time.RFC3339), Relation: b.Task.String(), Severity: border.Note,
		Ref: b.Link.String(),
	}
}

// bearers are those of some candidates, by their links. When that cannot be read nobody is: they stay a hit, without the reason.
func (c Check) bearers(ctx context.Context, found Identified) map[uuid.UUID]Bearer {
	if c.cfg.Bearers == nil || len(found.Answer.Candidates) == 0 {
		return nil
	}
	others := make([]uuid.UUID, len(found.Answer.Candidates))
	for n, one := range found.Answer.Candidates {
		others[n] = one.Reference
	}
	list, err := c.cfg.Bearers.Bearers(ctx, others)
	if err != nil {
		return nil
	}
	known := make(map[uuid.UUID]Bearer, len(list))
	for _, one := range list {
		known[one.Link] = one
	}
	return known
}
