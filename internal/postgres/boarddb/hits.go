package boarddb

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/screen"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Hits has the screening of alerts open its hits on expected persons.
func Hits(w *screening.Worker, now func() time.Time) screen.Hits { return hits{w, now} }

type hits struct {
	worker *screening.Worker
	now    func() time.Time
}

// Expect holds the persons of results against all alerts, and has what services outside found of them opened as well. What the check of the
// lists found is left out: it would count as raised already, and leaves discreet alerts out.
func (h hits) Expect(ctx context.Context, results []screen.Result) error {
	people := make([]screening.Person, len(results))
	for n, r := range results {
		people[n] = personOf(r.Person, r.Flight, h.now())
		people[n].Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f border.Finding) bool { return !hit.Outside(f.Check) })
	}
	return h.worker.Expect(ctx, people)
}

// Passengers are the expected persons whom changed alerts are searched for among.
func Passengers(m apipnr.Manifests, now func() time.Time) screening.Passengers {
	return passengers{m, now}
}

type passengers struct {
	manifests apipnr.Manifests
	now       func() time.Time
}

// Pending are the next persons who are still to come, in the order of their ids. Those who were taken off stay among them, or a page
// without anybody else would be taken for the last; nothing matches them.
func (p passengers) Pending(ctx context.Context, after uuid.UUID, limit int) ([]screening.Person, error) {
	persons, err := p.manifests.Pending(ctx, p.now(), after, limit)
	if err != nil || len(persons) == 0 {
		return nil, err
	}
	flights, err := flightsOf(ctx, p.manifests, persons)
	if err != nil {
		return nil, err
	}
	people := make([]screening.Person, len(persons))
	for n, e := range persons {
		f := flights[e.Flight]
		if e.Status == apipnr.StatusCancelled || e.Status == apipnr.StatusNotOnBoard || f.Status == apipnr.FlightCancelled {
			e.Identity, e.Documents = traveldoc.Identity{}, nil
		}
		people[n] = personOf(e, f, p.now())
	}
	return people, nil
}

func flightsOf(ctx context.Context, m apipnr.Manifests, persons []apipnr.Expected) (map[uuid.UUID]apipnr.ExpectedFlight, error) {
	seen := map[uuid.UUID]bool{}
	var ids []uuid.UUID
	for _, p := range persons {
		if !seen[p.Flight] {
			seen[p.Flight] = true
			ids = append(ids, p.Flight)
		}
	}
	flights, err := m.FlightsByID(ctx, ids)
	byID := make(map[uuid.UUID]apipnr.ExpectedFlight, len(flights))
	for _, f := range flights {
		byID[f.ID] = f
	}
	return byID, err
}

// personOf is an expected person as the screening of alerts knows people. The place of the hit is the airport: which crossing point
// that is, is for the hit workflow to know.
func personOf(e apipnr.Expected, f apipnr.ExpectedFlight, now time.Time) screening.Person {
	p := screening.Person{
		Occasion: e.ID, Traveller: e.ID, Station: cmp.Or(f.Destination, f.Origin, "air"), At: now, Direction: border.Entry,
		Transport: f.Carrier + " " + f.Number + f.Suffix, Identity: e.Identity,
		Flight: &hit.Flight{
			Person: e.ID, ID: e.Flight, Carrier: f.Carrier, Number: f.Number + f.Suffix, Origin: f.Origin, Destination: f.Destination,
			DepartsAt: f.DepartsAt, ArrivesAt: f.ArrivesAt,
		},
	}
	switch {
	case !f.ArrivesAt.IsZero():
		p.At = f.ArrivesAt.UTC().Truncate(time.Microsecond)
	case !f.DepartsAt.IsZero():
		p.At = f.DepartsAt.UTC().Truncate(time.Microsecond)
	}
	for _, d := range e.Documents {
		if p.Document.Number == "" && !strings.HasPrefix(d.Code, "V") {
			p.Document = d
			continue
		}
		p.Documents = append(p.Documents, d)
	}
	return p
}
