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

// Write writes an interchange of PNRGOV messages. It writes only what the guide allows: a value that it cannot write so that every reader
// reads it again is an error, which says where and never what. Documents that are nobody's and segments that were not understood are
// left out.
func Write(h edifact.Header, messages ...apipnr.Message) ([]byte, error) {
	w := &writer{Writer: edifact.NewWriter(h)}
	for i := range messages {
		if err := w.message(&messages[i]); err != nil {
			return nil, fmt.Errorf("write PNRGOV: message %d: %w", i+1, err)
		}
	}
	return w.Bytes()
}

// writer writes one interchange.
type writer struct {
	*edifact.Writer
	m    *apipnr.Message
	r    *apipnr.Reservation
	refs []string       // of the record's travellers
	used map[int]bool   // contacts that were written with a payment
	past [][]tokens     // of each event, its segments
	day  traveldoc.Date // of the flight
}

func (w *writer) message(m *apipnr.Message) error {
	code, ok := map[apipnr.Function]string{apipnr.FullPush: "22", apipnr.UpdatePush: "141"}[m.Function]
	if m.Type != apipnr.PNRGOV || !ok {
		return errors.New("a PNRGOV message with the function of a full or an update push expected")
	}
	if len(m.Flights) == 0 || m.Flights[0].Departure.Date.IsZero() {
		return errors.New("flight: expected, with the day of its departure")
	}
	if err := checkFlight(&m.Flights[0]); err != nil {
		return err
	}
	w.m, w.day = m, m.Flights[0].Departure.Date
	w.Begin(edifact.MessageHeader{
		Type: apipnr.PNRGOV, Version: m.Version, Agency: "IA", Reference: m.Reference, Access: m.Access, Part: m.Part,
	})
	w.Segment(tagMSG, edifact.E("", code))
	w.Segment(tagORG, edifact.E(m.Flights[0].Carrier))
	w.leg(&m.Flights[0])
	w.Segment(tagEQN, edifact.E(strconv.Itoa(len(m.Reservations))))
	for i := range m.Reservations {
		w.r = &m.Reservations[i]
		if err := w.record(); err != nil {
			return fmt.Errorf("reservation %d: %w", i+1, err)
		}
	}
	w.End()
	return nil
}

// record writes SRC and what belongs to it, in the order of the guide.
func (w *writer) record() error {
	if err := w.prepare(); err != nil {
		return err
	}
	w.Segment(tagSRC)
	w.locators()
	if err := w.services(); err != nil {
		return err
	}
	if w.r.Changed != "" {
		date, clock, err := stampOut(w.r.Changed)
		if err != nil {
			return fmt.Errorf("changed: %w", err)
		}
		w.Segment(tagDAT, edifact.E("700", date, clock))
	}
	w.texts(-1)
	w.originator()
	if err := w.contacts(); err != nil {
		return err
	}
	w.loyalty(-1)
	for i := range w.r.Travellers {
		if err := w.traveller(i); err != nil {
			return fmt.Errorf("traveller %d: %w", i+1, err)
		}
	}
	for i := range w.r.Flights {
		if err := w.booked(i); err != nil {
			return fmt.Errorf("flight %d: %w", i+1, err)
		}
	}
	return w.rest()
}

// prepare checks what everything else builds on, and gives the travellers references.
func (w *writer) prepare() error {
	r := w.r
	if !code(r.Locator, 1, 20) || !code(r.Carrier, 0, 3) {
		return errors.New("locator: letters and digits expected")
	}
	for _, at := range r.Travellers {
		if at < 0 || at >= len(w.m.Travellers) {
			return errors.New("travellers: indexes of the message's expected")
		}
	}
	w.refs, w.used = make([]string, len(r.Travellers)), map[int]bool{}
	seen := map[string]bool{}
	for i, at := range r.Travellers {
		ref := bare(w.m.Travellers[at].Ref)
		w.refs[i] = ref
		if ref == "" || seen[ref] || strings.Trim(ref, "0123456789.") != "" {
			for j := range w.refs {
				w.refs[j] = strconv.Itoa(j + 1)
			}
			break
		}
		seen[ref] = true
	}
	past, err := tokenised(w.m.Separators, r.History)
	w.past = past
	return err
}

func (w *writer) locators() {
	r := w.r
	own := edifact.E(r.Carrier, r.Locator)
	if date, clock, err := stampOut(r.Created); err == nil {
		own = edifact.E(r.Carrier, r.Locator, "", date, clock)
	}
	elements := []edifact.Element{own}
	for _, other := range r.Others {
		elements = append(elements, locatorOut(other))
	}
	w.Segment(tagRCI, elements...)
}

