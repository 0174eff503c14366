package synthetic

import (
	"math"
	"math/rand/v2"
	"sync"

	"github.com/openbmis/openbmis/biometrics"
)

// Finger is the skin of one finger. It is never changed and safe for concurrent use; it takes about 210 KB.
type Finger struct {
	seed  uint64
	class Class
	field field
	skin  skin
	lines []line // creases and old scars: part of the finger, the same in all its impressions
	pores lattice
}

// line is where the skin carries no ridges: from a to b, half of its width, and how deep it is, 0 to 1.
type line struct {
	a, b  point
	half  float64
	depth float64
}

// Options shape a finger. The zero value draws everything from the seed.
type Options struct {
	// Position decides how often each class is drawn.
	Position biometrics.Position
	// Class is the pattern wanted; nil: drawn.
	Class *Class
	// Scars is how many old scars and creases there are; 0: drawn, mostly none; -1: none.
	Scars int
}

// NewFinger grows the finger of a seed: some 0.1 s of work, so callers keep it while they need it.
func NewFinger(seed uint64, o Options) *Finger {
	random := rand.New(rand.NewPCG(seed, 0x66696e676572)) //nolint:gosec // the same finger from the same seed is the point
	class := drawClass(random, o.Position)
	if o.Class != nil {
		class = *o.Class
	}
	f := &Finger{seed: seed, class: class, field: drawField(random, class)}
	f.skin = grow(random, &f.field)
	f.pores = newLattice(random, padWidth/3, padHeight/3)
	f.lines = drawLines(random, o.Scars)
	return f
}

// Class is the finger's pattern.
func (f *Finger) Class() Class { return f.class }

// Seed is what the finger grew from.
func (f *Finger) Seed() uint64 { return f.seed }

// drawLines draws old scars and creases.
func drawLines(random *rand.Rand, wanted int) []line {
	if wanted == 0 && random.Float64() < 0.35 {
		wanted = 1 + random.IntN(3)
	}
	var lines []line
	for range min(max(wanted, 0), 32) {
		lines = append(lines, drawLine(random))
	}
	return lines
}

func drawLine(random *rand.Rand) line {
	centre := point{between(random, -90, 90), between(random, -130, 130)}
	sin, cos := math.Sincos(between(random, 0, math.Pi))
	half := between(random, 20, 75)
	return line{
		a: point{centre.x - half*cos, centre.y - half*sin}, b: point{centre.x + half*cos, centre.y + half*sin},
		half: between(random, 0.8, 2.4), depth: between(random, 0.5, 1),
	}
}

// cover is how much of the ridge a line takes away at a place, 0 to 1.
func (l line) cover(p point) float64 {
	dx, dy := l.b.x-l.a.x, l.b.y-l.a.y
	t := ((p.x-l.a.x)*dx + (p.y-l.a.y)*dy) / (dx*dx + dy*dy)
	if t < 0 || t > 1 {
		return 0
	}
	distance := math.Hypot(p.x-l.a.x-t*dx, p.y-l.a.y-t*dy)
	return l.depth * (1 - ramp(distance, l.half, l.half+1.5))
}

// Person is ten fingers of one seed. It is safe for concurrent use; a finger grows when it is first asked for, and is kept.
type Person struct {
	seed    uint64
	fingers [10]struct {
		once sync.Once
		grew *Finger
	}
}

// NewPerson is the person of a seed.
func NewPerson(seed uint64) *Person { return &Person{seed: seed} }

// Finger is one of the ten fingers; nil for any other position.
func (p *Person) Finger(position biometrics.Position) *Finger {
	if !position.Finger() {
		return nil
	}
	slot := &p.fingers[position-biometrics.RightThumb]
	slot.once.Do(func() { slot.grew = NewFinger(FingerSeed(p.seed, position), Options{Position: position}) })
	return slot.grew
}

// FingerSeed is the seed of one finger of a person (splitmix64 over both, so that persons next to one another share nothing).
func FingerSeed(person uint64, position biometrics.Position) uint64 {
	z := person + (uint64(position)+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
