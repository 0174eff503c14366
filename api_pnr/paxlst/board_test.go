package paxlst_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/paxlst"
)

const (
	opened = "UNA:+.? 'UNB+UNOA:4+XX+UTOAPIS+261122:0600+7'"
	begun  = "UNH+1+PAXLST:D:05B:UN:IATA'"
	named  = "BGM+745'RFF+TN:TX1:::1'NAD+MS+++XX OPERATIONS'COM+555 0100:TE+ops@xx.example:EM'"
	flies  = "TDT+20+XX0123+++XX'LOC+125+UTA'DTM+189:2611221725:201'LOC+87+UTB'DTM+232:2611222010:201'"
	anna   = "NAD+FL+++TESTER:ANNA MARIA'ATT+2++F'DTM+329:800229'LOC+178+UTA'LOC+179+UTB'LOC+174+UTO'NAT+2+UTO'RFF+AVF:QX1234'" +
		"RFF+ABO:REF001'DOC+P:110:111+P1234567'DTM+36:310101'LOC+91+UTO'"
	bert = "NAD+FL+++SPECIMEN:BERT'ATT+2++M'DTM+329:751130'NAT+2+UTO'RFF+AVF:QX1234'RFF+ABO:REF002'" +
		"DOC+P:110:111+P7654321'DTM+36:300630'LOC+91+UTO'"
	counted = "CNT+42:2'"
	ended   = "UNT+33+1'"
	closed  = "UNZ+1+7'"
	whole   = opened + begun + named + flies + anna + bert + counted + ended + closed
)

// read gives the messages of a body, and what stands outside of them.
func read(body string) ([]apipnr.Message, []apipnr.Diagnostic) {
	file := edifact.Read([]byte(body), edifact.DefaultLimits())
	messages := make([]apipnr.Message, 0, len(file.Messages))
	for _, m := range file.Messages {
		messages = append(messages, paxlst.Read(m))
	}
	return messages, file.Diagnostics
}

// surnames are those of all messages, separated by spaces.
func surnames(messages []apipnr.Message) string {
	var all []string
	for _, m := range messages {
		for _, t := range m.Travellers {
			all = append(all, t.Surname)
		}
	}
	return strings.Join(all, " ")
}

// diagnosed finds a diagnostic of a code; the test fails without one.
func diagnosed(t *testing.T, all []apipnr.Diagnostic, code string) apipnr.Diagnostic {
	t.Helper()
	for _, d := range all {
		if d.Code == code {
			return d
		}
	}
	require.Fail(t, "no diagnostic", "%s among %v", code, all)
	return apipnr.Diagnostic{}
}

func TestWholeMessage(t *testing.T) {
	messages, outside := read(whole)
	require.Empty(t, outside)
	require.Len(t, messages, 1)
	m := messages[0]
	require.Empty(t, m.Diagnostics)
	require.Equal(t, 33, m.Segments)
}

