package visadb

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
)

// Act is who does something to a visa, and why.
type Act struct {
	Actor audit.Actor
	// Reason is one of evisa.Reasons; Words is what the officer writes beside it.
	Reason string
	Words  string
	// Version is that of the visa which he saw.
	Version int
}

// What an act is refused with, beside the errors of package issue.
var (
	// ErrChanged: somebody else changed the visa in the meantime.
	ErrChanged = problem.New(problem.Conflict, "visaregister.changed")
	// ErrNotAllowed: the person's role may not do this.
	ErrNotAllowed = problem.New(problem.Forbidden, "visaregister.not_allowed")
	// ErrErased: the holder was erased; nothing can be issued to him.
	ErrErased = problem.New(problem.Conflict, "visaregister.erased")
)

// Revoke takes a visa out of force from now on.
func (r *Register) Revoke(ctx context.Context, number evisa.Number, act Act) (evisa.Visa, error) {
	return r.end(ctx, number, act, evisa.VisaRevoked)
}

// Annul takes a visa, also one that was revoked, out of force as if it had never been.
func (r *Register) Annul(ctx context.Context, number evisa.Number, act Act) (evisa.Visa, error) {
	return r.end(ctx, number, act, evisa.VisaAnnulled)
}

func (r *Register) end(ctx context.Context, number evisa.Number, act Act, kind evisa.VisaEventKind) (evisa.Visa, error) {
	if err := issue.CheckReason(act.Reason, act.Words); err != nil {
		return evisa.Visa{}, err
	}
	return r.act(ctx, number, act, func(_ context.Context, _ pgx.Tx, v record, e *issue.Event) error {
		if v.Standing != evisa.InForce && (kind != evisa.VisaAnnulled || v.Standing != evisa.Revoked) {
			return issue.ErrNotInForce
		}
		e.Kind = kind
		return nil
	})
}

// Extend gives a visa more: see issue.CheckExtension.
func (r *Register) Extend(ctx context.Context, number evisa.Number, terms evisa.Terms, act Act) (evisa.Visa, error) {
	if len(act.Words) > issue.MaxWords {
		return evisa.Visa{}, issue.CheckReason("other", act.Words)
	}
	return r.act(ctx, number, act, func(_ context.Context, _ pgx.Tx, v record, e *issue.Event) error {
		t, known := r.o.Policy.Type(v.Type)
		if !known {
			return problem.New(problem.Conflict, "visaregister.type").At("type")
		}
		if err := issue.CheckExtension(t, v.Visa, terms); err != nil {
			return err
		}
		e.Kind, e.Terms = evisa.VisaExtended, &terms
		return nil
	})
}

// Reissue issues a visa anew on another passport of its holder: a new number with the same terms, the entries used stay used, and the old
// one is replaced. It gives the new visa.
func (r *Register) Reissue(ctx context.Context, number evisa.Number, document traveldoc.Document, act Act) (evisa.Visa, error) {
	if err := issue.CheckDocument(document, r.o.Now()); err != nil {
		return evisa.Visa{}, err
	}
	if len(act.Words) > issue.MaxWords {
		return evisa.Visa{}, issue.CheckReason("other", act.Words)
	}
	var anew evisa.Visa
	var before []evisa.Number
	_, err := r.acts(ctx, number, act, func(ctx context.Context, tx pgx.Tx, v record, e *issue.Event) error {
		switch {
		case v.Standing != evisa.InForce:
			return issue.ErrNotInForce
		case v.Identity == (traveldoc.Identity{}):
			return ErrErased
		case issue.SameDocument(v.Document, document):
			return issue.ErrSameDocument
		}
		first := *e
		first.Version, first.Kind, first.Issued = 1, evisa.VisaIssued, &issue.Issued{
			Application: v.Application, Reference: v.Reference, Type: v.Type, Purpose: v.Purpose, Kind: v.Kind, Terms: v.Terms, Authority: v.Authority,
			Replaces: v.Number,
			Holder:   issue.Holder{Identity: v.Identity, Document: document, Earlier: append(slices.Clone(v.Earlier), v.Document)},
		}
		var err error
		before = append(slices.Clone(v.before), v.Number)
		if anew, err = r.first(ctx, tx, first, v.language, before); err != nil {
			return err
		}
		entry := act.Actor.Entry(r.o.Now(), audit.Collection, "visa", anew.Application.String())
		entry.Decision, entry.Purpose = string(evisa.VisaIssued), "visa"
		e.Kind, e.ReplacedBy = evisa.VisaReissued, anew.Number
		return auditlog.Insert(ctx, tx, entry)
	}, func(ctx context.Context, tx pgx.Tx) error { return r.told(ctx, tx, anew, before) })
	return anew, err
}

