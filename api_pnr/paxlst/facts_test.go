package paxlst_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/paxlst"
	"github.com/openbmis/openbmis/traveldoc"
)

// one reads a message of some segments between UNH and UNT, which has to be alone.
func one(t *testing.T, segments string) apipnr.Message {
	t.Helper()
	messages, _ := read(opened + begun + segments + "UNT+1+1'" + closed)
	require.Len(t, messages, 1)
	return messages[0]
}

func TestFunctions(t *testing.T) {
	for bgm, want := range map[string]struct {
		function apipnr.Function
		action   string
		known    bool
	}{
		"745": {apipnr.List, "", true}, "745+CP": {apipnr.Change, "", true}, "745+XR": {apipnr.Cancel, "", true}, "745+RP": {apipnr.Reduce, "", true},
		"745+QQ": {apipnr.List, "", false},
		"266+CL": {apipnr.Close, "", true}, "266+CLOB": {apipnr.CloseOnBoard, "", true}, "266+CLNB": {apipnr.CloseNotBoard, "", true},
		"266+XF": {apipnr.CancelFlight, "", true}, "266+CF": {apipnr.ChangeFlight, "", true}, "266": {apipnr.Unknown, "", false},
		"250+C": {apipnr.CrewList, "", true}, "250+CC": {apipnr.CrewList, "change", true}, "250+B": {apipnr.CrewList, "", true},
		"250+BC": {apipnr.CrewList, "change", true}, "250+A": {apipnr.CrewList, "", true}, "250+D": {apipnr.CrewList, "", true},
		"250+E": {apipnr.CrewList, "", true}, "250+EC": {apipnr.CrewList, "change", true},
		"336+F": {apipnr.MasterCrewList, "", true}, "336+FC": {apipnr.MasterCrewList, "change", true}, "336+G": {apipnr.MasterCrewList, "add", true},
		"336+H": {apipnr.MasterCrewList, "delete", true}, "336+I": {apipnr.MasterCrewList, "change", true}, "336+Q": {apipnr.MasterCrewList, "", false},
		"655": {apipnr.GatePass, "", true}, "999": {apipnr.Unknown, "", false},
	} {
		t.Run(bgm, func(t *testing.T) {
			m := one(t, "BGM+"+bgm+"'"+flies+anna+counted)
			require.Equal(t, want.function, m.Function)
			require.Equal(t, want.action, m.Travellers[0].Action)
			known := true
			for _, d := range m.Diagnostics {
				known = known && d.Code != apipnr.CodeQualifier
			}
			require.Equal(t, want.known, known)
		})
	}
}

// legs writes flights as "XX0123 UTA-UTB role 2026-11-22T17:25/2026-11-22T20:10".
func legs(m apipnr.Message) []string {
	var all []string
	for _, f := range m.Flights {
		all = append(all, f.Carrier+f.Number+f.Suffix+" "+f.Origin+"-"+f.Destination+" "+string(f.Role)+" "+f.Departure.String()+"/"+f.Arrival.String())
	}
	return all
}

