package pnrgov_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

const (
	mother = "TIF+LOBB+MOLLYMRS:A:1:1'"
	father = "TIF+LOBB+JOHNMR:A:2'"
	leg    = "TVL+031226:0915:031226:1230+XAA+XBB+ZZ+0123:B'"
)

func inft(text, ref string) string { return "SSR+INFT:HK:1:ZZ:::::" + text + ref + "'" }

func TestSpellingsOfINFT(t *testing.T) {
	for text, want := range map[string]pnrgov.Infant{
		"LOBB/TOM/10AUG25":                           {"LOBB", "TOM", "10AUG25"},
		"LOBB/TOM 10AUG25":                           {"LOBB", "TOM", "10AUG25"},
		"/LOBB/TOM/10AUG25":                          {"LOBB", "TOM", "10AUG25"},
		"//LOBB/TOM/10AUG25/":                        {"LOBB", "TOM", "10AUG25"},
		"LOBB/TOMMSTR/10AUG25":                       {"LOBB", "TOMMSTR", "10AUG25"},
		"LOBB/TOM MSTR 10AUG25":                      {"LOBB", "TOM MSTR", "10AUG25"},
		"LOBB/TOM/MSTR/10AUG25":                      {"LOBB", "TOM MSTR", "10AUG25"},
		"LOBB/TOM/IRIS/10AUG2025":                    {"LOBB", "TOM IRIS", "10AUG2025"},
		"LOBB/TOM/M/10AUG25":                         {"LOBB", "TOM", "10AUG25"},
		"LOBB/TOM/10AUG25/MI":                        {"LOBB", "TOM", "10AUG25"},
		"LOBB/TOM/10AUG25 OCCUPYING SEAT":            {"LOBB", "TOM", "10AUG25"},
		"LOBB/TOM 10AUG25/P1":                        {"LOBB", "TOM", "10AUG25"},
		"LOBB/TOM/10AUG25-1.1":                       {"LOBB", "TOM", "10AUG25"},
		"LOBB/TOM/10AUG25-1LOBB/MOLLYMRS":            {"LOBB", "TOM", "10AUG25"},
		"-1LOBB/MOLLYMRS.LOBB/TOM/10AUG25":           {"LOBB", "TOM", "10AUG25"},
		"0123Y15MAY-1LOBB/MOLLYMRS.LOBB/TOM 10AUG25": {"LOBB", "TOM", "10AUG25"},
		"0123Y15MAY-1LOBB/TOM/10AUG25":               {"LOBB", "TOM", "10AUG25"},
		"0123Y15MAY/LOBB/TOM/10AUG25":                {"LOBB", "TOM", "10AUG25"},
		"XAAXBB 0123 Y15MAY LOBB/TOM 10AUG25/P1":     {"LOBB", "TOM", "10AUG25"},
		"1LOBB/TOM/MSTR":                             {"LOBB", "TOM MSTR", ""},
		"INF/LOBB/TOM/10AUG25":                       {"LOBB", "TOM", "10AUG25"},
		"INF LOBB/TOM 10AUG25":                       {"LOBB", "TOM", "10AUG25"},
		"LOBB.TOM.10AUG25":                           {"LOBB", "TOM", "10AUG25"},
		"LOBB TOM 10AUG25":                           {"LOBB", "TOM", "10AUG25"},
		"lobb/tom/1aug25":                            {"lobb", "tom", "1aug25"},
		"10AUG25/LOBB/TOM":                           {"LOBB", "TOM", "10AUG25"},
		"DE LA LOBB/TOM ROBIN/10AUG25":               {"DE LA LOBB", "TOM ROBIN", "10AUG25"},
		"O'LOBB-MAY/ANNE-MARIE/10AUG25":              {"O'LOBB-MAY", "ANNE-MARIE", "10AUG25"},
		"INFANT/BABY 12JUL09":                        {"INFANT", "BABY", "12JUL09"},
		"LOBB/10AUG25":                               {"LOBB", "", "10AUG25"},
		"LOBB/TOM":                                   {"LOBB", "TOM", ""},
		"LOBB/TOM/99XXX25":                           {"LOBB", "TOM", "99XXX25"},
		"LOBB/TOM 06MTHS":                            {"LOBB", "TOM", "TOM 06MTHS"},
		"10AUG25":                                    {"", "", "10AUG25"},
		"INFANT NOT OCCUPYING SEAT":                  {},
		"":                                           {},
		"/":                                          {},
		"-1":                                         {},
	} {
		require.Equal(t, want, pnrgov.ReadInfant(text), text)
	}
}

