package edifact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// body is an interchange of one message in any service characters; una is the service string or "".
func body(una string, s apipnr.Separators) string {
	text := "UNB+UNOA:4+XX+UTO+261122:0600+7'UNH+1+PAXLST:D:05B:UN:IATA'NAD+FL+++TESTER:ANNA'UNT+3+1'UNZ+1+7'"
	return una + strings.Map(func(r rune) rune {
		switch r {
		case ':':
			return rune(s.Component)
		case '+':
			return rune(s.Element)
		case '\'':
			return rune(s.Terminator)
		}
		return r
	}, text)
}

func TestSeparators(t *testing.T) {
	usual := edifact.DefaultSeparators()
	quote, bars, controls, lines := usual, usual, usual, usual
	quote.Terminator = '"'
	bars.Component, bars.Element, bars.Terminator, bars.Release, bars.Repetition = '^', '|', '~', '\\', '*'
	controls.Component, controls.Element, controls.Terminator, controls.Release = 0x1F, 0x1D, 0x1C, 0
	lines.Terminator = '\n'
	for name, c := range map[string]struct {
		body     string
		want     apipnr.Separators
		detected bool
	}{
		"usual, announced":         {body("UNA:+.? '", usual), usual, false},
		"usual, not announced":     {body("", usual), usual, true},
		"quotation mark, no UNA":   {body("", quote), quote, true},
		"bars, announced":          {body(`UNA^|.\*~`, bars), bars, false},
		"control characters":       {body("", controls), controls, true},
		"lines":                    {body("", lines), lines, true},
		"announced, lines between": {strings.ReplaceAll(body("UNA:+.? '\r\n", usual), "'", "'\r\n"), usual, false},
		"UNA says another end":     {body("UNA:+.? '", quote), quote, true},
		"UNA of five characters": {body(`UNA:+\*'`, usual),
			apipnr.Separators{Component: ':', Element: '+', Decimal: '.', Release: '\\', Repetition: '*', Terminator: '\''}, true},
	} {
		t.Run(name, func(t *testing.T) {
			file := edifact.Read([]byte(c.body), edifact.DefaultLimits())
			require.Len(t, file.Messages, 1)
			m := file.Messages[0]
			require.Equal(t, c.want, m.Separators)
			require.Equal(t, []string{"UNH[1][PAXLST|D|05B|UN|IATA]", "NAD[FL][][][TESTER|ANNA]", "UNT[3][1]"}, plainly(m))
			require.Equal(t, c.detected, len(file.Diagnostics) > 0 && file.Diagnostics[0].Code == apipnr.CodeSeparators)
			require.Empty(t, m.Diagnostics)
		})
	}
}

const (
	head    = "UNB+UNOA:4+XX:ZZ+UTO+261122:0600+7'"
	one     = "UNH+1+PAXLST:D:05B:UN:IATA+KEY+01:C'NAD+FL+++A'UNT+3+1'"
	two     = "UNH+2+PAXLST:D:05B:UN:IATA+KEY+02'NAD+FL+++B'UNT+3+2'"
	three   = "UNH+3+PAXLST:D:05B:UN:IATA+KEY+03:F'NAD+FL+++C'UNT+3+3'"
	grouped = "UNG+PAXLST+XX AIR+UTO+261122:0600+9+UN+D:05B'"
)

