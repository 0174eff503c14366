package law

import (
	"bytes"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// filler is what sensitive text becomes. It is a letter, so that no syntax takes it for anything else.
const filler = 'X'

// Filter overwrites in a message what the list names, byte by byte, before anything of it is stored: services with all that stands in
// their segment or element, and free text that holds one of the words or codes. The result has the same length, and every service
// character stays where it is, so that places in the message keep their meaning. What cannot be read as a message is searched by words
// alone, line by line. body is not changed; out is body itself when nothing was dropped. The diagnostics say where, never what.
func (d DropList) Filter(body []byte) (out []byte, dropped int, diagnostics []apipnr.Diagnostic) {
	if d.Empty() || len(body) == 0 {
		return body, 0, nil
	}
	f := &filter{body: body, services: set(d.Services), words: set(d.Services, d.Words), structured: structured()}
	if looksLikeXML(body) {
		f.xml()
	} else {
		f.edifact()
	}
	if f.out == nil {
		return body, 0, nil
	}
	return f.out, len(f.diagnostics), f.diagnostics
}

func set(lists ...[]string) map[string]bool {
	s := map[string]bool{}
	for _, list := range lists {
		for _, w := range list {
			s[strings.ToUpper(w)] = true
		}
	}
	return s
}

func looksLikeXML(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(body, "\xEF\xBB\xBF \t\r\n"), []byte("<"))
}

// filter is one message while it is filtered.
type filter struct {
	body        []byte
	out         []byte // nil until something is dropped
	services    map[string]bool
	structured  map[edifact.Tag]bool
	words       map[string]bool // services too: free text repeats them
	diagnostics []apipnr.Diagnostic
}

// drop overwrites bytes, but for those that keep names.
func (f *filter) drop(from, to, segment int, keep func(byte) bool) {
	if f.out == nil {
		f.out = bytes.Clone(f.body)
	}
	changed := false
	for i := from; i < to; i++ {
		if b := f.out[i]; b != filler && !keep(b) {
			f.out[i], changed = filler, true
		}
	}
	if changed {
		f.diagnostics = append(f.diagnostics, apipnr.Diagnostic{
			Code: apipnr.CodeSensitive, Severity: apipnr.Info, Segment: segment, Offset: from, Message: "sensitive data was overwritten before it was stored",
		})
	}
}

func lineEnd(b byte) bool { return b == '\r' || b == '\n' }

// edifact goes over the segments of the messages; what stands between them, or could not be read, is searched by words.
func (f *filter) edifact() {
	end := 0
	for _, m := range edifact.Read(f.body, edifact.DefaultLimits()).Messages {
		s := m.Separators
		keep := func(b byte) bool {
			return lineEnd(b) || b == s.Component || b == s.Element || b == s.Release || b == s.Terminator
		}
		for seg := range m.Segments() {
			f.lines(end, seg.Offset)
			end = max(end, seg.End)
			f.segment(seg, keep)
		}
	}
	f.lines(end, len(f.body))
}

// tagSSR is the segment of a special service request.
const tagSSR edifact.Tag = 'S'<<16 | 'S'<<8 | 'R'

// structured are segments whose values are no free text: a name there may be a word of the list.
func structured() map[edifact.Tag]bool {
	tags := map[edifact.Tag]bool{}
	for _, name := range []string{
		"UNH", "UNT", "BGM", "RFF", "DTM", "NAD", "COM", "TDT", "LOC", "ATT", "MEA", "GEI", "EMP", "NAT", "DOC", "CNT", "ERP", "ERC", "MSG", "ORG", "TVL",
		"EQN", "SRC", "RCI", "DAT", "TIF", "FTI", "TKT", "MON", "PTK", "TXD", "FOP", "TRA", "RPI", "APD", "TRI", "SSD", "TBD", "SAC", "ABI", "FAR", "REF", "EBD",
	} {
		tags[edifact.TagOf(name)] = true
	}
	return tags
}

