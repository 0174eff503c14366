package pnrgov_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// two are the travellers that documents are linked to: an adult with an infant, and another adult of another name.
const two = "TIF+LOBB+MOLLYMRS:A:1:1'TIF+LOBB+TOM:IN:2'TIF+ARAMBURO+ANNEMR:A:3'"

func TestDocumentsFindTheirTravellers(t *testing.T) {
	docs := func(text, ref string) string { return "SSR+DOCS:HK:1:ZZ:::::" + text + ref + "'" }
	adult := "/P/GBR/1111/GBR/12JUL64/F/23AUG29/LOBB/MOLLY/IRIS"
	infant := "/P/GBR/2222/GBR/12JUL26/MI/23AUG29/LOBB/TOM"
	other := "/P/GBR/3333/GBR/12JUL84/M/23AUG29/ARAMBURO/ANNE"
	for name, tc := range map[string]struct {
		segments string
		want     [3]string // number of each traveller's document
	}{
		"by reference in GR.1":                {docs(adult, "+::1") + docs(other, "+::003") + two, [3]string{"1111", "", "3333"}},
		"by name in GR.1":                     {docs(adult, "") + docs(other, "") + two, [3]string{"1111", "", "3333"}},
		"by reference in GR.5":                {two + "TVL+031226+XAA+XBB+ZZ+1'" + docs(adult, "+::1") + docs(other, "+::3"), [3]string{"1111", "", "3333"}},
		"by name in GR.5":                     {two + "TVL+031226+XAA+XBB+ZZ+1'" + docs(other, ""), [3]string{"", "", "3333"}},
		"by the group":                        {two + docs("/P/GBR/3333/GBR/12JUL84/M/23AUG29", ""), [3]string{"", "", "3333"}},
		"by name, in another one's group":     {two + docs(adult, ""), [3]string{"1111", "", ""}},
		"an infant's on the adult":            {two + docs(infant, "+::1"), [3]string{"", "2222", ""}},
		"an infant's in the adult's group":    {"TIF+LOBB+MOLLYMRS:A:1:1'" + docs(infant, "") + "TIF+LOBB+TOM:IN:2'TIF+ARAMBURO+ANNEMR:A:3'", [3]string{"", "2222", ""}},
		"an infant's without a name":          {docs("/P/GBR/2222/GBR/12JUL26/FI/23AUG29", "+::1") + two, [3]string{"", "2222", ""}},
		"both":                                {two + docs(adult, "+::1") + docs(infant, "+::1"), [3]string{"1111", "2222", ""}},
		"an infant's that only the name says": {two + docs("/P/GBR/2222/GBR/12JUL26/M/23AUG29/LOBB/TOM", "+::1"), [3]string{"", "2222", ""}},
		"by the name of the reservation":      {docs("/P/GBR/3333/GBR/12JUL84/M/23AUG29/ARAMBURU/ANNA-1ARAMBURO/ANNEMR", "") + two, [3]string{"", "", ""}},
		"by that name alone":                  {docs("/P/GBR/3333/GBR/12JUL84/M/23AUG29-1ARAMBURO/ANNEMR", "") + two, [3]string{"", "", "3333"}},
		"nobody's":                            {docs("/P/GBR/9999/GBR/12JUL84/M/23AUG29/NOBODY/KNOWN", "") + two, [3]string{"", "", ""}},
		"the same twice is one":               {two + docs(other, "+::3") + docs("/P/GB/3333/GB/12JUL84/M/23AUG29/ARAMBURO/ANNE", "+::3"), [3]string{"", "", "3333"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, r := record(t, identity+tc.segments)
			var got [3]string
			for i, p := range m.Travellers {
				require.LessOrEqual(t, len(p.Documents), 1)
				for _, d := range p.Documents {
					got[i] = d.Number
				}
			}
			require.Equal(t, tc.want, got)
			if tc.want == [3]string{} {
				require.Contains(t, codes(m), apipnr.CodeDocumentLink)
				require.Len(t, r.Unlinked, 1)
			}
		})
	}
}

