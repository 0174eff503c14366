package web

import (
	"errors"
	"net/http"
	"slices"
)

// UnlessOver is for what a page fetches by itself: streams, drawings, pictures. When next fails with one of the errors, what the page
// shows of has ended while the request was on its way, such as a traveller who has been decided about. The answer is then an empty one
// (204): there is nothing left to show, and a fault told to the officer would be about somebody who is gone.
func UnlessOver(next Handler, over ...error) Handler {
	return func(c *Context) error {
		err := next(c)
		if slices.ContainsFunc(over, func(end error) bool { return errors.Is(err, end) }) {
			return c.NoContent(http.StatusNoContent)
		}
		return err
	}
}
