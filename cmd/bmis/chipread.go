package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/openbmis/openbmis/internal/pcsc"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd/card"
	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

type chipReadCommand struct {
	Reader string        `placeholder:"NAME" help:"The reader, or a part of its name. Default: the first on which a card lies."`
	MRZ    string        `name:"mrz" placeholder:"TEXT" help:"The machine readable zone, its lines parted by \\n; - reads it from the standard input."`
	CAN    string        `name:"can" placeholder:"NUMBER" help:"The card access number printed on the document; it goes before the zone."`
	Wait   time.Duration `default:"1m" help:"How long to wait for a card."`
	Limit  time.Duration `default:"2m" help:"How long reading may take."`
	Skip   []string      `placeholder:"FILE" help:"Files not to read, such as DG2."`
	Socket string        `default:"${socket}" help:"The socket of the PC/SC daemon."`

	chipReadOutput `embed:""`
}

// Help is shown by bmis chip read --help.
func (chipReadCommand) Help() string {
	return `Opens the chip by PACE or basic access control with the fields of the zone, or with the card access number, reads its files and
has it sign a challenge. When the chip denies the zone, at most two of the repairs that bmis mrz suggests for the number and the dates are
tried; each is named. The program must have been built with PC/SC: go build -tags pcsc ./cmd/bmis. Without a reader, put an emulated chip
on a virtual one: bmis chip emulate.

What is read is personal data. A zone on the command line is seen by others on this machine: --mrz - keeps it from them. The exit code is
0 when the chip was read, whatever the verdicts are, and 1 when it could not be opened or was taken away; what was read until then is
given all the same.

Example:

    bmis chip read --mrz - --out chip/ --trust masterlist.ml < zone.txt
    bmis chip read --can 123456 --json
    bmis chip read --mrz - --post https://localhost:8443 --ca root.crt --token-file reader.token < zone.txt`
}

// Run waits for a chip, reads it and gives what was read.
func (c chipReadCommand) Run(ctx context.Context, a *app) (err error) {
	out, err := c.prepare(a)
	if err != nil {
		return err
	}
	zone, err := c.zone(a)
	if err != nil {
		return err
	}
	client, err := pcsc.Dial(ctx, pcsc.Options{Socket: c.Socket})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	device, err := c.device(ctx, a, client)
	if err != nil {
		return err
	}
	on, err := client.Connect(ctx, device.Name, pcsc.Exclusive)
	if err != nil {
		return err
	}
	read, failed := c.read(ctx, a, on, zone)
	if leaving := on.Disconnect(ctx, pcsc.Reset); failed == nil && leaving != nil {
		failed = leaving
	}
	if read == nil {
		return failed
	}
	return errors.Join(out.give(ctx, a, c.reading(a, device, zone, read)), failed)
}

// zone is what was given by --mrz; empty without.
func (c chipReadCommand) zone(a *app) (*mrz.Document, error) {
	text := strings.ReplaceAll(c.MRZ, `\n`, "\n")
	switch {
	case c.MRZ == "" && c.CAN == "":
		return nil, usageError{errors.New("what opens the chip? Expected --mrz or --can")}
	case c.MRZ == "":
		return &mrz.Document{}, nil
	case c.MRZ == "-":
		data, err := io.ReadAll(io.LimitReader(a.In, mrz.MaxInput+1))
		if err != nil {
			return nil, fmt.Errorf("read the zone: %w", err)
		}
		text = string(data)
	}
	zone, err := mrz.Parse(strings.TrimSpace(text), traveldoc.DateOf(a.Now()), mrz.Training)
	if _, ok := chip.PasswordOf(zone); !ok && c.CAN == "" && len(chip.Repairs(zone)) == 0 {
		return nil, usageError{errors.Join(errors.New("--mrz: expected a zone with document number, date of birth and date of expiry"), err)}
	}
	return zone, nil
}

// device is the reader with a card; what readers there are is told first.
func (c chipReadCommand) device(ctx context.Context, a *app, client *pcsc.Client) (pcsc.Reader, error) {
	known, err := client.Readers(ctx)
	if err != nil {
		return pcsc.Reader{}, err
	}
	for _, r := range known {
		a.note("Reader: %s", r.Name)
	}
	if _, present := c.choose(known); !present {
		a.note("Waiting for a card.")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.Wait, fmt.Errorf("no card came within %s", c.Wait))
	defer cancel()
	var found pcsc.Reader
	_, err = client.Wait(ctx, func(readers []pcsc.Reader) bool {
		var present bool
		found, present = c.choose(readers)
		return present
	})
	return found, err
}

func (c chipReadCommand) choose(readers []pcsc.Reader) (pcsc.Reader, bool) {
	for _, r := range readers {
		if r.Present && strings.Contains(r.Name, c.Reader) {
			return r, true
		}
	}
	return pcsc.Reader{}, false
}

// read reads the chip and tells how it goes. Both a chip and an error: it was taken away.
func (c chipReadCommand) read(ctx context.Context, a *app, on chip.Transport, zone *mrz.Document) (*reader.Chip, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.Limit, fmt.Errorf("the chip was not read within %s", c.Limit))
	defer cancel()
	read, mended, err := chip.ReadZone(ctx, on, zone, c.CAN, rand.Reader, chip.Options{
		Skip:     c.Skip,
		Progress: func(name string, n, of int) { a.note("Reading %s (%d of %d)", name, n, of) },
		Retry: func(s mrz.Suggestion, n, of int) {
			a.note("The chip denies the zone as given. Trying repair %d of %d: %s", n, of, edits(s))
		},
	})
	if mended != nil && read != nil {
		a.note("Opened with a repaired zone: %s. The zone itself is given on as it was read.", edits(*mended))
	}
	return read, err
}

// edits names the exchanges of a repair.
func edits(s mrz.Suggestion) string {
	named := make([]string, len(s.Edits))
	for n, e := range s.Edits {
		named[n] = fmt.Sprintf("line %d, position %d, %s for %s", e.Line, e.Position, e.To, e.From)
	}
	fields := make([]string, len(s.Fields))
	for n, f := range s.Fields {
		fields[n] = f.String()
	}
	return strings.Join(fields, ", ") + ": " + strings.Join(named, "; ")
}

// reading is what a document reader would post.
func (c chipReadCommand) reading(a *app, device pcsc.Reader, zone *mrz.Document, read *reader.Chip) *reader.Reading {
	now := a.Now().UTC()
	return &reader.Reading{
		ID:     fmt.Sprintf("pcsc-%d", now.UnixNano()),
		Device: reader.Device{Vendor: "PC/SC", Model: device.Name, Simulated: card.Emulated(device.ATR)},
		At:     now, MRZ: strings.TrimSpace(zone.Input), Chip: read,
	}
}

// note tells how it goes, beside the output. That it cannot be told stops nothing.
func (a *app) note(format string, args ...any) { _, _ = fmt.Fprintf(a.Err, format+"\n", args...) }
