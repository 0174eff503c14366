package portal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/passport"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/evisa/photo"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/mail"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/vault"
)

// Name is the portal's in logs, in pg_stat_activity and as the place of what is done there.
const Name = "portal"

// poolSize serves requests, letters and payments; two connections listen.
const poolSize = 16

// atOnce is how many files, and how many data pages, are looked at at the same time.
const atOnce = 2

// Addresses are where a running portal answers.
type Addresses struct {
	HTTPS string // host:port
}

// Tools are what is handed in.
type Tools struct {
	node.Tools
	// Certificate is shown to browsers where the configuration names none: the centre's own.
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// PayRoots are the certificates that the payment provider is believed by; nil: the machine's.
	PayRoots *x509.CertPool
	// PortName is what people call a post; nil: its id is shown. A portal that runs alone knows no names: it may not read the register of posts.
	PortName func(id string) string
}

// app is the portal's parts.
type app struct {
	cfg     config.Portal
	tools   Tools
	db      *postgres.DB
	own     *vault.PrivateKey
	store   *portaldb.Store
	service *apply.Service
	fees    *pay.Service // nil: nobody takes fees
	letters *mail.Worker // nil: they wait
	words   *words
}

// Run runs the portal until ctx ends or one of its parts cannot go on. started, which may be nil, is told where it answers.
func Run(ctx context.Context, cfg config.Portal, tools Tools, started func(Addresses)) error {
	a := &app{cfg: cfg, tools: tools}
	if err := a.open(ctx); err != nil {
		return fmt.Errorf("portal: %w", err)
	}
	defer a.db.Close()
	if err := a.serve(ctx, started); err != nil {
		return fmt.Errorf("portal: %w", err)
	}
	return nil
}

// open makes what stands behind the listener.
func (a *app) open(ctx context.Context) (err error) {
	options := append(a.tools.Database, postgres.WithApplicationName(Name), postgres.WithMaxConns(poolSize)) //nolint:gocritic // a list of our own
	if a.db, err = postgres.Open(ctx, a.cfg.DSN, options...); err != nil {
		return err
	}
	if err = a.assemble(ctx); err != nil {
		a.db.Close()
	}
	return err
}

// warnOfLocks says so where the database lets the portal's role take advisory locks.
func (a *app) warnOfLocks(ctx context.Context) {
	if may, err := portaldb.MayStop(ctx, a.db); err != nil || may {
		a.tools.Log.WarnContext(ctx, "the portal's role may take advisory locks, by which it could stop the centre: see docs/operations.md", "error", err)
	}
}

func (a *app) assemble(ctx context.Context) (err error) {
	if err := portaldb.CheckAlone(ctx, a.db); err != nil {
		return err
	}
	a.warnOfLocks(ctx)
	if a.words, err = loadWords(a.cfg.URL); err != nil {
		return err
	}
	keys, err := a.openKeys()
	if err != nil {
		return err
	}
	if err := a.openFees(); err != nil {
		return err
	}
	if err := a.openLetters(); err != nil {
		return err
	}
	return a.openService(ctx, keys)
}

// openKeys reads the portal's keys, and makes those that are missing.
func (a *app) openKeys() (*vault.Files, error) {
	dir := filepath.Join(a.cfg.DataDir, "keys", "portal")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of keys: %w", err)
	}
	var err error
	if a.own, err = vault.OpenPrivateKey(filepath.Join(dir, "portal.key"), a.tools.Random); err != nil {
		return nil, err
	}
	return vault.OpenFiles(filepath.Join(dir, "drafts"), a.tools.Random, a.tools.Now)
}

func (a *app) openService(ctx context.Context, keys *vault.Files) error {
	policy, err := readPolicy(a.cfg)
	if err != nil {
		return err
	}
	judge, err := photo.New()
	if err != nil {
		return err
	}
	a.service, err = apply.New(apply.Options{
		Store: a.store, Policy: policy, Keys: keys, Own: a.own, Files: upload.NewTaker(a.tools.NewID, atOnce), Judge: judge, Pages: passport.NewReader(atOnce),
		Payments: a.fees != nil, URL: a.cfg.URL, Log: a.tools.Log, Now: a.tools.Now, Random: a.tools.Random, NewID: a.tools.NewID,
	})
	if err != nil {
		return err
	}
	if err := a.service.Prepare(ctx); err != nil && !errors.Is(err, apply.ErrNoCentre) {
		return err
	}
	return nil
}

