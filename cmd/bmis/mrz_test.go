package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// result is what one command line gave.
type result struct {
	code     int
	out, err string
}

// bmisReading carries out a command line with a standard input.
func bmisReading(t *testing.T, in io.Reader, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	code := run(context.Background(), args, &app{
		In: in, Out: &out, Err: &err, Exit: func(int) {},
		Now:    func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) },
		Getenv: func(string) string { return "" },
	})
	return result{code, out.String(), err.String()}
}

func TestMRZGolden(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			golden := strings.TrimSuffix(input, ".txt") + ".jsonl"
			got := bmisReading(t, nil, "mrz", input)
			require.Equal(t, exitDone, got.code, got.err)
			if os.Getenv("UPDATE_GOLDEN") != "" {
				require.NoError(t, os.WriteFile(golden, []byte(got.out), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got.out)
			text, err := os.ReadFile(input)
			require.NoError(t, err)
			require.Equal(t, got, bmisReading(t, bytes.NewReader(text), "mrz"), "the standard input says the same")
			require.Equal(t, got, bmisReading(t, iotest.OneByteReader(bytes.NewReader(text)), "mrz", "-"))
		})
	}
}

// The names and their order are a promise.
func TestMRZShape(t *testing.T) {
	const zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	got := bmisReading(t, strings.NewReader(zone), "mrz")
	decoder := json.NewDecoder(strings.NewReader(got.out))
	var names []string
	depth := 0
	for key := true; decoder.More() || depth > 0; {
		token, err := decoder.Token()
		require.NoError(t, err)
		switch delim, is := token.(json.Delim); {
		case is && (delim == '{' || delim == '['):
			depth++
			key = depth == 1
		case is:
			depth--
			key = depth == 1
		case depth == 1 && key:
			names = append(names, token.(string))
			key = false
		case depth == 1:
			key = true
		}
	}
	require.Equal(t, []string{
		"format", "document_code", "issuing_state", "surname", "given_names", "name_truncated", "document_number", "nationality",
		"birth_date", "sex", "expiry_date", "optional_data", "checks", "findings",
		"issue_date", "expiry_derived", "number", "suggestions", "repairs",
	}, names)
	require.Contains(t, got.out, `"birth_date":{"value":"1974-08-12","precision":"day"}`)
	require.Contains(t, got.out, `{"field":"composite","printed":"0","computed":"0","ok":true}`)
	require.Equal(t, 1, strings.Count(got.out, "\n"))
}

func TestMRZUnreadable(t *testing.T) {
	for name, in := range map[string]string{
		"empty": "", "blank": "\n \r\n\t\n", "prose": "hello", "too long": strings.Repeat("P<UTO", 10_000), "bytes": "\xff\xfe\x00",
	} {
		t.Run(name, func(t *testing.T) {
			got := bmisReading(t, strings.NewReader(in), "mrz")
			require.Equal(t, exitDone, got.code)
			require.Empty(t, got.err)
			lines := strings.Split(strings.TrimSuffix(got.out, "\n"), "\n")
			require.Len(t, lines, 1)
			var out mrzOutput
			require.NoError(t, json.Unmarshal([]byte(lines[0]), &out))
			require.NotEmpty(t, out.Findings)
			require.NotEmpty(t, out.Findings[0].Message)
			require.Equal(t, "unknown", out.BirthDate.Precision)
			require.NotContains(t, lines[0], "null")
		})
	}
}

func TestMRZErrors(t *testing.T) {
	got := bmisReading(t, nil, "mrz", filepath.Join(t.TempDir(), "none.txt"))
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "none.txt: no such file")
	require.Empty(t, got.out)

	got = bmisReading(t, nil, "mrz", t.TempDir())
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "is a directory")

	got = bmisReading(t, iotest.ErrReader(io.ErrUnexpectedEOF), "mrz")
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "after zone 0")

	got = bmisReading(t, strings.NewReader(""), "mrz", "--inspection-date", "2026-11")
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "expected a full date")

	got = bmisReading(t, nil, "mrz", "--inspection-date", "tomorrow")
	require.Equal(t, exitUsage, got.code)

	got = bmisReading(t, nil, "nosuch")
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "nosuch")
}

func TestMRZOptions(t *testing.T) {
	const zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	require.Contains(t, bmisReading(t, strings.NewReader(zone), "mrz", "--training").out, `"findings":[]`)
	require.Contains(t, bmisReading(t, strings.NewReader(zone), "mrz", "--inspection-date=1973-01-01").out, `"value":"1874-08-12"`)
}

func TestMRZAccept(t *testing.T) {
	const zone = "P<UTOERIKS5ON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8989O2C36UTO74O8122F1204159ZE184226B<<<<<10"
	read := func(args ...string) mrzRead {
		var out mrzRead
		got := bmisReading(t, strings.NewReader(zone), append([]string{"mrz", "--training"}, args...)...)
		require.Equal(t, exitDone, got.code, got.err)
		require.NoError(t, json.Unmarshal([]byte(got.out), &out))
		return out
	}
	as := read()
	require.Equal(t, "ERIKS5ON", as.Surname, "nothing is repaired unasked")
	require.Len(t, as.Suggestions, 2)
	require.Empty(t, as.Repairs)
	repaired := read("--accept")
	require.Equal(t, []string{"ERIKSSON", "L898902C3", "1974-08-12"}, []string{repaired.Surname, repaired.DocumentNumber, repaired.BirthDate.Value})
	require.Empty(t, repaired.Suggestions)
	require.Len(t, repaired.Repairs, 3)
	require.Len(t, repaired.Findings, 3)
	for _, f := range repaired.Findings {
		require.Equal(t, string(mrz.CodeRepaired), f.Code)
		require.Equal(t, "acknowledge", f.Severity)
	}
}

// mrzRead is what the test reads of a line: the library's own types are written and never read.
type mrzRead struct {
	Surname        string       `json:"surname"`
	DocumentNumber string       `json:"document_number"`
	BirthDate      mrzDate      `json:"birth_date"`
	Findings       []mrzFinding `json:"findings"`
	Suggestions    []any        `json:"suggestions"`
	Repairs        []any        `json:"repairs"`
}

func TestHelp(t *testing.T) {
	require.Contains(t, bmisReading(t, nil, "--help").out, "mrz")
	require.Contains(t, bmisReading(t, nil, "mrz", "--help").out, "separated by blank lines")
}

func TestBlocks(t *testing.T) {
	for text, want := range map[string][]string{
		"a\nb\n\nc":             {"a\nb", "c"},
		"a\r\nb\r\n\r\nc\r\n":   {"a\nb", "c"},
		"a\r\r\nb\r\r\n":        {"a\nb"},
		"a\rb\r\rc\r":           {"a\nb", "c"},
		"\n\na\n \t\n\u00a0\nb": {"a", "b"},
		"":                      {""},
		"\n\n":                  {""},
	} {
		for _, in := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			var got []string
			for block, err := range blocks(in) {
				require.NoError(t, err)
				got = append(got, block)
			}
			require.Equal(t, want, got, "%q", text)
		}
	}
}

func TestBlocksKeepLittle(t *testing.T) {
	for block, err := range blocks(io.LimitReader(endless{}, 10<<20)) {
		require.NoError(t, err)
		require.Greater(t, len(block), mrz.MaxInput)
		require.Less(t, len(block), 1<<20)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'A'
	}
	return len(p), nil
}
