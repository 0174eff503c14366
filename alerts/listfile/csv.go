package listfile

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// rows reads a file of values between delimiters, row by row. A quotation mark that is never closed costs the row it stands in and not
// the rest of the file: such a row is refused and the reading goes on in the next line.
type rows struct {
	r       *reading
	where   string // name of the file in what is refused
	in      *bufio.Reader
	comma   byte
	line    int      // of the last line that was read
	pending []string // lines that were read too far
	ended   bool     // the mark of the end of a file (0x1A) stood there
}

// The bounds of one row: fields in it have their own.
const (
	maxRowLines = 1000
	maxCells    = 4000
)

func (r *reading) rows(in io.Reader, where string, comma byte) *rows {
	buffered, is := in.(*bufio.Reader)
	if !is {
		buffered = bufio.NewReaderSize(r.bounded(in), 256<<10)
	}
	return &rows{r: r, where: where, in: buffered, comma: comma}
}

// next gives the cells of the next row and the line it begins in; io.EOF behind the last one.
func (c *rows) next() (cells []string, line int, err error) {
	for {
		text, err := c.readLine()
		if err != nil {
			return nil, 0, err
		}
		if strings.Trim(text, " \t\x1a") == "" {
			c.ended = c.ended || strings.Contains(text, "\x1a")
			continue
		}
		begins := c.line
		cells, state, err := c.row(text)
		switch {
		case err != nil:
			return nil, 0, err
		case state == rowOpen || state == rowBad:
			c.r.refuse(begins, c.where, RefusedQuote, "expected a closing quotation mark, and behind it the end of the value", text)
		case state == rowLong:
			c.r.refuse(begins, c.where, RefusedTooLong, "a row or a value is longer than allowed", text)
		default:
			return c.decode(cells, begins), begins, nil
		}
	}
}

// The states of a row: rowOpen inside of quotation marks.
const (
	rowWhole = iota
	rowOpen
	rowBad
	rowLong
)

// row reads the row that begins with a line; it goes on over the following lines while a quotation mark is open. When it does not come
// to an end those lines are put back.
func (c *rows) row(text string) ([]string, int, error) {
	s := splitter{comma: c.comma, limit: c.r.o.Limits.Field}
	s.feed(text)
	var further []string
	for s.state == rowOpen && len(further) < maxRowLines {
		line, err := c.readLine()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, err
		}
		further = append(further, line)
		s.cell.WriteByte('\n')
		s.feed(line)
	}
	if s.state == rowOpen || s.state == rowBad {
		c.pending = append(further, c.pending...)
		c.line -= len(further)
	}
	return s.cells, s.state, nil
}

// readLine reads a line without its end; io.EOF when there is none. What of a line is beyond the bounds is left out, so that the row is
// refused as too long.
func (c *rows) readLine() (string, error) {
	if len(c.pending) > 0 {
		line := c.pending[0]
		c.pending = c.pending[1:]
		c.line++
		return line, nil
	}
	var line []byte
	limit := 4 * c.r.o.Limits.Field
	for {
		part, err := c.in.ReadSlice('\n')
		if room := limit + 1 - len(line); room > 0 {
			line = append(line, part[:min(len(part), room)]...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) == 0:
			return "", io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return "", c.r.broken(c.line+1, err)
		}
		if c.line++; c.line == 1 {
			line = []byte(strings.TrimPrefix(string(line), "\ufeff"))
		}
		return strings.TrimRight(string(line), "\r\n"), nil
	}
}

// decode reads the cells of a row that is not UTF-8 as Windows-1252.
func (c *rows) decode(cells []string, line int) []string {
	for i, cell := range cells {
		if utf8.ValidString(cell) {
			continue
		}
		if text, err := charmap.Windows1252.NewDecoder().String(cell); err == nil {
			cells[i] = text
			c.r.note(line, NoteEncoding, text)
		}
	}
	return cells
}

// splitter takes a row apart, line by line.
type splitter struct {
	comma byte
	limit int // bytes of a cell
	state int
	cells []string
	cell  strings.Builder // what is open
}

// feed goes on with a line: inside of the open cell, or at the beginning of the row.
func (s *splitter) feed(line string) {
	quoted := s.state == rowOpen
	for {
		if !quoted && strings.HasPrefix(line, `"`) {
			quoted, line = true, line[1:]
		}
		var more bool
		if quoted {
			line, more = s.quoted(line)
		} else {
			line, more = s.plain(line)
		}
		if len(s.cells) > maxCells {
			s.state = rowLong
		}
		if !more || s.state == rowLong {
			return
		}
		quoted = false
	}
}

// plain takes an unquoted cell off a line; more tells that another follows.
func (s *splitter) plain(line string) (rest string, more bool) {
	s.state = rowWhole
	cell, rest, more := strings.Cut(line, string(s.comma))
	if len(cell) > s.limit {
		s.state = rowLong
	}
	s.cells = append(s.cells, cell)
	return rest, more
}

// quoted takes the rest of a quoted cell off a line.
func (s *splitter) quoted(line string) (rest string, more bool) {
	for {
		text, after, found := strings.Cut(line, `"`)
		s.cell.WriteString(text)
		if s.cell.Len() > s.limit {
			s.state = rowLong
			return "", false
		}
		if !found {
			s.state = rowOpen
			return "", false
		}
		if strings.HasPrefix(after, `"`) {
			s.cell.WriteByte('"')
			line = after[1:]
			continue
		}
		after = strings.TrimLeft(after, " ")
		if after != "" && after[0] != s.comma {
			s.state = rowBad
			return "", false
		}
		s.cells = append(s.cells, s.cell.String())
		s.cell.Reset()
		s.state = rowWhole
		if after == "" {
			return "", false
		}
		return after[1:], true
	}
}
