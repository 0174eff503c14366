package pnrgov

import (
	"strconv"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/traveldoc"
)

// Read gives what a PNRGOV message says. It never fails: what cannot be read is in the diagnostics, and everything else is there.
func Read(m *edifact.Message) apipnr.Message {
	r := &reader{m: m, budget: leastBudget + (m.End-m.Start)/bytesPerUnit, out: m.Canonical(), state: inHeader, numbers: map[string]number{}}
	r.out.Reservations = []apipnr.Reservation{}
	r.parts.start(m.End - m.Start)
	r.record.parties, r.record.seats = make([]party, 0, 32), make([]seatNote, 0, 8) // what a record mostly has: each growth is a copy
	segments := m.Reader()
	s := &segments.Segment
	for segments.Next() {
		if r.full {
			break
		}
		if r.spent > r.budget {
			r.exceeded(s)
			break
		}
		if at := r.swallowed(s); at >= 0 {
			segments.Unglue(at)
		}
		r.segment(s)
	}
	r.finish()
	m.Finish(&r.out)
	return r.out
}

// What a message makes is bounded by its length: a unit is about 128 bytes of memory. A dense push needs one for every 26 bytes that it
// has; a text made to exhaust memory would take one for every byte.
const (
	leastBudget  = 2_000
	bytesPerUnit = 12
)

// spend takes units of the message's budget.
func (r *reader) spend(units int) { r.spent += units }

// tooDense is why the rest of a message that exceeds its budget is not read.
const tooDense = "more than any message of its length can mean: what follows is not read"

// exceeded says that the rest of the message is not read.
func (r *reader) exceeded(s *edifact.Segment) {
	s.Report(apipnr.CodeLimit, apipnr.Failure, -1, 0, r.number(), tooDense)
	r.out.Truncated = true
}

// many says that there are more reservations or travellers than a message may have. What follows is not read.
func (r *reader) many(what string) {
	r.stop("more than " + strconv.Itoa(r.m.MostRecords()) + " " + what + ": what follows is not read")
}

// stop ends the reading and says why, once.
func (r *reader) stop(why string) {
	if r.full {
		return
	}
	r.full, r.out.Truncated = true, true
	r.m.Report(apipnr.Diagnostic{Code: apipnr.CodeLimit, Severity: apipnr.Failure, Offset: r.at, Record: r.number(), Message: why})
}

// crowded reports whether there are as many travellers as a message may have, and says so.
func (r *reader) crowded() bool {
	if len(r.out.Travellers) < r.m.MostRecords() {
		return false
	}
	r.many("travellers")
	return true
}

// state is the group that a segment stands in, as the segments that open groups have set it.
type state uint8

const (
	inHeader  state = iota // level 0
	inRecord               // GR.1, and GR.2 once there is a traveller
	inLeg                  // GR.5 to 7
	inSplit                // EQN: what the record was divided from or into
	inOther                // MSG: something that does not fly
	inHistory              // GR.10 to 12
	inTail                 // behind the history
)

// reader is a message while it is read.
type reader struct {
	m     *edifact.Message
	out   apipnr.Message
	state state

	record record
	open   bool // a record is open
	parts  parts
	stamps stamps
	at     int // where the current segment begins
	spent  int // of the budget
	budget int
	full   bool // a bound was met: nothing more is read

	linker              linker // of the record that ends
	lastABI, lastAuthor string // see author

	flown   bool // level 0 has its TVL
	told    bool // level 0 has its MSG
	origin  bool // level 0 has its ORG
	numbers map[string]number
}

// number is a flight number as sent and as it is given.
type number struct {
	canonical, suffix string
	ok                bool
}

// segment takes one segment. The tags that open groups decide where it belongs; the order of groups does not.
func (r *reader) segment(s *edifact.Segment) {
	r.at = s.Offset
	r.parts.ahead.read = r.at - r.m.Start
	switch s.Tag {
	case edifact.UNH, edifact.UNT:
		return
	case tagSRC:
		r.begin()
		return
	default:
	}
	if !r.open && r.header(s) {
		return
	}
	if !r.open {
		s.Report(apipnr.CodeSegmentMissing, apipnr.Warning, -1, 0, len(r.out.Reservations)+1, "SRC expected before "+s.Tag.String())
		r.begin()
	}
	r.body(s)
}

// header reads level 0; false when the segment belongs to a record.
func (r *reader) header(s *edifact.Segment) bool {
	switch s.Tag {
	case tagMSG:
		r.told = true
		r.out.Function = function(s)
	case tagORG:
		if r.origin && r.flown {
			return false
		}
		r.origin = true
		if r.out.Sender == "" {
			r.out.Sender = s.Text(0, 0)
		}
	case tagTVL:
		r.headerFlight(s)
	case tagEQN:
		r.declared(s)
	default:
		if !known(s.Tag) {
			r.unknown(s)
			return true
		}
		return false
	}
	return true
}

