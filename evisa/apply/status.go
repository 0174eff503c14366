package apply

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
)

var (
	referenceField = Field{Name: FieldReference, Kind: KindText, Required: true, Most: 20}
	birthField     = Field{Name: FieldBirthDate, Kind: KindDate, Required: true}
)

// Find opens an application to a browser by the form's fields "reference" and "birth_date" (one field, or three). Whatever does not belong
// together is ErrNotFound, slower each time (ErrSlowDown). The token is not one of a draft.
func (s *Service) Find(ctx context.Context, source string, form Form) (token string, p Problems, err error) {
	typed, p := one(form, referenceField)
	reference, err := evisa.ParseReference(digits(typed))
	if len(p) == 0 && err != nil {
		p = Problems{bad("reference").At(FieldReference)}
	}
	born, more := one(form, birthField)
	if p = append(p, more...); len(p) > 0 {
		return "", p, nil
	}
	on := []braked{{kind: "status", value: string(reference), policy: s.Limits.Reference}, s.bySource("status", source)}
	err = s.attempt(ctx, on, func(tx Tx) (known bool, err error) {
		row, known, err := s.belongs(ctx, tx, reference, born)
		if err != nil || !known {
			return false, err
		}
		var digest []byte
		if token, digest, err = s.token(); err != nil {
			return false, err
		}
		until := s.Now().Add(s.Limits.StatusSession)
		if err := tx.InsertSession(ctx, SessionRow{Digest: digest, Application: row.Application, Until: until}); err != nil {
			return false, err
		}
		return true, s.note(ctx, tx, audit.Consultation, ObjectApplication, row.Application, "")
	})
	if err == nil && token == "" {
		err = ErrNotFound
	}
	if err != nil {
		return "", nil, err
	}
	return token, nil, nil
}

// belongs reports whether a reference and a birth date belong together. An unknown reference takes the same work as a wrong date.
func (s *Service) belongs(ctx context.Context, tx Tx, reference evisa.Reference, born string) (StandingRow, bool, error) {
	marks, err := s.marks(ctx, tx)
	if err != nil {
		return StandingRow{}, false, err
	}
	mark, err := marks.Birth(string(reference), born)
	if err != nil {
		return StandingRow{}, false, err
	}
	row, err := tx.StandingOf(ctx, reference)
	unknown := errors.Is(err, ErrNone)
	if err != nil && !unknown {
		return StandingRow{}, false, err
	}
	if unknown {
		row.BirthMark = make([]byte, len(mark))
	}
	return row, subtle.ConstantTimeCompare(mark, row.BirthMark) == 1 && !unknown, nil
}

// Standing is where an application stands, as its applicant may know it.
type Standing struct {
	Application uuid.UUID
	Group       uuid.UUID
	Reference   evisa.Reference
	Type        string
	SentAt      time.Time
	// Told is what the centre told last; before it told anything, State alone is set: Waiting or Received.
	Told evisa.Told
	// Owed is what is still to be paid of the whole group; zero when nothing is.
	Owed evisa.Money
	// Answered says when the request in Told was answered; zero when it was not.
	Answered time.Time
	// Unread says that something that was sent cannot be read at the centre.
	Unread Unread
	// Withdrawing and Appealing say that it was asked for and the centre has not told yet.
	Withdrawing, Appealing bool
	// MayReply, MayWithdraw and MayAppeal say what the state allows now.
	MayReply, MayWithdraw, MayAppeal bool
}

// Unread is what the centre says of something that it cannot read: what was sent is kept, and what is told else may rest on less than was sent.
type Unread string

// What may be said.
const (
	UnreadNothing Unread = ""
	UnreadYet     Unread = "yet"   // it is tried again, and somebody looks
	UnreadEver    Unread = "never" // it is not waited for any more; told until the centre tells of something newer
)

// Standing reads where the application of a token from Find stands; ErrNoDraft when the token is none (any more).
func (s *Service) Standing(ctx context.Context, token string) (st Standing, err error) {
	err = s.Store.InTx(ctx, func(tx Tx) error {
		if st, err = s.follow(ctx, tx, token); err != nil {
			return err
		}
		return s.note(ctx, tx, audit.Consultation, ObjectApplication, st.Application, "")
	})
	return st, err
}

// follow reads where the application of a token stands.
func (s *Service) follow(ctx context.Context, tx Tx, token string) (Standing, error) {
	digest := digestOf(token)
	session, err := tx.Session(ctx, digest, s.Now())
	if errors.Is(err, ErrNone) || err == nil && session.Application == uuid.Nil {
		return Standing{}, ErrNoDraft
	}
	if err != nil {
		return Standing{}, err
	}
	row, err := tx.Standing(ctx, session.Application)
	if errors.Is(err, ErrNone) {
		return Standing{}, ErrNoDraft
	}
	if err != nil {
		return Standing{}, err
	}
	if err := tx.ExtendSession(ctx, digest, s.Now().Add(s.Limits.StatusSession)); err != nil {
		return Standing{}, err
	}
	st, err := s.standing(row)
	if err == nil { // the centre hands it over when it is printed, which is after it told of the decision
		st.Told.Notice, err = tx.HasNotice(ctx, session.Application)
	}
	return st, err
}

