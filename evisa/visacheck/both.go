package visacheck

import (
	"cmp"
	"context"
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
)

// Both asks the State's own register and, beside it, an outside platform. It implements evisa.Registry.
type Both struct {
	Own, Outside evisa.Registry
	// Required: while the platform gives no answer, nobody can be told to have no visa. Else its outage is noted.
	Required bool
	// Uses are the entries on the platform's visas that are known here, by number; nil: none are kept.
	Uses func(ctx context.Context, numbers []evisa.Number) (map[evisa.Number][]evisa.Use, error)
}

var _ evisa.Registry = Both{}

// Find asks both at once. An outage of the platform is told in the answer, for what the own register has is an answer all the same.
func (b Both) Find(ctx context.Context, q evisa.Query) (evisa.Found, error) {
	type reply struct {
		found evisa.Found
		err   error
	}
	asked := make(chan reply, 1)
	go func() {
		found, err := b.Outside.Find(ctx, q)
		if err == nil {
			err = b.counted(ctx, found.Rows)
		}
		asked <- reply{found, err}
	}()
	own, err := b.Own.Find(ctx, q)
	if err != nil {
		return own, err // the answer of the platform is waited for by nobody, and its deadline is its own
	}
	outside := <-asked
	switch {
	case outside.err == nil:
	case b.Required:
		own.Outage = evisa.ReasonOf(outside.err)
		return own, nil
	default:
		own.Noted = evisa.ReasonOf(outside.err)
		return own, nil
	}
	return joined(own, outside.found), nil
}

// counted adds the entries that are known here to the platform's.
func (b Both) counted(ctx context.Context, rows []evisa.Row) error {
	if b.Uses == nil || len(rows) == 0 {
		return nil
	}
	numbers := make([]evisa.Number, len(rows))
	for n, r := range rows {
		numbers[n] = r.Number
	}
	known, err := b.Uses(ctx, numbers)
	if err != nil {
		return err
	}
	for n := range rows {
		rows[n].Uses = Merged(rows[n].Uses, known[rows[n].Number])
	}
	return nil
}

// Merged are the entries of two accounts of one visa, each once, in order of time. What one of them knows to count for nothing counts for
// nothing.
func Merged(a, b []evisa.Use) []evisa.Use {
	all := slices.Clone(a)
	for _, u := range b {
		n := slices.IndexFunc(all, func(known evisa.Use) bool { return known.Crossing == u.Crossing })
		if n < 0 {
			all = append(all, u)
			continue
		}
		all[n].Void = all[n].Void || u.Void
	}
	slices.SortFunc(all, func(a, b evisa.Use) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Crossing.String(), b.Crossing.String()))
	})
	return all
}

// joined is what both have: a visa that both know is the own register's. The source is that of the own register; it is as old as the older.
func joined(own, outside evisa.Found) evisa.Found {
	for _, r := range outside.Rows {
		if !slices.ContainsFunc(own.Rows, func(o evisa.Row) bool { return o.Number == r.Number }) {
			own.Rows = append(own.Rows, r)
		}
	}
	own.Unreadable += outside.Unreadable
	own.Source = border.Source{
		Name: own.Source.Name, Version: own.Source.Version + " · " + cmp.Or(outside.Source.Version, outside.Source.Name), AsOf: own.Source.AsOf,
	}
	if at := outside.Source.AsOf; !at.IsZero() && (own.Source.AsOf.IsZero() || at.Before(own.Source.AsOf)) {
		own.Source.AsOf = at
	}
	return own
}
