package replication

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/bus"
)

// PrintRequest asks the centre for the prints of another station's candidate, for whoever works on a task about him.
type PrintRequest struct {
	Task      uuid.UUID `json:"task"`
	Candidate uuid.UUID `json:"candidate"` // the candidate's link, as the task names it
	// Actor is who looks, for the centre's audit log. His post is the station, whatever it says.
	Actor audit.Actor `json:"actor"`
	// Want is the largest answer in bytes that the station takes.
	Want int `json:"want"`
}

// LentPrint is one print in clear, in the forms in which it was sealed. It is for the eyes of whoever asked: nobody writes it down.
type LentPrint struct {
	ID       uuid.UUID `json:"id"`
	Position int       `json:"position"` // as biometrics.Position
	TakenAt  time.Time `json:"taken_at"`
	Station  string    `json:"station"`
	Template []byte    `json:"template"`
	Image    []byte    `json:"image,omitempty"` // nil when it has not come, or does not fit
}

// Answers to a request for prints.
var (
	// ErrNoLoan says that the centre has no prints for the task: it is not the station's, or names no such candidate, or they are gone.
	ErrNoLoan = errors.New("no prints for this task")
	// ErrNoCentre says that the centre does not answer.
	ErrNoCentre = errors.New("the centre does not answer")
)

// PrintLender is the centre's side.
type PrintLender interface {
	// Lend gives the prints of a candidate that a task of the station names, best first, one of each finger before a second, as many as fit
	// into so many bytes, images too. It writes who asked for whom before it answers. ErrNoLoan.
	Lend(ctx context.Context, station string, ask PrintRequest, fit int) ([]LentPrint, error)
}

// Bounds of an answer.
const (
	// MaxLent is how many prints there are in an answer: three impressions of ten fingers.
	MaxLent       = 30
	maxActorField = 128
)

// lendReply is the centre's answer.
type lendReply struct {
	Prints []LentPrint `json:"prints,omitempty"`
	Code   Code        `json:"code,omitempty"`
}

func (q *PrintRequest) check() error {
	a := q.Actor
	if q.Task == uuid.Nil || q.Candidate == uuid.Nil || a.ID == "" || max(len(a.ID), len(a.Name), len(a.Role), len(a.Lane)) > maxActorField {
		return fmt.Errorf("%w request for prints: expected a task, a candidate and who asks", ErrMalformed)
	}
	return nil
}

// lend answers a station about another's prints. The station is who the subject says, never what the message says.
func (r *Receiver) lend(station string, data []byte) any {
	ctx, cancel := context.WithTimeout(r.ctx, serveDeadline)
	defer cancel()
	var ask PrintRequest
	err := json.Unmarshal(data, &ask)
	if err == nil {
		err = ask.check()
	}
	if err != nil {
		r.alert(ctx, Alert{station, AlertMalformed, "request for prints"})
		return lendReply{Code: CodeMalformed}
	}
	ask.Actor.Post = station
	fit := (min(ask.Want, int(r.conn.MaxPayload())) - replyAllowance) / 4 * 3 // as base64
	prints, err := r.parts.Lender.Lend(ctx, station, ask, fit)
	switch {
	case errors.Is(err, ErrNoLoan):
		return lendReply{Code: CodeRefused}
	case err != nil:
		r.parts.Log.Error("replication: prints not lent", "station", station, "task", ask.Task, "error", err)
		return lendReply{Code: CodeUnavailable}
	}
	return lendReply{Prints: prints}
}

// AskPrints asks the centre once. ErrNoCentre without an answer before ctx ends, ErrNoLoan when it has none.
func AskPrints(ctx context.Context, conn *nats.Conn, station string, ask PrintRequest) ([]LentPrint, error) {
	ask.Want = int(conn.MaxPayload())
	data, err := json.Marshal(ask)
	if err != nil {
		return nil, err
	}
	if !conn.IsConnected() {
		return nil, ErrNoCentre
	}
	m, err := conn.RequestWithContext(ctx, bus.PrintsSubject(station), data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoCentre, err)
	}
	var reply lendReply
	if err := json.Unmarshal(m.Data, &reply); err != nil {
		return nil, errors.New("prints of the centre: the answer is not readable")
	}
	switch {
	case reply.Code == CodeRefused:
		return nil, ErrNoLoan
	case reply.Code != CodeNone:
		return nil, fmt.Errorf("%w: %q", ErrNoCentre, reply.Code)
	case len(reply.Prints) > MaxLent:
		return nil, fmt.Errorf("prints of the centre: %d: expected at most %d", len(reply.Prints), MaxLent)
	}
	return reply.Prints, nil
}