func TestFlights(t *testing.T) {
	for name, c := range map[string]struct {
		segments string
		want     []string
	}{
		"one leg": {"TDT+20+UA123+++UA'LOC+125+YVR'LOC+87+JFK'", []string{"UA0123 YVR-JFK crossing /"}},
		"and one onwards": {"TDT+20+UA123+++UA'LOC+125+YVR'LOC+87+JFK'TDT+20+UA124+++UA'LOC+92+JFK'LOC+92+ATL'",
			[]string{"UA0123 YVR-JFK crossing /", "UA0124 JFK-ATL other /"}},
		"two TDT": {"TDT+20+KE86+++KE'LOC+92+JFK'LOC+92+ANC'TDT+20+KE86+++KE'LOC+125+ANC'LOC+87+ICN'",
			[]string{"KE0086 JFK-ANC other /", "KE0086 ANC-ICN crossing /"}},
		"one TDT, both pairs":    {"TDT+20+KE86+++KE'LOC+92+JFK'LOC+92+ANC'LOC+125+ANC'LOC+87+ICN'", []string{"KE0086 JFK-ANC other /", "KE0086 ANC-ICN crossing /"}},
		"a stop before":          {"TDT+20+KE86+++KE'LOC+92+JFK'LOC+125+ANC'LOC+87+ICN'", []string{"KE0086 JFK-ANC other /", "KE0086 ANC-ICN crossing /"}},
		"a stop behind":          {"TDT+20+KE86+++KE'LOC+125+ANC'LOC+87+ICN'LOC+92+PUS'", []string{"KE0086 ANC-ICN crossing /", "KE0086 ICN-PUS other /"}},
		"times":                  {flies, []string{"XX0123 UTA-UTB crossing 2026-11-22T17:25/2026-11-22T20:10"}},
		"times of 12 digits":     {strings.ReplaceAll(strings.ReplaceAll(flies, ":26", ":2026"), ":201", ":203"), []string{"XX0123 UTA-UTB crossing 2026-11-22T17:25/2026-11-22T20:10"}},
		"a day alone":            {"TDT+20+XX1+++XX'LOC+125+A'DTM+189:261122'LOC+87+B'", []string{"XX0001 A-B crossing 2026-11-22/"}},
		"no time of day":         {"TDT+20+XX1+++XX'LOC+125+A'DTM+189:2611222575:201'LOC+87+B'", []string{"XX0001 A-B crossing 2026-11-22/"}},
		"times before places":    {"TDT+20+XX1+++XX'DTM+189:2611221725:201'DTM+232:2611222010:201'LOC+125+A'LOC+87+B'", []string{"XX0001 A-B crossing 2026-11-22T17:25/2026-11-22T20:10"}},
		"times behind places":    {"TDT+20+XX1+++XX'LOC+125+A'LOC+87+B'DTM+232:2611222010:201'DTM+189:2611221725:201'", []string{"XX0001 A-B crossing 2026-11-22T17:25/2026-11-22T20:10"}},
		"the carrier in front":   {"TDT+20+XX12A'LOC+125+A'LOC+87+B'", []string{"XX0012A A-B crossing /"}},
		"a digit in the carrier": {"TDT+20+U2123'LOC+125+A'LOC+87+B'", []string{"U20123 A-B crossing /"}},
		"three letters":          {"TDT+20+XXA123+++XXA'LOC+125+A'LOC+87+B'", []string{"XXA0123 A-B crossing /"}},
		"three letters alone":    {"TDT+20+XXA123'LOC+125+A'LOC+87+B'", []string{"XXA0123 A-B crossing /"}},
		"number alone":           {"TDT+20+0123+++XX'LOC+125+A'LOC+87+B'", []string{"XX0123 A-B crossing /"}},
		"where to before where from": {"TDT+20+XX1+++XX'LOC+87+B'DTM+232:2611222010:201'LOC+125+A'DTM+189:2611221725:201'",
			[]string{"XX0001 A-B crossing 2026-11-22T17:25/2026-11-22T20:10"}},
		"where to before where from, behind a stop": {"TDT+20+XX1+++XX'LOC+92+A'LOC+92+B'LOC+87+C'LOC+125+B'",
			[]string{"XX0001 A-B other /", "XX0001 B-C crossing /"}},
		"two that cross":   {"TDT+20+XX1+++XX'LOC+87+B'LOC+125+B'LOC+87+C'", []string{"XX0001 -B crossing /", "XX0001 B-C crossing /"}},
		"overflight":       {"TDT+34+XX1+++XX'LOC+125+A'LOC+87+B'", []string{"XX0001 A-B overflight /"}},
		"master crew list": {"TDT+20+XXMCL+++XX'", []string{"XXMCL - other /"}},
		"only where to":    {"TDT+20+XX1+++XX'LOC+87+B'", []string{"XX0001 -B crossing /"}},
		"only where from":  {"TDT+20+XX1+++XX'LOC+125+A'", []string{"XX0001 A- crossing /"}},
		"no flight number": {"TDT+20+CHARTER+++XX'LOC+125+A'LOC+87+B'", []string{"XXCHARTER A-B crossing /"}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, legs(one(t, "BGM+745'"+c.segments+anna))) })
	}
}

