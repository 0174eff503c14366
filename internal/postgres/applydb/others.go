package applydb

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
)

// mostOthers bounds the other applications of one finding: what is less important is left out, and the finding says so.
const mostOthers = 100

// importance is the order in which other applications are looked at: an older refusal never stands behind what is newer and of no concern.
const importance = `CASE WHEN a.state = 'refused' THEN 0 WHEN a.` + openStates + ` THEN 1 ELSE 2 END, a.sent_at DESC, a.id`

// Others are other applications on the document, of the person by name and birth date, or with a portrait that is alike.
func (s *Store) Others(ctx context.Context, a *evisa.Application) (desk.Others, error) {
	list, err := s.others(ctx, s.o.DB.Pool, a)
	return list, wrap(err, "other applications")
}

func (s *Store) others(ctx context.Context, q querier, a *evisa.Application) (others desk.Others, err error) {
	by := map[uuid.UUID]*desk.Other{}
	if err := s.byMarks(ctx, q, a, by); err != nil {
		return others, err
	}
	if err := s.byPortrait(ctx, q, a, by); err != nil {
		return others, err
	}
	if len(by) == 0 {
		return others, nil
	}
	ids := make([]uuid.UUID, 0, len(by))
	for id := range by {
		ids = append(ids, id)
	}
	rows, err := q.Query(ctx, `SELECT id, reference, state, type, sent_at, grounds, visa FROM visa_application a WHERE id = ANY ($1)
		ORDER BY `+importance+` LIMIT $2`, ids, mostOthers+1)
	if err != nil {
		return others, err
	}
	others.List, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (o desk.Other, err error) {
		err = r.Scan(&o.ID, &o.Reference, &o.State, &o.Type, &o.At, &o.Grounds, &o.Visa)
		o.By, o.Distance, o.At = by[o.ID].By, by[o.ID].Distance, o.At.UTC()
		slices.SortFunc(o.By, cmp.Compare[string])
		return o, err
	})
	if others.More = len(others.List) > mostOthers; others.More {
		others.List = others.List[:mostOthers]
	}
	return others, err
}

// byMarks finds by document and by person; of each one more than is looked at, so that a cut is seen.
func (s *Store) byMarks(ctx context.Context, q querier, a *evisa.Application, by map[uuid.UUID]*desk.Other) error {
	key, err := s.indexKey(ctx)
	if err != nil {
		return err
	}
	for _, t := range termsOf(a) {
		mark, err := newMark(key, t.kind, t.what)
		if err != nil {
			return err
		}
		rows, err := q.Query(ctx, `SELECT a.id FROM visa_application_mark m JOIN visa_application a ON a.id = m.application_id
			WHERE m.kind = $1 AND m.mark = $2 AND a.id <> $3 AND a.erased_at IS NULL ORDER BY `+importance+` LIMIT $4`, t.kind, mark, a.ID, mostOthers+1)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return err
		}
		for _, id := range ids {
			note(by, id, map[int16]string{markDocument: desk.ByDocument, markPerson: desk.ByPerson}[t.kind], 0)
		}
	}
	return nil
}

func note(by map[uuid.UUID]*desk.Other, id uuid.UUID, what string, distance int) {
	if by[id] == nil {
		by[id] = &desk.Other{}
	}
	by[id].Distance = distance
	if !slices.Contains(by[id].By, what) {
		by[id].By = append(by[id].By, what)
	}
}

// byPortrait compares the hashes of portraits one by one: they are few bytes each, in an index of their own.
func (s *Store) byPortrait(ctx context.Context, q querier, a *evisa.Application, by map[uuid.UUID]*desk.Other) error {
	hash := desk.LikenessOf(a)
	if hash == 0 {
		return nil
	}
	rows, err := q.Query(ctx, `SELECT a.id, f.distance FROM (
			SELECT application_id, min(bit_count((likeness # $1::bigint)::bit(64))) AS distance FROM visa_application_file
			WHERE likeness IS NOT NULL AND application_id <> $2 AND bit_count((likeness # $1::bigint)::bit(64)) <= $3 GROUP BY application_id) f
		JOIN visa_application a ON a.id = f.application_id WHERE a.erased_at IS NULL ORDER BY `+importance+` LIMIT $4`,
		int64(hash), a.ID, desk.AlikeWithin, mostOthers+1) //nolint:gosec // the same bits
	if err != nil {
		return err
	}
	var id uuid.UUID
	var distance int
	_, err = pgx.ForEachRow(rows, []any{&id, &distance}, func() error {
		note(by, id, desk.ByPortrait, distance)
		return nil
	})
	return err
}
