package fingerprint

import (
	"cmp"
	"math/bits"
	"slices"
	"unsafe"
)

const (
	// screenStored is how many minutiae of a stored print the screen looks at, and screenProbe how many of the print searched for.
	screenStored = 10
	screenProbe  = 24
	// screenCandidates is how many pairs of them are looked at together.
	screenCandidates = 10
)

// screen is what the first look of a search needs of a stored print: its best minutiae.
type screen struct {
	points      [screenStored]point
	descriptors [screenStored]descriptor
	count       int
}

// ScreenBytes is what the screen takes of a print in memory.
const ScreenBytes = int(unsafe.Sizeof(screen{}))

func newScreen(p *Prepared) *screen {
	best := p.strongest(screenStored)
	s := &screen{count: len(best.points)}
	copy(s.points[:], best.points)
	copy(s.descriptors[:], best.descriptors)
	return s
}

// strongest are the best minutiae, at most n.
func (m *marks) strongest(n int) marks {
	order := make([]int, len(m.points))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m.weight(b), m.weight(a)) })
	var out marks
	for _, i := range order[:min(len(order), n)] {
		out.points, out.descriptors = append(out.points, m.points[i]), append(out.descriptors, m.descriptors[i])
	}
	return out
}

// weight is how much of the neighbourhood of a minutia is shown, and how sure the minutia is.
func (m *marks) weight(i int) int {
	quality := int(m.points[i].quality)
	return bits.OnesCount64(m.descriptors[i].valid) * quality * quality
}

// look is how alike a stored print seems to be at first sight: the most that pairs of minutiae of one motion add up to.
func (s *screen) look(probe *marks) float32 {
	var c candidates
	stored := marks{s.points[:s.count], s.descriptors[:s.count]}
	c.find(&stored, probe, screenCandidates)
	c.support(&stored, probe)
	best := float32(0)
	for i := range c.count {
		best = max(best, c.list[i].support)
	}
	return best
}
