package paxlst

import (
	"fmt"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// legs gathers the places of one TDT, which may name several legs.
type legs struct {
	open    bool
	flight  apipnr.Flight // carrier, number and their origins
	segment int
	offset  int
	points  []point
	// Times that stand before every place, or at one that cannot have them.
	departure, arrival apipnr.LocalTime
}

// point is one place with its times.
type point struct {
	qualifier          string
	code               string
	departure, arrival apipnr.LocalTime
	origins            [3]apipnr.Origin // of the place, the departure, the arrival
}

// tdt opens a flight.
func (r *reader) tdt() {
	r.endTraveller()
	r.endFlight()
	r.in, r.party = flight, nil
	r.seen.flight = true
	role := apipnr.OtherLeg
	switch r.text(0, 0) {
	case "20":
	case "34":
		role = apipnr.Overflight
	default:
		r.unplaced(apipnr.Warning)
	}
	f := apipnr.Flight{Role: role}
	r.designator(&f, strings.ToUpper(r.text(1, 0)), strings.ToUpper(r.text(4, 0)))
	r.legs = legs{open: true, flight: f, segment: r.s.Number, offset: r.s.Offset, points: r.legs.points[:0]}
}

// designator reads the carrier and the number, which the number may repeat the carrier before.
func (r *reader) designator(f *apipnr.Flight, sent, carrier string) {
	sent = strings.ReplaceAll(sent, " ", "")
	master := strings.HasSuffix(sent, "MCL")
	sent = strings.TrimSuffix(sent, "MCL")
	prefix, number := Designator(sent, carrier)
	f.Carrier = carrier
	if carrier == "" {
		f.Carrier = prefix
	} else if prefix != "" && prefix != carrier {
		r.report(apipnr.CodeCarrier, apipnr.Warning, 4, 0, fmt.Sprintf("carrier %q, but the flight number begins with %q", carrier, prefix))
	}
	var ok bool
	switch f.Number, f.Suffix, ok = apipnr.FlightNumber(number); {
	case ok:
	case master:
		f.Number = "MCL"
	default:
		r.report(apipnr.CodeFlightNumber, apipnr.Warning, 1, 0, fmt.Sprintf("%q is no flight number", r.text(1, 0)))
	}
	at := 4
	if carrier == "" {
		at = 1
	}
	f.Origins = append(f.Origins, r.s.Origin(apipnr.FieldCarrier, 0, at, 0), r.s.Origin(apipnr.FieldFlightNumber, 0, 1, 0))
}

// Designator takes the carrier's designator off a flight number in capitals: the one that is known, else two characters of which one is
// a letter, else three.
func Designator(sent, carrier string) (prefix, number string) {
	if rest, found := strings.CutPrefix(sent, carrier); carrier != "" && found {
		return carrier, rest
	}
	for _, n := range []int{2, 3} {
		if len(sent) <= n || strings.Trim(sent[:n], "0123456789") == "" {
			continue
		}
		if _, _, ok := apipnr.FlightNumber(sent[n:]); ok {
			return sent[:n], sent[n:]
		}
	}
	return "", sent
}

// loc reads a place: what it is of follows from its qualifier alone.
func (r *reader) loc() {
	qualifier := r.text(0, 0)
	switch qualifier {
	case "125", "87", "92":
		r.place(qualifier)
		return
	case "130", "188", "172": // final destination, places of filing and of reporting: nothing asks for them
		r.unplaced(apipnr.Info)
		return
	}
	if r.t != nil {
		r.locOfTraveller(qualifier)
		return
	}
	r.unplaced(apipnr.Warning)
}

// place adds a place to the flight; without TDT it opens one that has no number.
func (r *reader) place(qualifier string) {
	if !r.legs.open {
		r.report(apipnr.CodeSegmentOrder, apipnr.Warning, 0, 0, "a place of a flight without its TDT: "+r.s.Raw())
		r.legs = legs{open: true, segment: r.s.Number, offset: r.s.Offset, flight: apipnr.Flight{Role: apipnr.OtherLeg}}
	}
	code, at := strings.ToUpper(r.text(1, 0)), 0
	if code == "" {
		code, at = r.text(1, 3), 3
	}
	r.legs.points = append(r.legs.points, point{
		qualifier: qualifier, code: code, origins: [3]apipnr.Origin{r.s.Origin(apipnr.FieldOrigin, 0, 1, at)},
	})
}

// time reads the departure (189) or the arrival (232) at the place before it.
func (r *reader) time(departure bool) {
	t, ok := r.localTime()
	if !ok {
		return
	}
	if departure && !r.seen.departure {
		r.seen.departure, r.reference = true, t.Date
	} else if r.reference.IsZero() {
		r.reference = t.Date // better than none
	}
	g := &r.legs
	switch n := len(g.points); {
	case departure && (n == 0 || g.points[n-1].qualifier == "87" || !g.points[n-1].departure.IsZero()):
		g.departure = t
	case departure:
		g.points[n-1].departure, g.points[n-1].origins[1] = t, r.s.Origin(apipnr.FieldDeparture, 0, 0, 1)
	case n == 0 || g.points[n-1].qualifier == "125" || !g.points[n-1].arrival.IsZero():
		g.arrival = t
	default:
		g.points[n-1].arrival, g.points[n-1].origins[2] = t, r.s.Origin(apipnr.FieldArrival, 0, 0, 1)
	}
}

// endFlight makes legs of the places. 125 and 87 are the ends of the leg that crosses the border; 92 come in pairs, or alone as the
// stop before or behind it.
func (r *reader) endFlight() {
	g := &r.legs
	if !g.open {
		return
	}
	g.open = false
	g.turn()
	first := len(r.out.Flights)
	var from *point
	for i := range g.points {
		p := &g.points[i]
		switch {
		case from == nil && p.qualifier == "87" && i > 0:
			r.leg(&g.points[i-1], p)
		case from == nil && p.qualifier == "92" && i == len(g.points)-1 && i > 0: // alone at the end: where it flies on to
			r.leg(&g.points[i-1], p)
		case from == nil && p.qualifier == "87":
			r.leg(&point{}, p)
		case from == nil:
			from = p
		case p.qualifier == "125": // alone before it: where it came from
			r.leg(from, p)
			from = p
		default:
			r.leg(from, p)
			from = nil
		}
	}
	if from != nil || len(g.points) == 0 {
		if from == nil {
			from = &point{}
		}
		r.leg(from, &point{})
	}
	r.lateTimes(r.out.Flights[first:])
}

// turn puts the end of a leg behind its beginning, where 87 stands before its 125: the order of places does not matter.
func (g *legs) turn() {
	at := func(i int, qualifier string) bool { return i < len(g.points) && g.points[i].qualifier == qualifier }
	from := false
	for i := range g.points {
		if !from && at(i, "87") && at(i+1, "125") && !at(i+2, "87") {
			g.points[i], g.points[i+1] = g.points[i+1], g.points[i]
		}
		from = at(i, "125") || at(i, "92") && !from
	}
}

// leg adds a flight between two places.
func (r *reader) leg(from, to *point) {
	f := r.legs.flight
	f.Origin, f.Destination, f.Departure, f.Arrival = from.code, to.code, from.departure, to.arrival
	if (from.qualifier == "125" || to.qualifier == "87") && f.Role != apipnr.Overflight {
		f.Role = apipnr.CrossingLeg
	}
	f.Origins = append(make([]apipnr.Origin, 0, 6), f.Origins...)
	for _, o := range [...]struct {
		field apipnr.Field
		at    apipnr.Origin
	}{
		{apipnr.FieldOrigin, from.origins[0]}, {apipnr.FieldDestination, to.origins[0]},
		{apipnr.FieldDeparture, from.origins[1]}, {apipnr.FieldArrival, to.origins[2]},
	} {
		if o.at.Segment != 0 {
			o.at.Field = o.field
			f.Origins = append(f.Origins, o.at)
		}
	}
	r.out.Flights = append(r.out.Flights, f)
}

// lateTimes gives times that stand at no place to the first and the last leg, and says which departures are not known.
func (r *reader) lateTimes(flights []apipnr.Flight) {
	if f := &flights[0]; f.Departure.IsZero() {
		f.Departure = r.legs.departure
	}
	if f := &flights[len(flights)-1]; f.Arrival.IsZero() {
		f.Arrival = r.legs.arrival
	}
	for _, f := range flights {
		if f.Departure.IsZero() && r.out.Function != apipnr.MasterCrewList {
			r.m.Report(apipnr.Diagnostic{
				Code: apipnr.CodeDateMissing, Severity: apipnr.Warning, Segment: r.legs.segment, Offset: r.legs.offset, Tag: tagTDT.String(),
				Message: "the departure is not known: " + f.Carrier + f.Number + " " + f.Origin + "-" + f.Destination,
			})
		}
	}
}
