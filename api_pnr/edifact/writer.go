package edifact

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Element is an element as its components. Empty ones at the end are not written.
type Element []string

// E is an element of components.
func E(components ...string) Element { return components }

// Header is what UNB says, and UNG where Group is given.
type Header struct {
	Separators apipnr.Separators
	Announce   bool   // write UNA
	Syntax     string // "UNOA:4"
	Sender     string
	Recipient  string
	Prepared   time.Time // in the zone it is given in
	Reference  string
	// Group is the type of message of UNG; "" for none.
	Group string
	// Lenient writes text that the syntax identifier's character set does not hold, as UTF-8: for what only repeats a sender's own text.
	Lenient bool
}

// Writer writes one interchange. It releases only what needs it, counts what it writes, and keeps the first error for Bytes.
type Writer struct {
	header   Header
	charmap  *charmap.Charmap // of the syntax identifier; nil: ASCII, or UTF-8
	unicode  bool
	repeats  bool
	out      []byte
	err      error
	segments int // of the current message
	messages int
	message  string // reference of the open message
	open     bool
}

// NewWriter begins an interchange: UNA if wanted, UNB, UNG if wanted.
func NewWriter(h Header) *Writer {
	w := &Writer{header: h, repeats: repeats(h.Syntax)}
	set := charsetOf(h.Syntax)
	w.charmap, w.unicode = set.charmap, set.unicode
	s := h.Separators
	if err := usable(s); err != nil {
		w.err = err
		return w
	}
	if h.Announce {
		w.out = append(w.out, 'U', 'N', 'A', s.Component, s.Element, orByte(s.Decimal, '.'), orByte(s.Release, ' '),
			orByte(s.Repetition, ' '), s.Terminator)
	}
	id, version, _ := strings.Cut(h.Syntax, ":") // without a colon it is the whole
	day, clock := h.Prepared.Format("060102"), h.Prepared.Format("1504")
	w.write(UNB, E(id, version), E(h.Sender), E(h.Recipient), E(day, clock), E(h.Reference))
	if h.Group != "" {
		w.write(UNG, E(h.Group), E(h.Sender), E(h.Recipient), E(day, clock), E(h.Reference), E("UN"))
	}
	return w
}

func orByte(b, other byte) byte {
	if b == 0 {
		return other
	}
	return b
}

// repeats reports whether a syntax has a repetition separator: version 4 of ISO 9735, but not IATA's.
func repeats(syntax string) bool {
	id, version, _ := strings.Cut(syntax, ":") // without a colon it is the whole
	return version == "4" && !strings.HasPrefix(id, "IAT")
}

// usable says why service characters cannot be written with.
func usable(s apipnr.Separators) error {
	used := []byte{s.Component, s.Element, s.Terminator}
	if s.Release != 0 && s.Release != ' ' {
		used = append(used, s.Release)
	}
	for i, b := range used {
		if b == 0 || b >= 0x80 || alphanumeric(b) || strings.IndexByte(string(used[i+1:]), b) >= 0 {
			return fmt.Errorf("service character %q: expected four different characters that are neither letters nor digits", b)
		}
	}
	return nil
}

// MessageHeader is what UNH says.
type MessageHeader struct {
	Type      string
	Version   string // "D:05B"
	Agency    string // "UN"
	Assigned  string // "IATA"
	Reference string
	Access    string
	// Part is written when the message is not alone, or has an access reference and a number.
	Part apipnr.Part
}

// Begin writes UNH. The message before it has to be ended.
func (w *Writer) Begin(h MessageHeader) {
	if w.open {
		w.fail(errors.New("message: expected the one before it to be ended"))
	}
	version, issue, _ := strings.Cut(h.Version, ":") // without a colon it is the whole
	w.segments, w.message, w.open = 0, h.Reference, true
	w.messages++
	w.Segment(UNH, E(h.Reference), E(h.Type, version, issue, h.Agency, h.Assigned), E(h.Access), sequence(h.Part))
}

// sequence is S010: C for the first of several, F for the last, nothing between.
func sequence(p apipnr.Part) Element {
	number := fmt.Sprintf("%02d", p.Number)
	switch {
	case p.Number == 0 || p.Alone():
		return nil
	case p.Last:
		return E(number, "F")
	case p.First:
		return E(number, "C")
	}
	return E(number)
}

