package fingerprint

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// finger draws a finger and the randomness of its impressions.
func finger(t *rapid.T) (madeFinger, *rand.Rand) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "finger"), 1))
	return madeOf(r, rapid.IntRange(32, 60).Draw(t, "minutiae")), r
}

// asUsual is how an impression at a counter differs from another one: turned, shifted, stretched a little, some minutiae lost and others made up.
func asUsual(t *rapid.T) taking {
	return taking{
		degrees: rapid.Float64Range(-30, 30).Draw(t, "degrees"), dx: rapid.Float64Range(-60, 60).Draw(t, "dx"),
		dy: rapid.Float64Range(-60, 60).Draw(t, "dy"), right: 1, jitter: 1.5, turn: 0.06, missing: 0.1, unrelated: 0.1,
		noField: rapid.Bool().Draw(t, "noField"),
	}
}

func TestTurnedShiftedAndDistortedPrintsMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, r := finger(t)
		how := asUsual(t)
		whole, moved := f.impression(r, whole()), f.impression(r, how)
		m := Compare(Prepare(whole), Prepare(moved))
		require.GreaterOrEqual(t, m.Score, CandidateThreshold)
		require.GreaterOrEqual(t, len(m.Pairs), 15)
		require.InDelta(t, how.degrees, m.Rotation, 4)
	})
}

func TestCroppedPrintsMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, r := finger(t)
		how := asUsual(t)
		how.left = rapid.Float64Range(0, 0.35).Draw(t, "left")
		m := Compare(Prepare(f.impression(r, whole())), Prepare(f.impression(r, how)))
		require.GreaterOrEqual(t, m.Score, VerificationThreshold)
	})
}

func TestThePairsAreTheSameMinutiae(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	f := madeOf(r, 40)
	a := f.impression(r, whole())
	b := f.impression(r, taking{degrees: 20, dx: 15, dy: -25, right: 1})
	m := Compare(Prepare(a), Prepare(b))
	require.GreaterOrEqual(t, len(m.Pairs), 36)
	require.True(t, slices.IsSortedFunc(m.Pairs, func(x, y Pair) int { return x.A - y.A }))
	sin, cos := math.Sincos(m.Rotation * math.Pi / 180)
	for _, p := range m.Pairs {
		x, y := float64(a.Minutiae[p.A].X), float64(a.Minutiae[p.A].Y)
		require.InDelta(t, float64(b.Minutiae[p.B].X), cos*x+sin*y+m.DX, 3, "what Rotation and DX say")
		require.InDelta(t, float64(b.Minutiae[p.B].Y), cos*y-sin*x+m.DY, 3, "what Rotation and DY say")
		require.InDelta(t, 0.9, p.Similarity, 0.2)
	}
}

func TestPrintsOfDifferentFingersDoNotMatch(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var prints []*Prepared
	for range 60 {
		f := madeOf(r, 30+r.IntN(30))
		prints = append(prints, Prepare(f.impression(r, taking{degrees: 40*r.Float64() - 20, right: 1, jitter: 1, unrelated: 0.1})))
	}
	reached := 0
	for i, a := range prints {
		for _, b := range prints[:i] {
			if Score(a, b) >= VerificationThreshold {
				reached++
			}
		}
	}
	require.LessOrEqual(t, reached, 9, "of 1,770 pairs 1 in 1,000 may reach the threshold by chance; made-up minutiae are no skin, so some more")
}

func TestCompareIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := Prepare(template(t)), Prepare(template(t))
		forth, back := Compare(a, b), Compare(b, a)
		require.InDelta(t, forth.Score, back.Score, 0, "exactly")
		require.InDelta(t, forth.Score, Score(b, a), 0)
		for i, p := range back.Pairs {
			back.Pairs[i] = Pair{p.B, p.A, p.Similarity}
		}
		require.ElementsMatch(t, forth.Pairs, back.Pairs)
		if len(forth.Pairs) > 0 {
			require.InDelta(t, forth.Rotation, -back.Rotation, 1e-3)
		}
	})
}

// template draws any template, impressions of fingers and nonsense.
func template(t *rapid.T) Template {
	if rapid.Bool().Draw(t, "nonsense") {
		return nonsense(rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "bytes"))
	}
	f, r := finger(t)
	return f.impression(r, asUsual(t))
}

