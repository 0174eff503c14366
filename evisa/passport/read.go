package passport

import (
	"context"
	"errors"
	"fmt"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/scan"
)

// answer is a reading that came back.
type answer struct {
	result scan.Result
	err    error
}

// read reads in a turn of its own; a reading that nobody waits for any more keeps its turn until it ends, so that few run at once.
func (r *Reader) read(ctx context.Context, file []byte, today traveldoc.Date) (Page, error) {
	select {
	case r.turns <- struct{}{}:
	case <-ctx.Done():
		return Page{}, problem.New(problem.Unavailable, "passport_busy").Because(ctx.Err())
	}
	done := make(chan answer, 1)
	go func() {
		defer func() { <-r.turns }()
		result, err := scan.ReadFile(file, today, scan.Options{})
		done <- answer{result, err}
	}()
	select {
	case a := <-done:
		return a.page(today)
	case <-ctx.Done():
		return Page{}, problem.New(problem.Unavailable, "passport_busy").Because(ctx.Err())
	}
}

func (a answer) page(today traveldoc.Date) (Page, error) {
	switch {
	case errors.Is(a.err, scan.ErrNoZone):
		return Page{}, problem.New(problem.Invalid, "passport_no_zone").At("page")
	case a.err != nil:
		return Page{}, problem.New(problem.Invalid, "passport_picture").At("page").Because(fmt.Errorf("data page: %w", a.err))
	case a.result.Document == nil:
		return Page{}, problem.New(problem.Invalid, "passport_no_zone").At("page")
	}
	return pageOf(a.result, today), nil
}