func TestInfantsOfINFT(t *testing.T) {
	tom := inft("LOBB/TOM/10AUG25", "+::1")
	docs := "SSR+DOCS:HK:1:ZZ:::::/P/GBR/2222/GBR/10AUG25/MI/23AUG29/LOBB/TOM+::1'"
	for name, tc := range map[string]struct {
		segments string
		infants  []string // "SURNAME/GIVEN birth date, adult, number of documents"
	}{
		"in no TIF":                                   {mother + tom, []string{"LOBB/TOM 2025-08-10 1 0"}},
		"before any TIF":                              {tom + mother, []string{"LOBB/TOM 2025-08-10 1 0"}},
		"in the adult's group":                        {mother + inft("LOBB/TOM 10AUG25", "") + father, []string{"LOBB/TOM 2025-08-10 1 0"}},
		"in a leg alone":                              {mother + leg + tom, []string{"LOBB/TOM 2025-08-10 1 0"}},
		"in a leg, without a reference":               {mother + leg + inft("LOBB/TOM/10AUG25", ""), []string{"LOBB/TOM 2025-08-10 1 0"}},
		"in the group and in both legs":               {mother + tom + leg + tom + leg + inft("LOBB/TO M/10AUG25", ""), []string{"LOBB/TOM 2025-08-10 1 0"}},
		"in the element of the adult":                 {mother + father + "SSR+INFT:HK:2:ZZ+LOBB/TOM/10AUG25::1+LOBB/TIM/10AUG25::2'", []string{"LOBB/TOM 2025-08-10 1 0", "LOBB/TIM 2025-08-10 2 0"}},
		"of two adults, one text":                     {mother + father + inft("LOBB/TOM/10AUG25", "+::1+::2"), []string{"LOBB/TOM 2025-08-10 1 0"}},
		"of two adults, two texts":                    {mother + father + tom + inft("LOBB/TOM/10AUG25", "+::2"), []string{"LOBB/TOM 2025-08-10 1 0"}},
		"with a TIF":                                  {mother + tom + "TIF+LOBB+TOM:IN:3'" + leg + tom, []string{"LOBB/TOM 2025-08-10 1 0"}},
		"with a TIF that has his reference":           {mother + "TIF+LOBB+TOM:IN:3'" + inft("LOBB/TOM/10AUG25", "+::3"), []string{"LOBB/TOM 2025-08-10  0"}},
		"in a leg of two adults, without a reference": {mother + father + leg + inft("LOBB/TOM/10AUG25", ""), []string{"LOBB/TOM 2025-08-10  0"}},
		"behind the wrong adult":                      {mother + "TIF+LOBB+TOM:IN:3'" + father + inft("LOBB/TIM/10AUG25", "+::2"), []string{"LOBB/TOM   0", "LOBB/TIM 2025-08-10 2 0"}},
		"another name twice":                          {mother + inft("LOBB/THOMAS/10AUG25", "+::1") + "TIF+LOBB+TOM:IN:3'" + father + leg + inft("LOBB/THOMAS/10AUG25", ""), []string{"LOBB/TOM 2025-08-10 1 0"}},
		"with a TIF that says no type":                {mother + tom + "TIF+LOBB+TOM:::3'", []string{"LOBB/TOM 2025-08-10 1 0"}},
		"with a TIF cut short":                        {mother + inft("LOBB/THOMAS/10AUG25", "+::1") + "TIF+LOBB+THOM:IN:3'", []string{"LOBB/THOM 2025-08-10 1 0"}},
		"with a TIF that names him otherwise":         {mother + inft("LOBB/THOMAS/10AUG25", "+::1") + "TIF+LOBB+TOM:IN:3'", []string{"LOBB/TOM 2025-08-10 1 0"}},
		"with a TIF of another surname":               {mother + inft("LOB/TOM/10AUG25", "+::1") + "TIF+LOBB+TOM:IN:3'", []string{"LOBB/TOM 2025-08-10 1 0"}},
		"with a TIF, his name not known":              {mother + inft("LOBB/BABY/10AUG25", "+::1") + "TIF+LOBB+TOM:IN:3'", []string{"LOBB/TOM 2025-08-10 1 0"}},
		"with a TIF, his name not said":               {mother + inft("10AUG25", "+::1") + "TIF+LOBB+TOM:IN:3'", []string{"LOBB/TOM 2025-08-10 1 0"}},
		"beside another's TIF":                        {mother + "TIF+LOBB+ANNE:IN:3'" + father + inft("LOBB/ANNE/05MAY25", "+::1") + inft("LOBB/TOM/10AUG25", "+::2"), []string{"LOBB/ANNE 2025-05-05 1 0", "LOBB/TOM 2025-08-10 2 0"}},
		"beside another's TIF, in other order":        {mother + "TIF+LOBB+ANNE:IN:3'" + father + inft("LOBB/TOM/10AUG25", "+::2") + inft("LOBB/ANNE/05MAY25", "+::1"), []string{"LOBB/ANNE 2025-05-05 1 0", "LOBB/TOM 2025-08-10 2 0"}},
		"a name that begins another's":                {mother + "TIF+LOBB+JOAN:IN:3'" + father + inft("LOBB/JO/10AUG25", "+::2") + inft("LOBB/JOAN/05MAY25", "+::1"), []string{"LOBB/JOAN 2025-05-05 1 0", "LOBB/JO 2025-08-10 2 0"}},
		"twins":                                       {mother + tom + inft("LOBB/TIM/10AUG25", "+::1") + leg + inft("LOBB/TIM/10AUG25", "") + tom, []string{"LOBB/TOM 2025-08-10 1 0", "LOBB/TIM 2025-08-10 1 0"}},
		"twins whose names are not known":             {mother + father + inft("LOBB/BABY/10AUG25", "+::1") + inft("LOBB/BABY/10AUG25", "+::2"), []string{"LOBB/BABY 2025-08-10 1 0", "LOBB/BABY 2025-08-10 2 0"}},
		"cousins of one name":                         {mother + father + tom + inft("LOBB/TOM/05MAY25", "+::2"), []string{"LOBB/TOM 2025-08-10 1 0", "LOBB/TOM 2025-05-05 2 0"}},
		"with documents":                              {mother + tom + docs, []string{"LOBB/TOM 2025-08-10 1 1"}},
		"with documents in front":                     {docs + tom + mother, []string{"LOBB/TOM 2025-08-10 1 1"}},
		"with documents that name nobody":             {mother + tom + "SSR+DOCS:HK:1:ZZ:::::/P/GBR/2222/GBR/10AUG25/FI/23AUG29+::1'", []string{"LOBB/TOM 2025-08-10 1 1"}},
		"with documents of more names":                {mother + tom + "SSR+DOCS:HK:1:ZZ:::::/P/GBR/2222/GBR/10AUG25/MI/23AUG29/LOBB/TOM/ROBIN+::1'", []string{"LOBB/TOM ROBIN 2025-08-10 1 1"}},
		"named as his father, dated":                  {mother + father + inft("LOBB/JOHN/10AUG25", "+::1"), []string{"LOBB/JOHN 2025-08-10 1 0"}},
		"named as her mother, dated":                  {mother + inft("LOBB/MOLLY/10AUG25", "+::1"), []string{"LOBB/MOLLY 2025-08-10 1 0"}},
		"with a TIF as of an adult":                   {mother + inft("LOBB/TOM/10AUG25", "+::1") + "TIF+LOBB+TOM:A:3'SSR+DOCS:HK:1:ZZ:::::/P/GBR/2222/GBR/10AUG25/M/23AUG29/LOBB/TOM+::3'", nil},
		"without a surname but a date":                {mother + inft("LOBB/10AUG25", "+::1"), []string{"LOBB/ 2025-08-10 1 0"}},
		"no date":                                     {mother + inft("LOBB/TOM", "+::1"), []string{"LOBB/TOM  1 0"}},
		"no traveller but him":                        {inft("LOBB/TOM/10AUG25", ""), []string{"LOBB/TOM 2025-08-10  0"}},
		"a letter sent doubled":                       {mother + inft("YY/TOMMSTR/10AUG25", "+::1"), []string{"Y/TOM 2025-08-10 1 0"}},
		"an adult without a reference":                {"TIF+LOBB+MOLLYMRS:A'" + inft("LOBB/TOM/10AUG25", ""), []string{"LOBB/TOM 2025-08-10 LOBB/MOLLY 0"}},
		"no longer asked for":                         {mother + "SSR+INFT:XX:1:ZZ:::::LOBB/TOM/10AUG25+::1'SSR+INFT:HX:1:ZZ:::::LOBB/TOM/10AUG25+::1'", nil},
		"no name":                                     {mother + inft("INFANT NOT OCCUPYING SEAT", "+::1"), nil},
		"the adult's name":                            {mother + inft("LOBB/MOLLYMRS", "+::1"), nil},
		"of the history":                              {mother + "ABI+1'SAC+++A'" + tom, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m, r := record(t, identity+tc.segments)
			var got []string
			for _, p := range m.Travellers {
				if p.AgeGroup == apipnr.Infant {
					require.Equal(t, apipnr.Passenger, p.Kind)
					got = append(got, fmt.Sprintf("%s/%s %s %s %d", p.Surname, p.GivenNames, p.BirthDate, p.Adult, len(p.Documents)))
				}
			}
			require.Equal(t, tc.infants, got)
			for _, s := range r.Services {
				require.Equal(t, "INFT", s.Code, "the service stays, and with it the text")
			}
			require.Empty(t, r.Unlinked)
			for i, p := range m.Travellers {
				require.Contains(t, r.Travellers, i)
				require.Equal(t, "QWERTY", p.Locator)
			}
		})
	}
}

