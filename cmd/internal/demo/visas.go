package demo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/payhttp"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
)

// visaNationality is who needs a visa in the demo's country: nobody of the simulated town, so that its lanes flow, and everybody of a State that
// the visitor may play.
const visaNationality = "KEN"

func (d *demo) portalURL() string  { return fmt.Sprintf("https://portal.localhost:%d", d.Ports.Portal) }
func (d *demo) payURL() string     { return "http://" + loopback(d.Ports.Pay) }
func (d *demo) mailDir() string    { return filepath.Join(d.Dir, "mail") }
func (d *demo) payKeyFile() string { return filepath.Join(d.Dir, "pay.key") }

// runPay lets the simulated payment provider answer as long as the demo runs.
func (d *demo) runPay(ctx, running context.Context, work *errgroup.Group) error {
	if err := os.MkdirAll(d.mailDir(), 0o700); err != nil {
		return err
	}
	key, err := payhttp.OpenKey(d.payKeyFile(), d.tools.Random)
	if err != nil {
		return err
	}
	provider, err := simulator.New(simulator.Options{URL: d.payURL(), Key: key, ID: d.tools.NewID, Now: d.tools.Now, Log: d.tools.Log, HTTP: d.payClient()})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback(d.Ports.Pay))
	if err != nil {
		provider.Close()
		return fmt.Errorf("payment provider: %w", err)
	}
	server := &http.Server{Handler: provider, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	work.Go(func() error {
		<-running.Done()
		provider.Close()
		return server.Close()
	})
	work.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("payment provider: %w", err)
		}
		return nil
	})
	return nil
}

// payClient calls the portal back, whose certificate hangs on the centre's root: that one is made when the centre starts.
func (d *demo) payClient() *http.Client {
	root := filepath.Join(d.Dir, "central", "ca", "root.crt")
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			text, err := os.ReadFile(root)
			if err != nil {
				return nil, err
			}
			roots := x509.NewCertPool()
			roots.AppendCertsFromPEM(text)
			dialer := tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: "localhost"}}
			return dialer.DialContext(ctx, network, loopback(d.Ports.Portal))
		},
	}}
}

// simulated are the States of the simulated town's people, and the one of its specimens.
func simulated() []string {
	return []string{"FRA", "ESP", "GBR", "MAR", "D", "DEU", "USA", "CHN", "IND", "BRA", "SEN", "JPN", "EGY", "UTO"}
}

// entryRules publishes who needs no visa, unless rules are in force.
func (d *demo) entryRules(ctx context.Context, db config.Database) error {
	return d.withDatabase(ctx, db, func(open *postgres.DB) error {
		rules := visausedb.NewRules(visausedb.RulesConfig{DB: open, Now: d.tools.Now, NewID: d.tools.NewID})
		if _, inForce, err := rules.Current(ctx); err != nil || inForce {
			return err
		}
		book, err := json.Marshal(evisa.RuleBook{Version: "demo-1", Legal: "Entry Act (made up)", Rules: []evisa.EntryRule{
			{ID: "permit", Kind: evisa.VisaFree, Basis: "Entry Act, s. 3", Bases: []border.Basis{border.ResidencePermit, border.FreeMovement, border.CrewBasis, border.Accredited, border.BorderPass}},
			{ID: "visa-free", Kind: evisa.VisaFree, Basis: "Entry Act, schedule 1", Nationalities: simulated(), Days: 90},
			{ID: "on-arrival", Kind: evisa.VisaOnArrival, Basis: "Entry Act, schedule 2", Nationalities: []string{"PHL", "THA", "ZAF"}, Ports: []string{posts()[0].id}, Days: 30, Fee: &evisa.Money{Minor: 4000, Currency: "EUR"}},
			{ID: "visa", Kind: evisa.VisaRequired, Basis: "Entry Act, s. 4", Nationalities: []string{"*"}},
		}})
		if err != nil {
			return err
		}
		first, second := installer("central"), installer("central")
		second.ID, second.Name = "demo-second", "demo-second"
		proposed, err := rules.Propose(ctx, first, "The demo's rules", book)
		if err != nil {
			return err
		}
		_, err = rules.Approve(ctx, second, proposed.ID)
		return err
	})
}
