package interpol

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
)

// Searcher is a service, whatever its transport. Both steps return soon after ctx ends; what goes wrong is a *Fault.
type Searcher interface {
	// Search gives the candidates that the service finds for a short query: none is an answer, too.
	Search(ctx context.Context, q Query) (Answer, error)
	// Detail is the full report of a candidate.
	Detail(ctx context.Context, id string) (Record, error)
}

// Prober is a Searcher that can be asked whether it answers, without anybody's data.
type Prober interface {
	Probe(ctx context.Context) (Service, error)
}

// FilterSource is a Searcher that gives the negative filter of its list to stations that may hold one.
type FilterSource interface {
	// Filter is the newest filter, or nil when that is the version held.
	Filter(ctx context.Context, held string) ([]byte, error)
	// FilterKey is the key of the filters that name it.
	FilterKey(ctx context.Context, id string) ([]byte, error)
}

// Service is what a service says of itself with every answer.
type Service struct {
	Name    string    `json:"name"`
	Version string    `json:"version,omitempty"` // of its list
	AsOf    time.Time `json:"as_of,omitzero"`
	// Simulator is true of a service that makes its data up.
	Simulator bool `json:"simulator,omitempty"`
}

// Answer is what a search gave.
type Answer struct {
	Service    Service     `json:"service"`
	Candidates []Candidate `json:"candidates"`
	More       bool        `json:"more,omitempty"` // the service found more than it gave
}

// MaxCandidates is the most that one answer may hold.
const MaxCandidates = 100

// MaxID is the longest id of a candidate, in bytes.
const MaxID = 30

// Candidate is an entry of the service that may be meant.
type Candidate struct {
	ID      string `json:"id"` // 1 to 30 characters
	Version int    `json:"version"`
	Notice  Notice `json:"notice,omitempty"`
	Owner   string `json:"owner,omitempty"` // the State or body that entered it
	// Subject is what the short answer tells: a document, the names and births of a person, a vehicle.
	Subject alerts.Subject `json:"subject"`
	// Safety are marks that everybody who meets the person must know; see alerts.Alert.Safety.
	Safety []string `json:"safety,omitempty"`
}

// Record is the full report.
type Record struct {
	Candidate
	Service      Service  `json:"service"`
	Reason       string   `json:"reason,omitempty"`
	Instructions string   `json:"instructions,omitempty"`
	Contact      string   `json:"contact,omitempty"`
	Remarks      []string `json:"remarks,omitempty"`
	Pictures     [][]byte `json:"pictures,omitempty"` // JPEG or PNG
	EnteredOn    string   `json:"entered_on,omitempty"`
	Links        []Linked `json:"links,omitempty"`
}

// Linked is another entry that belongs to the report.
type Linked struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
}

// CheckID says whether an id is one: 1 to 30 printable characters of ASCII, without spaces and "@".
func CheckID(id string) error {
	if id == "" || len(id) > MaxID {
		return fmt.Errorf("id: expected 1 to %d characters", MaxID)
	}
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' || c == '@' {
			return errors.New("id: expected letters, digits and marks of ASCII, no @")
		}
	}
	return nil
}

// Check says what keeps an answer from being used. The error repeats no value of it.
func (a Answer) Check() error {
	if len(a.Candidates) > MaxCandidates {
		return fmt.Errorf("expected at most %d candidates", MaxCandidates)
	}
	seen := map[string]bool{}
	for n, c := range a.Candidates {
		switch err := CheckID(c.ID); {
		case err != nil:
			return fmt.Errorf("candidate %d: %w", n+1, err)
		case seen[c.ID]:
			return fmt.Errorf("candidate %d: expected each id once", n+1)
		case c.Version < 0:
			return fmt.Errorf("candidate %d: expected a version from 0", n+1)
		case c.Notice != "" && !c.Notice.Valid():
			return fmt.Errorf("candidate %d: notice: expected one of %v", n+1, Notices())
		}
		seen[c.ID] = true
	}
	return nil
}

// Fault is why a service gave no answer.
type Fault struct {
	Reason string // one of border's reasons of "not checked"
	Err    error  // for the log: no personal data
}

// Error says what went wrong.
func (f *Fault) Error() string { return f.Reason + ": " + f.Err.Error() }

// Unwrap is the cause.
func (f *Fault) Unwrap() error { return f.Err }

// ReasonOf is why there is no answer, as a reason of "not checked".
func ReasonOf(err error) string {
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		return fault.Reason
	case errors.Is(err, context.DeadlineExceeded):
		return border.ReasonTimeout
	}
	return border.ReasonFailed
}
