package boarddb

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/traveldoc"
)

// Config is what a Store needs.
type Config struct {
	DB    *postgres.DB
	Now   func() time.Time
	NewID func() uuid.UUID
	// Key makes the keyed hashes by which a person is found again.
	Key []byte
	// Changed, which may be nil, is told after a commit that changed what stations are told of expected persons.
	Changed func()
}

// Store keeps the dialogue with carriers and the screening before arrival. It is safe for concurrent use.
type Store struct {
	Config
	opening *group[board.Request, board.Opened]
	closing *group[board.Given, struct{}]
	looking *group[board.Journey, []board.Sighting]
	notices chan struct{}
	again   chan struct{}
}

var (
	_ board.Store     = (*Store)(nil)
	_ board.Notices   = (*Store)(nil)
	_ board.Elsewhere = (*Store)(nil)
)

// atOnce bounds the requests of one transaction.
const atOnce = 256

// New makes a Store.
func New(c Config) *Store {
	if c.Changed == nil {
		c.Changed = func() {}
	}
	s := &Store{Config: c, notices: make(chan struct{}, 1), again: make(chan struct{}, 1)}
	s.opening = newGroup(atOnce, s.open)
	s.closing = newGroup(atOnce, s.close)
	s.looking = newGroup(atOnce, s.look)
	return s
}

// clock is the present instant as the database keeps it.
func (s *Store) clock() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// text is a value as JSON text, for a column of jsonb.
func text(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

// trace is a keyed hash by which a person is found again.
type trace struct {
	key      []byte
	document bool
}

// traces are the keyed hashes of a person: of each document to travel on, and of name and whole birth date.
func (s *Store) traces(w board.Who) []trace {
	var all []trace
	for _, d := range w.Documents {
		if n := traveldoc.FoldNumber(d.Number); n != "" && !strings.HasPrefix(d.Code, "V") {
			all = append(all, trace{s.mark("document", d.IssuingState, n), true})
		}
	}
	name := traveldoc.NameKey(w.Identity.Surname, w.Identity.GivenNames)
	if birth := w.Identity.BirthDate; name != "" && birth.Precision() == traveldoc.PrecisionDay {
		all = append(all, trace{s.mark("person", name, birth.String()), false})
	}
	return all
}

func (s *Store) mark(parts ...string) []byte {
	h := hmac.New(sha256.New, s.Key)
	_, _ = h.Write([]byte("boarding trace 1\x00" + strings.Join(parts, "\x00"))) // never fails
	return h.Sum(nil)
}
