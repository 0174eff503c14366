package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// ticket reads TKT: GR.3 of a ticket begins.
func (r *reader) ticket(s *edifact.Segment) {
	w := &r.record
	w.ticket, w.currency = -1, ""
	party := r.inGroup()
	for i := range s.Elements() {
		number := strings.TrimSpace(s.Text(i, 0))
		if number == "" && i > 0 {
			continue
		}
		if w.ticket < 0 {
			w.ticket = len(w.pnr.Tickets)
		}
		if number != "" {
			w.at.note(s, apipnr.FieldTicket, len(w.pnr.Tickets), i, 0)
		}
		r.spend(1)
		w.links = append(w.links, link{linkTicket, len(w.pnr.Tickets), party})
		w.pnr.Tickets = append(w.pnr.Tickets, apipnr.Ticket{Number: number, Traveller: -1})
	}
}

// amounts reads MON: T is the total, B the fare without taxes.
func (r *reader) amounts(s *edifact.Segment) {
	w := &r.record
	for i := range s.Elements() {
		kind, amount := clean(s.Text(i, 0)), strings.TrimSpace(s.Text(i, 1))
		if currency := clean(s.Text(i, 2)); currency != "" {
			w.currency = currency
		}
		if w.ticket < 0 || amount == "" {
			continue
		}
		t := &w.pnr.Tickets[w.ticket]
		if kind == "T" || t.Fare == "" {
			t.Fare, t.Currency = amount, w.currency
		}
	}
}

// payment reads FOP: form, indicator, amount, vendor, number, expiry. The number is masked here and never kept.
func (r *reader) payment(s *edifact.Segment) {
	w := &r.record
	for i := range s.Elements() {
		p := apipnr.Payment{
			Form: clean(s.Text(i, 0)), Amount: strings.TrimSpace(s.Text(i, 2)), Vendor: clean(s.Text(i, 3)),
			Card: card(s.Text(i, 4)), Expiry: strings.TrimSpace(s.Text(i, 5)),
		}
		if p == (apipnr.Payment{}) {
			continue
		}
		p.Currency = w.currency
		r.spend(1)
		w.payment = len(w.pnr.Payments)
		w.at.note(s, apipnr.FieldPayment, w.payment, i, 0)
		w.pnr.Payments = append(w.pnr.Payments, p)
	}
}

// payer reads IFT 4:43, who paid: name, address, telephone number.
func (r *reader) payer(s *edifact.Segment) {
	w := &r.record
	name := masked(strings.TrimSpace(s.Rest(1, 0)))
	if w.payment >= 0 && w.pnr.Payments[w.payment].Payer == "" {
		w.pnr.Payments[w.payment].Payer = name
	}
	c := apipnr.Contact{Name: name, Address: masked(strings.TrimSpace(s.Rest(2, 0)))}
	for i := 3; i < s.Elements(); i++ {
		r.fill(&c, "", masked(strings.TrimSpace(s.Rest(i, 0))))
	}
	if c.Name+c.Address != "" || c.Phones != nil {
		w.at.note(s, apipnr.FieldContact, len(w.pnr.Contacts), 1, 0)
		w.pnr.Contacts = append(w.pnr.Contacts, c)
	}
}

// fare reads FAR, whose free text is kept ("MIL24").
func (r *reader) fare(s *edifact.Segment) {
	w := &r.record
	for i := s.Elements() - 1; i > 0; i-- {
		if text := strings.TrimSpace(s.Text(i, 0)); text != "" {
			w.links = append(w.links, link{linkService, len(w.pnr.Services), r.inGroup()})
			w.pnr.Services = append(w.pnr.Services, apipnr.Service{Code: "FAR", Status: clean(s.Text(0, 0)), Text: text, Traveller: -1})
			return
		}
	}
}