func TestEnvelopes(t *testing.T) {
	for name, c := range map[string]struct {
		body     string
		messages string // references
		inside   []string
		outside  []string
	}{
		"three messages":   {head + one + two + three + "UNZ+3+7'", "123", nil, nil},
		"in a group":       {head + grouped + one + two + "UNE+2+9'UNZ+1+7'", "12", nil, nil},
		"in two groups":    {head + grouped + one + "UNE+1+9'" + grouped + two + "UNE+1+9'UNZ+2+7'", "12", nil, nil},
		"two interchanges": {head + one + "UNZ+1+7'\r\n" + head + two + "UNZ+1+7'", "12", nil, []string{apipnr.CodeSeparators}},
		"no UNT":           {head + strings.Replace(one, "UNT+3+1'", "", 1) + two + "UNZ+2+7'", "12", []string{apipnr.CodeSegmentMissing}, nil},
		"no UNE":           {head + grouped + one + "UNZ+1+7'", "1", nil, []string{apipnr.CodeSegmentMissing}},
		"no UNG":           {head + one + "UNE+1+9'UNZ+1+7'", "1", nil, []string{apipnr.CodeSegmentOrder}},
		"no UNZ":           {head + one, "1", nil, []string{apipnr.CodeSegmentMissing}},
		"no UNZ, another":  {head + one + head + two + "UNZ+1+7'", "12", nil, []string{apipnr.CodeSegmentMissing, apipnr.CodeSeparators}},
		"no UNB":           {one, "1", nil, []string{apipnr.CodeSeparators, apipnr.CodeSegmentMissing, apipnr.CodeSegmentMissing}},
		"no UNB before the first of two": {
			one + "UNZ+1+'\r\n" + head + two + "UNZ+1+7'", "12", nil, []string{apipnr.CodeSeparators, apipnr.CodeSegmentMissing, apipnr.CodeSeparators},
		},
		"no UNB before the second of two": {
			head + one + "UNZ+1+7'\r\n" + two + "UNZ+1+'" + three + "UNZ+1+'", "123", nil,
			[]string{apipnr.CodeSeparators, apipnr.CodeSegmentMissing, apipnr.CodeSeparators, apipnr.CodeSegmentMissing},
		},
		"a damaged UNB": {
			head + one + "UNZ+1+7'UNX+UNOA:4+XX+UTO'" + two + "UNZ+1+7'", "12", nil,
			[]string{apipnr.CodeEnvelope, apipnr.CodeSeparators, apipnr.CodeSegmentMissing, apipnr.CodeReference},
		},
		"UNH in a text": {"UNH TELEX UNH+1 SUNH+1+WORD:\r\n" + one + "UNZ+1+'", "1", nil,
			[]string{apipnr.CodeEnvelope, apipnr.CodeSeparators, apipnr.CodeSegmentMissing}},
		"UNZ without its end":   {head + one + "UNZ+1+7", "1", nil, nil},
		"UNT without its end":   {head + "UNH+1+PAXLST:D:05B'NAD+FL'UNT+3+1", "1", nil, []string{apipnr.CodeSegmentMissing}},
		"wrong counts":          {head + grouped + one + "UNE+4+9'UNZ+5+7'", "1", nil, []string{apipnr.CodeCount, apipnr.CodeCount}},
		"wrong references":      {head + grouped + one + "UNE+1+8'UNZ+1+6'", "1", nil, []string{apipnr.CodeReference, apipnr.CodeReference}},
		"wrong UNT":             {head + strings.Replace(one, "UNT+3+1", "UNT+9+5", 1) + "UNZ+1+7'", "1", []string{apipnr.CodeCount, apipnr.CodeReference}, nil},
		"cut off in a segment":  {head + "UNH+1+PAXLST:D:05B'NAD+FL+++A'AT", "1", []string{apipnr.CodeTruncated}, []string{apipnr.CodeSegmentMissing}},
		"cut off behind one":    {head + "UNH+1+PAXLST:D:05B'NAD+FL+++A'", "1", []string{apipnr.CodeTruncated}, []string{apipnr.CodeSegmentMissing}},
		"text behind":           {head + one + "UNZ+1+7'\r\n13Nov09", "1", nil, []string{apipnr.CodeStrayText}},
		"text before UNH":       {head + "\nwhat is this\n" + one + "UNZ+1+7'", "1", nil, []string{apipnr.CodeStrayText}},
		"segment between":       {head + "XYZ+1'" + one + "UNZ+1+7'", "1", nil, []string{apipnr.CodeSegmentOrder}},
		"nothing":               {"", "", nil, []string{apipnr.CodeSegmentMissing}},
		"no message":            {"BREAKFAST IS UNBELIEVABLE. UNA", "", nil, []string{apipnr.CodeSegmentMissing}},
		"interchange without":   {head + "UNZ+0+7'", "", nil, nil},
		"end within the header": {head + "UNH+1+PAX", "", nil, []string{apipnr.CodeTruncated, apipnr.CodeSegmentMissing}},
	} {
		t.Run(name, func(t *testing.T) {
			file := edifact.Read([]byte("UNA:+.? '"+c.body), edifact.DefaultLimits())
			if !strings.HasPrefix(c.body, "UNB") {
				file = edifact.Read([]byte(c.body), edifact.DefaultLimits())
			}
			references, inside := "", []string(nil)
			for _, m := range file.Messages {
				references += m.Reference
				for s := range m.Segments() {
					require.NotEqual(t, edifact.TagOf("AT"), s.Tag)
				}
				for _, d := range m.Diagnostics {
					inside = append(inside, d.Code)
				}
			}
			require.Equal(t, c.messages, references)
			require.ElementsMatch(t, c.inside, inside)
			require.ElementsMatch(t, c.outside, codes(file.Diagnostics))
		})
	}
}

