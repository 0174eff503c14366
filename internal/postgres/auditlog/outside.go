package auditlog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// outsidePage is how many checkpoints of the reference are held in memory.
const outsidePage = 1000

// outside is the evidence that was kept elsewhere: given checkpoints, and those of a reference, a page at a time. Both are
// queues by size.
type outside struct {
	keys      keyring
	given     []evidence
	reference Reference // nil when there is none, or none left
	held      []evidence
	after     int64 // size of the last checkpoint read from the reference
}

func openOutside(keys keyring, external [][]byte, reference Reference) (*outside, error) {
	o := &outside{keys: keys, reference: reference}
	if len(keys.own) == 0 {
		o.reference = nil // whose log it is nobody knows: nothing is signed here
	}
	for i, msg := range external {
		found, err := keys.open(msg)
		if err != nil {
			return nil, fmt.Errorf("external checkpoint %d: %w", i+1, err)
		}
		if found.Size == 0 {
			continue // every log begins with the empty one
		}
		found.external, found.from = true, "a checkpoint kept elsewhere"
		o.given = append(o.given, found)
	}
	slices.SortFunc(o.given, func(a, b evidence) int { return cmp.Compare(a.Size, b.Size) })
	return o, nil
}

// fill reads the next page of the reference when the last is used up.
func (o *outside) fill(ctx context.Context) error {
	if len(o.held) > 0 || o.reference == nil {
		return nil
	}
	notes, err := o.reference.Checkpoints(ctx, o.keys.name(), o.after, outsidePage)
	if err != nil {
		return err
	}
	for _, msg := range notes {
		found, err := o.keys.open(msg)
		if err != nil {
			return fmt.Errorf("checkpoint of the witness after size %d: %w", o.after, err)
		}
		found.external, found.from = true, "a checkpoint that the witness holds"
		o.held, o.after = append(o.held, found), found.Size
	}
	if len(notes) < outsidePage {
		o.reference = nil
	}
	return nil
}

// take returns and removes the next evidence about a size; ok is false when there is none (any more).
func (o *outside) take(ctx context.Context, size int64) (next evidence, ok bool, err error) {
	if len(o.given) > 0 && o.given[0].Size == size {
		next, o.given = o.given[0], o.given[1:]
		return next, true, nil
	}
	if len(o.held) > 0 && o.held[0].Size == size {
		next, o.held = o.held[0], o.held[1:]
		return next, true, o.fill(ctx)
	}
	return evidence{}, false, nil
}

// largest is the largest evidence left; zero if none is.
func (o *outside) largest(ctx context.Context) (largest evidence, err error) {
	if n := len(o.given); n > 0 {
		largest = o.given[n-1]
	}
	for len(o.held) > 0 {
		if last := o.held[len(o.held)-1]; last.Size > largest.Size {
			largest = last
		}
		o.held = nil
		if err := o.fill(ctx); err != nil {
			return largest, err
		}
	}
	return largest, nil
}
