package paxlst

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/traveldoc"
)

// Write writes a list in an interchange of its own, strictly by the guide: what the guide asks for and is missing is an error. Separators
// that are not given are the usual ones, the syntax is "UNOA:4" and the version "D:05B" unless given. now is the time of UNB.
func Write(m apipnr.Message, now time.Time) ([]byte, error) {
	name, code, err := names(m)
	if err != nil {
		return nil, fmt.Errorf("write PAXLST: %w", err)
	}
	w := writer{Writer: edifact.NewWriter(edifact.HeaderOf(m, now))}
	w.Begin(edifact.MessageHeaderOf(m, "D:05B"))
	w.Segment(tagBGM, edifact.E(name), edifact.E(code))
	if m.Transaction != "" {
		w.Segment(tagRFF, edifact.E("TN", m.Transaction, "", "", m.Revision))
	}
	w.contact(m.Contact)
	for i, f := range m.Flights {
		if err := w.flight(f); err != nil {
			return nil, fmt.Errorf("write PAXLST: flight %d: %w", i+1, err)
		}
	}
	for i := range m.Travellers {
		if err := w.traveller(&m.Travellers[i]); err != nil {
			return nil, fmt.Errorf("write PAXLST: traveller %d: %w", i+1, err)
		}
	}
	w.counts(m.Declared)
	w.End()
	return w.Bytes()
}

// names is BGM 1001 and 1004 of a function.
func names(m apipnr.Message) (name, code string, err error) {
	switch m.Function {
	case apipnr.List:
		return "745", "", nil
	case apipnr.Change:
		return "745", "CP", nil
	case apipnr.Cancel:
		return "745", "XR", nil
	case apipnr.Reduce:
		return "745", "RP", nil
	case apipnr.Close:
		return "266", "CL", nil
	case apipnr.CloseOnBoard:
		return "266", "CLOB", nil
	case apipnr.CloseNotBoard:
		return "266", "CLNB", nil
	case apipnr.CancelFlight:
		return "266", "XF", nil
	case apipnr.ChangeFlight:
		return "266", "CF", nil
	case apipnr.CrewList:
		return "250", crewListCode(m, "C", "CC"), nil
	case apipnr.MasterCrewList:
		return "336", crewListCode(m, "F", "I"), nil
	case apipnr.GatePass:
		return "655", "", nil
	default:
		return "", "", fmt.Errorf("function %q: expected one of a passenger or crew list", m.Function)
	}
}

// crewListCode is the code of a crew list whose members are all to be treated alike.
func crewListCode(m apipnr.Message, whole, change string) string {
	if len(m.Travellers) == 0 {
		return whole
	}
	switch m.Travellers[0].Action {
	case "add":
		return "G"
	case "delete":
		return "H"
	case "change":
		return change
	}
	return whole
}

type writer struct{ *edifact.Writer }

// contact writes who reports.
func (w writer) contact(c *apipnr.Contact) {
	if c == nil {
		return
	}
	w.Segment(tagNAD, edifact.E("MS"), nil, nil, edifact.E(c.Name))
	w.com(c)
}

// com writes numbers and addresses, at most three to a segment.
func (w writer) com(c *apipnr.Contact) {
	all := make([]edifact.Element, 0, len(c.Phones)+len(c.Emails))
	for _, phone := range c.Phones {
		all = append(all, edifact.E(phone, "TE"))
	}
	for _, mail := range c.Emails {
		all = append(all, edifact.E(mail, "EM"))
	}
	for len(all) > 0 {
		n := min(3, len(all))
		w.Segment(tagCOM, all[:n]...)
		all = all[n:]
	}
}

func (w writer) flight(f apipnr.Flight) error {
	if f.Carrier == "" || f.Number == "" || f.Origin == "" || f.Destination == "" || f.Departure.IsZero() {
		return errors.New("expected carrier, number, origin, destination and departure")
	}
	mode, from, to := "20", "92", "92"
	if f.Role == apipnr.CrossingLeg {
		from, to = "125", "87"
	}
	if f.Role == apipnr.Overflight {
		mode = "34"
	}
	w.Segment(tagTDT, edifact.E(mode), edifact.E(f.Carrier+f.Number+f.Suffix), nil, nil, edifact.E(f.Carrier))
	w.place(from, f.Origin, "189", f.Departure)
	w.place(to, f.Destination, "232", f.Arrival)
	return nil
}

func (w writer) place(qualifier, code, timeQualifier string, t apipnr.LocalTime) {
	w.Segment(tagLOC, edifact.E(qualifier), edifact.E(code))
	if !t.IsZero() {
		value, format := Time(t)
		w.Segment(tagDTM, edifact.E(timeQualifier, value, format))
	}
}

// Time is a local time and its format as DTM has them.
func Time(t apipnr.LocalTime) (value, format string) {
	if !t.HasTime {
		return day(t.Date), "101"
	}
	return fmt.Sprintf("%s%02d%02d", day(t.Date), t.Minute/60, t.Minute%60), "201"
}

