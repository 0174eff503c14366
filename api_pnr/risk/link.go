package risk

import (
	"slices"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// Links are the marks of a person that may connect him with others and with earlier flights, each once. The first is the person himself
// where name and birth date are known.
func (t *Fields) Links(p apipnr.Expected) (list []Link) {
	f := t.Facts(Subject{Person: p})
	add := func(m Mark, value string) {
		if l := (Link{m, strings.ToUpper(strings.TrimSpace(value))}); l.Value != "" && !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	add(MarkPerson, who(p.Identity))
	if d, ok := travelDocument(p.Documents); ok && d.Number != "" {
		add(MarkDocument, traveldoc.FoldNumber(d.Number)+"/"+d.IssuingState)
	}
	for _, c := range f.contacts() {
		for _, n := range phones(c) {
			add(MarkPhone, n)
		}
		for _, e := range c.Emails {
			add(MarkEmail, e)
		}
	}
	if b := f.booked(); b != nil {
		ofReservation(b, add)
	}
	return list
}

func ofReservation(b *apipnr.Reservation, add func(Mark, string)) {
	for _, p := range b.Payments {
		if p.Card != "" {
			add(MarkCard, p.Vendor+"/"+p.Card+"/"+p.Expiry)
		}
	}
	for _, l := range b.Loyalty {
		if l.Number != "" {
			add(MarkLoyalty, l.Carrier+"/"+l.Number)
		}
	}
	if b.Agency != nil {
		add(MarkAgency, b.Agency.IATA)
	}
}

// who is a person as two are told apart: surname, first given name and birth date; empty when one of them is missing.
func who(i traveldoc.Identity) string {
	first, _, _ := strings.Cut(strings.TrimSpace(i.GivenNames), " ")
	if i.Surname == "" || first == "" || i.BirthDate.Precision() != traveldoc.PrecisionDay {
		return ""
	}
	return letters(i.Surname) + "/" + letters(first) + "/" + i.BirthDate.String()
}
