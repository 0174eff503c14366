package cusres

import (
	"fmt"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/paxlst"
)

// Read reads an answer. It always gives a message: what cannot be read is among its diagnostics.
func Read(m *edifact.Message) apipnr.Message {
	r := reader{m: m, out: m.Canonical()}
	r.out.Answers = make([]apipnr.Verdict, 0, m.About(tagERP))
	segments := m.Reader()
	r.s = &segments.Segment
	for segments.Next() {
		if at := r.swallowed(); at >= 0 {
			segments.Unglue(at)
		}
		r.segment()
	}
	r.answered()
	if !r.begun {
		m.Report(apipnr.Diagnostic{
			Code: apipnr.CodeSegmentMissing, Severity: apipnr.Warning, Offset: m.Start, Tag: tagBGM.String(),
			Message: "no BGM: what the message is for is not known",
		})
	}
	if m.Truncated && m.Fragment != "" && r.verdict != nil && r.verdict.Code == "" {
		r.cut()
	}
	m.Finish(&r.out)
	return r.out
}

// swallowed is the element that ends in the tag of another segment, which is part of this one because no terminator stands before it; -1.
func (r *reader) swallowed() int {
	for e := 0; e+1 < r.s.Elements(); e++ {
		first := r.s.Text(e+1, 0)
		switch r.s.Tail(e + 1) {
		case tagRFF, tagERC, tagERP, tagFTX: // another one lacks its terminator too
			first = first[:max(0, len(first)-3)]
		default:
		}
		switch r.s.Tail(e) {
		case tagRFF:
			if first = r.s.Text(e+1, 0); r.s.Components(e+1) > 1 && (first == "ABO" || first == "AVF" || first == "TN" || first == "AF") {
				return e
			}
		case tagERC:
			if len(first) == 2 && first[0]-'0' < 10 {
				return e
			}
		case tagERP:
			if first == "1" || first == "2" {
				return e
			}
		case tagFTX:
			if first == "AAP" {
				return e
			}
		default:
		}
	}
	return -1
}

// answered says which answers have no code.
func (r *reader) answered() {
	for i, v := range r.out.Answers {
		last := i == len(r.out.Answers)-1
		if v.Code == "" && (!last || !r.m.Truncated) {
			r.m.Report(apipnr.Diagnostic{
				Code: apipnr.CodeSegmentMissing, Severity: apipnr.Warning, Offset: r.m.Start, Record: i + 1, Tag: tagERC.String(),
				Message: "no ERC: what the answer is about this traveller is not known",
			})
		}
	}
}

// reader is a message while it is read.
type reader struct {
	m       *edifact.Message
	s       *edifact.Segment
	out     apipnr.Message
	verdict *apipnr.Verdict // opened by ERP
	flight  *apipnr.Flight  // opened by RFF+AF
	begun   bool            // there is a BGM
	again   bool            // the verdict's locator was repeated: the next traveller's reference may follow
}

func (r *reader) segment() {
	switch r.s.Tag {
	case edifact.UNH, edifact.UNT:
	case tagBGM:
		r.begin()
	case tagERP:
		r.open(r.s.Text(0, 0) == "1")
	case tagRFF:
		r.reference()
	case tagERC:
		r.code(strings.TrimSpace(r.s.Text(0, 0)))
	case tagFTX:
		r.text()
	case tagDTM:
		r.time()
	case tagLOC:
		r.place()
	default:
		r.report(apipnr.CodeSegmentUnknown, "segment that is not known here: "+r.s.Raw())
	}
}

func (r *reader) report(code, message string) {
	record := 0
	if r.verdict != nil {
		record = len(r.out.Answers)
	}
	r.s.Report(code, apipnr.Warning, 0, 0, record, message)
}

func (r *reader) begin() {
	r.begun = true
	switch code := r.s.Text(0, 0); code {
	case "962":
		r.out.Function = apipnr.Answer
	case "132":
		r.out.Function = apipnr.StatusChange
	case "312":
		r.out.Function = apipnr.Acknowledgement
	default:
		r.report(apipnr.CodeQualifier, fmt.Sprintf("BGM %q is not known", code))
	}
}

// open begins a verdict.
func (r *reader) open(whole bool) {
	r.flight, r.again = nil, false
	r.out.Answers = append(r.out.Answers, apipnr.Verdict{Whole: whole})
	r.verdict = &r.out.Answers[len(r.out.Answers)-1]
}

// judged is the current verdict. A code without ERP opens one of the message as a whole: it can be nobody's.
func (r *reader) judged() *apipnr.Verdict {
	if r.verdict == nil {
		r.report(apipnr.CodeSegmentMissing, "no ERP before it: "+r.s.Raw())
		r.open(true)
	}
	return r.verdict
}

