package fingerprint

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
)

// maxPrepared bounds how many minutiae of a template are compared: the best ones. A flat print has 20 to 60.
const maxPrepared = 96

// Prepared is a template made ready for comparing: made once, compared often. It is immutable and safe for concurrent use.
type Prepared struct {
	marks
	ground  ground
	quality uint8
	// key orders two prints, so that a comparison does not depend on which of them is named first.
	key uint64
}

// marks are minutiae with their neighbourhoods: points and descriptors of the same number.
type marks struct {
	points      []point
	descriptors []descriptor
}

// point is a minutia in a frame where y grows upwards, so that angles grow as in mathematics.
type point struct {
	x, y    float32
	angle   uint8
	quality uint8
	index   uint8 // in Template.Minutiae
}

// Prepare makes t ready for comparing. It takes any template: one without minutiae matches nothing.
func Prepare(t Template) *Prepared {
	p := &Prepared{marks: marks{points: points(t.Minutiae)}, ground: newGround(t), quality: t.Quality, key: contentKey(t)}
	p.descriptors = make([]descriptor, len(p.points))
	for i := range p.points {
		p.descriptors[i] = describe(p, i)
	}
	return p
}

// points are the best minutiae, ordered by x so that neighbours are found by a window.
func points(minutiae []Minutia) []point {
	out := make([]point, 0, min(len(minutiae), MaxMinutiae))
	for i, m := range minutiae[:min(len(minutiae), MaxMinutiae)] {
		quality := m.Quality
		if quality == 0 || quality > 100 {
			quality = unknownQuality
		}
		out = append(out, point{float32(m.X), -float32(m.Y), m.Angle, quality, uint8(i)})
	}
	if len(out) > maxPrepared {
		slices.SortFunc(out, func(a, b point) int {
			return cmp.Or(cmp.Compare(b.quality, a.quality), cmp.Compare(a.index, b.index))
		})
		out = out[:maxPrepared]
	}
	slices.SortFunc(out, func(a, b point) int {
		return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y), cmp.Compare(a.angle, b.angle), cmp.Compare(a.index, b.index))
	})
	return out
}

// unknownQuality stands for a minutia's quality where the maker did not say.
const unknownQuality = 50

// contentKey is a number made of what is compared.
func contentKey(t Template) uint64 {
	h := fnv.New64a()
	for _, m := range t.Minutiae {
		_, _ = h.Write([]byte{byte(m.X), byte(m.X >> 8), byte(m.Y), byte(m.Y >> 8), m.Angle, m.Quality}) //nolint:gosec // a hash
	}
	if t.Field != nil {
		_, _ = h.Write(binary.BigEndian.AppendUint32(nil, uint32(t.Field.Columns))) //nolint:gosec // a hash
		_, _ = h.Write(t.Field.Orientation)
	}
	return h.Sum64()
}

// radians is an angle of 256 steps a turn.
func radians(angle float64) (sin, cos float64) { return math.Sincos(angle * (2 * math.Pi / 256)) }
