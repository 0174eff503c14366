// Package vehicle is the check of the vehicle that a traveller comes in against the lists. It must never answer "no hit" without a
// list to look in.
package vehicle

import (
	"context"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Name is the check's name.
const Name = "vehicle.plate"

// The codes of its evidence; reason and action are those of every alert.
const (
	CodeListed = "vehicle_listed"
	CodeClear  = "vehicle_clear"
)

// NoVehicle is what the check does not apply to: somebody with whom no vehicle was noted.
const NoVehicle = "no_vehicle"

// Listed is an entry of a list that a plate meets.
type Listed struct {
	ID, Plate, Country string
	Reason, Action     string
}

// State is the list that was looked in.
type State struct {
	Version   string
	CurrentAt time.Time // when it was last known to be the newest
	Missing   bool      // there is no list
	// Incomplete is true when entries of the list cannot be read here: any of them may be the vehicle's.
	Incomplete bool
}

// Plates is a list of vehicles.
type Plates interface {
	// Plates are the entries in force on a day that a plate of a State meets; the State may be empty.
	Plates(plate, country string, today traveldoc.Date) ([]Listed, State)
}

// Check implements border.Check.
type Check struct {
	plates Plates
	maxAge time.Duration
}

var _ border.Check = Check{}

// New makes the check. A list older than maxAge gives its hits, but no "no hit".
func New(plates Plates, maxAge time.Duration) Check { return Check{plates: plates, maxAge: maxAge} }

// Name is the check's name.
func (Check) Name() string { return Name }

// Check looks the plate up.
func (c Check) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	if s.Vehicle == nil {
		return border.NotApplicable(Name, NoVehicle), nil
	}
	listed, state := c.plates.Plates(s.Vehicle.Plate, s.Vehicle.Country, s.Today)
	source := border.Source{Name: Name, Version: state.Version, AsOf: state.CurrentAt}
	if state.Missing {
		return border.Unanswered(Name, border.Source{Name: Name}, border.ReasonListMissing), nil
	}
	f := border.Finding{Source: source, Outcome: border.NoHit}
	shown := strings.TrimSpace(s.Vehicle.Country + " " + s.Vehicle.Plate)
	for _, l := range listed {
		f.Outcome = border.Hit
		f.Evidence = append(f.Evidence,
			border.Evidence{Code: CodeListed, Field: "plate", Found: shown, Expected: strings.TrimSpace(l.Country + " " + l.Plate), Severity: border.SecondLine, Ref: l.ID},
			border.Evidence{Code: "alert_reason", Expected: l.Reason, Severity: border.SecondLine, Ref: l.ID, Restricted: true},
			border.Evidence{Code: "alert_action", Expected: l.Action, Severity: border.SecondLine, Ref: l.ID})
	}
	switch {
	case f.Outcome == border.Hit:
		return f, nil
	case source.Age(s.At) > c.maxAge:
		f.Outcome, f.Reason = border.NotChecked, border.ReasonListTooOld
	case state.Incomplete:
		f.Outcome, f.Reason = border.NotChecked, border.ReasonListIncomplete
	default:
		f.Evidence = []border.Evidence{{Code: CodeClear, Field: "plate", Found: shown, Severity: border.Note}}
	}
	return f, nil
}
