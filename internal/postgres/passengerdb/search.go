package passengerdb

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Query is what somebody searches for: a document number, a name with a birth date, a name on one flight's day, or a locator. What is
// given must all hold.
type Query struct {
	Document   string // number
	Surname    string
	GivenNames string
	BirthDate  traveldoc.Date
	Locator    string
}

// terms are what is searched for, for the audit log's keyed hash.
func (q Query) terms() []string {
	return []string{traveldoc.FoldNumber(q.Document), traveldoc.NameKey(q.Surname, q.GivenNames), q.BirthDate.String(), locator(q.Locator)}
}

// Search finds expected persons, the flights that leave last first. The read is audited in the same transaction, with a keyed hash of what
// was searched for; the entry says who, and why. Masked persons are not found.
func (s *Store) Search(ctx context.Context, q Query, entry audit.Entry) (list []apipnr.Expected, err error) {
	marks, err := s.queryMarks(ctx, q)
	if err != nil {
		return nil, wrap(err, "search for expected persons")
	}
	if entry.QueryHMAC, err = audit.QueryHMAC(s.o.QueryKey, q.terms()...); err != nil {
		return nil, wrap(err, "search for expected persons")
	}
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		ids, err := foundBy(ctx, tx, marks)
		if err != nil {
			return err
		}
		found, err := s.persons(ctx, tx, `p.id = ANY ($1) AND p.merged_into IS NULL ORDER BY array_position($1, p.id)`, ids)
		if err != nil {
			return err
		}
		for _, p := range found { // a mark is cut short: what is shown is what was searched for
			if q.holds(p) {
				list = append(list, p)
			}
		}
		entry.ResultCount = len(list)
		return auditlog.Insert(ctx, tx, entry)
	})
	return given(list, wrap(err, "search for expected persons"))
}

// queryMarks are the marks that a person must have.
func (s *Store) queryMarks(ctx context.Context, q Query) ([]marked, error) {
	key, err := s.indexKey(ctx)
	if err != nil {
		return nil, err
	}
	var list []marked
	add := func(kind int, parts ...string) {
		var m []byte
		if m, err = mark(key, kind, parts...); err == nil {
			list = append(list, marked{kind, m})
		}
	}
	name := traveldoc.NameKey(q.Surname, q.GivenNames)
	if number := traveldoc.FoldNumber(q.Document); number != "" {
		add(markDocument, number)
	}
	switch {
	case name != "" && !q.BirthDate.IsZero():
		add(markNameBirth, name, q.BirthDate.String())
	case name != "":
		add(markName, name)
	case !q.BirthDate.IsZero() && len(list) == 0:
		return nil, problem.New(problem.Invalid, "passenger_search_name").At("surname")
	}
	if q.Locator != "" {
		add(markLocator, locator(q.Locator))
	}
	if err == nil && len(list) == 0 {
		return nil, problem.New(problem.Invalid, "passenger_search_empty").At("document")
	}
	return list, err
}

func foundBy(ctx context.Context, tx pgx.Tx, marks []marked) ([]uuid.UUID, error) {
	sql, args := `SELECT x.person_id FROM passenger_index x JOIN passenger_flight f ON f.id = x.flight_id WHERE x.kind = $1 AND x.mark = $2`,
		[]any{marks[0].kind, marks[0].mark}
	for _, m := range marks[1:] {
		n := len(args)
		sql += fmt.Sprintf(` AND EXISTS (SELECT FROM passenger_index y WHERE y.person_id = x.person_id AND y.kind = $%d AND y.mark = $%d)`, n+1, n+2)
		args = append(args, m.kind, m.mark)
	}
	rows, err := tx.Query(ctx, sql+` ORDER BY f.leaves_at DESC, x.person_id`, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// holds reports whether a person is who was searched for, by either source.
func (q Query) holds(p apipnr.Expected) bool {
	for _, t := range []*traveller{p.API, p.PNR} {
		if t == nil {
			continue
		}
		for _, d := range t.Documents {
			if q.Document != "" && traveldoc.FoldNumber(d.Number) == traveldoc.FoldNumber(q.Document) {
				return true
			}
		}
		if name := traveldoc.NameKey(q.Surname, q.GivenNames); name != "" && name == traveldoc.NameKey(t.Surname, t.GivenNames) {
			return true
		}
		if q.Locator != "" && locator(t.Locator) == locator(q.Locator) {
			return true
		}
	}
	return false
}
