package pnrgov

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Dial fills in the E.164 form of every telephone number of a message that is a valid one (Contact.Numbers). What was sent stays. It costs
// more than reading the whole message, which is why Read leaves it to those who need it.
func Dial(m *apipnr.Message) {
	d := dialler{known: map[string]string{}}
	for i := range m.Travellers {
		t := &m.Travellers[i]
		d.contact(t.Contact, region(m, t.Reservation))
	}
	for i := range m.Reservations {
		for j := range m.Reservations[i].Contacts {
			d.contact(&m.Reservations[i].Contacts[j], region(m, i))
		}
	}
}

// region is the country that a reservation's numbers without a country are of: the one of its only address that names one.
func region(m *apipnr.Message, reservation int) string {
	if reservation < 0 || reservation >= len(m.Reservations) {
		return ""
	}
	for _, c := range m.Reservations[reservation].Contacts {
		if len(c.Country) == 2 {
			return c.Country
		}
	}
	return ""
}

// dialler remembers numbers: a push repeats those of agencies.
type dialler struct{ known map[string]string }

func (d *dialler) contact(c *apipnr.Contact, country string) {
	if c == nil {
		return
	}
	if len(c.Country) == 2 {
		country = c.Country
	}
	c.Numbers = nil
	for _, sent := range c.Phones {
		if number := d.number(sent, country); number != "" && !slices.Contains(c.Numbers, number) {
			c.Numbers = append(c.Numbers, number)
		}
	}
}

func (d *dialler) number(sent, country string) string {
	const most = 4096 // numbers that are remembered
	key := country + " " + sent
	if number, ok := d.known[key]; ok {
		return number
	}
	number := e164(sent, country)
	if len(d.known) < most {
		d.known[key] = number
	}
	return number
}

// e164 is a number as it is dialled from anywhere; "" when it is not valid, or its country is not known.
func e164(sent, country string) string {
	if international, ok := strings.CutPrefix(sent, "00"); ok {
		sent = "+" + international
	}
	n, err := phonenumbers.Parse(sent, country)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return ""
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}
