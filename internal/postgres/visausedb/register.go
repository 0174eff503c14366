package visausedb

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
)

// NoteRegister is the Changed of the State's own register: its publisher tells the stations.
func NoteRegister(ctx context.Context, tx pgx.Tx, numbers []evisa.Number) error {
	return visadb.Note(ctx, tx, numbers...)
}

// TellOf tells of visas whose uses or cases changed, in the transaction that changed them: the stations through the register's notes, and the
// public portal, where there is one by then (nil: none).
func TellOf(portal func() *visadb.Portal) Changed {
	return func(ctx context.Context, tx pgx.Tx, numbers []evisa.Number) error {
		if err := NoteRegister(ctx, tx, numbers); err != nil {
			return err
		}
		if p := portal(); p != nil {
			return p.UsesChanged(ctx, tx, numbers)
		}
		return nil
	}
}

// RegisterUses tells the register of the uses that the events of the posts made.
type RegisterUses struct{}

var _ visadb.Uses = RegisterUses{}

// Uses are the uses by number.
func (RegisterUses) Uses(ctx context.Context, q visadb.Querier, numbers []evisa.Number) (map[evisa.Number]visadb.Used, error) {
	known, err := UsesOf(ctx, q, numbers)
	out := make(map[evisa.Number]visadb.Used, len(known))
	for n, u := range known {
		out[n] = visadb.Used{Uses: u.Uses, Case: u.Case}
	}
	return out, err
}

// workerActor is the part that opens cases, in the events of visas.
func workerActor() audit.Actor { return audit.Actor{ID: "visauses", Name: "visauses", Role: "system"} }

// CaseNoter is the WorkConfig.Opened of the State's own register: what was opened becomes an event of its visa. A visa of an outside platform,
// or of a holder who was erased, has none: its case stands all the same.
func CaseNoter(register *visadb.Register) func(ctx context.Context, tx pgx.Tx, c Found) error {
	return func(ctx context.Context, tx pgx.Tx, c Found) error {
		err := register.NoteCase(ctx, tx, c.Number, workerActor(), "")
		if errors.Is(err, visadb.ErrUnknown) || errors.Is(err, visadb.ErrErased) {
			return nil
		}
		return err
	}
}
