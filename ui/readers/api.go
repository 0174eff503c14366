package readers

import (
	"errors"
	"io"
	"net/http"
	"strings"

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
	ID    string        `json:"id,omitempty"` // the agent's own
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
	r, err := reader.Parse(body, c.Now())
	if err != nil {
		return nil, err
	}
	r.Device.Upload = false // a person at the counter hands in images, no agent
	return r, nil
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
	case known.Code == "reading.too_large" && known.Field == "":
		status = http.StatusRequestEntityTooLarge
	}
	return c.JSON(status, refusal{Error: known.Code, Where: known.Field, Message: c.Text().Problem(known)})
}
