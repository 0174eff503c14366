// Package passengersview draws the centre's screens of passenger data. It knows no store and no transport.
package passengersview

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Board is the flights that are expected.
type Board struct {
	Now      time.Time
	Flights  []passengerdb.DayFlight
	Counts   map[uuid.UUID]boarddb.Counts
	Progress passengerdb.Progress
	MayRead  bool // the messages too
}

// Flight is a flight and everybody on it.
type Flight struct {
	apipnr.ExpectedFlight
	Now        time.Time
	Persons    []apipnr.Expected
	Screenings map[uuid.UUID]apipnr.Screening
	Desk       map[uuid.UUID][]boarddb.DeskHit
	Filter     string // "", "hit", "not_checked", "decided"
}

// shown are the persons that the filter leaves, the gravest first.
func (f Flight) shown() []apipnr.Expected {
	list := slices.DeleteFunc(slices.Clone(f.Persons), func(p apipnr.Expected) bool {
		s, looked := f.Screenings[p.ID]
		switch f.Filter {
		case "hit":
			return !looked || s.Outcome != border.Hit
		case "not_checked":
			return looked && s.Outcome != border.NotChecked
		case "decided":
			return !looked || s.Decision == nil
		}
		return false
	})
	slices.SortStableFunc(list, func(a, b apipnr.Expected) int { return cmp.Compare(f.weight(a), f.weight(b)) })
	return list
}

func (f Flight) weight(p apipnr.Expected) int {
	s, looked := f.Screenings[p.ID]
	switch {
	case p.Status == apipnr.StatusCancelled:
		return 4
	case looked && s.Outcome == border.Hit:
		return 0
	case !looked || s.Outcome == border.NotChecked:
		return 1
	}
	return 2
}

// Changes are what messages changed of a flight.
type Changes struct {
	Flight uuid.UUID
	List   []passengerdb.ChangeRow
}

// DecisionForm is an analyst's decision as it was sent.
type DecisionForm struct{ Verdict, Reason, Fault string }

// Person is one person whole.
type Person struct {
	passengerdb.Detail
	Now                                        time.Time
	Screening                                  *apipnr.Screening
	Ruling                                     board.Ruling      // all that led to Screening; empty when nobody looked
	Desk                                       []boarddb.DeskHit // what the desks of alerts say of his hits
	Form                                       DecisionForm
	MayDecide, MayRead, MayUnmask, SeesReasons bool
}

// Search is a search with what it found.
type Search struct {
	Document, Surname, GivenNames, BirthDate, Locator, Fault string
	Asked                                                    bool
	Found                                                    []apipnr.Expected
}

// Messages are what came.
type Messages struct {
	Show, Carrier string
	List          paging.Listed[passengerdb.RawRow]
	After         string // where the page begins
	Progress      passengerdb.Progress
}

// Message is one thing that came.
type Message struct {
	passengerdb.RawRow
	Attempts paging.Listed[passengerdb.AttemptRow]
	After    string // where their page begins
}

// Segment is a piece of what came.
type Segment struct {
	Raw uuid.UUID
	passengerdb.Excerpt
}

