package mrz

import (
	"strings"
	"unicode/utf8"
)

// maxLines is the most lines that are looked at; a zone has three at most, the rest is what was copied along.
const maxLines = 48

// change says what cleaning did to a text. All of it is reported.
type change uint8

const (
	changedCase       change = 1 << iota // small letters
	changedSpace                         // blanks left out, or read as fillers
	changedSubstitute                    // typographic relatives of the filler
	keptInvalid                          // characters without a value, kept in their cells
)

// source is a text as lines of capitals, digits, fillers and whatever else cannot be read as one of these.
type source struct {
	lines   [maxLines]string
	n       int
	surplus int // lines beyond maxLines
	unusual change
}

func (s *source) total() int { return s.n + s.surplus }

func (s *source) add(line string) {
	switch {
	case line == "":
	case s.n == maxLines:
		s.surplus++
	default:
		s.lines[s.n] = line
		s.n++
	}
}

// read splits a text into lines. A text that is already clean is not copied.
func (s *source) read(text string) {
	if s.split(text, true) {
		return
	}
	*s = source{}
	text, s.unusual = rewrite(text)
	s.split(text, false)
}

// split stops, when strict, at the first character that has no value and ends no line.
func (s *source) split(text string, strict bool) bool {
	start := 0
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '\n' || c == '\r':
			s.add(text[start:i])
			start = i + 1
		case strict && value(c) < 0:
			return false
		}
	}
	s.add(text[start:])
	return true
}

// rewrite makes capitals, drops what readers add around a zone, and resolves blanks line by line. A character that cannot be part
// of a zone keeps its cell: as itself when it is ASCII, as '?' when not.
func rewrite(text string) (string, change) {
	var out strings.Builder
	out.Grow(len(text))
	var done change
	text = strings.TrimPrefix(strings.TrimPrefix(text, "\xff\xfe"), "\xfe\xff") // UTF-16: its zero bytes go below
	fillers := strings.ContainsAny(text, "<«‹＜")
	for line := range strings.FieldsFuncSeq(text, isLineEnd) {
		done |= rewriteLine(&out, line, fillers)
		out.WriteByte('\n')
	}
	return out.String(), done
}

func isLineEnd(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

func rewriteLine(out *strings.Builder, line string, fillers bool) (done change) {
	line = strings.ReplaceAll(line, "&lt;", "‹")
	blank := blanksAreFillers(line, fillers)
	if !blank || !wholeLength(utf8.RuneCountInString(line)) {
		line = strings.Trim(line, " \t\u00a0")
	}
	for _, r := range line {
		switch {
		case isCellRune(r):
			out.WriteRune(r)
		case r >= 'a' && r <= 'z':
			out.WriteByte(byte(r - 'a' + 'A'))
			done |= changedCase
		case r == ' ' || r == '\t' || r == '\u00a0':
			done |= changedSpace
			if blank {
				out.WriteByte(filler)
			}
		case strings.ContainsRune("‹＜〈〈", r):
			out.WriteByte(filler)
			done |= changedSubstitute
		case r == '«' || r == '《':
			out.WriteString("<<")
			done |= changedSubstitute
		case r < ' ' || r == 0x7f || r == '\ufeff' || r == '\u200b': // control characters of readers, byte order marks
		default:
			out.WriteRune(cellOf(r))
			done |= keptInvalid
		}
	}
	return done
}

func isCellRune(r rune) bool {
	return r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == filler
}

// cellOf is one byte in UTF-8, so that a cell is a byte.
func cellOf(r rune) rune {
	if r < utf8.RuneSelf {
		return r
	}
	return '?'
}

// blanksAreFillers tells fillers that were read as blanks from blanks that were read in between: a text without any filler, or a
// line that has a format's length only with its blanks.
func blanksAreFillers(line string, fillers bool) bool {
	n := utf8.RuneCountInString(line)
	blanks := strings.Count(line, " ")
	switch {
	case blanks == 0:
		return false
	case wholeLength(n):
		return !wholeLength(n - blanks)
	}
	return !fillers
}

func wholeLength(n int) bool {
	switch n {
	case 30, 36, 44, 69, 72, 88, 90:
		return true
	}
	return false
}