// A message without UNB has the service characters of the UNA before it, or those that its own text shows.
func TestSeparatorsWithoutInterchange(t *testing.T) {
	odd := strings.NewReplacer("'", "~", "+", "^", ":", "|")
	for name, body := range map[string]string{
		"UNA":           "UNA:+.? '" + one,
		"an odd UNA":    "UNA|^.! ~\r\n" + odd.Replace(one),
		"found":         odd.Replace(one),
		"lines":         strings.ReplaceAll(one, "'", "\n"),
		"quotes":        strings.ReplaceAll(one, "'", `"`),
		"no version":    strings.Replace(one, ":D:05B:UN:IATA+KEY+01:C", "", 1),
		"another's UNA": "UNA|^.! ~" + one,
	} {
		t.Run(name, func(t *testing.T) {
			file := edifact.Read([]byte(body), edifact.DefaultLimits())
			require.Len(t, file.Messages, 1)
			tags := ""
			for s := range file.Messages[0].Segments() {
				tags += s.Tag.String()
				if s.Tag == edifact.TagOf("NAD") {
					require.Equal(t, "A", s.Text(3, 0))
				}
			}
			require.Equal(t, []string{"UNHNADUNT", "PAXLST"}, []string{tags, file.Messages[0].Type})
		})
	}
}

