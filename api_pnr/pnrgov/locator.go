package pnrgov

import (
	"slices"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// locators reads RCI. The first of a record names it; one of a leg is the carrier's there; one behind EQN is of a record that it was
// divided from or into. Another record's RCI where none belongs begins that record: its SRC is missing.
func (r *reader) locators(s *edifact.Segment) {
	w := &r.record
	switch {
	case r.state == inSplit:
		w.pnr.Split = append(w.pnr.Split, name(s, 0))
	case r.state == inRecord:
		r.identify(s)
	case r.own(s):
	case r.state == inTail || r.state == inHistory || r.state == inLeg && w.party != 0:
		r.unannounced(s)
		r.identify(s)
	case r.state == inLeg:
		w.suspect = suspect{s.Text(0, 0), s.Text(0, 1), s.Origin(apipnr.FieldLocator, 0, 0, 1)}
		w.pnr.Others = append(w.pnr.Others, name(s, 0))
	default:
		r.addOther(s)
	}
}

// name is a locator with its carrier, "DL ABCDEF".
func name(s *edifact.Segment, element int) string {
	return strings.TrimSpace(clean(s.Text(element, 0)) + " " + clean(s.Text(element, 1)))
}

// own reports whether the segment repeats a locator of the record.
func (r *reader) own(s *edifact.Segment) bool {
	w := &r.record
	locator := clean(s.Text(0, 1))
	return locator == "" || locator == w.pnr.Locator || slices.Contains(w.pnr.Others, name(s, 0))
}

// unannounced begins a record whose SRC is missing.
func (r *reader) unannounced(s *edifact.Segment) {
	s.Report(apipnr.CodeSegmentMissing, apipnr.Warning, -1, 0, r.number()+1, "SRC expected before the locator of another record")
	r.begin()
}

// identify reads the RCI of GR.1: carrier, locator, type, date, time; some leave the type out. A locator of type C is that of the
// departure control and names the record only when there is no other.
func (r *reader) identify(s *edifact.Segment) {
	w := &r.record
	first := 0
	for i := range s.Elements() {
		if s.Text(i, 1) != "" && !s.Is(i, 2, "C") {
			first = i
			break
		}
	}
	if w.located {
		first = -1
	}
	for i := range s.Elements() {
		switch {
		case s.Text(i, 1) == "":
		case i != first:
			if other := name(s, i); other != "" && !slices.Contains(w.pnr.Others, other) && clean(s.Text(i, 1)) != w.pnr.Locator {
				w.pnr.Others = append(w.pnr.Others, other)
			}
		default:
			w.located = true
			w.pnr.Carrier, w.pnr.Locator = clean(s.Text(i, 0)), clean(s.Text(i, 1))
			w.at.note(s, apipnr.FieldLocator, 0, i, 1)
			w.at.note(s, apipnr.FieldCarrier, 0, i, 0)
			r.created(s, i)
		}
	}
}

// created reads when the record was made (UTC).
func (r *reader) created(s *edifact.Segment, element int) {
	at := 3
	if len(strings.TrimSpace(s.Text(element, 2))) == 6 {
		at = 2
	}
	date := s.Text(element, at)
	if date == "" {
		return
	}
	made := r.stamps.of(date, s.Text(element, at+1))
	if made == "" {
		s.Report(apipnr.CodeDateUnreadable, apipnr.Warning, element, at, r.number(), "creation: DDMMYY expected, found "+quoted(date))
		return
	}
	r.record.pnr.Created = made
	r.record.at.note(s, apipnr.FieldCreated, 0, element, at)
}

// dates reads DAT: 700 is the last change, 710 the ticketing; those of a leg are of the check-in.
func (r *reader) dates(s *edifact.Segment) {
	w := &r.record
	if r.state == inLeg {
		w.boarding = true
		return
	}
	for i := range s.Elements() {
		date := strings.TrimSpace(s.Text(i, 1))
		if date == "" {
			continue
		}
		at := r.stamps.of(date, s.Text(i, 2))
		if at == "" {
			s.Report(apipnr.CodeDateUnreadable, apipnr.Warning, i, 1, r.number(), "date DDMMYY expected, found "+quoted(date))
			continue
		}
		switch strings.TrimSpace(s.Text(i, 0)) {
		case "700":
			w.pnr.Changed = at
		case "710":
			r.ticketed(at)
		}
	}
}

// ticketed takes a date of ticketing: the open ticket's, and the record's first is when it was booked at the latest.
func (r *reader) ticketed(at string) {
	w := &r.record
	if w.ticket >= 0 && w.pnr.Tickets[w.ticket].Issued == "" {
		w.pnr.Tickets[w.ticket].Issued = at
	}
	if w.pnr.Booked == "" {
		w.pnr.Booked = at
	}
}
