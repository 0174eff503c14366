package edifact_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func header() edifact.Header {
	return edifact.Header{
		Separators: edifact.DefaultSeparators(), Announce: true, Syntax: "UNOA:4", Sender: "XX", Recipient: "UTO", Prepared: noon(), Reference: "7",
	}
}

func TestWriter(t *testing.T) {
	h := header()
	h.Group = apipnr.PAXLST
	w := edifact.NewWriter(h)
	w.Begin(edifact.MessageHeader{
		Type: "PAXLST", Version: "D:05B", Agency: "UN", Assigned: "IATA", Reference: "1", Access: "KEY", Part: apipnr.Part{Number: 1, First: true},
	})
	w.Segment(edifact.TagOf("NAD"), edifact.E("FL"), nil, edifact.E(""), edifact.E("O'HARA", "", "A:B+C?*", ""), nil)
	w.End()
	got, err := w.Bytes()
	require.NoError(t, err)
	require.Equal(t, "UNA:+.? 'UNB+UNOA:4+XX+UTO+261122:1200+7'UNG+PAXLST+XX+UTO+261122:1200+7+UN'"+
		"UNH+1+PAXLST:D:05B:UN:IATA+KEY+01:C'NAD+FL+++O?'HARA::A?:B?+C??*'UNT+3+1'UNE+1+7'UNZ+1+7'", string(got))
}

func TestPartsAreWritten(t *testing.T) {
	for part, want := range map[apipnr.Part]string{
		{Number: 1, First: true, Last: true}: "UNH+1+PAXLST'", {}: "UNH+1+PAXLST'",
		{Number: 1, First: true}: "UNH+1+PAXLST++01:C'", {Number: 2}: "UNH+1+PAXLST++02'", {Number: 12, Last: true}: "UNH+1+PAXLST++12:F'",
	} {
		w := edifact.NewWriter(header())
		w.Begin(edifact.MessageHeader{Type: "PAXLST", Reference: "1", Part: part})
		w.End()
		got, err := w.Bytes()
		require.NoError(t, err)
		require.Contains(t, string(got), want)
	}
}

func TestWriterRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		header func(*edifact.Header)
		text   string
		tag    string
		want   string
	}{
		"a line end":               {nil, "A\nB", "NAD", "line end"},
		"another character set":    {nil, "Ü", "NAD", "not in the character set of UNOA:4"},
		"what Latin-1 has not":     {func(h *edifact.Header) { h.Syntax = "UNOC:3" }, "Ł", "NAD", "not in the character set of UNOC:3"},
		"a separator, no release":  {func(h *edifact.Header) { h.Separators.Release = 0 }, "A:B", "NAD", "no release character"},
		"one character twice":      {func(h *edifact.Header) { h.Separators.Element = ':' }, "A", "NAD", "service character"},
		"a letter as a separator":  {func(h *edifact.Header) { h.Separators.Terminator = 'X' }, "A", "NAD", "service character"},
		"a tag of lower case":      {nil, "A", "nad", "three capitals"},
		"a tag of four characters": {nil, "A", "NADX", "three capitals"},
	} {
		t.Run(name, func(t *testing.T) {
			h := header()
			if c.header != nil {
				c.header(&h)
			}
			w := edifact.NewWriter(h)
			w.Begin(edifact.MessageHeader{Type: "PAXLST", Reference: "1"})
			w.Segment(edifact.TagOf(c.tag), edifact.E(c.text))
			w.End()
			_, err := w.Bytes()
			require.ErrorContains(t, err, c.want)
		})
	}
	w := edifact.NewWriter(header())
	w.Begin(edifact.MessageHeader{Type: "PAXLST", Reference: "1"})
	_, err := w.Bytes()
	require.ErrorContains(t, err, "expected its last message to be ended")
}

