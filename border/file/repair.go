package file

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Problems of repairs.
var (
	ErrMovementVoided = problem.New(problem.Conflict, "repair.voided_already")
	ErrNoSuchMovement = problem.New(problem.NotFound, "repair.no_movement")
)

// SupplyGrounds are the codes for supplying an entry or exit, VoidGrounds those for voiding one, AuthorisationGrounds those for a
// change of authorisation, in the order shown.
func SupplyGrounds() []string {
	return []string{"missing_entry", "missing_exit", "legacy_stamp", "rebuttal", "swapped"}
}

// VoidGrounds are the codes for voiding an entry or exit.
func VoidGrounds() []string { return []string{"never_crossed", "wrong_person", "rebuttal", "swapped"} }

// AuthorisationGrounds are the codes for a change of authorisation (Regulation (EC) No 810/2009, articles 33 and 34).
func AuthorisationGrounds() []string {
	return []string{"force_majeure", "humanitarian", "personal_reasons", "conditions_not_met", "fraud", "security", "holder_request", "other"}
}

// AuthorisationKinds are the kinds of changes, in the order shown.
func AuthorisationKinds() []stay.AuthorisationKind {
	return []stay.AuthorisationKind{stay.Extended, stay.Revoked, stay.Annulled}
}

// SupplyOrigins are the provenances that a supplied entry or exit may have: everything but what a counter records live.
func SupplyOrigins() []border.Origin {
	return slices.DeleteFunc(border.Origins(), func(o border.Origin) bool { return o == border.Live })
}

// Author is who writes records, and where.
type Author struct {
	Login, Station, Lane string
	Zone                 *time.Location
	Status               border.Status
}

// Repair is one act of the repair desk: what it supplies, voids or changes is written together or not at all.
type Repair struct {
	File      uuid.UUID
	Origin    border.Origin // of what is supplied
	Supply    []Supplied
	Void      []Voided
	Authorise *Authorisation
	// Supersedes are earlier changes of authorisation that Authorise takes the place of.
	Supersedes []uuid.UUID
	Evidence   []Upload
}

// Check says what is wrong with the repair, at the field of the form. Contradictory dates are no fault: they are kept and flagged.
func (r Repair) Check(today traveldoc.Date) error {
	if len(r.Supply)+len(r.Void) == 0 && r.Authorise == nil {
		return problem.New(problem.Invalid, "repair.nothing").At("act")
	}
	for _, s := range r.Supply {
		if err := r.checkSupplied(s, today); err != nil {
			return err
		}
	}
	for _, v := range r.Void {
		switch {
		case v.Movement == uuid.Nil:
			return problem.New(problem.Invalid, "repair.movement").At("movement")
		case !slices.Contains(VoidGrounds(), v.Ground):
			return problem.New(problem.Invalid, "repair.ground").At("ground")
		}
		if err := checkEvidence(v.Evidence); err != nil {
			return err
		}
	}
	if r.Authorise != nil {
		if err := checkChange(*r.Authorise, today); err != nil {
			return err
		}
	}
	for _, u := range r.Evidence {
		if _, err := u.Evidence(); err != nil {
			return err
		}
	}
	return nil
}

func (r Repair) checkSupplied(s Supplied, today traveldoc.Date) error {
	switch {
	case !s.Direction.Valid():
		return problem.New(problem.Invalid, "repair.direction").At("direction")
	case s.Date.Precision() != traveldoc.PrecisionDay:
		return problem.New(problem.Invalid, "repair.date").At("date")
	case today.Before(s.Date):
		return problem.New(problem.Invalid, "repair.future").At("date")
	case strings.TrimSpace(s.Station) == "" || !keepable(s.Station):
		return problem.New(problem.Invalid, "repair.station").At("station")
	case !slices.Contains(SupplyOrigins(), r.Origin):
		return problem.New(problem.Invalid, "repair.origin").At("origin")
	case !slices.Contains(SupplyGrounds(), s.Ground):
		return problem.New(problem.Invalid, "repair.ground").At("ground")
	case s.Basis != "" && !s.Basis.Valid():
		return problem.New(problem.Invalid, "repair.basis").At("basis")
	}
	return checkEvidence(s.Evidence)
}

func checkChange(a Authorisation, today traveldoc.Date) error {
	switch {
	case !slices.Contains(AuthorisationKinds(), a.Kind):
		return problem.New(problem.Invalid, "repair.kind").At("kind")
	case a.On.Precision() != traveldoc.PrecisionDay:
		return problem.New(problem.Invalid, "repair.date").At("date")
	case today.Before(a.On):
		return problem.New(problem.Invalid, "repair.future").At("date")
	case a.Kind == stay.Extended && a.Until.Precision() != traveldoc.PrecisionDay:
		return problem.New(problem.Invalid, "repair.until").At("until")
	case !a.Until.IsZero() && a.Until.Precision() != traveldoc.PrecisionDay:
		return problem.New(problem.Invalid, "repair.until").At("until")
	case strings.TrimSpace(a.Authority) == "" || !keepable(a.Authority, a.Place, a.Sticker):
		return problem.New(problem.Invalid, "repair.authority").At("authority")
	case !slices.Contains(AuthorisationGrounds(), a.Ground):
		return problem.New(problem.Invalid, "repair.ground").At("ground")
	}
	return checkEvidence(a.Evidence)
}

