package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/pki"
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
	SOD          string            `name:"sod" placeholder:"FILE" help:"The chip's EF.SOD."`
	COM          string            `name:"com" placeholder:"FILE" help:"The chip's EF.COM."`
	DG           map[string]string `name:"dg" mapsep:"none" placeholder:"N=FILE" help:"A data group, 1 to 16. May be repeated."`
	Trust        []string          `sep:"none" placeholder:"FILE" help:"Trust material: master list, certificate, LDIF, deviation list. May be repeated."`
	CRL          []string          `name:"crl" sep:"none" placeholder:"FILE" help:"A revocation list. May be repeated."`
	At           chipInstant       `placeholder:"DATE" help:"Day (YYYY-MM-DD, its end in UTC) or instant (RFC 3339) of the inspection. Default: now."`
	AAChallenge  hexBytes          `name:"aa-challenge" placeholder:"HEX" help:"The challenge of active authentication, 8 bytes."`
	AAResponse   hexBytes          `name:"aa-response" placeholder:"HEX" help:"The chip's answer to it."`
	Stored       chipStored        `embed:""`
	IssuingState string            `placeholder:"CODE" help:"Issuing State by the page, three letters, to compare with the chip and its signer."`
}

// Help is shown by bmis chip verify --help.
func (chipVerifyCommand) Help() string {
	return `Passive authentication of ICAO Doc 9303-11: every step has its own verdict, one of pass, fail, inconclusive and not_done, with
its reason. There is no verdict over all. The exit code is 0 whenever there is an answer, also when that is a forgery; 1 when a file
cannot be read from the disk. With --crossing the chip is one that a station has kept with a decision; it is verified as of the scan.

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
	at := c.At.Time
	if at.IsZero() {
		at = a.Now().UTC()
	}
	if c.Stored.Crossing != "" {
		return c.stored(ctx, a)
	}
	evidence, err := c.evidence()
	if err != nil {
		return err
	}
	store, reports, err := trustFrom(append(c.Trust, c.CRL...), a.Now())
	if err != nil {
		return err
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
	e := emrtd.Evidence{Files: map[string][]byte{}, IssuingState: strings.ToUpper(c.IssuingState)}
	names := map[string]string{}
	for number, path := range c.DG {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > emrtd.Groups {
			return e, usageError{fmt.Errorf("--dg %s=%s: expected a data group from 1 to %d", number, path, emrtd.Groups)}
		}
		names[emrtd.FileDG(n)] = path
	}
	names[emrtd.FileSOD], names[emrtd.FileCOM] = c.SOD, c.COM
	for name, path := range names {
		if path == "" {
			continue
		}
		data, err := readBounded(path, emrtd.MaxFile) // a longer one is a finding
		if err != nil {
			return e, fmt.Errorf("%s: %w", name, err)
		}
		e.Files[name] = data
	}
	switch {
	case len(e.Files) == 0:
		return e, usageError{errors.New("expected the files of a chip: --sod, --com or --dg")}
	case (c.AAChallenge == nil) != (c.AAResponse == nil):
		return e, usageError{errors.New("expected --aa-challenge and --aa-response together")}
	case c.AAChallenge != nil:
		e.Active = &reader.ActiveAuthentication{Challenge: c.AAChallenge, Response: c.AAResponse}
	}
	return e, nil
}

// maxTrustFile is more than any list published.
const maxTrustFile = 256 << 20

// trustFrom builds a store of files. What single certificates give may vouch for the signers of lists.
func trustFrom(paths []string, now time.Time) (*trust.Store, []trust.Report, error) {
	files := make([][]byte, len(paths))
	var anchors []*pki.Certificate
	for i, path := range paths {
		data, err := readBounded(path, maxTrustFile)
		if err != nil {
			return nil, nil, fmt.Errorf("trust material: %w", err)
		}
		files[i] = data
		anchors = append(anchors, singleAnchors(path, data, now)...)
	}
	reports := make([]trust.Report, 0, len(paths)+1)
	var items []trust.Item
	for i, data := range files {
		imported := trust.Import(filepath.Base(paths[i]), data, trust.Options{Now: now, Anchors: anchors})
		reports = append(reports, imported.Report)
		items = append(items, imported.Items...)
	}
	store, refused := trust.NewStore(items, 0, now)
	if len(refused) > 0 {
		reports = append(reports, trust.Report{Kind: trust.FileUnknown, Refused: refused})
	}
	return store, reports, nil
}

// maxCertificate is more than any single certificate takes, in PEM too.
const maxCertificate = 64 << 10

// singleAnchors are the authorities in a file that is no list.
func singleAnchors(path string, data []byte, now time.Time) []*pki.Certificate {
	if len(data) > maxCertificate {
		return nil
	}
	imported := trust.Import(filepath.Base(path), data, trust.Options{Now: now})
	if k := imported.Report.Kind; k != trust.FileCertificate && k != trust.FileCertificates {
		return nil
	}
	var anchors []*pki.Certificate
	for _, item := range imported.Items {
		if c, err := pki.ParseCertificate(item.DER); err == nil && item.Kind == trust.CSCA {
			anchors = append(anchors, c)
		}
	}
	return anchors
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
