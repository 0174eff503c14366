package pnrgov_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// The robustness board: what senders do to PNRGOV, and what must come of it. Numbers are those of the board, or of what production told.
func TestRobustness(t *testing.T) {
	anne := "TIF+ARAMBURO+ANNEMR:A:1'SSR+DOCS:HK:1:ZZ:::::/P/GBR/1/GBR/12JUL64/M/23AUG29/ARAMBURO/ANNE+::1'"
	isa := "TIF+BELQADI+ISAMRS:A:2'"
	leg := "TVL+031226:0915+XAA+XBB+ZZ+0123:B'"
	second := "SRC'RCI+ZZ:ASDFGH::011126:0930'TIF+CASTELLAN+OTTOMR:A:1'" + leg
	for name, tc := range map[string]struct {
		body  string
		want  [][]string // travellers of each message
		codes []string   // that must be there, in any message
		check func(t *testing.T, all []apipnr.Message)
	}{
		"12 two messages in one interchange": {
			body: "UNB+IATA:1+ZZ+STATE+261201:0800+PUSH01'UNH+1+PNRGOV:11:1:IA+A+01:C'" + level0 + identity + anne + "UNT+9+1'UNH+2+PNRGOV:11:1:IA+A+02:F'" + level0 + second + "UNT+8+2'UNZ+2+PUSH01'",
			want: [][]string{{"ARAMBURO/ANNE"}, {"CASTELLAN/OTTO"}},
		},
		"12 two messages in one group": {
			body: "UNB+IATA:1+ZZ+STATE+261201:0800+PUSH01'UNG+PNRGOV+ZZ+STATE+261201:0800+1+IA+11:1'UNH+1+PNRGOV:11:1:IA+A'" + level0 + identity + anne + "UNT+9+1'UNH+2+PNRGOV:11:1:IA+A'" + level0 + second + "UNT+8+2'UNE+2+1'UNZ+1+PUSH01'",
			want: [][]string{{"ARAMBURO/ANNE"}, {"CASTELLAN/OTTO"}},
		},
		"13 free text that ends in SRC": {
			body: wrap(level0, identity, "IFT+4:28::ZZ+SEE RECORD SRC'", anne, isa), want: [][]string{{"ARAMBURO/ANNE", "BELQADI/ISA"}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Len(t, all[0].Reservations, 1)
				require.Equal(t, "SEE RECORD SRC", all[0].Reservations[0].Services[0].Text)
			},
		},
		"14 no document": {body: wrap(level0, identity, isa), want: [][]string{{"BELQADI/ISA"}}},
		"15 a push without reservations": {
			body: wrap("MSG+:22'TVL+031226:0915:031226:1230+XAA+XBB+ZZ+0123'EQN+0'"), want: [][]string{{}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, 0, *all[0].Declared.Reservations)
				require.Empty(t, codes(all[0]))
			},
		},
		"16 an unknown segment in GR.2": {
			body: wrap(level0, identity, anne, "ZZZ+WHAT:IS+THIS'", isa), want: [][]string{{"ARAMBURO/ANNE", "BELQADI/ISA"}}, codes: []string{apipnr.CodeSegmentUnknown},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, []string{"ZZZ+WHAT:IS+THIS"}, all[0].Reservations[0].Unread)
				d := all[0].Diagnostics[0]
				require.Equal(t, "ZZZ", d.Tag)
				require.Equal(t, "ZZZ+", wrap(level0, identity, anne, "ZZZ+WHAT:IS+THIS'", isa)[d.Offset:d.Offset+4])
			},
		},
		"17 SSR behind IFT": {
			body: wrap(level0, "SRC'RCI+ZZ:QWERTY'IFT+4:28::ZZ+TEXT'SSR+DOCS:HK:1:ZZ:::::/P/GBR/2/GBR/12JUL64/F/23AUG29/BELQADI/ISA'ORG+ZZ:XAA'", anne, isa),
			want: [][]string{{"ARAMBURO/ANNE", "BELQADI/ISA"}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, "2", all[0].Travellers[1].Documents[0].Number)
			},
		},
		"19 a released release character before the terminator": {
			body: wrap(level0, identity, "IFT+4:28::ZZ+REALLY??'", anne), want: [][]string{{"ARAMBURO/ANNE"}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, "REALLY?", all[0].Reservations[0].Services[0].Text)
			},
		},
		"21 a released terminator": {
			body: wrap(level0, identity, "IFT+4:28::ZZ+O?'CLOCK'", "TIF+O?'MALLEY+ANNEMR:A:1'"), want: [][]string{{"O'MALLEY/ANNE"}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, "O'CLOCK", all[0].Reservations[0].Services[0].Text)
			},
		},
		"27 a name that ends in SRC": {body: wrap(level0, identity, "TIF+KOSRC+ANNEMR:A:1'TIF+BELQADI+SRC:A:2'"), want: [][]string{{"KOSRC/ANNE", "BELQADI/SRC"}}},
		"28 a literal * while UNA names it": {
			body: "UNA:+.?*'" + wrap(level0, identity, "IFT+4:28::ZZ+ONE*TWO'LTS+0/O/LK *1A/E*'", anne), want: [][]string{{"ARAMBURO/ANNE"}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, "ONE*TWO", all[0].Reservations[0].Services[0].Text)
				require.Equal(t, []string{"0/O/LK *1A/E*"}, all[0].Reservations[0].Remarks)
			},
		},
		"28 a literal * under a UNA of five characters": {
			body: "UNA:+\\*'\n" + wrap(level0, identity, `LTS+0/O/LK \*1A/E\*'`, anne), want: [][]string{{"ARAMBURO/ANNE"}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, []string{"0/O/LK *1A/E*"}, all[0].Reservations[0].Remarks)
			},
		},
		"6 cut off": {
			body: strings.TrimSuffix(wrap(level0, identity, anne, isa, "TVL+03122"), "UNT+9+1'UNZ+1+PUSH01'"), want: [][]string{{"ARAMBURO/ANNE", "BELQADI/ISA"}},
			check: func(t *testing.T, all []apipnr.Message) { require.True(t, all[0].Truncated) },
		},
		"9 folded within tags and elements": {
			body: fold(wrap(level0, identity, anne, isa, leg), 60), want: [][]string{{"ARAMBURO/ANNE", "BELQADI/ISA"}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, "1964-07-12", all[0].Travellers[0].BirthDate.String())
				require.Equal(t, []string{"ZZ0123 XAAXBB"}, legs(all[0].Reservations[0]))
			},
		},
		"801 no locator": {
			body: wrap(level0, "SRC'", anne, leg, second), want: [][]string{{"ARAMBURO/ANNE", "CASTELLAN/OTTO"}}, codes: []string{apipnr.CodeSegmentMissing},
			check: func(t *testing.T, all []apipnr.Message) { require.Equal(t, "ASDFGH", all[0].Reservations[1].Locator) },
		},
		"801 no ORG": {body: wrap("MSG+:22'TVL+031226:0915+XAA+XBB+ZZ+0123'", "SRC'RCI+ZZ:QWERTY'", anne), want: [][]string{{"ARAMBURO/ANNE"}}},
		"801 stray lines": {
			body: wrap(level0, identity, anne, "\nLEGACY SYSTEM NOTICE 17\n", isa, "\n*** PAGE 2 ***\n", leg), want: [][]string{{"ARAMBURO/ANNE", "BELQADI/ISA"}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, []string{"ZZ0123 XAAXBB"}, legs(all[0].Reservations[0]))
			},
		},
		"801 pieces of a wrapped LTS": {
			body: wrap(level0, identity, anne, leg, "LTS+0/O/NM/ARAMBURO'\nL\nTS+0/O/SS/ZZ 123'\n\nLT\nS+47/Z//TEXT'\nLT'\nL'\n", second),
			want: [][]string{{"ARAMBURO/ANNE", "CASTELLAN/OTTO"}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, []string{"0/O/NM/ARAMBURO", "0/O/SS/ZZ 123", "47/Z//TEXT"}, all[0].Reservations[0].Remarks)
			},
		},
		"913 UNT missing": {
			body: strings.Replace(wrap(level0, identity, anne, isa), "UNT+9+1'", "", 1), want: [][]string{{"ARAMBURO/ANNE", "BELQADI/ISA"}},
		},
		"914 first SRC missing": {
			body: wrap(level0, strings.TrimPrefix(identity, "SRC'"), anne, leg, second), want: [][]string{{"ARAMBURO/ANNE", "CASTELLAN/OTTO"}}, codes: []string{apipnr.CodeSegmentMissing},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, "QWERTY", all[0].Reservations[0].Locator)
				require.Len(t, all[0].Reservations, 2)
			},
		},
		"2041 SRC missing behind a leg": {
			body: wrap(level0, identity, anne, leg, "RCI+ZZ:QWERTY'", strings.TrimPrefix(second, "SRC'")), want: [][]string{{"ARAMBURO/ANNE", "CASTELLAN/OTTO"}}, codes: []string{apipnr.CodeSegmentMissing},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Len(t, all[0].Reservations, 2)
				require.Equal(t, "ASDFGH", all[0].Travellers[1].Locator)
				require.Empty(t, all[0].Reservations[0].Others)
			},
		},
		"2041 SRC missing behind a check-in": {
			body: wrap(level0, identity, anne, leg, "DAT+2:021226:0915'TRI++1:::1'TIF+ARAMBURO+ANNEMR:A:1'SSD+12B++++Y'", strings.TrimPrefix(second, "SRC'")),
			want: [][]string{{"ARAMBURO/ANNE", "CASTELLAN/OTTO"}}, codes: []string{apipnr.CodeSegmentMissing},
		},
		"2041 SRC missing behind a history": {
			body: wrap(level0, identity, anne, leg, "ABI+1'SAC+++X'RPI+1+HK'", strings.TrimPrefix(second, "SRC'")),
			want: [][]string{{"ARAMBURO/ANNE", "CASTELLAN/OTTO"}}, codes: []string{apipnr.CodeSegmentMissing},
		},
		"another carrier's locator in a leg is no record": {
			body: wrap(level0, identity, anne, leg, "RCI+YY:ASDFGH'DAT+2:021226:0915'TRI++1:::1'TIF+ARAMBURO+ANNEMR:A:1'SSD+12B++++Y'"), want: [][]string{{"ARAMBURO/ANNE"}},
			check: func(t *testing.T, all []apipnr.Message) {
				require.Equal(t, []string{"YY ASDFGH"}, all[0].Reservations[0].Others)
			},
		},
		"245 a title is only a suffix": {body: wrap(level0, identity, "TIF+ARAMBURO+ELIZABETHMRS:A:1'TIF+MRSMITH+MRSELIZABETH:A:2'"), want: [][]string{{"ARAMBURO/ELIZABETH", "MRSMITH/MRSELIZABETH"}}},
		"387 codes of no State are kept": {
			body: wrap(level0, identity, "TIF+ARAMBURO+ANNEMR:A:1'SSR+DOCS:HK:1:ZZ:::::/P/ZZZ/1/QX9/12JUL64/M/23AUG29'"), want: [][]string{{"ARAMBURO/ANNE"}},
			check: func(t *testing.T, all []apipnr.Message) { require.Equal(t, "QX9", all[0].Travellers[0].Nationality) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := parse(t, tc.body)
			got := [][]string{}
			var found []string
			for _, m := range all {
				got = append(got, people(m))
				found = append(found, codes(m)...)
			}
			require.Equal(t, tc.want, got)
			for _, code := range tc.codes {
				require.Contains(t, found, code)
			}
			if tc.check != nil {
				tc.check(t, all)
			}
		})
	}
}

