package trust

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

// LDIFEntry is one record of an LDIF file (RFC 2849).
type LDIFEntry struct {
	Index  int // from 0
	Line   int // on which it begins, from 1
	DN     string
	Change string // changetype, empty when absent
	Values []LDIFValue
}

// LDIFValue is one value of an attribute. Name is in lower case without its options, so ";binary" is left out.
type LDIFValue struct {
	Name string
	Data []byte
}

// The bounds of LDIF.
const (
	maxLDIFLine   = 32 << 20 // a master list in base64, unfolded
	maxLDIFEntry  = 96 << 20
	maxLDIFValues = 10_000
)

// LDIFReader reads records one after the other, so that a file of any length needs the memory of its largest record.
type LDIFReader struct {
	in      *bufio.Reader
	line    int    // of the physical line last read
	pending string // a physical line that was read ahead
	ahead   bool
	index   int
}

// ErrLDIFRecord says that one record cannot be used; the next can be read.
var ErrLDIFRecord = errors.New("the record is refused")

// NewLDIFReader reads from r.
func NewLDIFReader(r io.Reader) *LDIFReader {
	return &LDIFReader{in: bufio.NewReaderSize(r, 64<<10)}
}

// Next gives the next record; io.EOF after the last. Any other error says on which line. ErrLDIFRecord comes with what is known of a record
// that cannot be used, and the reading goes on behind it; every other error ends it.
func (l *LDIFReader) Next() (LDIFEntry, error) {
	var e LDIFEntry
	var refused error
	size := 0
	for {
		text, at, err := l.logical()
		switch {
		case errors.Is(err, io.EOF) && e.Line > 0:
			return l.finish(e), refused
		case err != nil:
			return e, err
		case text == "" && e.Line > 0:
			return l.finish(e), refused
		case text == "" || strings.HasPrefix(text, "#") || e.Line == 0 && strings.HasPrefix(strings.ToLower(text), "version:"):
			continue
		}
		if e.Line == 0 {
			e.Line = at
		}
		if size += len(text); size > maxLDIFEntry || len(e.Values) >= maxLDIFValues {
			return e, fmt.Errorf("line %d: the record is larger than %d MB or %d values", at, maxLDIFEntry>>20, maxLDIFValues)
		}
		if err := e.take(text); err != nil && refused == nil {
			refused = fmt.Errorf("line %d: %w: %w", at, err, ErrLDIFRecord)
		}
	}
}

func (l *LDIFReader) finish(e LDIFEntry) LDIFEntry {
	e.Index = l.index
	l.index++
	return e
}

// take keeps one "name: value", "name:: base64" or "name:< url". URLs are never followed.
func (e *LDIFEntry) take(text string) error {
	name, rest, ok := strings.Cut(text, ":")
	if !ok || name == "" {
		if text == "-" { // between the changes of a modification
			return nil
		}
		return errors.New("expected \"attribute: value\"")
	}
	name, _, _ = strings.Cut(strings.ToLower(name), ";")
	value := []byte(strings.TrimLeft(rest, " "))
	switch {
	case strings.HasPrefix(rest, ":"):
		decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest[1:]))
		if err != nil {
			return fmt.Errorf("%s: expected base64: %w", name, err)
		}
		value = decoded
	case strings.HasPrefix(rest, "<"):
		return fmt.Errorf("%s: a URL is not followed", name)
	}
	switch name {
	case "dn":
		e.DN = string(value)
	case "changetype":
		e.Change = strings.ToLower(strings.TrimSpace(string(value)))
	default:
		e.Values = append(e.Values, LDIFValue{name, value})
	}
	return nil
}

// logical gives a line with its folded parts joined, and the number of its first physical line.
func (l *LDIFReader) logical() (string, int, error) {
	first, err := l.physical()
	if err != nil {
		return "", 0, err
	}
	at := l.line
	if first == "" {
		return "", at, nil
	}
	var text strings.Builder
	text.WriteString(first)
	for {
		next, err := l.physical()
		if errors.Is(err, io.EOF) {
			return text.String(), at, nil
		}
		if err != nil {
			return "", at, err
		}
		if !strings.HasPrefix(next, " ") {
			l.pending, l.ahead = next, true
			return text.String(), at, nil
		}
		if text.Len()+len(next) > maxLDIFLine {
			return "", at, fmt.Errorf("line %d: longer than %d MB", at, maxLDIFLine>>20)
		}
		text.WriteString(next[1:])
	}
}

// physical gives a line without its end.
func (l *LDIFReader) physical() (string, error) {
	if l.ahead {
		l.ahead = false
		return l.pending, nil
	}
	var text []byte
	for {
		piece, err := l.in.ReadSlice('\n')
		text = append(text, piece...)
		switch {
		case len(text) > maxLDIFLine:
			return "", fmt.Errorf("line %d: longer than %d MB", l.line+1, maxLDIFLine>>20)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (!errors.Is(err, io.EOF) || len(text) == 0):
			return "", err
		}
		l.line++
		return strings.TrimRight(string(text), "\r\n"), nil
	}
}
