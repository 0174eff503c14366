package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"

	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
	"github.com/openbmis/openbmis/traveldoc/scan/strip"
	"github.com/openbmis/openbmis/traveldoc/scan/synth"
)

// batch is how many examples one step learns from.
const batch = 32

// school holds what is learnt from and what is measured with.
type school struct {
	trainer *glyph.Trainer
	fonts   []synth.Face
	heldOut synth.Face // may be nil
	learn   []realCell
	exam    []realCell
	byClass [][]int // indexes into learn of those that are trusted, by class
	trusted []int
}

// Many real cells were cut between two characters, or show the neighbour of the character in their label. So the first rounds learn from drawings alone, and from then on a
// real cell is used only where the network finds its label more likely than not; below impossible it is told as contradicted.
const (
	roundsOfDrawings = 2
	trusting         = 0.5
	impossible       = 0.01
)

func newSchool(o options) (*school, error) {
	s := &school{
		trainer: glyph.NewTrainer(rand.New(rand.NewPCG(o.seed, 1))), //nolint:gosec // reproducible on purpose
		byClass: make([][]int, glyph.Classes),
	}
	if err := s.readFonts(o); err != nil {
		return nil, err
	}
	if o.cells == "" {
		return s, nil
	}
	var err error
	s.learn, s.exam, err = readSheets(o.cells)
	return s, err
}

// trust picks the real cells whose labels can be right.
func (s *school) trust() {
	var state glyph.State
	var cell [strip.Size]float32
	s.trusted = s.trusted[:0]
	clear(s.byClass)
	for i := range s.learn {
		c := &s.learn[i]
		c.fit(nil, &cell)
		if math.Exp(float64(s.trainer.Net().Scores(&state, &cell)[c.class])) > trusting {
			s.trusted = append(s.trusted, i)
			s.byClass[c.class] = append(s.byClass[c.class], i)
		}
	}
}

func (s *school) readFonts(o options) error {
	if o.fonts == "" {
		return nil
	}
	names, err := filepath.Glob(filepath.Join(o.fonts, "*.otf"))
	if err != nil {
		return fmt.Errorf("fonts in %s: %w", o.fonts, err)
	}
	for _, name := range names {
		face, err := synth.LoadOpenType(name)
		if err != nil {
			continue // a font without the zone's characters
		}
		if filepath.Base(name) == o.holdOut {
			s.heldOut = face
		} else {
			s.fonts = append(s.fonts, face)
		}
	}
	return nil
}

// face is the next line's: our own in ever new weights, half of the time when there are fonts.
func (s *school) face(r *rand.Rand) synth.Face {
	if len(s.fonts) > 0 && r.IntN(2) == 0 {
		return s.fonts[r.IntN(len(s.fonts))]
	}
	return synth.Own{Weight: 0.75 + r.Float64()*0.7, Height: 0.92 + r.Float64()*0.16}
}

// round draws new lines and learns from them, and from the real cells between them.
func (s *school) round(r *rand.Rand, o options, round int) (loss float64, n int, err error) {
	var drawn []example
	for range o.lines {
		more, err := examples(r, s.face(r))
		if err != nil {
			return 0, 0, err
		}
		drawn = append(drawn, more...)
	}
	if round >= roundsOfDrawings {
		s.trust()
	}
	r.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	var cell [strip.Size]float32
	for i := range drawn {
		drawn[i].unpack(&cell)
		loss += s.trainer.Add(&cell, int(drawn[i].class))
		n++
		if len(s.trusted) > 0 && i%3 == 0 {
			loss += s.trainer.Add(&cell, s.real(r, &cell))
			n++
		}
		if i%batch == batch-1 {
			done := (float64(round) + float64(i)/float64(len(drawn))) / float64(o.rounds)
			s.trainer.Step(batch, o.rate*(1-0.97*done))
		}
	}
	return loss / float64(n), n, nil
}

// real puts a shaken real cell of any class into cell; rare classes come as often as others, half of the time.
func (s *school) real(r *rand.Rand, cell *[strip.Size]float32) int {
	i := s.trusted[r.IntN(len(s.trusted))]
	if of := s.byClass[r.IntN(glyph.None)]; len(of) > 0 && r.IntN(2) == 0 {
		i = of[r.IntN(len(of))]
	}
	s.learn[i].fit(r, cell)
	return s.learn[i].class
}

// measure reads what was never learnt from: new drawings, the font held out, and the real cells held out.
func (s *school) measure() (string, error) {
	net, err := glyph.Decode(s.trainer.Net().Encode())
	if err != nil {
		return "", err
	}
	report := ""
	for _, f := range []struct {
		name string
		face synth.Face
	}{{"own", synth.Own{}}, {"font held out", s.heldOut}} {
		if f.face == nil {
			continue
		}
		r := rand.New(rand.NewPCG(99, 2)) //nolint:gosec // the same drawings each time
		var all []example
		for range 60 {
			more, err := examples(r, f.face)
			if err != nil {
				return "", err
			}
			all = append(all, more...)
		}
		report += fmt.Sprintf("%s %.2f %% ", f.name, 100*accuracy(net, all))
	}
	if len(s.exam) > 0 {
		right, contradicted := realAccuracy(net, s.exam)
		report += fmt.Sprintf("real %.2f %% as labelled, %.2f %% labelled otherwise than is plainly seen; %d of %d trusted",
			100*right, 100*contradicted, len(s.trusted), len(s.learn))
	}
	return report, nil
}

func accuracy(net *glyph.Net, all []example) float64 {
	var state glyph.State
	var cell [strip.Size]float32
	right := 0
	for i := range all {
		all[i].unpack(&cell)
		if best(net.Scores(&state, &cell)) == int(all[i].class) {
			right++
		}
	}
	return float64(right) / float64(len(all))
}

// realAccuracy is how many labels the network agrees with, and how many it holds for impossible while sure of another.
func realAccuracy(net *glyph.Net, cells []realCell) (right, contradicted float64) {
	var state glyph.State
	var cell [strip.Size]float32
	for i := range cells {
		cells[i].fit(nil, &cell)
		scores := net.Scores(&state, &cell)
		switch k := best(scores); {
		case k == cells[i].class:
			right++
		case math.Exp(float64(scores[cells[i].class])) < impossible && math.Exp(float64(scores[k])) > 0.9:
			contradicted++
		}
	}
	n := float64(len(cells))
	return right / n, contradicted / n
}

func best(scores *[glyph.Classes]float32) int {
	k := 0
	for i, v := range scores {
		if v > scores[k] {
			k = i
		}
	}
	return k
}