// A message whose UNH is missing or damaged is read as what its segments are, or its group.
func TestMessagesWithoutTheirHeader(t *testing.T) {
	const list = "BGM+745'NAD+FL+++A'"
	for name, c := range map[string]struct{ body, types string }{
		"missing":               {head + list + "UNT+3+1'UNZ+1+7'", "PAXLST"},
		"damaged":               {head + "UXH+1+PAXLST:D:05B'" + list + "UNT+4+1'UNZ+1+7'", "PAXLST"},
		"part of UNB":           {head[:len(head)-1] + one[:len(one)-len("NAD+FL+++A'UNT+3+1'")] + list + "UNT+4+1'UNZ+1+7'", "PAXLST"},
		"of the second":         {head + one + strings.Replace(two, "UNH+2+PAXLST:D:05B:UN:IATA+KEY+02'", "", 1) + three + "UNZ+3+7'", "PAXLST PAXLST PAXLST"},
		"of an answer":          {head + "BGM+962'ERP+2'UNT+3+1'UNZ+1+7'", "CUSRES"},
		"of reservations":       {head + "MSG+:22'SRC'UNT+3+1'UNZ+1+7'", "PNRGOV"},
		"the group says it":     {head + strings.Replace(grouped, "PAXLST", "CUSRES", 1) + "BGM+1'UNT+2+1'UNE+1+9'UNZ+1+7'", "CUSRES"},
		"the group is unknown":  {head + strings.Replace(grouped, "PAXLST", "FRIEND", 1) + list + "UNT+3+1'UNE+1+9'UNZ+1+7'", "PAXLST"},
		"a space in the type":   {head + strings.Replace(one, "PAXLST", "PAX LST", 1) + "UNZ+1+7'", "PAXLST"},
		"five letters":          {head + strings.Replace(one, "PAXLST", "PXLST", 1) + "UNZ+1+7'", "PAXLST"},
		"no type":               {head + "UNH+1'\r\n" + list + "UNT+4+1'UNZ+1+7'", "PAXLST"},
		"no type, reservations": {head + "UNH+1'MSG+:22'UNT+3+1'UNZ+1+7'", "PNRGOV"},
		"another type":          {head + strings.Replace(one, "PAXLST", "APERAK", 1) + "UNZ+1+7'", "APERAK"},
		"no type, no segment":   {head + "UNH+1'", ""},
		"nothing of a message":  {head + "LOC+1+A'UNZ+0+7'", ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := edifact.Read([]byte(c.body), edifact.DefaultLimits())
			var types []string
			for _, m := range file.Messages {
				types = append(types, m.Type)
				require.Equal(t, byte('\''), m.Separators.Terminator)
			}
			require.Equal(t, c.types, strings.Join(types, " "))
		})
	}
	file := edifact.Read([]byte(head+list+"UNT+3+1'UNZ+1+7'"), edifact.DefaultLimits())
	require.Equal(t, []string{apipnr.CodeSegmentMissing}, codes(file.Messages[0].Diagnostics))
}

func TestEnvelopeFields(t *testing.T) {
	file := edifact.Read([]byte("UNA:+.? '"+head+grouped+one+two+three+"UNE+3+9'UNZ+1+7'"), edifact.DefaultLimits())
	require.Len(t, file.Interchanges, 1)
	x := file.Interchanges[0]
	require.Equal(t, []string{"UNOA:4", "XX", "UTO", "7", "7", "261122:0600"}, []string{x.Syntax, x.Sender, x.Recipient, x.Reference, x.Trailer, x.Prepared})
	require.True(t, x.Announced)
	parts := []apipnr.Part{{Number: 1, First: true}, {Number: 2}, {Number: 3, Last: true}}
	for i, m := range file.Messages {
		require.Equal(t, parts[i], m.Part)
		require.Equal(t, []string{"PAXLST", "D:05B", "UN", "IATA", "KEY"}, []string{m.Type, m.Version, m.Agency, m.Assigned, m.Access})
		require.Equal(t, &edifact.Group{Type: "PAXLST", Sender: "XX AIR", Recipient: "UTO", Reference: "9"}, m.Group)
		c := m.Canonical()
		require.True(t, c.Grouped)
		require.Equal(t, "KEY", c.Access)
	}
}

