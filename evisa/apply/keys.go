package apply

import (
	"context"
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/internal/vault"
)

// Prepare tells the centre the portal's key and makes the key of marks, once the centre has told its own; ErrNoCentre until then. It is safe
// to call at every start, and is called again when it is needed.
func (s *Service) Prepare(ctx context.Context) error {
	var made Marks
	err := s.Store.InTx(ctx, func(tx Tx) (err error) {
		made, err = s.marks(ctx, tx)
		return err
	})
	if err == nil {
		s.known.Store(&made)
	}
	return err
}

// marks are those that both sides make.
func (s *Service) marks(ctx context.Context, tx Tx) (Marks, error) {
	if known := s.known.Load(); known != nil {
		return *known, nil
	}
	id, envelope, err := tx.BlindKey(ctx)
	if errors.Is(err, ErrNone) {
		if err := s.makeKeys(ctx, tx); err != nil {
			return Marks{}, err
		}
		id, envelope, err = tx.BlindKey(ctx)
	}
	if err != nil {
		return Marks{}, err
	}
	key, err := s.Own.Open(id, envelope)
	if err != nil {
		return Marks{}, fmt.Errorf("key of marks: it was made for another portal's key, expected the key file of that one: %w", err)
	}
	return NewMarks(key), nil
}

func (s *Service) makeKeys(ctx context.Context, tx Tx) error {
	own := s.Own.Public()
	if err := tx.InsertPortalKey(ctx, own.ID, own.Bytes); err != nil {
		return err
	}
	centre, err := s.centre(ctx, tx)
	if err != nil {
		return err
	}
	key, err := vault.NewDataKey(s.NewID(), s.Random)
	if err != nil {
		return err
	}
	forPortal, err := own.Seal(key)
	if err != nil {
		return err
	}
	forCentre, err := centre.For.Seal(key)
	if err != nil {
		return err
	}
	return tx.InsertBlindKey(ctx, BlindKeyRow{ID: key.ID(), ForPortal: forPortal, ForCentre: forCentre, CentreKey: centre.For.ID, At: s.Now()})
}

// centre seals for the centre.
func (s *Service) centre(ctx context.Context, tx Tx) (Sealer, error) {
	point, err := tx.CentreKey(ctx)
	if errors.Is(err, ErrNone) {
		return Sealer{}, ErrNoCentre
	}
	if err != nil {
		return Sealer{}, err
	}
	public, err := vault.ParsePublicKey(point)
	return Sealer{For: public, Random: s.Random, NewID: s.NewID}, err
}

// own seals for the portal itself: letters.
func (s *Service) own() Sealer { return Sealer{For: s.Own.Public(), Random: s.Random, NewID: s.NewID} }