// Segment writes a segment. Empty elements at its end are not written.
func (w *Writer) Segment(tag Tag, elements ...Element) {
	w.segments++
	w.write(tag, elements...)
}

// End writes UNT with its count.
func (w *Writer) End() {
	w.Segment(UNT, E(fmt.Sprint(w.segments+1)), E(w.message))
	w.open = false
}

// Bytes ends the interchange and gives it. The writer is of no use afterwards.
func (w *Writer) Bytes() ([]byte, error) {
	if w.open {
		w.fail(errors.New("interchange: expected its last message to be ended"))
	}
	count := w.messages
	if w.header.Group != "" {
		w.write(UNE, E(fmt.Sprint(count)), E(w.header.Reference))
		count = 1
	}
	w.write(UNZ, E(fmt.Sprint(count)), E(w.header.Reference))
	if w.err != nil {
		return nil, fmt.Errorf("write EDIFACT: %w", w.err)
	}
	return w.out, nil
}

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *Writer) write(tag Tag, elements ...Element) {
	name := tag.String()
	if len(name) != 3 || !tagByte(name[0]) || !tagByte(name[1]) || !tagByte(name[2]) {
		w.fail(fmt.Errorf("segment tag %q: expected three capitals or digits", name))
		return
	}
	w.out = append(w.out, name...)
	last := len(elements)
	for last > 0 && used(elements[last-1]) == 0 {
		last--
	}
	for i, e := range elements[:last] {
		w.out = append(w.out, w.header.Separators.Element)
		for j, text := range e[:used(e)] {
			if j > 0 {
				w.out = append(w.out, w.header.Separators.Component)
			}
			if err := w.text(text); err != nil {
				w.fail(fmt.Errorf("segment %s (%d), element %d, component %d: %w", name, w.segments, i+1, j+1, err))
			}
		}
	}
	w.out = append(w.out, w.header.Separators.Terminator)
}

// used is how many components are written.
func used(e Element) int {
	n := len(e)
	for n > 0 && e[n-1] == "" {
		n--
	}
	return n
}

// text writes a component with its releases, in the character set; where a lenient header lets one through that it cannot have, in UTF-8
// as a whole, for it is read as that or not.
func (w *Writer) text(text string) error {
	table := w.charmap
	if w.header.Lenient && strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf && !writes(table, r) }) >= 0 {
		table = nil
	}
	for i := 0; i < len(text); {
		b := text[i]
		if b >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if err := w.rune(table, r, text[i:i+size]); err != nil {
				return err
			}
			i += size
			continue
		}
		if err := w.ascii(b); err != nil {
			return err
		}
		i++
	}
	return nil
}

func (w *Writer) ascii(b byte) error {
	s := w.header.Separators
	switch {
	case b == s.Component, b == s.Element, b == s.Terminator, b == s.Release && b != ' ' && b != 0,
		w.repeats && b == s.Repetition && b != ' ':
		if s.Release == 0 || s.Release == ' ' {
			return fmt.Errorf("character %q: it is a service character, and there is no release character", b)
		}
		w.out = append(w.out, s.Release)
	case b == '\r', b == '\n':
		return errors.New("line end: a value holds none")
	}
	w.out = append(w.out, b)
	return nil
}

// rune writes a character that is not ASCII.
func (w *Writer) rune(table *charmap.Charmap, r rune, sent string) error {
	if b, ok := byteOf(table, r); ok {
		w.out = append(w.out, b)
		return nil
	}
	if !w.unicode && !w.header.Lenient {
		return fmt.Errorf("character %q: not in the character set of %s", r, w.header.Syntax)
	}
	w.out = append(w.out, sent...)
	return nil
}

// writes reports whether a character set has a byte for a character.
func writes(table *charmap.Charmap, r rune) bool {
	_, ok := byteOf(table, r)
	return ok
}

// byteOf is the byte that is read as a character (Character); false when none is.
func byteOf(table *charmap.Charmap, r rune) (byte, bool) {
	if table == nil || r == utf8.RuneError {
		return 0, false
	}
	b, ok := table.EncodeRune(r)
	if !ok || Character(table, b) != r {
		if b, ok = charmap.Windows1252.EncodeRune(r); !ok || Character(table, b) != r {
			return 0, false
		}
	}
	return b, true
}
