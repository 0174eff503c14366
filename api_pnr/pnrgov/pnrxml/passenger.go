package pnrxml

import (
	"math"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
	"github.com/openbmis/openbmis/traveldoc"
)

// passenger reads Passenger, but for its documents.
func (b *booking) passenger(n *node) {
	at := len(b.out.Travellers)
	t := apipnr.Traveller{
		Surname: n.attr("surname"), Kind: apipnr.Passenger, Ref: n.attr("rph"), Locator: b.p.Locator, Reservation: b.index,
		Documents: []apipnr.Document{}, Seats: []apipnr.Seat{}, Bags: []apipnr.Bag{},
	}
	given := []string{}
	n.each("givenname", func(g *node) { given = append(given, strings.TrimSpace(g.text)) })
	sent := strings.Join(given, " ")
	t.GivenNames = pnrgov.Untitled(sent)
	if t.GivenNames != sent {
		t.Raw = map[string]string{"given_names": sent}
	}
	if t.Surname == "" && sent == "" {
		b.report(n, apipnr.CodeTraveller, apipnr.Warning, "Passenger without a name")
	}
	t.AgeGroup = ageGroup(upper(n.child("fareinfo").attr("ptccode")))
	t.Origins = []apipnr.Origin{n.origin(apipnr.FieldSurname, 0), n.origin(apipnr.FieldGivenNames, 0), n.origin(apipnr.FieldRef, 0)}
	b.p.Travellers = append(b.p.Travellers, at)
	b.out.Travellers = append(b.out.Travellers, t)
	for _, c := range n.children {
		b.ofPassenger(c, at)
	}
}

// ageGroup is that of a passenger type code.
func ageGroup(ptc string) string {
	switch ptc {
	case "ADT":
		return apipnr.Adult
	case "CHD", "CNN":
		return apipnr.Child
	case "INF", "INS":
		return apipnr.Infant
	}
	return ""
}

func (b *booking) ofPassenger(n *node, at int) {
	t := &b.out.Travellers[at]
	switch n.name {
	case "givenname", "surname", "docssr":
	case "custloyalty":
		if number := n.attr("membershipid"); number != "" {
			b.p.Origins = append(b.p.Origins, n.origin(apipnr.FieldLoyalty, len(b.p.Loyalty)))
			b.p.Loyalty = append(b.p.Loyalty, apipnr.Loyalty{
				Carrier: upper(n.attr("programid")), Number: number, Level: n.attr("loyallevel", "loyallevelcode"), Traveller: at,
			})
		}
	case "excessbaggage":
		row := apipnr.Bag{Count: number(n.attr("sequencecount")), WeightKG: weight(n), Pool: pool(n.attr("baggagepool")),
			Carrier: upper(n.attr("issuercode")), Source: "EBD"}
		t.Origins = append(t.Origins, n.origin(apipnr.FieldBags, len(t.Bags)))
		t.Bags = append(t.Bags, row)
	case "fareinfo":
		if basis := n.attr("farebasis"); basis != "" {
			b.p.Services = append(b.p.Services, apipnr.Service{Code: "FAR", Text: basis, Traveller: at})
		}
	case "ssr":
		b.service(n, at, nil)
	case "contactinfo":
		if c, ok := contact(n); ok {
			t.Contact = &c
			t.Origins = append(t.Origins, n.origin(apipnr.FieldContact, 0))
		}
	case "ticketdocument":
		b.ticket(n, at)
	default:
		b.p.Unread = append(b.p.Unread, pnrgov.MaskText(n.name+" "+n.all()))
		b.report(n, apipnr.CodeSegmentUnknown, apipnr.Warning, "element "+n.name+" is not known, its text is kept")
	}
}

// service reads SSR: seats into seats, all else as it is.
func (b *booking) service(n *node, at int, leg *apipnr.Flight) {
	code, text := upper(n.attr("ssrcode", "code")), n.attr("text")
	if at < 0 {
		at = b.of(n)
	}
	from, to := upper(n.attr("boardpoint")), upper(n.attr("offpoint"))
	if leg != nil && from+to == "" {
		from, to = leg.Origin, leg.Destination
	}
	seat := pnrgov.SeatOf(n.attr("seatnumber", "seat"))
	if seat == "" && (code == "SEAT" || code == "NSST" || code == "RQST") {
		seat = pnrgov.SeatOf(text)
	}
	if seat != "" && at >= 0 {
		t := &b.out.Travellers[at]
		t.Origins = append(t.Origins, n.origin(apipnr.FieldSeat, len(t.Seats)))
		t.Seats = append(t.Seats, apipnr.Seat{Seat: seat, Cabin: upper(n.attr("cabin", "cabintype")), Origin: from, Destination: to,
			Source: "SSR"})
		return
	}
	if code == "INFT" && !pnrgov.Cancelled(upper(n.attr("status"))) {
		b.inft = append(b.inft, infantNote{node: n, adult: at})
	}
	b.p.Services = append(b.p.Services, apipnr.Service{
		Code: code, Status: upper(n.attr("status")), Carrier: upper(n.child("airline").attr("code")), Text: pnrgov.MaskText(text),
		Leg: from + to, Traveller: at,
	})
}