func TestTwoDigitYears(t *testing.T) {
	for name, c := range map[string]struct{ segment, birth, expiry string }{
		"born in the last century":           {"DTM+329:750101'", "1975-01-01", ""},
		"born in this one":                   {"DTM+329:150101'", "2015-01-01", ""},
		"born on the day of the flight":      {"DTM+329:261122'", "2026-11-22", ""},
		"born the day after: a century back": {"DTM+329:261123'", "1926-11-23", ""},
		"expires soon":                       {"DTM+36:310101'", "", "2031-01-01"},
		"expired":                            {"DTM+36:990101'", "", "1999-01-01"},
		"expires in 50 years":                {"DTM+36:761122'", "", "2076-11-22"},
		"expired 49 years ago":               {"DTM+36:771122'", "", "1977-11-22"},
		"of eight digits":                    {"DTM+329:19750101:102'DTM+36:20310101:102'", "1975-01-01", "2031-01-01"},
		"six digits that say eight":          {"DTM+329:750101:102'", "1975-01-01", ""},
		"a year":                             {"DTM+329:1975:602'", "1975", ""},
		"a year and a month":                 {"DTM+329:197501:610'", "1975-01", ""},
		"an unknown day":                     {"DTM+329:750100'", "1975-01", ""},
		"letters":                            {"DTM+329:01JAN75'DTM+36:01JAN2031'", "1975-01-01", "2031-01-01"},
		"hyphens":                            {"DTM+329:1975-01-01'", "1975-01-01", ""},
		"day first is no date":               {"DTM+329:311275'", "", ""},
		"nothing":                            {"DTM+329:'DTM+36'", "", ""},
		"zeros":                              {"DTM+329:000000'", "", ""},
		"other digits":                       {"DTM+329:1234567'", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := one(t, "BGM+745'"+flies+"NAD+FL+++TESTER:ANNA'DOC+P+P1'"+c.segment)
			require.Equal(t, c.birth, m.Travellers[0].BirthDate.String())
			require.Equal(t, c.expiry, m.Travellers[0].Documents[0].Expiry.String())
		})
	}
}

// Without a departure, the interchange's own date says what two digits mean.
func TestYearsWithoutDeparture(t *testing.T) {
	m := one(t, "BGM+745'TDT+20+XX1+++XX'LOC+125+A'LOC+87+B'NAD+FL+++TESTER:ANNA'DTM+329:261123'")
	require.Equal(t, "1926-11-23", m.Travellers[0].BirthDate.String())
}

// Without any date to hold on to, two digits are no year: a date that is none is better than a wrong one.
func TestYearsWithoutAnyDate(t *testing.T) {
	read := func(flight string) apipnr.Message {
		messages, _ := read(begun + "BGM+745'" + flight + "NAD+FL+++TESTER:ANNA'DTM+329:640712'DOC+P+P1'DTM+36:310101'")
		require.Len(t, messages, 1)
		return messages[0]
	}
	m := read("TDT+20+XX1+++XX'LOC+125+A'LOC+87+B'")
	require.True(t, m.Travellers[0].BirthDate.IsZero())
	require.True(t, m.Travellers[0].Documents[0].Expiry.IsZero())
	require.Equal(t, map[string]string{"birth_date": "640712", "document_expiry": "310101"}, m.Travellers[0].Raw)
	require.Contains(t, diagnosed(t, m.Diagnostics, apipnr.CodeDateUnreadable).Message, "century")

	m = read("TDT+20+XX1+++XX'LOC+125+A'LOC+87+B'DTM+232:2611222010:201'")
	require.Equal(t, "1964-07-12", m.Travellers[0].BirthDate.String(), "the arrival is better than nothing")
	require.Equal(t, "2031-01-01", m.Travellers[0].Documents[0].Expiry.String())
}

