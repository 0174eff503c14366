package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

type trustListCommand struct {
	trustPlace
	Country   string `placeholder:"CODE" help:"Country, as in the certificate."`
	Kind      string `placeholder:"KIND" help:"csca, link, dsc, master_list_signer, crl or deviation."`
	Words     string `arg:"" optional:"" help:"Part of a subject or issuer, or the beginning of a SHA-256."`
	Proposals bool   `help:"List proposals instead, newest first: who proposed what, who decided, which versions came of it."`
	Limit     int    `default:"1000" help:"How many to print."`
}

// Run prints what is published, or what was proposed.
func (c trustListCommand) Run(ctx context.Context, a *app) error {
	return c.centre(ctx, a, func(centre *trustdb.Centre) error {
		if c.Proposals {
			return c.proposals(ctx, a, centre)
		}
		q := trustdb.Query{Country: c.Country, Kind: trust.Kind(c.Kind), Words: c.Words, Limit: c.Limit}
		list, total, err := centre.Find(ctx, q)
		if err != nil {
			return err
		}
		if c.JSON {
			for _, i := range list {
				if err := a.printJSON(i); err != nil {
					return err
				}
			}
			return nil
		}
		return c.table(ctx, a, centre, list, total)
	})
}

func (c trustListCommand) table(ctx context.Context, a *app, centre *trustdb.Centre, list []trustdb.Listed, total int) error {
	o, err := centre.Overview(ctx)
	if err != nil {
		return err
	}
	if o.Version == 0 {
		return a.say("Nothing has been published yet.")
	}
	if err := a.say("version %d of %s: %d of %d items", o.Version, o.At.UTC().Format(time.RFC3339), len(list), total); err != nil {
		return err
	}
	out := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "COUNTRY\tKIND\tSUBJECT\tUNTIL\tSHA-256") // Flush tells of a failure
	for _, i := range list {
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", i.Country, i.Kind, i.Subject, untilOf(i.Facts, a.Now()), i.ID[:16])
	}
	return out.Flush()
}

func untilOf(f trustdb.Facts, now time.Time) string {
	switch {
	case f.Until.IsZero():
		return "-"
	case f.Expired(now):
		return f.Until.Format(time.DateOnly) + " expired"
	}
	return f.Until.Format(time.DateOnly)
}