func (s *Service) standing(row StandingRow) (Standing, error) {
	st := Standing{Application: row.Application, Group: row.Group, Reference: row.Reference, Type: row.Type, SentAt: row.SentAt, Owed: row.Owed}
	st.Told = evisa.Told{Application: row.Application, Reference: row.Reference, State: evisa.Received, At: row.SentAt}
	if !row.Paid {
		st.Told.State = evisa.Waiting
	}
	if row.Told != nil {
		if err := row.Told.OpenJSON(s.Own, Place(PlaceTold, row.Application), &st.Told); err != nil {
			return Standing{}, fmt.Errorf("application %s: what was told: %w", row.Application, err)
		}
	}
	if row.Unread == UnreadYet || row.Unread == UnreadEver && !row.Told.newer(row.UnreadAt) {
		st.Unread = row.Unread
	}
	state := st.Told.State
	if r := st.Told.Request; r != nil {
		st.Answered = row.Answers[r.ID.String()]
		st.MayReply = st.Answered.IsZero() && (state == evisa.Asked || state == evisa.Interview) && (r.Until.IsZero() || s.Now().Before(r.Until))
	}
	_, st.Withdrawing = row.Answers[answerWithdrawal]
	_, st.Appealing = row.Answers[answerAppeal]
	st.Withdrawing = st.Withdrawing && state != evisa.Withdrawn
	st.MayWithdraw = state != evisa.Waiting && state.May(evisa.Withdrawn) && !st.Withdrawing
	last := st.Told.AppealUntil
	st.MayAppeal = state.May(evisa.Appealed) && row.Answers[answerAppeal].IsZero() &&
		(last.IsZero() || !last.Before(traveldoc.DateOf(s.Now().UTC())))
	st.Appealing = st.Appealing && !row.Told.newer(row.Answers[answerAppeal])
	return st, nil
}

// newer reports whether something was told after an instant.
func (r *SealedRow) newer(than time.Time) bool { return r != nil && r.At.After(than) }

// What was answered, beside requests, which are named by their id.
const (
	answerWithdrawal = "withdrawal"
	answerAppeal     = "appeal"
)

// Notice is the grant notice, a PDF; ErrNoNotice when there is none.
func (s *Service) Notice(ctx context.Context, token string) (pdf []byte, err error) {
	err = s.Store.InTx(ctx, func(tx Tx) error {
		st, err := s.follow(ctx, tx, token)
		if err != nil {
			return err
		}
		row, err := tx.Notice(ctx, st.Application)
		if errors.Is(err, ErrNone) {
			return ErrNoNotice
		}
		if err != nil {
			return err
		}
		if pdf, err = row.Open(s.Own, Place(PlaceNotice, st.Application)); err != nil {
			return err
		}
		return s.note(ctx, tx, audit.Disclosure, ObjectApplication, st.Application, "notice")
	})
	return pdf, err
}

var (
	visaField     = Field{Name: FieldNumber, Kind: KindText, Required: true, Most: 20}
	documentField = Field{Name: FieldDocument, Kind: KindNumber, Required: true, Most: 20}
)

// Verify tells whoever knows a visa's number or an application's reference (field "number") and the travel document's number (field
// "document") whether the visa is valid now. Unknown and wrong are the same answer after the same work. ErrSlowDown.
func (s *Service) Verify(ctx context.Context, source string, form Form) (v evisa.Verified, p Problems, err error) {
	typed, p := one(form, visaField)
	number := verifiable(digits(typed))
	if len(p) == 0 && number == "" {
		p = Problems{bad("visa_number").At(FieldNumber)}
	}
	document, more := one(form, documentField)
	if p = append(p, more...); len(p) > 0 {
		return evisa.Verified{}, p, nil
	}
	on := []braked{{kind: "verify", value: number, policy: s.Limits.Reference}, s.bySource("verify", source)}
	v.At = s.Now().UTC()
	err = s.attempt(ctx, on, func(tx Tx) (bool, error) {
		marks, err := s.marks(ctx, tx)
		if err != nil {
			return false, err
		}
		mark, err := marks.Verify(number, traveldoc.FoldNumber(document))
		if err != nil {
			return false, err
		}
		v.Valid, err = tx.Verify(ctx, mark, v.At)
		return v.Valid, err
	})
	if err != nil {
		return evisa.Verified{}, nil, err
	}
	return v, nil, nil
}

// verifiable is a visa's number or a reference as marks have it; "" when it is neither.
func verifiable(typed string) string {
	if n, err := evisa.ParseNumber(typed); err == nil {
		return string(n)
	}
	if r, err := evisa.ParseReference(typed); err == nil {
		return string(r)
	}
	return ""
}
