package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/api_pnr/paxlst"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/carrierdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// The demo's airline is invented. Its flights bring the people who come to the air post's simulated lane.
const (
	airlineCode = "OB"
	airlineName = "Open Border Airways (invented)"
	airport     = "ALM"
	flightEvery = 20 * time.Minute
	seats       = 90
	// aheadFlights are how many of the next flights are announced.
	aheadFlights = 6
)

// writeAirports tells the centre where the demo's airport is.
func (d *demo) writeAirports() error {
	return os.WriteFile(d.airportsFile(), []byte(airport+" "+posts()[0].zone+" UTO\n"), 0o600)
}

func (d *demo) airportsFile() string { return filepath.Join(d.Dir, "airports") }

// airline is the invented carrier at a post's zone.
func (d *demo) airline() (*simulate.Airline, error) {
	zone, err := time.LoadLocation(posts()[0].zone)
	if err != nil {
		return nil, err
	}
	return &simulate.Airline{
		Town:    simulate.Town{Seed: seed, Size: townSize, Today: traveldoc.DateOf(d.tools.Now().UTC())},
		Carrier: airlineCode, Home: airport, Zone: zone, Every: flightEvery, Seats: seats,
	}, nil
}

// admitAirline gives the airline its account and credentials, as an administrator does.
func (d *demo) admitAirline(ctx context.Context) error {
	file := d.airlineCredentials()
	if _, err := os.Stat(file); err == nil {
		return nil // of an earlier run
	}
	return d.withDatabase(ctx, d.centre.Database, func(open *postgres.DB) error {
		keys, err := gate.OpenKeys(filepath.Join(d.centre.DataDir, "keys", "carriers"), d.tools.Random)
		if err != nil {
			return err
		}
		authority, err := ca.OpenOrCreate(filepath.Join(d.centre.DataDir, "ca"), d.tools.Random, d.tools.Now)
		if err != nil {
			return err
		}
		store := carrierdb.New(open, keys, authority, d.tools.Now)
		err = store.Add(ctx, installer("central"), carrierdb.Carrier{Code: airlineCode, Name: airlineName})
		if known := new(problem.Error); err != nil && (!errors.As(err, &known) || known.Code != "carrier_taken") {
			return err
		}
		credential, err := store.Issue(ctx, installer("central"), airlineCode, carrierdb.Wish{Label: "demo", Valid: 365 * 24 * time.Hour})
		if err != nil {
			return err
		}
		return os.WriteFile(file, credential.File, 0o600)
	})
}

func (d *demo) airlineCredentials() string { return filepath.Join(d.Dir, "airline.creds") }

// fly announces the airline's next flights, one after the other, until ctx ends. A door that is away only makes it wait.
func (d *demo) fly(ctx context.Context) error {
	if d.Pace <= 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	airline, err := d.airline()
	if err != nil {
		return err
	}
	roots, err := trusted(filepath.Join(d.centre.DataDir, "ca", "root.crt"))
	if err != nil {
		return err
	}
	sender, err := client.Dial(gate.ClientConfig{
		URL: "tls://" + loopback(d.Ports.Carriers), Carrier: airlineCode, Credentials: d.airlineCredentials(), RootCAs: roots, Retry: true, Log: d.tools.Log,
	})
	if err != nil {
		return err
	}
	defer sender.Close()
	next := airline.Slot(d.tools.Now())
	for {
		for ; next <= airline.Slot(d.tools.Now())+aheadFlights; next++ {
			if err := d.announce(ctx, sender, airline, next); err != nil {
				return quiet(ctx, fmt.Errorf("flight %d: %w", next, err))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Minute):
		}
	}
}

// announce sends a flight's reservations and its passengers.
func (d *demo) announce(ctx context.Context, sender client.Sender, airline *simulate.Airline, slot int64) error {
	passage, err := airline.Passage(slot)
	if err != nil {
		return err
	}
	push := airline.Push(passage)
	body, err := pnrgov.Write(edifact.Header{
		Separators: edifact.DefaultSeparators(), Announce: true, Syntax: push.Syntax, Sender: push.Sender, Recipient: push.Recipient,
		Prepared: passage.Departs.Add(-48 * time.Hour), Reference: push.Interchange,
	}, push)
	if err != nil {
		return err
	}
	if _, err := sender.Send(ctx, client.PNRGOV, client.KeyOf(body), body); err != nil {
		return err
	}
	if body, err = paxlst.Write(airline.List(passage), passage.Departs.Add(-time.Hour)); err != nil {
		return err
	}
	_, err = sender.Send(ctx, client.PAXLST, client.KeyOf(body), body)
	return err
}
