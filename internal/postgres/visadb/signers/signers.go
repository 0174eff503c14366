// Package signers brings the certificates of the State's own signer of visa seals, and his authority's lists of revoked ones, from the
// centre to the crossing points, so that a counter without a line judges the seal of a grant notice. It exists apart from the trust
// material of passports: this authority must never vouch for anything but seals of visas.
//
// It must never take a certificate away: what it signed is in people's hands. What is not believed any more stands on a list.
package signers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Dataset is the name among the reference data that stations take from the centre.
const Dataset = "visa_signers"

// publisher signs the versions: nobody decides them, they follow from the signer's folder.
const publisher = "visa seals"

// row is a row of the dataset: a certificate with the one above it, key "c/FINGERPRINT", or a list, key "l/" and the fingerprint of its issuer's
// name and key.
type row struct {
	Certificate []byte `json:"certificate,omitempty"`
	Root        []byte `json:"root,omitempty"`
	List        []byte `json:"list,omitempty"`
}

// Publish publishes, in a transaction of its own, what of certificates and lists is not published yet, and reports whether there was any.
// Each publication is audited as an act of the centre itself.
func Publish(ctx context.Context, db *postgres.DB, certificates []issue.Published, lists [][]byte, now time.Time) (published bool, err error) {
	wanted, err := rows(certificates, lists)
	if err != nil {
		return false, fmt.Errorf("signers of visa seals: %w", err)
	}
	err = db.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('visa signers'))`); err != nil {
			return err
		}
		for _, c := range certificates {
			_, err := tx.Exec(ctx, `INSERT INTO visa_signer (fingerprint, certificate, root, valid_from, valid_until, known_at) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT DO NOTHING`, c.Fingerprint(), c.Certificate.Raw, c.Root.Raw, c.Certificate.NotBefore, c.Certificate.NotAfter, now.UTC())
			if err != nil {
				return err
			}
		}
		changes, err := news(ctx, tx, wanted)
		if err != nil || len(changes) == 0 {
			return err
		}
		version, err := centraldb.Publish(ctx, tx, Dataset, publisher, now.UTC(), changes)
		if err != nil {
			return err
		}
		published = true
		entry := audit.Actor{ID: "central", Role: "service"}.Entry(now, audit.Alteration, Dataset, fmt.Sprint(version))
		entry.Decision, entry.ResultCount = "publish", len(changes)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return false, fmt.Errorf("signers of visa seals: %w", err)
	}
	return published, nil
}

func rows(certificates []issue.Published, lists [][]byte) ([]replication.Change, error) {
	var changes []replication.Change
	put := func(key string, r row) error {
		data, err := json.Marshal(r)
		changes = append(changes, replication.Change{Op: replication.OpPut, Key: key, Data: data})
		return err
	}
	for _, c := range certificates {
		if err := put("c/"+c.Fingerprint(), row{Certificate: c.Certificate.Raw, Root: c.Root.Raw}); err != nil {
			return nil, err
		}
	}
	for _, der := range lists {
		list, err := pki.ParseCRL(der)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(append([]byte(list.Issuer.Key()), list.AuthorityKeyID...))
		if err := put("l/"+hex.EncodeToString(sum[:16]), row{List: der}); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// news are the changes that are not published.
func news(ctx context.Context, tx pgx.Tx, wanted []replication.Change) ([]replication.Change, error) {
	var out []replication.Change
	for _, c := range wanted {
		var held []byte
		err := tx.QueryRow(ctx, `SELECT row::text FROM ref_row WHERE dataset = $1 AND key = $2`, Dataset, c.Key).Scan(&held)
		if err != nil && !postgres.IsNoRows(err) {
			return nil, err
		}
		if !bytes.Equal(held, c.Data) {
			out = append(out, c)
		}
	}
	return out, nil
}

// Sink takes the dataset at a station; its rows are used from where the station keeps all reference data.
type Sink struct{}

var _ relaydb.Sink = Sink{}

// Clear has nothing of its own to forget.
func (Sink) Clear(context.Context, pgx.Tx) error { return nil }

// Apply has nothing of its own to change.
func (Sink) Apply(context.Context, pgx.Tx, []replication.Change) error { return nil }

// Held is what a station holds.
type Held struct {
	Certificates []issue.Published
	Lists        []*pki.CRL
	// Broken counts rows that cannot be read.
	Broken int
	// Version and CurrentAt are the dataset's: when the centre last said that it is the newest. Zero when it never came.
	Version   int64
	CurrentAt time.Time
}

// Version is the version that a station holds, and when the centre last said that it is the newest; zero when there is none.
func Version(ctx context.Context, db *postgres.DB) (version int64, currentAt time.Time, err error) {
	err = db.Pool.QueryRow(ctx, `SELECT version, confirmed_at FROM ref_cursor WHERE dataset = $1`, Dataset).Scan(&version, &currentAt)
	if postgres.IsNoRows(err) {
		return 0, time.Time{}, nil
	}
	return version, currentAt, err
}

// Load reads what a station holds.
func Load(ctx context.Context, db *postgres.DB) (h Held, err error) {
	if h.Version, h.CurrentAt, err = Version(ctx, db); err != nil {
		return h, fmt.Errorf("signers of visa seals: %w", err)
	}
	got, err := db.Pool.Query(ctx, `SELECT data FROM ref_row WHERE dataset = $1 ORDER BY key`, Dataset)
	if err != nil {
		return h, fmt.Errorf("signers of visa seals: %w", err)
	}
	var data []byte
	_, err = pgx.ForEachRow(got, []any{&data}, func() error {
		if !h.add(data) {
			h.Broken++
		}
		return nil
	})
	if err != nil {
		return h, fmt.Errorf("signers of visa seals: %w", err)
	}
	return h, nil
}

// add reads a row; false when it cannot be read.
func (h *Held) add(data []byte) bool {
	var r row
	if json.Unmarshal(data, &r) != nil {
		return false
	}
	if len(r.List) > 0 {
		list, err := pki.ParseCRL(bytes.Clone(r.List))
		if err == nil {
			h.Lists = append(h.Lists, list)
		}
		return err == nil
	}
	certificate, err := pki.ParseCertificate(r.Certificate)
	if err != nil {
		return false
	}
	root, err := pki.ParseCertificate(r.Root)
	if err == nil {
		h.Certificates = append(h.Certificates, issue.Published{Certificate: certificate, Root: root})
	}
	return err == nil
}