// An infant whom nothing names is no traveller, and nobody is silent about it.
func TestInfantWithoutAName(t *testing.T) {
	m, r := record(t, identity+mother+inft("INFANT NOT OCCUPYING SEAT", "+::1"))
	require.Equal(t, []string{apipnr.CodeTraveller}, codes(m))
	require.Len(t, r.Services, 1)
	m, _ = record(t, identity+mother+inft("LOBB/TOM/31FEB25", "+::1"))
	require.Equal(t, []string{"LOBB/MOLLY", "LOBB/TOM"}, people(m))
	require.Equal(t, []string{apipnr.CodeDateUnreadable}, codes(m))
	require.Equal(t, "31FEB25", m.Travellers[1].Raw["birth_date"], "never a wrong date, always the text")
	m, _ = record(t, identity+mother+inft("LOBB/TOM/10AUG25", "+::1")+inft("LOBB/TOM/11AUG25", "+::1"))
	require.Equal(t, []string{"document_conflict"}, codes(m))
}

// What an infant of SSR INFT has come from has its place, his ticket is his, and the seats and bags of his adult stay hers.
func TestWhatAnInfantHas(t *testing.T) {
	text := identity + "TIF+LOBB+MOLLYMRS:A:1:1'" + inft("LOBB/TOMMSTR/10AUG25", "") + "SSR+TKNE:HK:1:ZZ:::XAA:XBB:INF1392178947000C2+::1'" +
		leg + "SSR+SEAT:HK:1:ZZ:::XAA:XBB+015A'TRI++1'TBD++1:20:700+++ZZ:044700:1:XBB'"
	m, r := record(t, text)
	require.Empty(t, codes(m))
	adult, infant := m.Travellers[0], m.Travellers[1]
	require.Equal(t, "MSTR", strings.TrimPrefix(infant.Raw["given_names"], "TOM"))
	require.Equal(t, "1392178947000", infant.Ticket)
	require.Len(t, adult.Seats, 1)
	require.Len(t, adult.Bags, 1)
	require.Empty(t, slices.Concat(r.Unread, r.Remarks))
	body, fields := wrap(level0, text), map[apipnr.Field]bool{}
	for _, o := range infant.Origins {
		fields[o.Field] = true
		require.True(t, strings.HasPrefix(body[o.Offset:], "LOBB/TOMMSTR/10AUG25"), o.Field)
		require.Equal(t, strings.Count(body[strings.Index(body, "UNH+"):o.Offset], "'")+1, int(o.Segment))
	}
	require.Len(t, fields, 3)
}