// of is the traveller whom an element refers to, -1.
func (b *booking) of(n *node) int {
	ref := n.attr("rph", "travelerrefnumber")
	if ref == "" {
		return -1
	}
	if b.refs == nil {
		b.refs = make(map[string]int, len(b.p.Travellers))
		for _, at := range b.p.Travellers {
			if _, taken := b.refs[b.out.Travellers[at].Ref]; !taken {
				b.refs[b.out.Travellers[at].Ref] = at
			}
		}
	}
	if at, ok := b.refs[ref]; ok {
		return at
	}
	return -1
}

func (b *booking) ticket(n *node, at int) {
	t := apipnr.Ticket{
		Number: n.attr("ticketdocumentnbr"), Traveller: at, Fare: n.child("totalfare").attr("amount"),
		Currency: upper(n.child("totalfare").attr("currencycode")),
		Issued:   b.instant(n, "dateofissue"),
	}
	b.p.Origins = append(b.p.Origins, n.origin(apipnr.FieldTicket, len(b.p.Tickets)))
	b.p.Tickets = append(b.p.Tickets, t)
	if b.out.Travellers[at].Ticket == "" {
		b.out.Travellers[at].Ticket = t.Number
	}
	n.each("paymentinfo", func(n *node) {
		b.p.Origins = append(b.p.Origins, n.origin(apipnr.FieldPayment, len(b.p.Payments)))
		b.p.Payments = append(b.p.Payments, apipnr.Payment{
			Form: upper(n.attr("paymenttype")), Card: pnrgov.MaskCard(n.attr("accountnbr")), Vendor: upper(n.attr("vendorcode")),
			Expiry: n.attr("expirydate"),
			Amount: n.attr("paymentamount"), Currency: t.Currency, Payer: pnrgov.MaskText(n.attr("cardholdername")),
		})
	})
}

// onLeg reads what stands in a Flight: services and checked bags.
func (b *booking) onLeg(n *node, leg *apipnr.Flight) {
	n.each("ssr", func(n *node) { b.service(n, -1, leg) })
	prime := len(b.out.Flights) > 0 && b.out.Flights[0].Origin == leg.Origin && b.out.Flights[0].Destination == leg.Destination &&
		b.out.Flights[0].Departure.Date == leg.Departure.Date
	n.each("checkedbag", func(n *node) {
		row := apipnr.Bag{
			Count: number(n.attr("sequencecount", "quantity", "count")), WeightKG: weight(n), Pool: pool(n.attr("baggagepool")),
			Carrier: upper(n.attr("issuercode")),
			Origin:  leg.Origin, Destination: upper(n.attr("bagdestination", "destination")), Leg: leg.Origin + leg.Destination,
			PrimeFlight: prime, Source: "TBD",
		}
		if tag := n.attr("bagtagnbr", "tagnumber", "serialnumber"); tag != "" {
			row.Tags = []string{tag}
		}
		at := b.of(n)
		if at < 0 && len(b.p.Travellers) == 1 {
			at = b.first
		}
		if at < 0 {
			b.p.Services = append(b.p.Services, apipnr.Service{Code: "TBD", Text: n.all(), Leg: row.Leg, Traveller: -1})
			return
		}
		t := &b.out.Travellers[at]
		t.Origins = append(t.Origins, n.origin(apipnr.FieldBags, len(t.Bags)))
		t.Bags = append(t.Bags, row)
	})
}

func pool(code string) string {
	switch upper(code) {
	case "HP":
		return "head"
	case "MP":
		return "member"
	}
	return ""
}

// weight reads quantity and unit of measure (kilograms: 700, K, KG; pounds: 701, L, LB), in kilograms. Any other unit is none of weight.
func weight(n *node) *float64 {
	w, ok := pnrgov.Quantity(n.attr("unitofmeasurequantity", "weight"))
	if !ok {
		return nil
	}
	switch upper(n.attr("unitofmeasurecode")) {
	case "700", "K", "KG", "KGM":
	case "701", "L", "LB", "LBR":
		const gramsPerPound = 453.59237
		w = math.Round(w*gramsPerPound) / 1000
	default:
		return nil
	}
	return &w
}

// documents reads the documents of the next passenger: an infant's go to the infant.
func (b *booking) documents(n *node) {
	at := b.first + b.seen
	b.seen++
	n.each("docssr", func(n *node) {
		for _, c := range n.children {
			switch c.name {
			case "docs":
				b.docs(c, at)
			case "doco":
				b.doco(c, at)
			case "doca":
				b.doca(c, at)
			}
		}
	})
}