// nonsense makes a template of any bytes.
func nonsense(data []byte) Template {
	t := Template{Width: 400, Height: 400}
	if len(data) > 2 && data[0]&1 != 0 {
		t.Field = &Field{Columns: int(data[1]&31) + 1, Rows: int(data[2]&31) + 1}
		t.Field.Orientation = make([]uint8, t.Field.Columns*t.Field.Rows)
		copy(t.Field.Orientation, data)
	}
	for ; len(data) >= 7 && len(t.Minutiae) < MaxMinutiae; data = data[7:] {
		x, y := uint16(data[0])<<8|uint16(data[1]), uint16(data[2])<<8|uint16(data[3])
		if data[6]&1 != 0 {
			x, y = x%400, y%400
		}
		t.Minutiae = append(t.Minutiae, Minutia{x, y, data[4], Kind(data[5] % 3), data[6] % 101})
	}
	return t
}

func TestNothingMatchesNothing(t *testing.T) {
	f := madeOf(rand.New(rand.NewPCG(1, 1)), 40)
	shown := f.impression(rand.New(rand.NewPCG(1, 1)), whole())
	one := shown
	one.Minutiae = shown.Minutiae[:1]
	for _, few := range []Template{{}, {Field: shown.Field}, one} {
		require.Less(t, Compare(Prepare(few), Prepare(shown)).Score, VerificationThreshold)
		require.Less(t, Compare(Prepare(few), Prepare(few)).Score, VerificationThreshold)
	}
}

func TestTurnedTooFarIsNoMatch(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	f := madeOf(r, 45)
	a := Prepare(f.impression(r, whole()))
	require.Greater(t, Score(a, Prepare(f.impression(r, taking{degrees: 60, right: 1}))), VerificationThreshold)
	for _, degrees := range []float64{100, 180, 260} {
		require.Less(t, Score(a, Prepare(f.impression(r, taking{degrees: degrees, right: 1}))), VerificationThreshold, degrees)
	}
}

func TestScoreAllocatesNothing(t *testing.T) {
	prints := benchPrints(2)
	a, b := Prepare(prints[0]), Prepare(prints[1])
	require.Zero(t, testing.AllocsPerRun(100, func() { Score(a, b) }))
	require.Zero(t, testing.AllocsPerRun(100, func() { Score(a, a) }))
}

func TestTheScaleIsAsItSays(t *testing.T) {
	for _, m := range []model{modelOfFields(), modelOfMinutiae()} {
		before := -1.0
		for odds := float32(-40); odds < 60; odds += 0.25 {
			s := m.score(odds)
			require.GreaterOrEqual(t, s, before, "the score grows with the odds")
			require.LessOrEqual(t, s, MaxScore)
			before = s
		}
		require.Zero(t, m.score(nothing().odds))
		require.InDelta(t, 20, m.score(float32(m.scale[2])), 0.01)
		require.Positive(t, m.slope)
	}
	require.InDelta(t, 0.001, FalseMatchRate(VerificationThreshold), 1e-9)
	require.InDelta(t, 0.00001, FalseMatchRate(CandidateThreshold), 1e-9)
	require.InDelta(t, 1, FalseMatchRate(0), 0)
	require.InDelta(t, 1, FalseMatchRate(math.NaN()), 0)
}

// FuzzCompare takes any two templates: bounded, symmetric, on the scale.
func FuzzCompare(f *testing.F) {
	f.Add([]byte{}, []byte{1, 2, 3})
	r := rand.New(rand.NewPCG(11, 11))
	for _, n := range []int{70, 700, MaxMinutiae * 7} {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(r.UintN(256))
		}
		f.Add(data, data)
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, y := Prepare(nonsense(a)), Prepare(nonsense(b))
		m := Compare(x, y)
		require.False(t, math.IsNaN(m.Score))
		require.GreaterOrEqual(t, m.Score, 0.0)
		require.LessOrEqual(t, m.Score, MaxScore)
		require.InDelta(t, m.Score, Score(y, x), 0)
		seen := map[int]bool{}
		for _, p := range m.Pairs {
			require.False(t, seen[p.A], "a minutia is paired once")
			seen[p.A] = true
			require.Less(t, p.A, len(nonsense(a).Minutiae))
			require.Less(t, p.B, len(nonsense(b).Minutiae))
		}
	})
}
