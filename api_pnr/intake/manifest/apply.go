package manifest

import (
	"fmt"
	"slices"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Superseded reports whether a push is older than the full push that holds: it changes nothing any more.
func (m *Manifest) Superseded(in Input) bool {
	return (in.Message.Function == apipnr.FullPush || in.Message.Function == apipnr.UpdatePush) && in.Seq < m.PushSeq
}

// Apply does what the message asks. What a record older than what is known says is not taken. The diagnostics are about what the message
// asks and could not be done, such as taking off somebody who is not known.
func (m *Manifest) Apply(in Input) ([]apipnr.Diagnostic, error) {
	if len(in.IDs) == 0 {
		return nil, fmt.Errorf("apply a message to flight %s: no id of the message", m.Flight.ID)
	}
	m.tellFlight(in)
	switch in.Message.Function {
	case apipnr.List, apipnr.CrewList, apipnr.MasterCrewList, apipnr.GatePass, apipnr.Change:
		return m.list(in), nil
	case apipnr.Cancel, apipnr.Reduce:
		return m.cancel(in), nil
	case apipnr.Close:
		m.setFlight(in, apipnr.FlightClosed)
	case apipnr.CloseOnBoard, apipnr.CloseNotBoard:
		return m.closed(in), nil
	case apipnr.CancelFlight:
		if m.setFlight(in, apipnr.FlightCancelled) {
			m.each(func(p *Person) { m.status(p, in, API, apipnr.StatusCancelled) })
		}
	case apipnr.ChangeFlight: // its data are taken by tellFlight
	case apipnr.FullPush, apipnr.UpdatePush:
		return m.push(in), nil
	default:
		return nil, fmt.Errorf("apply a message to flight %s: function %q asks for nothing", m.Flight.ID, in.Message.Function)
	}
	return nil, nil
}

func (m *Manifest) each(do func(p *Person)) {
	for _, p := range m.Persons {
		if !p.gone() {
			do(p)
		}
	}
}

// setFlight sets where the flight stands, unless a newer message did.
func (m *Manifest) setFlight(in Input, to apipnr.FlightStatus) bool {
	if in.Seq < m.StatusSeq {
		return false
	}
	m.FlightChanged, m.StatusSeq, m.Flight.Status = true, in.Seq, to
	return true
}

// tellFlight takes what the message says of the flight: a later message fills what was not known, and one that changes the flight, or
// names the counts, replaces it.
func (m *Manifest) tellFlight(in Input) {
	f := &m.Flight
	if m.Flight.LastAt.Before(in.At) {
		m.Flight.LastAt, m.FlightChanged = in.At, true
	}
	i := slices.IndexFunc(in.Message.Flights, func(o apipnr.Flight) bool { return o.Key() == f.Key() })
	if in.Message.Function == apipnr.ChangeFlight && i < 0 && len(in.Message.Flights) > 0 {
		i = max(0, slices.IndexFunc(in.Message.Flights, func(o apipnr.Flight) bool { return o.Role == apipnr.CrossingLeg }))
	}
	if i < 0 {
		return
	}
	said := in.Message.Flights[i]
	before := f.Flight
	if said.Destination != "" {
		f.Destination = said.Destination
	}
	if !said.Departure.IsZero() && (said.Departure.HasTime || f.Departure.IsZero()) {
		f.Departure = said.Departure
	}
	if !said.Arrival.IsZero() && (said.Arrival.HasTime || f.Arrival.IsZero()) {
		f.Arrival = said.Arrival
	}
	if said.Operating != nil {
		f.Operating = said.Operating
	}
	changed := before.Destination != f.Destination || before.Departure != f.Departure || before.Arrival != f.Arrival || m.declare(in.Message.Declared)
	m.FlightChanged = m.FlightChanged || changed
	if before.Departure != f.Departure || before.Arrival != f.Arrival {
		m.each(m.touch) // what is known of every person's journey is new
	}
}

func (m *Manifest) declare(d apipnr.Declared) (changed bool) {
	take := func(to **int, from *int) {
		if from != nil {
			changed = changed || *to == nil || **to != *from
			*to = from
		}
	}
	take(&m.Flight.Declared.Passengers, d.Passengers)
	take(&m.Flight.Declared.Crew, d.Crew)
	take(&m.Flight.Declared.Reservations, d.Reservations)
	return changed
}
