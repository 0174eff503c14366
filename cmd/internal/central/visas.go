package central

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/pdfprint"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/postgres/visadb/publish"
	"github.com/openbmis/openbmis/internal/postgres/visadb/signers"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/ui/visanotice"
	"github.com/openbmis/openbmis/ui/web"
)

// The issue of visas: the register, the signer of seals, the notices, and what the stations and the portal are told.

const (
	// sealName names the signer of visa seals within the State, two characters of the CN of his certificate.
	sealName = "VS"
	// printWithin is how long one notice may take to become a PDF on a busy machine.
	printWithin = 30 * time.Second
	// maxPolicy bounds the file of a policy, in bytes.
	maxPolicy = 1 << 20
)

// visaIssue is what issues visas.
type visaIssue struct {
	policy    evisa.Policy
	register  *visadb.Register
	signer    *issue.Signer
	notices   *visanotice.Notices
	publisher *publish.Publisher
	portal    *visadb.Portal // nil until one is given
	posts     *postNames
}

// openVisas opens the register of visas, whose keys stand beside the database and apart from all others, and the signer of seals.
func (a *app) openVisas() (err error) {
	v := &visaIssue{posts: &postNames{}}
	if v.policy, err = loadVisaPolicy(a.cfg.Portal.Policy, a.cfg.State); err != nil {
		return fmt.Errorf("BMIS_VISA_POLICY: %w", err)
	}
	keys := filepath.Join(a.cfg.DataDir, "keys")
	wrapping, err := vault.OpenFiles(filepath.Join(keys, "visas"), a.tools.Random, a.tools.Now)
	if err != nil {
		return err
	}
	if v.signer, err = openVisaSigner(a.cfg.Visas.Seal, filepath.Join(keys, "visa"), a.cfg.State, a.tools.Random, a.tools.Now); err != nil {
		return err
	}
	v.register = visadb.New(visadb.Options{
		DB: a.db.DB, Wrapping: wrapping, Random: a.tools.Random, Now: a.tools.Now, NewID: a.tools.NewID, QueryKey: a.secrets.Query, Policy: v.policy,
	})
	v.publisher = publish.New(publish.Config{
		DB: a.db.DB, Register: v.register, Kept: a.cfg.Visas.Kept, Published: func(dataset string) { a.line.tellNews(dataset) }, Now: a.tools.Now,
		Log: a.tools.Log,
	})
	a.visas, a.visaRegister = v, v.register
	return nil
}

// loadVisaPolicy reads the State's policy of visas; without a file it is the program's own.
func loadVisaPolicy(path, state string) (evisa.Policy, error) {
	if path == "" {
		return evisa.DefaultPolicy(state), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return evisa.Policy{}, err
	}
	defer func() { _ = file.Close() }() // it was read only
	text, err := io.ReadAll(io.LimitReader(file, maxPolicy+1))
	if err == nil && len(text) > maxPolicy {
		err = fmt.Errorf("%s: expected at most %d bytes", path, maxPolicy)
	}
	if err != nil {
		return evisa.Policy{}, err
	}
	return evisa.ReadPolicy(text)
}

// openVisaSigner opens the signer of an imported PKI, or the centre's own.
func openVisaSigner(imported, own, state string, random io.Reader, now func() time.Time) (*issue.Signer, error) {
	o := issue.SignerOptions{Country: twoLetters(state), Name: sealName, State: state, Imported: imported != "", Random: random, Now: now}
	if o.Imported {
		own = imported
	}
	return issue.OpenSigner(own, o)
}

// twoLetters is the code of two letters that certificates write for a State; of one that ISO 3166 does not know, such as that of an exercise, the
// first two letters.
func twoLetters(state string) string {
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if code, known := listfile.CountryCode(string([]rune{a, b})); known && code == state {
				return string([]rune{a, b})
			}
		}
	}
	return state[:min(2, len(state))]
}

// withPortal lets the register tell the portal which visas it may confirm, and give it the notices; before anything is issued.
func (v *visaIssue) withPortal(centre *portaldb.Centre) {
	v.portal = visadb.NewPortal(centre, v.register)
	v.register.WithTold(v.portal.VisaChanged)
}

// registerVisaNotices registers the pages of grant notices.
func (a *app) registerVisaNotices(s *web.Server) error {
	o := visanotice.Options{
		Press: pdfprint.New(pdfprint.Config{Path: a.cfg.Visas.Chromium, Within: printWithin, AtOnce: 1}),
	}
	if a.visas != nil { // nil while only the routes are asked for
		o.Register, o.Signer, o.Policy = a.visas.register, a.visas.signer, a.visas.policy
		o.Place = a.visas.posts.of
	}
	if a.cfg.Portal.URL != "" {
		o.Address = a.cfg.Portal.URL + "/verify"
	}
	n, err := visanotice.New(o)
	if err != nil {
		return err
	}
	n.Handle(s)
	if a.visas != nil {
		a.visas.notices = n
	}
	return nil
}

// runVisas publishes visas and signers, prints notices, and keeps keys, until ctx ends.
func (a *app) runVisas(ctx context.Context, behind *errgroup.Group) {
	v := a.visas
	behind.Go(func() error { return v.publisher.Run(ctx) })
	behind.Go(func() error { return a.every(ctx, time.Hour, "publish the signers of visa seals", a.publishSigners) })
	behind.Go(func() error {
		return a.every(ctx, time.Hour, "keep the keys of the register of visas", func(ctx context.Context) error {
			return v.register.Maintain(ctx, a.cfg.BackupsKept)
		})
	})
	behind.Go(func() error {
		return a.every(ctx, tickEvery, "read the names of posts", func(ctx context.Context) error { return v.posts.read(ctx, a.enrolment) })
	})
	behind.Go(func() error { return a.every(ctx, time.Hour, "erase the register of visas", v.register.Erase) })
	if v.portal == nil {
		return
	}
	behind.Go(func() error {
		return a.every(ctx, time.Hour, "erase what the portal confirms visas by", v.portal.Erase)
	})
	behind.Go(func() error {
		return a.every(ctx, tickEvery, "tell the portal of visas", func(ctx context.Context) error { return v.portal.CatchUp(ctx, v.register) })
	})
	behind.Go(func() error {
		return v.register.RunNotices(ctx, visadb.Printing{Print: v.notices.Print, Put: v.portal.PutNotice}, a.tools.Log)
	})
}

// publishSigners renews the signer when that is due and publishes his certificates and lists.
func (a *app) publishSigners(ctx context.Context) error {
	if _, err := a.visas.signer.Renew(); err != nil {
		return err
	}
	lists, err := a.visas.signer.Lists()
	if err != nil {
		return err
	}
	published, err := signers.Publish(ctx, a.db.DB, a.visas.signer.Certificates(), lists, a.tools.Now())
	if published {
		a.line.tellNews(signers.Dataset)
	}
	return err
}
