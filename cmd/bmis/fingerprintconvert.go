package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/biometrics/record"
	"github.com/openbmis/openbmis/biometrics/record/an2k"
	"github.com/openbmis/openbmis/biometrics/record/codec"
)

type fingerprintConvert struct {
	Input  string `arg:"" help:"File to read."`
	Output string `arg:"" help:"File to write."`

	From        string  `enum:",fir,wsq,png,jpeg,raw,iso,ansi,an2k,bmft" default:"" help:"Format of the input. Default: what it begins with; for .raw and .gray, raw."`
	To          string  `enum:",fir,wsq,png,raw,iso,ansi,an2k,bmft" default:"" help:"Format of the output. Default: by its extension."`
	PPI         float64 `name:"ppi" default:"0" help:"Resolution, in pixels per inch, of an image that does not say its own, or against what it says. Records keep theirs. Default: what the image says, else 500."`
	Width       int     `help:"Width of a raw image."`
	Height      int     `help:"Height of a raw image."`
	Finger      string  `help:"Finger of input that does not say which, such as right_index."`
	Part        int     `help:"Convert only this print of the input, counted from 1."`
	Compression string  `enum:"wsq,png,raw" default:"wsq" help:"Of images in records (wsq, png, raw)."`
	BitRate     float64 `help:"Of WSQ, bits a pixel. Default: 0.75; an image that is WSQ already stays as it is."`
	Four        bool    `help:"Write Type-4 records into an ANSI/NIST file instead of Type-14."`
	Transaction string  `default:"FANC" help:"Type of transaction of an ANSI/NIST file (1.004)."`
	Origin      string  `default:"OPENBMIS" help:"Originating agency of an ANSI/NIST file (1.008)."`
	Destination string  `default:"OPENBMIS" help:"Destination agency of an ANSI/NIST file (1.007)."`
	Control     string  `default:"1" help:"Control number of an ANSI/NIST file (1.009)."`
}

// Help is shown by bmis fingerprint convert --help.
func (fingerprintConvert) Help() string {
	return `Formats: fir (ISO/IEC 19794-4:2011, .fir), wsq (.wsq), png (.png), jpeg (.jpg, read only), raw (grey bytes, .raw or .gray), iso (ISO/IEC 19794-2:2005, .iso or .fmr),
ansi (ANSI 378-2004, .ansi), an2k (ANSI/NIST-ITL, .an2k, .an2, .nst or .eft), bmft (the project's own templates, .bmft). Images become templates by finding their
minutiae; templates never become images. What the output has no place for is an error. What the input contradicts itself in is told on standard error.`
}

// Run reads, converts and writes.
func (c fingerprintConvert) Run(a *app) error {
	to, err := c.to()
	if err != nil {
		return usageError{err}
	}
	d, err := c.read()
	if err != nil {
		return err
	}
	for _, note := range d.Notes {
		if _, err := fmt.Fprintf(a.Err, "%s: %s\n", c.Input, note); err != nil {
			return err
		}
	}
	if d, err = c.choose(d); err != nil {
		return usageError{fmt.Errorf("%s: %w", c.Input, err)}
	}
	if to == record.ISO || to == record.ANSI || to == record.Template {
		if d, err = extractAll(c.Input, d); err != nil {
			return err
		}
	}
	data, err := record.Write(d, record.Options{
		Format: to, Compression: codec.Compression(c.Compression), BitRate: c.BitRate, At: a.Now(), Four: c.Four,
		Transaction: an2k.Transaction{Type: c.Transaction, Origin: c.Origin, Destination: c.Destination, Control: c.Control},
	})
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", c.Output, err)}
	}
	if err := os.WriteFile(c.Output, data, 0o600); err != nil {
		return fmt.Errorf("%s: cannot be written", c.Output)
	}
	return a.say("%s: %s, %s, %s, %s missing, %s", c.Output, to, counted(len(d.Images), "image"), counted(len(d.Prints), "template"),
		counted(len(d.Missing), "finger"), counted(len(data), "byte"))
}

// counted is a number with its noun, in the singular for one.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// to is the output's format.
func (c fingerprintConvert) to() (record.Format, error) {
	if c.To != "" {
		return record.Format(c.To), nil
	}
	switch extension := strings.ToLower(filepath.Ext(c.Output)); extension {
	case ".fir", ".wsq", ".png", ".raw", ".iso", ".ansi", ".an2k", ".bmft":
		return record.Format(extension[1:]), nil
	case ".gray", ".grey":
		return record.Raw, nil
	case ".fmr":
		return record.ISO, nil
	case ".an2", ".nst", ".eft":
		return record.AN2K, nil
	default:
		return "", fmt.Errorf("%s: extension: expected one that bmis fingerprint convert --help names, or --to", c.Output)
	}
}

func (c fingerprintConvert) read() (record.Document, error) {
	hints := record.Hints{Format: record.Format(c.From), PPI: c.PPI, Width: c.Width, Height: c.Height}
	if c.Finger != "" {
		if err := hints.Position.UnmarshalText([]byte(c.Finger)); err != nil {
			return record.Document{}, usageError{fmt.Errorf("--finger: %w", err)}
		}
	}
	switch strings.ToLower(filepath.Ext(c.Input)) {
	case ".raw", ".gray", ".grey":
		if hints.Format == "" {
			hints.Format = record.Raw
		}
	}
	if hints.Format == record.Raw && (c.Width == 0 || c.Height == 0) {
		return record.Document{}, usageError{fmt.Errorf("%s: a raw image does not say its size: expected --width and --height", c.Input)}
	}
	return readDocument(c.Input, hints)
}

// choose keeps the print that was asked for; without one, a part that cannot be read is an error.
func (c fingerprintConvert) choose(d record.Document) (record.Document, error) {
	total := len(d.Images) + len(d.Prints)
	switch {
	case c.Part == 0 && len(d.Failed) > 0:
		f := d.Failed[0]
		return d, fmt.Errorf("%s: %w (%d parts cannot be read: choose one of the %d others by --part)", f.Where, f.Err, len(d.Failed), total)
	case c.Part == 0:
		return d, nil
	case c.Part < 0 || c.Part > total:
		return d, fmt.Errorf("--part: %d, expected 1 to %d", c.Part, total)
	case c.Part <= len(d.Images):
		return record.Document{Format: d.Format, Images: d.Images[c.Part-1 : c.Part]}, nil
	default:
		at := c.Part - len(d.Images)
		return record.Document{Format: d.Format, Prints: d.Prints[at-1 : at]}, nil
	}
}

// extractAll finds the minutiae of a document's images, so that it can be written as templates.
func extractAll(path string, d record.Document) (record.Document, error) {
	for i := range d.Images {
		m := &d.Images[i]
		if err := oneFinger(path, *m); err != nil {
			return d, err
		}
		t, err := extract(path+": "+m.Where, m.Image)
		if err != nil {
			return d, err
		}
		d.Prints = append(d.Prints, record.Print{Template: t, Where: m.Where, Position: m.Position, Impression: m.Impression})
	}
	d.Images = nil
	return d, nil
}
