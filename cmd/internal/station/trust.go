package station

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
	trustui "github.com/openbmis/openbmis/ui/trust"
	"github.com/openbmis/openbmis/ui/web"
)

// trustMaterial is the trust material in memory, kept up with the database.
type trustMaterial struct {
	kept
	source trustdb.Held
	state  string // of the station: what it may use depends on it
	held   atomic.Pointer[material]
}

// material is one version of it.
type material struct {
	*trust.Store
	currentAt time.Time
	signers   map[string][]*pki.Certificate // by country, two letters
	broken    int
}

// AsOf is when the centre last said that this version is the newest.
func (m *material) AsOf() time.Time { return m.currentAt }

func openTrust(ctx context.Context, source trustdb.Held, state string, log *slog.Logger) (*trustMaterial, error) {
	t := &trustMaterial{source: source, state: state}
	t.kept = newKept("trust material", log, t.follow)
	return t, t.load(ctx)
}

// trust is the material as it is now; nil when there is none.
func (t *trustMaterial) trust() emrtd.Trust {
	if held := t.held.Load(); held != nil {
		return held
	}
	return nil
}

// sealSigners are the certificates of a country's signers; all for "".
func (t *trustMaterial) sealSigners(country string) []*pki.Certificate {
	held := t.held.Load()
	switch {
	case held == nil:
		return nil
	case country == "":
		return slices.Concat(slices.Collect(maps.Values(held.signers))...)
	}
	return held.signers[country]
}

func (t *trustMaterial) load(ctx context.Context) error {
	items, state, broken, err := t.source.Load(ctx)
	if err != nil {
		return fmt.Errorf("trust material: %w", err)
	}
	if state == (trustdb.State{}) {
		return nil
	}
	items, withheld := trustdb.Admissible(items, t.state)
	if withheld > 0 {
		t.log.Warn("trust material of the training country is not used: BMIS_STATE is a real State", "items", withheld, "state", t.state)
	}
	store, refused := trust.NewStore(items, state.Version, state.CurrentAt)
	broken = append(broken, refused...)
	for _, b := range broken {
		t.log.Error("trust material cannot be used", "subject", b.Subject, "reason", b.Reason)
	}
	m := &material{Store: store, currentAt: state.CurrentAt, signers: map[string][]*pki.Certificate{}, broken: len(broken)}
	for _, i := range items {
		if i.Kind != trust.DSC {
			continue
		}
		if c, err := pki.ParseCertificate(i.DER); err == nil { // those that cannot be read were named above
			country := strings.ToUpper(c.Subject.Country())
			m.signers[country] = append(m.signers[country], c)
		}
	}
	t.held.Store(m)
	t.log.Info("trust material loaded", "version", state.Version, "items", len(items), "unusable", len(broken))
	return nil
}

// shelf is the material for people to read.
func (t *trustMaterial) shelf(ctx context.Context) (*trustdb.Shelf, error) {
	return t.source.Shelf(ctx, t.state)
}

// standing is which version is held, and when the centre last said that it is the newest; zero when there is none.
func (t *trustMaterial) standing() (version int64, currentAt time.Time) {
	if held := t.held.Load(); held != nil {
		return held.Version(), held.currentAt
	}
	return 0, time.Time{}
}

// trustStanding is standing; nothing is held while only the routes are asked for.
func (a *app) trustStanding() (version int64, currentAt time.Time) {
	if a.trust == nil {
		return 0, time.Time{}
	}
	return a.trust.standing()
}

// registerTrust registers the page on which supervisors read what the station holds.
func (a *app) registerTrust(s *web.Server) {
	trustui.RegisterStation(s, func(ctx context.Context) (*trustdb.Shelf, error) { return a.trust.shelf(ctx) })
}

func (t *trustMaterial) follow(ctx context.Context) error {
	state, err := t.source.State(ctx)
	if err != nil || state == (trustdb.State{}) {
		return err
	}
	held := t.held.Load()
	if held == nil || held.Version() != state.Version {
		return t.load(ctx)
	}
	now := *held
	now.currentAt = state.CurrentAt
	t.held.Store(&now)
	return nil
}
