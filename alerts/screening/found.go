package screening

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
)

// Found is a hit that the screening has made out; whether it was raised before is for the store to know.
type Found struct {
	ID     uuid.UUID
	Person Person
	Agency string // that owns the alert
	Raise  hit.Raise
}

// Discreet reports whether nobody but the agency may know of it.
func (f Found) Discreet() bool { return f.Raise.Secrecy == alerts.Discreet }

// ByDocument reports whether it is a hit on the document or the vehicle: that the bearer was cleared says nothing of them.
func (f Found) ByDocument() bool {
	return f.Raise.Subject == alerts.VehicleOnly || hit.ByDocument(f.Raise.Evidence)
}

// found makes the hit of a candidate on the alert as it stands.
func found(p Person, c Candidate, a alerts.Alert, retro string) Found {
	r := p.raise(retro)
	r.Check, r.List, r.Alert, r.AlertVersion, r.ListVersion = alerts.CheckName, a.List, a.Key(), a.Version, strconv.FormatInt(c.List.Version, 10)
	r.Matcher, r.Band, r.Score = match.Version, c.Band, c.Match.Score
	r = r.Know(&a, &c.List)
	r.Evidence = evidence(c, a)
	if c.Field == fieldVehicle {
		r.Subject = alerts.VehicleOnly
	}
	return Found{ID: hit.ID(p.Occasion, a.Key()), Person: p, Agency: r.Owner, Raise: r}
}

// raise is what there is to know of the person himself.
func (p Person) raise(retro string) hit.Raise {
	r := hit.Raise{
		Crossing: p.Occasion, File: p.File, Station: p.Station, Lane: p.Lane, CrossedAt: p.At, Direction: p.Direction, Retro: retro,
		Identity: p.Identity, Document: p.Document, Transport: p.Transport,
	}
	switch {
	case p.Flight != nil:
		r.Crossing, r.Flight = uuid.Nil, p.Flight
	case p.Inspection:
		r.Crossing, r.Inspection = uuid.Nil, p.Occasion
	}
	return r
}

// evidence explains a match as the check at the counter does.
func evidence(c Candidate, a alerts.Alert) []border.Evidence {
	ref := a.Key() + "@" + strconv.Itoa(a.Version)
	severity := c.List.Policy.Severity[c.Band]
	restricted := !c.List.Policy.ReasonAtFirstLine
	head := head(c, a)
	list := []border.Evidence{{Code: head, Severity: severity, Ref: ref, Band: string(c.Band), Score: c.Match.Score}}
	for _, e := range c.Match.Evidence {
		field := border.Evidence{
			Code: listcheck.CodeField, Field: e.Field, Found: e.Found, Expected: e.Listed, Relation: e.Relation, Score: e.Score,
			Severity: border.Note, Ref: ref, Restricted: restricted,
		}
		if e.Field == "document" && listcheck.Agrees(e.Relation) && head == listcheck.CodeMatch {
			field.Code, field.Severity = listcheck.CodeDocument, severity
		}
		list = append(list, field)
	}
	for _, part := range []border.Evidence{
		{Code: listcheck.CodeCategory, Expected: string(a.Category), Severity: border.Note, Ref: ref, Restricted: restricted},
		{Code: listcheck.CodeReason, Expected: a.Reason, Severity: severity, Ref: ref, Restricted: restricted},
		{Code: listcheck.CodeAction, Expected: string(a.Action), Severity: severity, Ref: ref, Restricted: restricted},
		{Code: listcheck.CodeSafety, Expected: strings.Join(a.Safety, ","), Severity: severity, Ref: ref},
	} {
		if part.Expected != "" {
			list = append(list, part)
		}
	}
	return list
}

// head is the code of a match as a whole, by what is looked for.
func head(c Candidate, a alerts.Alert) string {
	switch {
	case c.Field == fieldVehicle || a.Subject.Kind == alerts.VehicleOnly:
		return listcheck.CodeVehicle
	case a.Subject.Kind == alerts.DocumentOnly:
		return listcheck.CodeDocument
	}
	return listcheck.CodeMatch
}

// applies reports whether the alert is to be looked at where the person was. Which State's code is our own the centre does not know: an
// alert for a State is looked at. So is any alert of somebody who is expected: which crossing point he comes to, it does not know either.
func applies(a alerts.Alert, p Person) bool {
	return p.Flight != nil || len(a.GeoScope) == 0 || slices.ContainsFunc(a.GeoScope, func(place string) bool { return place == p.Station || isState(place) })
}

// isState tells a State's code of three letters from the id of a crossing point.
func isState(place string) bool { return len(place) == 3 && strings.ToUpper(place) == place }