// A traveller whose NAD is missing or damaged costs his neighbour nothing.
func TestTravellersWithoutTheirNAD(t *testing.T) {
	const second = "ATT+2++M'DTM+329:751130'RFF+ABO:REF002'DOC+P:110:111+P7654321'LOC+91+UTO'"
	for name, segments := range map[string]string{
		"missing":                    second,
		"missing, of the same sex":   strings.Replace(second, "++M", "++F", 1),
		"missing, only a reference":  "RFF+ABO:REF002'DOC+P:110:111+P7654321'",
		"damaged":                    "XAD+FL+++SPECIMEN:BERT'" + second,
		"damaged so that it is none": "N+D+FL+++SPECIMEN:BERT'" + second,
		"unreadable":                 "NAD FL SPECIMEN:BERT'" + second,
	} {
		t.Run(name, func(t *testing.T) {
			m := one(t, "BGM+745'"+flies+anna+segments+counted)
			require.Len(t, m.Travellers, 2)
			first, found := m.Travellers[0], m.Travellers[1]
			require.Equal(t, []string{"TESTER", "F", "1980-02-29", "REF001", "P1234567"},
				[]string{first.Surname, first.Sex, first.BirthDate.String(), first.Ref, first.Documents[0].Number})
			require.Len(t, first.Documents, 1)
			require.Equal(t, []string{"REF002", "P7654321"}, []string{found.Ref, found.Documents[0].Number})
			if name == "damaged" {
				require.Equal(t, "SPECIMEN", found.Surname)
				require.Contains(t, diagnosed(t, m.Diagnostics, apipnr.CodeSegmentUnknown).Message, "XAD+FL")
				return
			}
			require.Equal(t, 2, diagnosed(t, m.Diagnostics, apipnr.CodeSegmentMissing).Record)
		})
	}
	for name, segments := range map[string]string{
		"first":           strings.TrimPrefix(anna, "NAD+FL+++TESTER:ANNA MARIA'"),
		"first, document": "DOC+P:110:111+P1234567'LOC+91+UTO'RFF+ABO:REF001'",
		"first, date":     "DTM+329:800229'RFF+ABO:REF001'DOC+P:110:111+P1234567'LOC+91+UTO'",
		"first, ref":      "RFF+ABO:REF001'DOC+P:110:111+P1234567'LOC+91+UTO'",
	} {
		m := one(t, "BGM+250+C'"+flies+segments+bert+counted)
		require.Equal(t, " SPECIMEN", surnames([]apipnr.Message{m}), name)
		require.Equal(t, []string{"REF001", "P1234567", "UTO", "crew"},
			[]string{m.Travellers[0].Ref, m.Travellers[0].Documents[0].Number, m.Travellers[0].Documents[0].Issuer, string(m.Travellers[0].Kind)}, name)
		require.Equal(t, 1, diagnosed(t, m.Diagnostics, apipnr.CodeSegmentMissing).Record)
		require.Equal(t, "XX0123 UTA-UTB crossing 2026-11-22T17:25/2026-11-22T20:10", legs(m)[0])
	}
	m := one(t, "BGM+745'"+flies+strings.TrimSuffix(anna, "'")+bert+counted)
	require.Equal(t, "TESTER SPECIMEN", surnames([]apipnr.Message{m}))
	require.Equal(t, []string{"UTO", "UTO"}, []string{m.Travellers[0].Documents[0].Issuer, m.Travellers[1].Documents[0].Issuer})
	diagnosed(t, m.Diagnostics, edifact.CodeTerminator)
	m = one(t, "BGM+745'"+flies+anna+"ATT+2++F'DTM+329:19800229:102'RFF+ABO:REF001'"+counted)
	require.Len(t, m.Travellers, 1, "what is said twice is said of one")
}

