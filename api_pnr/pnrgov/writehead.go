package pnrgov

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/traveldoc"
)

// code reports whether a text is of capitals and digits, of a length.
func code(s string, least, most int) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// printable reports whether a text can be sent: without control characters, and without spaces at its ends.
func printable(s string) bool {
	return s != "" && s == strings.TrimSpace(s) && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) < 0
}

// nominal reports whether a text is a name that DOCS and TIF can carry: no digits, no strokes.
func nominal(s string) bool {
	return printable(s) && !blank(s) && !strings.ContainsAny(s, "/0123456789") && untitled(s) == s && !strings.Contains(s, "  ")
}

// stampOut is "2010-12-06T10:10:00" as date and time of PADIS.
func stampOut(s string) (date, clock string, err error) {
	day, rest, timed := strings.Cut(s, "T")
	d, err := traveldoc.ParseDate(day)
	if err != nil || d.Precision() != traveldoc.PrecisionDay || d.Year() < 2000 || d.Year() > 2099 {
		return "", "", errors.New("a day of this century expected")
	}
	date = fmt.Sprintf("%02d%02d%02d", d.Day(), d.Month(), d.Year()%100)
	if !timed {
		return date, "", nil
	}
	clock = strings.ReplaceAll(rest, ":", "")
	if _, _, ok := minuteOf(clock); !ok {
		return "", "", errors.New("a time expected")
	}
	return date, clock, nil
}

// scheduleOut is departure and arrival as the first element of TVL.
func scheduleOut(from, to apipnr.LocalTime) edifact.Element {
	day := func(t apipnr.LocalTime) string {
		if t.Date.IsZero() {
			return ""
		}
		return fmt.Sprintf("%02d%02d%02d", t.Date.Day(), t.Date.Month(), t.Date.Year()%100)
	}
	clock := func(t apipnr.LocalTime) string {
		if !t.HasTime {
			return ""
		}
		return fmt.Sprintf("%02d%02d", t.Minute/60, t.Minute%60)
	}
	return edifact.E(day(from), clock(from), day(to), clock(to))
}

// services writes those SSR that are read into nothing else, with references.
func (w *writer) services() error {
	for i, s := range w.r.Services {
		if s.Code == "OSI" || s.Code == "FAR" || s.Code == "EBD" {
			continue
		}
		if !code(s.Code, 1, 4) || !code(s.Status, 0, 3) || !code(s.Carrier, 0, 3) || !code(s.Leg, 0, 6) || len(s.Leg)%3 != 0 ||
			s.Text != "" && !printable(s.Text) {
			return fmt.Errorf("service %d: codes and a text expected", i+1)
		}
		from, to := s.Leg[:min(3, len(s.Leg))], s.Leg[min(3, len(s.Leg)):]
		elements := []edifact.Element{edifact.E(s.Code, s.Status, "", s.Carrier, "", "", from, to, s.Text)}
		if at := w.local(s.Traveller); at >= 0 {
			elements = append(elements, edifact.E("", "", w.refs[at]))
		}
		w.Segment(tagSSR, elements...)
	}
	return w.elsewhere()
}

// local is a traveller's index in the record, -1.
func (w *writer) local(traveller int) int {
	return slices.Index(w.r.Travellers, traveller)
}

// texts writes OSI and fares of a traveller, of the record for -1.
func (w *writer) texts(traveller int) {
	for _, s := range w.r.Services {
		if w.local(s.Traveller) != traveller {
			continue
		}
		switch s.Code {
		case "OSI", "EBD":
			w.Segment(tagIFT, edifact.E("4", "28", "", s.Carrier), edifact.E(s.Text))
		case "FAR":
			w.Segment(tagFAR, edifact.E(s.Status), nil, nil, nil, nil, edifact.E(s.Text))
		}
	}
}

func (w *writer) originator() {
	if w.r.Cancelled {
		w.Segment(tagORG)
	}
	if a := w.r.Agency; a != nil {
		w.Segment(tagORG, edifact.E(a.System, a.Place), edifact.E(a.IATA), nil, nil, edifact.E(a.Kind), edifact.E(a.Country, a.Currency),
			edifact.E(a.Agent))
	}
}

