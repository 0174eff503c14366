package fingers

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
)

// search asks the station's gallery, and writes who asked and what came of it before anybody sees it.
func (c Check) search(ctx context.Context, t Taking, presented []Print) (Identified, error) {
	found, err := c.cfg.Policy.Identify(ctx, c.cfg.Engine, c.cfg.Station, c.cfg.NewID(), presented, links(presented))
	if err != nil {
		return Identified{}, err
	}
	entry := audit.Actor{ID: CheckName, Name: CheckName, Role: "service", Post: c.cfg.Station, Lane: t.Lane}.
		Entry(c.cfg.Now(), audit.Consultation, "fingerprint_search", found.Search.ID.String())
	entry.Purpose, entry.ResultCount = PurposeOfIdentification, found.Search.Found
	if err := c.cfg.Store.SearchDone(ctx, t.ID, found.Search, found.Candidates, entry); err != nil {
		return Identified{}, fmt.Errorf("search not written: %w", err)
	}
	return found, nil
}

// links are the traveller's own references, which are no candidates.
func links(prints []Print) []uuid.UUID {
	var list []uuid.UUID
	for _, p := range prints {
		if p.Link != uuid.Nil && !slices.Contains(list, p.Link) {
			list = append(list, p.Link)
		}
	}
	return list
}