func TestBags(t *testing.T) {
	four, eighty := 4, 80.0
	for name, c := range map[string]struct {
		segments string
		want     []apipnr.Bag
	}{
		"count and weight": {"MEA+CT++:4'MEA+WT++KGM:80'", []apipnr.Bag{{Count: &four, WeightKG: &eighty, Source: "MEA"}}},
		"weight alone":     {"MEA+WT++KGM:80'", []apipnr.Bag{{WeightKG: &eighty, Source: "MEA"}}},
		"count alone":      {"MEA+CT++:4'", []apipnr.Bag{{Count: &four, Source: "MEA"}}},
		"none":             {"", []apipnr.Bag{}},
		"no number":        {"MEA+CT++:FOUR'", []apipnr.Bag{}},
		"not a number":     {"MEA+WT++KGM:NaN'MEA+CT++:nan'", []apipnr.Bag{}},
		"too many":         {"MEA+WT++KGM:Inf'", []apipnr.Bag{}},
		"a comma":          {"MEA+WT++KGM:80,0'", []apipnr.Bag{{WeightKG: &eighty, Source: "MEA"}}},
		"no unit":          {"MEA+CT++4'", []apipnr.Bag{{Count: &four, Source: "MEA"}}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, one(t, "BGM+745'"+flies+"NAD+FL+++TESTER:ANNA'"+c.segments).Travellers[0].Bags)
		})
	}
	pounds := one(t, "BGM+745'"+flies+"NAD+FL+++TESTER:ANNA'MEA+WT++LBR:100'").Travellers[0].Bags[0].WeightKG
	require.InDelta(t, 45.36, *pounds, 0.01)
}

func TestBagTags(t *testing.T) {
	const series = "FTX+BAG+++XX000001'FTX+BAG+++XX000099'FTX+BAG+++XX000200'"
	sum := func(segments string) (n int, tags []string) {
		for _, b := range one(t, "BGM+745'"+flies+"NAD+FL+++TESTER:ANNA'"+segments).Travellers[0].Bags {
			require.Equal(t, "FTX", b.Source)
			n += *b.Count
			tags = append(tags, b.Tags...)
		}
		return n, tags
	}
	n, tags := sum(series + "FTX+BAG+++XX000300'")
	require.Equal(t, 4, n)
	require.Equal(t, []string{"XX000001", "XX000099", "XX000200", "XX000300"}, tags)
	n, tags = sum(series + "FTX+BAG+++XX000099:2'")
	require.Equal(t, 5, n)
	require.Equal(t, []string{"XX000001", "XX000099", "XX000200", "XX000099", "XX000100"}, tags)
	n, tags = sum("FTX+BAG+++XX1:100000'")
	require.Equal(t, 100000, n)
	require.Equal(t, []string{"XX1"}, tags, "a series that long gives its first tag alone")
}

