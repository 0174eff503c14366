package station

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/visadb/signers"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// visaSeals are the certificates of the State's own signer of visa seals, in memory, kept up with the database.
type visaSeals struct {
	kept
	db   *postgres.DB
	held atomic.Pointer[sealMaterial]
}

// sealMaterial is one version of it.
type sealMaterial struct {
	*trust.Store
	certificates []*pki.Certificate
	currentAt    time.Time
}

func openVisaSeals(ctx context.Context, db *postgres.DB, log *slog.Logger) (*visaSeals, error) {
	v := &visaSeals{db: db}
	v.kept = newKept("signers of visa seals", log, v.follow)
	return v, v.load(ctx)
}

func (v *visaSeals) follow(ctx context.Context) error {
	version, _, err := signers.Version(ctx, v.db)
	if held := v.held.Load(); err != nil || held != nil && held.Version() == version || held == nil && version == 0 {
		return err
	}
	return v.load(ctx)
}

func (v *visaSeals) load(ctx context.Context) error {
	h, err := signers.Load(ctx, v.db)
	if err != nil || h.Version == 0 {
		return err
	}
	store, refused := trust.NewStore(itemsOf(h), h.Version, h.CurrentAt)
	if broken := h.Broken + len(refused); broken > 0 {
		v.log.Error("signers of visa seals cannot be used", "rows", broken)
	}
	m := &sealMaterial{Store: store, currentAt: h.CurrentAt}
	for _, c := range h.Certificates {
		m.certificates = append(m.certificates, c.Certificate)
	}
	v.held.Store(m)
	return nil
}

// itemsOf are the authorities and the lists as trust material of the State's own.
func itemsOf(h signers.Held) (items []trust.Item) {
	own := []trust.Source{{Origin: trust.Bilateral, List: signers.Dataset, Verified: traveldoc.NotDone, Date: h.CurrentAt}}
	known := map[string]bool{}
	for n, c := range h.Certificates {
		if known[string(c.Root.Raw)] {
			continue
		}
		known[string(c.Root.Raw)] = true
		items = append(items, trust.Item{ID: fmt.Sprint("a", n), Kind: trust.CSCA, DER: c.Root.Raw, Sources: own})
	}
	for n, l := range h.Lists {
		items = append(items, trust.Item{ID: fmt.Sprint("l", n), Kind: trust.CRL, DER: l.Raw, Sources: own})
	}
	return items
}

// sealSigners are the certificates that seals of a country are judged by: those of the trust material, and the State's own.
func (a *app) sealSigners(country string) []*pki.Certificate {
	list := a.trust.sealSigners(country)
	if m := a.seals.held.Load(); m != nil {
		for _, c := range m.certificates {
			if country == "" || c.Subject.Country() == country {
				list = append(list[:len(list):len(list)], c)
			}
		}
	}
	return list
}

// sealTrust judges the signers of seals: the State's own by their own authority, all others by the trust material. That authority vouches for
// no passport: only the check of seals asks it.
func (a *app) sealTrust() emrtd.Trust {
	general, m := a.trust.trust(), a.seals.held.Load()
	switch {
	case m == nil:
		return general
	case general == nil:
		general, _ = trust.NewStore(nil, 0, time.Time{}) // nothing can be refused of nothing
	}
	return ownSeals{Trust: general, own: m}
}

// ownSeals asks the State's own authority of visas about its own signers.
type ownSeals struct {
	emrtd.Trust
	own *sealMaterial
}

// Chain leads a signer to his anchor.
func (t ownSeals) Chain(signer *pki.Certificate, signedAt *time.Time, now time.Time) trust.ChainResult {
	if t.own.has(signer) {
		return t.own.Chain(signer, signedAt, now)
	}
	return t.Trust.Chain(signer, signedAt, now)
}

// Revocation looks whether a signer was revoked.
func (t ownSeals) Revocation(signer *pki.Certificate, now time.Time) trust.RevocationResult {
	if t.own.has(signer) {
		return t.own.Revocation(signer, now)
	}
	return t.Trust.Revocation(signer, now)
}

func (m *sealMaterial) has(c *pki.Certificate) bool {
	if c == nil {
		return false
	}
	for _, own := range m.certificates {
		if string(own.Raw) == string(c.Raw) {
			return true
		}
	}
	return false
}
