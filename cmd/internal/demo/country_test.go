package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/traveldoc"
)

// terminal keeps what the demo says.
type terminal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(p)
}

func (t *terminal) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// country is a demo whose programs are this test binary, run as processes of their own.
type country struct {
	Config
	terminal *terminal
}

func newCountry(t *testing.T) country {
	bin := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	for _, program := range []string{"central", "station"} {
		require.NoError(t, os.Symlink(self, filepath.Join(bin, program)))
	}
	said, dir := &terminal{}, filepath.Join(t.TempDir(), "demo")
	require.NoError(t, os.Mkdir(dir, 0o700))
	log, err := os.Create(filepath.Join(dir, "demo.log"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	c := country{terminal: said, Config: Config{
		Dir: dir, Bin: bin, Ports: freePorts(t), Pace: 300, Out: said,
		Tools: node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: node.Log(log, slog.LevelInfo, "bmis", "demo")},
	}}
	t.Cleanup(func() { require.NoError(t, Reset(c.Dir)) })
	return c
}

// freePorts asks the system for ports; they are free for as long as nobody else is as quick.
func freePorts(t *testing.T) Ports {
	var ports []int
	for range 8 + 3*Stations() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { require.NoError(t, l.Close()) }()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	n, m := 5+Stations(), 5+2*Stations()
	return Ports{
		Health: ports[0], Central: ports[1], NATS: ports[2], CentralMetrics: ports[3], Interpol: ports[4], Stations: ports[5:n], StationMetrics: ports[n:m],
		Capture: ports[m : len(ports)-3], Carriers: ports[len(ports)-3], Portal: ports[len(ports)-2], Pay: ports[len(ports)-1],
	}
}

// start runs the demo until stop is called; stop gives what Run gave.
func (c country) start(t *testing.T) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	ready, done := context.WithTimeout(t.Context(), 2*time.Minute)
	defer done()
	go func() {
		err := Run(ctx, c.Config)
		if err != nil {
			t.Logf("the demo ended: %v", err)
			done() // nobody waits for what cannot come
		}
		ended <- err
	}()
	t.Cleanup(cancel)
	require.NoError(t, Wait(ready, c.Ports.HealthURL()), "%s", c.terminal)
	return func() error {
		cancel()
		return <-ended
	}
}

// atCentre waits until the centre holds crossings of both stations, at least so many, and tells how many.
func (c country) atCentre(t *testing.T, least int) (crossings int) {
	d := &demo{Config: c.Config, tools: c.Tools}
	centre, err := config.LoadCentral(lookup(d.centralSettings()))
	require.NoError(t, err)
	require.NoError(t, d.withDatabase(t.Context(), centre.Database, func(db *postgres.DB) error {
		require.Eventually(t, func() bool {
			var stations int
			require.NoError(t, db.Pool.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT station) FROM crossing`).Scan(&crossings, &stations))
			return stations == Stations() && crossings >= least
		}, 2*time.Minute, 100*time.Millisecond, "crossings of every station reach the centre")
		return nil
	}))
	return crossings
}

// The whole country: it starts as processes, travellers cross, the centre knows; it stops in order and goes on with its data.
func TestCountry(t *testing.T) {
	c := newCountry(t)
	stop := c.start(t)
	crossings := c.atCentre(t, 10)
	first := c.terminal.String()
	require.Contains(t, first, "ready after")
	for _, p := range posts() {
		require.Contains(t, first, "https://"+p.id+".localhost:")
	}
	require.Contains(t, first, "The passwords were generated now")
	passwords, err := openCredentials(c.Dir)
	require.NoError(t, err)
	require.Contains(t, first, passwords.password("central", "analyst"))

	_, err = lock(c.Dir)
	require.ErrorContains(t, err, "a demo runs", "the data has one user at a time")
	require.NoError(t, stop())

	c.terminal.buf.Reset()
	stop = c.start(t)
	require.Contains(t, c.terminal.String(), "those of the first start")
	require.Contains(t, c.terminal.String(), passwords.password("central", "analyst"))
	c.atCentre(t, crossings+5)
	require.NoError(t, stop())
	requireCleanLogs(t, c.Dir, passwords)
}

// requireCleanLogs looks through what all programs logged for passwords, and for the names and numbers of all who may have crossed.
func requireCleanLogs(t *testing.T, dir string, passwords *credentials) {
	logs, err := filepath.Glob(filepath.Join(dir, "*.log"))
	require.NoError(t, err)
	require.Len(t, logs, 2+Stations())
	forbidden := secrets(t)
	for _, log := range logs {
		text, err := os.ReadFile(log)
		require.NoError(t, err)
		for _, secret := range passwords.words {
			require.NotContains(t, string(text), secret, "a password stands in %s", log)
		}
		for _, word := range regexp.MustCompile(`[A-Z0-9]{4,}`).FindAllString(string(text), -1) {
			require.False(t, forbidden[word], "%q of a traveller stands in %s", word, log)
		}
	}
}

// secrets are the words of travellers that must not be logged: surnames, given names and document numbers in capitals.
func secrets(t *testing.T) map[string]bool {
	d := &demo{Config: Config{Tools: node.Tools{}}, tools: node.Tools{Now: time.Now, NewID: uuid.New}}
	people, err := d.wanted()
	require.NoError(t, err)
	town := simulate.Town{Seed: seed, Size: townSize, Today: traveldoc.DateOf(time.Now().UTC())}
	for n := range townSize {
		people = append(people, town.Person(n, false), town.Person(n, true))
	}
	words := map[string]bool{}
	for _, p := range people {
		for _, word := range strings.Fields(p.Identity.Surname + " " + p.Identity.GivenNames + " " + p.Document.Number) {
			words[word] = len(word) >= 4
		}
	}
	return words
}

// A program that cannot start ends the demo, with the reason that it gave.
func TestCountryWithoutAStation(t *testing.T) {
	c := newCountry(t)
	require.NoError(t, os.Remove(filepath.Join(c.Bin, "station")))
	require.NoError(t, os.WriteFile(filepath.Join(c.Bin, "station"), []byte("#!/bin/sh\necho the disk is full >&2\nexit 1\n"), 0o700))
	err := Run(t.Context(), c.Config)
	require.ErrorContains(t, err, "ended by itself")
	require.ErrorContains(t, err, "the disk is full")
}
