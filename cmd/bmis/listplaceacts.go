package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
)

type listImportCommand struct {
	listPlace
	File      string `arg:"" help:"File to propose."`
	List      string `required:"" placeholder:"ID" help:"The list that it is for, such as un."`
	Format    string `placeholder:"FORM" help:"Form of the file; left out: as the file says."`
	Action    string `placeholder:"ACTION" help:"What its entries ask for, where it does not say."`
	Part      bool   `help:"The file is not the whole list: what it does not hold stays."`
	Aliases   string `placeholder:"FILE" help:"ALT.CSV beside SDN.CSV."`
	Addresses string `placeholder:"FILE" help:"ADD.CSV beside SDN.CSV."`
	Comments  string `placeholder:"FILE" help:"SDN_COMMENTS.CSV beside SDN.CSV."`
	Remark    string `help:"For the second person."`
}

// Help is shown by bmis list import --help.
func (listImportCommand) Help() string {
	return `Proposing changes nothing: a second person, with an account of his own, looks at what would change and approves.
The password is the first line of the standard input unless --password names a file.

    bmis list import --as ada --password ada.txt --list un consolidated.xml
    bmis list approve --as ben --password ben.txt 6f0d3c9a-...

Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 shown, not approved yet.`
}

// Run proposes the file, reads it and prints what it would change.
func (c listImportCommand) Run(ctx context.Context, a *app) error {
	return c.acting(ctx, a, func(lists *listdb.Lists, by listdb.Person) error {
		up, err := lists.NewUpload(ctx, by, listdb.Submission{
			List: c.List, File: filepath.Base(c.File), Format: listfile.Format(c.Format), Action: alerts.Action(c.Action), Whole: !c.Part, Remark: c.Remark,
		})
		if err != nil {
			return err
		}
		if err := c.parts(ctx, up); err != nil {
			return errors.Join(err, up.Discard(context.WithoutCancel(ctx)))
		}
		p, err := up.Close(ctx)
		if err == nil {
			err = lists.ReadUpload(ctx, p.ID) // a running centre may have begun to: one of both keeps what it says
		}
		if err != nil {
			return err
		}
		if err := c.review(ctx, a, lists, by, p.ID); err != nil {
			return err
		}
		r, err := lists.Review(ctx, by, p.ID, listdb.Look{})
		if err == nil && r.State == listdb.Failed {
			err = fmt.Errorf("%s: the file could not be read: %s", c.File, r.Fault)
		}
		return err
	})
}

func (c listImportCommand) parts(ctx context.Context, up *listdb.Upload) error {
	for _, part := range []struct{ name, path string }{
		{listdb.PartFile, c.File}, {listdb.PartAliases, c.Aliases}, {listdb.PartAddresses, c.Addresses}, {listdb.PartComments, c.Comments},
	} {
		if part.path == "" {
			continue
		}
		if err := sendPart(part.path, func(from io.Reader) error { return up.Part(ctx, part.name, from) }); err != nil {
			return err
		}
	}
	return nil
}

func sendPart(path string, send func(io.Reader) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read from
	return send(file)
}

type listApproveCommand struct {
	listPlace
	ID     string `arg:"" help:"The proposal."`
	Reject string `placeholder:"WHY" help:"Say no to it instead, for this reason. Its proposer takes it back so."`
}

// Help is shown by bmis list approve --help.
func (listApproveCommand) Help() string {
	return `Approving takes two calls: the first prints all that would change, the second approves it, unless something else was published
between them. Nobody approves what he proposed himself. A large approval is published by the running centre.

Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 shown, not approved yet.`
}

// Run approves what the account has seen; what it has not is shown instead.
func (c listApproveCommand) Run(ctx context.Context, a *app) error {
	id, err := proposalID(c.ID)
	if err != nil {
		return err
	}
	return c.acting(ctx, a, func(lists *listdb.Lists, by listdb.Person) error {
		act := func() (listdb.Proposal, error) { return lists.Approve(ctx, by, id) }
		if c.Reject != "" {
			act = func() (listdb.Proposal, error) { return lists.Reject(ctx, by, id, c.Reject) }
		}
		p, err := act()
		if notSeen(err) {
			if err := c.review(ctx, a, lists, by, id); err != nil {
				return err
			}
			return answer{errors.New("nothing is approved yet: this is what would change; give the command again to approve it"), exitShown}
		}
		if err != nil {
			return err
		}
		return c.printProposal(a, p)
	})
}

type listUndoCommand struct {
	listPlace
	List   string `arg:"" help:"The list."`
	To     int64  `required:"" placeholder:"N" help:"The version of the list whose alerts are wanted again."`
	Remark string `required:"" help:"Why."`
}

// Run proposes the alerts of an earlier version.
func (c listUndoCommand) Run(ctx context.Context, a *app) error {
	return c.acting(ctx, a, func(lists *listdb.Lists, by listdb.Person) error {
		p, err := lists.ProposeUndo(ctx, by, c.List, c.To, c.Remark)
		if err != nil {
			return err
		}
		return c.review(ctx, a, lists, by, p.ID)
	})
}

type listShowCommand struct {
	listPlace
	What string `arg:"" optional:"" help:"A list: its versions. A proposal: all that it does. Left out: all lists and what waits."`
}

// Run prints lists, a list's versions, or a proposal.
func (c listShowCommand) Run(ctx context.Context, a *app) error {
	return c.acting(ctx, a, func(lists *listdb.Lists, by listdb.Person) error {
		if id, err := uuid.Parse(c.What); err == nil {
			return c.review(ctx, a, lists, by, id)
		}
		if c.What != "" {
			return c.versions(ctx, a, lists, by)
		}
		all, err := lists.All(ctx)
		if err != nil {
			return err
		}
		for _, l := range all {
			if err := c.sayList(a, l); err != nil {
				return err
			}
		}
		return c.waiting(ctx, a, lists, by)
	})
}

func (c listShowCommand) sayList(a *app, l listdb.List) error {
	if c.JSON {
		return a.printJSON(l)
	}
	return a.say("%s  version %d of %s  %d entries  %s (%s)", l.ID, l.Version, l.Published.Format(time.RFC3339), l.Entries, l.Title, l.Owner)
}

func (c listShowCommand) waiting(ctx context.Context, a *app, lists *listdb.Lists, by listdb.Person) error {
	var at time.Time
	var last uuid.UUID
	for {
		open, more, err := lists.Proposals(ctx, by, true, at, last)
		if err != nil {
			return err
		}
		for _, p := range open {
			if err := c.printProposal(a, p); err != nil {
				return err
			}
			at, last = p.ProposedAt, p.ID
		}
		if !more {
			return nil
		}
	}
}

func (c listShowCommand) versions(ctx context.Context, a *app, lists *listdb.Lists, by listdb.Person) error {
	for before := int64(0); ; {
		all, more, err := lists.Versions(ctx, by, c.What, before)
		if err != nil {
			return err
		}
		for _, v := range all {
			before = v.Version
			if c.JSON {
				err = a.printJSON(v)
			} else {
				err = a.say("version %d of %s  %s %s  %d entries  proposed by %s, approved by %s  %s", v.Version, v.At.Format(time.RFC3339), v.Act, v.File,
					v.Entries, v.Proposed.Login, v.Approved.Login, v.Proposal)
			}
			if err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}