// States are the states that messages can be filtered by, in the order shown.
func States() []string {
	return []string{
		string(intake.Received), string(intake.WaitingParts), string(intake.Applied), string(intake.Partial), string(intake.Quarantined),
		string(intake.Incomplete), string(intake.Duplicate), string(intake.Superseded),
	}
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

func word(ctx context.Context, prefix, code string) string {
	return text.FromContext(ctx).Word(prefix, code)
}

func number(ctx context.Context, n int) string { return text.FromContext(ctx).Number(int64(n)) }

func moment(ctx context.Context, at time.Time) string { return text.FromContext(ctx).DateTime(at) }

func page(title text.Key) view.Page {
	return view.Page{Title: title, Styles: []string{"passengers.css"}}
}

// local is a local time as people read it.
func local(l apipnr.LocalTime) string { return spaced(l.String()) }

// spaced is a date with a time as people read it.
func spaced(iso string) string { return strings.Replace(iso, "T", " ", 1) }

// where says where something stands in a message: outside of its segments by the byte alone.
func where(ctx context.Context, segment, offset int) string {
	switch {
	case segment == 0 && offset == 0:
		return t(ctx, text.CarrierportalWhole)
	case segment == 0:
		return t(ctx, text.CarrierportalByte, "offset", offset)
	}
	return t(ctx, text.PassengersPlace, "segment", segment, "offset", offset)
}

// denied reports whether a desk said of one of the hits that it is none, while the screening still has a hit and nobody decided.
func denied(desk []boarddb.DeskHit, s *apipnr.Screening) bool {
	return s != nil && s.Outcome == border.Hit && s.Decision == nil && slices.ContainsFunc(desk, func(h boarddb.DeskHit) bool { return h.Denied })
}

func deskTone(h boarddb.DeskHit) view.Tone {
	if h.Denied {
		return view.ToneSuccess
	}
	return view.ToneWarning
}

// reasonOf is why a message, or a part of it, could not be used.
func reasonOf(ctx context.Context, code string) string {
	return word(ctx, "passengers.reasons", code)
}

// arrow leads from the old value to the new one, the way the language is read.
func arrow(ctx context.Context) string {
	if text.FromContext(ctx).Language().Dir() == "rtl" {
		return "←"
	}
	return "→"
}

// left is the time until an instant, "2:10"; "" when it is not known or over.
func left(now, at time.Time) string {
	if at.IsZero() || !at.After(now) {
		return ""
	}
	m := int(at.Sub(now).Minutes())
	return fmt.Sprintf("%d:%02d", m/60, m%60)
}

func stateTone(s intake.State) view.Tone {
	switch s {
	case intake.Applied, intake.Parsed:
		return view.ToneSuccess
	case intake.Quarantined:
		return view.ToneError
	case intake.Partial, intake.Incomplete, intake.WaitingParts:
		return view.ToneWarning
	case intake.Received, intake.Duplicate, intake.Superseded:
	}
	return view.ToneInfo
}

func severityTone(s apipnr.Severity) view.Tone {
	switch s {
	case apipnr.Failure:
		return view.ToneError
	case apipnr.Warning:
		return view.ToneWarning
	case apipnr.Info:
	}
	return view.ToneInfo
}

func documents(list []string) string { return strings.Join(list, ", ") }

func name(p apipnr.Expected) string {
	return strings.Trim(p.Identity.Surname+", "+p.Identity.GivenNames, ", ")
}

func document(p apipnr.Expected) string {
	list := make([]string, 0, len(p.Documents))
	for _, d := range p.Documents {
		list = append(list, strings.TrimSpace(d.Code+" "+d.Number+" "+d.IssuingState))
	}
	return documents(list)
}

func seat(p apipnr.Expected) string {
	for _, of := range []*apipnr.Traveller{p.API, p.PNR} {
		if of != nil && len(of.Seats) > 0 {
			return of.Seats[0].Seat
		}
	}
	return ""
}

// sources are the codes of who told of a person.
func sources(p apipnr.Expected) string {
	switch {
	case p.API != nil && p.PNR != nil:
		return "API + PNR"
	case p.API != nil:
		return "API"
	case p.PNR != nil:
		return "PNR"
	}
	return "–"
}

// line is a field of both sources, with the places where they stand.
type line struct {
	label              string
	api, pnr           string
	apiPlace, pnrPlace *manifest.Place
	differs            bool
}

// lines are the fields of a person side by side.
func (p Person) lines(ctx context.Context) []line {
	var a, r apipnr.Traveller
	if p.API != nil {
		a = *p.API
	}
	if p.PNR != nil {
		r = *p.PNR
	}
	var list []line
	add := func(field apipnr.Field, item int, api, pnr string) {
		if api == "" && pnr == "" {
			return
		}
		list = append(list, line{
			label: word(ctx, "passengers.fields", field.String()), api: api, pnr: pnr, differs: field != apipnr.FieldRef && api != "" && pnr != "" && !sameValue(field, api, pnr),
			apiPlace: place(p.APIPlaces, field, item), pnrPlace: place(p.PNRPlaces, field, item),
		})
	}
	add(apipnr.FieldSurname, 0, a.Surname, r.Surname)
	add(apipnr.FieldGivenNames, 0, a.GivenNames, r.GivenNames)
	add(apipnr.FieldSex, 0, a.Sex, r.Sex)
	add(apipnr.FieldBirthDate, 0, date(a.BirthDate.String(), a.Raw, "birth_date"), date(r.BirthDate.String(), r.Raw, "birth_date"))
	add(apipnr.FieldBirthPlace, 0, a.BirthPlace, r.BirthPlace)
	add(apipnr.FieldNationality, 0, a.Nationality, r.Nationality)
	add(apipnr.FieldResidence, 0, a.Residence, r.Residence)
	for n := range max(len(a.Documents), len(r.Documents)) {
		add(apipnr.FieldDocumentNumber, n, documentAt(a.Documents, n), documentAt(r.Documents, n))
	}
	for n := range max(len(a.Seats), len(r.Seats)) {
		add(apipnr.FieldSeat, n, seatAt(a.Seats, n), seatAt(r.Seats, n))
	}
	add(apipnr.FieldBags, 0, bags(a.Bags), bags(r.Bags))
	add(apipnr.FieldLocator, 0, a.Locator, r.Locator)
	add(apipnr.FieldRef, 0, a.Ref, r.Ref)
	add(apipnr.FieldTicket, 0, a.Ticket, r.Ticket)
	add(apipnr.FieldContact, 0, contact(a.Contact), contact(r.Contact))
	add(apipnr.FieldAddress, 0, a.Address, r.Address)
	return list
}

func date(read string, raw map[string]string, field string) string {
	if read == "" {
		return raw[field]
	}
	return read
}

func place(list []manifest.Place, field apipnr.Field, item int) *manifest.Place {
	for n := range list {
		if list[n].Field == field && int(list[n].Item) == item {
			return &list[n]
		}
	}
	return nil
}

func documentAt(list []apipnr.Document, n int) string {
	if n >= len(list) {
		return ""
	}
	d := list[n]
	return strings.Join(strings.Fields(strings.Join([]string{d.Type, d.Number, d.Issuer, d.Expiry.String()}, " ")), " ")
}

func seatAt(list []apipnr.Seat, n int) string {
	if n >= len(list) {
		return ""
	}
	s := list[n]
	return s.Seat // its leg is the flight's
}

func bags(list []apipnr.Bag) string {
	var parts []string
	for _, b := range list {
		part := ""
		if b.Count != nil {
			part = fmt.Sprint(*b.Count)
		}
		if b.WeightKG != nil {
			part += fmt.Sprintf(" %.0f kg", *b.WeightKG)
		}
		if len(b.Tags) > 0 {
			part += " " + strings.Join(b.Tags, " ")
		}
		parts = append(parts, strings.TrimSpace(part+" "+b.Origin+b.Destination))
	}
	return strings.Join(parts, "; ")
}

func contact(c *apipnr.Contact) string {
	if c == nil {
		return ""
	}
	return strings.Join(strings.Fields(strings.Join(append(append([]string{c.Name, c.Address}, c.Phones...), c.Emails...), " ")), " ")
}

// bookingFacts are what the reservation tells.
func (p Person) bookingFacts(ctx context.Context) [][2]string {
	r := p.Booking
	if r == nil {
		return nil
	}
	var list [][2]string
	add := func(label text.Key, value string) {
		if value = strings.TrimSpace(value); value != "" {
			list = append(list, [2]string{t(ctx, label), value})
		}
	}
	add(text.PassengersLocator, strings.TrimSpace(r.Carrier+" "+r.Locator+" "+strings.Join(r.Others, " ")))
	add(text.PassengersBooked, spaced(r.Booked))
	add(text.PassengersChanged, spaced(r.Changed))
	if a := r.Agency; a != nil {
		add(text.PassengersAgency, strings.Join([]string{a.System, a.Place, a.IATA, a.Country}, " "))
	}
	for _, f := range r.Flights {
		add(text.PassengersLeg, strings.Join([]string{f.Carrier + f.Number + f.Suffix, f.Origin + "–" + f.Destination, local(f.Departure)}, " "))
	}
	for _, one := range r.Payments {
		add(text.PassengersPayment, strings.Join([]string{one.Form, one.Vendor, one.Card, one.Amount, one.Currency, one.Payer}, " "))
	}
	for n := range r.Contacts {
		add(text.PassengersContact, contact(&r.Contacts[n]))
	}
	for _, one := range r.Loyalty {
		add(text.PassengersLoyalty, one.Carrier+" "+one.Number+" "+one.Level)
	}
	for _, one := range r.Services {
		add(text.PassengersService, one.Code+" "+one.Text)
	}
	for _, one := range r.Remarks {
		add(text.PassengersRemark, one)
	}
	return list
}

// verdicts are the decisions that an analyst can make, in the order shown.
func verdicts() []string {
	return []string{string(apipnr.DecideBoard), string(apipnr.DecideRefer), string(apipnr.DecideNoBoard)}
}

// checkName is a check's name in words; keys of texts have no dots.
func checkName(ctx context.Context, check string) string {
	return word(ctx, "check", strings.ReplaceAll(check, ".", "_"))
}

// reasonWords says why a check answered as it did; what is restricted is only said to be there.
func (p Person) reasonWords(ctx context.Context, r apipnr.ScreeningReason) string {
	if r.Restricted && !p.SeesReasons {
		return t(ctx, text.PassengersRestricted)
	}
	if r.Outcome == border.NotChecked {
		return word(ctx, "check", "reason_"+r.Code)
	}
	return word(ctx, "evidence", r.Code)
}

// sameValue reports whether both sources tell the same, however each writes it: in capitals or not, with spaces and dashes or without, a seat
// with leading zeros.
func sameValue(field apipnr.Field, api, pnr string) bool {
	switch field {
	case apipnr.FieldSeat:
		return strings.TrimLeft(traveldoc.FoldNumber(api), "0") == strings.TrimLeft(traveldoc.FoldNumber(pnr), "0")
	case apipnr.FieldLocator, apipnr.FieldDocumentNumber, apipnr.FieldTicket:
		return traveldoc.FoldNumber(api) == traveldoc.FoldNumber(pnr)
	default:
	}
	return strings.EqualFold(strings.Join(strings.Fields(api), " "), strings.Join(strings.Fields(pnr), " "))
}

// departed reports whether the flight has left: nothing is decided about boarding any more.
func (p Person) departed() bool {
	return !p.OnFlight.DepartsAt.IsZero() && !p.Now.Before(p.OnFlight.DepartsAt)
}

// verdicts are those that an analyst may choose from now.
func (p Person) verdicts() []string {
	if p.departed() {
		return []string{string(apipnr.DecideRefer)}
	}
	return verdicts()
}
