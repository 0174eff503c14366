package carrierdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/problem"
)

// Wish is how a new credential is to be.
type Wish struct {
	Label string
	Valid time.Duration // DefaultValid when 0
	// Rotate takes back all that the carrier has beside the new one, after Overlap.
	Rotate  bool
	Overlap time.Duration
}

func (w Wish) check() (Wish, error) {
	if w.Valid == 0 {
		w.Valid = DefaultValid
	}
	switch {
	case !plain(w.Label, maxName):
		return w, problem.New(problem.Invalid, "carrier_label").At("label").With("max", maxName)
	case w.Valid < time.Minute || w.Valid > maxValid:
		return w, problem.New(problem.Invalid, "carrier_valid").At("valid").With("max", int(maxValid/(24*time.Hour)))
	case w.Overlap < 0 || w.Overlap > maxOverlap:
		return w, problem.New(problem.Invalid, "carrier_overlap").At("overlap").With("max", int(maxOverlap/(24*time.Hour)))
	}
	return w, nil
}

// Issue makes a credential for a carrier; its file is given this once and kept nowhere.
func (s *Store) Issue(ctx context.Context, by audit.Actor, code string, w Wish) (gate.Credential, error) {
	w, err := w.check()
	if err != nil {
		return gate.Credential{}, err
	}
	var made gate.Credential
	err = s.act(ctx, by, code, func(tx pgx.Tx) (string, string, error) {
		now := s.now()
		decision := "credential issued"
		if w.Rotate {
			decision = "credential rotated"
			_, err := tx.Exec(ctx, `UPDATE carrier_credential SET revoked_at = $2, revoke_reason = 'rotated'
				WHERE carrier = $1 AND (revoked_at IS NULL OR revoked_at > $2)`, code, now.Add(w.Overlap))
			if err != nil {
				return "", "", err
			}
		}
		if made, err = s.issuer.Issue(code, now.Add(w.Valid)); err != nil {
			return "", "", err
		}
		_, err := tx.Exec(ctx, `INSERT INTO carrier_credential (public_key, carrier, label, issued_at, issued_by, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, made.PublicKey, code, w.Label, now, by.ID, made.Expires)
		return decision, "credential " + made.PublicKey, err
	})
	if err != nil {
		return gate.Credential{}, err
	}
	return made, nil
}

// Revoke takes a credential back: its connections are cut when this returns, where the door is in this process. Taking it back again
// changes nothing. Problems: carrier_unknown, credential_unknown.
func (s *Store) Revoke(ctx context.Context, by audit.Actor, code, publicKey, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return s.act(ctx, by, code, func(tx pgx.Tx) (string, string, error) {
		tag, err := tx.Exec(ctx, `UPDATE carrier_credential SET revoked_at = least(revoked_at, $3), revoke_reason = $4
			WHERE carrier = $1 AND public_key = $2`, code, publicKey, s.now(), reason)
		if err == nil && tag.RowsAffected() == 0 {
			err = problem.New(problem.NotFound, "credential_unknown").At("credential")
		}
		return "credential revoked", "credential " + publicKey + ": " + reason, err
	})
}

// RevokeAll takes back every credential and certificate of a carrier.
func (s *Store) RevokeAll(ctx context.Context, by audit.Actor, code, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return s.act(ctx, by, code, func(tx pgx.Tx) (string, string, error) {
		_, err := tx.Exec(ctx, `UPDATE carrier_credential SET revoked_at = $2, revoke_reason = $3
			WHERE carrier = $1 AND (revoked_at IS NULL OR revoked_at > $2)`, code, s.now(), reason)
		if err != nil {
			return "", "", err
		}
		_, err = tx.Exec(ctx, `UPDATE carrier_certificate SET denied_at = $2, deny_reason = $3 WHERE carrier = $1 AND denied_at IS NULL`,
			code, s.now(), reason)
		return "all credentials revoked", reason, err
	})
}

// Certify signs a certificate request (PEM) of a carrier, and gives the chain from the certificate to the root (PEM).
// Problems: carrier_unknown, carrier_request_invalid.
func (s *Store) Certify(ctx context.Context, by audit.Actor, code string, request []byte) (chain []byte, err error) {
	der, err := ca.DecodeRequest(request)
	if err != nil {
		return nil, problem.New(problem.Invalid, "carrier_request_invalid").At("request").Because(err)
	}
	err = s.act(ctx, by, code, func(tx pgx.Tx) (string, string, error) {
		signed, err := s.authority.SignCarrier(der, code)
		if err != nil {
			return "", "", problem.New(problem.Invalid, "carrier_request_invalid").At("request").Because(err)
		}
		leaf := signed[0]
		_, err = tx.Exec(ctx, `INSERT INTO carrier_certificate (serial, carrier, not_before, not_after, issued_at, issued_by)
			VALUES ($1, $2, $3, $4, $5, $6)`, ca.Serial(leaf), code, leaf.NotBefore, leaf.NotAfter, s.now(), by.ID)
		chain = ca.EncodeChain(signed...)
		return "certificate issued", "certificate " + ca.Serial(leaf), err
	})
	return chain, err
}

// Deny takes a certificate back. Problems: carrier_unknown, certificate_unknown.
func (s *Store) Deny(ctx context.Context, by audit.Actor, code, serial, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return s.act(ctx, by, code, func(tx pgx.Tx) (string, string, error) {
		tag, err := tx.Exec(ctx, `UPDATE carrier_certificate SET denied_at = coalesce(denied_at, $3), deny_reason = $4
			WHERE carrier = $1 AND serial = $2`, code, serial, s.now(), reason)
		if err == nil && tag.RowsAffected() == 0 {
			err = problem.New(problem.NotFound, "certificate_unknown").At("certificate")
		}
		return "certificate denied", fmt.Sprintf("certificate %s: %s", serial, reason), err
	})
}
