package edifact

import (
	"iter"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Interchange is what stands between UNB and UNZ. Its fields are as sent.
type Interchange struct {
	Syntax     string // "UNOA:4"
	Sender     string // 0004
	Recipient  string // 0010
	Reference  string // 0020 of UNB
	Trailer    string // 0020 of UNZ; "" when there is none
	Prepared   string // "YYMMDD:HHMM"
	Separators apipnr.Separators
	Announced  bool // UNA says them
	// Headers are the lines of a Type B envelope before it.
	Headers    []string
	Start, End int

	body    string // all that was received
	charset charset
	folding folding
	repeats bool // syntax version 4 and not IATA: the repetition separator may be released
}

// Group is what stands between UNG and UNE.
type Group struct {
	Type      string // 0038
	Sender    string // 0040
	Recipient string // 0044
	Reference string // 0048
}

// Message is one message: what its header says, and its segments to iterate. It is not safe for concurrent use.
type Message struct {
	Type      string // 0065
	Version   string // 0052 and 0054: "D:05B"
	Agency    string // 0051
	Assigned  string // 0057
	Reference string // 0062
	Access    string // 0068
	Part      apipnr.Part

	Interchange *Interchange
	Group       *Group // nil without one
	Separators  apipnr.Separators
	Start, End  int // in what was received; End is behind the last segment
	// Truncated says that the text ended before UNT. Fragment is then the beginning of a segment that never ended; it is not iterated.
	Truncated bool
	Fragment  string
	// Diagnostics are those of the syntax and what the reader of the message reported.
	Diagnostics []apipnr.Diagnostic

	text   string // from Start to End
	limits Limits
	seen   int     // segments whose syntax was reported on
	noted  uint8   // what is said once: folded, foreign
	spare  *Reader // of the envelopes, whose memory is used again
}

// Segments iterates over the message's segments, UNH and UNT included. The segment is reused. What is wrong with the syntax is added to
// Diagnostics the first time.
func (m *Message) Segments() iter.Seq[*Segment] {
	return func(yield func(*Segment) bool) {
		r := m.Reader()
		for r.Next() {
			if !yield(&r.Segment) {
				return
			}
		}
	}
}

// Report adds a diagnostic. Beyond the bound none is kept, and the last one says so; but that a limit ends the reading is always said: it
// takes the place of the last but one.
func (m *Message) Report(d apipnr.Diagnostic) {
	switch n := len(m.Diagnostics); {
	case n < m.limits.Diagnostics-1:
		m.Diagnostics = append(m.Diagnostics, d)
	case n == m.limits.Diagnostics-1:
		m.Diagnostics = append(m.Diagnostics, apipnr.Diagnostic{
			Code: apipnr.CodeLimit, Severity: apipnr.Warning, Segment: d.Segment, Offset: d.Offset,
			Message: "more diagnostics than are kept: this is the last",
		})
	}
	if n := len(m.Diagnostics); n >= m.limits.Diagnostics && n > 1 && beyond(d) && !beyond(m.Diagnostics[n-2]) {
		m.Diagnostics[n-2] = d
	}
}

// beyond reports whether a diagnostic says that something lies beyond a limit.
func beyond(d apipnr.Diagnostic) bool {
	return d.Code == apipnr.CodeLimit && d.Severity == apipnr.Failure
}

// stray notes text that is no segment. Segments without even a tag are noted as one with the text before them.
func (m *Message) stray(segment, at int, text string) {
	if n := len(m.Diagnostics); n >= m.limits.Diagnostics || (text == "" && n > 0 && m.Diagnostics[n-1].Code == apipnr.CodeStrayText) {
		return
	}
	m.Report(apipnr.Diagnostic{
		Code: apipnr.CodeStrayText, Severity: apipnr.Warning, Segment: segment, Offset: at, Message: "text that is no segment: " + excerpt(text),
	})
}

// Canonical is the message with all that its envelope says filled in, for the reader of its type to go on with. Lists are not nil.
func (m *Message) Canonical() apipnr.Message {
	x := m.Interchange
	return apipnr.Message{
		Type: m.Type, Version: m.Version, Function: apipnr.Unknown, Syntax: x.Syntax, Sender: x.Sender, Recipient: x.Recipient,
		Interchange: x.Reference, Trailer: x.Trailer, Reference: m.Reference, Access: m.Access, Part: m.Part,
		Flights: []apipnr.Flight{}, Travellers: []apipnr.Traveller{}, Truncated: m.Truncated, Headers: x.Headers,
		Start: m.Start, End: m.End, Separators: m.Separators, Grouped: m.Group != nil,
		Announced: x.Announced, Agency: m.Agency, Assigned: m.Assigned,
	}
}

// Finish puts the diagnostics into the canonical message and counts its segments.
func (m *Message) Finish(c *apipnr.Message) {
	c.Segments = m.seen
	c.Diagnostics = m.Diagnostics
	if c.Diagnostics == nil {
		c.Diagnostics = []apipnr.Diagnostic{}
	}
}

// MostRecords is how many travellers or reservations the message may have: Limits.Records.
func (m *Message) MostRecords() int { return m.limits.Records }

// Received is the message's bytes as received, as a string.
func (m *Message) Received() string { return m.text }

// About is how many segments of a name the message has: at most so many, but for folded tags. It is for making room.
func (m *Message) About(tag Tag) int { return strings.Count(m.text, tag.String()) }

// Count is how many segments of a name begin with an element's first component of a value: at most so many, but for folds and nesting.
func (m *Message) Count(tag, value string) int {
	s := m.Separators
	return strings.Count(m.text, tag+string([]byte{s.Element})+value+string([]byte{s.Component}))
}
