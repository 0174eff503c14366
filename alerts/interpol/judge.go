package interpol

import (
	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// verdict is what a candidate is worth when it is compared here. The service says who may be meant; what is a match is judged on what the
// traveller shows, of which the service was told only a part.
type verdict struct {
	band     alerts.Band // empty: no match
	score    float64
	document bool
	evidence []match.Evidence
}

// Scores of documents: equal, and equal but for characters that are read for one another.
const (
	scoreEqual   = 1.0
	scoreMisread = 0.9
)

// CompareDocuments holds a document that was read against one of a list: number and issuer decide, and the type where both are known. It
// reports false when they are not the same; the same number of another State, or of a State that is not known, is never the same.
func CompareDocuments(q DocumentQuery, d alerts.Document) (relation string, score float64, same bool) {
	issuer := Issuer(d.Issuer)
	if issuer == "" || issuer != Issuer(q.Issuer) || d.Type != "" && q.Type != "" && d.Type != q.Type {
		return match.RelDifferent, 0, false
	}
	return compareNumbers(FoldNumber(q.Number), FoldNumber(d.Number), FoldNumber(d.Until))
}

func compareNumbers(read, from, to string) (relation string, score float64, same bool) {
	if to != "" && to != from {
		return compareRange(read, from, to)
	}
	misread := false
	for _, number := range Spellings(read) {
		for _, other := range Listed(from) {
			if number == other && number != "" {
				return match.RelEqual, scoreEqual, true
			}
			misread = misread || number != "" && Skeleton(number) == Skeleton(other)
		}
	}
	if misread {
		return match.RelMisread, scoreMisread, true
	}
	return match.RelDifferent, 0, false
}

func compareRange(read, from, to string) (relation string, score float64, same bool) {
	stem, low, high, err := rangeEnds(from, to)
	if err != nil {
		return match.RelDifferent, 0, false
	}
	inside := func(number, stem string) bool {
		rest, is := cutPrefix(number, stem)
		return is && len(rest) == len(low) && allDigits(rest) && low <= rest && rest <= high
	}
	misread := false
	for _, number := range Spellings(read) {
		if inside(number, stem) {
			return match.RelRange, scoreEqual, true
		}
		misread = misread || inside(Skeleton(number), Skeleton(stem))
	}
	if misread {
		return match.RelMisread, scoreMisread, true
	}
	return match.RelDifferent, 0, false
}

func cutPrefix(s, prefix string) (rest string, is bool) {
	if len(s) < len(prefix) || s[:len(prefix)] != prefix {
		return "", false
	}
	return s[len(prefix):], true
}

func (a *Adapter) judge(c Candidate, q Query, s border.Subject) verdict {
	switch {
	case a.Kind.OfDocuments():
		return judgeDocument(c, q.Document)
	case a.Kind == Vehicles:
		return judgeVehicle(c, q.Vehicle)
	}
	return a.judgePerson(c, s)
}

func judgeDocument(c Candidate, q DocumentQuery) (best verdict) {
	for _, d := range c.Subject.Documents {
		relation, score, same := CompareDocuments(q, d)
		if !same || score <= best.score {
			continue
		}
		band := alerts.Certain
		if relation == match.RelMisread {
			band = alerts.Probable
		}
		listed := d.Issuer + " " + d.Number
		if d.Until != "" {
			listed += " – " + d.Until
		}
		best = verdict{band: band, score: score, document: true, evidence: []match.Evidence{
			{Field: "document", Relation: relation, Found: q.shown(), Listed: listed, Score: score, Weight: 1, Contribution: score},
		}}
	}
	return best
}

// shown is the document as evidence names it.
func (q DocumentQuery) shown() string { return q.Issuer + " " + q.Number }

// Shown is how evidence names a document that a service was asked about: who knows a traveller's documents finds the one that is meant.
func Shown(d traveldoc.Document) string {
	return DocumentQuery{Number: FoldNumber(d.Number), Issuer: Issuer(d.IssuingState)}.shown()
}

func judgeVehicle(c Candidate, q VehicleQuery) (best verdict) {
	for _, v := range c.Subject.Vehicles {
		if q.Plate == "" || border.FoldPlate(v.Plate) != border.FoldPlate(q.Plate) || v.Country != "" && q.Country != "" && v.Country != q.Country {
			continue
		}
		found := verdict{band: alerts.Certain, score: scoreEqual}
		if v.Country == "" || q.Country == "" { // a plate without its country may be another's
			found = verdict{band: alerts.Possible, score: scoreMisread}
		}
		if found.score > best.score {
			found.evidence = []match.Evidence{
				{Field: "vehicle", Relation: match.RelEqual, Found: q.Country + " " + q.Plate, Listed: v.Country + " " + v.Plate, Score: found.score, Weight: 1, Contribution: found.score},
			}
			best = found
		}
	}
	return best
}

// judgePerson scores a person with the matcher of the national lists, on everything that the traveller's document says.
func (a *Adapter) judgePerson(c Candidate, s border.Subject) verdict {
	m := a.tools.Compare(personOf(s), match.Entry{Key: a.Name + "/" + c.ID, Subject: c.Subject})
	return verdict{band: a.policy.Band(m.Score), score: m.Score, evidence: m.Evidence}
}

// personOf is the traveller as the matcher compares him. Documents are left out: they are not what the service was asked about.
func personOf(s border.Subject) match.Query {
	id := s.Identity
	kind := alerts.Primary
	if s.MRZ != nil {
		kind = alerts.MRZName
	}
	name := alerts.Name{Raw: id.Surname + " " + id.GivenNames, Kind: kind}
	for _, p := range []alerts.NamePart{{Text: id.Surname, Role: alerts.Family}, {Text: id.GivenNames, Role: alerts.Given}} {
		if p.Text != "" {
			name.Parts = append(name.Parts, p)
		}
	}
	q := match.Query{Names: []alerts.Name{name}, Truncated: id.NameTruncated, Sex: id.Sex, Today: s.Today}
	if !id.BirthDate.IsZero() {
		q.Births = []alerts.Birth{{From: id.BirthDate, To: id.BirthDate}}
	}
	if id.Nationality != "" {
		q.Nationality = []string{id.Nationality}
	}
	return q
}
