package edifact

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// DefaultSeparators are those of ISO 9735 level A, in force where no UNA says otherwise.
func DefaultSeparators() apipnr.Separators {
	return apipnr.Separators{Component: ':', Element: '+', Decimal: '.', Release: '?', Repetition: ' ', Terminator: '\''}
}

// blank bytes stand between segments for nothing.
func blank(b byte) bool { return b <= ' ' && (b < 0x1C || b == ' ') }

func alphanumeric(b byte) bool { return b-'0' < 10 || b-'a' < 26 || b-'A' < 26 }

// separator reports whether a byte can separate.
func separator(b byte) bool { return b < 0x80 && !alphanumeric(b) && !blank(b) }

// opening is the start of an interchange: where it is, where its first segment is, and its service characters.
type opening struct {
	at, segment int
	separators  apipnr.Separators
	detected    string // why the service characters are not those that a UNA says; "" when they are
	bare        bool   // there is no UNB
}

// findOpening finds the next UNA or UNB that begins an interchange.
func findOpening(body string, from int) (opening, bool) {
	for at := from; ; at += 3 {
		next := strings.Index(body[at:], "UN")
		if next < 0 || at+next+4 >= len(body) {
			return opening{}, false
		}
		at += next
		switch body[at+2] {
		case 'A':
			if o, ok := openUNA(body, at); ok {
				return o, true
			}
		case 'B':
			if plausible(body, at) {
				return openUNB(body, at, at), true
			}
		}
	}
}

// plausible reports whether UNB at an index is a segment and no word of a text: a separator and a syntax identifier follow.
func plausible(body string, at int) bool {
	rest := body[at+3:]
	if len(rest) < 6 || !separator(rest[0]) {
		return false
	}
	for i := 1; i < 5; i++ {
		if !alphanumeric(rest[i]) {
			return false
		}
	}
	return separator(rest[5]) || blank(rest[5])
}

// openUNA reads the service string and compares it with what the interchange does. Strings of fewer than six characters occur.
func openUNA(body string, at int) (opening, bool) {
	const widest = 24 // six characters and line ends or indents
	window := body[at+3 : min(at+3+widest, len(body))]
	first := strings.Index(window, "UNB")
	if first < 4 || !plausible(body, at+3+first) {
		return opening{}, false
	}
	service, segment := window[:first], at+3+first
	o := openUNB(body, at, segment)
	short := strings.TrimRight(service, " \r\n") // of five, one is left out, mostly the decimal mark; a line end is then the sixth
	five := len(short) == 5 && short[4] == o.separators.Terminator
	if len(service) < 6 || five || !blankAll(service[6:]) {
		o.detected = "UNA has not six characters"
		if len(short) == 5 {
			o.separators.Release, o.separators.Repetition = short[2], short[3]
		}
		return o, true
	}
	said := apipnr.Separators{
		Component: service[0], Element: service[1], Decimal: service[2], Release: service[3], Repetition: service[4], Terminator: service[5],
	}
	cut := blank(said.Terminator) && !blank(o.separators.Terminator) // it lacks its last character, and a line end stands there
	shown := body[segment+8] != said.Element                         // the syntax identifier has a version
	if !cut && (said.Component == o.separators.Component || !shown) && said.Element == o.separators.Element &&
		(said.Terminator == o.separators.Terminator || ends(body[segment:], said)) {
		return opening{at: at, segment: segment, separators: said}, true
	}
	o.separators.Release, o.separators.Repetition, o.separators.Decimal = said.Release, said.Repetition, said.Decimal
	o.detected = "UNA contradicts what the interchange uses"
	return o, true
}

func blankAll(s string) bool {
	for i := range len(s) {
		if !blank(s[i]) {
			return false
		}
	}
	return true
}

// ends reports whether the terminator that a UNA says stands before the first message or group; true where that cannot be seen.
func ends(body string, said apipnr.Separators) bool {
	at := firstMessage(body, said.Element)
	return at < 0 || strings.IndexByte(body[:at], said.Terminator) >= 0
}

// firstMessage is where the first UNH or UNG segment stands; -1 when there is none nearby.
func firstMessage(body string, separator byte) int {
	const near = 4096
	body = body[:min(len(body), near)]
	for at := 3; ; at += 3 {
		next := strings.Index(body[at:], "UN")
		if next < 0 || at+next+3 >= len(body) {
			return -1
		}
		at += next
		if (body[at+2] == 'H' || body[at+2] == 'G') && body[at+3] == separator && !alphanumeric(body[at-1]) {
			return at
		}
	}
}

