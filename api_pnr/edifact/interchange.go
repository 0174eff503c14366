package edifact

import (
	"fmt"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// interchange reads one interchange and gives the index behind it.
func (f *splitter) interchange(o opening, headers []string) int {
	x := &Interchange{
		Separators: o.separators, Announced: o.at < o.segment, Headers: headers, Start: o.at, End: len(f.body), body: f.body,
	}
	f.current, f.group, f.message = x, nil, nil
	f.groups, f.messages, f.grouped, f.closed = 0, 0, 0, false
	f.file.Interchanges = append(f.file.Interchanges, x)
	f.lexer = newLexer(o.separators, false)
	if o.detected != "" {
		f.report(apipnr.CodeSeparators, apipnr.Info, o.at, o.detected+": service characters were found from the text")
	}
	if o.bare {
		f.report(apipnr.CodeSegmentMissing, apipnr.Warning, o.at, "no UNB before the message: who sent it is not known")
	}
	pos := o.segment
	for pos < len(f.body) && !f.closed && !f.full {
		start := f.lexer.skipBlank(f.body, pos)
		if start == len(f.body) {
			pos = start
			break
		}
		end := f.lexer.end(f.body, start)
		if f.message != nil && end < len(f.body) && f.lexer.ordinary(f.body, start) {
			pos = f.pass(end + 1)
			continue
		}
		tag, at := f.start(start, end)
		if at > o.segment && (tag == UNB || f.service(at)) {
			pos = at
			break
		}
		pos = min(end+1, len(f.body))
		f.segment(tag, at, pos, end < len(f.body))
	}
	x.End = pos
	f.finish(pos)
	return pos
}

// pass goes on from an index behind a terminator, within a message, to the next segment that may be one of the envelopes, else to what
// stands behind the last terminator. Every segment of the envelopes has UN in it, but where a line end is in its tag.
func (f *splitter) pass(from int) int {
	if !f.searched {
		lines := strings.IndexByte(f.body, '\n') >= 0 || strings.IndexByte(f.body, '\r') >= 0 // found faster than those in a tag
		f.searched, f.folded = true, lines && (strings.Contains(f.body, "U\r") || strings.Contains(f.body, "U\n"))
	}
	if f.folded {
		return from
	}
	next := strings.Index(f.body[from:], "UN")
	if next < 0 {
		next = len(f.body) - from
	}
	for next > 0 {
		if next = strings.LastIndexByte(f.body[from:from+next], f.lexer.terminator); next < 0 {
			break
		}
		if !f.lexer.quoted(f.body, from, from+next) {
			return from + next + 1
		}
	}
	return from
}

// start finds where the segment between two indexes really begins: text that is no segment may stand before it. The tag is 0 when there
// is no segment, or one within a message, which is no matter here.
func (f *splitter) start(from, end int) (Tag, int) {
	if tag, _, ok := f.lexer.tag(f.body, from); ok {
		return tag, from
	}
	if f.service(from) {
		return UNA, from
	}
	at, found := f.lexer.resume(f.body, from)
	at = min(at, end)
	if f.message == nil && len(f.file.Diagnostics) < f.limits.Diagnostics && at > from {
		f.report(apipnr.CodeStrayText, apipnr.Warning, from, "text that is no segment: "+excerpt(f.body[from:at]))
	}
	if !found {
		return 0, from
	}
	tag, _, _ := f.lexer.tag(f.body, at) // only which tag; what follows it is read later
	return tag, at
}

// service reports whether a service string UNA with its interchange stands at an index.
func (f *splitter) service(at int) bool {
	if !strings.HasPrefix(f.body[at:], "UNA") {
		return false
	}
	_, ok := openUNA(f.body, at)
	return ok
}

// segment takes a segment of the envelopes; those of messages are passed by. Complete is false for the last one when nothing ends it.
func (f *splitter) segment(tag Tag, start, end int, complete bool) {
	switch tag {
	case UNB:
		f.openInterchange(start, end)
	case UNG:
		f.lost(start)
		f.groups++
		f.grouped = 0
		s := f.header(start, end)
		f.group = &Group{Type: s.Text(0, 0), Sender: s.Text(1, 0), Recipient: s.Text(2, 0), Reference: s.Text(4, 0)}
	case UNH:
		f.lost(start)
		if !complete {
			f.report(apipnr.CodeTruncated, apipnr.Failure, start, "the text ends within the header of a message")
			return
		}
		f.openMessage(start, end)
	case UNT:
		if f.message != nil {
			f.close(end)
		}
	case UNE:
		f.lost(start)
		f.closeGroup(start, end)
	case UNZ:
		f.lost(start)
		f.closeInterchange(start, end)
	default:
		switch {
		case f.message != nil && !complete:
			f.message.Fragment = f.body[start:end]
			f.message.End = start
		case f.message == nil && complete && f.headless(tag, start, end):
		case f.message == nil && tag != 0:
			f.report(apipnr.CodeSegmentOrder, apipnr.Warning, start, "segment "+tag.String()+" outside of a message")
		}
	}
}

// header reads one segment of the envelopes. It holds until the next one is read.
func (f *splitter) header(start, end int) *Segment {
	m := &Message{Interchange: f.current, Separators: f.current.Separators, Start: start, End: end, text: f.body[start:end], limits: f.limits}
	r := f.head
	if r == nil {
		f.head = m.Reader()
		r = f.head
	}
	r.message, r.lexer, r.pos, r.Number, r.first = m, f.lexer, 0, 0, false
	r.Next()
	return &r.Segment
}

func (f *splitter) openInterchange(start, end int) {
	s, x := f.header(start, end), f.current
	x.Syntax = s.Text(0, 0)
	if version := s.Text(0, 1); version != "" {
		x.Syntax += ":" + version
	}
	x.repeats = repeats(x.Syntax)
	x.charset = charsetOf(x.Syntax)
	x.Sender, x.Recipient, x.Reference = trim(s.Text(1, 0)), trim(s.Text(2, 0)), trim(s.Text(4, 0))
	x.Prepared = trim(s.Text(3, 0)) + ":" + trim(s.Text(3, 1))
}

func trim(s string) string { return strings.Trim(s, " ") }

func (f *splitter) openMessage(start, end int) {
	s := f.header(start, end)
	m := &Message{
		Reference: s.Text(0, 0), Type: kind(s.Text(1, 0)), Agency: s.Text(1, 3), Assigned: s.Text(1, 4), Access: s.Text(2, 0),
		Part: partOf(s.Text(3, 0), s.Text(3, 1)),
	}
	if m.Version = s.Text(1, 1); s.Text(1, 2) != "" {
		m.Version += ":" + s.Text(1, 2)
	}
	f.open(m, start)
	f.retype(m, end)
}

// kind is a type of message as sent: in capitals, without the space that a fold in it may have left.
func kind(sent string) string { return strings.ToUpper(strings.ReplaceAll(sent, " ", "")) }

// open begins a message at an index.
func (f *splitter) open(m *Message, start int) {
	if len(f.file.Messages) >= f.limits.Messages {
		f.report(apipnr.CodeLimit, apipnr.Failure, start, fmt.Sprintf("more than %d messages: the rest is not read", f.limits.Messages))
		f.full = true
		return
	}
	m.Interchange, m.Group, m.Separators, m.Start, m.End, m.limits = f.current, f.group, f.current.Separators, start, len(f.body), f.limits
	f.message = m
	f.messages++
	f.grouped++
	f.file.Messages = append(f.file.Messages, m)
}

// headless begins a message whose UNH is missing or damaged at a segment that only one type of message begins with, or has for a record;
// false when the segment is none such.
func (f *splitter) headless(tag Tag, start, end int) bool {
	of := f.typeBy(tag, start, end)
	if of == "" {
		return false
	}
	m := &Message{Type: of, Part: apipnr.Part{Number: 1, First: true, Last: true}}
	if f.open(m, start); f.message == m {
		m.Report(apipnr.Diagnostic{
			Code: apipnr.CodeSegmentMissing, Severity: apipnr.Warning, Segment: 1, Offset: start, Tag: UNH.String(),
			Message: "no UNH before " + tag.String() + ": read as " + m.Type,
		})
	}
	return true
}

// retype gives a message whose type is none (they have six letters) the one that its group or its first segment, at an index, tells.
func (f *splitter) retype(m *Message, at int) {
	const letters = 6
	if len(m.Type) == letters || f.message != m {
		return
	}
	first := f.lexer.skipBlank(f.body, at)
	tag, _, ok := f.lexer.tag(f.body, first)
	if !ok {
		return
	}
	of := f.typeBy(tag, first, min(f.lexer.end(f.body, first)+1, len(f.body)))
	if of == "" {
		return
	}
	m.Report(apipnr.Diagnostic{
		Code: apipnr.CodeVersion, Severity: apipnr.Warning, Segment: 1, Offset: m.Start, Tag: UNH.String(),
		Message: fmt.Sprintf("%q is no type of message: read as %s", m.Type, of),
	})
	m.Type = of
}

// typeBy is the type of message that a segment begins, or the group says; "" when the segment says nothing.
func (f *splitter) typeBy(tag Tag, start, end int) string {
	var of string
	switch tag {
	case tagBGM:
		of = apipnr.PAXLST
		if s := f.header(start, end); s.Is(0, 0, "962") || s.Is(0, 0, "132") || s.Is(0, 0, "312") {
			of = apipnr.CUSRES
		}
	case tagTDT, tagNAD:
		of = apipnr.PAXLST
	case tagMSG, tagTVL, tagSRC, tagTIF:
		of = apipnr.PNRGOV
	default:
		return ""
	}
	if f.group != nil {
		switch said := kind(f.group.Type); said {
		case apipnr.PAXLST, apipnr.CUSRES, apipnr.PNRGOV:
			return said
		}
	}
	return of
}

// partOf reads S010: the number, and C for the first of a series, F for the last; those between have no letter. Without any of it the
// message is alone.
func partOf(sequence, transfer string) apipnr.Part {
	n, ok := number(sequence)
	transfer = strings.ToUpper(trim(transfer))
	if (!ok || n == 0) && transfer == "" {
		return apipnr.Part{Number: 1, First: true, Last: true}
	}
	n = max(n, 1)
	return apipnr.Part{Number: n, First: n == 1, Last: transfer == "F"}
}

// close ends the message at an index.
func (f *splitter) close(end int) {
	m := f.message
	m.End = min(m.End, end)
	m.text = f.body[m.Start:m.End]
	f.message = nil
}

// lost closes a message that another segment of the envelopes ends, and says so.
func (f *splitter) lost(at int) {
	if m := f.message; m != nil {
		m.Report(apipnr.Diagnostic{
			Code: apipnr.CodeSegmentMissing, Severity: apipnr.Warning, Offset: at, Tag: "UNT", Message: "no UNT at the message's end",
		})
		f.close(at)
	}
}

func (f *splitter) closeGroup(start, end int) {
	s := f.header(start, end)
	if f.group == nil {
		f.report(apipnr.CodeSegmentOrder, apipnr.Warning, start, "UNE without UNG")
		return
	}
	f.count(start, "UNE", s.Text(0, 0), f.grouped, "messages")
	f.refer(start, "UNE", s.Text(1, 0), f.group.Reference)
	f.group = nil
}

func (f *splitter) closeInterchange(start, end int) {
	s := f.header(start, end)
	f.closed = true
	f.current.Trailer = trim(s.Text(1, 0))
	if f.group != nil {
		f.report(apipnr.CodeSegmentMissing, apipnr.Warning, start, "no UNE at the group's end")
	}
	if f.groups > 0 {
		f.count(start, "UNZ", s.Text(0, 0), f.groups, "groups")
	} else {
		f.count(start, "UNZ", s.Text(0, 0), f.messages, "messages")
	}
	f.refer(start, "UNZ", f.current.Trailer, f.current.Reference)
}

func (f *splitter) count(at int, tag, sent string, want int, what string) {
	if n, ok := number(sent); !ok || n != want {
		f.report(apipnr.CodeCount, apipnr.Warning, at, fmt.Sprintf("%s counts %q %s, %d were read", tag, sent, what, want))
	}
}

func (f *splitter) refer(at int, tag, sent, want string) {
	if trim(sent) != trim(want) {
		f.report(apipnr.CodeReference, apipnr.Warning, at, fmt.Sprintf("%s refers to %q, its header to %q", tag, sent, want))
	}
}

// finish ends what the end of the text, or the next interchange, left open.
func (f *splitter) finish(at int) {
	if f.closed {
		return
	}
	if m := f.message; m != nil && at == len(f.body) {
		m.Truncated = true
		m.Report(apipnr.Diagnostic{Code: apipnr.CodeTruncated, Severity: apipnr.Failure, Offset: at, Message: "the text ends within the message"})
		f.close(at)
	}
	f.lost(at)
	if !f.full {
		f.report(apipnr.CodeSegmentMissing, apipnr.Warning, at, "no UNZ at the interchange's end")
	}
}
