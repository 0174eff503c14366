package main

import (
	"fmt"

	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

type fingerprintMatch struct {
	A    string  `arg:"" help:"Image of one finger or template, of any format that bmis fingerprint convert reads but raw."`
	B    string  `arg:"" help:"Image or template to compare it with."`
	PPI  float64 `name:"ppi" default:"0" help:"Resolution, in pixels per inch, of images that are no records, also against what they say. Records keep theirs. Default: what the image says, else 500."`
	JSON bool    `name:"json" help:"Print JSON, with the matched minutiae."`
}

// Help is shown by bmis fingerprint match --help.
func (fingerprintMatch) Help() string {
	return `A score s means that of the pairs of prints of different fingers one in 10^(s/10) reaches it: 30 one in 1,000, 40 one in 10,000. How that was measured
stands in docs/fingerprints.md. Whether two prints are of one finger is decided by people and thresholds, not by this command: its exit code is 0 for any answer.`
}

// matchOutput is the JSON of a comparison. Its names are a promise to those who read it by program.
type matchOutput struct {
	Score          float64     `json:"score"`
	FalseMatchRate float64     `json:"false_match_rate"`
	Algorithm      string      `json:"algorithm"`
	Rotation       float64     `json:"rotation"` // degrees counter-clockwise that bring the first print onto the second
	DX             float64     `json:"dx"`       // and then pixels at 500 ppi, y downwards
	DY             float64     `json:"dy"`
	Minutiae       [2]int      `json:"minutiae"`
	Pairs          []matchPair `json:"pairs"`
}

// matchPair is a minutia of the first print and that of the second which it was found to be.
type matchPair struct {
	A          matchMinutia `json:"a"`
	B          matchMinutia `json:"b"`
	Similarity float64      `json:"similarity"`
}

// matchMinutia is a minutia: pixels at 500 ppi from the top left, degrees counter-clockwise.
type matchMinutia struct {
	Index int     `json:"index"`
	X     uint16  `json:"x"`
	Y     uint16  `json:"y"`
	Angle float64 `json:"angle"`
}

// Run compares and prints.
func (c fingerprintMatch) Run(a *app) error {
	first, err := readPrint(c.A, c.PPI)
	if err != nil {
		return err
	}
	second, err := readPrint(c.B, c.PPI)
	if err != nil {
		return err
	}
	m := fingerprint.Compare(fingerprint.Prepare(first), fingerprint.Prepare(second))
	if c.JSON {
		return a.printIndented(toMatchOutput(first, second, m))
	}
	return a.say("score             %.1f\nfalse match rate  %.2g\nminutiae          %d and %d, %d of them matched\nturned by         %.1f degrees, moved by %.0f, %.0f pixels",
		m.Score, fingerprint.FalseMatchRate(m.Score), len(first.Minutiae), len(second.Minutiae), len(m.Pairs), m.Rotation, m.DX, m.DY)
}

func toMatchOutput(first, second fingerprint.Template, m fingerprint.Match) matchOutput {
	out := matchOutput{
		Score: m.Score, FalseMatchRate: fingerprint.FalseMatchRate(m.Score), Algorithm: fingerprint.Algorithm,
		Rotation: m.Rotation, DX: m.DX, DY: m.DY, Minutiae: [2]int{len(first.Minutiae), len(second.Minutiae)}, Pairs: []matchPair{},
	}
	minutia := func(t fingerprint.Template, i int) matchMinutia {
		of := t.Minutiae[i]
		return matchMinutia{Index: i, X: of.X, Y: of.Y, Angle: float64(of.Angle) * 360 / 256}
	}
	for _, p := range m.Pairs {
		out.Pairs = append(out.Pairs, matchPair{minutia(first, p.A), minutia(second, p.B), p.Similarity})
	}
	return out
}

type fingerprintQuality struct {
	Image string  `arg:"" help:"Image of one finger, of any format that bmis fingerprint convert reads but raw."`
	PPI   float64 `name:"ppi" default:"0" help:"Resolution, in pixels per inch, of an image that is no record, also against what it says. Records keep theirs. Default: what the image says, else 500."`
	JSON  bool    `name:"json" help:"Print JSON."`
}

// Help is shown by bmis fingerprint quality --help.
func (fingerprintQuality) Help() string {
	return `The score of 0 to 100 is the project's own, under the name of its algorithm; it is not NFIQ 2.`
}

// qualityOutput is the JSON of a quality. Its names are a promise to those who read it by program.
type qualityOutput struct {
	Score     uint8   `json:"score"`
	Algorithm string  `json:"algorithm"`
	Minutiae  int     `json:"minutiae"`
	Area      float64 `json:"area_mm2"`
	Clarity   float64 `json:"clarity"`
	Contrast  float64 `json:"contrast"`
	Darkness  float64 `json:"darkness"`
	Advice    string  `json:"advice"`
}

// Run judges and prints.
func (c fingerprintQuality) Run(a *app) error {
	img, err := readImage(c.Image, c.PPI)
	if err != nil {
		return err
	}
	q, err := fingerprint.Assess(img)
	if err != nil {
		return printError(c.Image, err)
	}
	out := qualityOutput{q.Score, q.Algorithm, q.Minutiae, q.Area, q.Clarity, q.Contrast, q.Darkness, string(q.Advice)}
	if c.JSON {
		return a.printIndented(out)
	}
	advice := out.Advice
	if advice == "" {
		advice = "none"
	}
	return a.say("%s", fmt.Sprintf("score      %d (%s)\nminutiae   %d\narea       %.0f mm2\nclarity    %.2f\ncontrast   %.2f\ndarkness   %.2f\nadvice     %s",
		out.Score, out.Algorithm, out.Minutiae, out.Area, out.Clarity, out.Contrast, out.Darkness, advice))
}
