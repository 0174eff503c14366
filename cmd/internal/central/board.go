package central

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/alerts/listfile"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/api_pnr/screen"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	boardingui "github.com/openbmis/openbmis/ui/boarding"
	"github.com/openbmis/openbmis/ui/web"
)

// boarding is what the centre knows of expected persons before they arrive, and what it answers carriers.
type boarding struct {
	store  *boarddb.Store
	office *board.Office
	screen *screen.Worker
	// outside are the services outside that are asked about passengers.
	outside []*interpol.Adapter
	state   string // that answers; empty when the policy names none
}

// How long the checks before arrival may take. At check-in the carrier's deadline comes first.
const (
	listWithin     = 5 * time.Second
	documentWithin = time.Second
	entryWithin    = 5 * time.Second
)

// openBoard introduces the alerts and the border's checks to passenger data: at check-in and before arrival the same are asked.
func (a *app) openBoard() error {
	policy, err := board.LoadPolicy(a.cfg.BoardPolicy)
	if err != nil {
		return fmt.Errorf("BMIS_BOARD_POLICY: %w", err)
	}
	now, persons := a.tools.Now, a.passengers.store
	b := &boarding{state: policy.State}
	b.store = boarddb.New(boarddb.Config{DB: a.db.DB, Now: now, NewID: a.tools.NewID, Key: a.secrets.Query, Changed: persons.Nudge})
	a.hits.OnRecheck(b.store.NudgeAgain)
	a.screening.Passengers = boarddb.Passengers(persons, now)
	a.screening.Lists.OnChange(b.store.Recheck)
	checks := board.Checks{
		Plan: a.boardingPlan(policy), Every: []string{alerts.CheckName}, Elsewhere: b.store, State: policy.State, Airports: a.passengers.airports, Now: now,
	}
	if b.outside, err = a.openOutside(policy); err != nil {
		return err
	}
	checks = outsideChecks(checks, b.outside)
	tools := manifest.Tools{NewID: a.tools.NewID, Country: listfile.CountryCode}
	b.office = board.New(board.Config{
		Store: b.store, Notices: b.store, Keeper: persons, Courier: lateCourier{a}, Policy: policy, Checks: checks, Normal: tools.Normal,
		Times: a.flightTimes, Now: now, NewID: a.tools.NewID, Log: a.tools.Log,
		SpeaksFor: a.passengers.delegates.SpeaksFor,
	})
	b.screen = screen.NewWorker(screen.Config{
		Manifests: persons, Store: b.store, Hits: boarddb.Hits(a.screening, now), Checks: checks, Policy: policy, Now: now, Log: a.tools.Log,
	})
	a.boarding, a.answerer = b, b.office
	return nil
}

// boardingPlan are the checks that are asked of every passenger. In the State that does not exist the codes of specimens are good.
func (a *app) boardingPlan(p board.Policy) []border.Planned {
	plan := []border.Planned{
		{Check: a.screening.Lists.Check(), Deadline: listWithin},
		{Check: board.DocumentCheck(p.State == trainingState), Deadline: documentWithin},
	}
	return append(plan, border.Planned{Check: board.AuthorisationCheck(a.authorisations(p)), Deadline: entryWithin})
}

// trainingState is the State of ICAO Doc 9303's specimens.
const trainingState = "UTO"

// flightTimes are the instants of a flight by its airports' zones; zero where one is not known.
func (a *app) flightTimes(f apipnr.Flight) (departs, arrives time.Time) {
	at := func(l apipnr.LocalTime, place string) time.Time {
		zone := a.passengers.airports.Zone(place)
		if zone == nil || !l.HasTime {
			return time.Time{}
		}
		return time.Date(l.Date.Year(), time.Month(l.Date.Month()), l.Date.Day(), 0, l.Minute, 0, 0, zone)
	}
	return at(f.Departure, f.Origin), at(f.Arrival, f.Destination)
}

// lateCourier is the carriers' door, which is opened after those that it answers with.
type lateCourier struct{ a *app }

var errNoDoor = errors.New("the carriers' door is not open")

// Send puts a message on a carrier's stream.
func (l lateCourier) Send(ctx context.Context, carrier, id string, body []byte) error {
	if l.a.carriers == nil || l.a.carriers.door == nil {
		return errNoDoor
	}
	return l.a.carriers.door.Send(ctx, carrier, id, body)
}

// Notify puts a notice on a carrier's stream.
func (l lateCourier) Notify(ctx context.Context, carrier, id string, body []byte) error {
	if l.a.carriers == nil || l.a.carriers.door == nil {
		return errNoDoor
	}
	return l.a.carriers.door.Notify(ctx, carrier, id, body)
}

// registerBoarding registers the page of the dialogue with carriers.
func (a *app) registerBoarding(s *web.Server) {
	if a.boarding == nil { // while only the routes are asked for
		boardingui.Register(s, nil)
		return
	}
	boardingui.Register(s, a.boarding.store)
}

// sweepEvery is how often answers that are owed are looked for, and old traces forgotten.
const sweepEvery = 30 * time.Second

// runAlone is what one process of the centre does at a time: screen events and alerts, screen expected persons, tell carriers.
func (a *app) runAlone(ctx context.Context) error {
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return a.screening.Run(ctx) })
	work.Go(func() error { return a.runScore(ctx) })
	if b := a.boarding; b != nil {
		work.Go(func() error { return b.screen.Run(ctx) })
		work.Go(func() error { return b.office.Chase(ctx) })
		work.Go(func() error {
			return a.every(ctx, backEvery, "services outside that are back", b.askAgain(map[string]time.Time{}))
		})
		work.Go(func() error { return a.every(ctx, sweepEvery, "answers that are owed", b.store.Sweep) })
	}
	return work.Wait()
}
