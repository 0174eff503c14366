package sbihttp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// Capture takes prints with RCAPTURE: one request for each part that the reader takes at once, all in one chain of hashes and one time. A
// part that fails leaves its fingers with the failure as their Problem, and the others are asked for all the same; when no part gives a
// print, the first failure is the whole's. An answer that cannot be believed fails the whole, whatever came before.
func (c *Client) Capture(ctx context.Context, request capture.Request) (capture.Capture, error) {
	if err := sbi.CheckRequest(request); err != nil {
		return capture.Capture{}, err
	}
	if request.Timeout == 0 {
		request.Timeout = DefaultTimeout
	}
	reader, err := c.reader(ctx)
	if err != nil {
		return capture.Capture{}, err
	}
	if err := ready(reader); err != nil {
		return capture.Capture{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, request.Timeout+c.patience)
	defer cancel()
	t := taking{client: c, reader: reader, request: request, until: c.verifier.Now().Add(request.Timeout)}
	t.out.Info = reader.Info
	for _, part := range sbi.Split(reader, sbi.Wanted(request)) {
		if err := t.part(ctx, part); err != nil {
			return capture.Capture{}, err
		}
	}
	if !t.any {
		return capture.Capture{}, t.failed
	}
	return t.out, nil
}

// taking is a capture that is asked for part by part.
type taking struct {
	client   *Client
	reader   sbi.Reader
	request  capture.Request
	until    time.Time
	previous string // hash of the last finger
	any      bool   // a print was given
	failed   error  // of the first part that failed
	gone     error  // the reader cannot go on: nothing more is asked of it
	out      capture.Capture
}

// part takes the fingers of one part. An error is one of the whole.
func (t *taking) part(ctx context.Context, fingers []biometrics.Position) error {
	err := t.gone
	var answer sbi.Answer
	if err == nil {
		of := t.request
		of.Fingers, of.Timeout = fingers, max(t.until.Sub(t.client.verifier.Now()), time.Millisecond)
		answer, err = t.client.part(ctx, t.reader, of, t.previous)
	}
	switch {
	case err == nil:
		t.any, t.previous = true, answer.Hash
		t.out.Prints, t.out.At = append(t.out.Prints, answer.Prints...), answer.At
		return nil
	case doubtful(err), errors.Is(err, context.Canceled):
		return err
	case !capture.Retry(err) && !errors.Is(err, capture.ErrFailed), errors.Is(err, capture.ErrBusy):
		t.gone = err
	}
	if t.failed == nil {
		t.failed = err
	}
	for _, p := range fingers {
		t.out.Prints = append(t.out.Prints, capture.Print{Position: p, Problem: err})
	}
	return nil
}

// ready says why nothing can be taken with a reader in its state.
func ready(r sbi.Reader) error {
	switch r.State {
	case capture.Ready:
		return nil
	case capture.Busy:
		return capture.ErrBusy
	case capture.NotReady, capture.NotRegistered:
	}
	if r.Err != nil && !errors.Is(r.Err, capture.ErrFailed) {
		return r.Err
	}
	return fmt.Errorf("%w: reader says %s", capture.ErrNotReady, sbi.StatusName(r.State))
}

// doubtful is an answer that somebody tampered with, or that is of another request.
func doubtful(err error) bool {
	for _, e := range []error{capture.ErrSignature, capture.ErrChain, capture.ErrStale} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func (c *Client) part(ctx context.Context, reader sbi.Reader, of capture.Request, previous string) (sbi.Answer, error) {
	message := sbi.NewRequest(reader, of, previous, c.verifier.Now())
	body, err := c.ask(ctx, sbi.MethodRCapture, sbi.PathCapture, message)
	if err != nil {
		return sbi.Answer{}, err
	}
	answer, err := c.verifier.Answer(reader, message, body)
	if err != nil {
		return sbi.Answer{}, failed(err)
	}
	return answer, nil
}
