package enrolment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/problem"
)

// Bounds of a token's life.
const (
	TokenLife    = 24 * time.Hour
	maxTokenLife = 7 * 24 * time.Hour
)

// CreateToken makes the one-time token for a station's machine, valid for life (0: TokenLife; at most a week). An older token of the
// station that has not been used is withdrawn. The answer is a secret that can be told this once.
//
// Problems: station_unknown, token_life_invalid.
func (s *Store) CreateToken(ctx context.Context, by audit.Actor, station string, life time.Duration) (ca.Token, error) {
	if life == 0 {
		life = TokenLife
	}
	if life < 0 || life > maxTokenLife {
		return ca.Token{}, problem.New(problem.Invalid, "token_life_invalid").At("life").With("max_hours", int(maxTokenLife/time.Hour))
	}
	if err := ca.CheckStationID(station); err != nil {
		return ca.Token{}, problem.New(problem.NotFound, "station_unknown").At("station")
	}
	token, err := ca.NewToken(s.random, station, s.authority.Pin())
	if err != nil {
		return ca.Token{}, err
	}
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		if err := s.replaceToken(ctx, tx, token, life); err != nil {
			return err
		}
		return s.administer(ctx, tx, by, station, "token created", "")
	})
	if err != nil {
		return ca.Token{}, fmt.Errorf("creating an enrolment token: %w", err)
	}
	return token, nil
}

func (s *Store) replaceToken(ctx context.Context, tx pgx.Tx, token ca.Token, life time.Duration) error {
	now, hash := s.now(), token.Hash()
	err := lockStation(ctx, tx, token.Station)
	if errors.Is(err, pgx.ErrNoRows) {
		return problem.New(problem.NotFound, "station_unknown").At("station")
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE enrolment_token SET withdrawn_at = $2
		WHERE station = $1 AND used_at IS NULL AND withdrawn_at IS NULL`, token.Station, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO enrolment_token (hash, station, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		hash[:], token.Station, now, now.Add(life))
	return err
}
