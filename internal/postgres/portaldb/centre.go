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

// CentreConfig is what the centre's side is made of. All are needed.
type CentreConfig struct {
	DB     *postgres.DB
	Key    *vault.PrivateKey // the centre's, for the portal: it opens parcels
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

// Announce tells the portal the centre's public key. It is safe to call at every start.
func (c *Centre) Announce(ctx context.Context) error {
	public := c.Key.Public()
	_, err := c.DB.Pool.Exec(ctx, `INSERT INTO portal.centre_key (id, point, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		public.ID, public.Bytes, c.Now())
	if err != nil {
		return fmt.Errorf("centre's key for the portal: %w", err)
	}
	return nil
}

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

// marks are those that both sides make.
func (c *Centre) marks(ctx context.Context, tx pgx.Tx) (apply.Marks, error) {
	var id uuid.UUID
	var envelope []byte
	err := tx.QueryRow(ctx, `SELECT id, for_centre FROM portal.blind_key`).Scan(&id, &envelope)
	if postgres.IsNoRows(err) {
		return apply.Marks{}, ErrNoPortal
	}
	if err != nil {
		return apply.Marks{}, fmt.Errorf("key of marks: %w", err)
	}
	key, err := c.Key.Open(id, envelope)
	if err != nil {
		return apply.Marks{}, fmt.Errorf("key of marks: %w", err)
	}
	return apply.NewMarks(key), nil
}
