package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"time"

	"github.com/openbmis/openbmis/internal/tesseract"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/scan"
)

type scanCommand struct {
	Image          []string       `arg:"" help:"Pictures of pages: JPEG, PNG, TIFF or JPEG 2000; - is the standard input."`
	Engine         string         `default:"own" enum:"own,tesseract" help:"Who reads: own, or tesseract, which must be installed with a model of zones."`
	Model          string         `default:"mrz" help:"Name of tesseract's model."`
	InspectionDate traveldoc.Date `placeholder:"YYYY-MM-DD" help:"Day of the inspection, which decides the century of two-digit years. Default: today."`
	Training       bool           `help:"Accept the codes of specimens, such as UTO, without a finding."`
	Characters     bool           `help:"Give each character with its confidence, its nearest rival and how it stands in its line."`
}

// Help is shown by bmis scan --help.
func (scanCommand) Help() string {
	return `A page is read in whichever of four orientations it lies, a little skewed, at 150 to 600 dpi. Each picture gives one JSON object on
one line, in order. "lines" are the reading; "raw" is what the cells alone say, and where the two differ "changes" names every
character. A picture without a zone gives "error" and no lines; so does a file that cannot be read or is no picture, and the others are
read all the same. The exit code is 0 when every picture was answered, also with "no zone"; 1 when a file could not be read or is no
picture; 2 on wrong use.

Example:

    bmis scan page1.jpg page2.tif`
}

// scanOutput is the JSON of one picture. Its names and order are a promise to those who read it by program.
type scanOutput struct {
	File         string          `json:"file"`
	Engine       string          `json:"engine,omitempty"`
	Orientation  int             `json:"orientation"`
	Skew         float64         `json:"skew"`
	DPI          int             `json:"dpi,omitempty"`
	Lines        []string        `json:"lines"`
	Raw          []string        `json:"raw"`
	Confidence   *float64        `json:"confidence"` // of the least sure character; null when the engine gives none
	Changes      []scan.Change   `json:"changes"`
	Document     *mrzOutput      `json:"document"`
	Milliseconds float64         `json:"milliseconds"` // decoding included
	Findings     []scanFinding   `json:"findings"`
	Characters   [][]scanCharOut `json:"characters,omitempty"`
	Error        string          `json:"error,omitempty"`
}

type scanFinding struct {
	Code    scan.Code    `json:"code"`
	Places  []scan.Place `json:"places,omitempty"`
	Message string       `json:"message"`
}

type scanCharOut struct {
	Read       string        `json:"read"`
	Seen       string        `json:"seen"`
	Confidence float64       `json:"confidence"`
	Other      string        `json:"other"`
	OtherSure  float64       `json:"other_confidence"`
	X          float64       `json:"x"`
	Y          float64       `json:"y"`
	Residual   scan.Residual `json:"residual"`
	Odd        bool          `json:"extraordinary,omitempty"`
}

// engine reads one picture.
type engine func(ctx context.Context, img image.Image) (scan.Result, error)

// Run reads the pictures and prints a line for each.
func (c scanCommand) Run(ctx context.Context, a *app) error {
	today := c.InspectionDate
	if today.IsZero() {
		today = traveldoc.DateOf(a.Now())
	}
	if today.Precision() != traveldoc.PrecisionDay {
		return usageError{fmt.Errorf("--inspection-date %s: expected a full date, YYYY-MM-DD", today)}
	}
	read, err := c.engine(ctx, a, today)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(a.Out)
	lines.SetEscapeHTML(false)
	unanswered := 0
	for _, name := range c.Image {
		line, err := c.one(ctx, a, name, read)
		if err != nil {
			unanswered++
			line.Error = err.Error()
		}
		if err := lines.Encode(line); err != nil {
			return fmt.Errorf("write the result: %w", err)
		}
	}
	if unanswered > 0 {
		return fmt.Errorf("%d of %d pictures could not be answered", unanswered, len(c.Image))
	}
	return nil
}

func (c scanCommand) engine(ctx context.Context, a *app, today traveldoc.Date) (engine, error) {
	o := scan.Options{Training: c.Training}
	if c.Engine == "own" {
		return func(_ context.Context, img image.Image) (scan.Result, error) { return scan.Read(img, today, o) }, nil
	}
	other, err := tesseract.Open(ctx, tesseract.Config{Model: c.Model, Path: a.Getenv("PATH"), Data: a.Getenv("TESSDATA_PREFIX")})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, img image.Image) (scan.Result, error) {
		for _, degrees := range [...]int{0, 180, 90, 270} {
			lines, err := other.Lines(ctx, scan.Turn(img, degrees))
			if err != nil {
				return scan.Result{}, err
			}
			result, err := scan.FromLines("tesseract", lines, today, o)
			if err == nil {
				result.Orientation = degrees
				return result, nil
			}
		}
		return scan.Result{}, scan.ErrNoZone
	}, nil
}

// one reads one picture. An error says that there is no answer; a picture without a zone is an answer.
func (c scanCommand) one(ctx context.Context, a *app, name string, read engine) (scanOutput, error) {
	out := scanOutput{File: name, Lines: []string{}, Raw: []string{}, Changes: []scan.Change{}, Findings: []scanFinding{}}
	file, err := readPicture(a, name)
	if err != nil {
		return out, err
	}
	begin := a.Now()
	img, _, err := picture.Decode(file, picture.DefaultLimits())
	if err != nil {
		return out, err
	}
	result, err := read(ctx, img)
	out.Milliseconds = round(float64(a.Now().Sub(begin))/float64(time.Millisecond), 1)
	switch {
	case errors.Is(err, scan.ErrNoZone):
		out.Error = err.Error()
		return out, nil
	case err != nil:
		return out, err
	}
	out.fill(&result, c.Characters)
	return out, nil
}

// readPicture reads no more of a file than a picture may have.
func readPicture(a *app, name string) ([]byte, error) {
	limit := int64(picture.DefaultLimits().Bytes)
	in := a.In
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, errors.New(whyUnread(err))
		}
		defer func() { _ = file.Close() }() // only read from
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, errors.New(whyUnread(err))
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("picture of more than %d bytes", limit)
	}
	return data, nil
}

func (s *scanOutput) fill(r *scan.Result, characters bool) {
	s.Engine, s.Orientation, s.Skew, s.DPI = r.Engine, r.Orientation, round(r.Skew, 2), int(math.Round(r.DPI))
	s.Lines, s.Raw = r.Lines, r.Raw
	s.Changes = append(s.Changes, r.Changes...)
	document := newMRZOutput(r.Document)
	s.Document = &document
	if len(r.Characters) > 0 {
		confidence := round(r.Confidence, 4)
		s.Confidence = &confidence
	}
	for _, f := range r.Findings {
		s.Findings = append(s.Findings, scanFinding{f.Code, f.Places, f.Message()})
	}
	if !characters {
		return
	}
	for _, line := range r.Characters {
		var out []scanCharOut
		for _, k := range line {
			out = append(out, scanCharOut{
				Read: string(k.Read), Seen: string(k.Seen), Confidence: round(k.Confidence, 4),
				Other: string(k.Other), OtherSure: round(k.OtherProbable, 4), X: round(k.X, 1), Y: round(k.Y, 1),
				Residual: scan.Residual{
					Along: round(k.Residual.Along, 1), Across: round(k.Residual.Across, 1),
					Height: round(k.Residual.Height, 1), Ink: round(k.Residual.Ink, 1),
				},
				Odd: k.Extraordinary,
			})
		}
		s.Characters = append(s.Characters, out)
	}
}

func round(v float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(v*p) / p
}
