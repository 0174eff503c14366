package risk

import (
	"strconv"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/nyaruka/phonenumbers"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// contacts are everybody's of the reservation and the person's own.
func (f *Facts) contacts() (list []apipnr.Contact) {
	for _, t := range f.travellers() {
		if t.Contact != nil {
			list = append(list, *t.Contact)
		}
	}
	if b := f.booked(); b != nil {
		list = append(list, b.Contacts...)
	}
	return list
}

// ofContacts are texts of the contacts; known where a reservation would have told them, or something did.
func ofContacts(of func(apipnr.Contact) []string) func(*Facts) ref.Val {
	return func(f *Facts) ref.Val {
		var list []string
		for _, c := range f.contacts() {
			list = append(list, of(c)...)
		}
		return several(list, f.booked() != nil || len(list) > 0)
	}
}

func phones(c apipnr.Contact) (list []string) {
	for _, p := range c.Phones {
		list = append(list, phone(p))
	}
	return list
}

// phone is a number as two are compared: E.164 where it is one, else its digits.
func phone(sent string) string {
	text := strings.TrimSpace(sent)
	if strings.HasPrefix(text, "00") {
		text = "+" + text[2:]
	}
	if n, err := phonenumbers.Parse(text, ""); err == nil {
		return phonenumbers.Format(n, phonenumbers.E164)
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// callingCodes are the countries' calling codes of the phones, "+44".
func callingCodes(c apipnr.Contact) (list []string) {
	for _, p := range c.Phones {
		if n, err := phonenumbers.Parse(phone(p), ""); err == nil {
			list = append(list, "+"+strconv.Itoa(int(n.GetCountryCode())))
		}
	}
	return list
}

func domains(c apipnr.Contact) (list []string) {
	for _, e := range c.Emails {
		if _, domain, ok := strings.Cut(e, "@"); ok {
			list = append(list, domain)
		}
	}
	return list
}

func contactFields() []Field {
	from, where := at(apipnr.FieldContact), at(apipnr.FieldAddress, apipnr.FieldContact)
	return []Field{
		{Name: "phone.numbers", Type: Texts, from: from, read: ofContacts(phones)},
		{Name: "phone.calling_codes", Type: Texts, from: from, read: ofContacts(callingCodes)},
		{Name: "phone.flights_before", Type: Number, History: true, read: shared(MarkPhone, func(s Shared) int { return s.Flights })},
		{Name: "phone.other_people", Type: Number, History: true, read: shared(MarkPhone, func(s Shared) int { return s.Others })},
		{Name: "phone.confirmed_before", Type: Number, History: true, read: shared(MarkPhone, func(s Shared) int { return s.Confirmed })},
		{Name: "email.addresses", Type: Texts, from: from, read: ofContacts(func(c apipnr.Contact) []string { return c.Emails })},
		{Name: "email.domains", Type: Texts, from: from, read: ofContacts(domains)},
		{Name: "email.flights_before", Type: Number, History: true, read: shared(MarkEmail, func(s Shared) int { return s.Flights })},
		{Name: "email.other_people", Type: Number, History: true, read: shared(MarkEmail, func(s Shared) int { return s.Others })},
		{Name: "email.confirmed_before", Type: Number, History: true, read: shared(MarkEmail, func(s Shared) int { return s.Confirmed })},
		{Name: "address.texts", Type: Texts, from: where, read: addresses},
		{Name: "address.countries", Type: Texts, from: where, read: ofContacts(func(c apipnr.Contact) []string { return []string{c.Country} })},
		{Name: "loyalty.numbers", Type: Texts, from: at(apipnr.FieldLoyalty), read: loyalty(func(l apipnr.Loyalty) string { return l.Carrier + l.Number })},
		{Name: "loyalty.carriers", Type: Texts, from: at(apipnr.FieldLoyalty), read: loyalty(func(l apipnr.Loyalty) string { return l.Carrier })},
		{Name: "loyalty.levels", Type: Texts, from: at(apipnr.FieldLoyalty), read: loyalty(func(l apipnr.Loyalty) string { return l.Level })},
		{Name: "loyalty.other_people", Type: Number, History: true, read: shared(MarkLoyalty, func(s Shared) int { return s.Others })},
	}
}

func addresses(f *Facts) ref.Val {
	list := f.collect(func(t *apipnr.Traveller) []string { return []string{t.Address} })
	for _, c := range f.contacts() {
		list = append(list, c.Address)
	}
	return several(list, f.booked() != nil || len(strings.Join(list, "")) > 0)
}

func loyalty(of func(apipnr.Loyalty) string) func(*Facts) ref.Val {
	return ofBooking(func(_ *Facts, b *apipnr.Reservation) ref.Val {
		var list []string
		for _, l := range b.Loyalty {
			list = append(list, of(l))
		}
		return several(list, true)
	})
}

func carriedFields() []Field {
	from := at(apipnr.FieldBags)
	return []Field{
		{Name: "bag.count", Type: Number, from: from, read: bagCount},
		{Name: "bag.weight", Type: Amount, from: from, read: bagWeight},
		{Name: "bag.tags", Type: Texts, from: from, read: func(f *Facts) ref.Val {
			list := f.collect(func(t *apipnr.Traveller) (tags []string) {
				for _, b := range t.Bags {
					tags = append(tags, b.Tags...)
				}
				return tags
			})
			return several(list, len(list) > 0)
		}},
		{Name: "bag.pooled", Type: YesNo, from: from, read: pooled},
		{Name: "seat.numbers", Type: Texts, from: at(apipnr.FieldSeat), read: seats(func(s apipnr.Seat) string { return s.Seat })},
		{Name: "seat.cabins", Type: Texts, from: at(apipnr.FieldSeat), read: seats(func(s apipnr.Seat) string { return s.Cabin })},
	}
}

// bags are the rows that speak of this flight: those of no leg, and those of its leg.
func (f *Facts) bags() (list []apipnr.Bag) {
	for _, t := range f.travellers() {
		for _, b := range t.Bags {
			if b.Origin == "" || b.PrimeFlight || b.Origin == f.Flight.Origin && b.Destination == f.Flight.Destination {
				list = append(list, b)
			}
		}
		if len(list) > 0 {
			return list
		}
	}
	return nil
}

func bagCount(f *Facts) ref.Val {
	sum, told := 0, false
	for _, b := range f.bags() {
		if b.Count != nil {
			sum, told = sum+*b.Count, true
		}
	}
	return number(sum, told)
}

func bagWeight(f *Facts) ref.Val {
	sum, told := 0.0, false
	for _, b := range f.bags() {
		if b.WeightKG != nil {
			sum, told = sum+*b.WeightKG, true
		}
	}
	if !told {
		return none()
	}
	return types.Double(sum)
}

func pooled(f *Facts) ref.Val {
	list := f.bags()
	for _, b := range list {
		if b.Pool != "" {
			return yes(true, true)
		}
	}
	return yes(false, len(list) > 0)
}

func seats(of func(apipnr.Seat) string) func(*Facts) ref.Val {
	return func(f *Facts) ref.Val {
		list := f.collect(func(t *apipnr.Traveller) (all []string) {
			for _, s := range t.Seats {
				all = append(all, of(s))
			}
			return all
		})
		return several(list, len(list) > 0)
	}
}