// named reports whether a service holds names, addresses and numbers and no free text.
func named(code string) bool {
	switch code {
	case "DOCS", "DOCA", "DOCO", "CTCE", "CTCM", "CTCR", "FOID", "SEAT", "NSST", "TKNE", "TKNA", "FQTV", "FQTR", "INFT", "CHLD":
		return true
	}
	return false
}

func (f *filter) segment(seg *edifact.Segment, keep func(byte) bool) {
	if seg.Tag == tagSSR {
		code := strings.ToUpper(strings.Join(strings.Fields(seg.Text(0, 0)), "")) // a fold may look like a space
		if f.services[code] {
			start, _, _ := seg.Span(0, 0)
			f.drop(start, seg.End, seg.Number, keep)
			return
		}
		if named(code) {
			return
		}
	}
	if f.structured[seg.Tag] {
		return
	}
	for e := range seg.Elements() {
		if !f.sensitive(seg.Rest(e, 0)) && !f.sensitiveFolded(seg, e) {
			continue
		}
		for c := range seg.Components(e) {
			if start, end, ok := seg.Span(e, c); ok {
				f.drop(start, end, seg.Number, keep)
			}
		}
	}
}

// sensitiveFolded looks at an element as if its line ends stood for nothing: a word may be folded anywhere.
func (f *filter) sensitiveFolded(seg *edifact.Segment, e int) bool {
	from, _, ok := seg.Span(e, 0)
	_, to, last := seg.Span(e, seg.Components(e)-1)
	if !ok || !last || !bytes.ContainsAny(f.body[from:to], "\r\n") {
		return false
	}
	return f.sensitive(strings.NewReplacer("\r", "", "\n", "").Replace(string(f.body[from:to])))
}

// sensitive reports whether a text holds a word of the list.
func (f *filter) sensitive(text string) bool {
	for start := 0; start < len(text); {
		if !wordByte(text[start]) {
			start++
			continue
		}
		end := start + 1
		for end < len(text) && wordByte(text[end]) {
			end++
		}
		if end-start <= longestWord && f.words[strings.ToUpper(text[start:end])] {
			return true
		}
		start = end
	}
	return false
}

// longestWord bounds what is looked up: a longer run of letters is no word of a list.
const longestWord = 64

func wordByte(b byte) bool { return b-'0' < 10 || b-'A' < 26 || b-'a' < 26 || b >= 0x80 }

// lines drops what holds a word of the list in a stretch that nobody could read: the line, or of a long one what stands around the word.
// NULs are passed over: text of two bytes a letter has them.
func (f *filter) lines(from, to int) {
	for from < to {
		end := from
		for end < to && !lineEnd(f.body[end]) {
			end++
		}
		if end-from <= aroundWord {
			f.line(from, end)
		} else {
			f.longLine(from, end)
		}
		from = end + 1
	}
}

// aroundWord is how long a line may be to be dropped whole, and how much of a longer one is looked at at a time.
const aroundWord = 200

func (f *filter) line(from, to int) {
	line := f.body[from:to]
	if bytes.IndexByte(line, 0) >= 0 {
		line = bytes.ReplaceAll(line, []byte{0}, nil)
	}
	if f.sensitive(string(line)) {
		f.drop(from, to, 0, unreadable)
	}
}

// longLine looks at pieces between what may be terminators or separators: one word must not cost a message that has no line ends.
func (f *filter) longLine(from, to int) {
	for from < to {
		end := from
		for end < to && (end-from < aroundWord || wordByte(f.body[end]) || f.body[end] == 0) && !serviceByte(f.body[end]) {
			end++
		}
		f.line(from, end)
		from = max(end, from+1)
	}
}

// serviceByte are characters that syntaxes commonly separate with.
func serviceByte(b byte) bool {
	return b == '\'' || b == '"' || b == '+' || b == '*' || b == '<' || b == '>' || b >= 0x1C && b <= 0x1F
}

// unreadable keeps what may be a syntax.
func unreadable(b byte) bool { return b == 0 || b == ':' || b == '?' || serviceByte(b) }
