package paxlst

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/traveldoc"
)

// Read reads a list. It always gives a message: what cannot be read is among its diagnostics.
func Read(m *edifact.Message) apipnr.Message {
	r := reader{m: m, out: m.Canonical(), reference: prepared(m.Interchange.Prepared), verified: &verified{yes: true}}
	r.makeRoom()
	segments := m.Reader()
	r.s = &segments.Segment
	for segments.Next() {
		if at := r.swallowed(); at >= 0 {
			segments.Unglue(at)
		}
		r.segment()
	}
	r.finish()
	return r.out
}

// reader is a message while it is read. The group that segments belong to is known from the last trigger (TDT, NAD).
type reader struct {
	m   *edifact.Message
	s   *edifact.Segment
	out apipnr.Message

	action    string         // of the message, for each traveller
	reference traveldoc.Date // what two-digit years are near to: of the first departure, else of the interchange

	in     group
	record int // travellers begun
	began  place
	t      *apipnr.Traveller
	party  *apipnr.Contact // of the current NAD
	doc    document
	mea    int // index of the row of bags that MEA fills; -1: none yet
	legs   legs
	*verified
	arena arena
	seen  struct{ bgm, cnt, flight, departure bool }
}

// verified are the two values that travellers point to. They outlive the reader.
type verified struct{ yes, no bool }

// place is where a segment stands.
type place struct{ segment, offset int }

// group is what the last trigger opened.
type group uint8

const (
	header group = iota
	flight
	traveller
	party // NAD that is no traveller
)

// segment hands one segment to what reads it.
func (r *reader) segment() {
	switch r.s.Tag {
	case edifact.UNH, edifact.UNT:
	case tagBGM:
		r.begin()
	case tagNAD:
		r.nad()
	case tagTDT:
		r.tdt()
	case tagLOC:
		r.loc()
	case tagDTM:
		r.dtm()
	case tagRFF:
		r.rff()
	case tagCOM:
		r.com()
	case tagCNT:
		r.cnt()
	case tagATT, tagMEA, tagGEI, tagFTX, tagEMP, tagNAT, tagDOC:
		if r.t == nil && !r.first() {
			r.misplaced()
			return
		}
		r.ofTraveller()
	default:
		if r.likeNAD() {
			r.nad()
			r.report(apipnr.CodeSegmentUnknown, apipnr.Warning, 0, 0, "segment that is not known here, read as NAD: "+r.s.Raw())
			return
		}
		r.report(apipnr.CodeSegmentUnknown, apipnr.Warning, 0, 0, "segment that is not known here: "+r.s.Raw())
	}
}

// finish closes what is open, and says what a list should have had.
func (r *reader) finish() {
	r.endTraveller()
	r.endFlight()
	if r.m.Truncated {
		r.cut()
	}
	if !r.seen.bgm {
		r.missing(tagBGM, "no BGM: read as a list of passengers")
		r.out.Function = apipnr.List
	}
	if !r.seen.flight && r.out.Function != apipnr.MasterCrewList {
		r.missing(tagTDT, "no TDT: the flight is not known")
	}
	if !r.seen.cnt && len(r.out.Travellers) > 0 && !r.m.Truncated {
		r.missing(tagCNT, "no CNT: the flight's count of persons is not known")
	}
	r.m.Finish(&r.out)
}

// cut takes the traveller off in whose record the text ended: what is known of him may be a part only.
func (r *reader) cut() {
	fragment := r.m.Fragment
	if r.in != traveller || fragment == "" || len(r.out.Travellers) == 0 {
		return
	}
	name := strings.TrimSpace(fragment[:min(3, len(fragment))])
	for _, trigger := range []string{"NAD", "CNT", "TDT", "UNT"} {
		if strings.HasPrefix(trigger, name) {
			return
		}
	}
	last := len(r.out.Travellers) - 1
	r.m.Report(apipnr.Diagnostic{
		Code: apipnr.CodeTruncated, Severity: apipnr.Failure, Segment: r.began.segment, Offset: r.began.offset, Tag: tagNAD.String(),
		Record: r.record, Message: "the text ends within this traveller, who is left out: " + r.out.Travellers[last].Surname,
	})
	r.out.Travellers = r.out.Travellers[:last]
}

func (r *reader) missing(tag edifact.Tag, message string) {
	r.m.Report(apipnr.Diagnostic{
		Code: apipnr.CodeSegmentMissing, Severity: apipnr.Warning, Offset: r.m.Start, Tag: tag.String(), Message: message,
	})
}

// report notes a diagnostic about the current segment, and the current traveller.
func (r *reader) report(code string, severity apipnr.Severity, element, component int, message string) {
	record := 0
	if r.t != nil {
		record = r.record
	}
	r.s.Report(code, severity, element, component, record, message)
}

// misplaced says that a segment stands where nothing takes it.
func (r *reader) misplaced() {
	r.report(apipnr.CodeSegmentOrder, apipnr.Warning, 0, 0, "segment before the first traveller: "+r.s.Raw())
}

// unplaced says that a qualifier is not known, or that nothing is made of it; the segment is kept there.
func (r *reader) unplaced(severity apipnr.Severity) {
	r.report(apipnr.CodeQualifier, severity, 0, 0, "kept as sent: "+r.s.Raw())
}

// text is a component without blanks around it.
func (r *reader) text(element, component int) string {
	s := r.s.Text(element, component)
	if s == "" || (s[0] > ' ' && s[len(s)-1] > ' ') {
		return s
	}
	return strings.TrimSpace(s)
}
