package edifact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// framed is a message of PAXLST around some segments, with the usual service characters.
func framed(segments string) string {
	return "UNA:+.? 'UNB+UNOA:4+XX+UTO+261122:0600+7'UNH+1+PAXLST:D:05B:UN:IATA'" + segments + "UNT+3+1'UNZ+1+7'"
}

// only reads the single message of a body.
func only(t *testing.T, body string) *edifact.Message {
	t.Helper()
	file := edifact.Read([]byte(body), edifact.DefaultLimits())
	require.Len(t, file.Messages, 1, "diagnostics: %v", file.Diagnostics)
	return file.Messages[0]
}

// plainly writes segments as "TAG[e1c1|e1c2][e2c1]", values resolved.
func plainly(m *edifact.Message) []string {
	var all []string
	for s := range m.Segments() {
		line := s.Tag.String()
		for e := range s.Elements() {
			parts := make([]string, 0, 4)
			for c := range s.Components(e) {
				parts = append(parts, s.Text(e, c))
			}
			line += "[" + strings.Join(parts, "|") + "]"
		}
		all = append(all, line)
	}
	return all
}

// middle are the segments of a message without UNH and UNT.
func middle(m *edifact.Message) []string {
	all := plainly(m)
	return all[1 : len(all)-1]
}

func codes(list []apipnr.Diagnostic) []string {
	all := []string{}
	for _, d := range list {
		all = append(all, d.Code)
	}
	return all
}

func TestSegmentText(t *testing.T) {
	for name, c := range map[string]struct {
		segments string
		want     []string
		codes    []string
	}{
		"empty elements":             {"NAD+FL+++A:B'", []string{"NAD[FL][][][A|B]"}, nil},
		"no elements":                {"SRC'", []string{"SRC"}, nil},
		"empty components":           {"RFF+TN:1:::2'", []string{"RFF[TN|1|||2]"}, nil},
		"released component":         {"FTX+A?:B:C'", []string{"FTX[A:B|C]"}, nil},
		"released terminator":        {"FTX+A?'B'", []string{"FTX[A'B]"}, nil},
		"release before a separator": {"FTX+A??:B'", []string{"FTX[A?|B]"}, nil},
		"release before the end":     {"FTX+A??'FTX+B'", []string{"FTX[A?]", "FTX[B]"}, nil},
		"three releases":             {"FTX+A???'B'", []string{"FTX[A?'B]"}, nil},
		"needless release":           {"FTX+A?B'", []string{"FTX[AB]"}, []string{apipnr.CodeReleaseNeedless}},
		"asterisk is text":           {"FTX+A*B'", []string{"FTX[A*B]"}, nil},
		"lines and indents between":  {"\r\n  NAD+FL'\n\n\tATT+2'\r\n", []string{"NAD[FL]", "ATT[2]"}, nil},
		"stray line":                 {"NAD+FL'\nTHIS IS NO SEGMENT\nATT+2'", []string{"NAD[FL]", "ATT[2]"}, []string{apipnr.CodeStrayText}},
		"stray segment":              {"NAD+FL'??? what'ATT+2'", []string{"NAD[FL]", "ATT[2]"}, []string{apipnr.CodeStrayText}},
		"fragment of a segment":      {"NAD+FL'\nL\nATT+2'", []string{"NAD[FL]", "ATT[2]"}, []string{apipnr.CodeStrayText}},
		"empty segments":             {"NAD+FL''''ATT+2'", []string{"NAD[FL]", "ATT[2]"}, []string{apipnr.CodeStrayText}},
		"tag on two lines":           {"NA\r\nD+FL'", []string{"NAD[FL]"}, []string{apipnr.CodeFolded}},
		"explicit nesting":           {"NAD:1+FL'", []string{"NAD[FL]"}, nil},
		"space behind the tag":       {"NAD +FL'", []string{"NAD[FL]"}, nil},
		"word wrap":                  {"\nNAD+45 HIGH\nSTREET'", []string{"NAD[45 HIGH STREET]"}, []string{apipnr.CodeFolded}},
		"wrap at a separator":        {"NAD+\nFL\n+A'", []string{"NAD[FL][A]"}, []string{apipnr.CodeFolded}},
		"no terminator of a line as long as a telex has": {
			"\nFTX+AAP+++" + strings.Repeat("TEXT ", 11) + "X\nRFF+AVF:QX1'\nRFF+ABO:R'\n", []string{"FTX[AAP][][][" + strings.Repeat("TEXT ", 11) + "X]", "RFF[AVF|QX1]", "RFF[ABO|R]"},
			[]string{edifact.CodeTerminator},
		},
		"no terminator":        {"\nNAT+2+UTO\nRFF+AVF:QX1'", []string{"NAT[2][UTO]", "RFF[AVF|QX1]"}, []string{edifact.CodeTerminator}},
		"release across lines": {"FTX+A?\r\n'B'", []string{"FTX[A'B]"}, []string{apipnr.CodeFolded}},
		"bytes of Latin-1":     {"NAD+M\xDCLLER'", []string{"NAD[MÜLLER]"}, []string{apipnr.CodeCharset}},
		"UTF-8 under UNOA":     {"NAD+MÜLLER ŁÓDŹ'", []string{"NAD[MÜLLER ŁÓDŹ]"}, []string{apipnr.CodeCharset}},
		"released UTF-8":       {"NAD+A?ÜB'", []string{"NAD[AÜB]"}, []string{apipnr.CodeCharset}},
	} {
		t.Run(name, func(t *testing.T) {
			m := only(t, framed(c.segments))
			require.Equal(t, c.want, middle(m))
			got := []string{}
			for _, code := range codes(m.Diagnostics) {
				if code != apipnr.CodeCount { // the frame always says three
					got = append(got, code)
				}
			}
			require.ElementsMatch(t, c.codes, got)
		})
	}
}

