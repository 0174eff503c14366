package screening

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/traveldoc"
)

// searching is the run that the worker is at, with the catalogue of its changed alerts.
type searching struct {
	id        int64
	upto      int64
	catalogue *Catalogue
}

// step goes one page on with the oldest open run that does not wait after a failure.
func (w *Worker) step(ctx context.Context) (more bool, err error) {
	r, open, err := w.Store.Open(ctx)
	if err != nil || !open {
		w.run = searching{}
		return false, err
	}
	if err = safely(func() error { return w.advance(ctx, r) }); err != nil && ctx.Err() == nil {
		return false, errors.Join(err, w.Store.Stuck(ctx, r.ID, codeOf(err)))
	}
	return err == nil, err
}

func (w *Worker) advance(ctx context.Context, r Run) error {
	if w.run.id != r.ID || w.run.upto != r.Upto {
		lists, err := w.Store.Lists(ctx)
		if err != nil {
			return err
		}
		made, err := w.Lists.build(ctx, lists, r)
		if err != nil {
			return err
		}
		w.run = searching{r.ID, r.Upto, made}
	}
	if w.run.catalogue.Len() == 0 { // all of them were withdrawn: there is nobody to look for
		r.Phase = PhaseDone
		return w.Store.Moved(ctx, r, 0, nil)
	}
	people, place, err := w.people(ctx, r)
	if err != nil {
		return err
	}
	found, err := w.again(ctx, people)
	if err != nil {
		return err
	}
	r.PlaceAt, r.PlaceID = place.At, place.ID
	if len(people) < pagePeople {
		r.Phase, r.PlaceAt, r.PlaceID = r.Phase.Next(), r.Since, uuid.Nil
	}
	return w.Store.Moved(ctx, r, len(people), found)
}

func (w *Worker) people(ctx context.Context, r Run) ([]Person, Place, error) {
	if r.Phase != PhaseExpected {
		return w.Store.People(ctx, r, w.run.catalogue.Vehicles(), pagePeople)
	}
	if w.Passengers == nil {
		return nil, Place{}, nil
	}
	people, err := w.Passengers.Pending(ctx, r.PlaceID, pagePeople)
	if err != nil || len(people) == 0 {
		return nil, Place{}, err
	}
	return people, Place{ID: people[len(people)-1].Occasion}, nil
}

// again screens people whom the changed alerts may be about: first by what a page holds, then, the few that remain, as they were seen.
func (w *Worker) again(ctx context.Context, people []Person) ([]Found, error) {
	today := traveldoc.DateOf(w.Now().UTC())
	var whole, short []Person
	for _, p := range people {
		switch {
		case len(w.run.catalogue.Search(p, today)) == 0:
		case p.Event == uuid.Nil:
			whole = append(whole, p)
		default:
			short = append(short, p)
		}
	}
	if len(short) > 0 {
		read, err := w.Store.Whole(ctx, short)
		if err != nil {
			return nil, err
		}
		whole = append(whole, read...)
	}
	return w.screen(ctx, w.run.catalogue, whole, true)
}
