package sbihttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// statusError is an answer that is no answer: the status says why.
type statusError struct{ status int }

func (e *statusError) Error() string {
	return fmt.Sprintf("%v: HTTP status %d", capture.ErrFailed, e.status)
}

func (e *statusError) Unwrap() error { return capture.ErrFailed }

// ask sends one message and reads the whole answer.
func (c *Client) ask(ctx context.Context, method, path string, message any) ([]byte, error) {
	response, err := c.send(ctx, method, path, message)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, sbi.MaxMessage+1))
	closing := response.Body.Close()
	switch {
	case err != nil:
		return nil, away(ctx, err)
	case closing != nil:
		return nil, away(ctx, closing)
	case len(body) > sbi.MaxMessage:
		return nil, fmt.Errorf("%w: answer of more than %d bytes", capture.ErrFailed, sbi.MaxMessage)
	}
	return body, nil
}

// send gives the answer with its body open, when its status is that of an answer.
func (c *Client) send(ctx context.Context, method, path string, message any) (*http.Response, error) {
	var body io.Reader
	if message != nil {
		raw, err := json.Marshal(message)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Ext", "OpenBMIS") // the standard's header for who asks
	response, err := c.http.Do(request)
	if err != nil {
		return nil, away(ctx, err)
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close() // nothing of it is wanted
		return nil, &statusError{response.StatusCode}
	}
	return response, nil
}

// away is what a failed connection means: the time is over, the asker has gone, or the reader is away. The address in err stays out.
func away(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%w: no answer in time", capture.ErrTimeout)
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: no answer in time", capture.ErrTimeout)
	}
	return fmt.Errorf("%w: %w", capture.ErrUnreachable, cause(err))
}

// cause leaves out what net/http puts before an error: method and address.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}
