package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Outcome is what became of an arrival.
type Outcome string

// The outcomes: the two verdicts of a counter, and a scan that was put aside and never led to one.
const (
	Admitted  Outcome = "admit"
	Referred  Outcome = "refer"
	PutAside  Outcome = "dismiss"
	docCheck          = "document"
	alertList         = "alerts.national"
)

// Checks answer within their deadlines; the counter is asked this often, and this long.
const (
	lookAgain  = 150 * time.Millisecond
	lookAtMost = 60 * time.Second
)

var errNoAnswer = errors.New("the checks did not answer")

// serve scans one traveller, waits for the checks and decides as a careful officer would.
func (l *lane) serve(ctx context.Context, a Arrival) (Outcome, error) {
	if err := l.clear(ctx); err != nil {
		return "", err
	}
	values := url.Values{"mrz": {a.MRZ}, "mode": {l.mode()}, l.carrierField(): {a.Carrier}, "purpose": {a.Purpose}}
	s, err := l.officer.counter(ctx, http.MethodPost, "/counter/scans", values)
	if err != nil {
		return "", err
	}
	if !s.occupied() {
		return PutAside, nil // nothing could be read: the traveller turns the document and comes again
	}
	if s, err = l.examined(ctx, s); err != nil {
		return "", err
	}
	if a.Again != "" && s.Checks[docCheck] != "no-hit" {
		if _, err := l.dismiss(ctx, "misread"); err != nil {
			return "", err
		}
		a.MRZ, a.Again = a.Again, ""
		return l.serve(ctx, a)
	}
	if s, err = l.prints(ctx, s, l.hand(a.MRZ)); err != nil {
		return "", err
	}
	return l.decide(ctx, s)
}

// examined waits for the checks, and takes the time that a person takes to look.
func (l *lane) examined(ctx context.Context, s screen) (screen, error) {
	s, err := l.answered(ctx, s)
	if err != nil {
		return s, err
	}
	return s, l.think(ctx, s)
}

// oneOnReader is how often a document is put on the reader of a lane that has one: one traveller in so many, the first among them.
const oneOnReader = 12

// onReader reports whether the next document goes on the lane's reader.
func (l *lane) onReader() bool {
	return l.reader != nil && (l.put == 0 || l.random.IntN(oneOnReader) == 0)
}

// serveReading puts a document on the lane's reader, whose agent posts it, and decides on what appears at the counter.
func (l *lane) serveReading(ctx context.Context) (Outcome, error) {
	if err := l.clear(ctx); err != nil {
		return "", err
	}
	reading, err := l.reader.Next(ctx)
	if err != nil {
		return "", err
	}
	if l.agent == nil {
		if l.agent, err = l.Agent(l.Token); err != nil {
			return "", err
		}
	}
	posted, err := l.agent.Post(ctx, reading)
	if err != nil {
		return "", err
	}
	l.put++
	if posted.State != "opened" {
		return PutAside, nil // it waits for somebody: a traveller whose document cannot be read at once
	}
	s, err := l.officer.counter(ctx, http.MethodGet, "/counter", nil)
	if err != nil {
		return "", err
	}
	if s, err = l.examined(ctx, s); err != nil {
		return "", err
	}
	if s, err = l.prints(ctx, s, l.hand(reading.MRZ)); err != nil {
		return "", err
	}
	return l.decide(ctx, s)
}

// clear puts aside whoever an earlier run left at the counter.
func (l *lane) clear(ctx context.Context) error {
	s, err := l.officer.counter(ctx, http.MethodGet, "/counter", nil)
	for err == nil && s.occupied() {
		s, err = l.dismiss(ctx, "stepped_back")
	}
	return err
}

func (l *lane) dismiss(ctx context.Context, reason string) (screen, error) {
	s, err := l.officer.counter(ctx, http.MethodGet, "/counter?panel=dismiss", nil)
	if err != nil {
		return s, err
	}
	f, ok := s.dismissal()
	if !ok {
		return s, nil // somebody else was faster
	}
	f.Values.Set("reason", reason)
	return l.officer.counter(ctx, http.MethodPost, f.Action, f.Values)
}

// answered looks at the counter until every check has an outcome.
func (l *lane) answered(ctx context.Context, s screen) (screen, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lookAtMost, errNoAnswer)
	defer cancel()
	for s.pending() {
		if err := l.wait(ctx, lookAgain); err != nil {
			return s, err
		}
		var err error
		if s, err = l.officer.counter(ctx, http.MethodGet, "/counter", nil); err != nil {
			return s, err
		}
	}
	return s, nil
}

// decide admits who is clear. What belongs to the second line, such as a list's hit, goes there; a document that does not hold mostly
// does too, for only the second line refuses; a check without an answer is made up for by hand.
func (l *lane) decide(ctx context.Context, s screen) (Outcome, error) {
	if f, ok := s.decision("admit"); ok {
		return Admitted, l.record(ctx, f)
	}
	verdict, reason := l.judge(s)
	panel, err := l.officer.counter(ctx, http.MethodGet, "/counter?panel="+string(verdict), nil)
	if err != nil {
		return "", err
	}
	f, ok := panel.decision(string(verdict))
	if !ok {
		return PutAside, nil
	}
	f.Values.Set("reason", reason)
	return verdict, l.record(ctx, f)
}

// record sends a decision; one that the station does not take is an error, with the words that an officer would read.
func (l *lane) record(ctx context.Context, f form) error {
	s, err := l.officer.counter(ctx, http.MethodPost, f.Action, f.Values)
	if err == nil && s.Status >= http.StatusBadRequest {
		err = fmt.Errorf("the station did not record: %d, %s", s.Status, s.Said)
	}
	return err
}

func (l *lane) judge(s screen) (Outcome, string) {
	switch chance := l.random.IntN(10); {
	case s.Checks[alertList] == "hit":
		return Referred, "hit"
	case !slices.Contains(s.Panels, string(Admitted)): // another hit over which no counter admits
		return Referred, "other"
	case s.Checks[docCheck] == "hit" && chance < 7:
		return Referred, "document_doubt"
	case s.Checks[docCheck] == "hit":
		return Admitted, "document_examined"
	case s.Band == "not-checked":
		return Admitted, "checked_by_other_means"
	case chance < 2:
		return Referred, "conditions_of_stay"
	}
	return Admitted, "document_examined"
}

// think is the time a person takes to look at the screen and the traveller.
func (l *lane) think(ctx context.Context, s screen) error {
	least, spread := 2*time.Second, 6*time.Second
	if s.Band != "no-hit" {
		least, spread = 6*time.Second, 14*time.Second
	}
	return l.wait(ctx, time.Duration(float64(least+time.Duration(l.random.Int64N(int64(spread))))/l.Pace))
}
