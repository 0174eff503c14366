package simulate

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Way is the direction of a lane.
type Way string

// The ways.
const (
	Entry Way = "entry"
	Exit  Way = "exit"
)

// Lane is one lane that simulated travellers use, and the account of the officer in it.
type Lane struct {
	Name            string
	Way             Way
	Login, Password string
	Seed            uint64
	// Token is that of a simulated document reader in the lane; empty: there is none, and every document is scanned by its zone.
	Token string
	// Fingers is the simulated fingerprint reader of the lane; nil: nobody's prints are taken.
	Fingers FingerReader
}

// Station is where the travellers cross.
type Station struct {
	Officer func() (*Officer, error) // a new officer, without a session
	// Agent posts what the document reader of a lane reads; needed where a lane has a token.
	Agent   func(token string) (*Agent, error)
	Lanes   []Lane
	Land    bool
	Profile Profile
	Zone    *time.Location
	// Airline is whose flights bring those who enter; nil: they come one by one.
	Airline *Airline
	Wanted  []Person // people of the alert list, who come now and then
}

// Config is what a simulation is made of.
type Config struct {
	Town  Town
	Crowd *Crowd
	// Pace is how much faster than life people come and officers look; 1 is life.
	Pace float64
	Now  func() time.Time
	Log  *slog.Logger
	// Done is told of each traveller, from several goroutines; optional.
	Done func(station, lane int, outcome Outcome)
}

// lane is a Lane at work.
type lane struct {
	Lane
	*Station
	Config
	random  *rand.Rand
	officer *Officer
	reader  reader.Reader // what lies on the document reader; nil without one
	agent   *Agent
	put     int           // documents put on it
	taking  chan struct{} // full while a lane takes prints
}

// retry is how long a lane waits when its station does not answer.
const retry = 2 * time.Second

// run lets travellers come until ctx ends. A station that is away, or a session that ended, only makes them wait.
func (l *lane) run(ctx context.Context, done func(Outcome)) error {
	signedIn := false
	for ctx.Err() == nil {
		err := error(nil)
		if !signedIn {
			err = l.signIn(ctx)
		}
		if err == nil {
			signedIn = true
			err = l.next(ctx, done)
		}
		switch {
		case err == nil, ctx.Err() != nil:
		case errors.Is(err, errSignedOut):
			signedIn = false
			err = l.wait(ctx, poll)
		default:
			l.Log.Warn("simulator: lane waits", "lane", l.Name, "error", err)
			signedIn = false
			err = l.wait(ctx, retry)
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return ctx.Err()
}

const poll = 100 * time.Millisecond

func (l *lane) signIn(ctx context.Context) error {
	if l.officer != nil {
		l.officer.Close()
	}
	officer, err := l.Officer()
	if err != nil {
		return err
	}
	l.officer = officer
	return officer.SignIn(ctx, l.Login, l.Password, l.Name)
}

// next waits for one traveller and serves him.
func (l *lane) next(ctx context.Context, done func(Outcome)) error {
	gap := l.Profile.Gap(l.random, l.Now().In(l.Zone))
	if err := l.wait(ctx, time.Duration(float64(gap)/l.Pace)); err != nil {
		return err
	}
	if l.onReader() {
		outcome, err := l.serveReading(ctx)
		if err == nil {
			done(outcome)
		}
		return err
	}
	arrival, err := l.draw()
	if err != nil {
		return err
	}
	outcome, err := l.serve(ctx, arrival)
	if err != nil {
		return err
	}
	if outcome == Admitted && arrival.Person >= 0 {
		err = l.Crowd.Crossed(arrival.Person, arrival.Entry)
	}
	done(outcome)
	return err
}

func (l *lane) mode() string {
	if l.Land {
		return "land"
	}
	return "air"
}

// carrierField is the field of the counter in which the flight or the plate is written.
func (l *lane) carrierField() string {
	if l.Land {
		return "plate"
	}
	return "transport"
}

// wait is a pause that ends with ctx.
func (l *lane) wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
