package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/raster"
	"github.com/openbmis/openbmis/biometrics/synthetic"
)

type fingerprintSynthesise struct {
	Dir         string  `arg:"" help:"Folder to write to; made when it is not there."`
	Seed        uint64  `default:"1" help:"Other fingers for another number."`
	Fingers     int     `default:"10" help:"How many fingers, 1 to 10000."`
	Impressions int     `default:"8" help:"How many impressions of each, 1 to 100."`
	Quality     float64 `default:"0.7" help:"0: hardly usable, to 1: as good as it gets."`
	PPI         float64 `name:"ppi" default:"500" help:"Resolution, 250 to 1200 pixels per inch."`
	Force       bool    `help:"Write over prints that are in the folder already."`
}

// Help is shown by bmis fingerprint synthesise --help.
func (fingerprintSynthesise) Help() string {
	return `Writes FINGER_IMPRESSION.png, as bmis fingerprint evaluate reads them. Every ten fingers are one synthetic person. Such prints are easier than those of people: they
are for demonstrations and tests, and say nothing about how accurate an engine is.`
}

// Run grows fingers and writes their impressions.
func (c fingerprintSynthesise) Run(ctx context.Context, a *app) error {
	if err := c.check(); err != nil {
		return usageError{err}
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("%s: the folder cannot be made", c.Dir)
	}
	if err := c.free(); err != nil {
		return err
	}
	for n := range c.Fingers {
		position := biometrics.Fingers()[n%10]
		seed := synthetic.FingerSeed(c.Seed+uint64(n/10), position)
		finger := synthetic.NewFinger(seed, synthetic.Options{Position: position})
		for i := range c.Impressions {
			if err := ctx.Err(); err != nil {
				return err
			}
			pose := synthetic.Draw(seed+uint64(i)+1, c.Quality)
			pose.PPI = c.PPI
			if err := writePNG(c.file(n, i), finger.Impression(pose)); err != nil {
				return err
			}
		}
	}
	return a.say("%s of %s that nobody has, at %.0f pixels per inch, in %s", counted(c.Fingers*c.Impressions, "impression"), counted(c.Fingers, "finger"), c.PPI, c.Dir)
}

// file is where the impression of a finger goes, both counted from 0.
func (c fingerprintSynthesise) file(finger, impression int) string {
	return filepath.Join(c.Dir, fmt.Sprintf("%d_%d.png", finger+1, impression+1))
}

// free says which file would be written over, before anything is written.
func (c fingerprintSynthesise) free() error {
	if c.Force {
		return nil
	}
	for n := range c.Fingers {
		for i := range c.Impressions {
			path := c.file(n, i)
			switch _, err := os.Lstat(path); {
			case err == nil:
				return usageError{fmt.Errorf("%s is there already: expected another folder, or --force to write over it", path)}
			case !errors.Is(err, fs.ErrNotExist):
				return fmt.Errorf("%s: %s", path, whyUnread(err))
			}
		}
	}
	return nil
}

func (c fingerprintSynthesise) check() error {
	switch {
	case c.Fingers < 1 || c.Fingers > 10000:
		return fmt.Errorf("--fingers: %d: expected 1 to 10000", c.Fingers)
	case c.Impressions < 1 || c.Impressions > 100:
		return fmt.Errorf("--impressions: %d: expected 1 to 100", c.Impressions)
	case !(c.Quality >= 0 && c.Quality <= 1):
		return fmt.Errorf("--quality: %g: expected 0 to 1", c.Quality)
	case !(c.PPI >= 250 && c.PPI <= 1200):
		return fmt.Errorf("--ppi: %g: expected 250 to 1200", c.PPI)
	}
	return nil
}

// writePNG writes a grey image with its resolution.
func writePNG(path string, img biometrics.Image) error {
	data, err := raster.EncodePNG(img)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, data, 0o600)
}
