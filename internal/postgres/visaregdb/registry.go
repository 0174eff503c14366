package visaregdb

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/traveldoc"
)

// Registry implements evisa.Registry over the tables of a crossing point.
type Registry struct{ db *postgres.DB }

var _ evisa.Registry = Registry{}

// NewRegistry makes a Registry.
func NewRegistry(db *postgres.DB) Registry { return Registry{db} }

// findSQL is one statement: how far the dataset is, the visas by number, by document and by person, and the entries on them that were made
// here, each with whether it stands.
const findSQL = `
WITH held AS (SELECT version, confirmed_at FROM ref_cursor WHERE dataset = 'visas' AND version > 0),
met AS MATERIALIZED (
    SELECT number, data FROM visa WHERE number = $1
    UNION ALL SELECT number, data FROM visa WHERE document = $2 AND document <> ''
    UNION ALL SELECT number, data FROM visa WHERE earlier && ARRAY[$2::text] AND earlier <> '{}'
    UNION ALL SELECT number, data FROM visa WHERE persons && $3::text[])
SELECT held.version, held.confirmed_at, (SELECT count(*) FROM visa_fault)::int, NULL::json, NULL::json FROM held
UNION ALL SELECT 0, NULL, 0, met.data, (SELECT json_agg(json_build_object('crossing', u.crossing_id, 'at', u.at, 'date', u.date,
        'void', coalesce((SELECT m.voided_by IS NOT NULL OR m.withdrawn FROM movement m WHERE m.id = u.crossing_id), false)))
    FROM visa_use u WHERE u.number = met.number)
FROM met`

// Find are the visas of a traveller by number, document and person, with the entries that were made on them here. However many share his birth
// date and the beginning of his name, each is compared: only ctx bounds it.
func (r Registry) Find(ctx context.Context, q evisa.Query) (found evisa.Found, err error) {
	found.Source = border.Source{Name: evisa.DatasetVisas}
	list, err := r.db.Pool.Query(ctx, findSQL, string(q.Number), traveldoc.FoldNumber(q.Document.Number), visacheck.Asked(q.Identity))
	if err != nil {
		return evisa.Found{}, fmt.Errorf("register of visas: %w", err)
	}
	in := reading{asked: q, found: &found, at: map[evisa.Number]int{}}
	_, err = pgx.ForEachRow(list, []any{&in.version, &in.asOf, &in.faults, &in.data, &in.uses}, in.take)
	if err != nil {
		return evisa.Found{}, fmt.Errorf("register of visas: %w", err)
	}
	in.chains()
	return found, nil
}

// reading takes the rows of the answer.
type reading struct {
	asked   evisa.Query
	found   *evisa.Found
	at      map[evisa.Number]int // where a visa stands in found: who is found in two ways is one
	version int64
	asOf    *time.Time
	faults  int
	data    []byte
	uses    []byte
}

func (r *reading) take() error {
	if r.data == nil {
		r.found.Held, r.found.Unreadable, r.found.Source.Version = true, r.faults, strconv.FormatInt(r.version, 10)
		if r.asOf != nil {
			r.found.Source.AsOf = r.asOf.UTC()
		}
		return nil
	}
	var v evisa.Row
	if err := json.Unmarshal(r.data, &v); err != nil {
		return err
	}
	if _, seen := r.at[v.Number]; seen || !visacheck.Concerns(r.asked, v.Number, v.Identity, v.Document, v.Earlier) {
		return nil
	}
	var here []local
	if r.uses != nil {
		if err := json.Unmarshal(r.uses, &here); err != nil {
			return err
		}
	}
	made := make([]evisa.Use, len(here))
	for n, l := range here {
		made[n] = l.use()
	}
	v.Uses = visacheck.Merged(v.Uses, made)
	r.at[v.Number] = len(r.found.Rows)
	r.found.Rows = append(r.found.Rows, v)
	return nil
}

// local is an entry that was made here.
type local struct {
	Crossing uuid.UUID      `json:"crossing"`
	At       time.Time      `json:"at"`
	Date     traveldoc.Date `json:"date"`
	Void     bool           `json:"void"`
}

// uses are the entries as the check counts them.
func (l local) use() evisa.Use {
	return evisa.Use{Crossing: l.Crossing, At: l.At.UTC(), Date: l.Date, Void: l.Void}
}

// hereSQL are the entries on visas that were made here, each with whether it stands.
const hereSQL = `SELECT u.number, u.crossing_id, u.at, u.date, coalesce(m.voided_by IS NOT NULL OR m.withdrawn, false)
FROM visa_use u LEFT JOIN movement m ON m.id = u.crossing_id WHERE u.number = ANY ($1)`

// Here are the entries that were made here on visas of other registers, by number.
func (r Registry) Here(ctx context.Context, numbers []evisa.Number) (map[evisa.Number][]evisa.Use, error) {
	list, err := r.db.Pool.Query(ctx, hereSQL, numbers)
	if err != nil {
		return nil, fmt.Errorf("entries on visas: %w", err)
	}
	uses := map[evisa.Number][]evisa.Use{}
	var number evisa.Number
	var l local
	var date string
	_, err = pgx.ForEachRow(list, []any{&number, &l.Crossing, &l.At, &date, &l.Void}, func() (err error) {
		if l.Date, err = traveldoc.ParseDate(date); err == nil {
			uses[number] = append(uses[number], l.use())
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("entries on visas: %w", err)
	}
	return uses, nil
}

// chains lets entries on a visa count on the one that took its place: the centre may not have heard of them yet.
func (r *reading) chains() {
	for range r.found.Rows { // a chain is no longer than there are visas
		changed := false
		for _, old := range r.found.Rows {
			n, there := r.at[old.ReplacedBy]
			if !there || old.ReplacedBy == "" {
				continue
			}
			anew := &r.found.Rows[n]
			all := visacheck.Merged(anew.Uses, old.Uses)
			changed = changed || len(all) != len(anew.Uses)
			anew.Uses = all
		}
		if !changed {
			return
		}
	}
}
