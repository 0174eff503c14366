package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record"
	"github.com/openbmis/openbmis/biometrics/record/raster"
)

type fingerprintCommand struct {
	Template   fingerprintTemplate   `cmd:"" help:"Find the minutiae of a print and write its template."`
	Match      fingerprintMatch      `cmd:"" help:"Say how alike two prints are, and which minutiae say so."`
	Quality    fingerprintQuality    `cmd:"" help:"Say how good a print is, and why."`
	Convert    fingerprintConvert    `cmd:"" help:"Convert prints between formats of images, records and templates."`
	Synthesise fingerprintSynthesise `cmd:"" help:"Write prints of fingers that nobody has, grown from a seed."`
	Evaluate   fingerprintEvaluate   `cmd:"" help:"Compare the prints of folders with each other, a line a pair."`
}

// readPrint reads a template of any format, or an image of one finger, whose minutiae are found then. ppi is as for readOne.
func readPrint(path string, ppi float64) (fingerprint.Template, error) {
	d, err := readOne(path, ppi)
	if err != nil {
		return fingerprint.Template{}, err
	}
	if len(d.Prints) == 1 {
		return d.Prints[0].Template, nil
	}
	return extract(path, d.Images[0].Image)
}

// readImage reads an image of one finger, of any format. ppi is as for readOne.
func readImage(path string, ppi float64) (biometrics.Image, error) {
	d, err := readOne(path, ppi)
	if err != nil {
		return biometrics.Image{}, err
	}
	if len(d.Images) == 0 {
		return biometrics.Image{}, usageError{fmt.Errorf("%s: a template: expected an image; templates are compared by bmis fingerprint match", path)}
	}
	return d.Images[0].Image, nil
}

// readOne reads a file that holds one print of one finger. ppi is the resolution of an image alone; 0: what it says, else 500.
func readOne(path string, ppi float64) (record.Document, error) {
	d, err := readDocument(path, record.Hints{PPI: ppi})
	if err != nil {
		return d, err
	}
	switch n := len(d.Images) + len(d.Prints) + len(d.Failed); {
	case n == 0:
		return d, usageError{fmt.Errorf("%s: no print in it, expected one", path)}
	case n > 1:
		return d, usageError{fmt.Errorf("%s: %d prints, expected one: bmis fingerprint convert --part takes one out", path, n)}
	case len(d.Images) == 1:
		return d, oneFinger(path, d.Images[0])
	}
	return d, nil
}

// oneFinger refuses a slap: its minutiae would be those of several fingers.
func oneFinger(path string, m record.Image) error {
	if p := m.Position; p == biometrics.RightFour || p == biometrics.LeftFour || p == biometrics.TwoThumbs {
		return usageError{fmt.Errorf("%s: %s: %s: several fingers in one image, expected one finger", path, m.Where, p)}
	}
	return nil
}

// readDocument reads a file of any format of prints. An image for which neither it nor the hints say a resolution is taken for 500 pixels
// per inch, which is noted.
func readDocument(path string, hints record.Hints) (record.Document, error) {
	data, err := readBiometric(path)
	if err != nil {
		return record.Document{}, err
	}
	d, err := record.Read(data, hints)
	if hints.PPI == 0 && errors.Is(err, raster.ErrResolution) {
		hints.PPI = biometrics.PPI
		if d, err = record.Read(data, hints); err == nil {
			d.Notes = append(d.Notes, fmt.Sprintf("says no resolution, taken for %.0f pixels per inch; --ppi says another", hints.PPI))
		}
	}
	if err != nil {
		return d, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return d, nil
}

// maxBiometric bounds what is read of a file.
const maxBiometric = 64 << 20

// readBiometric reads a file whole. The error names the file as it was given. What is read is bounded and not what the file says of its
// size: a pipe or a device says nothing.
func readBiometric(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", path, whyUnread(err))
	}
	data, err := io.ReadAll(io.LimitReader(file, maxBiometric+1))
	_ = file.Close() // only read
	if err != nil {
		return nil, fmt.Errorf("%s: %s", path, whyUnread(err))
	}
	if len(data) > maxBiometric {
		return nil, usageError{fmt.Errorf("%s: more than %d bytes, expected at most that many", path, maxBiometric)}
	}
	return data, nil
}

// extract finds the minutiae of an image.
func extract(path string, img biometrics.Image) (fingerprint.Template, error) {
	t, err := fingerprint.Extract(img)
	if err != nil {
		return t, printError(path, err)
	}
	return t, nil
}

// printError says why an image gives no template, in words.
func printError(path string, err error) error {
	switch {
	case errors.Is(err, fingerprint.ErrNoPrint):
		return usageError{fmt.Errorf("%s: no print found: expected ridges with some minutiae", path)}
	case errors.Is(err, fingerprint.ErrTooSmall):
		return usageError{fmt.Errorf("%s: too small: expected at least %d pixels a side at 500 pixels per inch", path, fingerprint.MinSide)}
	case errors.Is(err, fingerprint.ErrImage):
		return usageError{fmt.Errorf("%s: too large: expected at most %d pixels a side at 500 pixels per inch", path, fingerprint.MaxSide)}
	}
	return fmt.Errorf("%s: %w", path, err)
}
