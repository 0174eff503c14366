package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

type chipCommand struct {
	Verify chipVerifyCommand `cmd:"" help:"Verify the files of a chip and print a verdict per step as JSON."`
	Show   chipShowCommand   `cmd:"" help:"Print what the files of a chip say, a JSON object a file."`

	Read    chipReadCommand    `cmd:"" help:"Read a chip that lies on a reader, over PC/SC."`
	Emulate chipEmulateCommand `cmd:"" help:"Put an emulated chip of a country that does not exist on a virtual reader."`
}

type chipVerifyCommand struct {
	chipFiles    `embed:""`
	chipTrust    `embed:""`
	At           chipInstant `placeholder:"DATE" help:"Day (YYYY-MM-DD, its end in UTC) or instant (RFC 3339) of the inspection. Default: now."`
	AAChallenge  hexBytes    `name:"aa-challenge" placeholder:"HEX" help:"The challenge of active authentication, 8 bytes."`
	AAResponse   hexBytes    `name:"aa-response" placeholder:"HEX" help:"The chip's answer to it."`
	Stored       chipStored  `embed:""`
	IssuingState string      `placeholder:"CODE" help:"Issuing State by the page, three letters, to compare with the chip and its signer."`
}

// Help is shown by bmis chip verify --help.
func (chipVerifyCommand) Help() string {
	return `Passive authentication of ICAO Doc 9303-11: every step has its own verdict, one of pass, fail, inconclusive and not_done, with
its reason. There is no verdict over all. The exit code is 0 whenever there is an answer, also when that is a forgery; 1 when a file
cannot be read from the disk; 2 on wrong use, such as a file of the chip given twice, or a --crl that is no revocation list. With --crossing the chip is one that a station has kept with a decision; it is verified as of the scan.

Example:

    bmis chip verify --sod EF.SOD --dg 1=DG1.bin --dg 2=DG2.bin --trust masterlist.ml --crl UTO.crl
    bmis chip verify --crossing 0197f3a2-7c1e-7000-8000-3a1f5c0d9b42 --data-dir /var/lib/openbmis`
}

// chipOutput is the JSON of a verification. Its names are a promise to those who read it by program.
type chipOutput struct {
	emrtd.Report
	// Material is what the files of trust material gave.
	Material []trust.Report `json:"trust"`
}

// Run verifies and prints the report.
func (c chipVerifyCommand) Run(ctx context.Context, a *app) error {
	if c.Stored.Crossing != "" {
		return c.stored(ctx, a)
	}
	evidence, err := c.evidence()
	if err != nil {
		return err
	}
	store, reports, err := c.store(a.Now())
	if err != nil {
		return err
	}
	at := c.At.Time
	if at.IsZero() {
		at = a.Now().UTC()
	}
	out := json.NewEncoder(a.Out)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(chipOutput{emrtd.Verify(evidence, store, at), reports}); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// evidence reads the chip's files.
func (c chipVerifyCommand) evidence() (emrtd.Evidence, error) {
	e := emrtd.Evidence{IssuingState: strings.ToUpper(c.IssuingState)}
	switch {
	case (c.AAChallenge == nil) != (c.AAResponse == nil):
		return e, usageError{errors.New("expected --aa-challenge and --aa-response together")}
	case c.AAChallenge != nil:
		e.Active = &reader.ActiveAuthentication{Challenge: c.AAChallenge, Response: c.AAResponse}
	}
	var err error
	e.Files, err = c.read()
	return e, err
}

// hexBytes is a flag of bytes in hexadecimal; spaces and colons between them are fine.
type hexBytes []byte

// UnmarshalText reads the flag.
func (h *hexBytes) UnmarshalText(text []byte) error {
	data, err := hex.DecodeString(strings.NewReplacer(" ", "", ":", "").Replace(string(text)))
	if err != nil {
		return fmt.Errorf("expected bytes in hexadecimal: %w", err)
	}
	*h = data
	return nil
}

// chipInstant is a flag of a day or of an instant.
type chipInstant struct{ time.Time }

// UnmarshalText reads the flag. A day is taken at its end: what was issued on that day is then in force.
func (c *chipInstant) UnmarshalText(text []byte) error {
	if at, err := time.Parse(time.RFC3339, string(text)); err == nil {
		c.Time = at.UTC()
		return nil
	}
	date, err := traveldoc.ParseDate(string(text))
	if err != nil || date.Precision() != traveldoc.PrecisionDay {
		return errors.New("expected YYYY-MM-DD or an instant of RFC 3339")
	}
	c.Time = date.First().Add(24*time.Hour - time.Second)
	return nil
}
