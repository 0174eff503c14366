package listfile

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// header are the columns of a file that names them in its first row. Names are compared by their letters and digits alone.
type header struct {
	names []string       // as written
	at    map[string]int // by column
}

func columnKey(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, name)
}

func newHeader(cells []string) header {
	h := header{names: cells, at: make(map[string]int, len(cells))}
	for i, cell := range cells {
		if _, twice := h.at[columnKey(cell)]; !twice {
			h.at[columnKey(cell)] = i
		}
	}
	return h
}

// row is a row of a file with a header. What nobody takes of it is kept in the remarks.
type row struct {
	h     *header
	line  int
	cells []string
	taken []bool
}

func (h *header) row(line int, cells []string) *row {
	return &row{h: h, line: line, cells: cells, taken: make([]bool, len(cells))}
}

// take is the cell of the first of the columns that the file has, and takes it.
func (r *row) take(columns ...string) string {
	for _, column := range columns {
		at, has := r.h.at[column]
		if !has || at >= len(r.cells) {
			continue
		}
		r.taken[at] = true
		if text := squeeze(r.cells[at]); text != "" {
			return text
		}
	}
	return ""
}

// keep puts what nobody took into the remarks, under the names of the columns.
func (d *draft) keep(r *row) {
	for i, cell := range r.cells {
		if !r.taken[i] {
			d.remark(r.h.names[i], cell)
		}
	}
}

func (r *row) raw() string { return strings.Join(r.cells, ",") }

// delimiterOf is the character that stands most often between the columns of a header.
func delimiterOf(head []byte) byte {
	line, _, _ := strings.Cut(string(head), "\n")
	best := byte(',')
	for _, c := range []byte{';', '\t'} {
		if strings.Count(line, string(c)) > strings.Count(line, string(best)) {
			best = c
		}
	}
	return best
}

// table reads rows under a header. Rows with more cells than it has columns, or fewer, are refused; empty cells at the end may be missing.
func (r *reading) table(c *rows, h header, take func(*row) error) error {
	for {
		cells, line, err := c.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for len(cells) > len(h.names) && strings.TrimSpace(cells[len(cells)-1]) == "" {
			cells = cells[:len(cells)-1]
		}
		if len(cells) != len(h.names) {
			r.refuse(line, "row", RefusedColumns, "expected "+strconv.Itoa(len(h.names))+" columns, not "+strconv.Itoa(len(cells)),
				strings.Join(cells, ","))
			continue
		}
		if err := take(h.row(line, cells)); err != nil {
			return err
		}
	}
}
