package screening

import (
	"context"
	"errors"
)

// errNotReady: the lists are not in memory yet.
var errNotReady = errors.New("screening: the lists are not loaded")

// Expect holds people who are expected against all alerts as they stand, discreet ones too, and keeps the hits: the same person and alert
// once. What services outside found of them (Person.Findings) is kept beside. Whoever calls it again after a failure raises nothing twice.
func (w *Worker) Expect(ctx context.Context, people []Person) error {
	c := w.Lists.Catalogue()
	if c == nil {
		return errNotReady
	}
	return safely(func() error {
		found, err := w.screen(ctx, c, people, false)
		if err != nil {
			return err
		}
		for _, p := range people {
			found = append(found, outside(p)...)
		}
		if len(found) == 0 {
			return nil
		}
		return w.Store.Expected(ctx, found)
	})
}
