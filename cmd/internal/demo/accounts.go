package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
)

// accounts makes the people that a program's database lacks, each with a generated password that goes into the credentials.
func (d *demo) accounts(ctx context.Context, program string, db config.Database, session config.Session, people []person) error {
	return d.withDatabase(ctx, db, func(open *postgres.DB) error {
		key := make([]byte, 32) // hashes sign-in sources, of which there are none here
		service, err := node.Auth(d.tools, open, key, program, session)
		if err != nil {
			return err
		}
		for _, p := range people {
			if err := d.account(ctx, service, program, p); err != nil {
				return fmt.Errorf("account %s of %s: %w", p.login, program, err)
			}
		}
		return nil
	})
}

func (d *demo) account(ctx context.Context, service *auth.Service, program string, p person) error {
	password := d.passwords.password(program, p.login)
	if password == "" {
		var err error
		if password, err = auth.GeneratePassword(d.tools.Random); err != nil {
			return err
		}
		if err := d.passwords.keep(program, p.login, password); err != nil {
			return err
		}
	}

	_, _, err := service.CreateUser(ctx, installer(program), auth.NewUser{
		Login: p.login, DisplayName: p.name, Role: p.role, Agency: p.agency, Password: password,
	})
	var known *problem.Error
	if errors.As(err, &known) && known.Code == "login_taken" {
		return nil // made by an earlier run
	}
	return err
}

// withDatabase opens the private database of a program that runs.
func (d *demo) withDatabase(ctx context.Context, db config.Database, use func(*postgres.DB) error) error {
	place, err := postgres.Reach(ctx, db, d.tools.Log)
	if err != nil {
		return err
	}
	if place.Cluster != nil { // nothing runs: we started the database for a moment
		return errors.Join(fmt.Errorf("the database in %s is not running", db.Dir), place.Close(ctx))
	}
	open, err := postgres.Open(ctx, place.AppDSN)
	if err != nil {
		return err
	}
	defer open.Close()
	return use(open)
}
