package readers

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/web"
)

// maxBody is more than a reading may have, so that one that is too large is told so as JSON.
const maxBody = 2 * reader.MaxBytes

// answer is what an agent is told of its reading.
type answer struct {
	ID    string        `json:"id,omitempty"` // the agent's own, or the one that the station gave
	State arrival.State `json:"state"`
	Why   string        `json:"why,omitempty"` // why it waits: coded
	Lane  string        `json:"lane"`
}

// refusal is what an agent is told of what was wrong.
type refusal struct {
	Error   string `json:"error"`           // coded
	Where   string `json:"where,omitempty"` // the place in the JSON
	Message string `json:"message"`         // what was expected there, in English unless another language is asked for
}

// receive takes a reading of an agent.
func (h *Handlers) receive(c *web.Context) error {
	device, err := h.device(c)
	if err != nil {
		return refuse(c, err)
	}
	leave, err := h.room.enter(device.ID)
	if err != nil {
		return refuse(c, err)
	}
	defer leave()
	reading, err := read(c)
	if err != nil {
		return refuse(c, err)
	}
	a, err := h.arrivals.Receive(c.Ctx(), device, reading)
	if err != nil {
		return refuse(c, err)
	}
	status := http.StatusOK
	if a.State.Waits() {
		status = http.StatusAccepted
	}
	return c.JSON(status, answer{ID: a.Reading, State: a.State, Why: a.Why, Lane: a.Lane})
}

// device is the reader whose token the request shows.
func (h *Handlers) device(c *web.Context) (arrival.Device, error) {
	token, found := strings.CutPrefix(c.Request().Header.Get("Authorization"), "Bearer ")
	if !found {
		return arrival.Device{}, arrival.ErrToken
	}
	return h.arrivals.Recognise(c.Ctx(), arrival.Token(strings.TrimSpace(token)))
}

// read is the reading of the request's body.
func read(c *web.Context) (*reader.Reading, error) {
	tooLarge := problem.New(problem.Invalid, "reading.too_large").With("max", reader.MaxBytes)
	if c.Request().ContentLength > reader.MaxBytes {
		return nil, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(c.Request().Body, reader.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(body) > reader.MaxBytes {
		return nil, tooLarge
	}
	now := c.Now()
	r, err := reader.Parse(body, now)
	if err != nil {
		return nil, err
	}
	if r.ID == "" {
		r.ID = nameOf(body, r, now)
	}
	r.Device.Upload = false // a person at the counter hands in images, no agent
	return r, nil
}

// sameWithin is how long a reading that has neither a name nor an instant is taken for one that was sent again: longer than an agent
// tries, shorter than the traveller is away.
const sameWithin = 5 * time.Minute

// nameOf is the name of a reading whose agent gave none: its body's, so that one that is sent again is one. A body that does not say
// when it was read could be the same document on another day, which must not be lost: it gets the minutes of its arrival.
func nameOf(body []byte, r *reader.Reading, now time.Time) string {
	hash := sha256.New()
	hash.Write(body)
	if r.At.Equal(now) {
		hash.Write(strconv.AppendInt(nil, now.Truncate(sameWithin).Unix(), 10))
	}
	return "sha256-" + base64.RawURLEncoding.EncodeToString(hash.Sum(nil))
}

// refuse tells an agent what was wrong; faults of ours go up, to the log.
func refuse(c *web.Context, cause error) error {
	var known *problem.Error
	if !errors.As(postgres.Problem(cause), &known) || known.Kind == problem.Internal {
		return cause
	}
	status := web.StatusOf(known)
	switch {
	case errors.Is(known, arrival.ErrToken):
		status = http.StatusUnauthorized
		c.Response().Header().Set("WWW-Authenticate", "Bearer")
	case errors.Is(known, errDeviceBusy):
		status = http.StatusTooManyRequests
		c.Response().Header().Set("Retry-After", retryAfter)
	case errors.Is(known, errBusy):
		c.Response().Header().Set("Retry-After", retryAfter)
	case known.Code == "reading.too_large" && known.Field == "":
		status = http.StatusRequestEntityTooLarge
	}
	return c.JSON(status, refusal{Error: known.Code, Where: known.Field, Message: c.Text().Problem(known)})
}
