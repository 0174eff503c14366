package demo

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/internal/problem"
)

// tokens makes the stations known to the centre and gives each a one-time token, as an administrator does.
func (d *demo) tokens(ctx context.Context, centre config.Central) (tokens []string, err error) {
	authority, err := ca.OpenOrCreate(filepath.Join(centre.DataDir, "ca"), d.tools.Random, d.tools.Now)
	if err != nil {
		return nil, err
	}
	err = d.withDatabase(ctx, centre.Database, func(open *postgres.DB) error {
		store := enrolment.New(open, authority, d.tools.Now, d.tools.Random)
		for _, p := range posts() {
			token, err := d.token(ctx, store, p)
			if err != nil {
				return err
			}
			tokens = append(tokens, token)
		}
		return nil
	})
	return tokens, err
}

func (d *demo) token(ctx context.Context, store *enrolment.Store, p post) (string, error) {
	err := store.AddStation(ctx, installer("central"), enrolment.Station{ID: p.id, Name: p.name, Transport: border.Mode(p.transport), Zone: p.zone})
	var known *problem.Error
	if errors.As(err, &known) && known.Code == "station_taken" {
		err = nil // made by an earlier run
	}
	if err != nil {
		return "", err
	}
	token, err := store.CreateToken(ctx, installer("central"), p.id, 0)
	if err != nil {
		return "", err
	}
	return token.String(), nil
}
