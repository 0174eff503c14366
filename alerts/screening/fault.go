package screening

import (
	"context"
	"errors"
)

// errPanic stands for a panic: what it said may be of a person.
var errPanic = errors.New("panic")

// safely does work that may meet data which nobody thought of.
func safely(work func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return work()
}

// codeOf is all that is said of a failure: its words may name a person, or a discreet hit.
func codeOf(err error) string {
	switch {
	case errors.Is(err, errPanic):
		return "panic"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return "failed"
}
