package interpol

import (
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Query is the short question of the first step. It holds the fields of its kind and no others: there is no place for a sex, a picture or
// anything else that a service has no need of.
type Query struct {
	Kind     Kind          `json:"kind"`
	Document DocumentQuery `json:"document,omitzero"`
	Person   PersonQuery   `json:"person,omitzero"`
	Vehicle  VehicleQuery  `json:"vehicle,omitzero"`
}

// DocumentQuery is asked of SLTD and TDAWN.
type DocumentQuery struct {
	Number string `json:"number"`         // folded (FoldNumber)
	Issuer string `json:"issuer"`         // ICAO code (Issuer)
	Type   string `json:"type,omitempty"` // "P", "I", "V", ...; empty: not known
}

// PersonQuery is asked of nominals.
type PersonQuery struct {
	Surname    string `json:"surname"`
	GivenNames string `json:"given_names,omitempty"`
	BirthDate  string `json:"birth_date,omitempty"` // ISO 8601, as far as known
}

// VehicleQuery is asked of vehicles.
type VehicleQuery struct {
	Plate   string `json:"plate"` // folded (FoldNumber)
	Country string `json:"country,omitempty"`
}

// MaxName is the longest name sent, in bytes.
const MaxName = 100

// Fields are the fields that a query of the kind may hold; the first n of them, Required, it cannot do without.
func (k Kind) Fields() []string {
	switch k {
	case SLTD, TDAWN:
		return []string{"number", "issuer", "type"}
	case Nominals:
		return []string{"surname", "given_names", "birth_date"}
	case Vehicles:
		return []string{"plate", "country"}
	}
	return nil
}

// Required are the fields without which a query of the kind makes no sense.
func (k Kind) Required() []string {
	switch k {
	case SLTD, TDAWN:
		return []string{"number", "issuer"}
	case Nominals:
		return []string{"surname"}
	case Vehicles:
		return []string{"plate"}
	}
	return nil
}

// QueryOf is the question about a subject, with the fields of send alone; an empty send is every field of the kind. It reports false when
// the subject gives too little to ask.
func QueryOf(kind Kind, s border.Subject, send []string) (Query, bool) {
	q := Query{Kind: kind}
	switch kind {
	case SLTD, TDAWN:
		q.Document = DocumentQuery{Number: FoldNumber(s.Document.Number), Issuer: Issuer(s.Document.IssuingState), Type: typeOf(s.Document)}
	case Nominals:
		q.Person = PersonQuery{Surname: s.Identity.Surname, GivenNames: s.Identity.GivenNames}
		if q.Person.Surname == "" { // one name alone stands in either field
			q.Person.Surname, q.Person.GivenNames = q.Person.GivenNames, ""
		}
		if !s.Identity.BirthDate.IsZero() {
			q.Person.BirthDate = s.Identity.BirthDate.String()
		}
	case Vehicles:
		if s.Vehicle != nil {
			q.Vehicle = VehicleQuery{Plate: FoldNumber(s.Vehicle.Plate), Country: s.Vehicle.Country}
		}
	}
	q = q.only(send)
	return q, q.Check() == ""
}

// typeOf is the kind of document as services know it: the first letter of its code.
func typeOf(d traveldoc.Document) string {
	code := strings.ToUpper(strings.TrimSpace(d.Code))
	if code == "" || code[0] < 'A' || code[0] > 'Z' {
		return ""
	}
	if code[0] == 'A' || code[0] == 'C' { // official travel documents of format 1 and 2 (Doc 9303-5, -6) are cards like I
		return "I"
	}
	return code[:1]
}

// fields are the places of a query's values by the names of Fields.
func (q *Query) fields() map[string]*string {
	return map[string]*string{
		"number": &q.Document.Number, "issuer": &q.Document.Issuer, "type": &q.Document.Type,
		"surname": &q.Person.Surname, "given_names": &q.Person.GivenNames, "birth_date": &q.Person.BirthDate,
		"plate": &q.Vehicle.Plate, "country": &q.Vehicle.Country,
	}
}

func (q Query) only(send []string) Query {
	if len(send) == 0 {
		return q
	}
	for name, value := range q.fields() {
		if !slices.Contains(send, name) {
			*value = ""
		}
	}
	return q
}

// Check names the first field that keeps the query from being asked; empty when it can be.
func (q Query) Check() string {
	if !q.Kind.Valid() {
		return "kind"
	}
	allowed, required := q.Kind.Fields(), q.Kind.Required()
	values := q.fields()
	for _, name := range sortedFields() {
		value := *values[name]
		switch {
		case value == "" && slices.Contains(required, name):
			return name
		case value != "" && !slices.Contains(allowed, name):
			return name
		case len(value) > MaxName:
			return name
		}
	}
	return ""
}

func sortedFields() []string {
	return []string{"number", "issuer", "type", "surname", "given_names", "birth_date", "plate", "country"}
}

// Terms are the query's values in a fixed order, for the keyed hash of the audit log (audit.QueryHMAC).
func (q Query) Terms() []string {
	terms := []string{string(q.Kind)}
	values := q.fields()
	for _, name := range sortedFields() {
		terms = append(terms, *values[name])
	}
	return terms
}

// Sent names the fields that the query holds, in the order of Fields.
func (q Query) Sent() []string {
	var names []string
	values := q.fields()
	for _, name := range q.Kind.Fields() {
		if *values[name] != "" {
			names = append(names, name)
		}
	}
	return names
}
