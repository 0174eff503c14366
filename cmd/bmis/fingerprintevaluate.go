package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/raster"
)

// fingerprintEvaluate compares the prints of folders with each other, for measuring the engine.
type fingerprintEvaluate struct {
	PPI   float64  `name:"ppi" default:"500" help:"Resolution of the images, in pixels per inch."`
	Cross bool     `help:"Compare prints of different sets too, as pairs of different fingers."`
	Sets  []string `arg:"" name:"setdir" type:"existingdir" help:"Folders of FINGER_IMPRESSION.png files; a folder's name is its set's."`
}

// Run writes a line per pair to standard output, what it does and how long it takes to standard error.
func (c *fingerprintEvaluate) Run(ctx context.Context, a *app) error {
	e := evaluation{ppi: c.PPI, cross: c.Cross, out: bufio.NewWriter(a.Out), progress: a.Err, now: a.Now}
	if err := e.run(ctx, c.Sets); err != nil {
		return err
	}
	return e.out.Flush()
}

// evaluation compares sets of prints.
type evaluation struct {
	ppi      float64
	cross    bool
	out      *bufio.Writer
	progress io.Writer
	now      func() time.Time
}

// samplePrint is one impression of a finger of a set; prepared is nil where no template could be made.
type samplePrint struct {
	set, finger, impression string
	prepared                *fingerprint.Prepared
}

func (e *evaluation) run(ctx context.Context, folders []string) error {
	var prints []samplePrint
	seen := map[string]bool{}
	for _, folder := range folders {
		of, err := e.set(ctx, folder)
		if err != nil {
			return err
		}
		if seen[of[0].set] {
			return usageError{fmt.Errorf("two folders are named %s: the lines would not tell them apart", of[0].set)}
		}
		seen[of[0].set] = true
		prints = append(prints, of...)
	}
	return e.compare(ctx, prints)
}

// set extracts the prints of a folder. A print that cannot be read or has no template stays without one, and is counted.
func (e *evaluation) set(ctx context.Context, folder string) ([]samplePrint, error) {
	full, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	prints, err := samplesOf(full)
	if err != nil {
		return nil, err
	}
	var took extraction
	failed := 0
	for i := range prints {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p := &prints[i]
		if p.prepared, err = e.prepare(filepath.Join(full, p.finger+"_"+p.impression+".png"), &took); err != nil {
			failed++
			if _, err := fmt.Fprintf(e.progress, "%s %s_%s: no template: %v\n", p.set, p.finger, p.impression, err); err != nil {
				return nil, err
			}
		}
	}
	n := len(prints)
	_, err = fmt.Fprintf(e.progress, "%s: %d prints, %d without a template, extraction %.2f ms a print, preparing %.3f ms a print\n",
		prints[0].set, n, failed, millis(took.extracting, n), millis(took.preparing, n))
	return prints, err
}

// extraction is how long the prints of a set took.
type extraction struct{ extracting, preparing time.Duration }

// prepare reads a print and makes it ready to be compared.
func (e *evaluation) prepare(name string, took *extraction) (*fingerprint.Prepared, error) {
	img, err := readSample(name, e.ppi)
	if err != nil {
		return nil, err
	}
	start := e.now()
	template, err := fingerprint.Extract(img)
	extracted := e.now()
	took.extracting += extracted.Sub(start)
	if err != nil {
		return nil, err
	}
	prepared := fingerprint.Prepare(template)
	took.preparing += e.now().Sub(extracted)
	return prepared, nil
}

// compare writes a line for each pair that counts.
func (e *evaluation) compare(ctx context.Context, prints []samplePrint) error {
	var took time.Duration
	pairs, without := 0, 0
	for i := range prints {
		if err := ctx.Err(); err != nil {
			return err
		}
		for j := i + 1; j < len(prints); j++ {
			a, b := &prints[i], &prints[j]
			if a.set != b.set && !e.cross {
				continue
			}
			score := 0.0
			if a.prepared != nil && b.prepared != nil {
				start := e.now()
				score = fingerprint.Score(a.prepared, b.prepared)
				took += e.now().Sub(start)
				pairs++
			} else {
				without++
			}
			if err := e.line(a, b, score); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(e.progress, "%d pairs compared, matching %.4f ms a pair; %d pairs with score 0 as a template is missing\n",
		pairs, millis(took, pairs), without)
	return err
}

func (e *evaluation) line(a, b *samplePrint, score float64) error {
	_, err := fmt.Fprintf(e.out, "%s,%s,%s,%s,%s,%s,%.3f\n", a.set, a.finger, a.impression, b.set, b.finger, b.impression, score)
	return err
}

func millis(d time.Duration, n int) float64 { return d.Seconds() * 1000 / float64(max(n, 1)) }

// samplesOf are the prints of a folder, by finger and impression. Other files are no prints of the set.
func samplesOf(folder string) ([]samplePrint, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*_*.png"))
	if err != nil {
		return nil, err
	}
	var out []samplePrint
	for _, name := range names {
		finger, impression, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".png"), "_")
		out = append(out, samplePrint{set: filepath.Base(folder), finger: finger, impression: impression})
	}
	if len(out) == 0 {
		return nil, usageError{fmt.Errorf("%s: no files FINGER_IMPRESSION.png", folder)}
	}
	slices.SortFunc(out, func(a, b samplePrint) int {
		return cmp.Or(byNumber(a.finger, b.finger), byNumber(a.impression, b.impression))
	})
	return out, nil
}

// byNumber orders numbers as numbers, before anything else.
func byNumber(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	if errX == nil && errY == nil {
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	}
	return cmp.Compare(a, b)
}

// readSample reads a PNG as grey of the resolution that was given, whatever the file says.
func readSample(name string, ppi float64) (biometrics.Image, error) {
	data, err := readBiometric(name)
	if err != nil {
		return biometrics.Image{}, err
	}
	return raster.DecodePNG(data, ppi)
}
