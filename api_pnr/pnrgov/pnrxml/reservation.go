package pnrxml

import (
	"strconv"
	"strings"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
	"github.com/openbmis/openbmis/traveldoc"
)

// reservation reads PNR.
func (r *reader) reservation(n *node) {
	p := apipnr.Reservation{Travellers: []int{}, Flights: []apipnr.Flight{}}
	p.Created, p.Changed = r.instant(n, "pnrcreationdate"), r.instant(n, "pnrtransdate")
	p.Booked = p.Created
	p.Origins = append(p.Origins, n.origin(apipnr.FieldCreated, 0))
	b := &booking{reader: r, p: &p, index: len(r.out.Reservations), first: len(r.out.Travellers)}
	n.each("bookingrefid", b.locator)
	if p.Locator == "" {
		r.report(n, apipnr.CodeSegmentMissing, apipnr.Warning, "BookingRefID expected: no locator")
	}
	n.each("flight", b.leg)
	n.each("passenger", b.passenger)
	for i, leg := range b.legs {
		b.onLeg(leg, &p.Flights[i])
	}
	for _, c := range n.children {
		b.other(c)
	}
	b.infants()
	n.each("passenger", b.documents)
	if len(p.Flights) > 0 {
		p.Origin = p.Flights[0].Origin
	}
	r.out.Reservations = append(r.out.Reservations, p)
}

// booking is a reservation while it is read.
type booking struct {
	*reader
	p     *apipnr.Reservation
	index int
	first int // index of its first traveller
	legs  []*node
	seen  int // passengers whose documents were read
	refs  map[string]int
	inft  []infantNote
}

func (b *booking) locator(n *node) {
	locator, carrier := upper(n.attr("id")), upper(n.child("companyname").attr("code"))
	switch {
	case locator == "":
	case b.p.Locator == "":
		b.p.Locator, b.p.Carrier = locator, carrier
		b.p.Origins = append(b.p.Origins, n.origin(apipnr.FieldLocator, 0))
	default:
		b.p.Others = append(b.p.Others, strings.TrimSpace(carrier+" "+locator))
	}
}

// other reads what stands beside passengers and flights.
func (b *booking) other(n *node) {
	switch n.name {
	case "bookingrefid", "flight", "passenger":
	case "pos":
		n.each("source", b.agency)
	case "contactinfo":
		if c, ok := contact(n); ok {
			b.p.Origins = append(b.p.Origins, n.origin(apipnr.FieldContact, len(b.p.Contacts)))
			b.p.Contacts = append(b.p.Contacts, c)
		}
	case "prepaidbag":
		b.p.Services = append(b.p.Services, apipnr.Service{
			Code: "EBD", Text: join(n.attr("unitofmeasurequantity"), n.attr("unitofmeasurecode"), n.attr("amount"), n.attr("currencycode"),
				n.attr("bagdestination")), Traveller: -1,
		})
	case "ssr":
		b.service(n, -1, nil)
	case "osi", "text", "comment", "comments", "remark", "remarks", "generalremark":
		b.p.Remarks = append(b.p.Remarks, pnrgov.MaskText(n.all()))
	default:
		b.p.Unread = append(b.p.Unread, pnrgov.MaskText(n.name+" "+n.all()))
		b.report(n, apipnr.CodeSegmentUnknown, apipnr.Warning, "element "+n.name+" is not known, its text is kept")
	}
}

// all is all text of an element and its attributes, in one line.
func (n *node) all() string {
	parts := make([]string, 0, 8)
	var add func(*node)
	add = func(n *node) {
		for _, a := range n.attrs {
			parts = append(parts, a.value)
		}
		parts = append(parts, strings.TrimSpace(n.text))
		for _, c := range n.children {
			add(c)
		}
	}
	add(n)
	return join(parts...)
}