func TestTraveller(t *testing.T) {
	m := one(t, "BGM+250+C'"+flies+"NAD+FM+++DE LA TESTER:ANNA:MARIA MRS+1 HARBOUR ROAD+UTOPOLIS+:::NORTH+1000+UTO'ATT+2++X'DTM+329:800229'"+
		"GEI+4+173'LOC+22+UTB'LOC+174+UTO'LOC+178+UTA'LOC+179+UTC'LOC+180+:::UTOPOLIS'COM+555 0101:TE+anna@xx.example:EM'EMP+1+CR1:110:111'NAT+2+UTO'"+
		"RFF+AVF:QX1234'RFF+ABO:REF001'RFF+SEA:012B'RFF+AEA:AG1'RFF+CR:CU1'RFF+YZY:9991234567890'"+
		"DOC+P:110:111+P1234567'DTM+36:310101'DTM+182:210101'LOC+91+UTO'DOC+V+V7654321'LOC+91+UTA'DOC+P+P1234567'LOC+91+UTO'DOC++'DTM+36:990101'CNT+41:1'")
	yes := true
	day := func(s string) traveldoc.Date {
		d, err := traveldoc.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	got := m.Travellers[0]
	got.Origins = nil
	require.Equal(t, apipnr.Traveller{
		Surname: "DE LA TESTER", GivenNames: "ANNA MARIA", Sex: "X", BirthDate: day("1980-02-29"), BirthPlace: "UTOPOLIS", Nationality: "UTO",
		Residence: "UTO", Kind: apipnr.Crew, Locator: "QX1234", Ref: "REF001", Ticket: "9991234567890", Embarks: "UTA", Disembarks: "UTC", Clears: "UTB",
		Contact: &apipnr.Contact{Phones: []string{"555 0101"}, Emails: []string{"anna@xx.example"}}, Employment: "CR1",
		Address: "1 HARBOUR ROAD, UTOPOLIS, NORTH, 1000, UTO", Verified: &yes, Reservation: -1,
		Seats: []apipnr.Seat{{Seat: "12B", Source: "RFF+SEA"}}, Bags: []apipnr.Bag{},
		Documents: []apipnr.Document{
			{Type: "P", Number: "P1234567", Issuer: "UTO", Expiry: day("2031-01-01"), Issued: day("2021-01-01"), Source: "DOC"},
			{Type: "V", Number: "V7654321", Issuer: "UTA", Source: "DOC"},
		},
		Raw: map[string]string{"given_names": "ANNA MARIA MRS", "agency_reference": "AG1", "customer_reference": "CU1"},
	}, got)
	require.Equal(t, 1, *m.Declared.Crew)
}

// Whatever segment of a traveller lacks its terminator, the one behind it is read, and no value has its tag at its end.
func TestNoTerminatorWithinALine(t *testing.T) {
	want := one(t, "BGM+745'"+flies+anna+bert+counted)
	segments := strings.SplitAfter(flies+anna+bert+counted, "'")
	for i := range segments[:len(segments)-2] {
		damaged := slices.Clone(segments)
		damaged[i] = strings.TrimSuffix(damaged[i], "'")
		m := one(t, "BGM+745'"+strings.Join(damaged, ""))
		diagnosed(t, m.Diagnostics, edifact.CodeTerminator)
		for k := range m.Travellers {
			m.Travellers[k].Origins, want.Travellers[k].Origins = nil, nil
		}
		for k := range m.Flights {
			m.Flights[k].Origins, want.Flights[k].Origins = nil, nil
		}
		require.Equal(t, want.Travellers, m.Travellers, damaged[i])
		require.Equal(t, want.Flights, m.Flights, damaged[i])
	}
}

func TestADocumentNumberInTheNextComponent(t *testing.T) {
	m := one(t, "BGM+745'"+flies+"NAD+FL+++TESTER:ANNA'DOC+P+:P1'LOC+91+UTO'")
	require.Equal(t, []string{"P1", "UTO"}, []string{m.Travellers[0].Documents[0].Number, m.Travellers[0].Documents[0].Issuer})
	diagnosed(t, m.Diagnostics, apipnr.CodeSegmentOrder)
}

func TestTitlesAndNames(t *testing.T) {
	for sent, want := range map[string]string{
		"ANNA MRS": "ANNA", "ELIZABETH": "ELIZABETH", "MR": "MR", "ADAM DR": "ADAM", "ALEXANDR": "ALEXANDR", "AMR": "AMR", "JEAN MS PAUL": "JEAN MS PAUL",
	} {
		require.Equal(t, want, one(t, "BGM+745'"+flies+"NAD+FL+++TESTER:"+sent+"'").Travellers[0].GivenNames)
	}
}

func TestKindsAndSexes(t *testing.T) {
	for code, want := range map[string]apipnr.Kind{
		"FL": apipnr.Passenger, "FM": apipnr.Crew, "DDU": apipnr.TransitPassenger, "DDT": apipnr.TransitCrew,
	} {
		require.Equal(t, want, one(t, "BGM+745'"+flies+"NAD+"+code+"+++TESTER:ANNA'").Travellers[0].Kind)
	}
	for sent, want := range map[string]string{"M": "M", "F": "F", "X": "X", "U": "", "FI": "F", "Q": ""} {
		traveller := one(t, "BGM+745'"+flies+"NAD+FL+++TESTER:ANNA'ATT+2++"+sent+"'").Travellers[0]
		require.Equal(t, want, traveller.Sex)
		if want == "" {
			require.Equal(t, sent, traveller.Raw["sex"])
		}
	}
	require.False(t, *one(t, "BGM+745'"+flies+"NAD+FL+++TESTER:ANNA'GEI+4+174'").Travellers[0].Verified)
	require.Equal(t, apipnr.Infant, one(t, "BGM+745'"+flies+"NAD+FL+++TESTER:ANNA'ATT+2++MI'").Travellers[0].AgeGroup)
	require.Equal(t, "F", one(t, "BGM+745'"+flies+"NAD+FL+++TESTER:ANNA'ATT+2+F'").Travellers[0].Sex, "an element too early")
	older := one(t, "BGM+745'"+flies+"NAD+FL++TESTER:ANNA:MARIA'").Travellers[0]
	require.Equal(t, []string{"TESTER", "ANNA MARIA"}, []string{older.Surname, older.GivenNames}, "an element too early")
}

// Every field says where it stands: there the text is found that it was read from.
func TestOrigins(t *testing.T) {
	messages, _ := read(whole)
	m := messages[0]
	found := map[apipnr.Field]string{}
	for _, o := range append(m.Travellers[0].Origins, m.Flights[0].Origins...) {
		require.NotZero(t, o.Segment)
		found[o.Field] = whole[o.Offset : o.Offset+4]
	}
	require.Equal(t, map[apipnr.Field]string{
		apipnr.FieldSurname: "TEST", apipnr.FieldGivenNames: "ANNA", apipnr.FieldSex: "F'DT", apipnr.FieldBirthDate: "8002", apipnr.FieldEmbarks: "UTA'",
		apipnr.FieldDisembarks: "UTB'", apipnr.FieldResidence: "UTO'", apipnr.FieldNationality: "UTO'", apipnr.FieldLocator: "QX12", apipnr.FieldRef: "REF0",
		apipnr.FieldDocumentType: "P:11", apipnr.FieldDocumentNumber: "P123", apipnr.FieldDocumentExpiry: "3101", apipnr.FieldDocumentIssuer: "UTO'",
		apipnr.FieldCarrier: "XX'L", apipnr.FieldFlightNumber: "XX01", apipnr.FieldOrigin: "UTA'", apipnr.FieldDestination: "UTB'",
		apipnr.FieldDeparture: "2611", apipnr.FieldArrival: "2611",
	}, found)
}

func TestCounts(t *testing.T) {
	m := one(t, "BGM+745'"+flies+anna+"CNT+42:160'CNT+41+8'")
	require.Equal(t, 160, *m.Declared.Passengers, "the flight's, not the message's: never refused")
	require.Equal(t, 8, *m.Declared.Crew, "in the wrong element")
	require.Len(t, m.Travellers, 1)
}

func TestLocalTime(t *testing.T) {
	got, exact, ok := paxlst.LocalTime("20261122172559", "204")
	require.True(t, ok)
	require.True(t, exact)
	require.Equal(t, "2026-11-22T17:25", got.String())
	_, _, ok = paxlst.LocalTime("SOON", "201")
	require.False(t, ok)
}

func TestRecordsAreBounded(t *testing.T) {
	l := edifact.DefaultLimits()
	l.Records = 1
	m := paxlst.Read(edifact.Read([]byte(whole), l).Messages[0])
	require.Len(t, m.Travellers, 1)
	d := diagnosed(t, m.Diagnostics, apipnr.CodeLimit)
	require.True(t, strings.HasPrefix(whole[d.Offset:], "FL+++SPECIMEN"))
}
