package central

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
)

// DeadLetterID names a parked event: the number of its origin (station and epoch) and its number there.
type DeadLetterID struct {
	Origin int32
	Seq    int64
}

// String is the id as an address carries it.
func (id DeadLetterID) String() string { return fmt.Sprintf("%d-%d", id.Origin, id.Seq) }

// ParseDeadLetterID reads what String writes; anything else is not found.
func ParseDeadLetterID(s string) (DeadLetterID, error) {
	origin, seq, _ := strings.Cut(s, "-")
	o, errOrigin := strconv.ParseInt(origin, 10, 32)
	n, errSeq := strconv.ParseInt(seq, 10, 64)
	if errOrigin != nil || errSeq != nil {
		return DeadLetterID{}, problem.New(problem.NotFound, "dead_letter_unknown")
	}
	return DeadLetterID{Origin: int32(o), Seq: n}, nil
}

// KindWithheld stands for the kind of a parked event that not everybody may know of.
const KindWithheld = "record"

// DeadLetter is an event that could not be applied and waits.
type DeadLetter struct {
	ID        DeadLetterID
	Station   string
	EventID   uuid.UUID
	Kind      string
	Version   int
	CreatedAt time.Time // at the station
	Error     string    // never personal data
	ParkedAt  time.Time
	Tries     int
}

// DeadLetterPage is one page of parked events with the count of all.
type DeadLetterPage struct {
	Rows  []DeadLetter
	Total int
	Next  DeadLetterID // zero on the last page
}