// day is YYMMDD.
func day(d traveldoc.Date) string {
	return fmt.Sprintf("%02d%02d%02d", d.Year()%100, d.Month(), d.Day())
}

func (w writer) traveller(t *apipnr.Traveller) error {
	code, ok := map[apipnr.Kind]string{
		apipnr.Passenger: "FL", apipnr.Crew: "FM", apipnr.TransitPassenger: "DDU", apipnr.TransitCrew: "DDT",
	}[t.Kind]
	if !ok {
		return fmt.Errorf("kind %q: expected passenger, crew or one in transit", t.Kind)
	}
	if t.Surname == "" && t.Ref == "" {
		return errors.New("expected a surname, or the passenger's reference")
	}
	w.Segment(tagNAD, edifact.E(code), nil, nil, edifact.E(t.Surname, t.GivenNames), edifact.E(t.Address))
	if t.Sex != "" {
		w.Segment(tagATT, edifact.E("2"), nil, edifact.E(t.Sex))
	}
	w.date("329", t.BirthDate)
	w.bags(t.Bags)
	if t.Verified != nil {
		w.Segment(tagGEI, edifact.E("4"), edifact.E(map[bool]string{true: "173", false: "174"}[*t.Verified]))
	}
	w.tags(t.Bags)
	w.places(t)
	if t.Contact != nil {
		w.com(t.Contact)
	}
	if t.Employment != "" {
		w.Segment(tagEMP, edifact.E("1"), edifact.E(t.Employment, "110", "111"))
	}
	if t.Nationality != "" {
		w.Segment(tagNAT, edifact.E("2"), edifact.E(t.Nationality))
	}
	w.references(t)
	return w.documents(t.Documents)
}

// date writes a date in full, so that its century is not guessed; a part of one as its year or month.
func (w writer) date(qualifier string, d traveldoc.Date) {
	digits := strings.ReplaceAll(d.String(), "-", "")
	format := map[int]string{4: "602", 6: "610", 8: "102"}[len(digits)]
	if digits != "" {
		w.Segment(tagDTM, edifact.E(qualifier, digits, format))
	}
}

func (w writer) bags(bags []apipnr.Bag) {
	for _, b := range bags {
		if b.Source == "FTX" {
			continue
		}
		if b.Count != nil {
			w.Segment(tagMEA, edifact.E("CT"), nil, edifact.E("", strconv.Itoa(*b.Count)))
		}
		if b.WeightKG != nil {
			w.Segment(tagMEA, edifact.E("WT"), nil, edifact.E("KGM", strconv.FormatFloat(*b.WeightKG, 'f', -1, 64)))
		}
	}
}

func (w writer) tags(bags []apipnr.Bag) {
	for _, b := range bags {
		if b.Source != "FTX" || len(b.Tags) == 0 {
			continue
		}
		count := ""
		if b.Count != nil && *b.Count != 1 {
			count = strconv.Itoa(*b.Count)
		}
		w.Segment(tagFTX, edifact.E("BAG"), nil, nil, edifact.E(b.Tags[0], count))
	}
}

func (w writer) places(t *apipnr.Traveller) {
	for _, place := range [...]struct{ qualifier, code string }{
		{"22", t.Clears}, {"174", t.Residence}, {"178", t.Embarks}, {"179", t.Disembarks},
	} {
		if place.code != "" {
			w.Segment(tagLOC, edifact.E(place.qualifier), edifact.E(place.code))
		}
	}
	if t.BirthPlace != "" {
		w.Segment(tagLOC, edifact.E("180"), edifact.E("", "", "", t.BirthPlace))
	}
}

func (w writer) references(t *apipnr.Traveller) {
	write := func(qualifier, value string) {
		if value != "" {
			w.Segment(tagRFF, edifact.E(qualifier, value))
		}
	}
	write("AVF", t.Locator)
	write("ABO", t.Ref)
	for _, s := range t.Seats {
		write("SEA", s.Seat)
	}
	write("AEA", t.Raw["agency_reference"])
	write("CR", t.Raw["customer_reference"])
	write("YZY", t.Ticket)
}

func (w writer) documents(documents []apipnr.Document) error {
	for i, d := range documents {
		if d.Number == "" || d.Type == "" {
			return fmt.Errorf("document %d: expected a type and a number", i+1)
		}
		w.Segment(tagDOC, edifact.E(d.Type, "110", "111"), edifact.E(d.Number))
		w.date("36", d.Expiry)
		w.date("182", d.Issued)
		if d.Issuer != "" {
			w.Segment(tagLOC, edifact.E("91"), edifact.E(d.Issuer))
		}
	}
	return nil
}

func (w writer) counts(d apipnr.Declared) {
	if d.Passengers != nil {
		w.Segment(tagCNT, edifact.E("42", strconv.Itoa(*d.Passengers)))
	}
	if d.Crew != nil {
		w.Segment(tagCNT, edifact.E("41", strconv.Itoa(*d.Crew)))
	}
}
