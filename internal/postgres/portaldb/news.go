package portaldb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/traveldoc"
)

// StandingOf finds an application by its reference, with what the centre told of it last.
func (t *portalTx) StandingOf(ctx context.Context, r evisa.Reference) (apply.StandingRow, error) {
	return t.standing(ctx, "reference = $1", string(r))
}

// Standing finds an application, with what the centre told of it last.
func (t *portalTx) Standing(ctx context.Context, application uuid.UUID) (apply.StandingRow, error) {
	return t.standing(ctx, "s.application_id = $1", application)
}

func (t *portalTx) standing(ctx context.Context, which string, key any) (s apply.StandingRow, err error) {
	var paid, at *time.Time
	var told apply.SealedRow
	var toldKey *uuid.UUID
	var unread *time.Time
	var final *bool
	err = t.QueryRow(ctx, `
		SELECT s.application_id, s.group_id, s.reference, s.birth_mark, s.type, s.fee_minor, s.fee_currency, s.sent_at, s.paid_at,
		       coalesce((SELECT sum(o.fee_minor) FROM portal.standing o WHERE o.group_id = s.group_id AND o.paid_at IS NULL), 0)::bigint,
		       t.key_id, t.envelope, t.sealed, t.at, u.at, u.final
		  FROM portal.standing s LEFT JOIN portal.told t ON t.application_id = s.application_id
		  LEFT JOIN portal.unread u ON u.application_id = s.application_id WHERE `+which, key).
		Scan(&s.Application, &s.Group, &s.Reference, &s.BirthMark, &s.Type, &s.Fee.Minor, &s.Fee.Currency, &s.SentAt, &paid, &s.Owed.Minor,
			&toldKey, &told.Envelope, &told.Sealed, &at, &unread, &final)
	if err != nil {
		return s, none("standing", err)
	}
	s.Paid, s.Owed.Currency = paid != nil, s.Fee.Currency
	if toldKey != nil {
		told.Key, told.At = *toldKey, *at
		s.Told = &told
	}
	if unread != nil {
		s.Unread, s.UnreadAt = apply.UnreadYet, *unread
		if *final {
			s.Unread = apply.UnreadEver
		}
	}
	s.Answers, err = t.answers(ctx, s.Application)
	return s, err
}

func (t *portalTx) answers(ctx context.Context, application uuid.UUID) (map[string]time.Time, error) {
	rows, err := t.Query(ctx, `SELECT what, at FROM portal.answer WHERE application_id = $1`, application)
	if err != nil {
		return nil, fmt.Errorf("answers: %w", err)
	}
	answers := map[string]time.Time{}
	var what string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&what, &at}, func() error {
		answers[what] = at
		return nil
	})
	return answers, err
}

// Answered notes what was answered, once.
func (t *portalTx) Answered(ctx context.Context, application uuid.UUID, what string, at time.Time) error {
	n, err := t.affect(ctx, "answer", `INSERT INTO portal.answer (application_id, what, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, application, what, at)
	if err == nil && n == 0 {
		return apply.ErrTaken
	}
	return err
}

// Notice is the grant notice of an application, sealed.
func (t *portalTx) Notice(ctx context.Context, application uuid.UUID) (r apply.SealedRow, err error) {
	err = t.QueryRow(ctx, `SELECT key_id, envelope, sealed, at FROM portal.notice WHERE application_id = $1`, application).
		Scan(&r.Key, &r.Envelope, &r.Sealed, &r.At)
	return r, none("notice", err)
}

// HasNotice reports whether there is a grant notice.
func (t *portalTx) HasNotice(ctx context.Context, application uuid.UUID) (has bool, err error) {
	if err = t.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal.notice WHERE application_id = $1)`, application).Scan(&has); err != nil {
		return false, fmt.Errorf("notice: %w", err)
	}
	return has, nil
}

// Verify tells whether a mark stands for a visa that is valid on the day.
func (t *portalTx) Verify(ctx context.Context, mark []byte, at time.Time) (valid bool, err error) {
	day := traveldoc.DateOf(at).First()
	err = t.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal.verify WHERE mark = $1 AND from_day <= $2 AND $2 <= until_day)`, mark, day).Scan(&valid)
	return valid, none("verification", err)
}

// Rules are the rules of entry that the centre told of.
func (t *portalTx) Rules(ctx context.Context) (text []byte, err error) {
	err = t.QueryRow(ctx, `SELECT body FROM portal.rules`).Scan(&text)
	return text, none("rules of entry", err)
}
