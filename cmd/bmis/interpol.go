package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/cmd/internal/interpolsim"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/interpolhttp"
	"github.com/openbmis/openbmis/internal/interpolhttp/simulator"
)

type interpolCommand struct {
	Simulate interpolSimulateCommand `cmd:"" help:"Run a simulator of an INTERPOL-style service."`
	Ask      interpolAskCommand      `cmd:"" help:"Ask a service by the settings of an adapter, and print its answer as JSON."`
	Check    interpolCheckCommand    `cmd:"" help:"Check a file of adapters."`
}

type interpolSimulateCommand struct {
	Listen    string        `default:"127.0.0.1:8470" help:"Address to answer on."`
	Dir       string        `default:"interpol-simulator" help:"Folder of its certificate authority and of the token that askers show."`
	Name      []string      `default:"localhost,127.0.0.1" help:"Names of its certificate."`
	Seed      uint64        `default:"1" help:"Other records for another number."`
	Delay     time.Duration `default:"0s" help:"Before each answer."`
	Errors    float64       `default:"0" help:"The part of the questions that fails, 0 to 1."`
	Documents int           `default:"20000" help:"Records of travel documents."`
	Persons   int           `default:"600" help:"Records of persons."`
	Vehicles  int           `default:"2000" help:"Records of vehicles."`
	Settings  string        `placeholder:"FILE" help:"Write a file of adapters that ask it, for BMIS_INTERPOL."`
}

// Help is shown by bmis interpol simulate --help.
func (interpolSimulateCommand) Help() string {
	return `Everything that it knows is made up from the seed. Its page, at the address that it prints, changes delay and failures while it runs.`
}

// Run answers until it is interrupted.
func (c interpolSimulateCommand) Run(ctx context.Context, a *app) error {
	if c.Documents < 0 || c.Persons < 0 || c.Vehicles < 0 || c.Documents > 5_000_000 || c.Persons > 1_000_000 || c.Vehicles > 1_000_000 {
		return usageError{fmt.Errorf("--documents, --persons, --vehicles: expected 0 to 5000000, 1000000, 1000000")}
	}
	knobs := simulator.Knobs{Delay: simulator.Duration(c.Delay), Errors: c.Errors}
	if err := knobs.Check(); err != nil {
		return usageError{err}
	}
	s, err := interpolsim.Open(ctx, interpolsim.Config{
		Dir: c.Dir, Listen: c.Listen, Names: c.Name, Seed: c.Seed, Knobs: knobs,
		Size:  simulator.Size{Documents: c.Documents, Persons: c.Persons, Vehicles: c.Vehicles},
		Tools: node.Tools{Now: a.Now, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(a.Err, nil))},
	})
	if err != nil {
		return err
	}
	if c.Settings != "" {
		if err := interpolsim.WriteSettings(c.Settings, c.Dir, s.URL(), 1500*time.Millisecond, interpolsim.Adapters()); err != nil {
			return err
		}
	}
	if err := a.say("SIMULATOR of an INTERPOL-style service on %s; everything it knows is made up. Token and root certificate in %s.", s.URL(), c.Dir); err != nil {
		return err
	}
	return s.Run(ctx)
}

type interpolAskCommand struct {
	Settings string        `type:"existingfile" help:"File of adapters (as BMIS_INTERPOL); then --adapter names one of it."`
	Adapter  string        `help:"Name of the adapter in --settings."`
	URL      string        `name:"url" help:"The service, without --settings."`
	CA       string        `name:"ca" help:"Root certificate of the service (PEM)."`
	Token    string        `placeholder:"FILE" help:"File with the token."`
	Kind     string        `enum:",sltd,nominals,tdawn,vehicles" default:"" help:"What to ask, without --settings: sltd, nominals, tdawn or vehicles."`
	Deadline time.Duration `default:"5s" help:"How long to wait."`

	Number  string `help:"Document number (sltd, tdawn)."`
	Issuer  string `help:"Issuing State, three letters (sltd, tdawn)."`
	Type    string `help:"Kind of document, one letter (sltd, tdawn)."`
	Surname string `help:"Surname (nominals)."`
	Given   string `help:"Given names (nominals)."`
	Birth   string `help:"Birth date, YYYY-MM-DD or a part of it (nominals)."`
	Plate   string `help:"Registration plate (vehicles)."`
	Country string `help:"Country of the plate (vehicles)."`
	Detail  string `placeholder:"ID" help:"Ask for the full report of an id instead."`
}

// Help is shown by bmis interpol ask --help.
func (interpolAskCommand) Help() string {
	return `Asks once, past breaker and local copy. It is for trying a service: nothing is written in an audit log, so never ask about real people with it.`
}

// Run asks and prints.
func (c interpolAskCommand) Run(ctx context.Context, a *app) error {
	s, err := c.settings()
	if err != nil {
		return usageError{err}
	}
	client, err := interpolhttp.Open(s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Deadline)
	defer cancel()
	if c.Detail != "" {
		record, err := client.Detail(ctx, c.Detail)
		if err != nil {
			return err
		}
		return a.printIndented(record)
	}
	q := c.query(s.Kind)
	if field := q.Check(); field != "" {
		return usageError{fmt.Errorf("%s: expected a value, for %s asks with %v", field, s.Kind, s.Kind.Fields())}
	}
	answer, err := client.Search(ctx, q)
	if err != nil {
		return err
	}
	return a.printIndented(answer)
}

func (c interpolAskCommand) settings() (interpol.Settings, error) {
	if c.Settings == "" {
		s := interpol.Settings{Name: "ask", Kind: interpol.Kind(c.Kind), URL: c.URL, CA: c.CA, Credentials: c.Token}
		if c.Kind == "" || c.URL == "" {
			return s, fmt.Errorf("expected --settings and --adapter, or --kind and --url")
		}
		return s, nil
	}
	all, err := interpol.LoadSettings(c.Settings)
	if err != nil {
		return interpol.Settings{}, err
	}
	var names []string
	for _, s := range all {
		if s.Name == c.Adapter {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return interpol.Settings{}, fmt.Errorf("--adapter: expected one of %v", names)
}

func (c interpolAskCommand) query(kind interpol.Kind) interpol.Query {
	return interpol.Query{
		Kind:     kind,
		Document: interpol.DocumentQuery{Number: interpol.FoldNumber(c.Number), Issuer: interpol.Issuer(c.Issuer), Type: c.Type},
		Person:   interpol.PersonQuery{Surname: c.Surname, GivenNames: c.Given, BirthDate: c.Birth},
		Vehicle:  interpol.VehicleQuery{Plate: interpol.FoldNumber(c.Plate), Country: c.Country},
	}
}

func (a *app) printIndented(value any) error {
	encoder := json.NewEncoder(a.Out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

type interpolCheckCommand struct {
	File string `arg:"" type:"existingfile" help:"File of adapters, as BMIS_INTERPOL."`
}

// Run says what the file makes, and whether its credentials and certificates can be read. It asks no service.
func (c interpolCheckCommand) Run(a *app) error {
	all, err := interpol.LoadSettings(c.File)
	if err != nil {
		return usageError{err}
	}
	for _, s := range all {
		if _, err := interpolhttp.Open(s); err != nil {
			return err
		}
		if err := a.say("%s: %s at %s, sends %v, within %s, local copy: %t, may be missing: %t", s.Name, s.Kind, s.URL, s.Send, s.Deadline, s.Copy.Allowed, s.Optional); err != nil {
			return err
		}
	}
	return nil
}