func (b *booking) docs(n *node, at int) {
	sex := upper(n.attr("gender"))
	d := apipnr.Document{
		Type: upper(n.attr("traveldoctype", "documenttype", "doctype")), Number: upper(n.attr("traveldocnbr", "documentnumber", "docid")),
		Issuer: upper(n.attr("issuingloc", "issuingcountry", "docissuecountry")), Source: "DOCS",
	}
	if (sex == "MI" || sex == "FI") && b.out.Travellers[at].AgeGroup != apipnr.Infant {
		if at = b.infant(n, at); at < 0 {
			if d.Number != "" {
				b.p.Unlinked = append(b.p.Unlinked, d)
			}
			b.report(n, apipnr.CodeDocumentLink, apipnr.Warning, "DOCS: the infant whose it is is not in the reservation")
			return
		}
	}
	t := &b.out.Travellers[at]
	d.Expiry = b.date(n, t, "expirydate")
	if born := b.date(n, t, "dateofbirth"); !born.IsZero() {
		t.BirthDate = born
		t.Origins = append(t.Origins, n.origin(apipnr.FieldBirthDate, 0))
	}
	if sex != "" && strings.Contains("MFX", sex[:1]) {
		t.Sex = sex[:1]
		t.Origins = append(t.Origins, n.origin(apipnr.FieldSex, 0))
	}
	if state := upper(n.attr("paxnationality", "nationality", "docholdernationality")); state != "" {
		t.Nationality = state
		t.Origins = append(t.Origins, n.origin(apipnr.FieldNationality, 0))
	}
	given := join(n.attr("firstgivenname"), n.attr("secondgivenname"))
	if pnrgov.SameName(n.attr("surname"), t.Surname) && len(given) > len(t.GivenNames) {
		t.GivenNames = pnrgov.Untitled(given)
	}
	b.add(n, t, d)
}

// infant is the infant of the reservation that a document names, else its only one; -1 without one.
func (b *booking) infant(n *node, adult int) int {
	only := -1
	const most = 200 // travellers that are looked through
	for i := b.first; i < min(len(b.out.Travellers), b.first+most); i++ {
		t := &b.out.Travellers[i]
		named := pnrgov.SameName(t.Surname, n.attr("surname")) && pnrgov.SameName(t.GivenNames, n.attr("firstgivenname"))
		if i != adult && named {
			return i
		}
		if t.AgeGroup == apipnr.Infant {
			if only >= 0 {
				return -1
			}
			only = i
		}
	}
	return only
}

func (b *booking) doco(n *node, at int) {
	t := &b.out.Travellers[at]
	if place := n.attr("birthlocation"); place != "" {
		t.BirthPlace = place
		t.Origins = append(t.Origins, n.origin(apipnr.FieldBirthPlace, 0))
	}
	b.add(n, t, apipnr.Document{
		Type: upper(n.attr("traveldoctype")), Number: upper(n.attr("traveldocnbr")), IssuePlace: n.attr("placeofissue"),
		Issuer: upper(n.attr("countrystate")),
		Issued: b.date(n, t, "dateofissue"), Source: "DOCO",
	})
}

func (b *booking) doca(n *node, at int) {
	t := &b.out.Travellers[at]
	parts := []string{}
	for _, name := range [...]string{"address", "cityname", "stateprovcounty", "postalcode", "country"} {
		if part := n.attr(name); part != "" {
			parts = append(parts, part)
		}
	}
	if upper(n.attr("addresstype")) == "R" {
		t.Residence = upper(n.attr("country"))
		if t.Address != "" {
			return
		}
	}
	t.Address = strings.Join(parts, ", ")
	t.Origins = append(t.Origins, n.origin(apipnr.FieldAddress, 0))
}

// add keeps a document that has a number, once.
func (b *booking) add(n *node, t *apipnr.Traveller, d apipnr.Document) {
	if d.Number == "" {
		return
	}
	for _, k := range t.Documents[:min(32, len(t.Documents))] {
		if k.Number == d.Number && k.Issuer == d.Issuer {
			return
		}
	}
	for _, f := range [...]apipnr.Field{apipnr.FieldDocumentType, apipnr.FieldDocumentNumber, apipnr.FieldDocumentIssuer,
		apipnr.FieldDocumentExpiry} {
		t.Origins = append(t.Origins, n.origin(f, len(t.Documents)))
	}
	t.Documents = append(t.Documents, d)
}

// date reads a day; what cannot be read is kept as sent.
func (b *booking) date(n *node, t *apipnr.Traveller, name string) traveldoc.Date {
	text := n.attr(name)
	if text == "" || text == "-" {
		return traveldoc.Date{}
	}
	at, _, ok := parseTime(text)
	if !ok {
		if t.Raw == nil {
			t.Raw = map[string]string{}
		}
		t.Raw[name] = text
		b.report(n, apipnr.CodeDateUnreadable, apipnr.Warning, name+": YYYY-MM-DD expected")
		return traveldoc.Date{}
	}
	return traveldoc.DateOf(at)
}
