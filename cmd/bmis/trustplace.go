package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/accounts"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
)

// trustPlace is the centre's database and, where somebody acts, the account. Commands embed it.
type trustPlace struct {
	databasePlace
	JSON bool `name:"json" help:"Print JSON instead of lines for people."`
}

// trustActor says who acts: an account of the centre with the right role. Whoever may open the database is not yet that.
type trustActor struct {
	As       string `placeholder:"LOGIN" help:"Account of the centre that acts: proposing and approving are acts of persons, and never of the same one."`
	Password string `placeholder:"FILE" default:"-" help:"File with the account's password; - is the first line of the standard input."`
}

// centre opens the material for as long as use takes.
func (p trustPlace) centre(ctx context.Context, a *app, use func(*trustdb.Centre) error) error {
	return p.with(ctx, a, func(db *postgres.DB) error { return inWords(use(newTrustCentre(a, db))) })
}

func newTrustCentre(a *app, db *postgres.DB) *trustdb.Centre {
	return trustdb.NewCentre(trustdb.CentreConfig{DB: db, Now: a.Now, NewID: uuid.New}) // stations ask by themselves, every few seconds
}

// acting signs the account in for as long as use takes.
func (p trustPlace) acting(ctx context.Context, a *app, who trustActor, use func(*trustdb.Centre, audit.Actor) error) error {
	return who.signedIn(ctx, a, p.databasePlace, func(db *postgres.DB, session auth.Session) error {
		return use(newTrustCentre(a, db), session.Actor("central"))
	})
}

// signedIn signs the account in at the database of a place, for as long as use takes.
func (w trustActor) signedIn(ctx context.Context, a *app, at databasePlace, use func(*postgres.DB, auth.Session) error) error {
	if w.As == "" {
		return usageError{errors.New("expected --as LOGIN: who acts")}
	}
	password, err := w.password(a)
	if err != nil {
		return usageError{err}
	}
	return at.with(ctx, a, func(db *postgres.DB) error {
		service, err := signInService(a, db)
		if err != nil {
			return err
		}
		_, session, err := service.SignIn(ctx, auth.Attempt{Login: w.As, Password: password, Source: "console", Workstation: "console"})
		if err != nil {
			return inWords(err)
		}
		if session.User.MustChangePassword {
			err = errors.New("the account has a one-time password: sign in at the centre and choose one first")
		} else {
			err = inWords(use(db, session))
		}
		return errors.Join(err, service.SignOut(context.WithoutCancel(ctx), session))
	})
}

func (w trustActor) password(a *app) (string, error) {
	if w.Password == "-" {
		return readPassword(a.In)
	}
	file, err := os.Open(w.Password)
	if err != nil {
		return "", fmt.Errorf("--password: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from
	return readPassword(file)
}

// signInService signs people in. Waiting times after wrong passwords are those of the account, wherever it is tried.
func signInService(a *app, db *postgres.DB) (*auth.Service, error) {
	hasher, err := auth.NewHasher(auth.OWASPParams(), 1, rand.Reader)
	if err != nil {
		return nil, err
	}
	return auth.NewService(auth.Config{
		Store: accounts.New(db), Hasher: hasher, Policy: auth.DefaultPolicy(), Key: make([]byte, 32), Post: "central",
		Now: a.Now, Random: rand.Reader, NewID: uuid.New,
	})
}

// printJSON prints one object on one line.
func (a *app) printJSON(v any) error {
	out := json.NewEncoder(a.Out)
	out.SetEscapeHTML(false)
	return out.Encode(v)
}
