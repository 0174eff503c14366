package portaldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/mail"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/vault"
)

// MailChannel is notified when there is a letter to send.
const MailChannel = "bmis_portal_mail"

func insertMail(ctx context.Context, db postgres.Execer, m apply.MailRow, at time.Time) error {
	_, err := db.Exec(ctx, `INSERT INTO portal.mail (id, key_id, envelope, sealed, at, next_at) VALUES ($1, $2, $3, $4, $5, $5)`,
		m.ID, m.Key, m.Envelope, m.Sealed, at)
	if err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	if _, err := db.Exec(ctx, `SELECT pg_notify($1, '')`, MailChannel); err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	return nil
}

// Outbox is the portal's letters as mail.Worker sends them.
type Outbox struct {
	DB  *postgres.DB
	Own *vault.PrivateKey
	Now func() time.Time
	// Write writes a letter's words.
	Write func(apply.Letter) (subject, text string)
}

var _ mail.Outbox = Outbox{}

// lease is how long a letter that was given out is not given to another.
const lease = 5 * time.Minute

// Next gives the letter that has waited longest and may go now.
func (o Outbox) Next(ctx context.Context) (w mail.Waiting, found bool, err error) {
	var row apply.SealedRow
	now := o.Now()
	err = o.DB.Pool.QueryRow(ctx, `
		UPDATE portal.mail SET tries = tries + 1, next_at = $2
		 WHERE id = (SELECT id FROM portal.mail WHERE done_at IS NULL AND next_at <= $1 ORDER BY next_at, seq LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id, key_id, envelope, sealed, at, tries`, now, now.Add(lease)).
		Scan(&w.ID, &row.Key, &row.Envelope, &row.Sealed, &w.At, &w.Tries)
	if postgres.IsNoRows(err) {
		return w, false, nil
	}
	if err != nil {
		return w, false, fmt.Errorf("letters that wait: %w", err)
	}
	var letter apply.Letter
	if err := row.OpenJSON(o.Own, apply.Place(apply.PlaceMail, w.ID), &letter); err != nil {
		return w, false, fmt.Errorf("letter %s: %w", w.ID, err)
	}
	w.To, w.Language = letter.To, letter.Language
	w.Subject, w.Text = o.Write(letter)
	return w, true, nil
}

// Done empties a letter that went, or that never will.
func (o Outbox) Done(ctx context.Context, id uuid.UUID, refused bool) error {
	outcome := "sent"
	if refused {
		outcome = "refused"
	}
	_, err := o.DB.Pool.Exec(ctx, `UPDATE portal.mail SET done_at = $2, outcome = $3, sealed = NULL, envelope = NULL WHERE id = $1 AND done_at IS NULL`,
		id, o.Now(), outcome)
	if err != nil {
		return fmt.Errorf("letter %s: %w", id, err)
	}
	return nil
}

// Later puts a letter off.
func (o Outbox) Later(ctx context.Context, id uuid.UUID, until time.Time) error {
	if _, err := o.DB.Pool.Exec(ctx, `UPDATE portal.mail SET next_at = $2 WHERE id = $1 AND done_at IS NULL`, id, until); err != nil {
		return fmt.Errorf("letter %s: %w", id, err)
	}
	return nil
}

// Wait returns when the database says that there is a letter, or after at most the time.
func (o Outbox) Wait(ctx context.Context, most time.Duration) error {
	conn, err := o.DB.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "LISTEN "+MailChannel); err != nil {
		return err
	}
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), "UNLISTEN "+MailChannel) }() // a broken connection is thrown away
	within, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	if _, err := conn.Conn().WaitForNotification(within); err != nil && !errors.Is(within.Err(), context.DeadlineExceeded) {
		return err
	}
	return nil
}
