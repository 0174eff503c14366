package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

type trustImportCommand struct {
	trustPlace
	trustActor
	Files       []string `arg:"" optional:"" name:"file" help:"Files to propose."`
	Origin      string   `default:"listed" enum:"bilateral,listed" help:"How single certificates and CRLs came: bilateral (handed over by the issuing State) or listed."`
	Anchor      []string `placeholder:"FILE" help:"CSCA certificates, not published yet, that vouch for the signer of a file. Repeatable."`
	Acknowledge bool     `help:"Propose a file whose own signature is wrong all the same; it stays marked."`
	Remark      string   `help:"For the second person."`
	Withdraw    []string `placeholder:"FINGERPRINT" help:"Propose to withdraw what is published; needs --remark. Repeatable."`
	Approve     string   `placeholder:"ID" help:"Approve what another person proposed and publish it. Shown whole the first time, approved the second."`
	Reject      string   `placeholder:"ID" help:"Say no to a proposal; needs --remark."`
}

// Help is shown by bmis trust import --help.
func (trustImportCommand) Help() string {
	return `Proposing publishes nothing. A second person, with an account of his own, looks at what would change and approves; the next version
then goes to every station. Approving by command takes two calls: the first prints everything that would change, the second approves it,
unless another version was published between them.

Examples:

    bmis trust import --data-dir /var/lib/openbmis/central --as ada --password ada.txt --anchor csca.cer DE_ML.ml
    bmis trust import --data-dir /var/lib/openbmis/central --as ben --approve 6f0d3c9a-...

Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 shown, not approved yet.`
}

// exitShown is the exit code of an approval that only showed what it would change.
const exitShown = 3

// Run proposes, approves or rejects.
func (c trustImportCommand) Run(ctx context.Context, a *app) error {
	asked := 0
	for _, is := range []bool{len(c.Files) > 0, len(c.Withdraw) > 0, c.Approve != "", c.Reject != ""} {
		if is {
			asked++
		}
	}
	if asked != 1 {
		return usageError{errors.New("expected files to propose, or one of --withdraw, --approve, --reject")}
	}
	anchors, err := c.anchors(a)
	if err != nil {
		return err
	}
	return c.acting(ctx, a, c.trustActor, func(centre *trustdb.Centre, actor audit.Actor) error {
		switch {
		case c.Approve != "":
			return c.approve(ctx, a, centre, actor)
		case c.Reject != "":
			return c.decide(a, c.Reject, func(id uuid.UUID) (trustdb.Proposal, error) { return centre.Reject(ctx, actor, id, c.Remark) })
		case len(c.Withdraw) > 0:
			return c.withdraw(ctx, a, centre, actor)
		}
		return c.propose(ctx, a, centre, actor, anchors)
	})
}

func (c trustImportCommand) anchors(a *app) (anchors []*pki.Certificate, err error) {
	for _, name := range c.Anchor {
		some, err := readAnchors(a, name)
		if err != nil {
			return nil, err
		}
		anchors = append(anchors, some...)
	}
	return anchors, nil
}

// propose proposes every file; one that is refused does not hold up the others.
func (c trustImportCommand) propose(ctx context.Context, a *app, centre *trustdb.Centre, actor audit.Actor, anchors []*pki.Certificate) error {
	var failed error
	for _, name := range c.Files {
		data, err := readTrustInput(a, name)
		if err == nil {
			var p trustdb.Proposal
			p, err = centre.Propose(ctx, actor, trustdb.Submission{
				File: filepath.Base(name), Data: data, Origin: trust.Origin(c.Origin), Anchors: anchors, Acknowledged: c.Acknowledge, Remark: c.Remark,
			})
			if err == nil {
				err = c.print(a, p)
			}
		}
		if err = inWords(err); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", name, err))
		}
	}
	return failed
}

func (c trustImportCommand) withdraw(ctx context.Context, a *app, centre *trustdb.Centre, actor audit.Actor) error {
	var ids []string
	for _, prefix := range c.Withdraw {
		id, err := centre.ByPrefix(ctx, prefix)
		if err != nil {
			return fmt.Errorf("%s: %w", prefix, inWords(err))
		}
		ids = append(ids, id)
	}
	p, err := centre.ProposeWithdrawal(ctx, actor, ids, c.Remark)
	if err != nil {
		return err
	}
	return c.print(a, p)
}

// approve approves what the actor has seen whole; what he has not is shown to him instead.
func (c trustImportCommand) approve(ctx context.Context, a *app, centre *trustdb.Centre, actor audit.Actor) error {
	id, err := uuid.Parse(c.Approve)
	if err != nil {
		return usageError{errors.New("--approve: expected the id of a proposal, as bmis trust list --proposals prints it")}
	}
	p, err := centre.Approve(ctx, actor, id)
	var known *problem.Error
	if errors.As(err, &known) && (known.Code == "trust.not_seen" || known.Code == "trust.moved") {
		if err := reviewWhole(ctx, a, centre, actor, id, c.JSON); err != nil {
			return err
		}
		return answer{errors.New("nothing is approved yet: this is what would change; give the command again to approve it"), exitShown}
	}
	if err != nil {
		return err
	}
	return c.print(a, p)
}

func (c trustImportCommand) decide(a *app, text string, act func(uuid.UUID) (trustdb.Proposal, error)) error {
	id, err := uuid.Parse(text)
	if err != nil {
		return usageError{errors.New("expected the id of a proposal, as bmis trust list --proposals prints it")}
	}
	p, err := act(id)
	if err != nil {
		return err
	}
	return c.print(a, p)
}

func (c trustImportCommand) print(a *app, p trustdb.Proposal) error {
	if c.JSON {
		return a.printJSON(p)
	}
	return a.say("%s", proposalLine(p))
}
