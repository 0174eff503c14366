package edifact

import (
	"fmt"
	"strings"
	"unsafe"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// File is what one body holds.
type File struct {
	Interchanges []*Interchange
	Messages     []*Message          // of all interchanges, in order
	Diagnostics  []apipnr.Diagnostic // of what stands outside of messages
}

// Read finds the interchanges and messages of a body: it takes Type B envelopes off, detects service characters where no UNA tells them,
// and reads the envelopes. Segments of messages are looked at when they are iterated. All that is read of a body are parts of it, not
// copies: it must not be changed afterwards.
func Read(body []byte, limits Limits) File {
	f := &splitter{limits: limits}
	return f.read(body)
}

func (f *splitter) read(body []byte) File {
	limits := f.limits
	if len(body) > limits.Bytes {
		f.report(apipnr.CodeLimit, apipnr.Failure, limits.Bytes, fmt.Sprintf("%d bytes: at most %d are read", len(body), limits.Bytes))
		return f.file
	}
	f.body = unsafe.String(unsafe.SliceData(body), len(body)) //nolint:gosec // the caller may not change it: a push is not copied to be read
	pos := 0
	for !f.full {
		o, found := f.opening(pos)
		if !found {
			break
		}
		if len(f.file.Interchanges) >= limits.Messages {
			f.report(apipnr.CodeLimit, apipnr.Failure, o.at, fmt.Sprintf("more than %d interchanges: the rest is not read", limits.Messages))
			f.full = true
			break
		}
		headers := f.before(pos, o.at)
		pos = f.interchange(o, headers)
	}
	f.rest(pos)
	if len(f.file.Messages) > 0 {
		f.file.Messages[0].spare = f.head
	}
	return f.file
}

// splitter is a file while it is split.
type splitter struct {
	body   string
	limits Limits
	file   File
	full   bool    // a bound was met
	ahead  opening // the next UNA or UNB; at the body's end when there is none
	sought bool    // ahead is known
	// folded says that a line end may stand in the tag of an envelope; known once searched.
	folded, searched bool

	lexer    lexer
	head     *Reader // of the envelopes
	current  *Interchange
	group    *Group
	groups   int
	messages int  // of the interchange
	grouped  int  // messages of the group
	closed   bool // UNZ was met
	message  *Message
}

func (f *splitter) report(code string, severity apipnr.Severity, at int, message string) {
	if len(f.file.Diagnostics) < f.limits.Diagnostics {
		f.file.Diagnostics = append(f.file.Diagnostics, apipnr.Diagnostic{Code: code, Severity: severity, Offset: at, Message: message})
	}
}

// opening finds what begins the next interchange: a UNA or UNB, or a message that stands before it without one. What was found ahead is
// remembered, so that a body of many messages without UNB is not searched to its end for each of them.
func (f *splitter) opening(from int) (opening, bool) {
	if !f.sought || f.ahead.at < from {
		var found bool
		if f.ahead, found = findOpening(f.body, from); !found {
			f.ahead = opening{at: len(f.body)}
		}
		f.sought = true
	}
	if o, ok := findBare(f.body[:f.ahead.at], from); ok {
		return o, true
	}
	return f.ahead, f.ahead.at < len(f.body)
}

// before takes the text before an interchange as a Type B envelope: its lines.
func (f *splitter) before(from, to int) []string {
	text := f.body[from:to]
	var lines []string
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = strings.TrimFunc(line, func(r rune) bool { return r <= ' ' || r == '\uFEFF' })
		if line != "" && len(lines) < maxHeaders {
			lines = append(lines, line)
		}
	}
	if len(lines) > 0 {
		f.report(apipnr.CodeEnvelope, apipnr.Info, from, "text before the interchange was taken off as its envelope")
	}
	return lines
}

// maxHeaders is how many lines an envelope may have.
const maxHeaders = 50

// rest says that there is text behind the last interchange, or that there is no interchange at all.
func (f *splitter) rest(pos int) {
	text := strings.TrimFunc(f.body[pos:], func(r rune) bool { return r <= ' ' || r == '\uFEFF' })
	switch {
	case f.full:
	case len(f.file.Interchanges) == 0:
		f.report(apipnr.CodeSegmentMissing, apipnr.Failure, 0, "no UNB: this is no interchange")
	case text != "":
		f.report(apipnr.CodeStrayText, apipnr.Warning, pos, "text behind the interchange: "+excerpt(text))
	}
}
