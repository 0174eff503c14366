package fingerprint

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/openbmis/openbmis/biometrics"
)

// compared is a person who was compared exactly.
type compared struct {
	Candidate
	comparisons int
}

// decisive is the score of an impression at which the other impressions of the finger need not be compared.
const decisive = 80.0

// compare compares a person's prints with the probe's, finger by finger.
func (s *search) compare(p *person) compared {
	out := compared{Candidate: Candidate{Reference: p.reference}}
	var scores []FingerScore
	for i := range s.probe {
		q := &s.probe[i]
		for k := range p.prints {
			stored := &p.prints[k]
			if !same(q.position, stored.position) || out.decided(q.known(stored)) {
				continue
			}
			score := Score(q.prepared, stored.prepared)
			out.comparisons++
			scores = append(scores, FingerScore{q.finger(stored), score})
			out.finger(CandidateFinger{q.known(stored), score, q.number, stored.number})
		}
	}
	out.Score = Fuse(scores)
	slices.SortFunc(out.Fingers, func(a, b CandidateFinger) int { return cmp.Compare(a.Position, b.Position) })
	return out
}

// known is the finger's position, if either print tells.
func (q *searchPrint) known(stored *galleryPrint) biometrics.Position {
	if q.position == biometrics.UnknownFinger {
		return stored.position
	}
	return q.position
}

// finger is the position that the score counts for: where either position is unknown, all comparisons are tries of one finger.
func (q *searchPrint) finger(stored *galleryPrint) biometrics.Position {
	if q.position != stored.position {
		return biometrics.UnknownFinger
	}
	return q.position
}

func (c *compared) decided(position biometrics.Position) bool {
	return slices.ContainsFunc(c.Fingers, func(f CandidateFinger) bool { return f.Position == position && f.Score >= decisive })
}

// finger keeps the best pair of impressions of each finger.
func (c *compared) finger(f CandidateFinger) {
	at := slices.IndexFunc(c.Fingers, func(o CandidateFinger) bool { return o.Position == f.Position })
	switch {
	case at < 0:
		c.Fingers = append(c.Fingers, f)
	case f.Score > c.Fingers[at].Score:
		c.Fingers[at] = f
	}
}

// part is how many persons a worker takes at once.
const part = 8

// inParts does work for 0 to n-1, by so many workers, until ctx ends.
func inParts(ctx context.Context, workers, n int, work func(i int)) error {
	var next atomic.Int64
	run := func() {
		for ctx.Err() == nil {
			from := int(next.Add(part)) - part
			if from >= n {
				return
			}
			for i := from; i < min(from+part, n); i++ {
				work(i)
			}
		}
	}
	workers = min(workers, (n+part-1)/part)
	if workers <= 1 {
		run()
		return ctx.Err()
	}
	var group sync.WaitGroup
	for range workers {
		group.Go(run)
	}
	group.Wait()
	return ctx.Err()
}
