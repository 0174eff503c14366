package listcheck

import (
	"context"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/vehicle"
)

// Vehicles asks the lists about the vehicle that a traveller comes in. It implements border.Check.
type Vehicles struct{ config Config }

var _ border.Check = Vehicles{}

// NewVehicles makes the check.
func NewVehicles(config Config) Vehicles { return Vehicles{config} }

// Name is the check's name.
func (Vehicles) Name() string { return vehicle.Name }

// Check looks the plate up.
func (c Vehicles) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	if s.Vehicle == nil {
		return border.NotApplicable(vehicle.Name, vehicle.NoVehicle), nil
	}
	book := c.config.Lists.Book()
	if book == nil || len(book.Lists) == 0 {
		return border.Unanswered(vehicle.Name, border.Source{Name: vehicle.Name}, border.ReasonListMissing), nil
	}
	shown := alerts.Vehicle{Plate: s.Vehicle.Plate, Country: s.Vehicle.Country}
	f := c.config.finding(book, vehicle.Name, s.At)
	for _, m := range c.config.met(ctx, book, s.Today, book.Index.Vehicles(shown, s.Today)) {
		f.Outcome = border.Hit
		f.Evidence = append(f.Evidence, m.evidence()...)
	}
	c.config.conclude(&f, book, s.At)
	if f.Outcome == border.NoHit {
		f.Evidence = []border.Evidence{{Code: vehicle.CodeClear, Field: "plate", Found: plateOf(shown), Severity: border.Note}}
	}
	return f, nil
}

func plateOf(v alerts.Vehicle) string {
	if v.Country == "" {
		return v.Plate
	}
	return v.Country + " " + v.Plate
}
