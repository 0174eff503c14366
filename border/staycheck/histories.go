package staycheck

import (
	"context"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Histories is what a crossing point knows of people's stays, its own records and those of other crossing points together.
type Histories interface {
	// History is everything standing that is known of the bearer of a document, over all his documents and identities; the empty
	// history when nothing is. AsOf is zero as long as no records of other crossing points were ever received.
	History(ctx context.Context, identity traveldoc.Identity, document traveldoc.Document) (stay.History, error)
}
