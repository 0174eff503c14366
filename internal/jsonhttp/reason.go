package jsonhttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// Why a question had no answer, in the words that the domain has for "not checked" (border.ReasonTimeout, ...), which stands above this package.
const (
	Timeout     = "timeout"      // not within the time it was given
	Unreachable = "unreachable"  // nobody answers, or it says that it cannot now
	NotAdmitted = "not_admitted" // it does not let the asker in
	Failed      = "failed"       // what it says is no answer
)

// refusal is a status that is no answer.
func (c *Client) refusal(status int) error {
	err := fmt.Errorf("answered %d", status)
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return c.o.Fault(NotAdmitted, err)
	case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests:
		return c.o.Fault(Unreachable, err)
	}
	return c.o.Fault(Failed, err)
}

// unanswered is why a service could not be talked with. The address is left out of it: it is the configuration's, and the same each time.
func (c *Client) unanswered(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	var late interface{ Timeout() bool }
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &late) && late.Timeout() {
		return c.o.Fault(Timeout, err)
	}
	return c.o.Fault(Unreachable, err)
}