// NoteCase keeps, in the caller's transaction, that posts used a visa without knowing of each other. The caller audits.
func (r *Register) NoteCase(ctx context.Context, tx pgx.Tx, number evisa.Number, actor audit.Actor, words string) error {
	s, key, err := r.locked(ctx, tx, number)
	if err != nil {
		return wrapped(err, "case of a visa")
	}
	e := r.event(&s.record, Act{Actor: actor, Words: words})
	e.Kind = evisa.VisaCase
	_, err = r.change(ctx, tx, s.record, key, e)
	return wrapped(err, "case of a visa")
}

// decide fills in what an act makes of a visa.
type decide func(ctx context.Context, tx pgx.Tx, v record, e *issue.Event) error

// act changes a visa: its row is held, the version is the one that was seen, and event, row, marks, notes and audit entry are one
// transaction.
func (r *Register) act(ctx context.Context, number evisa.Number, act Act, fill decide) (evisa.Visa, error) {
	return r.acts(ctx, number, act, fill, func(context.Context, pgx.Tx) error { return nil })
}

// acts is act with something that follows in the same transaction.
func (r *Register) acts(
	ctx context.Context, number evisa.Number, act Act, fill decide, after func(context.Context, pgx.Tx) error,
) (v evisa.Visa, err error) {
	if act.Actor.ID == "" || !auth.Allowed(auth.Role(act.Actor.Role), auth.VisasManage) {
		return v, ErrNotAllowed
	}
	err = r.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		s, key, err := r.locked(ctx, tx, number)
		if err != nil {
			return err
		}
		if s.Version != act.Version {
			return ErrChanged
		}
		e := r.event(&s.record, act)
		if err := fill(ctx, tx, s.record, &e); err != nil {
			return err
		}
		if v, err = r.change(ctx, tx, s.record, key, e); err != nil {
			return err
		}
		if err := after(ctx, tx); err != nil {
			return err
		}
		entry := act.Actor.Entry(r.o.Now(), audit.Alteration, "visa", v.Application.String())
		entry.Decision, entry.Purpose = string(e.Kind), "visa"
		return auditlog.Insert(ctx, tx, entry)
	})
	return v, wrapped(err, "change a visa")
}

func (r *Register) event(v *record, act Act) issue.Event {
	return issue.Event{
		Number: v.Number, Version: v.Version + 1, At: r.clock(), Actor: act.Actor.Name, Role: act.Actor.Role, Reason: act.Reason, Words: act.Words,
	}
}

// locked holds a visa until the transaction ends.
func (r *Register) locked(ctx context.Context, tx pgx.Tx, number evisa.Number) (stored, *vault.DataKey, error) {
	rows, err := tx.Query(ctx, selectVisa+`WHERE v.number = $1 FOR UPDATE OF v`, number)
	if err != nil {
		return stored{}, nil, err
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanVisa)
	if noRows(err) {
		return s, nil, ErrUnknown
	}
	if err != nil {
		return s, nil, err
	}
	key, err := s.open(r.o.Wrapping)
	if err == nil && key == nil {
		err = ErrErased
	}
	return s, key, err
}

// change writes what an event makes of a visa.
func (r *Register) change(ctx context.Context, tx pgx.Tx, v record, key *vault.DataKey, e issue.Event) (evisa.Visa, error) {
	next, err := issue.Apply(v.Visa, e)
	if err != nil {
		return evisa.Visa{}, err
	}
	v.Visa = next
	b := &pgx.Batch{}
	if err := r.write(b, key, v, e); err != nil {
		return evisa.Visa{}, err
	}
	if e.Kind == evisa.VisaExtended {
		b.Queue(`INSERT INTO visa_notice_work (number, version, next_at) VALUES ($1, $2, $3)`, v.Number, next.Version, r.clock())
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return evisa.Visa{}, err
	}
	if e.Kind == evisa.VisaCase {
		return next, nil // nothing of it is the holder's business
	}
	return next, r.told(ctx, tx, next, v.before)
}