// function is what the message is for (MSG, 1225).
func function(s *edifact.Segment) apipnr.Function {
	code := s.Text(0, 1)
	if code == "" {
		code = s.Text(0, 0)
	}
	switch strings.TrimSpace(code) {
	case "22":
		return apipnr.FullPush
	case "141":
		return apipnr.UpdatePush
	}
	s.Report(apipnr.CodeQualifier, apipnr.Warning, 0, 1, 0, "function of the message: 22 (all reservations) or 141 (changed ones) expected")
	return apipnr.Unknown
}

func (r *reader) headerFlight(s *edifact.Segment) {
	f := r.flight(s, apipnr.CrossingLeg)
	switch {
	case f.Origin == "" && f.Destination == "" && r.flown:
		f0 := &r.out.Flights[len(r.out.Flights)-1]
		f0.Operating = operating(f0, f)
		return
	case r.flown:
		f.Role = apipnr.OtherLeg
	}
	r.flown = true
	f.Origins = r.places(s)
	r.out.Flights = append(r.out.Flights, f)
}

// declared reads how many reservations the whole push has, over all of its messages.
func (r *reader) declared(s *edifact.Segment) {
	text := strings.TrimSpace(s.Text(0, 0))
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		s.Report(apipnr.CodeNumber, apipnr.Warning, 0, 0, 0, "EQN: number of reservations expected")
		return
	}
	r.out.Declared.Reservations = &n
}

// day is what two-digit years are read by: the departure of the message's flight, else the day the interchange was prepared.
func (r *reader) day() traveldoc.Date {
	if len(r.out.Flights) > 0 && !r.out.Flights[0].Departure.Date.IsZero() {
		return r.out.Flights[0].Departure.Date
	}
	prepared := r.m.Interchange.Prepared
	day, _, _ := strings.Cut(prepared, ":") // without a time it is the whole
	if len(day) == 8 {                      // CCYYMMDD, of syntax version 4
		day = day[2:]
	}
	if len(day) < 6 {
		return traveldoc.Date{}
	}
	d, _ := dateOf(day[4:6] + day[2:4] + day[:2]) // what is no date is the zero one
	return d
}

// finish ends the last record and puts the message together.
func (r *reader) finish() {
	r.end()
	r.missing()
}

// missing says what the message should have and does not.
func (r *reader) missing() {
	note := func(code string, text string) {
		r.m.Report(apipnr.Diagnostic{Code: code, Severity: apipnr.Warning, Offset: r.m.Start, Message: text})
	}
	if !r.told {
		note(apipnr.CodeSegmentMissing, "MSG expected: whether the push is full or an update is not known")
	}
	if !r.flown {
		note(apipnr.CodeSegmentMissing, "TVL expected before the first record: the flight that is pushed is not known")
	}
	n := r.out.Declared.Reservations
	if n != nil && r.out.Part.Alone() && *n != len(r.out.Reservations) {
		r.m.Report(apipnr.Diagnostic{
			Code: apipnr.CodeCount, Severity: apipnr.Info, Offset: r.m.Start,
			Message: "EQN " + strconv.Itoa(*n) + ", records " + strconv.Itoa(len(r.out.Reservations)),
		})
	}
}

// known reports whether a tag is one of PNRGOV's.
func known(t edifact.Tag) bool {
	switch t {
	case tagABI, tagADD, tagAPD, tagDAT, tagEBD, tagEQN, tagFAR, tagFOP, tagFTI, tagIFT, tagLTS, tagMON, tagMSG, tagORG, tagPTK,
		tagRCI, tagREF, tagRPI, tagSAC, tagSRC, tagSSD, tagSSR, tagTBD, tagTIF, tagTKT, tagTRA, tagTRI, tagTVL, tagTXD:
		return true
	default:
		return false
	}
}

// unknown reports a segment that nobody knows, and keeps it. One that is a TIF in all but its tag makes a traveller.
func (r *reader) unknown(s *edifact.Segment) {
	if r.open {
		r.record.pnr.Unread = append(r.record.pnr.Unread, masked(text(s.Raw())))
	}
	if r.open && r.state == inRecord && !blank(s.Text(0, 0)) && ageGroup(clean(s.Text(1, 1))) != "" {
		s.Report(apipnr.CodeSegmentUnknown, apipnr.Warning, -1, 0, r.number(), "segment is not known, it is kept as sent and read as TIF")
		r.travellers(s)
		return
	}
	s.Report(apipnr.CodeSegmentUnknown, apipnr.Warning, -1, 0, r.number(), "segment is not known, it is kept as sent")
}

// number is the open record's, from 1; 0 without one.
func (r *reader) number() int {
	if !r.open {
		return 0
	}
	return len(r.out.Reservations) + 1
}
