package pnrgov

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/traveldoc"
)

// traveller writes GR.2.
func (w *writer) traveller(at int) error {
	t := &w.m.Travellers[w.r.Travellers[at]]
	if !nominal(t.Surname) || t.GivenNames != "" && !nominal(t.GivenNames) {
		return errors.New("name: letters expected, without a title")
	}
	w.name(t, w.refs[at])
	w.loyalty(at)
	w.texts(at)
	if ref := t.Raw["reference"]; printable(ref) {
		w.Segment(tagREF, edifact.E("", ref))
	}
	if err := w.reach(t.Contact); err != nil {
		return err
	}
	for _, b := range t.Bags {
		if b.Source == "EBD" && b.Count != nil {
			w.Segment(tagEBD, nil, edifact.E(strconv.Itoa(*b.Count), "", "N"))
		}
	}
	if err := w.documents(t, w.refs[at]); err != nil {
		return err
	}
	if at == 0 {
		if err := w.payments(func(p apipnr.Payment) bool { return p.Currency == "" }, ""); err != nil {
			return err
		}
	}
	currency, err := w.tickets(at)
	if err != nil || at != 0 {
		return err
	}
	return w.payments(func(p apipnr.Payment) bool { return p.Currency != "" }, currency)
}

// name writes TIF.
func (w *writer) name(t *apipnr.Traveller, ref string) {
	surname := t.Surname
	if len(surname) == 1 {
		surname += surname
	}
	kind := map[string]string{apipnr.Adult: "A", apipnr.Child: "C", apipnr.Infant: "IN", apipnr.Party: "G"}[t.AgeGroup]
	w.Segment(tagTIF, edifact.E(surname), edifact.E(t.GivenNames, kind, ref))
}

// reach writes how a traveller is reached.
func (w *writer) reach(c *apipnr.Contact) error {
	if c == nil {
		return nil
	}
	if err := checkContact(c); err != nil {
		return fmt.Errorf("contact: %w", err)
	}
	if c.Address != "" {
		own := apipnr.Contact{Address: c.Address, Country: c.Country}
		if err := w.contact(&own); err != nil {
			return err
		}
	}
	for _, phone := range c.Phones {
		w.Segment(tagIFT, edifact.E("4", "28"), edifact.E("CTCM "+phone))
	}
	for _, e := range c.Emails {
		w.Segment(tagIFT, edifact.E("4", "28"), edifact.E("CTCE "+escaped(e)))
	}
	return nil
}

// documents writes DOCS, DOCO and DOCA of a traveller.
func (w *writer) documents(t *apipnr.Traveller, ref string) error {
	for _, text := range [...]string{t.BirthPlace, t.Address} {
		if text != "" && (!printable(text) || strings.Contains(text, "/")) {
			return errors.New("places and codes expected, without strokes")
		}
	}
	if !code(t.Nationality, 0, 3) || !code(t.Residence, 0, 3) {
		return errors.New("codes of States expected")
	}
	told := false
	place := t.BirthPlace
	for i, d := range t.Documents {
		if !code(d.Number, 1, 35) || !code(d.Type, 0, 2) || !code(d.Issuer, 0, 3) || d.IssuePlace != "" && (!printable(d.IssuePlace) ||
			strings.Contains(d.IssuePlace, "/")) {
			return fmt.Errorf("document %d: letters and digits expected", i+1)
		}
		if d.Source == "DOCO" {
			w.text("DOCO", ref, "", place, d.Type, d.Number, d.IssuePlace, w.date(d.Issued, textDate.near), d.Issuer)
			place = ""
			continue
		}
		told = true
		w.docs(t, ref, d)
	}
	if !told && (t.Sex != "" || t.Nationality != "" || !t.BirthDate.IsZero()) {
		w.docs(t, ref, apipnr.Document{})
	}
	if t.Address != "" {
		w.text("DOCA", ref, "", "D", "", t.Address)
	}
	return nil
}

