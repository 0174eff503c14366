package filedb

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

// Attachments keeps evidence, encrypted with a key that stands outside the database (AES-256-GCM, NIST SP 800-38D). What is kept is
// bound to its record and its subject: bytes that were moved to another row do not open.
type Attachments struct {
	db     *postgres.DB
	seal   cipher.AEAD
	random io.Reader
}

// NewAttachments makes the store. The key has 32 bytes.
func NewAttachments(db *postgres.DB, key []byte, random io.Reader) (*Attachments, error) {
	if len(key) != 32 {
		return nil, fmt.Errorf("key of the attachments: expected 32 bytes, got %d", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("key of the attachments: %w", err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("key of the attachments: %w", err)
	}
	return &Attachments{db: db, seal: seal, random: random}, nil
}

// Put keeps an upload and writes its EvidenceAttached record, audit entry and event in the caller's transaction. The record brings
// everything but kind and body: id, subject (the record or case that the evidence supports), file, author, place and times. Wake
// the relay after the commit. A problem of the upload names its field.
func (a *Attachments) Put(ctx context.Context, tx pgx.Tx, r border.Record, upload file.Upload, entry audit.Entry) (border.Record, error) {
	evidence, err := upload.Evidence()
	if err != nil {
		return r, err
	}
	if r.Subject == uuid.Nil {
		return r, errors.New("attachment: subject: expected what it supports")
	}
	r.Kind = border.EvidenceAttached
	if r.Body, err = json.Marshal(evidence); err != nil {
		return r, fmt.Errorf("attachment %s: %w", r.ID, err)
	}
	nonce := make([]byte, a.seal.NonceSize())
	if _, err := io.ReadFull(a.random, nonce); err != nil {
		return r, fmt.Errorf("attachment %s: nonce: %w", r.ID, err)
	}
	sealed := a.seal.Seal(nil, nonce, upload.Content, bound(r.ID, r.Subject))
	if err := recorddb.Append(ctx, tx, r, entry); err != nil {
		return r, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO attachment (id, subject, stored_at, nonce, sealed) VALUES ($1, $2, $3, $4, $5)`,
		r.ID, r.Subject, r.RecordedAt, nonce, sealed)
	if err != nil {
		return r, fmt.Errorf("attachment %s: %w", r.ID, err)
	}
	return r, nil
}

// bound is what the bytes belong to.
func bound(id, subject uuid.UUID) []byte { return append(id[:], subject[:]...) }

// Open gives an attachment of the subject with its bytes; the read is audited in the same transaction. The caller must have made
// sure that the person may see the subject. file.ErrNoEvidence when there is none here.
func (a *Attachments) Open(ctx context.Context, subject, id uuid.UUID, entry audit.Entry) (e file.Evidence, content []byte, err error) {
	err = a.db.InTx(ctx, func(tx pgx.Tx) error {
		var body, nonce, sealed []byte
		err := tx.QueryRow(ctx, `SELECT r.body, a.nonce, a.sealed FROM attachment a JOIN record r ON r.id = a.id
			WHERE a.id = $1 AND a.subject = $2`, id, subject).Scan(&body, &nonce, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return file.ErrNoEvidence
		}
		if err != nil {
			return err
		}
		if err := json.Unmarshal(body, &e); err != nil {
			return err
		}
		if content, err = a.seal.Open(nil, nonce, sealed, bound(id, subject)); err != nil {
			return fmt.Errorf("cannot be decrypted: %w", err)
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != e.SHA256 {
			return errors.New("is not what its record says")
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return file.Evidence{}, nil, fmt.Errorf("attachment %s: %w", id, err)
	}
	return e, content, nil
}

// Querier is a pool or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Of lists what supports the subjects, oldest first. The caller audits the read.
func (a *Attachments) Of(ctx context.Context, q Querier, subjects ...uuid.UUID) ([]file.Attached, error) {
	rows, err := q.Query(ctx, `SELECT r.id, r.subject, r.recorded_at, r.officer, r.body, a.id IS NOT NULL
		FROM record r LEFT JOIN attachment a ON a.id = r.id
		WHERE r.subject = ANY ($1) AND r.kind = $2 ORDER BY r.recorded_at, r.id`, subjects, border.EvidenceAttached)
	if err != nil {
		return nil, fmt.Errorf("attachments: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (at file.Attached, err error) {
		var body []byte
		if err := row.Scan(&at.ID, &at.Subject, &at.At, &at.Officer, &body, &at.Here); err != nil {
			return at, err
		}
		return at, json.Unmarshal(body, &at.Evidence)
	})
}