func TestWriterCharacterSets(t *testing.T) {
	for syntax, want := range map[string]string{"UNOC:3": "M\xDCLLER", "UNOK:3": "M\xDCLLER", "UNOY:4": "MÜLLER"} {
		h := header()
		h.Syntax = syntax
		w := edifact.NewWriter(h)
		w.Begin(edifact.MessageHeader{Type: "PAXLST", Reference: "1"})
		w.Segment(edifact.TagOf("NAD"), edifact.E("MÜLLER"))
		w.End()
		got, err := w.Bytes()
		require.NoError(t, err)
		require.Contains(t, string(got), "NAD+"+want+"'")
		require.Equal(t, []string{"NAD[MÜLLER]"}, middle(only(t, string(got))))
	}
}

// What Windows adds to ISO 8859 is written as it was read: carriers match references byte by byte.
func TestWriterRepeatsWhatWindowsAdds(t *testing.T) {
	for syntax, sent := range map[string]string{"UNOC:3": "\x8A\x80\xDC", "UNOG:3": "\xE3\xF8"} {
		h := header()
		h.Syntax = syntax
		text := middle(only(t, strings.Replace(framed("NAD+"+sent+"'"), "UNOA:4", syntax, 1)))[0]
		w := edifact.NewWriter(h)
		w.Begin(edifact.MessageHeader{Type: "PAXLST", Reference: "1"})
		w.Segment(edifact.TagOf("NAD"), edifact.E(strings.Trim(text, "NAD[]")))
		w.End()
		got, err := w.Bytes()
		require.NoError(t, err)
		require.Contains(t, string(got), "NAD+"+sent+"'")
	}
}

// permutations are all orders of the characters.
func permutations(left, done string, all []string) []string {
	if left == "" {
		return append(all, done)
	}
	for i := range len(left) {
		all = permutations(left[:i]+left[i+1:], done+left[i:i+1], all)
	}
	return all
}

// Every permutation of the six service characters works, whatever the values hold.
func TestEveryServiceString(t *testing.T) {
	every := permutations(":+.?*'", "", nil)
	require.Len(t, every, 720)
	for _, una := range every {
		roundTrip(t, una, []string{":+.?*'", "??", "A?", "'", "", "O'HARA", " *A* "})
	}
	value := rapid.StringOfN(rapid.SampledFrom([]rune(":+.?*' ABC12,-/")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		roundTrip(t, rapid.SampledFrom(every).Draw(t, "UNA"), rapid.SliceOfN(value, 1, 6).Draw(t, "values"))
	})
}

func roundTrip(t require.TestingT, una string, values []string) {
	h := header()
	h.Separators = apipnr.Separators{
		Component: una[0], Element: una[1], Decimal: una[2], Release: una[3], Repetition: una[4], Terminator: una[5],
	}
	w := edifact.NewWriter(h)
	w.Begin(edifact.MessageHeader{Type: "PAXLST", Version: "D:05B", Reference: "1"})
	for _, v := range values {
		w.Segment(edifact.TagOf("FTX"), edifact.E("X", v, "Y"), edifact.E(v, "Z"))
	}
	w.End()
	sent, err := w.Bytes()
	require.NoError(t, err, una)
	file := edifact.Read(sent, edifact.DefaultLimits())
	require.Empty(t, file.Diagnostics, string(sent))
	require.Len(t, file.Messages, 1, string(sent))
	i := 0
	for s := range file.Messages[0].Segments() {
		if s.Tag != edifact.TagOf("FTX") {
			continue
		}
		require.Equal(t, values[i], s.Text(0, 1), string(sent))
		require.Equal(t, values[i], s.Text(1, 0), string(sent))
		require.Equal(t, 3, s.Components(0))
		i++
	}
	require.Equal(t, len(values), i)
	require.Empty(t, file.Messages[0].Diagnostics, string(sent))
}