// A Type B envelope is taken off, with and without control characters, and its lines are kept.
func TestTypeB(t *testing.T) {
	plain := framed("NAD+FL+++TESTER:ANNA MARIA CHRISTINE'FTX+AAP+++SOME LONGER TEXT THAT HAS TO BE FOLDED SOMEWHERE'")
	want := middle(only(t, plain))
	for name, c := range map[string]struct {
		before, after string
		headers       []string
	}{
		"lines":        {"QU UTOKKXS\r\n.XXRMUXX 221130\r\n", "", []string{"QU UTOKKXS", ".XXRMUXX 221130"}},
		"STX and ETX":  {"\x01QU UTOKKXS\r\n.XXRMUXX 221130\r\n\x02", "\x03", []string{"QU UTOKKXS", ".XXRMUXX 221130"}},
		"host to host": {`V.\VDLG.WA/E11UTOKKXS/I11XXRMUXX/P0001\VGYA\`, "", []string{`V.\VDLG.WA/E11UTOKKXS/I11XXRMUXX/P0001\VGYA\`}},
		"byte order":   {"\uFEFF", "", nil},
		"indent":       {"  ", "", nil},
	} {
		for _, width := range []int{0, 60, 63, 69} {
			t.Run(fmt.Sprintf("%s, %d columns", name, width), func(t *testing.T) {
				m := only(t, c.before+folded(plain, width)+c.after)
				require.Equal(t, want, middle(m))
				require.Equal(t, c.headers, m.Interchange.Headers)
			})
		}
	}
}

// Folded at any column, with the spaces at the ends of lines kept or lost, the values are the same.
func TestFoldsAtAnyColumn(t *testing.T) {
	plain := framed("NAD+FL+++TESTER:ANNA MARIA CHRISTINE'FTX+AAP+++SOME LONGER TEXT THAT?'S CUT ANYWHERE?? AND NOT BETWEEN WORDS'" +
		"DOC+P:110:111+P1234567'DTM+36:310101'LOC+91+UTO'NAD+FL+++DE LA TESTER:JEAN BAPTISTE'RFF+AVF:QX1'")
	want := middle(only(t, plain))
	for width := 20; width <= 100; width++ {
		text := folded(plain, width)
		require.Equal(t, want, middle(only(t, text)), "width %d", width)
		if width < 55 {
			continue // of narrower lines that have lost a space there is no telling
		}
		trimmed := strings.ReplaceAll(text, " \r\n", "\r\n")
		require.Equal(t, want, middle(only(t, trimmed)), "width %d, spaces at ends lost", width)
	}
}

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*edifact.Limits)
		messages int
		segments int
	}{
		"bytes":      {func(l *edifact.Limits) { l.Bytes = 50 }, 0, 0},
		"messages":   {func(l *edifact.Limits) { l.Messages = 1 }, 1, 3},
		"segments":   {func(l *edifact.Limits) { l.Segments = 2 }, 2, 4},
		"components": {func(l *edifact.Limits) { l.Components = 3 }, 2, 2}, // UNH has more, NAD too: UNT is left
		"segment":    {func(l *edifact.Limits) { l.SegmentBytes = 20 }, 2, 4},
	} {
		t.Run(name, func(t *testing.T) {
			l := edifact.DefaultLimits()
			c.change(&l)
			file := edifact.Read([]byte("UNA:+.? '"+head+one+two+"UNZ+2+7'"), l)
			require.Len(t, file.Messages, c.messages)
			segments, all := 0, file.Diagnostics
			for _, m := range file.Messages {
				for range m.Segments() {
					segments++
				}
				all = append(all, m.Diagnostics...)
			}
			require.Equal(t, c.segments, segments)
			require.Contains(t, codes(all), apipnr.CodeLimit)
		})
	}
}

func TestInterchangesAreBounded(t *testing.T) {
	l := edifact.DefaultLimits()
	l.Messages = 3
	file := edifact.Read([]byte(strings.Repeat("UNB+UNOA:4+X\nY'", 1000)), l)
	require.Len(t, file.Interchanges, 3)
	require.Equal(t, apipnr.CodeLimit, file.Diagnostics[len(file.Diagnostics)-1].Code)
}

func TestDiagnosticsAreBounded(t *testing.T) {
	l := edifact.DefaultLimits()
	l.Diagnostics = 5
	m := edifact.Read([]byte(framed(strings.Repeat("FTX+?A'", 100))), l).Messages[0]
	for range 2 { // the second time adds nothing
		for range m.Segments() {
		}
		require.Len(t, m.Diagnostics, 5)
	}
	require.Equal(t, apipnr.CodeLimit, m.Diagnostics[4].Code)
}
