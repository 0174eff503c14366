package visadb

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Search is what somebody looks for: the first that is given of a visa's number, an application's reference, a document's number, or a
// name with a birth date.
type Search struct {
	Number    evisa.Number
	Reference evisa.Reference
	Document  string
	Identity  traveldoc.Identity // surname, given names and birth date
}

// ErrEmptySearch says that nothing was given to look for.
var ErrEmptySearch = problem.New(problem.Invalid, "visaregister.search_empty").At("number")

// terms are what is searched for, for the audit log's keyed hash.
func (s Search) terms() []string {
	return []string{
		string(s.Number), string(s.Reference), traveldoc.FoldNumber(s.Document), traveldoc.NameKey(s.Identity.Surname, s.Identity.GivenNames),
		s.Identity.BirthDate.String(),
	}
}

// Find are the visas that somebody looks for, the newest first. The read is audited in the same transaction; the entry says
// who and why (audit.Consultation with its purpose).
func (r *Register) Find(ctx context.Context, s Search, entry audit.Entry) (list []evisa.Visa, err error) {
	if entry.QueryHMAC, err = audit.QueryHMAC(r.o.QueryKey, s.terms()...); err != nil {
		return nil, wrap(err, "search for visas")
	}
	err = r.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		records, err := r.search(ctx, tx, s)
		if err != nil {
			return err
		}
		for _, v := range records {
			list = append(list, v.Visa)
		}
		entry.ResultCount = len(list)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil { // a look that is not in the audit log gives nothing
		return nil, wrapped(err, "search for visas")
	}
	return list, nil
}

const newestFirst = ` ORDER BY v.issued_at DESC, v.number`

func (r *Register) search(ctx context.Context, q Querier, s Search) ([]record, error) {
	switch {
	case s.Number != "":
		return r.records(ctx, q, `WHERE v.number = $1`, s.Number)
	case s.Reference != "":
		return r.records(ctx, q, `WHERE v.reference = $1`+newestFirst, s.Reference)
	}
	m, err := r.marks(ctx)
	if err == nil {
		err = errors.Join(m.documents(traveldoc.Document{Number: s.Document}), m.named(s.Identity))
	}
	if err != nil {
		return nil, err
	}
	if len(m.list) == 0 {
		return nil, ErrEmptySearch
	}
	return r.marked(ctx, q, m.list, func(v *record) bool {
		if s.Document != "" {
			return hasDocument(&v.Visa, s.Document)
		}
		return samePerson(v.Identity, s.Identity)
	})
}

// marked are the visas with one of the marks that hold, the newest first. A mark is cut short, and many may share it: each is opened and
// compared while it is read, so that none is cut off unseen; only ctx bounds how many.
func (r *Register) marked(ctx context.Context, q Querier, marks []mark, holds func(*record) bool) (held []record, err error) {
	kinds, sums := make([]int16, len(marks)), make([][]byte, len(marks))
	for n, m := range marks {
		kinds[n], sums[n] = m.kind, m.sum
	}
	rows, err := q.Query(ctx, selectVisa+`WHERE v.number IN (SELECT m.number FROM unnest($1::smallint[], $2::bytea[]) AS a (kind, mark)
		JOIN visa_mark m ON m.kind = a.kind AND m.mark = a.mark)`+newestFirst, kinds, sums)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		s, err := scanVisa(rows)
		if err != nil {
			return nil, err
		}
		if _, err := s.open(r.o.Wrapping); err != nil {
			return nil, fmt.Errorf("visa %s: %w", s.Number, err)
		}
		if holds(&s.record) {
			held = append(held, s.record)
		}
	}
	return held, rows.Err()
}

func hasDocument(v *evisa.Visa, number string) bool {
	number = traveldoc.FoldNumber(number)
	if traveldoc.FoldNumber(v.Document.Number) == number {
		return true
	}
	for _, d := range v.Earlier {
		if traveldoc.FoldNumber(d.Number) == number {
			return true
		}
	}
	return false
}

func samePerson(a, b traveldoc.Identity) bool {
	name := traveldoc.NameKey(a.Surname, a.GivenNames)
	return name != "" && name == traveldoc.NameKey(b.Surname, b.GivenNames) && !a.BirthDate.IsZero() && a.BirthDate == b.BirthDate
}

// Numbers are the visas of an application, the oldest first. They tell of nobody, and are not audited.
func (r *Register) Numbers(ctx context.Context, application uuid.UUID) ([]evisa.Number, error) {
	rows, err := r.o.DB.Pool.Query(ctx, `SELECT number FROM visa WHERE application = $1 ORDER BY issued_at, cardinality(before), number`, application)
	if err != nil {
		return nil, wrap(err, "visas of an application")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[evisa.Number])
	return list, wrap(err, "visas of an application")
}

// Shown is a visa with everything that became of it.
type Shown struct {
	evisa.Visa
	Events []issue.Event
	Uses   []evisa.Use
	Case   bool
	// Before are its numbers on earlier passports, the oldest first.
	Before []evisa.Number
	// Language is the applicant's: the notice's.
	Language string
}

// Show is one visa with its events and uses; ErrUnknown. The read is audited in the same transaction.
func (r *Register) Show(ctx context.Context, number evisa.Number, entry audit.Entry) (s Shown, err error) {
	err = r.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		list, err := r.records(ctx, tx, `WHERE v.number = $1`, number)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return ErrUnknown
		}
		rows, err := r.rows(ctx, tx, list)
		if err != nil {
			return err
		}
		s = Shown{Visa: list[0].Visa, Uses: rows[0].Uses, Case: rows[0].Case, Before: list[0].before, Language: list[0].language}
		if s.Events, err = r.events(ctx, tx, number, s.Application); err != nil {
			return err
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return Shown{}, wrapped(err, "show a visa")
	}
	return s, nil
}

// withoutZone leaves out the machine readable zone, which a crossing point does not need.
func withoutZone(d traveldoc.Document) traveldoc.Document {
	d.MRZ = ""
	return d
}

func allWithoutZone(list []traveldoc.Document) []traveldoc.Document {
	var out []traveldoc.Document
	for _, d := range list {
		out = append(out, withoutZone(d))
	}
	return out
}
