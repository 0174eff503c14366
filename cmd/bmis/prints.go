package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
)

type printsCommand struct {
	Erase printsErase `cmd:"" help:"Erase all fingerprints that were taken under a file, here and at the centre."`
}

// purposeOfErasure is what the look before an erasure and the erasure are for.
const purposeOfErasure = "data_protection"

type printsErase struct {
	databasePlace
	As       string    `required:"" placeholder:"LOGIN" help:"Account of the data-protection officer at this station."`
	Password string    `placeholder:"FILE" default:"-" help:"File with the account's password; - is the first line of the standard input."`
	File     uuid.UUID `placeholder:"ID" xor:"whose" required:"" help:"The file: as the address of its page names it."`
	Task     uuid.UUID `placeholder:"ID" xor:"whose" required:"" help:"In the place of a file: the task of adjudication that found a bearer of another person's document, who has none."`
	Ground   string    `required:"" enum:"request,retention,unlawful,order" help:"Why: ${enum}."`
	Confirm  bool      `help:"Erase. Left out: what would be erased is printed, and nothing is."`
	JSON     bool      `name:"json" help:"Print JSON instead of lines for people."`
}

// Help is shown by bmis prints erase --help.
func (printsErase) Help() string {
	return `The keys are destroyed: every copy of the prints becomes unreadable, the galleries forget the person, and the centre is told as soon as the
station reaches it. The file, its crossings and the audit log stay. It cannot be taken back.

    bmis prints erase --data-dir /var/lib/openbmis/station --as dora --file 6f0d3c9a-... --ground request
    bmis prints erase --data-dir /var/lib/openbmis/station --as dora --file 6f0d3c9a-... --ground request --confirm

Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 shown, not erased.`
}

// Run shows what would be erased, or erases it.
func (c printsErase) Run(ctx context.Context, a *app) error {
	password, err := trustActor{c.As, c.Password}.password(a)
	if err != nil {
		return usageError{err}
	}
	return c.with(ctx, a, func(db *postgres.DB) error {
		service, err := signInService(a, db)
		if err != nil {
			return err
		}
		_, session, err := service.SignIn(ctx, auth.Attempt{Login: c.As, Password: password, Source: "console", Workstation: "console"})
		if err != nil {
			return inWords(err)
		}
		return errors.Join(c.erase(ctx, a, db, session), service.SignOut(context.WithoutCancel(ctx), session))
	})
}

func (c printsErase) erase(ctx context.Context, a *app, db *postgres.DB, session auth.Session) error {
	switch {
	case session.User.MustChangePassword:
		return errors.New("the account has a one-time password: sign in at the station and choose one first")
	case !auth.Allowed(session.User.Role, auth.ProtectionWork):
		return fmt.Errorf("%s may not erase fingerprints: expected an account with %s", c.As, auth.ProtectionWork)
	}
	newID := func() uuid.UUID { return uuid.Must(uuid.NewRandomFromReader(rand.Reader)) }
	store := fingerdb.New(fingerdb.Options{DB: db, Random: rand.Reader, Now: a.Now, NewID: newID}) // it opens no print
	entry := func(verb audit.Verb) audit.Entry {
		e := session.Actor("console").Entry(a.Now(), verb, "biometric_key", c.whose().String())
		e.Purpose, e.Decision = purposeOfErasure, c.Ground
		return e
	}
	if !c.Confirm {
		look := store.Held
		if c.File == uuid.Nil {
			look = store.HeldOfBearer
		}
		held, err := look(ctx, c.whose(), entry(audit.Consultation))
		if err == nil {
			err = c.say(a, "would be erased", held)
		}
		if err != nil || held.Keys == 0 {
			return err
		}
		return answer{errors.New("nothing is erased yet: give the command again with --confirm"), exitShown}
	}
	erase := store.Erase
	if c.File == uuid.Nil {
		erase = store.EraseBearer
	}
	erased, err := erase(ctx, c.whose(), c.Ground, entry(audit.Erasure))
	if err != nil {
		return err
	}
	return c.say(a, "erased", erased)
}

// whose is the file, or the task in its place.
func (c printsErase) whose() uuid.UUID {
	if c.File == uuid.Nil {
		return c.Task
	}
	return c.File
}

func (c printsErase) say(a *app, what string, h fingerdb.Holding) error {
	if c.JSON {
		return a.printJSON(h)
	}
	of := "file"
	if c.File == uuid.Nil {
		of = "the bearer of task"
	}
	return a.say("%s of %s %s: %d prints of %d takings, %d keys", what, of, c.whose(), h.Prints, h.Takings, h.Keys)
}