// join joins texts by a space, without the empty ones.
func join(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

func upper(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

func (b *booking) agency(n *node) {
	if b.p.Agency != nil {
		return
	}
	requestor := n.child("requestorid")
	b.p.Agency = &apipnr.Agency{
		System: upper(n.attr("airlinevendorid")), Place: upper(n.attr("airportcode", "pseudocitycode")), IATA: requestor.attr("id"),
		Agent: n.attr("agentsine"), Country: upper(n.attr("isocountry")), Currency: upper(n.attr("isocurrency")),
		Kind: upper(requestor.attr("type")),
	}
	b.p.Origins = append(b.p.Origins, n.origin(apipnr.FieldAgency, 0))
}

// contact reads ContactInfo.
func contact(n *node) (apipnr.Contact, bool) {
	c := apipnr.Contact{Country: upper(n.child("countryname").attr("code"))}
	if c.Country == "" {
		c.Country = n.attr("countryname")
	}
	parts := []string{}
	for _, name := range [...]string{"streetnmbr", "addressline", "cityname", "stateprov", "postalcode", "countryname"} {
		n.each(name, func(line *node) {
			if text := strings.TrimSpace(line.text); text != "" && text != "-" {
				parts = append(parts, text)
			}
		})
	}
	c.Address = strings.Join(parts, ", ")
	c.Phones = pnrgov.Phones(n.attr("phonenumber"))
	if e := n.attr("emailaddress", "email"); strings.Contains(e, "@") {
		c.Emails = []string{e}
	}
	return c, c.Address != "" || c.Phones != nil || c.Emails != nil
}

// leg reads Flight of a reservation. Marketing and operating carrier stand in elements of their own.
func (b *booking) leg(n *node) {
	f := b.flight(n, apipnr.BookedLeg)
	b.p.Flights = append(b.p.Flights, f)
	b.legs = append(b.legs, n)
}

// flight reads FlightLeg or Flight.
func (r *reader) flight(n *node, role apipnr.FlightRole) apipnr.Flight {
	f := apipnr.Flight{
		Carrier: upper(n.attr("carriercode")), Origin: upper(n.child("departureairport").attr("locationcode")),
		Destination: upper(n.child("arrivalairport").attr("locationcode")), Role: role,
	}
	sent := n.attr("flightnumber")
	if marketing := n.child("marketingairline"); marketing != nil {
		f.Carrier = upper(marketing.attr("code"))
		if own := marketing.attr("flightnumber"); own != "" {
			sent = own
		}
	}
	if sent != "" {
		number, suffix, ok := apipnr.FlightNumber(sent)
		f.Number, f.Suffix = number, suffix
		if !ok && number != "OPEN" {
			r.report(n, apipnr.CodeFlightNumber, apipnr.Warning, "flight number expected")
		}
	}
	if operating := n.child("operatingairline"); operating != nil {
		r.operating(&f, operating)
	}
	f.Departure, f.Arrival = r.local(n, "departuredatetime"), r.local(n, "arrivaldatetime")
	if role == apipnr.BookedLeg {
		f.Class, f.Status = upper(n.attr("resbookdesigcode")), upper(n.attr("status"))
	}
	for _, field := range [...]apipnr.Field{
		apipnr.FieldCarrier, apipnr.FieldFlightNumber, apipnr.FieldOrigin, apipnr.FieldDestination, apipnr.FieldDeparture, apipnr.FieldArrival,
	} {
		f.Origins = append(f.Origins, n.origin(field, 0))
	}
	return f
}

func (r *reader) operating(f *apipnr.Flight, n *node) {
	d := apipnr.Designator{Carrier: upper(n.attr("code"))}
	if sent := n.attr("flightnumber"); sent != "" {
		d.Number, d.Suffix, _ = apipnr.FlightNumber(sent)
	}
	switch {
	case d.Carrier == "":
	case f.Carrier == "" || f.Carrier == d.Carrier && (d.Number == "" || d.Number == f.Number):
		f.Carrier = d.Carrier
		if f.Number == "" {
			f.Number, f.Suffix = d.Number, d.Suffix
		}
	default:
		f.Operating = &d
	}
}

// Layouts of dates and times that are met.
var layouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05",
	"2006-01-02 15:04:05Z07:00", "2006-01-02",
}

// parseTime reads a date and perhaps a time.
func parseTime(text string) (at time.Time, timed, ok bool) {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil && at.Year() > 0 {
			return at, len(layout) > len("2006-01-02"), true
		}
	}
	return time.Time{}, false, false
}

// local reads a time at a place: its zone, if one is said, is not used.
func (r *reader) local(n *node, name string) apipnr.LocalTime {
	text := n.attr(name)
	if text == "" {
		return apipnr.LocalTime{}
	}
	at, timed, ok := parseTime(text)
	if !ok {
		r.report(n, apipnr.CodeDateUnreadable, apipnr.Warning, name+": YYYY-MM-DDTHH:MM:SS expected")
		return apipnr.LocalTime{}
	}
	t := apipnr.LocalTime{Date: traveldoc.DateOf(at), HasTime: timed}
	if timed {
		t.Minute = at.Hour()*60 + at.Minute()
	}
	return t
}

// instant reads a time in UTC.
func (r *reader) instant(n *node, name string) string {
	text := n.attr(name)
	if text == "" {
		return ""
	}
	at, timed, ok := parseTime(text)
	switch {
	case !ok:
		r.report(n, apipnr.CodeDateUnreadable, apipnr.Warning, name+": YYYY-MM-DDTHH:MM:SS expected")
		return ""
	case !timed:
		return at.Format("2006-01-02")
	}
	return at.UTC().Format("2006-01-02T15:04:05")
}

// number reads a count; nil when there is none.
func number(text string) *int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return nil
	}
	return &n
}
