package visadb

import (
	"context"
	"errors"
	"strconv"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
)

// Registry answers of the register itself, at the centre.
type Registry struct{ r *Register }

var _ evisa.Registry = Registry{}

// NewRegistry makes the registry.
func NewRegistry(r *Register) Registry { return Registry{r} }

// Find are the visas of a traveller by number, document and person, held alike as at a crossing point (visacheck.SamePerson). A number that is none of ours is looked for like any other: then
// document and person decide. Who asks, audits.
func (g Registry) Find(ctx context.Context, q evisa.Query) (evisa.Found, error) {
	found := evisa.Found{Held: true, Source: border.Source{Name: evisa.DatasetVisas, AsOf: g.r.o.Now().UTC()}}
	var version int64
	err := g.r.o.DB.Pool.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM ref_dataset WHERE dataset = $1`, evisa.DatasetVisas).Scan(&version)
	if err != nil {
		return evisa.Found{}, wrap(err, "register of visas")
	}
	found.Source.Version = strconv.FormatInt(version, 10)
	list, err := g.records(ctx, q)
	if err != nil {
		return evisa.Found{}, wrap(err, "register of visas")
	}
	found.Rows, err = g.r.rows(ctx, g.r.o.DB.Pool, list)
	return found, wrap(err, "register of visas")
}

func (g Registry) records(ctx context.Context, q evisa.Query) (list []record, err error) {
	m, err := g.r.marks(ctx)
	if err == nil {
		err = errors.Join(m.documents(q.Document), m.beginnings(visacheck.Asked(q.Identity)))
	}
	if err != nil {
		return nil, err
	}
	if len(m.list) == 0 && q.Number == "" {
		return nil, ErrEmptySearch
	}
	if q.Number != "" {
		if list, err = g.r.records(ctx, g.r.o.DB.Pool, `WHERE v.number = $1`, q.Number); err != nil {
			return nil, err
		}
	}
	more, err := g.r.marked(ctx, g.r.o.DB.Pool, m.list, func(v *record) bool {
		return v.Number != q.Number && visacheck.Concerns(q, v.Number, v.Identity, v.Document, v.Earlier)
	})
	return append(list, more...), err
}
