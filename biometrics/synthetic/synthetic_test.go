package synthetic_test

import (
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/synthetic"
)

func TestTheSameSeedGivesTheSamePrint(t *testing.T) {
	pose := synthetic.Draw(7, 0.4)
	a := synthetic.NewFinger(1, synthetic.Options{})
	b := synthetic.NewFinger(1, synthetic.Options{})
	first := a.Impression(pose)
	require.Equal(t, first, a.Impression(pose))
	require.Equal(t, first, b.Impression(pose))
	require.NotEqual(t, a.Impression(pose), synthetic.NewFinger(2, synthetic.Options{}).Impression(pose))
	again := pose
	again.Seed++
	require.NotEqual(t, a.Impression(pose), a.Impression(again), "another try is another image")
	require.NotEqual(t, pose, synthetic.Draw(8, 0.4))
}

func TestClassesAreWhatWasAskedForAndDrawnAsPeopleHaveThem(t *testing.T) {
	for _, c := range synthetic.Classes() {
		require.Equal(t, c, synthetic.NewFinger(5, synthetic.Options{Class: &c}).Class(), c.String())
	}
	require.Equal(t, "unknown", synthetic.Class(99).String())
}

func TestAPersonHasTenFingersThatStay(t *testing.T) {
	p, q := synthetic.NewPerson(3), synthetic.NewPerson(4)
	require.Nil(t, p.Finger(biometrics.RightFour))
	require.Nil(t, p.Finger(biometrics.UnknownFinger))
	seeds := map[uint64]bool{}
	for _, position := range biometrics.Fingers() {
		seeds[synthetic.FingerSeed(3, position)] = true
		seeds[synthetic.FingerSeed(4, position)] = true
	}
	require.Len(t, seeds, 20)
	var wait sync.WaitGroup
	got := make([]*synthetic.Finger, 4)
	for i := range got {
		wait.Go(func() { got[i] = p.Finger(biometrics.RightIndex) })
	}
	wait.Wait()
	for _, f := range got {
		require.Same(t, got[0], f, "grown once")
	}
	require.Equal(t, synthetic.FingerSeed(3, biometrics.RightIndex), got[0].Seed())
	require.NotEqual(t, got[0].Impression(synthetic.Pose{}), q.Finger(biometrics.RightIndex).Impression(synthetic.Pose{}))
}

// dark is the share of the image that is ridge.
func dark(m biometrics.Image) float64 {
	n := 0
	for _, b := range m.Pix {
		if b < 128 {
			n++
		}
	}
	return float64(n) / float64(len(m.Pix))
}

// rough is how much neighbours differ where there is no print: the corners of the image.
func rough(m biometrics.Image) float64 {
	var sum float64
	for i := range 20 {
		for j := range 20 {
			at := j*m.Width + i
			sum += math.Abs(float64(m.Pix[at]) - float64(m.Pix[at+1]))
		}
	}
	return sum
}

func TestKnobsDoWhatTheySay(t *testing.T) {
	f := synthetic.NewFinger(11, synthetic.Options{Scars: -1})
	clean := f.Impression(synthetic.Pose{})
	require.NoError(t, clean.Check())
	require.Equal(t, []int{320, 416}, []int{clean.Width, clean.Height})
	require.InDelta(t, 500, clean.PPI, 0)
	of := func(p synthetic.Pose) biometrics.Image { return f.Impression(p) }
	require.Greater(t, dark(of(synthetic.Pose{Pressure: 1})), dark(clean)*1.15, "hard: thick ridges")
	require.Less(t, dark(of(synthetic.Pose{Pressure: -1})), dark(clean)*0.85, "light: thin ridges")
	require.Greater(t, dark(of(synthetic.Pose{Moisture: 1})), dark(clean)*1.15, "wet")
	require.Less(t, dark(of(synthetic.Pose{Moisture: -1})), dark(clean)*0.85, "dry")
	require.Less(t, dark(of(synthetic.Pose{Contact: 0.5})), dark(clean)*0.4, "a part of the finger")
	require.Less(t, dark(of(synthetic.Pose{Cuts: 20})), dark(clean), "cuts carry no ridge")
	require.Greater(t, rough(of(synthetic.Pose{Noise: 1})), 3*rough(clean))
	require.NotEqual(t, clean.Pix, of(synthetic.Pose{Residue: 1}).Pix)
	require.NotEqual(t, clean.Pix, of(synthetic.Pose{Distortion: 1}).Pix)
	require.NotEqual(t, dark(clean), dark(synthetic.NewFinger(11, synthetic.Options{Scars: 20}).Impression(synthetic.Pose{})))
}

