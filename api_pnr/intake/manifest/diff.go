package manifest

import (
	"fmt"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// diff tells the fields in which a traveller is another than before; nil before counts as empty.
func diff(before, after *apipnr.Traveller) []FieldChange {
	var a apipnr.Traveller
	if before != nil {
		a = *before
	}
	b := *after
	var list []FieldChange
	for _, f := range fields() {
		if from, to := f.show(a), f.show(b); from != to {
			list = append(list, FieldChange{f.name, from, to})
		}
	}
	return list
}

type field struct {
	name string
	show func(t apipnr.Traveller) string
}

// fields are what is compared, by the names of apipnr.Field where there is one.
func fields() []field {
	return []field{
		{"surname", func(t apipnr.Traveller) string { return t.Surname }},
		{"given_names", func(t apipnr.Traveller) string { return t.GivenNames }},
		{"sex", func(t apipnr.Traveller) string { return t.Sex }},
		{"birth_date", func(t apipnr.Traveller) string { return t.BirthDate.String() }},
		{"birth_place", func(t apipnr.Traveller) string { return t.BirthPlace }},
		{"nationality", func(t apipnr.Traveller) string { return t.Nationality }},
		{"residence", func(t apipnr.Traveller) string { return t.Residence }},
		{"kind", func(t apipnr.Traveller) string { return string(t.Kind) }},
		{"documents", func(t apipnr.Traveller) string { return showDocuments(t.Documents) }},
		{"seats", func(t apipnr.Traveller) string { return showSeats(t.Seats) }},
		{"bags", func(t apipnr.Traveller) string { return showBags(t.Bags) }},
		{"locator", func(t apipnr.Traveller) string { return t.Locator }},
		{"ref", func(t apipnr.Traveller) string { return t.Ref }},
		{"ticket", func(t apipnr.Traveller) string { return t.Ticket }},
		{"embarks", func(t apipnr.Traveller) string { return t.Embarks }},
		{"disembarks", func(t apipnr.Traveller) string { return t.Disembarks }},
		{"address", func(t apipnr.Traveller) string { return t.Address }},
		{"contact", func(t apipnr.Traveller) string { return showContact(t.Contact) }},
	}
}

func showDocuments(list []apipnr.Document) string {
	parts := make([]string, len(list))
	for n, d := range list {
		parts[n] = strings.TrimSpace(strings.Join([]string{d.Type, d.Issuer, d.Number, d.Expiry.String()}, " "))
	}
	return strings.Join(parts, "; ")
}

func showSeats(list []apipnr.Seat) string {
	parts := make([]string, len(list))
	for n, s := range list {
		parts[n] = s.Seat
		if s.Origin+s.Destination != "" {
			parts[n] += " " + s.Origin + "-" + s.Destination
		}
	}
	return strings.Join(parts, "; ")
}

func showBags(list []apipnr.Bag) string {
	parts := make([]string, len(list))
	for n, b := range list {
		var said []string
		if b.Count != nil {
			said = append(said, fmt.Sprint(*b.Count))
		}
		if b.WeightKG != nil {
			said = append(said, fmt.Sprintf("%g kg", *b.WeightKG))
		}
		said = append(said, b.Tags...)
		if b.Origin+b.Destination != "" {
			said = append(said, b.Origin+"-"+b.Destination)
		}
		parts[n] = strings.Join(said, " ")
	}
	return strings.Join(parts, "; ")
}

func showContact(c *apipnr.Contact) string {
	if c == nil {
		return ""
	}
	return strings.Join(append(append([]string{c.Name, c.Address, c.Country}, c.Phones...), c.Emails...), "; ")
}
