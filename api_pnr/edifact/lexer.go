package edifact

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Classes of bytes: bits, so that a loop over bytes counts separators without branching.
const (
	plain      uint8 = 0
	component  uint8 = 1
	element    uint8 = 1 | 2
	terminator uint8 = 4
	release    uint8 = 8
	lineEnd    uint8 = 16 // within a segment: a fold
	high       uint8 = 32 // not ASCII
)

// lexer knows what each byte means under one set of service characters.
type lexer struct {
	class      *[256]uint8
	terminator byte
	repetition byte // 0 where it need not be released
}

func newLexer(s apipnr.Separators, repeats bool) lexer {
	l := lexer{class: new([256]uint8), terminator: s.Terminator}
	l.class['\r'], l.class['\n'] = lineEnd, lineEnd
	for b := 0x80; b <= 0xFF; b++ {
		l.class[b] = high
	}
	l.class[s.Component], l.class[s.Element] = component, element
	if s.Release != 0 && s.Release != ' ' {
		l.class[s.Release] = release
	}
	l.class[s.Terminator] = terminator
	if repeats {
		l.repetition = s.Repetition
	}
	return l
}

// skipBlank is the next index from at on that holds neither a space nor a control character, which stand between segments for nothing.
func (l lexer) skipBlank(text string, at int) int {
	for at < len(text) && text[at] <= ' ' && (l.class[text[at]] == plain || l.class[text[at]] == lineEnd) {
		at++
	}
	return at
}

// skipLineEnds is the next index from at on that holds no line end.
func (l lexer) skipLineEnds(text string, at int) int {
	for at < len(text) && l.class[text[at]] == lineEnd {
		at++
	}
	return at
}

func tagByte(b byte) bool { return b-'A' < 26 || b-'0' < 10 }

// ordinary reports whether a segment with a whole tag stands at an index that is none of the envelopes: most are.
func (l lexer) ordinary(text string, at int) bool {
	return at+3 < len(text) && l.class[text[at+3]] == element && tagByte(text[at]) && tagByte(text[at+1]) && tagByte(text[at+2]) &&
		(text[at] != 'U' || text[at+1] != 'N')
}

// tag reads the tag at an index and gives the index of the service character behind it. A fold within it is joined.
func (l lexer) tag(text string, at int) (tag Tag, next int, ok bool) {
	if at+3 < len(text) && tagByte(text[at]) && tagByte(text[at+1]) && tagByte(text[at+2]) {
		if c := l.class[text[at+3]]; c == element || c == terminator {
			return Tag(text[at])<<16 | Tag(text[at+1])<<8 | Tag(text[at+2]), at + 3, true
		}
	}
	return l.brokenTag(text, at)
}

// brokenTag is tag for one that is folded, followed by blanks or a nesting indicator, or the last of the text.
func (l lexer) brokenTag(text string, at int) (tag Tag, next int, ok bool) {
	for range 3 {
		at = l.skipLineEnds(text, at)
		if at >= len(text) || !tagByte(text[at]) {
			return 0, at, false
		}
		tag = tag<<8 | Tag(text[at])
		at++
	}
	at = l.skipBlank(text, at)
	if at == len(text) {
		return tag, at, true
	}
	switch l.class[text[at]] {
	case element, terminator:
		return tag, at, true
	case component: // explicit nesting: of no use here
		for at < len(text) && l.class[text[at]] != element && l.class[text[at]] != terminator {
			at++
		}
		return tag, at, true
	}
	return 0, at, false
}

// end is the index of the terminator that ends the segment at an index; the text's length when there is none.
func (l lexer) end(text string, start int) int {
	at := start
	for {
		next := strings.IndexByte(text[at:], l.terminator)
		if next < 0 {
			return len(text)
		}
		at += next
		if at == start || (l.class[text[at-1]] != release && l.class[text[at-1]] != lineEnd) || !l.quoted(text, start, at) {
			return at
		}
		at++
	}
}

// quoted reports whether an odd number of release characters stands before an index.
func (l lexer) quoted(text string, start, at int) bool {
	odd := false
	for at--; at >= start; at-- {
		switch l.class[text[at]] {
		case release:
			odd = !odd
		case lineEnd:
		default:
			return odd
		}
	}
	return odd
}

// resume finds what ends text that is no segment: the next segment that starts a line, or the terminator that may be there (found is
// false then).
func (l lexer) resume(text string, from int) (at int, found bool) {
	for at = from; at < len(text); at++ {
		switch l.class[text[at]] {
		case terminator:
			return at, false
		case release:
			at = l.skipLineEnds(text, at+1)
		case lineEnd:
			start := l.skipBlank(text, at)
			if start+3 < len(text) && tagByte(text[start]) && tagByte(text[start+1]) && tagByte(text[start+2]) && l.class[text[start+3]] == element {
				return start, true
			}
			at = max(at, start-1)
		}
	}
	return len(text), false
}
