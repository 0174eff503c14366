package simulator

import (
	"slices"
	"strconv"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/interpol"
)

// ServiceName is what every answer says.
const ServiceName = "SIMULATOR"

func (d *Data) service(k interpol.Kind) interpol.Service {
	return interpol.Service{Name: ServiceName, Version: strconv.Itoa(d.version[k]), AsOf: d.now().UTC(), Simulator: true}
}

// Service is what the simulator says of itself.
func (d *Data) Service(k interpol.Kind) interpol.Service {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.service(k)
}

// mostGiven is how many candidates one answer holds.
const mostGiven = 20

// Search finds candidates: documents by number and State, persons by a part of the surname and about the year, vehicles by plate.
func (d *Data) Search(q interpol.Query) interpol.Answer {
	d.mu.RLock()
	defer d.mu.RUnlock()
	answer := interpol.Answer{Service: d.service(q.Kind), Candidates: []interpol.Candidate{}}
	for _, at := range d.places(q) {
		record := d.records[q.Kind][at]
		if record.ID == "" || !meets(q, record) {
			continue
		}
		if len(answer.Candidates) == mostGiven {
			answer.More = true
			break
		}
		answer.Candidates = append(answer.Candidates, record.Candidate)
	}
	return answer
}

// places are the records that may be meant, in their order, each once.
func (d *Data) places(q interpol.Query) []int {
	var at []int
	switch q.Kind {
	case interpol.SLTD, interpol.TDAWN:
		for _, number := range interpol.Spellings(interpol.FoldNumber(q.Document.Number)) {
			at = append(at, d.byKey[q.Kind][documentKey(number, q.Document.Issuer)]...)
		}
		at = append(at, d.ranges[q.Kind]...)
	case interpol.Nominals:
		for _, token := range tokens(q.Person.Surname) {
			at = append(at, d.byKey[q.Kind][token]...)
		}
	case interpol.Vehicles:
		at = append(at, d.byKey[q.Kind][q.Vehicle.Plate]...)
	}
	slices.Sort(at)
	return slices.Compact(at)
}

func meets(q interpol.Query, r interpol.Record) bool {
	switch q.Kind {
	case interpol.SLTD, interpol.TDAWN:
		return slices.ContainsFunc(r.Subject.Documents, func(d alerts.Document) bool {
			_, _, same := interpol.CompareDocuments(q.Document, d)
			return same
		})
	case interpol.Nominals:
		return aboutYear(q.Person.BirthDate, r.Subject.Births)
	case interpol.Vehicles:
	}
	return true
}

// aboutYear: within two years, or not known on a side.
func aboutYear(born string, births []alerts.Birth) bool {
	if len(born) < 4 || len(births) == 0 {
		return true
	}
	year, err := strconv.Atoi(born[:4])
	return err != nil || slices.ContainsFunc(births, func(b alerts.Birth) bool { return b.From.Year()-2 <= year && year <= b.To.Year()+2 })
}

// Detail is the full report of an id.
func (d *Data) Detail(k interpol.Kind, id string) (interpol.Record, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	at, known := d.byID[k][id]
	if !known {
		return interpol.Record{}, false
	}
	record := d.records[k][at]
	record.Service = d.service(k)
	return record, true
}

// Documents are the documents of a list with what the list says of itself, for its filter.
func (d *Data) documents(k interpol.Kind) ([]alerts.Document, interpol.Service) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var all []alerts.Document
	for _, r := range d.records[k] {
		all = append(all, r.Subject.Documents...)
	}
	return all, d.service(k)
}

func (d *Data) count(k interpol.Kind) int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.byID[k])
}
