package visaregdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// Sink takes the dataset evisa.DatasetVisas.
type Sink struct {
	// Changed remembers which visas it was told of; nil: nobody wants to know.
	Changed *Changed
}

var _ relaydb.Sink = Sink{}

// Clear forgets all rows. Entries that were made here stay: a snapshot follows, and names the same visas.
func (s Sink) Clear(ctx context.Context, tx pgx.Tx) error {
	for _, sql := range []string{`DELETE FROM visa`, `DELETE FROM visa_fault`} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("forget visas: %w", err)
		}
	}
	s.Changed.addAll()
	return nil
}

// Apply takes changes: the last of each row holds. What cannot be read is counted, takes the place of what was read before, and makes the
// check say so.
func (s Sink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	last := make(map[string]replication.Change, len(changes))
	for _, c := range changes {
		last[c.Key] = c
	}
	var r rows
	for _, c := range last {
		r.take(c)
	}
	b := new(pgx.Batch)
	r.queue(b)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("visas: %w", err)
	}
	s.Changed.add(r.keys...)
	return nil
}

// rows are what a batch of changes comes to, by columns.
type rows struct {
	keys, gone, faults                         []string
	numbers, documents, earlier, persons, data []string
}

func (r *rows) take(c replication.Change) {
	r.keys = append(r.keys, c.Key)
	if c.Op == replication.OpDelete {
		r.gone = append(r.gone, c.Key)
		return
	}
	v, err := ParseRow(c.Key, c.Data)
	if err != nil {
		r.gone, r.faults = append(r.gone, c.Key), append(r.faults, c.Key)
		return
	}
	var before []string
	for _, d := range v.Earlier {
		if n := traveldoc.FoldNumber(d.Number); n != "" {
			before = append(before, n)
		}
	}
	r.numbers, r.documents = append(r.numbers, string(v.Number)), append(r.documents, traveldoc.FoldNumber(v.Document.Number))
	r.earlier, r.persons = append(r.earlier, strings.Join(before, " ")), append(r.persons, strings.Join(visacheck.Keys(v.Identity), " "))
	r.data = append(r.data, string(c.Data))
}

// ParseRow reads a row of the dataset. What this release does not know of a visa's standing it cannot judge: that is an error, which holds
// nothing of the row.
func ParseRow(key string, data []byte) (v evisa.Row, err error) {
	if err := json.Unmarshal(data, &v); err != nil {
		return evisa.Row{}, errors.New("row of a visa: expected JSON of a visa")
	}
	switch v.Standing {
	case evisa.InForce, evisa.Revoked, evisa.Annulled, evisa.Replaced:
	default:
		return evisa.Row{}, errors.New("row of a visa: standing: not known to this release")
	}
	switch {
	case v.Number == "" || string(v.Number) != key:
		return evisa.Row{}, errors.New("row of a visa: number: expected the row's key")
	case v.Terms.Entries < 0 || v.Terms.Days < 0 || v.Terms.Until.IsZero():
		return evisa.Row{}, errors.New("row of a visa: terms: expected days, entries and a last day")
	}
	return v, nil
}

const putVisas = `
INSERT INTO visa (number, document, earlier, persons, data)
SELECT u.number, u.document, string_to_array(u.earlier, ' '), string_to_array(u.persons, ' '), u.data::json
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS u (number, document, earlier, persons, data)
ON CONFLICT (number) DO UPDATE SET document = excluded.document, earlier = excluded.earlier, persons = excluded.persons, data = excluded.data`

func (r *rows) queue(b *pgx.Batch) {
	b.Queue(`DELETE FROM visa_fault WHERE key = ANY ($1)`, r.keys)
	if len(r.gone) > 0 {
		b.Queue(`DELETE FROM visa WHERE number = ANY ($1)`, r.gone)
	}
	if len(r.faults) > 0 {
		b.Queue(`INSERT INTO visa_fault (key) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`, r.faults)
	}
	if len(r.numbers) > 0 {
		b.Queue(putVisas, r.numbers, r.documents, r.earlier, r.persons, r.data)
	}
}
