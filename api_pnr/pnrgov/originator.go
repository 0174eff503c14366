package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// originator reads ORG: who booked; empty, the record is cancelled or was not found. In a leg it is who checked in.
func (r *reader) originator(s *edifact.Segment) {
	w := &r.record
	switch r.state {
	case inLeg:
		w.boarding = true
		return
	case inOther:
		r.addOther(s)
		return
	default:
	}
	a := apipnr.Agency{
		System: clean(s.Text(0, 0)), Place: clean(s.Text(0, 1)), IATA: strings.TrimSpace(s.Text(1, 0)), Kind: clean(s.Text(4, 0)),
		Country: clean(s.Text(5, 0)), Currency: clean(s.Text(5, 1)), Agent: strings.TrimSpace(s.Text(6, 0)),
	}
	if place := clean(s.Text(2, 0)); place != "" {
		a.Place = place
	}
	if a == (apipnr.Agency{}) && empty(s) {
		w.pnr.Cancelled = true
		return
	}
	if w.pnr.Agency == nil {
		w.pnr.Agency = &a
		w.at.note(s, apipnr.FieldAgency, 0, 0, 0)
	}
}

// empty reports whether a segment holds nothing at all.
func empty(s *edifact.Segment) bool {
	for i := range s.Elements() {
		if strings.TrimSpace(s.Rest(i, 0)) != "" {
			return false
		}
	}
	return true
}

// openOther reads MSG within a record: something was booked that does not fly.
func (r *reader) openOther(s *edifact.Segment) {
	w := &r.record
	r.state, w.person = inOther, -1
	code := strings.TrimSpace(s.Text(0, 0))
	kind := code
	if code == "8" {
		kind = "hotel"
	}
	w.other = len(w.pnr.Other)
	r.spend(1)
	w.pnr.Other = append(w.pnr.Other, apipnr.OtherBooking{Kind: kind})
}

// bookedTime reads the TVL of something that does not fly: from, to, place and name, company, number.
func (r *reader) bookedTime(s *edifact.Segment) {
	w := &r.record
	var f apipnr.Flight
	r.schedule(s, &f)
	o := &w.pnr.Other[w.other]
	o.From, o.To = f.Departure.String(), f.Arrival.String()
	for i := 1; i < s.Elements(); i++ {
		r.other(s, i)
	}
}

// addOther keeps any other segment of what was booked.
func (r *reader) addOther(s *edifact.Segment) {
	if w := &r.record; w.other >= 0 && r.state == inOther {
		for i := range s.Elements() {
			r.other(s, i)
		}
	}
}

func (r *reader) other(s *edifact.Segment, element int) {
	o := &r.record.pnr.Other[r.record.other]
	for c := range s.Components(element) {
		part := strings.TrimSpace(s.Text(element, c))
		if part == "" {
			continue
		}
		const most = 1000 // characters of text
		if len(o.Text)+len(part) > most {
			return
		}
		if o.Text != "" {
			o.Text += " "
		}
		o.Text += part
	}
}

// past reads GR.10 to 12: ABI and DAT say who and when, each SAC begins an event, all else is what happened. Nothing of it mixes with what
// holds now.
func (r *reader) past(s *edifact.Segment) {
	w := &r.record
	switch s.Tag {
	case tagRCI:
		if !r.own(s) {
			r.unannounced(s)
			r.identify(s)
			return
		}
	case tagABI:
		w.by, w.when, w.event = r.author(s), "", -1
		r.happened("unknown")
		return
	case tagDAT:
		if w.event >= 0 && len(w.pnr.History[w.event].What) == 0 {
			w.when = r.stamps.of(s.Text(0, 1), s.Text(0, 2))
			w.pnr.History[w.event].At = w.when
			return
		}
	case tagSAC:
		r.act(s)
		return
	default:
	}
	if w.event < 0 {
		r.happened("unknown")
	}
	e := &w.pnr.History[w.event]
	what := text(s.Raw())
	r.spend(1)
	if s.Tag == tagFOP {
		what = cards(s, what)
	}
	e.What = joined(e.What, r.parts.one(masked(what)))
}

// cards masks the numbers of a FOP in its text.
func cards(s *edifact.Segment, what string) string {
	const most = 16 // forms of payment of one segment
	for i := range min(s.Elements(), most) {
		if number := s.Text(i, 4); card(number) != number {
			what = strings.ReplaceAll(what, number, card(number))
		}
	}
	return what
}

// act begins the event of a SAC: the first of an ABI fills the one that ABI began.
func (r *reader) act(s *edifact.Segment) {
	w := &r.record
	action := "unknown"
	switch code := clean(s.Text(2, 0)); {
	case code == "A":
		action = "added"
	case code == "X":
		action = "cancelled"
	case code != "":
		action = "changed"
	}
	if w.event >= 0 && w.pnr.History[w.event].Action == "unknown" && len(w.pnr.History[w.event].What) == 0 {
		w.pnr.History[w.event].Action = action
		return
	}
	r.happened(action)
}

func (r *reader) happened(action string) {
	w := &r.record
	w.event = len(w.pnr.History)
	r.spend(1)
	w.pnr.History = append(w.pnr.History, apipnr.Event{At: w.when, By: w.by, Action: action, What: none})
}

// none is the list of an event in which nothing is said to have happened.
var none = []string{}

// author is who, remembered: histories name few.
func (r *reader) author(s *edifact.Segment) string {
	if raw := s.Raw(); raw != r.lastABI || raw == "" {
		r.lastABI, r.lastAuthor = raw, who(s)
	}
	return r.lastAuthor
}

// who is the author of history in one line: agent, place, carrier.
func who(s *edifact.Segment) string {
	parts := make([]string, 0, 4)
	for i := 1; i < s.Elements(); i++ {
		for c := range min(s.Components(i), 4) {
			if part := strings.TrimSpace(s.Text(i, c)); part != "" && len(parts) < 6 {
				parts = append(parts, part)
			}
		}
	}
	return strings.Join(parts, " ")
}
