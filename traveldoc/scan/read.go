package scan

import (
	"fmt"
	"image"
	"math"
	"strings"
	"sync"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
	"github.com/openbmis/openbmis/traveldoc/scan/strip"
)

// MaxPixels bounds a picture: 600 dpi of A4 has 35 million.
const MaxPixels = 60_000_000

// Options are the caller's wishes.
type Options struct {
	// Training accepts the codes of specimens, such as UTO, without a finding.
	Training bool
}

// Reader holds the trained classifier. It may be used by many at once.
type Reader struct {
	net   *glyph.Net
	kinds *shapes
}

// New loads the classifier's weights.
func New() (*Reader, error) {
	net, err := glyph.Load()
	if err != nil {
		return nil, err
	}
	kinds, err := newShapes()
	if err != nil {
		return nil, err
	}
	return &Reader{net: net, kinds: kinds}, nil
}

var shared = sync.OnceValues(New)

// Read reads the zone of a page's picture with the classifier that is part of the program. The date of inspection decides the century
// of two-digit years. ErrNoZone when there is none; every other error is about the picture.
func Read(img image.Image, inspection traveldoc.Date, o Options) (Result, error) {
	r, err := shared()
	if err != nil {
		return Result{}, err
	}
	return r.Read(img, inspection, o)
}

// ReadFile reads the zone of a picture's file, which is refused before it is decoded when it is too large.
func ReadFile(file []byte, inspection traveldoc.Date, o Options) (Result, error) {
	img, _, err := picture.Decode(file, picture.DefaultLimits())
	if err != nil {
		return Result{}, fmt.Errorf("read a page: %w", err)
	}
	return Read(img, inspection, o)
}

// Read reads the zone of a page's picture; see the function of the same name.
func (r *Reader) Read(img image.Image, inspection traveldoc.Date, o Options) (Result, error) {
	size := img.Bounds().Size()
	if size.X < 1 || size.Y < 1 || size.X > MaxPixels/size.Y {
		return Result{}, fmt.Errorf("read a page: picture of %d x %d pixels: expected 1 to %d pixels", size.X, size.Y, MaxPixels)
	}
	p := &picturePage{full: strip.FromImage(img), smaller: map[int]*strip.Plane{}, net: r.net}
	z := p.locate()
	if z == nil {
		return Result{}, ErrNoZone
	}
	result := r.answer(p, z, inspection, o)
	if result.hopeless() {
		return Result{}, ErrNoZone
	}
	return result, nil
}

// hopeless says that what was taken for a zone is other print: the check digits do not hold and a third of the characters are doubtful.
func (r *Result) hopeless() bool {
	cells, uncertain, disagree := 0, 0, false
	for _, f := range r.Findings {
		disagree = disagree || f.Code == CodeDigitsDisagree
	}
	for _, line := range r.Characters {
		for k := range line {
			cells++
			if line[k].Confidence < sure {
				uncertain++
			}
		}
	}
	return disagree && 3*uncertain > cells
}

// answer reads the located zone to the end.
func (r *Reader) answer(p *picturePage, z *zone, inspection traveldoc.Date, o Options) Result {
	strips := make([]*strip.Strip, len(z.lines))
	for i := range z.lines {
		z.lines[i], strips[i], z.cells[i] = p.refine(r.kinds, z.lines[i], z.cells[i])
	}
	told := weigh(z.cells)
	result := Result{Engine: "own", Changes: told.changes}
	result.place(z)
	for i, line := range z.cells {
		result.Raw = append(result.Raw, text(told.seen[i]))
		result.Lines = append(result.Lines, text(told.read[i]))
		off := r.kinds.residuals(strips[i], z.width, func(k int) int { return int(told.read[i][k]) })
		result.Characters = append(result.Characters, characters(z.lines[i], line, told.seen[i], told.read[i], off))
	}
	result.Document, _ = parse(result.Lines, inspection, o) // its findings say what the error says
	result.find(told)
	result.Document.Doubt(result.doubts()...)
	return result
}

// doubtful is the probability from which on the next most probable character is told to the zone's reader.
const doubtful = 0.08

// doubts are the rivals of what was read: who is nearly as probable, and what was seen where something else was read.
func (r *Result) doubts() []mrz.RunnerUp {
	var all []mrz.RunnerUp
	for l, line := range r.Characters {
		for k := range line {
			rival := line[k].Other
			switch {
			case line[k].Seen != line[k].Read:
				rival = line[k].Seen
			case line[k].OtherProbable < doubtful:
				continue
			}
			all = append(all, mrz.RunnerUp{Line: uint8(l + 1), Position: uint8(k + 1), Character: rival})
		}
	}
	return all
}

func parse(lines []string, inspection traveldoc.Date, o Options) (*mrz.Document, error) {
	var options []mrz.Option
	if o.Training {
		options = append(options, mrz.Training)
	}
	return mrz.Parse(strings.Join(lines, "\n"), inspection, options...)
}

// place says how the page lies in the picture.
func (r *Result) place(z *zone) {
	at := z.lines[0]
	ux, uy := at.Direction(float64(z.width-1) / 2)
	angle := math.Atan2(uy, ux) * 180 / math.Pi
	quarter := math.Round(angle / 90)
	r.Orientation = (int(quarter)*90 + 360) % 360
	r.Skew = angle - quarter*90
	r.Pitch = at.Pitch(z.width)
	r.DPI = r.Pitch * 10
}

// text writes classes as characters.
func text(classes []byte) string {
	s := make([]byte, len(classes))
	for i, c := range classes {
		s[i] = glyph.Alphabet[c]
	}
	return string(s)
}

func characters(at strip.Line, cells []scores, seen, read []byte, off []Residual) []Character {
	all := make([]Character, len(cells))
	for k := range cells {
		c := &all[k]
		c.Read, c.Seen = glyph.Alphabet[read[k]], glyph.Alphabet[seen[k]]
		c.X, c.Y = at.Middle(float64(k))
		c.Confidence = math.Exp(float64(cells[k][read[k]]))
		other := cells[k].other(int(read[k]))
		c.Other, c.OtherProbable = glyph.Alphabet[other], math.Exp(float64(cells[k][other]))
		c.Residual = off[k]
	}
	return all
}

// other is the most probable character beside one.
func (s *scores) other(than int) int {
	for _, class := range s.top(setAll) {
		if class != than {
			return class
		}
	}
	return than
}
