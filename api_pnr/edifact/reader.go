package edifact

import (
	"fmt"
	"strconv"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Reader goes over the segments of a message. The current one is its Segment.
type Reader struct {
	Segment
	lexer lexer
	pos   int
	first bool // reports on the syntax: nobody went over the message before
}

// usual is more components than segments usually have; a power of two.
const usual = 128

// Reader starts at UNH.
func (m *Message) Reader() *Reader {
	if r := m.spare; r != nil && r.message.Separators == m.Separators {
		m.spare = nil
		*r = Reader{
			Segment: Segment{message: m, ends: r.ends, elements: r.elements, flags: r.flags},
			lexer:   lexer{r.lexer.class, r.lexer.terminator, 0}, first: m.seen == 0,
		}
		if m.Interchange.repeats {
			r.lexer.repetition = m.Separators.Repetition
		}
		return r
	}
	return &Reader{
		Segment: Segment{message: m, ends: make([]uint32, usual), elements: make([]uint32, usual)},
		lexer:   newLexer(m.Separators, m.Interchange.repeats), first: m.seen == 0,
	}
}

// Next goes to the next segment; false when there is none.
func (r *Reader) Next() bool {
	m := r.message
	for r.pos < len(m.text) {
		start := r.lexer.skipBlank(m.text, r.pos)
		if start == len(m.text) {
			break
		}
		if r.Number >= m.limits.Segments {
			r.report(apipnr.CodeLimit, apipnr.Failure, start, "more segments than are read")
			break
		}
		if r.segment(start) {
			r.Number++
			m.seen = max(m.seen, r.Number)
			if r.first && r.Tag == UNT {
				r.trailer()
			}
			return true
		}
	}
	r.pos = len(m.text)
	return false
}

// segment reads the segment at an index; false when there is none that could be used.
func (r *Reader) segment(start int) bool {
	text := r.message.text
	if r.usually(start) {
		return true
	}
	if r.glued(start) {
		return true
	}
	tag, at, ok := r.lexer.tag(text, start)
	if !ok {
		resumed, found := r.lexer.resume(text, start)
		if r.first {
			r.message.stray(r.Number+1, r.message.Start+start, text[start:resumed])
		}
		if !found {
			r.pos = min(resumed+1, len(text))
			return false
		}
		start = resumed
		tag, at, _ = r.lexer.tag(text, start) // whether there is one is known: the text was taken up again there
	}
	r.Tag, r.Offset = tag, r.message.Start+start
	end, flags := r.split(at)
	r.pos = min(end, len(text))
	if end < len(text) && r.lexer.class[text[end]] == terminator {
		r.pos++
	} else if end < len(text) {
		r.report(CodeTerminator, apipnr.Warning, end, "no terminator at the segment's end")
	}
	if at > start+3 && strings.ContainsAny(text[start:at], "\r\n") {
		flags |= folded
	}
	r.End = r.message.Start + r.pos
	if flags != 0 {
		r.note(start, end, flags)
	}
	if end-start > r.message.limits.SegmentBytes || r.count > r.message.limits.Components {
		r.report(apipnr.CodeLimit, apipnr.Failure, start, "segment "+tag.String()+" is larger than is read")
		return false
	}
	return true
}

// glued reads a segment without elements whose terminator is missing: a tag and another one with elements ("SRCRCI+"). It is the beginning
// of a record that would be lost with it. Those of the envelopes are found before.
func (r *Reader) glued(start int) bool {
	text, behind := r.message.text, start+6
	if behind >= len(text) || r.lexer.class[text[behind]] != element || strings.Contains(text[start:behind], "UN") || !known(TagOf(text[start:start+3])) || !known(TagOf(text[start+3:behind])) {
		return false
	}
	r.Tag, r.pos = TagOf(text[start:start+3]), start+3
	r.Offset, r.End = r.message.Start+start, r.message.Start+r.pos
	r.ends[0] = uint32(r.pos) //nolint:gosec // bounded by Limits.Bytes
	r.elementsOf(0)
	r.report(CodeTerminator, apipnr.Warning, r.pos, "no terminator at the segment's end")
	return true
}

// Unglue ends the current segment before the tag that one of its elements ends in: the terminator between them is missing. The segment of
// that tag is the next one. Only who knows what segments mean can tell such a tag from a text, and so asks for it (Tail).
func (r *Reader) Unglue(element int) {
	last := r.after(element) - 1
	_, end := r.place(last)
	r.pos = end - 3
	r.report(CodeTerminator, apipnr.Warning, r.pos, "no terminator at the segment's end")
	r.ends[last+1] = uint32(r.pos) //nolint:gosec // bounded by Limits.Bytes
	r.count, r.last, r.End = last+1, element+1, r.message.Start+r.pos
}

// usually reads a segment with nothing special in it, and its terminator behind it; false, with nothing changed, for any other.
func (r *Reader) usually(start int) bool {
	m := r.message
	text, class, at := m.text, r.lexer.class, start+3
	if at >= len(text) || class[text[at]] != element || !tagByte(text[start]) || !tagByte(text[start+1]) || !tagByte(text[start+2]) {
		return false
	}
	end, ok := r.quick(at)
	if !ok || end == len(text) || end-start > m.limits.SegmentBytes || r.count > m.limits.Components {
		return false
	}
	r.Tag = Tag(text[start])<<16 | Tag(text[start+1])<<8 | Tag(text[start+2])
	r.pos = end + 1
	r.Offset, r.End = m.Start+start, m.Start+end+1
	return true
}

// split finds the components from the service character behind the tag to the terminator, whose index it gives with all flags met. Most
// segments hold nothing special and few components: they are split without a branch for each byte.
func (r *Reader) split(pos int) (end int, all uint8) {
	if end, ok := r.quick(pos); ok {
		return end, 0
	}
	return r.splitSpecial(pos)
}

// quick is split for a segment with nothing special in it; false for any other. It looks at no more bytes at a time than there is room
// for components. What begins an element is looked at once the components are known: there are fewer of them than bytes.
func (r *Reader) quick(pos int) (end int, ok bool) {
	text, class, ends := r.message.text, r.lexer.class, (*[usual]uint32)(r.ends)
	count, kind := 0, plain
	for kind < terminator && pos < len(text) {
		window, at := text[pos:min(len(text), pos+usual-1-count)], 0
		for at = range len(window) {
			if kind = class[window[at]]; kind >= terminator {
				break
			}
			ends[count&(usual-1)] = uint32(pos + at) //nolint:gosec // bounded by Limits.Bytes
			count += int(kind & component)
		}
		if pos += at; kind < terminator {
			pos++
		}
		if len(window) == 0 {
			return 0, false
		}
	}
	if kind > terminator {
		return 0, false
	}
	ends[count&(usual-1)] = uint32(pos) //nolint:gosec // bounded by Limits.Bytes
	r.elementsOf(count)
	return pos, true
}

// elementsOf finds the elements of so many components.
func (r *Reader) elementsOf(count int) {
	text, class, elements, last := r.message.text, r.lexer.class, (*[usual]uint32)(r.elements), 0
	for k, separator := range r.ends[:count] {
		elements[last&(usual-1)] = uint32(k)
		last += int(class[text[separator]] >> 1)
	}
	r.count, r.last, r.special = count, last, false
}

// splitSpecial is split for a segment with releases, folds, text that is not ASCII, or many components. Beyond the bound
// it counts one. A line that begins with a segment's tag ends the segment too.
func (r *Reader) splitSpecial(pos int) (end int, all uint8) {
	text, class, limit := r.message.text, r.lexer.class, r.message.limits.Components
	ends, elements, marks := r.ends[:0], r.elements[:0], r.flags[:0]
	var flags uint8
	ended := false
	for ; pos < len(text) && class[text[pos]] != terminator && !ended; pos++ {
		switch kind := class[text[pos]]; kind {
		case component, element:
			if len(ends) > limit {
				continue
			}
			if len(ends) > 0 {
				marks = append(marks, flags)
			}
			if kind == element {
				elements = append(elements, uint32(len(ends))) //nolint:gosec // bounded by Limits.Components
			}
			ends = append(ends, uint32(pos)) //nolint:gosec // bounded by Limits.Bytes
			flags = 0
		case release:
			var seen uint8
			pos, seen = r.released(pos)
			flags |= seen
		case lineEnd:
			if ended = r.unended(pos); !ended {
				flags |= folded
				pos = r.lexer.skipLineEnds(text, pos) - 1
			}
		case high:
			flags |= foreign
		}
		all |= flags
	}
	if ended {
		pos-- // at the line's end
	}
	pos = min(pos, len(text))
	r.count, r.last, r.special = len(ends), len(elements), true
	r.flags = append(marks, flags)
	r.ends = grown(append(ends, uint32(pos))) //nolint:gosec // bounded by Limits.Bytes
	r.elements = grown(elements)
	return pos, all
}

// grown is a slice with at least the usual length.
func grown(s []uint32) []uint32 {
	return s[:max(cap(s), usual)]
}

// unended reports whether the line behind a line end begins with a segment's tag: what is before it lacks its terminator. A line that was
// cut at its full length says nothing.
func (r *Reader) unended(at int) bool {
	text, class := r.message.text, r.lexer.class
	next := r.lexer.skipLineEnds(text, at)
	for indent := 0; indent < 16 && next < len(text) && text[next] == ' ' && class[' '] == plain; indent++ {
		next++
	}
	return next+3 < len(text) && class[text[next+3]] == element && known(TagOf(text[next:next+3])) &&
		(r.message.Interchange.joint(r.message.Start+at) != "" || r.message.Interchange.folding.once)
}

// released gives the index of the character that the release character at an index quotes, and the flags of both.
func (r *Reader) released(pos int) (quoted int, flags uint8) {
	text, class := r.message.text, r.lexer.class
	flags = released
	quoted = r.lexer.skipLineEnds(text, pos+1)
	if quoted > pos+1 {
		flags |= folded
	}
	if quoted == len(text) {
		return quoted, flags
	}
	switch class[text[quoted]] {
	case plain:
		if text[quoted] != r.lexer.repetition {
			r.report(apipnr.CodeReleaseNeedless, apipnr.Info, pos, "released a character that needs no release")
		}
	case high:
		flags |= foreign
	}
	return quoted, flags
}

// note says once of a message that lines were folded, and that text is not in the declared character set.
func (r *Reader) note(start, end int, flags uint8) {
	m := r.message
	if flags&folded != 0 && m.noted&folded == 0 {
		m.noted |= folded
		r.report(apipnr.CodeFolded, apipnr.Info, start, "lines were folded within segments, and are joined")
	}
	if flags&foreign != 0 && m.noted&foreign == 0 && !m.Interchange.charset.fits(m.text[start:end]) {
		m.noted |= foreign
		r.report(apipnr.CodeCharset, apipnr.Info, start, "text is not in the character set of "+m.Interchange.Syntax)
	}
}

// trailer compares UNT with what was read.
func (r *Reader) trailer() {
	if n, ok := number(r.Text(0, 0)); !ok || n != r.Number {
		r.Report(apipnr.CodeCount, apipnr.Warning, 0, 0, 0, fmt.Sprintf("UNT counts %q segments, %d were read", r.Text(0, 0), r.Number))
	}
	if ref := r.Text(1, 0); ref != r.message.Reference {
		r.Report(apipnr.CodeReference, apipnr.Warning, 1, 0, 0, fmt.Sprintf("UNT refers to %q, UNH to %q", ref, r.message.Reference))
	}
}

func (r *Reader) report(code string, severity apipnr.Severity, at int, message string) {
	if r.first {
		r.message.Report(apipnr.Diagnostic{
			Code: code, Severity: severity, Segment: r.Number + 1, Offset: r.message.Start + at, Message: message,
		})
	}
}

// number is a count as sent, with or without leading zeros.
func number(sent string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(sent))
	return n, err == nil && n >= 0
}

// excerpt is the beginning of a text, for a diagnostic.
func excerpt(text string) string {
	const most = 40
	text = strings.TrimSpace(text)
	if len(text) > most {
		return strconv.QuoteToASCII(text[:most]) + " ..."
	}
	return strconv.QuoteToASCII(text)
}