// fold breaks a text into lines of a width, as telex gateways do, wherever it falls.
func fold(text string, width int) string {
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + "\r\n")
		text = text[width:]
	}
	return b.String() + text
}

// Every value leads to its place in what was received.
func TestProvenance(t *testing.T) {
	body := wrap(level0, identity, "ADD++702:1 STREET:TOWN:::GB::00441753637285'TIF+ARAMBURO+ANNEMR:A:1'FTI+ZZ:1234567'"+
		"SSR+DOCS:HK:1:ZZ:::::/P/GBR/1111/GBR/12JUL64/M/23AUG29/ARAMBURO/ANNE'TKT+999'FOP+CA::1'SSR+CTCM:HK:1:ZZ:::::0123456789'",
		"TVL+031226:0915+XAA+XBB+ZZ+0123:B'SSR+SEAT:HK:1:ZZ:::XAA:XBB+12B::1'TRI++1:::1'TBD++1:20:700'")
	m := parse(t, body)[0]
	at := func(origins []apipnr.Origin, f apipnr.Field) string {
		for _, o := range origins {
			if o.Field == f {
				require.NotZero(t, o.Segment)
				return body[o.Offset:min(int(o.Offset)+8, len(body))]
			}
		}
		return ""
	}
	p, r := m.Travellers[0], m.Reservations[0]
	for field, want := range map[apipnr.Field]string{
		apipnr.FieldSurname: "ARAMBURO", apipnr.FieldGivenNames: "ANNEMR:A", apipnr.FieldRef: "1'FTI+ZZ", apipnr.FieldSex: "/P/GBR/1",
		apipnr.FieldBirthDate: "/P/GBR/1", apipnr.FieldNationality: "/P/GBR/1", apipnr.FieldDocumentNumber: "/P/GBR/1", apipnr.FieldSeat: "12B::1'T",
		apipnr.FieldBags: "1:20:700", apipnr.FieldContact: "01234567",
	} {
		require.Equal(t, want, at(p.Origins, field), field.String())
	}
	for field, want := range map[apipnr.Field]string{
		apipnr.FieldLocator: "QWERTY::", apipnr.FieldCreated: "011126:0", apipnr.FieldAgency: "ZZ:XAA+5", apipnr.FieldContact: "702:1 ST"[0:8],
		apipnr.FieldTicket: "999'FOP+", apipnr.FieldPayment: "CA::1'SS", apipnr.FieldLoyalty: "1234567'",
	} {
		require.Equal(t, want, at(r.Origins, field), field.String())
	}
	for field, want := range map[apipnr.Field]string{
		apipnr.FieldDeparture: "031226:0", apipnr.FieldOrigin: "XAA+XBB+", apipnr.FieldDestination: "XBB+ZZ+0", apipnr.FieldCarrier: "ZZ+0123:", apipnr.FieldFlightNumber: "0123:B'S",
	} {
		require.Equal(t, want, at(r.Flights[0].Origins, field), field.String())
	}
}
