package paxlst

import (
	"fmt"
	"strconv"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// nad opens a party: who reports, or a traveller.
func (r *reader) nad() {
	r.endTraveller()
	r.endFlight()
	code := r.text(0, 0)
	kind, known := kindOf(code)
	switch {
	case code == "MS":
		r.in = party
		r.out.Contact = r.reporter()
		r.party = r.out.Contact
	case len(r.out.Travellers) >= r.m.MostRecords():
		r.in, r.party = party, &apipnr.Contact{}
		r.report(apipnr.CodeLimit, apipnr.Failure, 0, 0, fmt.Sprintf("more than %d travellers: this one is not read", r.m.MostRecords()))
	case known || r.text(3, 1) != "" || code == "":
		if !known {
			r.unplaced(apipnr.Warning)
		}
		r.begins(kind)
	default:
		r.in, r.party = party, &apipnr.Contact{}
		r.unplaced(apipnr.Warning)
	}
}

// kindOf is what NAD 3035 says of a person; a passenger when it is not known.
func kindOf(code string) (apipnr.Kind, bool) {
	switch code {
	case "FL":
		return apipnr.Passenger, true
	case "FM":
		return apipnr.Crew, true
	case "DDU":
		return apipnr.TransitPassenger, true
	case "DDT":
		return apipnr.TransitCrew, true
	}
	return apipnr.Passenger, false
}

// reporter is who sent the message: a name, or a profile in its place.
func (r *reader) reporter() *apipnr.Contact {
	name := r.text(3, 0)
	if name == "" {
		name = r.text(1, 0)
	}
	return &apipnr.Contact{Name: name, Address: r.address(), Country: r.text(8, 0)}
}

// address is street, city, region, postcode and country in one line.
func (r *reader) address() string {
	if r.s.Elements() <= 4 {
		return ""
	}
	var lines []string
	add := func(element, component int) {
		if s := r.text(element, component); s != "" {
			lines = append(lines, s)
		}
	}
	for c := range r.s.Components(4) {
		add(4, c)
	}
	add(5, 0)
	add(6, 0)
	add(6, 3)
	add(7, 0)
	add(8, 0)
	return strings.Join(lines, ", ")
}

// opens opens a traveller of whom nothing is known yet.
func (r *reader) opens(kind apipnr.Kind) {
	r.in, r.party = traveller, nil
	r.record++
	r.began = place{r.s.Number, r.s.Offset}
	r.arena.open()
	r.doc, r.mea = document{index: none}, none
	r.out.Travellers = append(r.out.Travellers, apipnr.Traveller{Kind: kind, Action: r.action, Reservation: -1})
	r.t = &r.out.Travellers[len(r.out.Travellers)-1]
}

// unannounced opens a traveller whose NAD is missing: the segment says of the current one what only one person can have, and he has another;
// or there is none. What follows is not his, and must not take the place of his.
func (r *reader) unannounced() {
	if len(r.out.Travellers) >= r.m.MostRecords() {
		return
	}
	kind := apipnr.Passenger
	if r.t != nil {
		kind = r.t.Kind
	} else if r.out.Function == apipnr.CrewList || r.out.Function == apipnr.MasterCrewList {
		kind = apipnr.Crew
	}
	r.endTraveller()
	r.endFlight()
	r.opens(kind)
	r.report(apipnr.CodeSegmentMissing, apipnr.Warning, 0, 0, "no NAD before it: a traveller without a name begins here")
}

// first opens the first traveller, whose NAD is missing, at a segment that only a traveller has; false for any other segment, and behind a
// party that is none.
func (r *reader) first() bool {
	switch r.s.Tag {
	case tagATT, tagDOC, tagNAT, tagDTM, tagRFF:
		if r.in != party {
			r.unannounced()
		}
	default:
	}
	return r.t != nil
}

// likeNAD reports whether a segment that is not known is a NAD of a traveller in all but its tag.
func (r *reader) likeNAD() bool {
	_, known := kindOf(r.text(0, 0))
	return known && r.text(3, 0) != ""
}

// begins opens a traveller and reads his NAD.
func (r *reader) begins(kind apipnr.Kind) {
	r.opens(kind)
	t, at := r.t, 3
	if r.text(3, 0) == "" && r.text(3, 1) == "" && r.text(2, 0) != "" {
		at = 2 // older carriers: C058
		r.report(apipnr.CodeSegmentOrder, apipnr.Info, 2, 0, "the name stands in the element before its own")
	}
	t.Surname = r.text(at, 0)
	r.givenNames(t, at)
	if t.Surname != "" {
		r.origin(apipnr.FieldSurname, 0, at, 0)
	}
	if t.GivenNames != "" {
		r.origin(apipnr.FieldGivenNames, 0, at, 1)
	}
	if t.Address = r.address(); t.Address != "" {
		r.origin(apipnr.FieldAddress, 0, 4, 0)
	}
}

// givenNames joins the given names, and takes a title off that stands behind them as a word of its own.
func (r *reader) givenNames(t *apipnr.Traveller, at int) {
	t.GivenNames = r.text(at, 1)
	for c := 2; c < r.s.Components(at); c++ {
		if more := r.text(at, c); more != "" {
			t.GivenNames = strings.TrimLeft(t.GivenNames+" "+more, " ")
		}
	}
	space := strings.LastIndexByte(t.GivenNames, ' ')
	if space <= 0 {
		return
	}
	switch strings.ToUpper(t.GivenNames[space+1:]) {
	case "MR", "MRS", "MS", "MSTR", "MISS", "DR":
		r.raw("given_names", t.GivenNames)
		t.GivenNames = strings.TrimRight(t.GivenNames[:space], " ")
	}
}

// endTraveller closes the traveller; one of whom nothing is known that names him is left out.
func (r *reader) endTraveller() {
	t := r.t
	if t == nil {
		return
	}
	r.endDocument()
	r.arena.close(t)
	if t.Surname == "" && t.GivenNames == "" && len(t.Documents) == 0 && t.Ref == "" && t.Locator == "" && t.Ticket == "" {
		r.m.Report(apipnr.Diagnostic{
			Code: apipnr.CodeTraveller, Severity: apipnr.Failure, Segment: r.began.segment, Offset: r.began.offset, Tag: tagNAD.String(),
			Record: r.record, Message: "a traveller without a name, a document and a reference: left out",
		})
		r.out.Travellers = r.out.Travellers[:len(r.out.Travellers)-1]
	}
	r.t, r.party = nil, nil
}

// ofTraveller reads the segments that only a traveller has.
func (r *reader) ofTraveller() {
	switch r.s.Tag {
	case tagATT:
		r.att()
	case tagMEA:
		r.measure()
	case tagGEI:
		r.gei()
	case tagFTX:
		r.ftx()
	case tagEMP:
		r.t.Employment = r.text(1, 0)
	case tagNAT:
		r.nat()
	default:
		r.openDocument()
	}
}

// att reads the sex.
func (r *reader) att() {
	if r.text(0, 0) != "2" {
		r.unplaced(apipnr.Warning)
		return
	}
	at := 2
	if r.text(2, 0) == "" {
		at = 1
	}
	sent := r.text(at, 0)
	switch code := strings.ToUpper(sent); code {
	case "M", "F", "X", "MI", "FI":
		if r.t.Sex != "" && r.t.Sex != code[:1] {
			r.unannounced()
		}
		r.t.Sex = code[:1]
		if len(code) > 1 {
			r.t.AgeGroup = apipnr.Infant
		}
	case "", "U":
		if sent != "" {
			r.raw("sex", sent)
		}
		return
	default:
		r.raw("sex", sent)
		r.report(apipnr.CodeQualifier, apipnr.Warning, at, 0, fmt.Sprintf("%q is no sex", sent))
		return
	}
	r.origin(apipnr.FieldSex, 0, at, 0)
}

// gei reads whether the carrier has verified the data.
func (r *reader) gei() {
	for _, code := range []string{r.text(1, 0), r.text(2, 0)} {
		switch code {
		case "173":
			r.t.Verified = &r.yes
			return
		case "174":
			r.t.Verified = &r.no
			return
		}
	}
	r.unplaced(apipnr.Info)
}

// nat reads the nationality; further ones are kept as sent.
func (r *reader) nat() {
	code := r.text(1, 0)
	if r.text(0, 0) != "2" || (r.t.Nationality != "" && code != r.t.Nationality) {
		r.unplaced(apipnr.Warning)
	}
	if code == "" {
		code = r.text(1, 3)
	}
	if code != "" && r.t.Nationality == "" {
		r.t.Nationality = code
		r.origin(apipnr.FieldNationality, 0, 1, 0)
	}
}

// locOfTraveller reads a place of the traveller or of his document.
func (r *reader) locOfTraveller(qualifier string) {
	t := r.t
	var to *string
	var field apipnr.Field
	switch qualifier {
	case "22":
		to = &t.Clears
	case "174":
		to, field = &t.Residence, apipnr.FieldResidence
	case "178":
		to, field = &t.Embarks, apipnr.FieldEmbarks
	case "179":
		to, field = &t.Disembarks, apipnr.FieldDisembarks
	case "180":
		to, field = &t.BirthPlace, apipnr.FieldBirthPlace
	case "91":
		r.issuer()
		return
	default:
		r.unplaced(apipnr.Warning)
		return
	}
	value, at := r.text(1, 0), 0
	if value == "" {
		value, at = r.text(1, 3), 3
	}
	if *to = value; field != 0 && value != "" {
		r.origin(field, 0, 1, at)
	}
}

// rffOfTraveller reads a reference of the traveller.
func (r *reader) rffOfTraveller(qualifier string) {
	value := r.text(0, 1)
	if value == "" {
		return
	}
	if qualifier == "ABO" && r.t.Ref != "" && r.t.Ref != value {
		r.unannounced()
	}
	t := r.t
	switch qualifier {
	case "AVF":
		t.Locator = value
		r.origin(apipnr.FieldLocator, 0, 0, 1)
	case "ABO":
		t.Ref = value
		r.origin(apipnr.FieldRef, 0, 0, 1)
	case "SEA":
		r.origin(apipnr.FieldSeat, len(r.arena.seats)-r.arena.seat, 0, 1)
		r.arena.seats = append(r.arena.seats, apipnr.Seat{Seat: seat(value), Source: "RFF+SEA"})
	case "YZY":
		t.Ticket = value
		r.origin(apipnr.FieldTicket, 0, 0, 1)
	case "AEA":
		r.raw("agency_reference", value)
	case "CR":
		r.raw("customer_reference", value)
	default:
		r.unplaced(apipnr.Warning)
	}
}

// seat takes leading zeros off.
func seat(sent string) string {
	if s := strings.TrimLeft(sent, "0"); s != "" {
		return strings.ToUpper(s)
	}
	return sent
}

// kgPerPound is exact.
const kgPerPound = 0.45359237

// measure reads the declared count and weight of the bags: both into one row.
func (r *reader) measure() {
	unit, sent := r.text(2, 0), r.text(2, 1)
	if sent == "" { // no unit, and no separator for it
		sent = unit
	}
	value, ok := quantity(sent)
	if !ok {
		r.report(apipnr.CodeNumber, apipnr.Warning, 2, 1, fmt.Sprintf("%q is no number of bags and no weight", sent))
		return
	}
	kind := r.text(0, 0)
	if kind != "CT" && kind != "WT" {
		r.unplaced(apipnr.Warning)
		return
	}
	if r.mea < 0 || (kind == "CT" && r.arena.bags[r.mea].Count != nil) || (kind == "WT" && r.arena.bags[r.mea].WeightKG != nil) {
		r.mea = len(r.arena.bags)
		r.arena.bags = append(r.arena.bags, apipnr.Bag{Source: "MEA"})
	}
	row := &r.arena.bags[r.mea]
	if kind == "CT" {
		n := int(value)
		row.Count = &n
	} else {
		if unit == "LBR" {
			value *= kgPerPound
		}
		row.WeightKG = &value
	}
	r.origin(apipnr.FieldBags, r.mea-r.arena.bag, 2, 1)
}

// quantity is a number as sent, whose decimal mark is a point or a comma, as ISO 9735 allows.
func quantity(sent string) (float64, bool) {
	const most = 1e6
	value, err := strconv.ParseFloat(strings.Replace(sent, ",", ".", 1), 64)
	return value, err == nil && value >= 0 && value <= most // and so no NaN
}
