package pnrgov

import (
	"errors"
	"strconv"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// checkFlight refuses a flight that TVL cannot carry.
func checkFlight(f *apipnr.Flight) error {
	number, suffix, ok := apipnr.FlightNumber(f.Number + f.Suffix)
	if f.Number != "" && f.Number != "OPEN" && (!ok || number != f.Number || suffix != f.Suffix) {
		return errors.New("flight number: four digits expected")
	}
	if !code(f.Carrier, 0, 3) || !code(f.Origin, 3, 5) || !code(f.Destination, 3, 5) || !code(f.Class, 0, 2) || !code(f.Status, 0, 3) {
		return errors.New("codes of the carrier and the places expected")
	}
	if f.Departure.Date.IsZero() && (f.Departure.HasTime || f.Arrival.HasTime) || f.Arrival.Date.IsZero() && f.Arrival.HasTime {
		return errors.New("a day expected beside a time")
	}
	if y := f.Departure.Date.Year(); y != 0 && (y < 2000 || y > 2099) {
		return errors.New("a day of this century expected")
	}
	if f.Operating != nil && (!code(f.Operating.Carrier, 0, 3) || !code(f.Operating.Number, 0, 4)) {
		return errors.New("codes of the operating flight expected")
	}
	return nil
}

// leg writes TVL, and a second one for the operating flight of a codeshare.
func (w *writer) leg(f *apipnr.Flight) {
	carrier := edifact.E(f.Carrier)
	if f.Operating != nil && f.Operating.Number == "" {
		carrier = edifact.E(f.Carrier, f.Operating.Carrier)
	}
	when := scheduleOut(f.Departure, f.Arrival)
	w.Segment(tagTVL, when, edifact.E(f.Origin), edifact.E(f.Destination), carrier, edifact.E(f.Number+f.Suffix, f.Class))
	if f.Operating != nil && f.Operating.Number != "" {
		w.Segment(tagTVL, when, edifact.E(f.Origin), edifact.E(f.Destination), edifact.E(f.Operating.Carrier),
			edifact.E(f.Operating.Number+f.Operating.Suffix))
	}
}

// booked writes GR.5 of a leg with the seats and bags on it.
func (w *writer) booked(at int) error {
	f := &w.r.Flights[at]
	if err := checkFlight(f); err != nil {
		return err
	}
	if before := at - 1; before >= 0 {
		b := &w.r.Flights[before]
		if b.Origin == f.Origin && b.Destination == f.Destination && b.Departure == f.Departure {
			return errors.New("two legs alike would be read as a codeshare")
		}
	}
	w.leg(f)
	if f.Status != "" {
		w.Segment(tagRPI, edifact.E(strconv.Itoa(len(w.r.Travellers))), edifact.E(f.Status))
	}
	for i, t := range w.r.Travellers {
		for _, s := range w.m.Travellers[t].Seats {
			if s.Source != "SSD" && w.legOf(s.Origin, s.Destination) == at {
				w.seat(s, w.refs[i], f.Carrier)
			}
		}
	}
	for i, t := range w.r.Travellers {
		if err := w.boards(at, i, &w.m.Travellers[t]); err != nil {
			return err
		}
	}
	return nil
}

// boards writes GR.7 of a traveller who has a seat or bags on the leg.
func (w *writer) boards(leg, at int, t *apipnr.Traveller) error {
	open := false
	begin := func() {
		if !open {
			w.Segment(tagTRI, nil, edifact.E("", "", "", w.refs[at]))
			w.name(t, w.refs[at])
		}
		open = true
	}
	for _, s := range t.Seats {
		if s.Source == "SSD" && w.legOf(s.Origin, s.Destination) == leg {
			begin()
			w.Segment(tagSSD, edifact.E(s.Seat), nil, nil, nil, edifact.E(s.Cabin))
		}
	}
	f := &w.r.Flights[leg]
	for _, b := range t.Bags {
		if b.Source != "TBD" || b.Leg != f.Origin+f.Destination || w.legOf(f.Origin, f.Destination) != leg {
			continue
		}
		begin()
		if err := w.bag(b); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) bag(b apipnr.Bag) error {
	number, kilos, unit := "", "", ""
	if b.Count != nil {
		number = strconv.Itoa(*b.Count)
	}
	if b.WeightKG != nil {
		kilos, unit = strconv.FormatFloat(*b.WeightKG, 'f', -1, 64), "700"
	}
	pool := map[string]string{"head": "HP", "member": "MP"}[b.Pool]
	total := edifact.E(number, kilos, unit)
	if len(b.Tags) == 0 {
		w.Segment(tagTBD, nil, total, nil, edifact.E(pool))
		return nil
	}
	if !code(b.Carrier, 0, 3) || !code(b.Destination, 0, 5) || b.Count == nil || *b.Count != len(b.Tags) || !printable(b.Tags[0]) ||
		strings.Contains(b.Tags[0], " ") {
		return errors.New("bag: a series of tags expected, as many as are counted")
	}
	w.Segment(tagTBD, nil, total, nil, edifact.E(pool), edifact.E(b.Carrier, b.Tags[0], number, b.Destination))
	return nil
}
