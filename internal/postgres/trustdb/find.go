package trustdb

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

var itemID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// IsID says whether s has the form of an item's id: a SHA-256 in hexadecimal, small letters.
func IsID(s string) bool { return itemID.MatchString(s) }

// Listed is an item in a list.
type Listed struct {
	ID string `json:"id"`
	Facts
	Sources []trust.Source `json:"sources"`
	Version int64          `json:"version"` // in which it was last published; 0 when it is not
}

// Count is how many items of a country there are, by kind.
type Count struct {
	Country string             `json:"country"`
	Kinds   map[trust.Kind]int `json:"kinds"`
}

// Overview is the material as it is published.
type Overview struct {
	Version   int64              `json:"version"` // 0: nothing was ever published
	At        time.Time          `json:"at"`      // of the centre when it was published, of a station when the centre last confirmed it
	Items     int                `json:"items"`
	Kinds     map[trust.Kind]int `json:"kinds"`
	Countries []Count            `json:"countries"` // in order of country
	CRLs      []Listed           `json:"crls"`      // those that end first come first
}

// Overview reads what is published.
func (c *Centre) Overview(ctx context.Context) (o Overview, err error) {
	o = Overview{Kinds: map[trust.Kind]int{}, Countries: []Count{}, CRLs: []Listed{}}
	err = c.read(ctx, func(tx pgx.Tx) error {
		if o.Version, o.At, err = published(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select country, kind, count(*) from trust_item where version is not null
			group by country, kind order by country, kind`)
		if err != nil {
			return err
		}
		var country string
		var kind trust.Kind
		var n int
		if _, err = pgx.ForEachRow(rows, []any{&country, &kind, &n}, func() error { o.count(country, kind, n); return nil }); err != nil {
			return err
		}
		o.CRLs, err = listed(ctx, tx, `i.kind = 'crl' and i.version is not null order by i.valid_until nulls first, i.country, i.id`)
		return err
	})
	return o, wrapped(err, "overview of the trust material")
}

// count adds items; calls come in order of country.
func (o *Overview) count(country string, kind trust.Kind, n int) {
	o.Items += n
	o.Kinds[kind] += n
	if last := len(o.Countries) - 1; last < 0 || o.Countries[last].Country != country {
		o.Countries = append(o.Countries, Count{country, map[trust.Kind]int{}})
	}
	o.Countries[len(o.Countries)-1].Kinds[kind] += n
}

// Query is what is looked for among what is published. Empty fields match all.
type Query struct {
	Country string
	Kind    trust.Kind
	Words   string // in subject or issuer, or the beginning of a fingerprint (colons and spaces do not matter)
	After   string // id of the last one of the page before
	Limit   int
}

// fingerprint is what the words are as the beginning of a SHA-256, empty when they are none.
func (q Query) fingerprint() string {
	digits := strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(q.Words))
	if len(digits) < 6 || len(digits) > 64 || strings.Trim(digits, "0123456789abcdef") != "" {
		return ""
	}
	return digits
}

// Find lists what is published, in order of country and subject, and says how much there is in all.
func (c *Centre) Find(ctx context.Context, q Query) (page []Listed, total int, err error) {
	const where = `i.version is not null and ($1 = '' or i.country = $1) and ($2 = '' or i.kind = $2)
		and ($3 = '' or strpos(lower(i.subject), lower($3)) > 0 or strpos(lower(i.issuer), lower($3)) > 0
			or $4 <> '' and encode(i.id, 'hex') like $4 || '%')`
	err = c.read(ctx, func(tx pgx.Tx) error {
		args := []any{strings.ToUpper(strings.TrimSpace(q.Country)), string(q.Kind), strings.TrimSpace(q.Words), q.fingerprint()}
		if err := tx.QueryRow(ctx, `select count(*) from trust_item i where `+where, args...).Scan(&total); err != nil {
			return err
		}
		page, err = listed(ctx, tx, where+` and ($5 = '' or (i.country, i.subject, i.id) > (select a.country, a.subject, a.id from trust_item a
			where a.id = decode($5, 'hex'))) order by i.country, i.subject, i.id limit $6`, append(args, q.After, q.Limit)...)
		return err
	})
	return page, total, wrapped(err, "find trust material")
}

func listed(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]Listed, error) {
	rows, err := tx.Query(ctx, `select `+planFields+`, coalesce(i.version, 0) from trust_item i where `+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Listed, error) {
		var version int64
		one, err := scanPlanned(row, &version)
		return Listed{one.ID, one.Facts, one.have, version}, err
	})
}

// Entry is one item with everything about it.
type Entry struct {
	Listed
	Details
	Withdrawn int64         `json:"withdrawn,omitempty"` // the version in which it was withdrawn
	Defect    *trust.Defect `json:"defect,omitempty"`
	DER       []byte        `json:"-"`       // nil when it is not kept any more
	History   []Proposal    `json:"history"` // proposals that hold it, newest first
}

// Entry reads one item, published or not. ErrUnknown when there is none.
func (c *Centre) Entry(ctx context.Context, id string) (e Entry, err error) {
	if !IsID(id) {
		return e, ErrUnknown
	}
	err = c.read(ctx, func(tx pgx.Tx) error {
		list, err := listed(ctx, tx, `i.id = decode($1, 'hex')`, id)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return ErrUnknown
		}
		var content []byte
		err = tx.QueryRow(ctx, `select content, coalesce(withdrawn, 0) from trust_item where id = decode($1, 'hex')`, id).
			Scan(&content, &e.Withdrawn)
		if err != nil {
			return err
		}
		if e, err = entryOf(list[0], content, e.Withdrawn); err != nil {
			return err
		}
		e.History, err = historyOf(ctx, tx, id)
		return err
	})
	return e, wrapped(err, "trust material")
}

func entryOf(l Listed, content []byte, withdrawn int64) (Entry, error) {
	e := Entry{Listed: l, Withdrawn: withdrawn, History: []Proposal{}}
	if content == nil {
		return e, nil
	}
	item, err := itemOf(l.ID, l.Kind, content, l.Sources)
	if err != nil {
		return e, err
	}
	d, err := describe(item)
	e.Details, e.Defect, e.DER = d.details, item.Defect, item.DER
	return e, err
}

const maxHistory = 50

func historyOf(ctx context.Context, tx pgx.Tx, id string) ([]Proposal, error) {
	rows, err := tx.Query(ctx, `select `+proposalFields+` from trust_proposal o
		where o.id in (select proposal from trust_proposed where item = decode($1, 'hex'))
		order by proposed_at desc, id desc limit $2`, id, maxHistory)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanProposal)
}

// ByPrefix is the id of the one item whose fingerprint begins so; ErrUnknown when there is none, trust.ambiguous when there are several.
func (c *Centre) ByPrefix(ctx context.Context, prefix string) (string, error) {
	digits := Query{Words: prefix}.fingerprint()
	if digits == "" {
		return "", ErrUnknown
	}
	rows, err := c.DB.Pool.Query(ctx, `select encode(id, 'hex') from trust_item where encode(id, 'hex') like $1 || '%' limit 2`, digits)
	if err != nil {
		return "", wrapped(err, "trust material")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	switch {
	case err != nil:
		return "", wrapped(err, "trust material")
	case len(ids) == 0:
		return "", ErrUnknown
	case len(ids) > 1:
		return "", problem.New(problem.Conflict, "trust.ambiguous")
	}
	return ids[0], nil
}