// The behaviours that a tolerant reader of lists owes, in the numbers of the specification's board. Each is a message of its own.
func TestRobustness(t *testing.T) {
	swap := func(old, text string) string {
		out := strings.Replace(whole, old, text, 1)
		if out == whole {
			return "nothing replaced"
		}
		return out
	}
	for name, c := range map[string]struct {
		body      string
		surnames  string
		code      string // "" for none
		at        string // where in the body the diagnostic stands; "" for anywhere
		outside   bool   // of messages
		truncated bool
		check     func(t *testing.T, m apipnr.Message)
	}{
		"1 several messages in one group": {
			body: opened + "UNG+PAXLST+XX+UTO+261122:0600+9+UN+D:05B'" + begun + named + flies + anna + counted + ended +
				begun + named + flies + bert + counted + ended + "UNE+2+9'" + closed,
			surnames: "TESTER SPECIMEN", code: apipnr.CodeCount,
		},
		"2 a second interchange": {body: whole + "\r\n" + whole, surnames: "TESTER SPECIMEN TESTER SPECIMEN"},
		"3 no CNT":               {body: swap(counted, ""), surnames: "TESTER SPECIMEN", code: apipnr.CodeSegmentMissing, at: "UNH"},
		"4 unknown qualifier of LOC": {
			body: swap("LOC+178+UTA'", "LOC+999+UTA'"), surnames: "TESTER SPECIMEN", code: apipnr.CodeQualifier, at: "999+UTA",
			check: func(t *testing.T, m apipnr.Message) {
				require.Contains(t, diagnosed(t, m.Diagnostics, apipnr.CodeQualifier).Message, "LOC+999+UTA")
				require.Equal(t, "UTB", m.Travellers[0].Disembarks)
			},
		},
		"5 released release before a component separator": {
			body: swap("TESTER:ANNA", "TESTER??:ANNA"), surnames: "TESTER? SPECIMEN",
			check: func(t *testing.T, m apipnr.Message) { require.Equal(t, "ANNA MARIA", m.Travellers[0].GivenNames) },
		},
		"6 cut off in the second traveller": {
			body: whole[:strings.Index(whole, "NAT+2+UTO'RFF+AVF:QX1234'RFF+ABO:REF002")+4], surnames: "TESTER", code: apipnr.CodeTruncated, truncated: true,
		},
		"6 cut off behind the second traveller": {
			body: whole[:strings.Index(whole, counted)], surnames: "TESTER SPECIMEN", code: apipnr.CodeTruncated, truncated: true,
		},
		"6 cut off in the count": {
			body: whole[:strings.Index(whole, counted)+2], surnames: "TESTER SPECIMEN", code: apipnr.CodeTruncated, truncated: true,
		},
		"7 unknown segment": {
			body: swap("ATT+2++F'", "ATT+2++F'XYZ+1+2'"), surnames: "TESTER SPECIMEN", code: apipnr.CodeSegmentUnknown, at: "1+2'",
		},
		"8 RFF before NAT": {
			body: swap("NAT+2+UTO'RFF+AVF:QX1234'", "RFF+AVF:QX1234'NAT+2+UTO'"), surnames: "TESTER SPECIMEN",
			check: func(t *testing.T, m apipnr.Message) {
				require.Equal(t, []string{"UTO", "QX1234"}, []string{m.Travellers[0].Nationality, m.Travellers[0].Locator})
			},
		},
		"8 the document's State and date before it": {
			body: swap("DOC+P:110:111+P1234567'DTM+36:310101'LOC+91+UTO'", "LOC+91+UTO'DTM+36:310101'DOC+P:110:111+P1234567'"), surnames: "TESTER SPECIMEN",
			check: func(t *testing.T, m apipnr.Message) {
				d := m.Travellers[0].Documents[0]
				require.Equal(t, []string{"UTO", "2031-01-01"}, []string{d.Issuer, d.Expiry.String()})
			},
		},
		"9 folded at a fixed column": {body: foldedAt(whole, 63), surnames: "TESTER SPECIMEN", code: apipnr.CodeFolded},
		"9 folded narrowly":          {body: foldedAt(whole, 31), surnames: "TESTER SPECIMEN", code: apipnr.CodeFolded},
		"10 quotation mark ends, no UNA": {
			body: strings.ReplaceAll(strings.TrimPrefix(whole, "UNA:+.? '"), "'", `"`), surnames: "TESTER SPECIMEN", code: apipnr.CodeSeparators, outside: true,
		},
		"11 no departure": {
			body: swap("DTM+189:2611221725:201'", ""), surnames: "TESTER SPECIMEN", code: apipnr.CodeDateMissing, at: "TDT",
			check: func(t *testing.T, m apipnr.Message) {
				require.Len(t, m.Flights, 1)
				require.True(t, m.Flights[0].Departure.IsZero())
				require.Equal(t, "2026-11-22T20:10", m.Flights[0].Arrival.String())
			},
		},
		"18 eight digits under a format of six": {
			body: swap("DTM+329:800229'", "DTM+329:19800229:101'"), surnames: "TESTER SPECIMEN", code: apipnr.CodeDateFormat, at: "19800229",
			check: func(t *testing.T, m apipnr.Message) {
				require.Equal(t, "1980-02-29", m.Travellers[0].BirthDate.String())
			},
		},
		"18 a date that is none": {
			body: swap("DTM+329:800229'", "DTM+329:810229'"), surnames: "TESTER SPECIMEN", code: apipnr.CodeDateUnreadable, at: "810229",
			check: func(t *testing.T, m apipnr.Message) {
				require.True(t, m.Travellers[0].BirthDate.IsZero())
				require.Equal(t, "810229", m.Travellers[0].Raw["birth_date"])
			},
		},
		"19 released release before the end": {body: swap("ANNA MARIA'", "ANNA MARIA??'"), surnames: "TESTER SPECIMEN",
			check: func(t *testing.T, m apipnr.Message) {
				require.Equal(t, []string{"ANNA MARIA?", "F"}, []string{m.Travellers[0].GivenNames, m.Travellers[0].Sex})
			}},
		"20 a first part alone": {
			body: swap("UNH+1+PAXLST:D:05B:UN:IATA'", "UNH+1+PAXLST:D:05B:UN:IATA+KEY+01:C'"), surnames: "TESTER SPECIMEN",
			check: func(t *testing.T, m apipnr.Message) {
				require.Equal(t, apipnr.Part{Number: 1, First: true}, m.Part)
				require.False(t, m.Part.Alone())
			},
		},
		"21 released terminator": {body: swap("TESTER:ANNA", "O?'TESTER:ANNA"), surnames: "O'TESTER SPECIMEN"},
		"22 Type B header": {
			body: "QU UTOKKXS\r\n.XXRMUXX 221130\r\n" + whole, surnames: "TESTER SPECIMEN", code: apipnr.CodeEnvelope, outside: true,
			check: func(t *testing.T, m apipnr.Message) {
				require.Equal(t, []string{"QU UTOKKXS", ".XXRMUXX 221130"}, m.Headers)
			},
		},
		"23 Type B header with STX": {
			body: "\x01QU UTOKKXS\r\n.XXRMUXX 221130\r\n\x02" + whole + "\x03", surnames: "TESTER SPECIMEN", code: apipnr.CodeEnvelope, outside: true,
		},
		"24 UTF-8 under UNOA": {body: swap("SPECIMEN", "MÜLLER-ŁĘCKI"), surnames: "TESTER MÜLLER-ŁĘCKI", code: apipnr.CodeCharset},
		"25 a document without its type": {
			body: swap("DOC+P:110:111+P1234567", "DOC++P1234567"), surnames: "TESTER SPECIMEN", code: apipnr.CodeDocumentType,
			check: func(t *testing.T, m apipnr.Message) {
				require.Equal(t, []string{"", "P1234567"}, []string{m.Travellers[0].Documents[0].Type, m.Travellers[0].Documents[0].Number})
			},
		},
		"26 closing, on board": {body: swap("BGM+745", "BGM+266+CLOB"), surnames: "TESTER SPECIMEN",
			check: func(t *testing.T, m apipnr.Message) { require.Equal(t, apipnr.CloseOnBoard, m.Function) }},
		"28 literal asterisk": {
			body: strings.Replace(swap("SPECIMEN", "SPECI*MEN"), "UNA:+.? '", "UNA:+.?*'", 1), surnames: "TESTER SPECI*MEN",
		},
		"stray lines between segments": {body: swap("ATT+2++F'", "ATT+2++F'\r\nPAGE 2 OF 3\r\n"), surnames: "TESTER SPECIMEN", code: apipnr.CodeStrayText, at: "PAGE"},
		"no UNT":                       {body: swap(ended, ""), surnames: "TESTER SPECIMEN", code: apipnr.CodeSegmentMissing, at: "UNZ"},
		"no BGM":                       {body: swap("BGM+745'", ""), surnames: "TESTER SPECIMEN", code: apipnr.CodeSegmentMissing, at: "UNH"},
		"no TDT":                       {body: swap("TDT+20+XX0123+++XX'", ""), surnames: "TESTER SPECIMEN", code: apipnr.CodeSegmentOrder, at: "125"},
		"another carrier in the number": {
			body: swap("TDT+20+XX0123+++XX'", "TDT+20+ZX0123+++XX'"), surnames: "TESTER SPECIMEN", code: apipnr.CodeCarrier, at: "XX'LOC",
			check: func(t *testing.T, m apipnr.Message) {
				require.Equal(t, []string{"XX", "0123"}, []string{m.Flights[0].Carrier, m.Flights[0].Number})
			},
		},
		"a traveller of whom nothing is said": {
			body: swap(anna, "NAD+FL'ATT+2++F'"), surnames: "SPECIMEN", code: apipnr.CodeTraveller,
		},
		"a party nobody knows, with names": {body: swap("NAD+FL+++TESTER", "NAD+QQ+++TESTER"), surnames: "TESTER SPECIMEN", code: apipnr.CodeQualifier},
		"a space before a date":            {body: swap("DTM+329:800229'", "DTM+329: 800229'"), surnames: "TESTER SPECIMEN"},
		"a nationality of no State": {body: swap("NAT+2+UTO'", "NAT+2+ZZQ'"), surnames: "TESTER SPECIMEN",
			check: func(t *testing.T, m apipnr.Message) { require.Equal(t, "ZZQ", m.Travellers[0].Nationality) }},
	} {
		t.Run(name, func(t *testing.T) {
			messages, outside := read(c.body)
			require.Equal(t, c.surnames, surnames(messages))
			inside := []apipnr.Diagnostic{}
			for _, m := range messages {
				inside = append(inside, m.Diagnostics...)
			}
			require.Equal(t, c.truncated, messages[len(messages)-1].Truncated)
			if c.check != nil {
				c.check(t, messages[0])
			}
			if c.code == "" {
				for _, d := range inside {
					require.Contains(t, []string{apipnr.CodeCount, apipnr.CodeFolded}, d.Code, d.Message)
				}
				return
			}
			if c.outside {
				inside = outside
			}
			d := diagnosed(t, inside, c.code)
			if c.at != "" {
				require.True(t, strings.HasPrefix(c.body[d.Offset:], c.at), "%d: %.20q", d.Offset, c.body[d.Offset:])
			}
		})
	}
}

func foldedAt(text string, width int) string {
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + "\r\n")
		text = text[width:]
	}
	return b.String() + text
}
