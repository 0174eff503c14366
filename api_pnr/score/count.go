package score

import (
	"slices"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// filled are the fields that can be counted: whether a list's traveller has a usable value, by the field's name in a policy. known says
// whether a code is that of a State; a nationality or an issuer that is none is not usable.
func filled() map[string]func(t *apipnr.Traveller, known func(string) bool) bool {
	document := func(usable func(d apipnr.Document, known func(string) bool) bool) func(*apipnr.Traveller, func(string) bool) bool {
		return func(t *apipnr.Traveller, known func(string) bool) bool {
			return slices.ContainsFunc(t.Documents, func(d apipnr.Document) bool { return usable(d, known) })
		}
	}
	return map[string]func(*apipnr.Traveller, func(string) bool) bool{
		"surname":         func(t *apipnr.Traveller, _ func(string) bool) bool { return t.Surname != "" },
		"given_names":     func(t *apipnr.Traveller, _ func(string) bool) bool { return t.GivenNames != "" },
		"sex":             func(t *apipnr.Traveller, _ func(string) bool) bool { return t.Sex != "" },
		"birth_date":      func(t *apipnr.Traveller, _ func(string) bool) bool { return !t.BirthDate.IsZero() },
		"nationality":     func(t *apipnr.Traveller, known func(string) bool) bool { return known(t.Nationality) },
		"residence":       func(t *apipnr.Traveller, known func(string) bool) bool { return known(t.Residence) },
		"ref":             func(t *apipnr.Traveller, _ func(string) bool) bool { return t.Ref != "" },
		"locator":         func(t *apipnr.Traveller, _ func(string) bool) bool { return t.Locator != "" },
		"seat":            func(t *apipnr.Traveller, _ func(string) bool) bool { return len(t.Seats) > 0 },
		"document_type":   document(func(d apipnr.Document, _ func(string) bool) bool { return d.Type != "" }),
		"document_number": document(func(d apipnr.Document, _ func(string) bool) bool { return d.Number != "" }),
		"document_issuer": document(func(d apipnr.Document, known func(string) bool) bool { return known(d.Issuer) }),
		"document_expiry": document(func(d apipnr.Document, _ func(string) bool) bool { return !d.Expiry.IsZero() }),
	}
}

// Fields are the fields that a policy may name.
func Fields() []string {
	var names []string
	for name := range filled() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Count counts how many of the persons whom a list (API) tells of have a usable value, by field. Those who were taken off, and those only a
// reservation knows, do not count. It keeps numbers alone.
func Count(persons []apipnr.Expected, known func(state string) bool) (of int, counts map[string]int) {
	counts = map[string]int{}
	fields := filled()
	for n := range persons {
		p := &persons[n]
		if p.API == nil || p.Masked || p.Status == apipnr.StatusCancelled {
			continue
		}
		of++
		for name, usable := range fields {
			if usable(p.API, known) {
				counts[name]++
			}
		}
	}
	return of, counts
}