func TestTheOnlyTraveller(t *testing.T) {
	m, _ := record(t, identity+"SSR+DOCS:HK:1:ZZ:::::/P/GBR/1/GBR/12JUL84/M/23AUG29'TIF+ARAMBURO+ANNEMR:A:1'")
	require.Equal(t, "1", m.Travellers[0].Documents[0].Number)
	m, r := record(t, identity+"TIF+ARAMBURO+ANNEMR:A:1'SSR+DOCS:HK:1:ZZ:::::/P/GBR/2/GBR/12JUL26/MI/23AUG29/ARAMBURO/TIM+::1'")
	require.Empty(t, m.Travellers[0].Documents, "an infant's document is never the adult's")
	require.Equal(t, "2", r.Unlinked[0].Number)
}

func TestDocumentTexts(t *testing.T) {
	for name, tc := range map[string]struct {
		text                                                        string
		kind, issuer, number, nationality, born, sex, expiry, given string
	}{
		"whole":                            {"/P/GBR/123456789/GBR/12JUL64/M/23AUG29/ARAMBURO/ANNE/IRIS", "P", "GBR", "123456789", "GBR", "1964-07-12", "M", "2029-08-23", "ANNE IRIS"},
		"no type":                          {"//ERI/270398251/PAK/04SEP97/F/18NOV27/ARAMBURO/ANNE/IRIS", "", "ERI", "270398251", "PAK", "1997-09-04", "F", "2027-11-18", "ANNE IRIS"},
		"a stroke too many":                {"//P/ERI/270398251/PAK/04SEP97/F/18NOV27/ARAMBURO/ANNE", "P", "ERI", "270398251", "PAK", "1997-09-04", "F", "2027-11-18", "ANNE"},
		"no stroke before":                 {"P/ERI/270398251/PAK/04SEP97/F/18NOV27/ARAMBURO/ANNE", "P", "ERI", "270398251", "PAK", "1997-09-04", "F", "2027-11-18", "ANNE"},
		"no document":                      {"/////05FEB53/F//ARAMBURO/ANNE", "", "", "", "", "1953-02-05", "F", "", "ANNE"},
		"no nationality":                   {"/P/USA/813281747//12AUG98/F/08DEC29/ARAMBURO/ANNEMR/LISE", "P", "USA", "813281747", "", "1998-08-12", "F", "2029-12-08", "ANNE LISE"},
		"no issuer":                        {"/P//330102546//21OCT42/M/08JAN28/ARAMBURO/ANNEMR/TIM", "P", "", "330102546", "", "1942-10-21", "M", "2028-01-08", "ANNE TIM"},
		"two letters":                      {"/P/KR/JR3364288/KR/10SEP72/M/05JUL29/ARAMBURO/AN NE", "P", "KR", "JR3364288", "KR", "1972-09-10", "M", "2029-07-05", "AN NE"},
		"a stroke at the end":              {"/P/KOR/M17072944/KOR/15FEB57/F/23MAR29/ARAMBURO/ANNE/", "P", "KOR", "M17072944", "KOR", "1957-02-15", "F", "2029-03-23", "ANNE"},
		"with the name of the reservation": {"/P/GBR/1/GBR/12JUL64/M/23AUG29/ARAMBURO/ANNE/IRIS-1ARAMBURO/ANNEMR", "P", "GBR", "1", "GBR", "1964-07-12", "M", "2029-08-23", "ANNE IRIS"},
		"century of a birth":               {"/P/GBR/1/GBR/12JUL27/M/23AUG76/ARAMBURO/ANNE", "P", "GBR", "1", "GBR", "1927-07-12", "M", "2076-08-23", "ANNE"},
		"century of an expiry":             {"/P/GBR/1/GBR/12JUL26/M/23AUG99/ARAMBURO/ANNE", "P", "GBR", "1", "GBR", "2026-07-12", "M", "1999-08-23", "ANNE"},
		"all four digits":                  {"/P/GBR/1/GBR/12JUL1919/M/23AUG2031/ARAMBURO/ANNE", "P", "GBR", "1", "GBR", "1919-07-12", "M", "2031-08-23", "ANNE"},
		"unreadable dates":                 {"/P/GBR/1/GBR/99XXX64/M/31FEB29/ARAMBURO/ANNE", "P", "GBR", "1", "GBR", "", "M", "", "ANNE"},
		"bogus nationality":                {"/P/QQQ/1/Q9/12JUL64/X/23AUG29/ARAMBURO/ANNE", "P", "QQQ", "1", "Q9", "1964-07-12", "X", "2029-08-23", "ANNE"},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := record(t, identity+"TIF+ARAMBURO+ANNEMR:A:1'SSR+DOCS:HK:1:ZZ:::::"+tc.text+"+::1'")
			p := m.Travellers[0]
			require.Equal(t, []string{tc.nationality, tc.born, tc.sex, tc.given}, []string{p.Nationality, p.BirthDate.String(), p.Sex, p.GivenNames})
			if tc.number == "" {
				require.Empty(t, p.Documents)
				return
			}
			d := p.Documents[0]
			require.Equal(t, []string{tc.kind, tc.issuer, tc.number, tc.expiry}, []string{d.Type, d.Issuer, d.Number, d.Expiry.String()})
		})
	}
	m, _ := record(t, identity+"TIF+ARAMBURO+ANNEMR:A:1'SSR+DOCS:HK:1:ZZ:::::/P/GBR/1/GBR/99XXX64/M/31FEB29/ARAMBURO/ANNE'")
	require.Equal(t, "99XXX64", m.Travellers[0].Raw["birth_date"])
	require.Equal(t, "31FEB29", m.Travellers[0].Raw["document_expiry"])
	require.Equal(t, []string{apipnr.CodeDateUnreadable, apipnr.CodeDateUnreadable}, codes(m))
}