// baby is an infant, and how a reservation tells of him.
type baby struct {
	given      string
	day, adult int
	tif, ssr   bool
	docs       bool
}

// However a reservation tells of its infants (by a TIF, SSR INFT in any spelling, where, how often, documents or none): each of them is one
// traveller, never two, and no two of them are one.
func TestEachInfantIsOneTraveller(t *testing.T) {
	spellings := []string{
		"LOBB/%s/%s", "LOBB/%s %s", "/LOBB/%sMSTR/%s", "0123Y15MAY/LOBB/%s/%s", "-1LOBB/MOLLYMRS.LOBB/%s/%s", "LOBB/%s/%s-1LOBB/MOLLYMRS",
	}
	rapid.Check(t, func(rt *rapid.T) {
		adults := rapid.IntRange(1, 20).Draw(rt, "adults")
		babies := make([]baby, rapid.IntRange(0, min(adults, 5)).Draw(rt, "infants"))
		first, legs := make([]string, adults), ""
		for i := range babies {
			b := baby{given: []string{"TOM", "TIM", "THEA", "ANNE", "JO"}[i], day: 10 + i, adult: i * adults / len(babies), tif: rapid.Bool().Draw(rt, "TIF")}
			b.ssr, b.docs = !b.tif || rapid.Bool().Draw(rt, "INFT"), rapid.Bool().Draw(rt, "DOCS")
			babies[i] = b
			says := func(spelling string) string {
				return inft(fmt.Sprintf(spelling, b.given, fmt.Sprintf("%dAUG25", b.day)), fmt.Sprintf("+::%d", b.adult+1))
			}
			if b.ssr {
				first[b.adult] += says(rapid.SampledFrom(spellings).Draw(rt, "spelling"))
				for range rapid.IntRange(0, 2).Draw(rt, "legs") {
					legs += leg + says(rapid.SampledFrom(spellings).Draw(rt, "spelling"))
				}
			}
			if b.docs {
				first[b.adult] += fmt.Sprintf("SSR+DOCS:HK:1:ZZ:::::/P/GBR/22%d/GBR/%dAUG25/MI/23AUG29/LOBB/%s+::%d'", b.day, b.day, b.given, b.adult+1)
			}
			if b.tif {
				first[b.adult] += fmt.Sprintf("TIF+LOBB+%s:IN:%d'", b.given, 100+i)
			}
		}
		text := identity
		for i, group := range first {
			text += fmt.Sprintf("TIF+LOBB+%sMR:A:%d'", locatorOf(i), i+1) + group
		}
		all := parse(t, wrap(level0, text, legs))
		require.Len(rt, all, 1)
		require.Len(rt, all[0].Travellers, adults+len(babies))
		for _, b := range babies {
			rows := slices.DeleteFunc(slices.Clone(all[0].Travellers), func(p apipnr.Traveller) bool { return p.GivenNames != b.given })
			require.Len(rt, rows, 1, b.given)
			require.Equal(rt, apipnr.Infant, rows[0].AgeGroup)
			if b.ssr || b.docs {
				require.Equal(rt, fmt.Sprintf("2025-08-%d", b.day), rows[0].BirthDate.String(), b.given)
			}
			if b.ssr {
				require.Equal(rt, fmt.Sprint(b.adult+1), rows[0].Adult)
			}
			if b.docs {
				require.Len(rt, rows[0].Documents, 1)
			}
		}
	})
}
