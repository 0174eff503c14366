package fingerprint

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/synthetic"
)

func assessed(t *testing.T, seed uint64, p synthetic.Pose) Assessment {
	t.Helper()
	a, err := Assess(synthetic.NewFinger(seed, synthetic.Options{Scars: -1}).Impression(p))
	require.NoError(t, err)
	return a
}

func TestWorsePrintsScoreLower(t *testing.T) {
	for seed := range uint64(3) {
		clean := assessed(t, seed, synthetic.Pose{})
		require.Greater(t, clean.Score, uint8(65))
		require.Empty(t, clean.Advice)
		for name, p := range map[string]synthetic.Pose{
			"noise": {Noise: 1, Moisture: -0.6}, "dry": {Moisture: -1, Pressure: -0.8}, "part": {Contact: 0.35},
		} {
			require.Less(t, assessed(t, seed, p).Score, clean.Score, name)
		}
	}
}

func TestAdviceSaysWhatIsWrong(t *testing.T) {
	require.Equal(t, TooSmall, assessed(t, 1, synthetic.Pose{Contact: 0.35}).Advice)
	require.Equal(t, Displaced, assessed(t, 1, synthetic.Pose{Contact: 0.5, DX: 110, DY: 120}).Advice)
	for _, c := range []struct {
		a    Assessment
		want Advice
	}{
		{Assessment{Area: 200, Clarity: 0.8}, ""},
		{Assessment{Area: 200, Clarity: 0.5, Darkness: 0.3}, TooDry},
		{Assessment{Area: 200, Clarity: 0.5, Darkness: 0.7}, TooWet},
		{Assessment{Area: 200, Clarity: 0.5, Darkness: 0.5}, Unclear},
		{Assessment{Area: 50, Clarity: 0.9, OffCentre: 0.1}, TooSmall},
		{Assessment{Area: 50, Clarity: 0.9, OffCentre: 0.6}, Displaced},
	} {
		require.Equal(t, c.want, c.a.advise())
	}
}

func TestDarknessGrowsWithPressure(t *testing.T) {
	light, heavy := assessed(t, 2, synthetic.Pose{Pressure: -0.9}), assessed(t, 2, synthetic.Pose{Pressure: 0.9})
	require.Greater(t, heavy.Darkness, light.Darkness)
}

func TestTheScoreIsOurs(t *testing.T) {
	img := synthetic.NewFinger(1, synthetic.Options{}).Impression(synthetic.Pose{})
	a, err := Assess(img)
	require.NoError(t, err)
	out := extracted(t, img)
	require.Equal(t, a.Score, out.Quality)
	require.Equal(t, Algorithm, a.Algorithm)
	require.Equal(t, Algorithm, out.Algorithm)
	require.NotContains(t, strings.ToLower(Algorithm), "nfiq")
	require.Len(t, out.Minutiae, a.Minutiae)
}

// TestTheWorstPrintsAreThoseThatAreMissed is the score's usefulness: without the tenth of the prints that score lowest, fewer pairs of
// one finger stay below the threshold of a candidate.
func TestTheWorstPrintsAreThoseThatAreMissed(t *testing.T) {
	type seen struct {
		finger  string
		quality uint8
		ready   *Prepared
	}
	var prints []seen
	var scores []uint8
	for name, img := range testPictures(t) {
		out := extracted(t, img)
		finger := name[:strings.LastIndex(name, "_")]
		prints = append(prints, seen{finger: finger, quality: out.Quality, ready: Prepare(out)})
		scores = append(scores, out.Quality)
	}
	slices.Sort(scores)
	missed := func(least uint8) float64 {
		var all, below float64
		for i, a := range prints {
			for _, b := range prints[:i] {
				if a.finger == b.finger && min(a.quality, b.quality) >= least {
					all++
					if Score(a.ready, b.ready) < 50 {
						below++
					}
				}
			}
		}
		return below / all
	}
	require.Less(t, missed(scores[len(scores)/10]), 0.9*missed(0))
}
