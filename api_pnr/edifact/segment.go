package edifact

import (
	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Segment is one segment while its message is iterated. It is reused: it holds until the next one is asked for; the strings that it
// gives stay. Elements count from 0, the first after the tag; components count from 0.
type Segment struct {
	Tag    Tag
	Number int // in the message; UNH is 1
	Offset int // of the tag, in what was received
	End    int // behind the terminator, in what was received

	message *Message
	// Component k stands between ends[k] and ends[k+1], the separators around it; there are count of them, of elements with the indexes of
	// their first ones. flags say what has to be done to a component, when special says that there is any to do.
	ends     []uint32
	elements []uint32
	flags    []uint8
	count    int
	last     int // elements
	special  bool
}

// What must be done before a component is text.
const (
	released uint8 = 1 << iota // release characters to take off
	folded                     // line ends to take off
	foreign                    // bytes of another character set than UTF-8
)

// Elements is how many elements follow the tag.
func (s *Segment) Elements() int { return s.last }

// Components is how many components an element has; an element that is not there has none, an empty one has one.
func (s *Segment) Components(element int) int {
	if uint(element) >= uint(s.last) {
		return 0
	}
	return s.after(element) - int(s.elements[element])
}

// after is the index of the first component behind an element.
func (s *Segment) after(element int) int {
	if element+1 < s.last {
		return int(s.elements[element+1])
	}
	return s.count
}

// find is the index of a component; -1 when it is not there.
func (s *Segment) find(element, component int) int {
	if uint(element) >= uint(s.last) || component < 0 {
		return -1
	}
	at := int(s.elements[element]) + component
	if at >= s.after(element) {
		return -1
	}
	return at
}

// place is where component k stands in the message's text.
func (s *Segment) place(k int) (start, end int) { return int(s.ends[k]) + 1, int(s.ends[k+1]) }

// Text is a component's value: releases, folds and character set resolved, nothing else touched; "" when it is not there.
func (s *Segment) Text(element, component int) string {
	k := s.find(element, component)
	if k < 0 {
		return ""
	}
	start, end := s.place(k)
	if !s.special || s.flags[k] == 0 {
		return s.message.text[start:end]
	}
	return s.message.clean(s.message.text[start:end], start, s.flags[k])
}

// Is reports whether a component's value is want.
func (s *Segment) Is(element, component int, want string) bool {
	return s.Text(element, component) == want
}

// Tail is the tag that an element ends in, if its last three characters are one; the zero tag of a shorter element.
func (s *Segment) Tail(element int) Tag {
	start, end := s.place(s.after(element) - 1)
	if end-start < 3 {
		return 0
	}
	text := s.message.text[end-3 : end]
	return Tag(text[0])<<16 | Tag(text[1])<<8 | Tag(text[2])
}

// Rest is the text of an element from a component on, with the component separators as characters of it: for free text in which a
// sender forgot to release them.
func (s *Segment) Rest(element, component int) string {
	first := s.find(element, component)
	if first < 0 {
		return ""
	}
	start, _ := s.place(first) // only where it begins
	_, end := s.place(s.after(element) - 1)
	var flags uint8
	for k := first; s.special && k < s.after(element); k++ {
		flags |= s.flags[k]
	}
	return s.message.clean(s.message.text[start:end], start, flags)
}

// At is where a component starts in what was received; the segment's own offset when it is not there.
func (s *Segment) At(element, component int) int {
	if k := s.find(element, component); k >= 0 {
		return s.message.Start + int(s.ends[k]) + 1
	}
	return s.Offset
}

// Span is where a component stands in what was received, releases and folds included; false when it is not there.
func (s *Segment) Span(element, component int) (start, end int, ok bool) {
	k := s.find(element, component)
	if k < 0 {
		return 0, 0, false
	}
	start, end = s.place(k)
	return s.message.Start + start, s.message.Start + end, true
}

// Raw is the segment as received, from the tag to before the terminator.
func (s *Segment) Raw() string {
	from, to := s.Offset-s.message.Start, s.End-s.message.Start
	if to > from && s.message.text[to-1] == s.message.Separators.Terminator {
		to--
	}
	return s.message.text[from:to]
}

// Origin is where a component stands, for a field that was read from it.
func (s *Segment) Origin(field apipnr.Field, item, element, component int) apipnr.Origin {
	return apipnr.Origin{
		Field: field, Item: uint16(item), Segment: uint32(s.Number), Offset: uint32(s.At(element, component)), //nolint:gosec // bounded by Limits
	}
}

// Report notes a diagnostic about an element of the segment. Record is the traveller or reservation it costs, from 1; 0 without one.
func (s *Segment) Report(code string, severity apipnr.Severity, element, component, record int, message string) {
	s.message.Report(apipnr.Diagnostic{
		Code: code, Severity: severity, Segment: s.Number, Offset: s.At(element, component), Tag: s.Tag.String(), Record: record,
		Message: message,
	})
}