func TestCharacterSets(t *testing.T) {
	for syntax, want := range map[string]string{
		"UNOC:3": "Ã", "UNOD:3": "Ă", "UNOE:3": "У", "UNOF:3": "Γ", "UNOK:3": "Ã", "UNOA:4": "Ã", "IATA:1": "Ã", "UNOY:4": "Ã",
	} {
		t.Run(syntax, func(t *testing.T) {
			body := strings.Replace(framed("NAD+\xC3'"), "UNOA:4", syntax, 1)
			require.Equal(t, []string{"NAD[" + want + "]"}, middle(only(t, body)))
		})
	}
}

// Senders who declare ISO 8859 write what Windows has between 0x80 and 0x9F; no character is lost.
func TestCharactersThatTheDeclaredSetDoesNotHave(t *testing.T) {
	for syntax, want := range map[string]string{"UNOC:3": "Š€", "UNOA:4": "Š€", "IATA:1": "Š€", "UNOI:3": "Š€"} {
		body := strings.Replace(framed("NAD+\x8A\x80'"), "UNOA:4", syntax, 1)
		require.Equal(t, []string{"NAD[" + want + "]"}, middle(only(t, body)), syntax)
	}
}

func TestPlacesPointIntoWhatWasReceived(t *testing.T) {
	for _, folds := range []int{0, 33, 61} {
		t.Run(fmt.Sprint(folds), func(t *testing.T) {
			body := "QU UTOKKXS\r\n.XXRMUXX 221130\r\n" + folded(framed("NAD+FL+++TESTER:ANNA'DOC+P:110:111+P?+77'"), folds)
			m := only(t, body)
			n := 0
			for s := range m.Segments() {
				n++
				require.Equal(t, n, s.Number)
				for e := range s.Elements() {
					for c := range s.Components(e) {
						from, to, ok := s.Span(e, c)
						require.True(t, ok)
						require.Equal(t, from, s.At(e, c))
						sent := strings.NewReplacer("\r\n", "", "?", "").Replace(body[from:to])
						require.Equal(t, s.Text(e, c), sent)
					}
				}
				raw := strings.ReplaceAll(s.Raw(), "\r\n", "")
				require.True(t, strings.HasPrefix(raw, s.Tag.String()), raw)
				require.Equal(t, body[s.Offset:s.Offset+len(s.Raw())], s.Raw())
			}
			require.Equal(t, 4, n)
		})
	}
}

// folded cuts a text into lines of a width; 0 leaves it.
func folded(text string, width int) string {
	if width == 0 {
		return text
	}
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + "\r\n")
		text = text[width:]
	}
	return b.String() + text
}

func TestRestKeepsSeparators(t *testing.T) {
	m := only(t, framed("FTX+AAP+++DIAL 555:123?:4:5'"))
	for s := range m.Segments() {
		if s.Tag == edifact.TagOf("FTX") {
			require.Equal(t, "DIAL 555:123:4:5", s.Rest(3, 0))
			require.Equal(t, "123:4:5", s.Rest(3, 1))
			require.Empty(t, s.Rest(9, 0))
			require.Empty(t, s.Text(3, 9))
			require.Empty(t, s.Text(-1, 0))
			require.Equal(t, s.Offset, s.At(9, 9))
			require.Equal(t, 0, s.Components(9))
		}
	}
}