func (c trustListCommand) proposals(ctx context.Context, a *app, centre *trustdb.Centre) error {
	list, err := centre.Proposals(ctx, time.Time{}, uuid.Nil, c.Limit)
	if err != nil {
		return err
	}
	for _, p := range list {
		if c.JSON {
			err = a.printJSON(p)
		} else {
			err = a.say("%s", proposalLine(p))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// proposalLine is a proposal in one line.
func proposalLine(p trustdb.Proposal) string {
	name := p.File
	if p.Act == trustdb.ActWithdrawal {
		name = "withdrawal: " + p.Remark
	}
	words := []string{p.ID.String(), string(p.State), name, "proposed " + p.ProposedAt.Format(time.RFC3339) + " by " + p.Proposed.Login}
	if p.Failed {
		words = append(words, "SIGNATURE WRONG")
	}
	for _, e := range trustdb.Effects() {
		if p.Effect[e] > 0 {
			words = append(words, fmt.Sprintf("%d %s", p.Effect[e], e))
		}
	}
	if p.Decided.Login != "" {
		words = append(words, "decided "+p.DecidedAt.Format(time.RFC3339)+" by "+p.Decided.Login)
	}
	if p.Last > 0 {
		words = append(words, fmt.Sprintf("versions %d to %d", p.First, p.Last))
	}
	return strings.Join(words, "; ")
}

type trustShowCommand struct {
	trustPlace
	trustActor
	ID string `arg:"" help:"Id of a proposal, or SHA-256 of an item (its beginning is enough)."`
}

// Help is shown by bmis trust show --help.
func (trustShowCommand) Help() string {
	return `A proposal is shown with everything that it would change. Shown with --as, to a person who may approve it, it counts as seen.`
}

// Run prints a proposal or an item.
func (c trustShowCommand) Run(ctx context.Context, a *app) error {
	id, err := uuid.Parse(c.ID)
	switch {
	case err != nil || len(c.ID) != len(id.String()):
		return c.centre(ctx, a, func(centre *trustdb.Centre) error { return c.item(ctx, a, centre) })
	case c.As != "":
		return c.acting(ctx, a, c.trustActor, func(centre *trustdb.Centre, actor audit.Actor) error {
			return reviewWhole(ctx, a, centre, actor, id, c.JSON)
		})
	}
	return c.centre(ctx, a, func(centre *trustdb.Centre) error { return reviewWhole(ctx, a, centre, a.console(), id, c.JSON) })
}

func (c trustShowCommand) item(ctx context.Context, a *app, centre *trustdb.Centre) error {
	id, err := centre.ByPrefix(ctx, c.ID)
	if err != nil {
		return err
	}
	e, err := centre.Entry(ctx, id)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(e)
	}
	return a.printTrustItem(e)
}

func (a *app) printTrustItem(e trustdb.Entry) error {
	out := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			_, _ = fmt.Fprintf(out, "%s\t%s\n", name, value) // Flush tells of a failure
		}
	}
	line("sha-256", e.ID)
	line("kind", string(e.Kind))
	line("country", e.Country)
	line("subject", e.Subject)
	line("issuer", e.Issuer)
	line("serial", e.Serial)
	line("key", e.Key)
	if !e.From.IsZero() {
		line("from", e.From.UTC().Format(time.RFC3339))
	}
	line("until", untilOf(e.Facts, a.Now()))
	if e.Kind == trust.CRL && e.DER != nil {
		line("revoked", fmt.Sprintf("%d certificates", e.Revoked))
	}
	line("version", map[bool]string{true: fmt.Sprint(e.Version), false: "not published"}[e.Version > 0])
	for _, s := range e.Sources {
		line("source", fmt.Sprintf("%s, %s, %s, %s, signature %s", s.Origin, s.List, s.Signer, s.Date.UTC().Format(time.DateOnly), s.Verified))
	}
	for _, d := range e.Tolerated {
		line("tolerated", d.Code+" "+d.Detail)
	}
	for _, p := range e.History {
		line("history", proposalLine(p))
	}
	return out.Flush()
}

// reviewWhole prints everything that a proposal changes, page by page, as it is shown on the screens of the centre.
func reviewWhole(ctx context.Context, a *app, centre *trustdb.Centre, actor audit.Actor, id uuid.UUID, asJSON bool) error {
	for from := 0; ; from += trustdb.PageSize {
		r, err := centre.Review(ctx, actor, id, from)
		if err != nil {
			return err
		}
		if asJSON {
			err = a.printJSON(r)
		} else {
			err = a.printReview(r)
		}
		if err != nil || r.From+len(r.Items) >= r.Total {
			return err
		}
	}
}

func (a *app) printReview(r trustdb.Review) error {
	if r.From == 0 {
		note := r.Report.Signature
		err := a.say("%s\nfile sha-256 %s, %d bytes, %s, origin %s\nsigner %s\nsignature %s %s\nread %d, could not be used %d", proposalLine(r.Proposal),
			r.SHA256, r.Size, r.Report.Kind, r.Origin, r.Report.Signer, note.Verdict, note.Reason, r.Report.Parsed, len(r.Report.Refused))
		if err != nil {
			return err
		}
	}
	out := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	for n, i := range r.Items {
		mark := ""
		if i.Failed {
			mark = "SIGNATURE WRONG"
		}
		_, _ = fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", // Flush tells of a failure
			r.From+n+1, i.Effect, i.Country, i.Kind, i.Subject, untilOf(i.Facts, a.Now()), i.ID[:16], mark)
	}
	return out.Flush()
}
