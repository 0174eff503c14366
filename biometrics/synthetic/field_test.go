package synthetic

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
)

// index is how often the ridges turn round on a small circle around a place (Poincaré): 1/2 at a core, -1/2 at a delta.
func index(f *field, at pole) float64 {
	var sum float64
	const steps = 90
	angle := func(i int) float64 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / steps)
		return f.angle(at.x+3*cos, at.y+3*sin)
	}
	for i := range steps {
		turn := angle(i+1) - angle(i)
		sum += turn - math.Pi*math.Round(turn/math.Pi)
	}
	return sum / (2 * math.Pi)
}

func TestEachClassHasItsSingularPoints(t *testing.T) {
	want := map[Class]int{Arch: 0, TentedArch: 1, LeftLoop: 1, RightLoop: 1, Whorl: 2, DoubleLoop: 2}
	for seed := range uint64(20) {
		for _, c := range Classes() {
			f := drawField(rand.New(rand.NewPCG(seed, 0)), c)
			require.Len(t, f.cores, want[c], c.String())
			require.Len(t, f.deltas, want[c], c.String())
			for _, core := range f.cores {
				require.InDelta(t, 0.5, index(&f, core), 0.01, c.String())
			}
			for _, delta := range f.deltas {
				require.InDelta(t, -0.5, index(&f, delta), 0.01, c.String())
			}
		}
	}
}

// The ridges that have grown must run where the field says, and stand as far apart.
func TestRidgesFollowTheField(t *testing.T) {
	for _, c := range Classes() {
		f := NewFinger(uint64(c)+30, Options{Class: &c})
		var along, all, spacing, places float64
		for y := -100.0; y <= 100; y += 4 {
			for x := -80.0; x <= 80; x += 4 {
				gx := f.skin.at(x+1, y) - f.skin.at(x-1, y)
				gy := f.skin.at(x, y+1) - f.skin.at(x, y-1)
				sin, cos := math.Sincos(f.field.angle(x, y))
				along += (gx*cos + gy*sin) * (gx*cos + gy*sin)
				all += gx*gx + gy*gy
				spacing += f.field.spacing(x, y)
				places++
			}
		}
		require.Less(t, along/all, 0.12, "%s: heights change across the ridges, not along them", c)
		require.InDelta(t, spacing/places, measuredPeriod(f), 1, c.String())
	}
}

// measuredPeriod is the distance from ridge to ridge, from how often the height changes its sign across them.
func measuredPeriod(f *Finger) float64 {
	crossings, length := 0, 0.0
	for y := -90.0; y <= 90; y += 9 {
		for x := -70.0; x <= 70; x += 9 {
			sin, cos := math.Sincos(f.field.angle(x, y))
			last := 0.0
			for s := -18.0; s <= 18; s += 0.5 {
				h := f.skin.at(x-s*sin, y+s*cos)
				if h*last < 0 {
					crossings++
				}
				last = h
			}
			length += 36
		}
	}
	return 2 * length / float64(crossings)
}

// Ridges stand wider where they part: along a ridge the logarithm of the distance changes as the direction field parts.
func TestRidgesThatPartStandWider(t *testing.T) {
	var agree, parts, wider float64
	for seed := range uint64(10) {
		f := drawField(rand.New(rand.NewPCG(seed, 1)), RightLoop)
		for y := -130.0; y <= 130; y += 20 {
			for x := -90.0; x <= 90; x += 20 {
				sin, cos := math.Sincos(f.angle(x, y))
				p := f.parts(x, y, cos, sin)
				w := (f.spread.at(x+20*cos, y+20*sin) - f.spread.at(x-20*cos, y-20*sin)) / 40
				agree, parts, wider = agree+p*w, parts+p*p, wider+w*w
			}
		}
	}
	require.Greater(t, agree/math.Sqrt(parts*wider), 0.5)
}

func TestClassesAreDrawnAsOftenAsPeopleHaveThem(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	counts := map[Class]int{}
	const persons = 2000
	for range persons {
		for _, p := range biometrics.Fingers() {
			counts[drawClass(random, p)]++
		}
	}
	share := func(c Class) float64 { return float64(counts[c]) / (10 * persons) }
	require.InDelta(t, 0.07, share(Arch)+share(TentedArch), 0.02)
	require.InDelta(t, 0.63, share(LeftLoop)+share(RightLoop), 0.05)
	require.InDelta(t, 0.30, share(Whorl)+share(DoubleLoop), 0.05)
	require.InDelta(t, share(LeftLoop), share(RightLoop), 0.03, "hands mirror one another")
}