// contacts writes the addresses of the record; those of payers stand with their payments.
func (w *writer) contacts() error {
	for i := range w.r.Payments {
		payer := w.r.Payments[i].Payer
		for j := range w.r.Contacts {
			if payer != "" && !w.used[j] && w.r.Contacts[j].Name == payer {
				w.used[j] = true
				break
			}
		}
	}
	for i := range w.r.Contacts {
		if w.used[i] {
			continue
		}
		if err := w.contact(&w.r.Contacts[i]); err != nil {
			return fmt.Errorf("contact %d: %w", i+1, err)
		}
	}
	clear(w.used)
	return nil
}

func (w *writer) contact(c *apipnr.Contact) error {
	if err := checkContact(c); err != nil {
		return err
	}
	if c.Name != "" {
		w.payer(c)
		return nil
	}
	if c.Address != "" || len(c.Phones) > 0 {
		address, country := c.Address, ""
		if len(c.Country) > 0 && strings.HasSuffix(address, ", "+c.Country) {
			address, country = strings.TrimSuffix(address, ", "+c.Country), c.Country
		}
		w.Segment(tagADD, nil, edifact.E("700", address, "", "", "", country, "", strings.Join(c.Phones, "/")))
	}
	for _, e := range c.Emails {
		w.Segment(tagADD, nil, edifact.E("700", "", "", "", "", "", "", "CTCE "+escaped(e)))
	}
	return nil
}

// payer writes who paid.
func (w *writer) payer(c *apipnr.Contact) {
	elements := []edifact.Element{edifact.E("4", "43"), edifact.E(c.Name), edifact.E(c.Address), edifact.E(strings.Join(c.Phones, "/"))}
	for _, e := range c.Emails {
		elements = append(elements, edifact.E(escaped(e)))
	}
	w.Segment(tagIFT, elements...)
}

// checkContact refuses what would be read as something else.
func checkContact(c *apipnr.Contact) error {
	var r reader
	read := r.phones(strings.Join(c.Phones, "/"))
	if len(c.Phones) > 0 && !slices.Equal(read, c.Phones) {
		return errors.New("telephone numbers expected")
	}
	for _, e := range c.Emails {
		if email(escaped(e)) != e || !printable(e) || masked(e) != e {
			return errors.New("an e-mail address expected")
		}
	}
	for _, text := range [...]string{c.Name, c.Address} {
		if text != "" && (!printable(text) || masked(text) != text) {
			return errors.New("a text expected")
		}
	}
	return nil
}

// escaped is an e-mail address as reservation systems send it.
func escaped(address string) string {
	return strings.NewReplacer("@", "//", "_", "..", "-", "./").Replace(address)
}

func (w *writer) loyalty(traveller int) {
	for _, l := range w.r.Loyalty {
		if w.local(l.Traveller) == traveller {
			w.Segment(tagFTI, edifact.E(l.Carrier, l.Number, "", "", l.Level))
		}
	}
}

// elsewhere writes the seats of legs that are not in the itinerary.
func (w *writer) elsewhere() error {
	for i, at := range w.r.Travellers {
		for _, s := range w.m.Travellers[at].Seats {
			if seatOf(s.Seat) != s.Seat || !code(s.Origin, 0, 3) || !code(s.Destination, 0, 3) {
				return errors.New("seat: row and letter, and places expected")
			}
			if w.legOf(s.Origin, s.Destination) < 0 {
				w.seat(s, w.refs[i], "")
			}
		}
	}
	return nil
}

func (w *writer) seat(s apipnr.Seat, ref, carrier string) {
	w.Segment(tagSSR, edifact.E("SEAT", "HK", "1", carrier, "", "", s.Origin, s.Destination), edifact.E(s.Seat, "", ref))
}

// legOf is the first leg between two places, -1.
func (w *writer) legOf(from, to string) int {
	return slices.IndexFunc(w.r.Flights, func(f apipnr.Flight) bool { return f.Origin == from && f.Destination == to })
}
