// Command train makes the weights of the page reader's classifier: from characters that it draws and wears itself, from OpenType fonts
// and from cells of real print when folders of them are named. The same seed and the same inputs give the same weights. It must never
// be fed pages of real persons; see README.md beside it.
package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
)

// options are the flags.
type options struct {
	out, fonts, holdOut, cells string
	seed                       uint64
	rounds, lines              int
	rate                       float64
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	var o options
	flags := flag.NewFlagSet("train", flag.ContinueOnError)
	flags.StringVar(&o.out, "out", "traveldoc/scan/glyph/weights.bin", "file to write the weights to")
	flags.StringVar(&o.fonts, "fonts", "", "folder of OpenType fonts (.otf) to train with beside our own OCR-B")
	flags.StringVar(&o.holdOut, "hold-out", "OCRBS.otf", "font of that folder to measure with, never to train with")
	flags.StringVar(&o.cells, "cells", "", "folder of sheets of real character cells, CLASS_COUNT.png")
	flags.Uint64Var(&o.seed, "seed", 1, "seed of all randomness")
	flags.IntVar(&o.rounds, "rounds", 8, "rounds, each with new drawings")
	flags.IntVar(&o.lines, "lines", 1500, "lines drawn for a round")
	flags.Float64Var(&o.rate, "rate", 0.002, "learning rate at the beginning")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return train(o, out)
}

func train(o options, out io.Writer) error {
	s, err := newSchool(o)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(o.seed, 0)) //nolint:gosec // reproducible on purpose
	for round := range o.rounds {
		loss, n, err := s.round(r, o, round)
		if err != nil {
			return err
		}
		report, err := s.measure()
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "round %d: %d examples, loss %.4f; %s\n", round+1, n, loss, report); err != nil {
			return fmt.Errorf("report: %w", err)
		}
		if err := os.WriteFile(o.out, s.trainer.Net().Encode(), 0o644); err != nil { //nolint:gosec // a public file
			return fmt.Errorf("write the weights: %w", err)
		}
	}
	return nil
}
