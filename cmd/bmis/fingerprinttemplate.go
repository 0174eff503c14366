package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record"
)

type fingerprintTemplate struct {
	Image  string  `arg:"" help:"Image of one finger, of any format that bmis fingerprint convert reads but raw; or a template, to be written in another form."`
	Output string  `short:"o" required:"" placeholder:"FILE" help:"Where the template goes."`
	PPI    float64 `name:"ppi" default:"0" help:"Resolution, in pixels per inch, of an image that is no record, also against what it says. Records keep theirs. Default: what the image says, else 500."`
	ANSI   bool    `name:"ansi" xor:"form" help:"Write ANSI INCITS 378-2004 instead of ISO/IEC 19794-2:2005."`
	Own    bool    `xor:"form" help:"Write the project's own form, which keeps the field of the ridges."`
	Finger string  `default:"unknown" help:"Which finger it is, such as right_index."`
}

// Help is shown by bmis fingerprint template --help.
func (fingerprintTemplate) Help() string {
	return `Records of ISO and ANSI hold the minutiae alone. What the project's engine compares besides, the field of the ridges, stands in its own form: prints that only the
project reads are best kept in that.`
}

// Run finds the minutiae and writes them.
func (c fingerprintTemplate) Run(a *app) error {
	var position biometrics.Position
	if err := position.UnmarshalText([]byte(c.Finger)); err != nil || position != biometrics.UnknownFinger && !position.Finger() {
		return usageError{errors.New("--finger: expected unknown, or one of the ten fingers such as right_index")}
	}
	t, err := readPrint(c.Image, c.PPI)
	if err != nil {
		return err
	}
	data, err := record.Write(record.Document{Prints: []record.Print{{Position: position, Template: t}}}, record.Options{Format: c.format()})
	if err != nil {
		return fmt.Errorf("%s: %w", c.Image, err)
	}
	if err := os.WriteFile(c.Output, data, 0o600); err != nil {
		return fmt.Errorf("%s: the file cannot be written", c.Output)
	}
	quality := "quality of another maker"
	if t.Algorithm != "" {
		quality = fmt.Sprintf("quality %d (%s)", t.Quality, t.Algorithm)
	}
	return a.say("%d minutiae, %s, %d bytes of %s", len(t.Minutiae), quality, len(data), c.format())
}

func (c fingerprintTemplate) format() record.Format {
	switch {
	case c.ANSI:
		return record.ANSI
	case c.Own:
		return record.Template
	}
	return record.ISO
}