// locatorOut is "ZZ ABCDEF" as an element of RCI.
func locatorOut(name string) edifact.Element {
	carrier, locator, found := strings.Cut(name, " ")
	if !found {
		return edifact.E("", name)
	}
	return edifact.E(carrier, locator)
}

// rest writes what stands behind the flights: splits, other bookings, history, remarks.
func (w *writer) rest() error {
	if len(w.r.Split) > 0 {
		w.Segment(tagEQN, edifact.E(strconv.Itoa(len(w.r.Split))))
		for _, name := range w.r.Split {
			w.Segment(tagRCI, locatorOut(name))
		}
	}
	for i, o := range w.r.Other {
		if err := w.other(o); err != nil {
			return fmt.Errorf("other booking %d: %w", i+1, err)
		}
	}
	for i, e := range w.r.History {
		if err := w.event(e, w.past[i]); err != nil {
			return fmt.Errorf("history %d: %w", i+1, err)
		}
	}
	for i, remark := range w.r.Remarks {
		if !printable(remark) {
			return fmt.Errorf("remark %d: a text without spaces at its ends expected", i+1)
		}
		w.Segment(tagLTS, edifact.E(remark))
	}
	return nil
}

func (w *writer) other(o apipnr.OtherBooking) error {
	kind := o.Kind
	if kind == "hotel" {
		kind = "8"
	}
	if !code(kind, 0, 3) || o.Text != "" && !printable(o.Text) {
		return errors.New("a code and a text expected")
	}
	w.Segment(tagMSG, edifact.E(kind))
	if o.From == "" {
		return nil
	}
	var from, to apipnr.LocalTime
	if err := errors.Join(from.UnmarshalText([]byte(o.From)), to.UnmarshalText([]byte(o.To))); err != nil || from.Date.IsZero() {
		return errors.New("dates expected")
	}
	w.Segment(tagTVL, scheduleOut(from, to), edifact.E(o.Text))
	return nil
}

// event writes an entry of the history, each with its author and time.
func (w *writer) event(e apipnr.Event, what []tokens) error {
	if e.By != "" && !printable(e.By) {
		return errors.New("author: a text expected")
	}
	w.Segment(tagABI, edifact.E("1"), edifact.E(e.By))
	if e.At != "" {
		date, clock, err := stampOut(e.At)
		if err != nil {
			return fmt.Errorf("time: %w", err)
		}
		w.Segment(tagDAT, edifact.E("T", date, clock))
	}
	action := map[string]string{"added": "A", "cancelled": "X", "changed": "C"}[e.Action]
	if action != "" {
		w.Segment(tagSAC, nil, nil, edifact.E(action))
	}
	for _, segment := range what {
		w.Segment(segment.tag, segment.elements...)
	}
	return nil
}

// tokens is a segment that was kept as sent, taken apart.
type tokens struct {
	tag      edifact.Tag
	elements []edifact.Element
}

// tokenised takes the segments of a history apart, with the separators that they were sent with.
func tokenised(s apipnr.Separators, history []apipnr.Event) ([][]tokens, error) {
	if len(history) == 0 {
		return nil, nil
	}
	all := make([][]tokens, len(history))
	for i, e := range history {
		for _, what := range e.What {
			t, ok := tokensOf(s, what)
			if !ok {
				return nil, fmt.Errorf("history %d: segments expected, as sent", i+1)
			}
			all[i] = append(all[i], t)
		}
	}
	return all, nil
}

func tokensOf(s apipnr.Separators, what string) (tokens, bool) {
	if s == (apipnr.Separators{}) {
		s = edifact.DefaultSeparators()
	}
	repetition := s.Repetition
	if repetition == 0 {
		repetition = ' '
	}
	end, plus, colon := string(s.Terminator), string(s.Element), string(s.Component)
	release := string(s.Release)
	if s.Release == 0 {
		release = " "
	}
	body := "UNA" + colon + plus + string(max(s.Decimal, ' ')) + release + string(repetition) + end +
		"UNB" + plus + "IATA" + colon + "1" + end + "UNH" + plus + "1" + plus + "PNRGOV" + colon + "1" + end + what + end + "UNT" + end
	f := edifact.Read([]byte(body), edifact.DefaultLimits())
	if len(f.Messages) != 1 {
		return tokens{}, false
	}
	var found []tokens
	for x := range f.Messages[0].Segments() {
		if x.Tag == edifact.UNH || x.Tag == edifact.UNT {
			continue
		}
		t := tokens{tag: x.Tag}
		for i := range x.Elements() {
			e := make(edifact.Element, x.Components(i))
			for c := range e {
				e[c] = x.Text(i, c)
			}
			t.elements = append(t.elements, e)
		}
		found = append(found, t)
	}
	if len(found) != 1 || !known(found[0].tag) || endsHistory(found[0].tag) {
		return tokens{}, false
	}
	return found[0], true
}