func TestVisaAndAddress(t *testing.T) {
	m, _ := record(t, identity+"TIF+ARAMBURO+ANNEMR:A:1'"+
		"SSR+DOCO:HK:1:ZZ::::: HERE VA/V/8675309/OTHER PLACE/22DEC06/LI+::002'SSR+DOCO:HK:1:ZZ:::::/V/777/TOWN/22DEC16/LI+::1'"+
		"SSR+DOCA:HK:1:ZZ:::::/R/GBR/1 HIGH STREET/SLOUGH//SL1+::1'SSR+DOCA:HK:1:ZZ:::::/D/USA/301 PARK AVENUE/NEW YORK/NY/10022+::1'")
	p := m.Travellers[0]
	require.Equal(t, "HERE VA", p.BirthPlace)
	require.Len(t, p.Documents, 2)
	d := p.Documents[0]
	require.Equal(t, []string{"V", "8675309", "2006-12-22", "OTHER PLACE", "", "LI"}, []string{d.Type, d.Number, d.Issued.String(), d.IssuePlace, d.Expiry.String(), d.Issuer})
	require.Equal(t, "777", p.Documents[1].Number)
	require.Equal(t, "301 PARK AVENUE, NEW YORK, NY, 10022, USA", p.Address)
	require.Equal(t, "GBR", p.Residence)
}

func TestConflict(t *testing.T) {
	m, _ := record(t, identity+"TIF+ARAMBURO+ANNEMR:A:1'SSR+DOCS:HK:1:ZZ:::::/P/GBR/1/GBR/12JUL64/M/23AUG29/ARAMBURO/ANNE'SSR+DOCS:HK:1:ZZ:::::/P/IRL/2/IRL/13JUL64/M/23AUG29/ARAMBURO/ANNE'")
	require.Len(t, m.Travellers[0].Documents, 2)
	require.Equal(t, "1964-07-12", m.Travellers[0].BirthDate.String())
	require.Equal(t, []string{"document_conflict"}, codes(m))
}