func (w *writer) docs(t *apipnr.Traveller, ref string, d apipnr.Document) {
	sex := t.Sex
	if t.AgeGroup == apipnr.Infant && (sex == "M" || sex == "F") {
		sex += "I"
	}
	w.text("DOCS", ref, "", d.Type, d.Issuer, d.Number, t.Nationality, w.date(t.BirthDate, textDate.born), sex, w.date(d.Expiry,
		textDate.near), t.Surname, t.GivenNames)
}

// text writes an SSR whose text is of parts between strokes.
func (w *writer) text(code, ref string, parts ...string) {
	w.Segment(tagSSR, edifact.E(code, "HK", "1", "", "", "", "", "", strings.Join(parts, "/")), edifact.E("", "", ref))
}

// date is DDMMMYY, or DDMMMCCYY where two digits of the year would be read as another century.
func (w *writer) date(d traveldoc.Date, century func(textDate, traveldoc.Date) (traveldoc.Date, bool)) string {
	if d.Precision() != traveldoc.PrecisionDay {
		return ""
	}
	short := fmt.Sprintf("%02d%s%02d", d.Day(), months[d.Month()-1], d.Year()%100)
	if read, ok := airimp(short); ok {
		if found, ok := century(read, w.day); ok && found == d {
			return short
		}
	}
	return fmt.Sprintf("%02d%s%04d", d.Day(), months[d.Month()-1], d.Year())
}

// tickets writes GR.3 of each ticket, and gives the currency of the last.
func (w *writer) tickets(at int) (currency string, err error) {
	for i, t := range w.r.Tickets {
		if w.local(t.Traveller) != at {
			continue
		}
		if t.Number != "" && !code(t.Number, 1, 20) || !code(t.Currency, 0, 3) || strings.Trim(t.Fare, "0123456789.,") != "" {
			return "", fmt.Errorf("ticket %d: digits, an amount and a currency expected", i+1)
		}
		w.Segment(tagTKT, edifact.E(t.Number, "T", "1"))
		currency = ""
		if t.Fare != "" {
			w.Segment(tagMON, edifact.E("T", t.Fare, t.Currency))
			currency = t.Currency
		}
		if t.Issued == "" {
			continue
		}
		date, clock, err := stampOut(t.Issued)
		if err != nil {
			return "", fmt.Errorf("ticket %d: issued: %w", i+1, err)
		}
		w.Segment(tagDAT, edifact.E("710", date, clock))
	}
	return currency, nil
}

// payments writes the forms of payment that want accepts.
func (w *writer) payments(want func(apipnr.Payment) bool, currency string) error {
	for i, p := range w.r.Payments {
		if !want(p) {
			continue
		}
		if !code(p.Form, 0, 3) || !code(p.Vendor, 0, 3) || !code(p.Currency, 0, 3) || card(p.Card) != p.Card || p.Card != "" &&
			!printable(p.Card) ||
			strings.Trim(p.Expiry, "0123456789") != "" || strings.Trim(p.Amount, "0123456789.,") != "" {
			return fmt.Errorf("payment %d: codes, an amount, a masked number and MMYY expected", i+1)
		}
		if p.Currency != currency {
			w.Segment(tagMON, edifact.E("T", "", p.Currency))
			currency = p.Currency
		}
		w.Segment(tagFOP, edifact.E(p.Form, "", p.Amount, p.Vendor, p.Card, p.Expiry))
		if p.Payer == "" {
			continue
		}
		c := apipnr.Contact{Name: p.Payer}
		for j := range w.r.Contacts {
			if !w.used[j] && w.r.Contacts[j].Name == p.Payer {
				c, w.used[j] = w.r.Contacts[j], true
				break
			}
		}
		if err := checkContact(&c); err != nil {
			return fmt.Errorf("payer %d: %w", i+1, err)
		}
		w.payer(&c)
	}
	return nil
}
