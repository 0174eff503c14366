package pnrgov_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// A traveller whose TIF is missing or damaged is still one, and his documents and seats are nobody else's.
func TestTravellersWithoutTheirTIF(t *testing.T) {
	const (
		anne  = "TIF+ARAMBURO+ANNEMRS:A:1'SSR+DOCS:HK:1:ZZ:::::/P/GBR/1111/GBR/12JUL64/F/23AUG29/ARAMBURO/ANNE+::1'"
		bert  = "SSR+DOCS:HK:1:ZZ:::::/P/GBR/2222/GBR/30NOV75/M/23AUG29/SPECIMEN/BERT+::2'"
		carl  = "SSR+DOCS:HK:1:ZZ:::::/P/GBR/2222/GBR/30NOV75/M/23AUG29/ARAMBURO/CARL+::2'"
		leg   = "TVL+031226:0915+XAA+XBB+ZZ+0123:B'"
		anne1 = "TRI++1:::1'TIF+ARAMBURO+ANNEMRS:A:1'SSD+01A++++Y'"
	)
	for name, tc := range map[string]struct {
		segments  string
		people    []string
		documents []string // of each traveller, "" without one
		seats     []string
	}{
		"damaged, document in the group": {anne + "XIF+SPECIMEN+BERTMR:A'SSR+DOCS:HK:1:ZZ:::::/P/GBR/2222/GBR/30NOV75/M/23AUG29/SPECIMEN/BERT'" + leg,
			[]string{"ARAMBURO/ANNE", "SPECIMEN/BERT"}, []string{"1111", "2222"}, []string{"", ""}},
		"missing, document of another day in the group": {anne + "SSR+DOCS:HK:1:ZZ:::::/P/GBR/2222/GBR/30NOV75/M/23AUG29/SPECIMEN/BERT'" + leg,
			[]string{"ARAMBURO/ANNE", "SPECIMEN/BERT"}, []string{"1111", "2222"}, []string{"", ""}},
		"missing, document before the only TIF": {"SSR+DOCS:HK:1:ZZ:::::/P/GBR/2222/GBR/30NOV75/M/23AUG29/SPECIMEN/BERT'" + anne + leg,
			[]string{"ARAMBURO/ANNE", "SPECIMEN/BERT"}, []string{"1111", "2222"}, []string{"", ""}},
		"two passports":                   {anne + "SSR+DOCS:HK:1:ZZ:::::/P/IRL/2222/IRL/12JUL64/F/23AUG29/MAIDEN/ANNE'" + leg, []string{"ARAMBURO/ANNE"}, []string{"1111 2222"}, []string{""}},
		"no terminator before it":         {anne[:len(anne)-1] + "TIF+SPECIMEN+BERTMR:A:2'" + bert + leg, []string{"ARAMBURO/ANNE", "SPECIMEN/BERT"}, []string{"1111", "2222"}, []string{"", ""}},
		"no terminator behind an address": {"ADD++700:1 STREET:TOWN:::::CTCM 123456789" + anne + leg, []string{"ARAMBURO/ANNE"}, []string{"1111"}, []string{""}},
		"a text that ends in the tag":     {"IFT+4:28+MOTIF+TEXT+MORE'" + anne + leg, []string{"ARAMBURO/ANNE"}, []string{"1111"}, []string{""}},
		"damaged, document alone":         {anne + "TIXSPECIMEN+BERTMR:A:2'" + bert + leg, []string{"ARAMBURO/ANNE", "SPECIMEN/BERT"}, []string{"1111", "2222"}, []string{"", ""}},
		"missing, of the family":          {anne + carl + leg, []string{"ARAMBURO/ANNE", "ARAMBURO/CARL"}, []string{"1111", "2222"}, []string{"", ""}},
		"missing, who boards": {anne + leg + anne1 + "TRI++2:::2'TIF+SPECIMEN+BERTMR:A:2'SSD+01B++++Y'", []string{"ARAMBURO/ANNE", "SPECIMEN/BERT"},
			[]string{"1111", ""}, []string{"1A", "1B"}},
		"missing, who boards with a document": {anne + bert + leg + anne1 + "TRI++2:::2'TIF+SPECIMEN+BERTMR:A:2'SSD+01B++++Y'",
			[]string{"ARAMBURO/ANNE", "SPECIMEN/BERT"}, []string{"1111", "2222"}, []string{"1A", "1B"}},
		"all missing": {bert + "SSR+DOCS:HK:1:ZZ:::::/P/GBR/3333/GBR/12JUL26/MI/23AUG29/SPECIMEN/TOM+::2'" + bert + leg, []string{"SPECIMEN/BERT", "SPECIMEN/TOM"},
			[]string{"2222", "3333"}, []string{"", ""}},
		"another name under the reference": {anne + "SSR+DOCS:HK:1:ZZ:::::/P/GBR/4444/GBR/12JUL64/F/23AUG29/MAIDEN/NAME+::1'" + leg, []string{"ARAMBURO/ANNE"},
			[]string{"1111 4444"}, []string{""}},
		"references that lead nowhere": {"TIF+ARAMBURO+ANNEMRS:A:1'SSR+DOCS:HK:1:ZZ:::::/P/GBR/1111/GBR/12JUL64/F/23AUG29/ARAMBURO/ANNIKA+::9'" + leg,
			[]string{"ARAMBURO/ANNIKA"}, []string{"1111"}, []string{""}},
		"spelled otherwise at the departure control": {anne + leg + "TRI++9'TIF+ARRAMBURO+ANNEMRS'SSD+01A++++Y'", []string{"ARAMBURO/ANNE"}, []string{"1111"}, nil},
		"names that were cut":                        {anne + leg + "TRI++9'TIF+ARAMB+A'SSD+01A++++Y'", []string{"ARAMBURO/ANNE"}, []string{"1111"}, []string{"1A"}},
		"cancelled":                                  {anne + "SSR+DOCS:HX:1:ZZ:::::/P/GBR/2222/GBR/30NOV75/M/23AUG29/SPECIMEN/BERT+::2'" + leg, []string{"ARAMBURO/ANNE"}, []string{"1111"}, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			m, r := record(t, identity+tc.segments)
			require.Equal(t, tc.people, people(m))
			require.Len(t, r.Travellers, len(tc.people))
			for i, p := range m.Travellers {
				documents, seats := "", ""
				for _, d := range p.Documents {
					documents += " " + d.Number
				}
				for _, s := range p.Seats {
					seats += " " + s.Seat
				}
				require.Equal(t, tc.documents[i], strings.TrimSpace(documents))
				if tc.seats != nil {
					require.Equal(t, tc.seats[i], strings.TrimSpace(seats))
				}
			}
			if len(tc.people) > 1 {
				require.Subset(t, []string{apipnr.CodeSegmentMissing, apipnr.CodeSegmentUnknown, apipnr.CodeStrayText, edifact.CodeTerminator}, codes(m))
				require.NotEmpty(t, codes(m))
			}
		})
	}
}

