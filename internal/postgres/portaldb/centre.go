package portaldb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/vault"
)

// ErrNoPortal says that no portal has ever been connected to this centre: there is nobody to tell, and nothing was sent by anybody.
var ErrNoPortal = errors.New("no portal has ever been connected")

// CentreConfig is what the centre's side is made of. All but First are needed.
type CentreConfig struct {
	DB *postgres.DB
	// Wrapping wraps the private keys that open what the portal seals.
	Wrapping vault.Wrapping
	// First is the file of the key of a centre that is older than the change of its keys; it need not be there.
	First string
	// KeyAge is for how long the portal seals for one key; Backups is how long backups of the database are kept.
	KeyAge, Backups time.Duration

	Now    func() time.Time
	Random io.Reader
	NewID  func() uuid.UUID
	Log    *slog.Logger
}

// Centre is the centre's side of the portal. It is safe for concurrent use.
type Centre struct {
	CentreConfig
}

// NewCentre makes the centre's side.
func NewCentre(c CentreConfig) *Centre { return &Centre{c} }

// sealer seals for the portal.
func (c *Centre) sealer(ctx context.Context, tx pgx.Tx) (apply.Sealer, error) {
	var point []byte
	err := tx.QueryRow(ctx, `SELECT point FROM portal.portal_key ORDER BY at DESC, id LIMIT 1`).Scan(&point)
	if postgres.IsNoRows(err) {
		return apply.Sealer{}, ErrNoPortal
	}
	if err != nil {
		return apply.Sealer{}, fmt.Errorf("portal's key: %w", err)
	}
	public, err := vault.ParsePublicKey(point)
	return apply.Sealer{For: public, Random: c.Random, NewID: c.NewID}, err
}