func (r *reader) reference() {
	qualifier, value := r.s.Text(0, 0), r.s.Text(0, 1)
	switch {
	case qualifier == "TN":
		r.out.Transaction, r.out.Revision = value, r.s.Text(0, 4)
	case qualifier == "AF" && r.verdict == nil:
		r.openFlight(strings.ToUpper(value))
	case r.verdict == nil && (qualifier == "ABO" || qualifier == "AVF"):
		r.unopened("the first traveller")
		r.reference()
	case r.verdict == nil:
		r.report(apipnr.CodeQualifier, "kept as sent: "+r.s.Raw())
	case qualifier == "ABO":
		r.ref(value)
	case qualifier == "AVF":
		r.locator(value)
	default:
		r.verdict.Reference = qualifier + ":" + value
	}
}

// unopened begins a verdict whose ERP is missing: what follows is another traveller's, and must not change the one before.
func (r *reader) unopened(why string) {
	r.open(false)
	r.report(apipnr.CodeSegmentMissing, "no ERP before "+why+": "+r.s.Raw())
}

// code is the answer of the current verdict. A second one is not its: whose it is, only references behind it can tell.
func (r *reader) code(sent string) {
	v := r.judged()
	if v.Code != "" && v.Code != sent {
		r.unopened("another answer")
		v = r.verdict
	}
	v.Code = sent
}

// ref is whom the current verdict is about. Another reference than that which it has is another traveller's.
func (r *reader) ref(value string) {
	if v := r.verdict; v.Ref != "" && v.Ref != value {
		locator := ""
		if r.again {
			locator = v.Locator
		}
		r.unopened("another traveller")
		r.verdict.Locator = locator
	}
	r.verdict.Ref = value
}

func (r *reader) locator(value string) {
	switch v := r.verdict; {
	case v.Locator == value:
		r.again = true
		return
	case v.Locator != "":
		r.unopened("another reservation")
	}
	r.verdict.Locator = value
}

func (r *reader) openFlight(sent string) {
	f := apipnr.Flight{Role: apipnr.CrossingLeg}
	prefix, number := paxlst.Designator(sent, "")
	f.Carrier = prefix
	var ok bool
	if f.Number, f.Suffix, ok = apipnr.FlightNumber(number); !ok {
		r.report(apipnr.CodeFlightNumber, fmt.Sprintf("%q is no flight number", sent))
	}
	f.Origins = append(f.Origins, r.s.Origin(apipnr.FieldFlightNumber, 0, 0, 1))
	r.out.Flights = append(r.out.Flights, f)
	r.flight = &r.out.Flights[len(r.out.Flights)-1]
}

func (r *reader) text() {
	v := r.judged()
	for e := 2; e < r.s.Elements(); e++ {
		for c := range r.s.Components(e) {
			if more := strings.TrimSpace(r.s.Text(e, c)); more != "" && e == 3 {
				v.Text = strings.TrimLeft(v.Text+" "+more, " ")
			}
		}
	}
}

func (r *reader) time() {
	t, _, ok := paxlst.LocalTime(strings.TrimSpace(r.s.Text(0, 1)), r.s.Text(0, 2))
	qualifier := r.s.Text(0, 0)
	switch {
	case r.flight == nil || (qualifier != "189" && qualifier != "232"):
		r.report(apipnr.CodeQualifier, "kept as sent: "+r.s.Raw())
	case !ok:
		r.report(apipnr.CodeDateUnreadable, fmt.Sprintf("%q is no date and time", r.s.Text(0, 1)))
	case qualifier == "189":
		r.flight.Departure = t
	default:
		r.flight.Arrival = t
	}
}

func (r *reader) place() {
	qualifier, code := r.s.Text(0, 0), strings.TrimSpace(r.s.Text(1, 0))
	switch {
	case r.flight == nil:
		r.report(apipnr.CodeQualifier, "kept as sent: "+r.s.Raw())
	case qualifier == "125":
		r.flight.Origin = code
	case qualifier == "87":
		r.flight.Destination = code
	case qualifier == "92" && r.flight.Origin == "":
		r.flight.Origin = code
	case qualifier == "92":
		r.flight.Destination = code
	default:
		r.report(apipnr.CodeQualifier, "kept as sent: "+r.s.Raw())
	}
}

// cut takes a verdict off whose code never came.
func (r *reader) cut() {
	r.m.Report(apipnr.Diagnostic{
		Code: apipnr.CodeTruncated, Severity: apipnr.Failure, Segment: r.s.Number + 1, Offset: r.m.End, Record: len(r.out.Answers),
		Message: "the text ends within this answer, which is left out",
	})
	r.out.Answers = r.out.Answers[:len(r.out.Answers)-1]
}
