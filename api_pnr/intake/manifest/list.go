package manifest

import (
	"cmp"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// list takes the travellers of a list, or of a change.
func (m *Manifest) list(in Input) []apipnr.Diagnostic {
	if m.Flight.Status == apipnr.FlightCancelled && len(in.Message.Travellers) > 0 && in.Message.Function != apipnr.Change {
		m.setFlight(in, apipnr.FlightOpen) // a newer list: it flies after all
	}
	for i, p := range m.findAPI(in) {
		t := in.Message.Travellers[i]
		if p == nil {
			p = m.add(in)
		}
		if t.Action == "delete" {
			m.status(p, in, API, apipnr.StatusCancelled)
			continue
		}
		m.takeAPI(p, t, in, i)
	}
	return nil
}

// findAPI finds who the travellers of an API message are; a second row of one person leads to the same person.
func (m *Manifest) findAPI(in Input) []*Person {
	list := make([]candidate, len(in.Message.Travellers))
	for i, t := range in.Message.Travellers {
		list[i] = candidate{evidence: m.tools.evidenceOf(t, true)}
	}
	found := m.find(list, apiPasses())
	return m.doubles(list, found, in)
}

// doubles gives travellers that are nobody known, but another traveller of the same message, that one's person.
func (m *Manifest) doubles(list []candidate, found []*Person, in Input) []*Person {
	first := map[string]int{}
	for i, c := range list {
		for _, key := range append(c.documentKeys(), c.birthKey()...) {
			n, seen := first[key]
			if !seen {
				first[key] = i
				continue
			}
			if n == i || found[i] != nil || !same(c, list[n]) {
				continue
			}
			if found[n] == nil {
				found[n] = m.add(in)
			}
			found[i] = found[n]
		}
	}
	return found
}

// same reports whether two travellers of one message are one person, listed twice.
func same(a, b candidate) bool {
	if a.contradicts(b.evidence) || !a.likeName(b.evidence) {
		return false
	}
	return a.sharesDocument(b.evidence) || a.sameName(b.evidence) && a.sameBirth(b.evidence)
}

// takeAPI takes what an API message says of a person.
func (m *Manifest) takeAPI(p *Person, t apipnr.Traveller, in Input, i int) {
	if in.Seq < p.APISeq {
		return
	}
	partly := in.Message.Function == apipnr.Change || t.Action == "change" || p.APIMessage == in.id(i) && p.APISeq == in.Seq
	before := p.API
	t, places := settle(t, in, i), placesOf(t, in, i)
	if partly && before != nil {
		t, places = overlay(*before, t, p.APIPlaces, places)
	}
	fields := diff(before, &t)
	fresh := p.API == nil && p.PNR == nil
	p.API, p.APIPlaces, p.APISeq, p.APIMessage = &t, places, in.Seq, in.id(i)
	p.api = m.tools.evidenceOf(t, true)
	m.told(p, in, i, API, fresh, before == nil, fields)
	m.comeBack(p, in, API)
	m.parted(p, in, API)
}

// told keeps what a message changed of a person.
func (m *Manifest) told(p *Person, in Input, i int, source Source, fresh, first bool, fields []FieldChange) {
	switch {
	case fresh:
		m.changed(p, in.id(i), source, New, fields)
	case first || len(fields) > 0:
		m.changed(p, in.id(i), source, Changed, fields)
	default:
		return
	}
	p.ChangedAt = in.At
}

// comeBack makes somebody who was taken off expected again: a newer message names him.
func (m *Manifest) comeBack(p *Person, in Input, source Source) {
	if p.Status == apipnr.StatusCancelled && m.Flight.Status != apipnr.FlightCancelled {
		m.status(p, in, source, apipnr.StatusExpected)
	}
}

// settle gives a traveller the form in which he is kept apart from his message.
func settle(t apipnr.Traveller, in Input, _ int) apipnr.Traveller {
	f := in.Message.Function
	if f == apipnr.CrewList || f == apipnr.MasterCrewList {
		t.Kind = cmp.Or(t.Kind, apipnr.Crew)
	}
	if f == apipnr.GatePass {
		t.Kind = apipnr.GatePassHolder
	}
	t.Kind = cmp.Or(t.Kind, apipnr.Passenger)
	t.Reservation = -1
	return t
}

func placesOf(t apipnr.Traveller, in Input, i int) []Place {
	places := make([]Place, len(t.Origins))
	for n, o := range t.Origins {
		places[n] = Place{o, in.id(i)}
	}
	return places
}

// cancel takes off whom the message names.
func (m *Manifest) cancel(in Input) (list []apipnr.Diagnostic) {
	for i, p := range m.findAPI(in) {
		if p == nil {
			list = append(list, unknown(i, "nobody known is taken off by it"))
			continue
		}
		if in.Seq < p.APISeq {
			continue
		}
		p.APISeq = in.Seq
		m.touch(p)
		m.status(p, in, API, apipnr.StatusCancelled)
	}
	return list
}

// CodeNotKnown is the diagnostic of a traveller who is to be taken off a flight and is not known there.
const CodeNotKnown = "traveller_not_known"

func unknown(i int, text string) apipnr.Diagnostic {
	return apipnr.Diagnostic{Code: CodeNotKnown, Severity: apipnr.Warning, Message: text, Record: i + 1}
}

// closed closes the flight: who is named is on board, or is not; of the others the contrary holds, when the message came whole.
func (m *Manifest) closed(in Input) []apipnr.Diagnostic {
	named, others := apipnr.StatusOnBoard, apipnr.StatusNotOnBoard
	if in.Message.Function == apipnr.CloseNotBoard {
		named, others = others, named
	}
	holds := m.setFlight(in, apipnr.FlightClosed)
	is, crew := map[*Person]bool{}, false
	for i, p := range m.findAPI(in) {
		if p == nil {
			p = m.add(in)
		}
		t := in.Message.Travellers[i]
		if before := p.API; before != nil {
			in := in
			in.Message.Function = apipnr.Change // a closing message may hold less than the list
			m.takeAPI(p, t, in, i)
		} else {
			m.takeAPI(p, t, in, i)
		}
		if holds {
			m.status(p, in, API, named)
		}
		is[p], crew = true, crew || aircrew(p.Kind)
	}
	if !in.Whole || !holds {
		return nil
	}
	m.each(func(p *Person) {
		if !is[p] && p.Status != apipnr.StatusCancelled && (crew || !aircrew(p.Kind)) {
			m.status(p, in, API, others)
		}
	})
	return nil
}

func aircrew(k apipnr.Kind) bool { return k == apipnr.Crew || k == apipnr.TransitCrew }