// patch is the image as values around its mean, of a square around a place.
func patch(m biometrics.Image, x, y, half int) []float64 {
	var out []float64
	var sum float64
	for j := y - half; j <= y+half; j++ {
		for i := x - half; i <= x+half; i++ {
			out = append(out, float64(m.Pix[j*m.Width+i]))
			sum += out[len(out)-1]
		}
	}
	for i := range out {
		out[i] -= sum / float64(len(out))
	}
	return out
}

// alike is the correlation of two patches.
func alike(a, b []float64) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

func TestAPoseMovesThePrint(t *testing.T) {
	f := synthetic.NewFinger(12, synthetic.Options{Scars: -1})
	clean := f.Impression(synthetic.Pose{})
	moved := f.Impression(synthetic.Pose{DX: 20, DY: 15})
	require.Greater(t, alike(patch(clean, 160, 208, 40), patch(moved, 180, 223, 40)), 0.97)
	require.Less(t, alike(patch(clean, 160, 208, 40), patch(moved, 160, 208, 40)), 0.6)
	upside := f.Impression(synthetic.Pose{Rotation: 180})
	back := patch(upside, 159, 207, 40)
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	require.Greater(t, alike(patch(clean, 160, 208, 40), back), 0.97)
	// Counter-clockwise: what is to the right of the middle goes up.
	quarter := f.Impression(synthetic.Pose{Rotation: 90})
	turned := make([]float64, 0, 61*61)
	for j := -30; j <= 30; j++ {
		for i := -30; i <= 30; i++ { // (i, j) of the clean print stands at (j, -i)
			turned = append(turned, float64(quarter.Pix[(208-i-1)*quarter.Width+160+j]))
		}
	}
	mean := 0.0
	for _, v := range turned {
		mean += v / float64(len(turned))
	}
	for i := range turned {
		turned[i] -= mean
	}
	require.Greater(t, alike(patch(clean, 160, 208, 30), turned), 0.95)
	double := f.Impression(synthetic.Pose{PPI: 1000})
	require.Equal(t, []int{640, 832}, []int{double.Width, double.Height})
}

func TestAnyPoseGivesAnImage(t *testing.T) {
	f := synthetic.NewFinger(13, synthetic.Options{})
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-2, 2), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)))
	rapid.Check(t, func(t *rapid.T) {
		p := synthetic.Pose{
			Seed: rapid.Uint64().Draw(t, "seed"), Rotation: number.Draw(t, "rotation"), DX: number.Draw(t, "dx"), DY: number.Draw(t, "dy"),
			Contact: number.Draw(t, "contact"), OffX: number.Draw(t, "offx"), OffY: number.Draw(t, "offy"),
			Distortion: number.Draw(t, "distortion"), Pressure: number.Draw(t, "pressure"), Moisture: number.Draw(t, "moisture"),
			Noise: number.Draw(t, "noise"), Residue: number.Draw(t, "residue"), Cuts: rapid.IntRange(-5, 30).Draw(t, "cuts"),
			Width: rapid.IntRange(-5, 120).Draw(t, "width"), Height: rapid.IntRange(-5, 120).Draw(t, "height"), PPI: number.Draw(t, "ppi"),
		}
		require.NoError(t, f.Impression(p).Check())
	})
}

func TestDrawnPosesGetWorseWithLessQuality(t *testing.T) {
	worse := func(quality float64) (sum float64) {
		for seed := range uint64(200) {
			p := synthetic.Draw(seed, quality)
			sum += math.Abs(p.Moisture) + p.Noise + p.Residue + (1 - p.Contact) + float64(p.Cuts)
		}
		return sum
	}
	require.Greater(t, worse(0), worse(0.5))
	require.Greater(t, worse(0.5), worse(1))
}
