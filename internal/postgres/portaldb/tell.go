package portaldb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/traveldoc"
)

// Addressee is to whom the portal writes that there is news; no address, no letter.
type Addressee struct {
	Email    string
	Language string
}

// Tell puts what an applicant may know of an application where the portal finds it, in the transaction of whatever it tells of. An older
// version never takes the place of a newer one, and the same version told again writes no second letter. ErrNoPortal: there is nobody to
// tell, which is no reason to fail.
func (c *Centre) Tell(ctx context.Context, tx pgx.Tx, told evisa.Told, to Addressee) error {
	seal, err := c.sealer(ctx, tx)
	if err != nil {
		return err
	}
	row, err := seal.SealJSON(apply.Place(apply.PlaceTold, told.Application), told)
	if err != nil {
		return fmt.Errorf("tell applicant: %w", err)
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO portal.told (application_id, version, key_id, envelope, sealed, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (application_id) DO UPDATE
		   SET version = excluded.version, key_id = excluded.key_id, envelope = excluded.envelope, sealed = excluded.sealed, at = excluded.at
		 WHERE portal.told.version < excluded.version`,
		told.Application, told.Version, row.Key, row.Envelope, row.Sealed, c.Now())
	if err != nil {
		return fmt.Errorf("tell applicant: %w", err)
	}
	if tag.RowsAffected() == 0 || to.Email == "" {
		return nil
	}
	letter := apply.Letter{To: to.Email, Language: to.Language, Kind: apply.LetterNews, Reference: told.Reference}
	return c.mail(ctx, tx, seal, letter)
}

func (c *Centre) mail(ctx context.Context, tx pgx.Tx, seal apply.Sealer, letter apply.Letter) error {
	id := c.NewID()
	row, err := seal.SealJSON(apply.Place(apply.PlaceMail, id), letter)
	if err != nil {
		return fmt.Errorf("letter to applicant: %w", err)
	}
	return insertMail(ctx, tx, apply.MailRow{ID: id, SealedRow: row}, c.Now())
}

// PutNotice puts the grant notice (PDF) of an application where the portal finds it, in place of the one before.
func (c *Centre) PutNotice(ctx context.Context, tx pgx.Tx, application uuid.UUID, pdf []byte) error {
	seal, err := c.sealer(ctx, tx)
	if err != nil {
		return err
	}
	row, err := seal.Seal(apply.Place(apply.PlaceNotice, application), pdf)
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO portal.notice (application_id, key_id, envelope, sealed, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (application_id) DO UPDATE SET key_id = excluded.key_id, envelope = excluded.envelope, sealed = excluded.sealed, at = excluded.at`,
		application, row.Key, row.Envelope, row.Sealed, c.Now())
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	return nil
}

// DropNotice takes a grant notice away: its visa is in force no more.
func (c *Centre) DropNotice(ctx context.Context, tx pgx.Tx, application uuid.UUID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM portal.notice WHERE application_id = $1`, application); err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	return nil
}

// Verifiable is a visa as carriers and employers ask for it.
type Verifiable struct {
	Visa      evisa.Number
	Reference evisa.Reference // of its application; empty for none
	Document  string          // number of the travel document, as printed
	From      traveldoc.Date
	Until     traveldoc.Date
}

// PutVerify makes a visa verifiable by its number, and by its application's reference, each with the document's number.
func (c *Centre) PutVerify(ctx context.Context, tx pgx.Tx, v Verifiable) error {
	marks, err := c.verifyMarks(ctx, tx, v)
	if err != nil {
		return err
	}
	for _, mark := range marks {
		_, err := tx.Exec(ctx, `INSERT INTO portal.verify (mark, from_day, until_day) VALUES ($1, $2, $3)
			ON CONFLICT (mark) DO UPDATE SET from_day = excluded.from_day, until_day = excluded.until_day`,
			mark, v.From.First(), v.Until.Last())
		if err != nil {
			return fmt.Errorf("verification: %w", err)
		}
	}
	return nil
}

// DropVerify makes a visa verifiable no more: it was revoked, annulled or replaced. Dates are not looked at.
func (c *Centre) DropVerify(ctx context.Context, tx pgx.Tx, v Verifiable) error {
	marks, err := c.verifyMarks(ctx, tx, v)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM portal.verify WHERE mark = ANY ($1)`, marks); err != nil {
		return fmt.Errorf("verification: %w", err)
	}
	return nil
}

// ForgetVerify takes away the marks of visas whose last day was before the given one: they confirm nothing any more.
func (c *Centre) ForgetVerify(ctx context.Context, tx pgx.Tx, before traveldoc.Date) error {
	if _, err := tx.Exec(ctx, `DELETE FROM portal.verify WHERE until_day < $1`, before.First()); err != nil {
		return fmt.Errorf("verification: %w", err)
	}
	return nil
}

func (c *Centre) verifyMarks(ctx context.Context, tx pgx.Tx, v Verifiable) ([][]byte, error) {
	own, err := c.marks(ctx, tx)
	if err != nil {
		return nil, err
	}
	document := traveldoc.FoldNumber(v.Document)
	if document == "" || v.Visa == "" {
		return nil, errors.New("verification: expected the numbers of a visa and of a document")
	}
	var marks [][]byte
	for _, number := range []string{string(v.Visa), string(v.Reference)} {
		if number == "" {
			continue
		}
		mark, err := own.Verify(number, document)
		if err != nil {
			return nil, err
		}
		marks = append(marks, mark)
	}
	return marks, nil
}

// TellRules is PutRules in a transaction of its own.
func (c *Centre) TellRules(ctx context.Context, book evisa.RuleBook) error {
	return c.DB.InTx(ctx, func(tx pgx.Tx) error { return c.PutRules(ctx, tx, book) })
}

// PutRules tells the portal the rules of entry that are in force, in place of those before.
func (c *Centre) PutRules(ctx context.Context, tx pgx.Tx, book evisa.RuleBook) error {
	body, err := json.Marshal(book)
	if err != nil {
		return fmt.Errorf("rules of entry for the portal: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO portal.rules (version, body, at) VALUES ($1, $2, $3)
		ON CONFLICT (only_row) DO UPDATE SET version = excluded.version, body = excluded.body, at = excluded.at`, book.Version, body, c.Now())
	if err != nil {
		return fmt.Errorf("rules of entry for the portal: %w", err)
	}
	return nil
}

// RulesVersion is the version of the rules of entry that the portal was told last; "" is none.
func (c *Centre) RulesVersion(ctx context.Context) (version string, err error) {
	err = c.DB.Pool.QueryRow(ctx, `SELECT version FROM portal.rules`).Scan(&version)
	if err != nil && !postgres.IsNoRows(err) {
		return "", fmt.Errorf("rules of entry of the portal: %w", err)
	}
	return version, nil
}

// Forget takes away everything that the portal shows of an application: its time is over.
func (c *Centre) Forget(ctx context.Context, tx pgx.Tx, application uuid.UUID) error {
	for _, table := range []string{"told", "notice", "unread", "standing"} {
		if _, err := tx.Exec(ctx, `DELETE FROM portal.`+table+` WHERE application_id = $1`, application); err != nil {
			return fmt.Errorf("forget application: %w", err)
		}
	}
	return nil
}