// I behind a visa or an address says that it is the infant's.
func TestVisaAndAddressOfAnInfant(t *testing.T) {
	const adult = "TIF+LOBB+MOLLYMRS:A:1:1'SSR+DOCO:HK:1:ZZ:::::HERE/V/777/TOWN/22DEC16/LI+::1'SSR+DOCO:HK:1:ZZ:::::/THERE/V/888/TOWN/22DEC16/LI/I+::1'" +
		"SSR+DOCA:HK:1:ZZ:::::/D/USA/301 PARK AVENUE/NEW YORK/NY/10022/I+::1'"
	m, _ := record(t, identity+adult+"TIF+LOBB+TOM:IN:2'")
	require.Equal(t, []string{"777", "HERE", ""}, []string{m.Travellers[0].Documents[0].Number, m.Travellers[0].BirthPlace, m.Travellers[0].Address})
	require.Equal(t, []string{"888", "THERE", "301 PARK AVENUE, NEW YORK, NY, 10022, USA"},
		[]string{m.Travellers[1].Documents[0].Number, m.Travellers[1].BirthPlace, m.Travellers[1].Address})
	require.Len(t, m.Travellers[0].Documents, 1)

	m, r := record(t, identity+adult)
	require.Len(t, m.Travellers[0].Documents, 1)
	require.Equal(t, "888", r.Unlinked[0].Number, "an infant's visa is never the adult's")
	require.Equal(t, "301 PARK AVENUE, NEW YORK, NY, 10022, USA", m.Travellers[0].Address, "where the infant goes, his adult does")
}

func TestYearsByAnInterchangeOfSyntaxFour(t *testing.T) {
	body := strings.Replace(wrap("MSG+:22'ORG+ZZ'", identity, "TIF+LOBB+MOLLYMRS:A:1'SSR+DOCS:HK:1:ZZ:::::/P/GBR/1/GBR/12JUL64/F/23AUG29/LOBB/MOLLY+::1'"),
		"UNB+IATA:1+ZZ+STATE+261201:0800", "UNB+UNOA:4+ZZ+STATE+20261201:0800", 1)
	p := parse(t, body)[0].Travellers[0]
	require.Equal(t, []string{"1964-07-12", "2029-08-23"}, []string{p.BirthDate.String(), p.Documents[0].Expiry.String()})
}

// Where a terminator is missing within a line, documents, tickets and flights are read all the same.
func TestNoTerminatorWithinALine(t *testing.T) {
	segments := []string{
		"TIF+LOBB+MOLLYMRS:A:1'", "SSR+DOCS:HK:1:ZZ:::::/P/GBR/1111/GBR/12JUL64/F/23AUG29/LOBB/MOLLY+::1'", "TKT+9991234567890:T:1'", "DAT+710:021126:1200'",
		"IFT+4:28+A TEXT'", "SSR+WCHR:HK:1:ZZ+::1'", "TVL+031226:0915:031226:1230+XAA+XBB+ZZ+0123:B'", "RCI+ZZ:QWERTY'",
		"TVL+041226:0915:041226:1230+XBB+XCC+ZZ+0124:B'", "SSR+SEAT:HK:1:ZZ:::XBB:XCC+012B::1'",
	}
	parts := func(list []string) (apipnr.Traveller, apipnr.Reservation, []string) {
		m, r := record(t, identity+strings.Join(list, ""))
		require.Len(t, m.Travellers, 1)
		p := m.Travellers[0]
		p.Origins, r.Origins = nil, nil
		for i := range r.Flights {
			r.Flights[i].Origins = nil
		}
		return p, r, codes(m)
	}
	person, reservation, _ := parts(segments)
	for i := range segments[:len(segments)-1] {
		damaged := slices.Clone(segments)
		damaged[i] = strings.TrimSuffix(damaged[i], "'")
		p, r, found := parts(damaged)
		if strings.HasPrefix(segments[i+1], "IFT") {
			continue // a text is left where it stands
		}
		require.Equal(t, person, p, damaged[i])
		require.Equal(t, reservation, r, damaged[i])
		require.Equal(t, []string{edifact.CodeTerminator}, found, damaged[i])
	}
	_, r := record(t, identity+"TIF+LOBB+MOLLYMRS:A:1'IFT+4:28+SEE SSR+NONE+AND TVL+TODAY+OR RCI+XX:1'")
	require.Equal(t, "SEE SSR NONE AND TVL TODAY OR RCI XX:1", r.Services[0].Text)
}
