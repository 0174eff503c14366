package training

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/view/trainingview"
	"github.com/openbmis/openbmis/ui/web"
)

// SimulatorLane begins the names of the lanes in which nobody really crosses.
const SimulatorLane = "SIM"

// Simulator reports whether the lane is one of those.
func Simulator(lane string) bool { return strings.HasPrefix(lane, SimulatorLane) }

// Desk is the work of the counters; *border.Desk does it.
type Desk interface {
	Open(ctx context.Context, actor audit.Actor, in border.ScanInput) (*border.Inspection, error)
	Look(ctx context.Context, actor audit.Actor, recent int) (border.LaneState, error)
	Post() border.Post
}

// Options are what the page needs; all are needed but Everywhere.
type Options struct {
	Desk  Desk
	Lanes []counterview.Lane
	// Everywhere allows specimens in every lane: the station's State is Utopia itself. Otherwise only lanes of the simulator take them.
	Everywhere bool
	// DPI is the resolution of the pages; 0: 200.
	DPI    int
	Random io.Reader
}

// Handlers are the routes of training.
type Handlers struct {
	Options

	mu      sync.Mutex
	country *specimen.Country
	hands   map[uuid.UUID]hand // by session
}

// hand is what an officer put on the reader last.
type hand struct {
	name       string
	drawn      bool
	specimen   specimen.Specimen
	inspection *border.Inspection
	at         time.Time
}

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{Options: o, hands: map[uuid.UUID]hand{}} }

// Nav is the page's place in the navigation.
func Nav() view.NavItem {
	return view.NavItem{Href: "/training", Label: text.TrainingTitle, Need: auth.CrossingRecord}
}

// Register registers the routes.
func (h *Handlers) Register(s *web.Server) {
	s.Handle(http.MethodGet, "/training", auth.CrossingRecord, h.show)
	s.Handle(http.MethodPost, "/training/cases", auth.CrossingRecord, h.put)
	s.Handle(http.MethodGet, "/training/travellers/:id", auth.CrossingRecord, h.traveller)
}

// lane is the officer's lane; false when he has none, or no specimen may lie in it.
func (h *Handlers) lane(c *web.Context) (counterview.Lane, bool) {
	for _, l := range h.Lanes {
		if l.Name == c.Session().Lane {
			return l, h.Everywhere || Simulator(l.Name)
		}
	}
	return counterview.Lane{}, false
}

// keys are those of the cases: digits, then letters that no browser takes.
const keys = "1234567890abcdefghij"

func (h *Handlers) show(c *web.Context) error {
	lane, allowed := h.lane(c)
	s := trainingview.Screen{Allowed: allowed, Lane: lane.Name}
	for n, k := range specimen.Cases() {
		s.Cases = append(s.Cases, trainingview.Case{Name: k.Name, Key: keys[n : n+1]})
	}
	if held, ok := h.held(c.Session().ID); ok && allowed {
		shown, err := h.shown(c, held)
		if err != nil {
			return err
		}
		s.Hand = &shown
	}
	return c.Render(http.StatusOK, trainingview.Page(s))
}

// put reads a case with the simulated reader in the officer's lane, and goes on at the counter.
func (h *Handlers) put(c *web.Context) error {
	lane, allowed := h.lane(c)
	if !allowed {
		return problem.New(problem.Forbidden, "training.off").At("case")
	}
	k, drawn, err := h.chosen(c.FormValue("case"))
	if err != nil {
		return err
	}
	person, err := h.number(people)
	if err != nil {
		return err
	}
	country, err := h.today(c)
	if err != nil {
		return err
	}
	made, err := k.Build(country, specimen.Options{Person: 1 + person, At: c.Now(), DPI: h.resolution()})
	if err != nil {
		return fmt.Errorf("training: %w", err)
	}
	inspection, err := h.Desk.Open(c.Ctx(), c.Actor(), border.ScanInput{
		MRZ: made.Reading.MRZ, Reading: made.Reading, Direction: lane.Direction, Mode: h.Desk.Post().Mode,
	})
	if err != nil {
		return err
	}
	h.keep(c.Session().ID, hand{name: k.Name, drawn: drawn, specimen: made, inspection: inspection, at: c.Now()})
	return c.SeeOther("/counter")
}

// people is how many inhabitants come to training, so that few are met twice.
const people = 5000

// random is the name that stands for any case.
const random = "random"

func (h *Handlers) chosen(name string) (specimen.Case, bool, error) {
	if name == random {
		cases := specimen.Cases()
		n, err := h.number(len(cases))
		return cases[n], true, err
	}
	k, err := specimen.CaseNamed(name)
	if err != nil {
		return k, false, problem.New(problem.Invalid, "training.case").At("case").Because(err)
	}
	return k, false, nil
}

// number is a random number from 0 to n-1.
func (h *Handlers) number(n int) (int, error) {
	var raw [4]byte
	if _, err := io.ReadFull(h.Random, raw[:]); err != nil {
		return 0, fmt.Errorf("training: read the random source: %w", err)
	}
	return int(binary.BigEndian.Uint32(raw[:]) % uint32(n)), nil //nolint:gosec // small numbers
}

func (h *Handlers) resolution() int {
	if h.DPI == 0 {
		return 200
	}
	return h.DPI
}

// today is the country on the day at the crossing point.
func (h *Handlers) today(c *web.Context) (*specimen.Country, error) {
	day := traveldoc.DateOf(c.Now().In(h.Desk.Post().Zone))
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.country == nil || h.country.Today() != day {
		made, err := specimen.New(specimen.Seed(specimen.DemoSeed), day)
		if err != nil {
			return nil, fmt.Errorf("training: %w", err)
		}
		h.country = made
	}
	return h.country, nil
}

// maxHands bounds what is remembered of sessions; beyond it all begin anew.
const maxHands = 200

func (h *Handlers) keep(session uuid.UUID, what hand) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.hands) >= maxHands {
		clear(h.hands)
	}
	what.specimen.Reading, what.specimen.Pages = nil, nil // the store has them
	h.hands[session] = what
}

func (h *Handlers) held(session uuid.UUID) (hand, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	held, ok := h.hands[session]
	return held, ok
}

// traveller is the drawn face of whoever stands at the counter.
func (h *Handlers) traveller(c *web.Context) error {
	held, ok := h.held(c.Session().ID)
	if !ok || held.inspection.Scan.ID.String() != c.Param("id") {
		return errNobody()
	}
	file, err := specimen.PortraitFile(held.specimen.Traveller)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "image/jpeg", file)
}

func errNobody() error {
	return problem.New(problem.NotFound, "training.nobody").Because(errors.New("another case is in hand"))
}
