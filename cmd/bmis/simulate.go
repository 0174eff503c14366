package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/traveldoc"
)

type simulateCommand struct {
	URL          string  `arg:"" help:"The station, such as https://localhost:8443."`
	CA           string  `required:"" type:"existingfile" help:"Root certificate of the station (PEM): ca/root.crt in its data directory."`
	Login        string  `required:"" help:"Account of an officer, made for the simulator."`
	PasswordFile string  `required:"" type:"existingfile" help:"File with the account's password."`
	Lane         string  `default:"SIM" help:"Lane to work in; the counter marks what crosses in lanes whose name begins with SIM."`
	Exit         bool    `help:"The lane leads out."`
	Land         bool    `help:"Travellers come by road, some with identity cards, at a road's hours."`
	Zone         string  `default:"UTC" help:"Time zone of the station, for the hours of the day."`
	Pace         float64 `default:"1" help:"How much faster than in life travellers come."`
	Seed         uint64  `default:"1" help:"Other travellers for another number."`
	State        string  `default:"simulator.json" help:"File that remembers who is in the country."`
	ReaderToken  string  `placeholder:"FILE" type:"existingfile" help:"File with the token of a document reader of the lane: some travellers then put their document on it, specimens of a country that does not exist."`
}

// Help is shown by bmis simulate --help.
func (simulateCommand) Help() string {
	return `Works as an officer does: signs in over HTTPS, scans synthetic documents, waits for the checks, decides. Ctrl-C stops it. Never run
it against a station in service: what it records is recorded.`
}

const simulatedTown = 6000

// Run lets travellers cross until it is interrupted.
func (c simulateCommand) Run(ctx context.Context, a *app) error {
	password, roots, err := c.secrets()
	if err != nil {
		return err
	}
	crowd, err := simulate.OpenCrowd(c.State, simulatedTown)
	if err != nil {
		return err
	}
	profile, way := simulate.Airport, simulate.Entry
	if c.Land {
		profile = simulate.Road
	}
	if c.Exit {
		way = simulate.Exit
	}
	token, err := secretIn(c.ReaderToken)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return fmt.Errorf("--zone: %w", err)
	}
	tally := newTally()
	err = simulate.Run(ctx, simulate.Config{
		Town:  simulate.Town{Seed: c.Seed, Size: simulatedTown, Today: traveldoc.DateOf(a.Now().UTC())},
		Crowd: crowd, Pace: c.Pace, Now: a.Now, Log: slog.New(slog.NewTextHandler(a.Err, nil)), Done: tally.add,
	}, []simulate.Station{{
		Officer: func() (*simulate.Officer, error) { return simulate.NewOfficer(c.URL, roots) },
		Agent:   func(token string) (*simulate.Agent, error) { return simulate.NewAgent(c.URL, token, roots), nil },
		Lanes: []simulate.Lane{
			{Name: c.Lane, Way: way, Login: c.Login, Password: password, Seed: uint64(a.Now().UnixNano()), Token: token},
		},
		Land: c.Land, Profile: profile, Zone: zone,
	}})
	return errors.Join(err, a.say("%s", tally))
}

func (c simulateCommand) secrets() (password string, roots *x509.CertPool, err error) {
	text, err := os.ReadFile(filepath.Clean(c.PasswordFile))
	if err != nil {
		return "", nil, err
	}
	pem, err := os.ReadFile(filepath.Clean(c.CA))
	if err != nil {
		return "", nil, err
	}
	roots = x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return "", nil, fmt.Errorf("%s: expected a certificate in PEM", c.CA)
	}
	return strings.TrimSpace(string(text)), roots, nil
}

// secretIn is what stands in a file; empty without a file.
func secretIn(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(filepath.Clean(file))
	return strings.TrimSpace(string(text)), err
}

// tally counts outcomes.
type tally struct {
	mu    sync.Mutex
	count map[simulate.Outcome]int
}

func newTally() *tally { return &tally{count: map[simulate.Outcome]int{}} }

func (t *tally) add(_, _ int, o simulate.Outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count[o]++
}

func (t *tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fmt.Sprintf("admitted %d, referred %d, put aside %d",
		t.count[simulate.Admitted], t.count[simulate.Referred], t.count[simulate.PutAside])
}
