package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/internal/problem"
)

// listPlace is the centre's database, and the account that acts or looks. Commands embed it.
type listPlace struct {
	databasePlace
	trustActor
	JSON bool `name:"json" help:"Print JSON instead of lines for people."`
}

// acting signs the account in for as long as use takes: who may do what is the lists' to say, as at the centre's screens.
func (p listPlace) acting(ctx context.Context, a *app, use func(*listdb.Lists, listdb.Person) error) error {
	return p.signedIn(ctx, a, p.databasePlace, func(db *postgres.DB, session auth.Session) error {
		// Stations and the screening ask by themselves, every few seconds; warnings by likeness need a running centre.
		lists := listdb.New(listdb.Config{DB: db, Now: a.Now, NewID: func() uuid.UUID { return uuid.Must(uuid.NewRandomFromReader(rand.Reader)) }})
		return use(lists, listdb.Person{Actor: session.Actor("central"), Agency: session.User.Agency})
	})
}

// printProposal prints how a proposal stands.
func (p listPlace) printProposal(a *app, of listdb.Proposal) error {
	if p.JSON {
		return a.printJSON(of)
	}
	c := of.Counts
	return a.say("%s  %s  %s %s  %s: %d added, %d changed, %d removed, %d unchanged, %d refused, %d noted", of.ID, of.List, of.Act, of.File, of.State,
		c.Added, c.Changed, c.Removed, c.Unchanged, c.Refused, c.Notes)
}

// review prints all that a proposal does, which counts as having seen it.
func (p listPlace) review(ctx context.Context, a *app, lists *listdb.Lists, by listdb.Person, id uuid.UUID) error {
	first, err := lists.Review(ctx, by, id, listdb.Look{})
	if err != nil {
		return err
	}
	if err := p.printProposal(a, first.Proposal); err != nil || p.JSON {
		return err
	}
	for _, effect := range listdb.Effects() {
		if first.Counts.Of(effect) == 0 {
			continue
		}
		if err := pages(ctx, lists, by, id, listdb.Look{Effect: effect}, func(r listdb.Review) error { return sayRows(a, r.Rows) }); err != nil {
			return err
		}
	}
	for _, look := range []listdb.Look{{Refuse: true}, {Notes: true}} {
		if err := pages(ctx, lists, by, id, look, func(r listdb.Review) error { return sayNotes(a, r.Notes) }); err != nil {
			return err
		}
	}
	return nil
}

// pages gives every page of a look at a proposal.
func pages(ctx context.Context, lists *listdb.Lists, by listdb.Person, id uuid.UUID, look listdb.Look, show func(listdb.Review) error) error {
	for {
		r, err := lists.Review(ctx, by, id, look)
		if err == nil {
			err = show(r)
		}
		if err != nil || !r.More {
			return err
		}
		if len(r.Rows) > 0 {
			look.After = r.Rows[len(r.Rows)-1].ID
		} else {
			look.AfterN = r.Notes[len(r.Notes)-1].N
		}
	}
}

func sayRows(a *app, rows []listdb.Row) error {
	for _, r := range rows {
		shown := r.After
		if shown == nil {
			shown = r.Before
		}
		name := ""
		if shown != nil && len(shown.Subject.Names) > 0 {
			name = shown.Subject.Names[0].Raw
		}
		if err := a.say("%-9s %s  %s  %v", r.Effect, r.ID, name, r.Fields); err != nil {
			return err
		}
		for _, c := range r.Conflicts {
			if err := a.say("          does not go with %s: %s, %s (by %s)", c.Key, c.Category, c.Action, c.By); err != nil {
				return err
			}
		}
	}
	return nil
}

func sayNotes(a *app, notes []listdb.Note) error {
	for _, n := range notes {
		what := "noted"
		if n.Refused {
			what = "refused"
		}
		if err := a.say("%-9s line %d  %s  %s: %s  %s", what, n.Line, n.Entry, n.Field, n.Reason, n.Value); err != nil {
			return err
		}
	}
	return nil
}

// notSeen says that an approval only has to be looked at first.
func notSeen(err error) bool {
	var known *problem.Error
	return errors.As(err, &known) && (known.Code == "lists.not_seen" || known.Code == "lists.moved")
}

func proposalID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		err = usageError{fmt.Errorf("%q: expected the id of a proposal, as bmis list show prints it", text)}
	}
	return id, err
}
