package enrolment

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// tokenRow is a token as Redeem finds it, with the certificate it was used for.
type tokenRow struct {
	station   string
	expires   time.Time
	withdrawn *time.Time
	used      *time.Time
	keyHash   []byte
	chain     *string
}

// refusal says why a token is not good at now for a key; "" when it is.
func (r tokenRow) refusal(now time.Time, keyHash []byte) string {
	switch {
	case !now.Before(r.expires):
		return "token expired"
	case r.used != nil && subtle.ConstantTimeCompare(keyHash, r.keyHash) != 1:
		return "token used"
	case r.used == nil && r.withdrawn != nil:
		return "token withdrawn"
	}
	return ""
}

// Redeem gives a machine that holds a token the station's certificate for the key of its request (PKCS #10 in DER): the chain, the
// station's first, the root last. Certificates that the station had before are denied from then on, since another machine has its
// place now. A token works for one key: the same request again, because the answer was lost on the way, gets the same answer, and
// any other is refused and audited.
//
// Problems: token_refused (unknown, used, expired or withdrawn: the audit log says which), request_invalid.
func (s *Store) Redeem(ctx context.Context, token ca.Token, csr []byte) ([]*x509.Certificate, error) {
	signed, err := s.authority.SignStation(csr, token.Station)
	if err != nil {
		return nil, problem.New(problem.Invalid, "request_invalid").At("csr").Because(err)
	}
	var refusal string
	chain := signed
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		if err := lockStation(ctx, tx, token.Station); err != nil {
			return err
		}
		row, err := findToken(ctx, tx, token)
		if err != nil {
			return err
		}
		if refusal = row.refusal(s.now(), keyHash(signed[0])); refusal != "" {
			return s.auditRefusal(ctx, tx, row.station, refusal)
		}
		if row.used != nil {
			chain, err = ca.DecodeChain([]byte(*row.chain))
			return err
		}
		return s.enrol(ctx, tx, token, signed)
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows) || err == nil && refusal != "":
		return nil, problem.New(problem.Forbidden, "token_refused").At("token")
	case err != nil:
		return nil, fmt.Errorf("redeeming an enrolment token: %w", err)
	}
	return chain, nil
}

// findToken gives pgx.ErrNoRows for a token that nobody made. Such a one is not audited: whoever reaches the port could fill the
// log with them.
func findToken(ctx context.Context, tx pgx.Tx, token ca.Token) (tokenRow, error) {
	const query = `
		SELECT t.station, t.expires_at, t.withdrawn_at, t.used_at, c.key_hash, c.chain
		FROM enrolment_token t LEFT JOIN station_certificate c ON c.serial = t.serial
		WHERE t.hash = $1`
	var row tokenRow
	hash := token.Hash()
	err := tx.QueryRow(ctx, query, hash[:]).
		Scan(&row.station, &row.expires, &row.withdrawn, &row.used, &row.keyHash, &row.chain)
	return row, err
}

func (s *Store) auditRefusal(ctx context.Context, tx pgx.Tx, station, refusal string) error {
	entry := machine(station).Entry(s.now(), audit.Denied, "station", station)
	entry.Decision = refusal
	return auditlog.Insert(ctx, tx, entry)
}

func (s *Store) enrol(ctx context.Context, tx pgx.Tx, token ca.Token, chain []*x509.Certificate) error {
	hash, serial := token.Hash(), ca.Serial(chain[0])
	if err := s.denyAll(ctx, tx, token.Station, "replaced"); err != nil {
		return err
	}
	if err := s.record(ctx, tx, token.Station, chain); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE enrolment_token SET used_at = $2, serial = $3 WHERE hash = $1`, hash[:], s.now(), serial)
	if err != nil {
		return err
	}
	return s.administer(ctx, tx, machine(token.Station), token.Station, "enrolled", "certificate "+serial)
}

// record keeps a certificate that is about to be given.
func (s *Store) record(ctx context.Context, tx pgx.Tx, station string, chain []*x509.Certificate) error {
	const insert = `
		INSERT INTO station_certificate (serial, station, key_hash, chain, not_before, not_after, issued_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`
	leaf := chain[0]
	_, err := tx.Exec(ctx, insert, ca.Serial(leaf), station, keyHash(leaf), string(ca.EncodeChain(chain...)),
		leaf.NotBefore, leaf.NotAfter, s.now())
	return err
}

func keyHash(cert *x509.Certificate) []byte {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return sum[:]
}
