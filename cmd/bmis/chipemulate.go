package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/openbmis/openbmis/internal/pcsc/vpcd"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd/card"
	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// emulatedCAN is the card access number of every emulated chip.
const emulatedCAN = "123456"

type chipEmulateCommand struct {
	Case    string `default:"genuine" help:"The case whose chip it is; bmis reader --help lists them."`
	Address string `default:"${vpcd}" placeholder:"HOST:PORT" help:"Where the virtual reader's driver waits for a card."`
}

// Help is shown by bmis chip emulate --help.
func (chipEmulateCommand) Help() string {
	return `Lays an emulated chip of Utopia (UTO), a country that does not exist, on the virtual reader of vsmartcard, whose driver for the PC/SC
daemon Debian has as vsmartcard-vpcd. It is simulated and says so by its answer to reset. It stays there until the command is ended.

Example, in two terminals, with the daemon running:

    bmis chip emulate --case genuine
    bmis chip read --can 123456`
}

// Run answers commands until the context ends.
func (c chipEmulateCommand) Run(ctx context.Context, a *app) error {
	made, emulated, err := c.make(a)
	if err != nil {
		return err
	}
	link, err := vpcd.Connect(ctx, c.Address, emulated)
	if err != nil {
		return fmt.Errorf("%w (is pcscd running, with the driver vsmartcard-vpcd?)", err)
	}
	err = a.say("SIMULATED: the chip of the case %s, of a country that does not exist, lies on the virtual reader at %s.\n%s\nCAN %s",
		c.Case, c.Address, made.Document.Zone, emulatedCAN)
	if err != nil {
		return err
	}
	return link.Serve(ctx)
}

// make builds the case's document and its card.
func (c chipEmulateCommand) make(a *app) (specimen.Specimen, *card.Card, error) {
	k, err := specimen.CaseNamed(c.Case)
	if err != nil {
		return specimen.Specimen{}, nil, usageError{err}
	}
	today := traveldoc.DateOf(a.Now())
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), today)
	if err != nil {
		return specimen.Specimen{}, nil, err
	}
	made, err := k.Build(country, specimen.Options{NoImages: true})
	if err != nil {
		return made, nil, err
	}
	if made.Reading.Chip == nil || len(made.Reading.Chip.Files) == 0 {
		return made, nil, usageError{fmt.Errorf("--case %s: its document has no chip that answers", c.Case)}
	}
	zone, err := mrz.Parse(made.Document.Zone, today, mrz.Training)
	if err != nil {
		return made, nil, err
	}
	password, _ := chip.PasswordOf(zone)
	emulated, err := card.New(card.Config{
		Files: made.Reading.Chip.Files, Zone: password.Zone, CAN: emulatedCAN, Answer: made.Answer, Agreement: made.Agreement, Random: rand.Reader,
		Quirks: card.Quirks{NoPACE: made.Reading.Chip.Access == chip.AccessBasic},
	})
	return made, emulated, err
}
