package glyph_test

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
	"github.com/openbmis/openbmis/traveldoc/scan/strip"
	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

// printed is a clean character in its cell.
func printed(t testing.TB, c string) *[strip.Size]float32 {
	t.Helper()
	const pitch = 30
	img := image.NewGray(image.Rect(0, 0, 5*pitch, 3*pitch))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	require.NoError(t, ocrb.DrawLine(img, 2*pitch, 2.03*pitch, pitch, c, color.Black))
	var cell [strip.Size]float32
	strip.Cut(strip.FromImage(img), strip.Line{X: 2.5 * pitch, Y: 1.5 * pitch, UX: pitch, Tall: 1}, 0, 1).Cell(0, &cell)
	for i, v := range cell {
		cell[i] = max(0, v)
	}
	return &cell
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

func TestEveryCharacterIsTold(t *testing.T) {
	net, err := glyph.Load()
	require.NoError(t, err)
	var state glyph.State
	for i, c := range glyph.Alphabet {
		scores := net.Scores(&state, printed(t, string(c)))
		require.Equal(t, i, best(scores), "%c", c)
		require.Greater(t, scores[i], float32(-0.1), "%c", c)
		sum := 0.0
		for _, v := range scores {
			sum += math.Exp(float64(v))
		}
		require.InDelta(t, 1, sum, 1e-4)
	}
	require.Equal(t, glyph.None, best(net.Scores(&state, &[strip.Size]float32{})), "paper")
}

func TestClassesAreInTheAlphabetsOrder(t *testing.T) {
	require.Equal(t, ocrb.Alphabet, glyph.Alphabet)
	for i := range glyph.Alphabet {
		require.Equal(t, i, glyph.Class(glyph.Alphabet[i]))
	}
	for _, c := range []byte{0, ' ', 'a', '/', ':', '@', '[', 255} {
		require.Equal(t, glyph.None, glyph.Class(c))
	}
}

// The trainer learns four characters by heart, and what it learnt survives being written with eight bits.
func TestTrainerLearns(t *testing.T) {
	trainer := glyph.NewTrainer(rand.New(rand.NewPCG(1, 1)))
	var first, last float64
	for i := range 240 {
		loss := 0.0
		for _, c := range "0O8B" {
			loss += trainer.Add(printed(t, string(c)), glyph.Class(byte(c)))
		}
		trainer.Step(4, 0.003)
		if i == 0 {
			first = loss
		}
		last = loss
	}
	require.Greater(t, first, 4.0)
	require.Less(t, last, 0.5)
	net, err := glyph.Decode(trainer.Net().Encode())
	require.NoError(t, err)
	var state glyph.State
	for _, c := range "0O8B" {
		require.Equal(t, glyph.Class(byte(c)), best(net.Scores(&state, printed(t, string(c)))))
	}
}

func TestWeightsOfAnotherShapeAreRefused(t *testing.T) {
	file := glyph.NewTrainer(rand.New(rand.NewPCG(1, 1))).Net().Encode()
	_, err := glyph.Decode(file)
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"empty": nil, "short": file[:len(file)-1], "long": append(append([]byte{}, file...), 0),
		"version": append([]byte("OBMISGN\x02"), file[8:]...), "scale": append(append([]byte{}, file[:8]...), func() []byte {
			rest := append([]byte{}, file[8:]...)
			copy(rest, "\xff\xff\xff\xff")
			return rest
		}()...),
	} {
		_, err := glyph.Decode(bad)
		require.ErrorContains(t, err, "weights of the page reader", name)
	}
}

func BenchmarkScores(b *testing.B) {
	net, err := glyph.Load()
	require.NoError(b, err)
	cell := printed(b, "8")
	var state glyph.State
	for b.Loop() {
		net.Scores(&state, cell)
	}
}
