package door

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/nats-io/nats.go"
)

// Refusal is what a carrier's program is told when something is not taken: a status as in HTTP (RFC 9110), a stable code, and what was
// expected. It quotes nothing of what was sent.
type Refusal struct {
	Status int
	Code   string
	Detail string
	err    error
}

// Error names status, code and cause.
func (r *Refusal) Error() string {
	text := fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Detail)
	if r.err != nil {
		text += ": " + r.err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.err }

// Because keeps the cause, for the log.
func (r *Refusal) Because(err error) *Refusal {
	with := *r
	with.err = err
	return &with
}

// Refuse makes a refusal.
func Refuse(status int, code, detail string) *Refusal {
	return &Refusal{Status: status, Code: code, Detail: detail}
}

// RefusalOf is what a carrier is told of any error: the refusal in it, or that it is our fault and trying again helps.
func RefusalOf(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return Refuse(http.StatusServiceUnavailable, "unavailable", "not taken; send it again later").Because(err)
}

// Headers of answers that are refusals, as NATS services write them (ADR-32).
const (
	HeaderErrorCode = "Nats-Service-Error-Code"
	HeaderError     = "Nats-Service-Error"
)

// tell answers a request with a refusal.
func tell(m *nats.Msg, r *Refusal) error {
	answer := nats.NewMsg(m.Reply)
	answer.Header.Set(HeaderErrorCode, strconv.Itoa(r.Status))
	answer.Header.Set(HeaderError, r.Code+": "+r.Detail)
	return m.RespondMsg(answer)
}

// RefusalIn is the refusal that an answer brings; nil when it brings none.
func RefusalIn(m *nats.Msg) *Refusal {
	text := m.Header.Get(HeaderErrorCode)
	if text == "" {
		return nil
	}
	status, err := strconv.Atoi(text)
	if err != nil {
		status = http.StatusInternalServerError
	}
	return Refuse(status, "refused", m.Header.Get(HeaderError))
}
