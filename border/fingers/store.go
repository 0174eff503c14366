package fingers

import (
	"context"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
)

// CheckName is the name of the check of fingerprints.
const CheckName = "fingerprints"

// PurposeOfVerification and PurposeOfIdentification are what prints are read for, in the audit log.
const (
	PurposeOfVerification   = "identity_verification"
	PurposeOfIdentification = "identification"
	PurposeOfAdjudication   = "adjudication"
)

// Store is the station's biometric store, as the counter uses it. Every writing method writes its audit entry in the same transaction.
type Store interface {
	// Keep keeps a taking of an undecided scan with its prints, encrypted. It takes the place of the scan's earlier taking, which stays.
	// border.ErrScanNotOpen when the scan is decided or put aside.
	Keep(ctx context.Context, taking Taking, prints []Print, entry audit.Entry) error
	// Of is the taking that stands of a scan; nil when there is none.
	Of(ctx context.Context, scan uuid.UUID) (*Taking, error)
	// Presented are the prints of the taking that stands, without images.
	Presented(ctx context.Context, scan uuid.UUID) ([]Print, error)
	// Known is what is on file of the bearer of a scan's document; files that are one person share what they have. Reading references is
	// audited, by the service.
	Known(ctx context.Context, subject border.Subject) (Person, error)
	// Image is one image in clear, for drawing it; the read is audited. Template is that of the same print.
	Image(ctx context.Context, id uuid.UUID, entry audit.Entry) (Print, error)
	// References are a person's references by link, without images; for whoever draws or compares a candidate. The read is audited.
	References(ctx context.Context, link uuid.UUID, entry audit.Entry) ([]Print, error)
	// Note keeps a hit of the check with its taking, audited; Before are the hits noted of the scan's earlier takings, and of those of the same
	// document that were put aside within a day.
	Note(ctx context.Context, n Noted, entry audit.Entry) error
	Before(ctx context.Context, scan uuid.UUID) ([]Noted, error)
	// SearchDone writes that a search one to many was made, with its audit entry. Of a taking that a decision settled it is the event
	// Searched, with a task for each candidate; of one that is apart still the entry is all: the decision makes the search due again.
	SearchDone(ctx context.Context, taking uuid.UUID, search Search, candidates []Candidacy, entry audit.Entry) error
}

// Due is a taking that has to be searched for, one to many.
type Due struct {
	Taking  uuid.UUID
	Link    uuid.UUID
	File    uuid.UUID
	Station string
	Lane    string
	// Own are all links of the person: they are no candidates.
	Own    []uuid.UUID
	Prints []Print
	// Unreadable is how many more prints the taking has that do not open: without them nobody found means nothing.
	Unreadable int
}

// Queue are the searches that are due, of a station or of the centre; whoever works on them calls SearchDone or Failed.
type Queue interface {
	// Searches are what is due now, oldest first, at most limit; prints decrypted.
	Searches(ctx context.Context, limit int) ([]Due, error)
	// Failed says that a search had no answer: it is due again after a while, and counted as not done until then. entry says that it was
	// tried.
	Failed(ctx context.Context, taking uuid.UUID, reason string, entry audit.Entry) error
	SearchDone(ctx context.Context, taking uuid.UUID, search Search, candidates []Candidacy, entry audit.Entry) error
}

// Enrolments give everybody's references for a gallery, and tell of changes.
type Enrolments interface {
	// Persons is how many Each gives.
	Persons(ctx context.Context) (int, error)
	// Unreadable is how many prints of Each and Since could not be opened: they are in no gallery.
	Unreadable() int
	// Incomplete is how many persons they are of: whoever is searched for is not compared with them, or not with all their fingers.
	Incomplete() int
	// Each gives the references of every person, then returns the mark to go on from.
	Each(ctx context.Context, give func(link uuid.UUID, prints []Print) error) (mark int64, err error)
	// Since gives what changed after a mark: a person without prints is gone.
	Since(ctx context.Context, mark int64, give func(link uuid.UUID, prints []Print) error) (next int64, err error)
}

// Fingers are the positions of prints.
func Fingers(prints []Print) []biometrics.Position {
	list := make([]biometrics.Position, 0, len(prints))
	for _, p := range prints {
		list = append(list, p.Position)
	}
	return list
}
