package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
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
	PPI   float64  `name:"ppi" default:"500" help:"Resolution of the images, in pixels per inch, whatever they say themselves."`
	Cross bool     `help:"Compare prints of different sets too, as pairs of different fingers."`
	Sets  []string `arg:"" name:"setdir" type:"existingdir" help:"Folders of FINGER_IMPRESSION.png files; a folder's name is its set's."`
}

// Help is shown by bmis fingerprint evaluate --help.
func (fingerprintEvaluate) Help() string {
	return `Every pair of impressions of a set is a line of standard output: set,finger,impression,set,finger,impression,score. Pairs of one finger are genuine, the others impostors.
A print without a template scores 0. What is done, and the milliseconds of extraction and matching, stand on standard error.`
}

// Run writes a line per pair to standard output, what it does and how long it takes to standard error.
func (c *fingerprintEvaluate) Run(ctx context.Context, a *app) error {
	if !(c.PPI >= biometrics.MinPPI && c.PPI <= biometrics.MaxPPI) { // catches NaN too
		return usageError{fmt.Errorf("--ppi: %g, expected %.0f to %.0f pixels per inch", c.PPI, biometrics.MinPPI, biometrics.MaxPPI)}
	}
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
	if took.otherwise > 0 {
		if _, err := fmt.Fprintf(e.progress, "%s: %d prints say another resolution, taken for %g pixels per inch as --ppi says\n", prints[0].set, took.otherwise, e.ppi); err != nil {
			return nil, err
		}
	}
	n := len(prints)
	_, err = fmt.Fprintf(e.progress, "%s: %d prints, %d without a template, extraction %.2f ms a print, preparing %.3f ms a print\n",
		prints[0].set, n, failed, millis(took.extracting, n), millis(took.preparing, n))
	return prints, err
}

// extraction is how long the prints of a set took, and how many say a resolution other than the one that was given.
type extraction struct {
	extracting, preparing time.Duration
	otherwise             int
}

// prepare reads a print and makes it ready to be compared.
func (e *evaluation) prepare(name string, took *extraction) (*fingerprint.Prepared, error) {
	data, err := readBiometric(name)
	if err != nil {
		return nil, err
	}
	if says := raster.Resolution(data); says != 0 && math.Abs(says-e.ppi) > 1 {
		took.otherwise++
	}
	img, err := raster.DecodePNG(data, e.ppi)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	start := e.now()
	template, err := extract(name, img)
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
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", folder, whyUnread(err))
	}
	var out []samplePrint
	for _, file := range files {
		name, isPNG := strings.CutSuffix(file.Name(), ".png")
		finger, impression, isPrint := strings.Cut(name, "_")
		if !isPNG || !isPrint {
			continue
		}
		p := samplePrint{set: filepath.Base(folder), finger: finger, impression: impression}
		if strings.ContainsAny(p.set+p.finger+p.impression, ",\r\n") {
			return nil, usageError{fmt.Errorf("%q: expected no comma and no line end in the names of set, finger and impression: they are written between commas",
				filepath.Join(folder, file.Name()))}
		}
		out = append(out, p)
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