// readPolicy is the State's policy of visas: the configured one, else the program's own.
func readPolicy(cfg config.Portal) (evisa.Policy, error) {
	if cfg.Policy == "" {
		return evisa.DefaultPolicy(cfg.State), nil
	}
	text, err := os.ReadFile(cfg.Policy)
	if err != nil {
		return evisa.Policy{}, fmt.Errorf("BMIS_VISA_POLICY: %w", err)
	}
	policy, err := evisa.ReadPolicy(text)
	if err != nil {
		return evisa.Policy{}, fmt.Errorf("BMIS_VISA_POLICY: %w", err)
	}
	return policy, nil
}

// openStore makes the portal's side of the database; orders make the fees' orders: nil where nobody takes fees.
func (a *app) openStore(orders *paydb.Store) {
	o := portaldb.Options{Now: a.tools.Now, Random: a.tools.Random, NewID: a.tools.NewID}
	if orders != nil {
		o.Order = orders.Order
	}
	a.store = portaldb.New(a.db, o)
}

// Intervals of the work in the background.
const (
	prepareEvery = 2 * time.Second
	expireEvery  = 10 * time.Minute
)

// serve runs every part until ctx ends or one fails: the listener stops first, then what works behind it.
func (a *app) serve(ctx context.Context, started func(Addresses)) error {
	back, stopBack := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBack()
	server, err := a.web()
	if err != nil {
		return err
	}
	handler, err := server.Handler()
	if err != nil {
		return err
	}
	certificate, err := a.tls()
	if err != nil {
		return err
	}
	listener, err := node.Listen(ctx, a.cfg.Listen)
	if err != nil {
		return err
	}
	behind, backCtx := errgroup.WithContext(back)
	a.runBehind(backCtx, behind)
	front, frontCtx := errgroup.WithContext(ctx)
	front.Go(func() error {
		return node.Serve(frontCtx, listener, certificate, patient(handler), a.tools.Log, server.Close)
	})
	front.Go(func() error { return node.Until(frontCtx, backCtx, nil) })
	a.tools.Log.InfoContext(ctx, "portal ready", "https", listener.Addr().String())
	if started != nil {
		started(Addresses{HTTPS: listener.Addr().String()})
	}
	err = front.Wait()
	stopBack()
	return errors.Join(node.Quiet(err), node.Quiet(behind.Wait()))
}

func (a *app) runBehind(ctx context.Context, behind *errgroup.Group) {
	behind.Go(func() error { return a.prepare(ctx) })
	behind.Go(func() error { return a.expire(ctx) })
	if a.letters != nil {
		behind.Go(func() error { return a.letters.Run(ctx) })
	}
	if a.fees != nil {
		behind.Go(func() error { return node.Quiet(a.fees.Run(ctx)) })
	}
}

// prepare waits until the centre has told its key: a portal of its own may start first.
func (a *app) prepare(ctx context.Context) error {
	ticker := time.NewTicker(prepareEvery)
	defer ticker.Stop()
	for {
		if err := a.service.Prepare(ctx); err == nil || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	<-ctx.Done()
	return nil
}

// expire shreds what was begun and not finished in time. A failure is logged: the next round may succeed.
func (a *app) expire(ctx context.Context) error {
	ticker := time.NewTicker(expireEvery)
	defer ticker.Stop()
	for {
		shredded, err := a.service.Expire(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			a.tools.Log.WarnContext(ctx, "what has expired cannot be shredded at present", "error", err)
		case shredded > 0:
			a.tools.Log.InfoContext(ctx, "shredded what was not finished in time", "count", shredded)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// uploadTime is how long a file may take to come in: a telephone on a slow network sends twelve megabytes.
const uploadTime = 3 * time.Minute

// patient gives requests with files more time than pages.
func patient(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > 1<<20 || r.ContentLength < 0 {
			// Where it cannot be set, the listener's own limit holds.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime))
		}
		h.ServeHTTP(w, r)
	})
}

// tls is what browsers are shown.
func (a *app) tls() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: a.tools.Certificate}
	if a.cfg.CertFile == "" {
		if a.tools.Certificate == nil {
			return nil, errors.New("BMIS_PORTAL_CERT: expected a certificate")
		}
		return c, nil
	}
	source := &fileCertificate{cert: a.cfg.CertFile, key: a.cfg.KeyFile}
	if _, err := source.get(nil); err != nil {
		return nil, fmt.Errorf("BMIS_PORTAL_CERT: %w", err)
	}
	c.GetCertificate = source.get
	return c, nil
}
