package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

type mrzCommand struct {
	File           string         `arg:"" optional:"" default:"-" help:"File to read; - is the standard input."`
	InspectionDate traveldoc.Date `placeholder:"YYYY-MM-DD" help:"Day of the inspection, which decides the century of two-digit years. Default: today."`
	Training       bool           `help:"Accept the codes of specimens, such as UTO, without a finding."`
	Accept         bool           `help:"Carry out the suggestions that are not ambiguous. Each repair is a finding."`
}

// Help is shown by bmis mrz --help.
func (mrzCommand) Help() string {
	return `The five formats of ICAO Doc 9303 are read, TD1, TD2, TD3, MRV-A and MRV-B, and the old French identity card (FR-ID), the
French (FR-DL) and the Swiss driving licence (CH-DL). Several zones are separated by blank lines; each gives one JSON object on one
line, in order. A zone that is damaged or cannot be read still gives its line, with findings, and the exit code stays 0: it is 1 only
when the file cannot be read.

How misread characters may be repaired stands under "suggestions". None is carried out unless --accept says so, and then only those
that have no rival; what was repaired stands under "repairs" and among the findings.

Example:

    bmis mrz --training scans.txt`
}

// Run reads the zones and prints a line for each.
func (c mrzCommand) Run(a *app) error {
	today := c.InspectionDate
	if today.IsZero() {
		today = traveldoc.DateOf(a.Now())
	}
	if today.Precision() != traveldoc.PrecisionDay {
		return fmt.Errorf("--inspection-date %s: expected a full date, YYYY-MM-DD", today)
	}
	in, err := c.open(a)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read from
	out := bufio.NewWriter(a.Out)
	if err := c.each(in, out, today); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

func (c mrzCommand) open(a *app) (io.ReadCloser, error) {
	if c.File == "-" {
		return io.NopCloser(a.In), nil
	}
	file, err := os.Open(c.File)
	if err != nil {
		return nil, fmt.Errorf("read machine readable zones: %w", err)
	}
	return file, nil
}

func (c mrzCommand) each(in io.Reader, out *bufio.Writer, today traveldoc.Date) error {
	var options []mrz.Option
	if c.Training {
		options = append(options, mrz.Training)
	}
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	n := 0
	for text, err := range blocks(in) {
		if err != nil {
			return fmt.Errorf("read machine readable zones: after zone %d: %w", n, err)
		}
		n++
		document, err := mrz.Parse(text, today, options...)
		_ = err // the document's findings say the same
		if c.Accept {
			document = accepted(document)
		}
		if err := lines.Encode(newMRZOutput(document)); err != nil {
			return fmt.Errorf("write the result: %w", err)
		}
	}
	return nil
}

// accepted carries out the first suggestion without a rival as long as there is one. Each makes the zone better, so that there are no
// more of them than cells.
func accepted(d *mrz.Document) *mrz.Document {
	for range mrz.MaxInput {
		suggestions := d.Suggestions()
		at := slices.IndexFunc(suggestions, func(s mrz.Suggestion) bool { return !s.Ambiguous })
		if at < 0 {
			return d
		}
		repaired, err := d.Accept(suggestions[at])
		if err != nil {
			return d // a suggestion fits the document that made it
		}
		d = repaired
	}
	return d
}
