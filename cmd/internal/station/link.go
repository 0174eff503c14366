package station

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/cmd/internal/enrol"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/replication"
)

// joinAgain is how long after a failed attempt the station tries to enrol again.
const joinAgain = 5 * time.Second

// link is the station's line to the centre. Nothing at the counter waits for it.
type link struct {
	app        *app
	outbox     *relaydb.Outbox
	references *relaydb.References

	mu    sync.Mutex
	conn  *bus.Conn // nil until the station has joined
	relay *replication.Relay
	blobs *replication.BlobRelay
	heart *replication.Heart
}

func newLink(a *app) *link {
	return &link{
		app:        a,
		outbox:     relaydb.NewOutbox(a.db.DB, a.cfg.ID, a.tools.NewID, a.tools.Now),
		references: relaydb.NewReferences(a.db.DB, a.sinks(), a.tools.Now),
	}
}

// wake says that an event was committed. It never blocks.
func (l *link) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.relay != nil {
		l.relay.Wake()
		l.blobs.Wake()
	}
}

// Online reports whether the centre answered the last heartbeat.
func (l *link) Online() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heart != nil && l.heart.Link().Online
}

// connection is the line to the centre; nil while there is none.
func (l *link) connection() *bus.Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn
}

// Backlog is how many events the centre has not confirmed.
func (l *link) Backlog(ctx context.Context) (int64, error) {
	state, err := l.outbox.State(ctx)
	return state.Backlog, err
}

// run joins the centre and keeps the line until ctx ends. A station that knows no centre works alone.
func (l *link) run(ctx context.Context) error {
	if l.app.cfg.Centre.URL == "" && l.app.cfg.Centre.NATSURL == "" {
		l.app.tools.Log.Warn("no centre configured: the station works alone")
		<-ctx.Done()
		return nil
	}
	membership, err := l.join(ctx)
	if err != nil {
		return node.Quiet(err)
	}
	return l.work(ctx, membership)
}

// join tries until the station has its certificate: the centre may be away for days.
func (l *link) join(ctx context.Context) (*enrol.Membership, error) {
	a := l.app
	for told := ""; ; {
		membership, err := enrol.Join(ctx, enrol.MembershipConfig{
			Station: a.cfg.ID, Dir: filepath.Join(a.cfg.DataDir, "identity"), BaseURL: a.cfg.Centre.URL,
			Token: a.cfg.Centre.EnrolmentToken, AuditKey: a.secrets.Audit.Public(), Random: a.tools.Random, Now: a.tools.Now, Log: a.tools.Log,
		})
		if err == nil {
			return membership, nil
		}
		if told != err.Error() { // once, not every five seconds for days
			a.tools.Log.Warn("not enrolled: the station works alone and goes on trying", "error", err)
			told = err.Error()
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(joinAgain):
		}
	}
}

// work runs everything that speaks over the line.
func (l *link) work(ctx context.Context, m *enrol.Membership) error {
	a := l.app
	roots, err := l.roots(m)
	if err != nil {
		return err
	}
	witness, err := audit.ParsePublicKey(m.WitnessKey())
	if err != nil {
		return fmt.Errorf("centre's audit key: %w", err)
	}
	conn, err := bus.Dial(bus.StationConfig{
		URL: l.address(m), Station: a.cfg.ID, RootCAs: roots, Credentials: a.cfg.Centre.NATSCredentials, Log: a.tools.Log,
		Certificate: func() (*tls.Certificate, error) { return m.Current(), nil },
	})
	if err != nil {
		return err
	}
	defer conn.Close()
	puller := (*replication.Puller)(nil)
	heart := replication.NewHeart(replication.HeartConfig{
		Station: a.cfg.ID, Software: node.Version(), Conn: conn, Outbox: l.outbox, References: l.references, Blobs: a.outboxes(),
		OnVersions: func(newest map[string]int64) { l.compare(newest, puller) }, Now: a.tools.Now, Log: a.tools.Log,
	})
	puller = replication.NewPuller(replication.PullerConfig{
		Station: a.cfg.ID, Datasets: l.references.Datasets(), Conn: conn, Store: l.references, Alerts: heart,
		Trust: ca.SignatureTrust{Roots: m.Roots, Purpose: replication.SealPurpose}, Now: a.tools.Now,
		OnApplied: a.applied, Log: a.tools.Log,
	})
	relay := replication.NewRelay(a.cfg.ID, l.outbox, conn, heart, replication.Timing{}, a.tools.Log)
	witnessing := replication.NewWitnessRelay(replication.WitnessConfig{
		Station: a.cfg.ID, Log: auditlog.NewLog(a.db.DB), Origin: a.secrets.Audit.Verifier(), Witness: witness, Conn: conn,
		Alerts: heart, Now: a.tools.Now, Logger: a.tools.Log,
	})
	blobs := l.blobRelay(conn)
	l.mu.Lock()
	l.conn, l.relay, l.blobs, l.heart = conn, relay, blobs, heart
	l.mu.Unlock()

	all, ctx := errgroup.WithContext(ctx)
	for _, run := range []func(context.Context) error{relay.Run, blobs.Run, heart.Run, puller.Run, witnessing.Run, m.Run} {
		all.Go(func() error { return node.Quiet(run(ctx)) })
	}
	return all.Wait()
}

// compare has the puller ask at once when the centre names a version that the station does not show.
func (l *link) compare(newest map[string]int64, puller *replication.Puller) {
	if held := l.app.list.Book(); held == nil || newest[alerts.ListsDataset] != held.Version {
		puller.Wake()
	}
}

// address is where the bus is dialled: as configured, else as the centre said.
func (l *link) address(m *enrol.Membership) string {
	if l.app.cfg.Centre.NATSURL != "" {
		return l.app.cfg.Centre.NATSURL
	}
	urls := make([]string, len(m.NATS()))
	for n, address := range m.NATS() {
		urls[n] = "tls://" + address
	}
	return strings.Join(urls, ",")
}

func (l *link) roots(m *enrol.Membership) (*x509.CertPool, error) {
	if l.app.cfg.Centre.CAFile == "" {
		return m.Roots(), nil
	}
	text, err := os.ReadFile(l.app.cfg.Centre.CAFile)
	if err != nil {
		return nil, fmt.Errorf("BMIS_CENTRAL_CA: %w", err)
	}
	pool := m.Roots()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("BMIS_CENTRAL_CA: expected certificates in PEM")
	}
	return pool, nil
}