// openUNB finds the service characters from the text: the byte behind UNB separates elements, that behind the syntax identifier
// components, and that before the first UNG or UNH terminates segments.
func openUNB(body string, at, segment int) opening {
	o := opening{at: at, segment: segment, separators: DefaultSeparators(), detected: "no UNA"}
	s := &o.separators
	s.Element = body[segment+3]
	if c := body[segment+8]; c != s.Element && separator(c) {
		s.Component = c
	}
	s.Terminator = detectTerminator(body[segment:], *s)
	if s.Element < ' ' || s.Release == s.Component || s.Release == s.Element || s.Release == s.Terminator {
		s.Release = 0
	}
	return o
}

func detectTerminator(body string, s apipnr.Separators) byte {
	if at := firstMessage(body, s.Element); at > 0 {
		before := at - 1
		for before > 0 && blank(body[before]) {
			before--
		}
		if b := body[before]; separator(b) && b != s.Element && b != s.Component {
			return b
		}
		if before < at-1 && !strings.ContainsAny(body[:at], "'\"") {
			return lineTerminator(body[at:], body[before+1], s) // lines are segments
		}
	}
	if strings.IndexByte(body, '\'') < 0 && strings.IndexByte(body, '"') >= 0 {
		return '"'
	}
	return '\''
}

// lineTerminator is what ends segments that stand on lines: the line end, unless the next line shows that only the line before lacks its
// terminator.
func lineTerminator(next string, lineEnd byte, s apipnr.Separators) byte {
	line := next
	if end := strings.IndexAny(next, "\r\n"); end >= 0 {
		line = strings.TrimRight(next[:end], " ")
	}
	if line == "" {
		return lineEnd
	}
	if b := line[len(line)-1]; separator(b) && b != s.Element && b != s.Component {
		return b
	}
	return lineEnd
}

// findBare finds a message that stands without UNB: the byte behind UNH separates elements, that behind the type of message components,
// and that before the next segment terminates it, unless a UNA right before it says them.
func findBare(body string, from int) (opening, bool) {
	for at := from; ; at += 3 {
		next := strings.Index(body[at:], "UNH")
		if next < 0 {
			return opening{}, false
		}
		at += next
		s, ok := bareSeparators(body, at)
		if !ok {
			continue
		}
		if said, start, ok := announced(body, from, at); ok && said.Element == s.Element && said.Component == s.Component {
			return opening{at: start, segment: at, separators: said, bare: true}, true
		}
		return opening{at: at, segment: at, separators: s, detected: "no UNA", bare: true}, true
	}
}

// bareSeparators are the service characters of a message at an index; false when UNH there is no segment but a word of a text: a
// reference and a type of message follow.
func bareSeparators(body string, at int) (apipnr.Separators, bool) {
	const longest = 40 // a reference and a type
	s := DefaultSeparators()
	rest := body[at+3:]
	if rest == "" || !separator(rest[0]) || at > 0 && alphanumeric(body[at-1]) {
		return s, false
	}
	s.Element = rest[0]
	reference, kind, found := strings.Cut(rest[1:min(len(rest), longest)], string(rune(s.Element)))
	if !found || strings.ContainsAny(reference, "\r\n") {
		return s, false
	}
	length := 0
	for length < len(kind) && alphanumeric(kind[length]) {
		length++
	}
	const shortest = 4 // characters of a type; there are six
	if length < shortest || length == len(kind) {
		return s, false
	}
	if c := kind[length]; separator(c) && c != s.Element && c != '\'' && c != '"' {
		s.Component = c
	}
	s.Terminator = bareTerminator(body[at:], s)
	if s.Element < ' ' || s.Release == s.Component || s.Release == s.Element || s.Release == s.Terminator {
		s.Release = 0
	}
	return s, true
}

// bareTerminator is what stands before the first segment behind UNH.
func bareTerminator(body string, s apipnr.Separators) byte {
	const near = 4096
	for at := 4; at+3 < min(len(body), near); at++ {
		if body[at+3] != s.Element || !known(TagOf(body[at:at+3])) {
			continue
		}
		before := at - 1
		for before > 0 && blank(body[before]) {
			before--
		}
		if b := body[before]; separator(b) && b != s.Element && b != s.Component {
			return b
		}
		if before < at-1 && !strings.ContainsAny(body[:at], "'\"") {
			return lineTerminator(body[at:], body[before+1], s)
		}
	}
	if strings.IndexByte(body[:min(len(body), near)], '\'') < 0 && strings.IndexByte(body[:min(len(body), near)], '"') >= 0 {
		return '"'
	}
	return '\''
}

// announced gives the service characters of a UNA right before an index, and where it begins.
func announced(body string, from, at int) (s apipnr.Separators, start int, ok bool) {
	const widest = 24 // UNA, six characters, line ends or indents
	from = max(from, at-widest)
	start = from + strings.LastIndex(body[from:at], "UNA")
	if start < from || at-start < len("UNA")+6 || !blankAll(body[start+9:at]) {
		return s, 0, false
	}
	c := body[start+3:]
	return apipnr.Separators{Component: c[0], Element: c[1], Decimal: c[2], Release: c[3], Repetition: c[4], Terminator: c[5]}, start, true
}