func TestHeaderOf(t *testing.T) {
	m := apipnr.Message{Type: "CUSRES", Sender: "A", Recipient: "B", Interchange: "9"}
	require.Equal(t, edifact.Header{
		Separators: edifact.DefaultSeparators(), Announce: true, Syntax: "UNOA:4", Sender: "A", Recipient: "B", Prepared: noon(), Reference: "9",
	}, edifact.HeaderOf(m, noon()))
	m.Separators, m.Grouped, m.Syntax = apipnr.Separators{Component: ':', Element: '+', Release: '?', Terminator: '"'}, true, "UNOB:1"
	got := edifact.HeaderOf(m, noon())
	require.False(t, got.Announce, "an answer has no UNA when the request had none")
	require.Equal(t, "CUSRES", got.Group)
	require.Equal(t, m.Separators, got.Separators)
	require.Equal(t, edifact.MessageHeader{Type: "CUSRES", Version: "D:12B", Agency: "UN", Assigned: "IATA", Reference: "9"},
		edifact.MessageHeaderOf(m, "D:12B"))
}

// copied writes what was read: the stable form of it.
func copied(m *edifact.Message) ([]byte, error) {
	h := edifact.HeaderOf(m.Canonical(), noon())
	h.Lenient, h.Announce = true, true
	w := edifact.NewWriter(h)
	for s := range m.Segments() {
		if s.Tag == edifact.UNH {
			w.Begin(edifact.MessageHeaderOf(m.Canonical(), ""))
		}
		if s.Tag == edifact.UNH || s.Tag == edifact.UNT {
			continue
		}
		elements := make([]edifact.Element, s.Elements())
		for e := range elements {
			for c := range s.Components(e) {
				elements[e] = append(elements[e], s.Text(e, c))
			}
		}
		w.Segment(s.Tag, elements...)
	}
	w.End()
	return w.Bytes()
}

// FuzzRead: never a panic, every place within the text, and what is written of what was read is read as the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte(framed("NAD+FL+++TESTER:ANNA'FTX+A?:B??'")))
	f.Add([]byte(head + grouped + one + two + "UNE+2+9'UNZ+1+7'" + head + three))
	f.Add([]byte(folded("QU X\r\n"+framed("NAD+FL+++TESTER:ANNA'SRC'"), 61)))
	f.Add([]byte(strings.ReplaceAll(framed("NAD+M\xDCLLER'"), "'", "\"")))
	f.Add([]byte("UNB+UNOG+\xe3\xf8'UNH'"))
	f.Add([]byte("UNB!UNOF\"0\xa3\xc8'UNH'"))
	f.Add([]byte("UNHx1xPAXLST:D:05B'\nNAD\nRFF+A?\n'B\nNADx"))
	f.Fuzz(func(t *testing.T, body []byte) {
		file := edifact.Read(body, edifact.DefaultLimits())
		for _, m := range file.Messages {
			for s := range m.Segments() {
				for e := range s.Elements() {
					for c := range s.Components(e) {
						_ = s.Text(e, c)
						from, to, ok := s.Span(e, c)
						require.True(t, ok && from >= s.Offset && from <= to && to <= s.End && s.End <= len(body))
					}
				}
			}
			for _, d := range m.Diagnostics {
				require.True(t, d.Offset >= 0 && d.Offset <= len(body))
			}
			stable(t, m)
		}
	})
}

func stable(t *testing.T, m *edifact.Message) {
	t.Helper()
	if len(m.Type) != len(apipnr.PAXLST) || !strings.HasPrefix(m.Received(), "UNH") {
		return // without a type, or without UNH, it is read as what it begins with
	}
	first, err := copied(m)
	if err != nil {
		return // it holds what the syntax cannot write
	}
	again := edifact.Read(first, edifact.DefaultLimits())
	if len(again.Messages) != 1 {
		require.Empty(t, m.Type+m.Reference, "%q", first) // UNH that says nothing
		return
	}
	second, err := copied(again.Messages[0])
	require.NoError(t, err)
	require.Equal(t, string(first), string(second))
}
