package board

import (
	"context"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Request is a carrier's question, or his word on how a flight stands.
type Request struct {
	// ID is the envelope's; a further message of the same envelope has an id made of it.
	ID          uuid.UUID
	Carrier     string // whose door it came through
	AsksFor     string // the flight's carrier in whose name it is asked; "" is Carrier itself
	Transaction string // RFF+TN; what stands for it where there is none
	Revision    string
	Function    apipnr.Function
	Flight      apipnr.Flight
	DepartsAt   time.Time // zero when not known
	ArrivesAt   time.Time
	Wire        Wire
	Asked       []Asked
	At          time.Time
}

// Asked is a traveller of a request. Ref is his unique reference (RFF+ABO); without one, "#", the
// transaction and his place in the message.
type Asked struct {
	Ref     string
	Locator string
	Who     Who
}

// Opened is what is known when a request is kept.
type Opened struct {
	// Seq orders requests; of one traveller the newest counts, whichever is answered first.
	Seq int64
	// Opinions are those about travellers, by Asked.Ref.
	Opinions map[string][]Opinion
}

// Given is the answer to a request.
type Given struct {
	Request uuid.UUID
	Carrier string
	Flight  apipnr.FlightKey
	Seq     int64
	Policy  string
	At      time.Time
	Took    time.Duration
	Answers []Answered
	// Failed is why there is no answer to the request as a whole: a code.
	Failed string
}

// Answered is what was said of one traveller, and why.
type Answered struct {
	Ref    string
	Ruling Ruling
	Words  Words
}

// Standing is where a traveller stands between a carrier and the State.
type Standing struct {
	Carrier string
	Flight  apipnr.FlightKey
	Ref     string
	// AskedSeq is his newest request, ToldSeq the newest that was answered: while they differ he does not board.
	AskedSeq, ToldSeq int64
	Decision          Decision // the last that the carrier was told; "" before the first
	TimedOut          bool     // it was the policy of time-outs that spoke, and the real answer is owed
	Status            apipnr.PersonStatus
	AskedAt, ToldAt   time.Time
}

// Blocked reports whether the traveller may not board now: his last request is unanswered, or the answer does not let him.
func (s Standing) Blocked() bool { return s.AskedSeq != s.ToldSeq || s.Decision != Board }

// StatusNews is a carrier's word on how a flight or travellers stand.
type StatusNews struct {
	Request
	// Close is set by the messages that close the flight; Cancel by the one that cancels it. OnBoard says whether those named are on
	// board (CLOB) or are not (CLNB); nil when it is not said.
	Close, Cancel bool
	OnBoard       *bool
}

// Store keeps the dialogue. Whatever it is told to keep is in the database when it returns.
type Store interface {
	// Open keeps a request before it is answered.
	Open(ctx context.Context, r Request) (Opened, error)
	// Close keeps an answer before it is sent.
	Close(ctx context.Context, g Given) error
	// Status keeps a carrier's word on a flight. Those on board whom no answer lets board are told by Exceptions.
	Status(ctx context.Context, n StatusNews) error
	// Standing is where a traveller stands; false when nobody asked about him.
	Standing(ctx context.Context, carrier string, flight apipnr.FlightKey, ref string) (Standing, bool, error)
}

// NoticeState is where an unsolicited message stands.
type NoticeState string

// The states of a notice.
const (
	NoticeWaiting      NoticeState = "waiting"      // not on the carrier's stream yet
	NoticeSent         NoticeState = "sent"         // told, and told again until it is acknowledged
	NoticeAcknowledged NoticeState = "acknowledged" // by the carrier's 312
	NoticeReplaced     NoticeState = "replaced"     // a newer one, or a newer request, took its place
	NoticeExpired      NoticeState = "expired"      // the flight is gone, and the carrier never acknowledged
)

// NoticeStates are all states, in the order shown.
func NoticeStates() []NoticeState {
	return []NoticeState{NoticeWaiting, NoticeSent, NoticeExpired, NoticeAcknowledged, NoticeReplaced}
}

// Notice is a change of mind that a carrier is told of.
type Notice struct {
	ID          uuid.UUID
	Carrier     string
	Transaction string
	Revision    string
	Flight      apipnr.Flight
	Ref         string
	Locator     string
	Was         Decision
	Ruling      Ruling
	Words       Words
	Wire        Wire
	State       NoticeState
	CreatedAt   time.Time
	Attempts    int
	NextAt      time.Time // when it is told (again); zero when it is done
	SentAt      time.Time // first
	DoneAt      time.Time
	Until       time.Time // the departure: from then on nobody is chased
}

// Acknowledged is a carrier's acknowledgement of a notice about a traveller.
type Acknowledged struct {
	Carrier string
	Flight  apipnr.FlightKey
	Ref     string
	Locator string // where he names no reference
	Code    string // ERC, as he repeats it
}

// Notices keeps what carriers are told unasked.
type Notices interface {
	// DueNotices are notices that are to be told now, the oldest first, and when the next one is; zero when none waits.
	DueNotices(ctx context.Context, limit int) (due []Notice, next time.Time, err error)
	// Told keeps that a notice is on the carrier's stream, and when it is told again.
	Told(ctx context.Context, id uuid.UUID, next time.Time) error
	// Later keeps that telling failed, and when it is tried again.
	Later(ctx context.Context, id uuid.UUID, next time.Time) error
	// Acknowledge keeps what a carrier acknowledges, and says how many notices it was.
	Acknowledge(ctx context.Context, acks []Acknowledged) (int, error)
	// Nudged gets a value whenever there may be a notice to tell.
	Nudged() <-chan struct{}
}