// At is the event time of a supplied movement: the clock time on the day in the zone. Where the source, such as a stamp, names no
// time, an entry counts from the beginning of the day and an exit until its end, so that a stay of one day keeps its order.
func At(day traveldoc.Date, clock string, direction border.Direction, zone *time.Location) (time.Time, error) {
	if clock = strings.TrimSpace(clock); clock == "" {
		clock = map[border.Direction]string{border.Exit: "23:59"}[direction]
	}
	if clock == "" {
		clock = "00:00"
	}
	hour, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, problem.New(problem.Invalid, "repair.clock").At("clock").Because(err)
	}
	return time.Date(day.Year(), time.Month(day.Month()), day.Day(), hour.Hour(), hour.Minute(), 0, 0, zone).UTC(), nil
}

// Swap is the repair that gives two movements each other's direction: both are voided and supplied anew in one act.
func Swap(file uuid.UUID, first, second Supplied, evidence string) Repair {
	r := Repair{File: file, Origin: border.LateElectronic}
	ways := []border.Direction{second.Direction, first.Direction}
	for n, s := range []Supplied{first, second} {
		r.Void = append(r.Void, Voided{Movement: s.ID, Ground: "swapped", Evidence: evidence})
		s.ID, s.Direction, s.Ground, s.Evidence = uuid.Nil, ways[n], "swapped", evidence
		r.Supply = append(r.Supply, s)
	}
	return r
}

// Identified gives what the repair adds its ids. They are the ids of the records.
func (r Repair) Identified(newID func() uuid.UUID) Repair {
	r.Supply = slices.Clone(r.Supply)
	for n := range r.Supply {
		r.Supply[n].ID, r.Supply[n].Origin = newID(), r.Origin
	}
	if r.Authorise != nil {
		a := *r.Authorise
		a.ID = newID()
		r.Authorise = &a
	}
	return r
}

// Apply is the history as it would be after the repair.
func (r Repair) Apply(h stay.History) stay.History {
	voided := map[uuid.UUID]bool{}
	for _, v := range r.Void {
		voided[v.Movement] = true
	}
	after := stay.History{AsOf: h.AsOf}
	for _, m := range h.Movements {
		if !voided[m.ID] {
			after.Movements = append(after.Movements, m)
		}
	}
	for _, s := range r.Supply {
		after.Movements = append(after.Movements, s.Movement)
	}
	for _, a := range h.Authorisations {
		if !slices.Contains(r.Supersedes, a.ID) {
			after.Authorisations = append(after.Authorisations, a)
		}
	}
	if r.Authorise != nil {
		after.Authorisations = append(after.Authorisations, r.Authorise.Authorisation)
	}
	return after
}

// Records are the records of an identified repair, in the order in which they are written: what is voided first.
func (r Repair) Records(by Author, at time.Time, newID func() uuid.UUID) ([]border.Record, error) {
	var out []border.Record
	add := func(id uuid.UUID, body any, event time.Time, origin border.Origin, subject uuid.UUID, supersedes []uuid.UUID) error {
		made, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("repair: %w", err)
		}
		out = append(out, border.Record{
			ID: id, Kind: KindOf(body), File: r.File, Subject: subject, Supersedes: supersedes, Station: by.Station, Lane: by.Lane,
			Officer: by.Login, Zone: by.Zone.String(), EventTime: event, RecordedAt: at, Origin: origin, Status: by.Status, Body: made,
		})
		return nil
	}
	for _, v := range r.Void {
		if err := add(newID(), v, at, border.Live, v.Movement, nil); err != nil {
			return nil, err
		}
	}
	for _, s := range r.Supply {
		if err := add(s.ID, s, s.At, r.Origin, uuid.Nil, nil); err != nil {
			return nil, err
		}
	}
	if a := r.Authorise; a != nil {
		if err := add(a.ID, *a, a.At, border.LateElectronic, uuid.Nil, r.Supersedes); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Preview is what the calculation of stays says before and after a repair, on one day.
type Preview struct {
	Before, After Seen
}

// Seen is a history as the calculation of stays sees it on one day: put in order, answered and explained day by day.
type Seen struct {
	Timeline stay.Timeline
	Answer   stay.Answer
	Days     stay.Explanation
}

// See works it out.
func See(h stay.History, regimes stay.Regimes, ask stay.Ask) Seen {
	t := stay.Build(h)
	return Seen{Timeline: t, Answer: t.Answer(regimes, ask), Days: t.Explain(regimes, ask)}
}

// Counted are the days of the n-th stay that count on the day: those that are proven, and those that may have been.
func (s Seen) Counted(n int) (least, most int) {
	for _, d := range s.Days.Days {
		if d.Date.Before(s.Days.Window.From) || !slices.Contains(d.Stays, n) || d.Why == stay.DayExempt {
			continue
		}
		most++
		if d.Why != stay.DayDoubtful {
			least++
		}
	}
	return least, most
}

// Preview works it out. Nothing is written.
func (r Repair) Preview(h stay.History, regimes stay.Regimes, ask stay.Ask) Preview {
	return Preview{Before: See(h, regimes, ask), After: See(r.Apply(h), regimes, ask)}
}
