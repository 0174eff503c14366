package groupdb

import (
	"context"
	"fmt"

	"github.com/openbmis/openbmis/border/minor"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/traveldoc"
)

// Minors knows with whom minors came in at this crossing point. It implements minor.Entries.
type Minors struct {
	db *postgres.DB
}

var _ minor.Entries = Minors{}

// NewMinors makes it.
func NewMinors(db *postgres.DB) Minors { return Minors{db: db} }

// The last standing entry over all files of the person. The adult stands in the decision; an entry that another crossing point
// recorded has none here.
const lastEntry = `
SELECT m.at, d.event -> 'guardian'
FROM traveller_document k JOIN traveller t ON t.id = k.traveller_id JOIN traveller g ON g.group_id = t.group_id
    JOIN movement m ON m.file_id = g.id LEFT JOIN decision d ON d.crossing_id = m.id
WHERE k.issuing_state = $1 AND k.number_folded = $2 AND k.birth_date = $3
    AND m.direction = 'entry' AND m.voided_by IS NULL AND NOT m.withdrawn
ORDER BY m.at DESC, m.id LIMIT 1`

// LastEntry is the last standing entry of the bearer; nil when there is none.
func (m Minors) LastEntry(ctx context.Context, identity traveldoc.Identity, document traveldoc.Document) (*minor.Entry, error) {
	var e minor.Entry
	err := m.db.Pool.QueryRow(ctx, lastEntry, document.IssuingState, traveldoc.FoldNumber(document.Number), identity.BirthDate.String()).
		Scan(&e.At, &e.Guardian)
	if postgres.IsNoRows(err) {
		return nil, nil //nolint:nilnil // nobody came in: no error, no entry
	}
	if err != nil {
		return nil, fmt.Errorf("entry of a minor: %w", err)
	}
	return &e, nil
}
