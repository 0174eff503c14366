package apply

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/vault"
)

func itoa(n int) string { return strconv.Itoa(n) }

// tokenBytes is the randomness of a token: nobody guesses one.
const tokenBytes = 32

// token draws a token and its digest, which is all that is kept of it.
func (s *Service) token() (token string, digest []byte, err error) {
	drawn := make([]byte, tokenBytes)
	if _, err := io.ReadFull(s.Random, drawn); err != nil {
		return "", nil, fmt.Errorf("token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(drawn)
	return token, digestOf(token), nil
}

func digestOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// body is a draft as it is sealed.
type body struct {
	Group   Answers   `json:"group"`
	Members []Member  `json:"members"`
	Current uuid.UUID `json:"current"`
}

// openDraft opens a draft's row. Of one that was sent there is nothing to open.
func (s *Service) openDraft(row DraftRow) (Draft, *vault.DataKey, error) {
	d := Draft{ID: row.ID, Version: row.Version, Language: row.Language, StartedAt: row.StartedAt, ExpiresAt: row.ExpiresAt, Sent: row.Sent}
	if row.Sent != nil {
		return d, nil, nil
	}
	key, err := s.Keys.Unwrap(row.ID, row.Generation, row.Wrapped)
	if err != nil {
		return Draft{}, nil, fmt.Errorf("draft %s: %w", row.ID, err)
	}
	plain, err := key.Open(Place(PlaceDraft, row.ID), row.Sealed)
	if err != nil {
		return Draft{}, nil, err
	}
	var b body
	if err := json.Unmarshal(plain, &b); err != nil || len(b.Members) == 0 {
		return Draft{}, nil, fmt.Errorf("draft %s: cannot be read: %w", row.ID, err)
	}
	d.Group, d.Members, d.Current = b.Group, b.Members, b.Current
	return d, key, nil
}

// seal writes a draft back into its row.
func (s *Service) seal(d Draft, key *vault.DataKey, row *DraftRow) error {
	plain, err := json.Marshal(body{d.Group, d.Members, d.Current})
	if err != nil {
		return fmt.Errorf("draft %s: %w", d.ID, err)
	}
	row.Generation, row.Wrapped, err = s.Keys.Wrap(key)
	if err != nil {
		return err
	}
	row.Sealed, err = key.Seal(Place(PlaceDraft, d.ID), plain)
	row.Language, row.ExpiresAt = d.Language, d.ExpiresAt
	return err
}

// held is the draft of a request, with what belongs to it, in a transaction that nobody else works on it in.
type held struct {
	Draft
	tx  Tx
	key *vault.DataKey
	row DraftRow
}

// hold finds the draft of a token.
func (s *Service) hold(ctx context.Context, tx Tx, token string) (*held, error) {
	digest := digestOf(token)
	session, err := tx.Session(ctx, digest, s.Now())
	if errors.Is(err, ErrNone) || err == nil && session.Draft == uuid.Nil {
		return nil, ErrNoDraft
	}
	if err != nil {
		return nil, err
	}
	row, err := tx.Draft(ctx, session.Draft)
	if errors.Is(err, ErrNone) {
		return nil, ErrNoDraft
	}
	if err != nil {
		return nil, err
	}
	d, key, err := s.openDraft(row)
	if err != nil {
		return nil, err
	}
	if until := s.Now().Add(s.Limits.Session); until.Sub(session.Until) > s.Limits.Session/8 {
		if err := tx.ExtendSession(ctx, digest, until); err != nil {
			return nil, err
		}
	}
	return &held{Draft: d, tx: tx, key: key, row: row}, nil
}

// change holds the draft of a token that is not sent, lets fn change it, and keeps it: both or neither.
func (s *Service) change(ctx context.Context, token string, fn func(*held) error) (d Draft, err error) {
	err = s.Store.InTx(ctx, func(tx Tx) error {
		h, err := s.hold(ctx, tx, token)
		if err != nil {
			return err
		}
		if h.Sent != nil {
			return ErrSent
		}
		if err := fn(h); err != nil {
			return err
		}
		h.Version++
		h.ExpiresAt = s.Now().AddDate(0, 0, s.Policy.DraftDays)
		if err := s.seal(h.Draft, h.key, &h.row); err != nil {
			return err
		}
		h.row.Version = h.Version
		d = h.Draft
		return errors.Join(tx.UpdateDraft(ctx, h.row), s.note(ctx, tx, audit.Alteration, ObjectDraft, h.ID, ""))
	})
	if err != nil {
		return Draft{}, err
	}
	return d, nil
}

// Kinds of objects in acts.
const (
	ObjectDraft       = "visa_draft"
	ObjectApplication = "visa_application"
)

func (s *Service) note(ctx context.Context, tx Tx, verb audit.Verb, kind string, object uuid.UUID, result string) error {
	return tx.Note(ctx, Act{ID: s.NewID(), At: s.Now(), Verb: verb, Kind: kind, Object: object, Result: result})
}

// edit changes a member in place.
func (h *held) edit(id uuid.UUID, fn func(*Member) error) error {
	for i := range h.Members {
		if h.Members[i].ID == id {
			return fn(&h.Members[i])
		}
	}
	return ErrNoMember
}
