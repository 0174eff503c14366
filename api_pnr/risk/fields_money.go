package risk

import (
	"strconv"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

func agencyFields() []Field {
	agency := func(of func(*apipnr.Agency) string) func(*Facts) ref.Val {
		return ofBooking(func(_ *Facts, b *apipnr.Reservation) ref.Val {
			if b.Agency == nil {
				return none()
			}
			return upper(of(b.Agency))
		})
	}
	from := at(apipnr.FieldAgency)
	return []Field{
		{Name: "agency.number", Type: Text, from: from, read: agency(func(a *apipnr.Agency) string { return a.IATA })},
		{Name: "agency.place", Type: Text, from: from, read: agency(func(a *apipnr.Agency) string { return a.Place })},
		{Name: "agency.country", Type: Text, from: from, read: agency(func(a *apipnr.Agency) string { return a.Country })},
		{Name: "agency.system", Type: Text, from: from, read: agency(func(a *apipnr.Agency) string { return a.System })},
		{Name: "agency.agent", Type: Text, from: from, read: agency(func(a *apipnr.Agency) string { return a.Agent })},
		{Name: "agency.currency", Type: Text, from: from, read: agency(func(a *apipnr.Agency) string { return a.Currency })},
		{Name: "agency.kind", Type: Text, from: from, Codes: []string{"A", "T"}, read: agency(func(a *apipnr.Agency) string { return a.Kind })},
		{Name: "agency.flights_before", Type: Number, History: true, read: shared(MarkAgency, func(s Shared) int { return s.Flights })},
		{Name: "agency.confirmed_before", Type: Number, History: true, read: shared(MarkAgency, func(s Shared) int { return s.Confirmed })},
	}
}

// payments reads texts of the forms of payment.
func payments(of func(apipnr.Payment) string) func(*Facts) ref.Val {
	return ofBooking(func(_ *Facts, b *apipnr.Reservation) ref.Val {
		var list []string
		for _, p := range b.Payments {
			list = append(list, of(p))
		}
		return several(list, len(b.Payments) > 0)
	})
}

func paymentFields() []Field {
	from := at(apipnr.FieldPayment)
	return []Field{
		{Name: "payment.forms", Type: Texts, from: from, Codes: []string{"CC", "CA", "CK", "MS"}, read: payments(func(p apipnr.Payment) string { return p.Form })},
		{Name: "payment.cash", Type: YesNo, from: from, read: ofBooking(cash)},
		{Name: "payment.amount", Type: Amount, from: from, read: ofBooking(amount)},
		{Name: "payment.currencies", Type: Texts, from: from, read: payments(func(p apipnr.Payment) string { return p.Currency })},
		{Name: "payment.by_another", Type: YesNo, from: from, read: ofBooking(byAnother)},
		{Name: "card.numbers", Type: Texts, from: from, read: payments(func(p apipnr.Payment) string { return p.Card })},
		{Name: "card.vendors", Type: Texts, from: from, read: payments(func(p apipnr.Payment) string { return p.Vendor })},
		{Name: "card.flights_before", Type: Number, History: true, read: shared(MarkCard, func(s Shared) int { return s.Flights })},
		{Name: "card.other_people", Type: Number, History: true, read: shared(MarkCard, func(s Shared) int { return s.Others })},
		{Name: "card.confirmed_before", Type: Number, History: true, read: shared(MarkCard, func(s Shared) int { return s.Confirmed })},
	}
}

func cash(_ *Facts, b *apipnr.Reservation) ref.Val {
	for _, p := range b.Payments {
		if strings.EqualFold(p.Form, "CA") {
			return yes(true, true)
		}
	}
	return yes(false, len(b.Payments) > 0)
}

// amount is the sum of what was paid, where one currency alone was.
func amount(_ *Facts, b *apipnr.Reservation) ref.Val {
	sum, currency, told := 0.0, "", false
	for _, p := range b.Payments {
		n, err := strconv.ParseFloat(strings.TrimSpace(p.Amount), 64)
		if err != nil || n != n {
			continue
		}
		if told && p.Currency != currency {
			return none()
		}
		sum, currency, told = sum+n, p.Currency, true
	}
	if !told {
		return none()
	}
	return types.Double(sum)
}

// byAnother: a payer is named whose name has not the surname of anybody of the reservation.
func byAnother(f *Facts, b *apipnr.Reservation) ref.Val {
	named := false
	for _, p := range b.Payments {
		if p.Payer == "" {
			continue
		}
		named = true
		if !f.payerTravels(letters(p.Payer)) {
			return yes(true, true)
		}
	}
	return yes(false, named)
}

func (f *Facts) payerTravels(payer string) bool {
	if s := letters(f.Person.Identity.Surname); s != "" && strings.Contains(payer, s) {
		return true
	}
	for _, c := range f.Companions {
		if s := letters(c.Identity.Surname); s != "" && strings.Contains(payer, s) {
			return true
		}
	}
	return false
}
