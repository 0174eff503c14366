package simulator

import (
	"errors"
	"sync"
	"time"

	"github.com/openbmis/openbmis/alerts/interpol"
)

// Knobs are how badly the service works, for one kind.
type Knobs struct {
	Delay  Duration `json:"delay"`            // before each answer
	Errors float64  `json:"errors"`           // the part of the questions that is answered with 500, 0 to 1
	Hang   bool     `json:"hang,omitempty"`   // answers nothing until the asker goes away
	Refuse bool     `json:"refuse,omitempty"` // lets nobody in: 403
	Down   bool     `json:"down,omitempty"`   // as if it were not there: the connection is cut
}

// Duration is a time.Duration that JSON has as "150ms".
type Duration time.Duration

// MarshalText writes the duration.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// ErrKnobs says that knobs are out of their range.
var ErrKnobs = errors.New("delay: expected 0s to 1m; errors: expected 0 to 1")

// Check says what is wrong.
func (k Knobs) Check() error {
	if k.Delay < 0 || time.Duration(k.Delay) > time.Minute || k.Errors < 0 || k.Errors > 1 {
		return ErrKnobs
	}
	return nil
}

// board holds the knobs of all kinds. It is safe for concurrent use.
type board struct {
	mu    sync.Mutex
	knobs map[interpol.Kind]Knobs
	count map[interpol.Kind]int // questions so far
}

func (b *board) get(k interpol.Kind) Knobs {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.knobs[k]
}

func (b *board) set(k interpol.Kind, to Knobs) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.knobs[k] = to
}

func (b *board) asked(k interpol.Kind) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count[k]++
}

func (b *board) counted(k interpol.Kind) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count[k]
}
