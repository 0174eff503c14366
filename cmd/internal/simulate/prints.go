package simulate

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	fingerCheck = "fingerprints"
	// presses is how often an officer presses the key for one traveller before he takes what there is, and readerPatience how often at a reader
	// that gives nothing.
	presses        = 3
	readerPatience = 2
	takingAtMost   = 90 * time.Second
)

// What the page of the taking says of a finger and of itself; see border/fingers.
const (
	phaseTaking = "taking"
	phaseKept   = "kept"
	stateLow    = "low"
	stateWanted = "wanted"
)

// prints takes the traveller's fingerprints where the counter asks for them, as an officer does: he notes the finger that is not there, presses
// the key, again where a print is too low, takes the best of all tries, and gives up at a reader that gives nothing. One lane takes prints at a
// time: many at once would only keep one another waiting.
func (l *lane) prints(ctx context.Context, s screen, h Hand) (screen, error) {
	path, asked := s.prints()
	if l.Fingers == nil || !asked {
		return s, nil
	}
	select {
	case l.taking <- struct{}{}:
		defer func() { <-l.taking }()
	case <-ctx.Done():
		return s, context.Cause(ctx)
	}
	if err := l.Fingers.Set(h.Knobs); err != nil {
		return s, err
	}
	if err := l.takePrints(ctx, path, h); err != nil {
		return s, err
	}
	s, err := l.officer.counter(ctx, http.MethodGet, "/counter", nil)
	if err != nil {
		return s, err
	}
	return l.answered(ctx, s)
}

func (l *lane) takePrints(ctx context.Context, path string, h Hand) error {
	ctx, cancel := context.WithTimeoutCause(ctx, takingAtMost, errNoAnswer)
	defer cancel()
	s, err := l.officer.fingers(ctx, http.MethodGet, path, nil)
	if gone := h.Amputated.String(); err == nil && h.Knobs.Fingers != nil && s.Fingers[gone] == stateWanted {
		s, err = l.officer.fingers(ctx, http.MethodPost, path+"/missing", url.Values{"finger": {gone}, "missing": {"amputated"}})
	}
	nothing := 0
	for press := 0; err == nil && press < presses && nothing < readerPatience && s.unsettled(); press++ {
		s, err = l.press(ctx, path)
		if err == nil && !s.has(stateLow) && s.has(stateWanted) {
			nothing++
		}
	}
	if err == nil && s.unsettled() && s.has(stateLow) && !s.has(stateWanted) {
		_, err = l.officer.fingers(ctx, http.MethodPost, path+"/acceptance", url.Values{"reason": {"best_of_tries"}})
	}
	return err
}

// press presses the key, and waits until the reader is done.
func (l *lane) press(ctx context.Context, path string) (screen, error) {
	s, err := l.officer.fingers(ctx, http.MethodPost, path, url.Values{})
	for err == nil && s.Phase == phaseTaking {
		if err = l.wait(ctx, lookAgain); err == nil {
			s, err = l.officer.fingers(ctx, http.MethodGet, path, nil)
		}
	}
	return s, err
}

// fingers asks for the page on which prints are taken; the counter answers in its place when they are kept.
func (o *Officer) fingers(ctx context.Context, method, path string, values url.Values) (screen, error) {
	s, status, err := o.send(ctx, method, path, values)
	switch {
	case err != nil:
		return screen{}, err
	case status >= http.StatusBadRequest:
		return screen{}, fmt.Errorf("%s %s answered %d, %s", method, route(path), status, s.Said)
	case s.Phase == "" && !s.Counter:
		return screen{}, errSignedOut
	}
	return s, nil
}

// prints is where the prints of the traveller are taken, and whether they are still to be.
func (s screen) prints() (path string, asked bool) {
	for _, f := range s.Forms {
		if strings.HasSuffix(f.Action, "/fingers") {
			return f.Action, s.Checks[fingerCheck] == "not-checked"
		}
	}
	return "", false
}

// unsettled tells whether the page waits for the officer.
func (s screen) unsettled() bool { return s.Phase != "" && s.Phase != phaseKept }

func (s screen) has(state string) bool {
	for _, one := range s.Fingers {
		if one == state {
			return true
		}
	}
	return false
}
