package listfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func readRows(t require.TestingT, text string, comma byte) (all [][]string, lines []int, r *reading) {
	r, err := newReading(Options{List: "x"})
	require.NoError(t, err)
	c := r.rows(strings.NewReader(text), "test", comma)
	for {
		cells, line, err := c.next()
		if errors.Is(err, io.EOF) {
			return all, lines, r
		}
		require.NoError(t, err)
		all, lines = append(all, cells), append(lines, line)
	}
}

func TestRows(t *testing.T) {
	all, lines, r := readRows(t, "\ufeffa,\"b\"\"c\",\"d,\ne\"\r\n\r\n \n\"x\" ,y\nlast,", ',')
	require.Equal(t, [][]string{{"a", `b"c`, "d,\ne"}, {"x", "y"}, {"last", ""}}, all)
	require.Equal(t, []int{1, 5, 6}, lines)
	require.Empty(t, r.file.Refused)
}

// An open quotation mark costs its own row, wherever it stands; all rows behind it are read with their lines.
func TestRowsGoOnBehindAnOpenMark(t *testing.T) {
	all, lines, r := readRows(t, "a,b\n\"open,1\nc,d\ne,\"f\"x\n\"g\"\"\nh,i\n", ',')
	require.Equal(t, [][]string{{"a", "b"}, {"c", "d"}, {"h", "i"}}, all)
	require.Equal(t, []int{1, 3, 6}, lines)
	require.Len(t, r.file.Refused, 3)
	for i, line := range []int{2, 4, 5} {
		require.Equal(t, line, r.file.Refused[i].Line)
		require.Equal(t, RefusedQuote, r.file.Refused[i].Code)
	}
}

// What the standard library writes is read as it was.
func TestRowsReadWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("ab,;\"'\n é\tж")))
		rows := rapid.SliceOf(rapid.SliceOfN(cell, 2, 4)).Draw(t, "rows")
		for i := range rows {
			rows[i][0] = "id" + rows[i][0] // a row of nothing is no row
		}
		comma := rapid.SampledFrom([]byte(",;\t")).Draw(t, "comma")
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.Comma = rune(comma)
		require.NoError(t, w.WriteAll(rows))
		all, _, r := readRows(t, text.String(), comma)
		require.Empty(t, r.file.Refused)
		require.Len(t, all, len(rows))
		for i := range rows {
			require.Equal(t, rows[i], all[i])
		}
	})
}

// Every line of a file is in a row or refused, whatever stands in it.
func TestRowsLoseNoLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOf(rapid.StringMatching(`x["a,]{0,6}`)).Draw(t, "lines")
		all, _, r := readRows(t, strings.Join(lines, "\n"), ',')
		kept := 0
		for _, cells := range all {
			kept += 1 + strings.Count(strings.Join(cells, ""), "\n")
		}
		require.Equal(t, len(lines), kept+len(r.file.Refused))
	})
}
