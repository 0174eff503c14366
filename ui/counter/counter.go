// Package counter answers the officer's screen over HTTP: it turns requests into calls of border.Desk and what comes back into the
// view. It decides nothing itself, and takes no finding from the browser.
package counter

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// Grace is how long the answer to a scan waits for the checks, so that the usual traveller needs no second round; what has not
// answered by then streams in.
const Grace = 50 * time.Millisecond

// SimulatorLane begins the names of the lanes in which simulated travellers cross; the screen says so.
const SimulatorLane = "SIM"

// Places remembers where a session sits; auth.Service does.
type Places interface {
	SetPlace(ctx context.Context, session auth.Session, lane, workstation, language string) (auth.Session, error)
}

// Handlers are the counter's routes.
type Handlers struct {
	desk   *border.Desk
	lanes  []counterview.Lane
	places Places
	parts  Parts

	mu    sync.Mutex
	stays map[uuid.UUID]counterview.Circumstances // by session: what stays the same from scan to scan
	heard map[string]heard                        // by lane: what came back from the second line

	bells bells
	waits map[string]waits // by lane: how many readings wait
	album *album
}

// New makes the handlers of a station's counters.
func New(desk *border.Desk, lanes []counterview.Lane, places Places) *Handlers {
	return &Handlers{
		desk: desk, lanes: lanes, places: places, stays: map[uuid.UUID]counterview.Circumstances{}, heard: map[string]heard{},
		waits: map[string]waits{}, album: newAlbum(maxAlbum),
	}
}

// Register registers the counter's routes.
func (h *Handlers) Register(s *web.Server) {
	s.Handle(http.MethodGet, "/counter", auth.CrossingRecord, h.inLane(h.show))
	s.Handle(http.MethodGet, "/counter/lane", auth.CrossingRecord, h.askLane)
	s.Handle(http.MethodPost, "/counter/lane", auth.CrossingRecord, h.takeLane)
	s.Handle(http.MethodPost, "/counter/scans", auth.CrossingRecord, h.inLane(h.scan))
	s.Handle(http.MethodGet, "/counter/typed", auth.CrossingRecord, h.inLane(h.askTyped))
	s.Handle(http.MethodPost, "/counter/typed", auth.CrossingRecord, h.inLane(h.typed))
	s.Handle(http.MethodGet, "/counter/inspections/:id/stream", auth.CrossingRecord, web.UnlessOver(h.inLane(h.stream), border.ErrNoSuchScan), web.Background())
	s.Handle(http.MethodPost, "/counter/inspections/:id/decision", auth.CrossingRecord, h.inLane(h.decide))
	s.Handle(http.MethodGet, "/counter/stream", auth.CrossingRecord, h.inLane(h.listen), web.Background())
	s.Handle(http.MethodGet, "/counter/strip", auth.CrossingRecord, h.inLane(h.strip))
	s.Handle(http.MethodPost, "/counter/inspections/:id/form", auth.CrossingRecord, h.inLane(h.form))
	s.Handle(http.MethodPost, "/counter/inspections/:id/circumstances", auth.CrossingRecord, h.inLane(h.amend))
	if h.parts.Groups != nil {
		s.Handle(http.MethodPost, "/counter/groups", auth.CrossingRecord, h.inLane(h.beginGroup))
		s.Handle(http.MethodPost, "/counter/groups/:id/admission", auth.CrossingRecord, h.inLane(h.admitGroup))
	}
	s.Handle(http.MethodPost, "/counter/inspections/:id/repair", auth.CrossingRecord, h.inLane(h.repair))
	h.registerImages(s)
	s.Handle(http.MethodPost, "/counter/inspections/:id/dismissal", auth.CrossingRecord, h.inLane(h.dismiss))
	s.Handle(http.MethodPost, "/counter/crossings/:id/undo", auth.CrossingCorrect, h.inLane(h.undo))
}

type laneHandler func(c *web.Context, lane counterview.Lane) error

// inLane sends who has no lane yet to choose one.
func (h *Handlers) inLane(next laneHandler) web.Handler {
	return func(c *web.Context) error {
		lane, ok := h.lane(c.Session().Lane)
		if !ok {
			return c.SeeOther("/counter/lane")
		}
		return next(c, lane)
	}
}

func (h *Handlers) lane(name string) (counterview.Lane, bool) {
	for _, l := range h.lanes {
		if l.Name == name {
			return l, true
		}
	}
	return counterview.Lane{}, false
}

func (h *Handlers) circumstances(session uuid.UUID) counterview.Circumstances {
	h.mu.Lock()
	defer h.mu.Unlock()
	if kept, ok := h.stays[session]; ok {
		return kept
	}
	return counterview.Circumstances{Mode: h.desk.Post().Mode}
}

// maxKept bounds what is remembered of sessions; beyond it all begin anew, which costs an officer one line of typing.
const maxKept = 10_000

func (h *Handlers) keep(session uuid.UUID, what counterview.Circumstances) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.stays) >= maxKept {
		clear(h.stays)
	}
	h.stays[session] = what
}

// recentShown is how many of the lane's last decisions stand beside the traveller.
const recentShown = 6

// screen is the desk as it stands, with the oldest waiting traveller at the counter. Opening the page is a read of its own; what
// follows an act, or comes with a finding, belongs to the read that the scan's audit entry tells of.
func (h *Handlers) screen(c *web.Context, lane counterview.Lane) (counterview.Screen, error) {
	s := counterview.Screen{
		Lane: lane, Circumstances: h.circumstances(c.Session().ID), Now: c.Now(), Undo: h.desk.UndoWindow(),
		ShowReasons: c.May(auth.HitReasonView), Simulated: strings.HasPrefix(lane.Name, SimulatorLane),
		Provisional: h.desk.Status() == border.Provisional, Grouped: h.parts.Groups != nil,
		Images: h.parts.Arrivals != nil, Fingers: h.parts.Fingers,
	}
	s.Rung, _ = h.bells.of(lane.Name) // before the lane is looked at: what comes in between is told again
	look := h.desk.Lane
	if c.Request().Method == http.MethodGet && !c.Partial() {
		look = h.desk.Look
	}
	state, err := look(c.Ctx(), c.Actor(), recentShown)
	if err != nil {
		return s, err
	}
	s.Recent = state.Recent
	if s.Kept, err = h.kept(c.Ctx(), lane.Name, s.Rung); err != nil {
		return s, err
	}
	if err := h.complete(c, &s, state.Waiting); err != nil {
		return s, err
	}
	return s, nil
}
