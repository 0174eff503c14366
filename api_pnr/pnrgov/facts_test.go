package pnrgov_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

// The facts of the field on messages of our own.

func TestTravellers(t *testing.T) {
	for name, tc := range map[string]struct {
		segments string
		want     []string
	}{
		"of every TIF of the head":                 {"TIF+ARAMBURO+ANNEMR:A:1'TIF+BELQADI+ISAMRS:A:2'", []string{"ARAMBURO/ANNE", "BELQADI/ISA"}},
		"not of those who board":                   {"TIF+ARAMBURO+ANNEMR:A:1'TVL+031226+XAA+XBB+ZZ+1'TRI++1:::1'TIF+ARAMBURO+ANNEMR:A:1'", []string{"ARAMBURO/ANNE"}},
		"not of the history":                       {"TIF+ARAMBURO+ANNEMR:A:1'ABI+1'SAC+++X'TIF+ARAMBURA+ANNEMR:A:1'", []string{"ARAMBURO/ANNE"}},
		"behind the flights":                       {"TVL+031226+XAA+XBB+ZZ+1'TIF+ARAMBURO+ANNEMR:A:1'", []string{"ARAMBURO/ANNE"}},
		"of those who board, if the head has none": {"TVL+031226+XAA+XBB+ZZ+1'TRI++1:::1'TIF+ARAMBURO+ANNEMR:A:1'TVL+041226+XBB+XCC+ZZ+2'TRI++1:::1'TIF+ARAMBURO+ANNEMR:A:1'", []string{"ARAMBURO/ANNE"}},
		"infants too":                              {"TIF+ARAMBURO+ANNEMRS:A:1.1:1'TIF+ARAMBURO+TOM:IN:2.1'", []string{"ARAMBURO/ANNE", "ARAMBURO/TOM"}},
		"several of one surname":                   {"TIF+ARAMBURO+ANNEMR:A:1+TOM:C:2'", []string{"ARAMBURO/ANNE", "ARAMBURO/TOM"}},
		"with the kind beside the surname":         {"TIF+PARKER:I+SEJOONMR::1'", []string{"PARKER/SEJOON"}},
		"a surname of one letter, doubled":         {"TIF+YY+MINMR:A:1'", []string{"Y/MIN"}},
		"two letters that the document has too":    {"TIF+OO+MINMR:A:1'SSR+DOCS:HK:1:ZZ:::::/P/MMR/M1/MMR/12JUL64/M/23AUG29/OO/MIN+::1'", []string{"OO/MIN"}},
		"without documents":                        {"TIF+ARAMBURO+ANNEMR:A:1'", []string{"ARAMBURO/ANNE"}},
		"no title at the beginning":                {"TIF+ARAMBURO+MRSELIZABETH:A:1'", []string{"ARAMBURO/MRSELIZABETH"}},
		"a title alone is a name":                  {"TIF+ARAMBURO+MRS:A:1'", []string{"ARAMBURO/MRS"}},
		"the longest title":                        {"TIF+ARAMBURO+TOMMSTR:C:1'TIF+ARAMBURO+EVAMISS:C:2'TIF+ARAMBURO+IDA MS:A:3'TIF+ARAMBURO+OLADR:A:4'", []string{"ARAMBURO/TOM", "ARAMBURO/EVA", "ARAMBURO/IDA", "ARAMBURO/OLA"}},
		"two titles set apart":                     {"TIF+ARAMBURO+OLA DR MR:A:1'", []string{"ARAMBURO/OLA"}},
		"a group is not lost":                      {"TIF+MEETING OF TESTERS:G'", []string{"MEETING OF TESTERS/"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, r := record(t, identity+tc.segments)
			require.Equal(t, tc.want, people(m))
			require.Len(t, r.Travellers, len(tc.want))
		})
	}
}

func TestTitleKeepsWhatWasSent(t *testing.T) {
	m, _ := record(t, identity+"TIF+YY+ANNEMRS:A:43576'REF+:001'")
	require.Equal(t, map[string]string{"given_names": "ANNEMRS", "surname": "YY", "reference": "001"}, m.Travellers[0].Raw)
	require.Equal(t, "43576", m.Travellers[0].Ref)
}

func TestRecords(t *testing.T) {
	m := one(t, "MSG+:22'ORG+ZZ:XAA'TVL+031226:0915+XAA+XBB+ZZ+0123'EQN+2'",
		"SRC'RCI+ZZ:QWERTY'TIF+ARAMBURO+ANNEMR:A:1'TIF+BELQADI+ISAMRS:A:2'TVL+031226:0915::1230+XAA+XBB+ZZ+0123:B'TVL+031226:2200::2330+XBB+XCC+ZZ+330:B'",
		"SRC'RCI+YY:ASDFGH'TIF+CASTELLAN+OTTOMR:A:1'TIF+DRUMMOND+IDAMRS:A:2'TVL+031226:0915::1230+XAA+XBB+ZZ+0123:B'TVL+031226:2200::2330+XBB+XCC+ZZ+330:B'")
	require.Len(t, m.Travellers, 4)
	require.Equal(t, []int{2, 3}, m.Reservations[1].Travellers)
	require.Equal(t, []string{"ZZ0123 XAAXBB", "ZZ0330 XBBXCC"}, legs(m.Reservations[1]))
	require.Equal(t, "ASDFGH", m.Travellers[3].Locator)
	require.Equal(t, 2, *m.Declared.Reservations)
	require.Empty(t, codes(m))
}

func TestFlights(t *testing.T) {
	for name, tc := range map[string]struct{ tvl, departure, arrival string }{
		"all told":                   {"TVL+230513:1039:240513:1142+XAA+XBB+ZZ+498'", "2013-05-23T10:39", "2013-05-24T11:42"},
		"no day of arrival":          {"TVL+121210:0915::1230+XAA+XBB+ZZ+498'", "2010-12-12T09:15", "2010-12-12T12:30"},
		"no slot for it":             {"TVL+280918:1220:1505+XAA+XBB+ZZ+498'", "2018-09-28T12:20", "2018-09-28T15:05"},
		"no arrival":                 {"TVL+121210:0915+XAA+XBB+ZZ+498'", "2010-12-12T09:15", ""},
		"no times":                   {"TVL+280513::290513+XAA+XBB+ZZ+498'", "2013-05-28", "2013-05-29"},
		"a day that does not exist":  {"TVL+310213:0915+XAA+XBB+ZZ+498'", "T09:15", ""},
		"nothing":                    {"TVL++XAA+XBB+ZZ+498'", "", ""},
		"a time that does not exist": {"TVL+280513:2561+XAA+XBB+ZZ+498'", "2013-05-28", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := one(t, "MSG+:22'"+tc.tvl+"EQN+0'")
			require.Equal(t, []string{tc.departure, tc.arrival}, []string{m.Flights[0].Departure.String(), m.Flights[0].Arrival.String()})
		})
	}
}

func TestCodeshare(t *testing.T) {
	for name, tc := range map[string]struct {
		tvl  string
		want apipnr.Designator // marketing
		op   apipnr.Designator
	}{
		"the operating flight in a second TVL": {"TVL+031226:0915+XAA+XBB+YY+8749:B'TVL+031226:0915+XAA+XBB+ZZ+0123:M'", apipnr.Designator{Carrier: "YY", Number: "8749"}, apipnr.Designator{Carrier: "ZZ", Number: "0123"}},
		"only its number":                      {"TVL+031226:0915+XAA+XBB+YY:ZZ+8749:B'TVL+++++0123:M'", apipnr.Designator{Carrier: "YY", Number: "8749"}, apipnr.Designator{Carrier: "ZZ", Number: "0123"}},
		"the number that is pushed first":      {"TVL+031226:0915+XAA+XBB+YY:ZZ+0123:B'TVL+++++303:Y'", apipnr.Designator{Carrier: "YY", Number: "0303"}, apipnr.Designator{Carrier: "ZZ", Number: "0123"}},
		"in TRA":                               {"TVL+031226:0915+XAA+XBB+YY+8749:B'TRA+ZZ+0123:M'", apipnr.Designator{Carrier: "YY", Number: "8749"}, apipnr.Designator{Carrier: "ZZ", Number: "0123"}},
		"carriers in one element":              {"TVL+031226:0915+XAA+XBB+YY:ZZ+0123:B'", apipnr.Designator{Carrier: "YY", Number: "0123"}, apipnr.Designator{Carrier: "ZZ"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, r := record(t, identity+"TIF+ARAMBURO+ANNEMR:A:1'"+tc.tvl+"RPI+1+HK'DAT+2:021226:0915'TRI++1:::1'TIF+ARAMBURO+ANNEMR:A:1'SSD+012B++++Y'TBD++1:20:700+++ZZ:1234:1:XBB'")
			require.Len(t, r.Flights, 1)
			f := r.Flights[0]
			require.Equal(t, tc.want, apipnr.Designator{Carrier: f.Carrier, Number: f.Number})
			require.Equal(t, tc.op, *f.Operating)
			require.Equal(t, "HK", f.Status)
			require.Len(t, m.Travellers[0].Bags, 1, "bags belong to the leg, not to its second TVL")
			require.True(t, m.Travellers[0].Bags[0].PrimeFlight)
			require.Equal(t, []apipnr.Seat{{Seat: "12B", Cabin: "Y", Origin: "XAA", Destination: "XBB", Source: "SSD"}}, m.Travellers[0].Seats)
		})
	}
}

func TestDates(t *testing.T) {
	for name, tc := range map[string]struct{ segments, created, booked string }{
		"of the locator":                  {"RCI+ZZ:W9TEND::230513:181348'DAT+710:290513:2124'", "2013-05-23T18:13:48", "2013-05-23T18:13:48"},
		"of the locator, before another":  {"RCI+ZZ:W9TEND::150213:0149'TIF+A+B:A:1'TKT+123'DAT+710:140213'", "2013-02-15T01:49:00", "2013-02-15T01:49:00"},
		"of the locator without its type": {"RCI+ZZ:W9TEND:230818:1220'", "2018-08-23T12:20:00", "2018-08-23T12:20:00"},
		"of the ticketing":                {"RCI+ZZ:W9TEND'DAT+700:061210:1010+710:061210:1200'", "2010-12-06T12:00:00", "2010-12-06T12:00:00"},
		"of a ticket":                     {"RCI+ZZ:W9TEND'TIF+A+B:A:1'TKT+123'DAT+710:140213'DAT+710:150213'", "2013-02-14", "2013-02-14"},
		"unreadable":                      {"RCI+ZZ:W9TEND::999999:1220'", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, r := record(t, "SRC'"+tc.segments)
			require.Equal(t, []string{tc.created, tc.booked}, []string{r.Created, r.Booked})
		})
	}
}

func TestLocators(t *testing.T) {
	_, r := record(t, "SRC'RCI+ZZ:DCSREF:C+1A:QWERTY::011126:0930+YY:ASDFGH'EQN+1'RCI+ZZ:SPLITS'")
	require.Equal(t, "1A", r.Carrier)
	require.Equal(t, "QWERTY", r.Locator)
	require.Equal(t, []string{"ZZ DCSREF", "YY ASDFGH"}, r.Others)
	require.Equal(t, []string{"ZZ SPLITS"}, r.Split)
	require.Equal(t, "2026-11-01T09:30:00", r.Created)
}

func TestCancelled(t *testing.T) {
	_, r := record(t, "SRC'RCI+ZZ:QWERTY'ORG'")
	require.True(t, r.Cancelled)
	_, r = record(t, "SRC'RCI+ZZ:QWERTY'ORG'TIF+LOBB+MOLLYMRS:A:1'")
	require.True(t, r.Cancelled)
	_, r = record(t, "SRC'RCI+ZZ:QWERTY'ORG'TIF+LOBB+MOLLYMRS:A:1'TVL+031226:0915+XAA+XBB+ZZ+0123'RPI+1+XX'")
	require.True(t, r.Cancelled)
	m, r := record(t, "SRC'RCI+ZZ:QWERTY'ORG'TIF+LOBB+MOLLYMRS:A:1'TVL+031226:0915+XAA+XBB+ZZ+0123'")
	require.False(t, r.Cancelled, "what is left of a damaged ORG cancels nobody who flies")
	require.Equal(t, []string{"record_conflict"}, codes(m))
	_, r = record(t, identity)
	require.False(t, r.Cancelled)
	require.Equal(t, &apipnr.Agency{System: "ZZ", Place: "XAA", IATA: "52519950", Agent: "A78987", Country: "GB", Currency: "GBP", Kind: "T"}, r.Agency)
}

func TestContacts(t *testing.T) {
	for name, tc := range map[string]struct {
		segment string
		want    apipnr.Contact
	}{
		"e-mail with escapes":      {"IFT+4:28::YY+CTCE MOLLY..LOUUNT?+50BB//EXAMPLE.TEST'", apipnr.Contact{Emails: []string{"MOLLY_LOUUNT+50BB@EXAMPLE.TEST"}}},
		"hyphen":                   {"IFT+4:28::YY+CTCE  MOLLY./LOU//EX./AMPLE.TEST '", apipnr.Contact{Emails: []string{"MOLLY-LOU@EX-AMPLE.TEST"}}},
		"mobile":                   {"IFT+4:28+YY CTCM 123456789'", apipnr.Contact{Phones: []string{"123456789"}}},
		"mobile set apart":         {"IFT+4:28+YY CTC M 123456789'", apipnr.Contact{Phones: []string{"123456789"}}},
		"without a carrier":        {"IFT+4:28+CTCM 00441753637285'", apipnr.Contact{Phones: []string{"00441753637285"}}},
		"service":                  {"SSR+CTCE:HK:1:ZZ:::::MOLLY//EXAMPLE.TEST/EN+::1'", apipnr.Contact{Emails: []string{"MOLLY@EXAMPLE.TEST"}}},
		"service with a stroke":    {"SSR+CTCE:HK:1:ZZ:::::/MOLLY//EXAMPLE.TEST'", apipnr.Contact{Emails: []string{"MOLLY@EXAMPLE.TEST"}}},
		"service, mobile":          {"SSR+CTCM:HK:1:ZZ:::::?+48123456789/PL'", apipnr.Contact{Phones: []string{"+48123456789"}}},
		"service, refused, number": {"SSR+CTCR:HK:1:ZZ:::::00115555555555'", apipnr.Contact{Phones: []string{"00115555555555"}}},
		"address":                  {"ADD++700:123 ANY STREET:LAKE TOWN:MN::US:55123:H5555555555 W 1 555 555 5555 '", apipnr.Contact{Phones: []string{"5555555555", "1 555 555 5555"}, Address: "123 ANY STREET, LAKE TOWN, MN, 55123, US", Country: "US"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := record(t, identity+"TIF+LOBB+MOLLYMRS:A:1'"+tc.segment)
			require.NotNil(t, m.Travellers[0].Contact)
			require.Equal(t, tc.want, *m.Travellers[0].Contact)
		})
	}
	_, r := record(t, identity+"ADD++702:8095 KIRBY AVENUE:RIO:::BR::8675309'ADD++700:::::::EK CTC M 5432109876'TIF+LOBB+MOLLYMRS:A:1'")
	require.Equal(t, []apipnr.Contact{
		{Phones: []string{"8675309"}, Address: "8095 KIRBY AVENUE, RIO, BR", Country: "BR"}, {Phones: []string{"5432109876"}},
	}, r.Contacts)
}

func TestServiceReachesByReference(t *testing.T) {
	m, r := record(t, identity+"SSR+CTCM:HK:1:ZZ:::::0123456789+::002'SSR+WCHR:HK:1:ZZ:::::NEEDS HELP+::2'SSR+CTCR:HK:1:ZZ:::::REFUSED'TIF+LOBB+MOLLYMRS:A:1'TIF+LOBB+OTTOMR:A:2'")
	require.Nil(t, m.Travellers[0].Contact)
	require.Equal(t, []string{"0123456789"}, m.Travellers[1].Contact.Phones)
	require.Equal(t, []apipnr.Service{
		{Code: "WCHR", Status: "HK", Carrier: "ZZ", Text: "NEEDS HELP", Traveller: 1}, {Code: "CTCR", Status: "HK", Carrier: "ZZ", Text: "REFUSED", Traveller: -1},
	}, r.Services)
}

func TestSeats(t *testing.T) {
	m, _ := record(t, identity+"TIF+LOBB+MOLLYMRS:A:1'TIF+LOBB+OTTOMR:A:2'TVL+031226:0915+XAA+XBB+ZZ+0123:B'"+
		"SSR+NSST:HK:001:YY:::SFO:IAD:UA 0226 +074E::1'SSR+SEAT:HK:2:ZZ:::XAA:XBB++00012B::1+XXX::2'SSR+RQST:HK:1:ZZ+014C::002'TRI++2:::2'SSD+014C++++J'")
	require.Equal(t, []apipnr.Seat{
		{Seat: "74E", Origin: "SFO", Destination: "IAD", Source: "SSR"}, {Seat: "12B", Origin: "XAA", Destination: "XBB", Source: "SSR"},
	}, m.Travellers[0].Seats)
	require.Equal(t, []apipnr.Seat{
		{Seat: "14C", Origin: "XAA", Destination: "XBB", Source: "SSR"}, {Seat: "14C", Cabin: "J", Origin: "XAA", Destination: "XBB", Source: "SSD"},
	}, m.Travellers[1].Seats)
}

func TestBags(t *testing.T) {
	leg := func(number, from, to, bags string) string {
		return "TVL+031226:0915+" + from + "+" + to + "+ZZ+" + number + ":B'TRI++1:::1'TIF+LOBB+MOLLYMRS:A:1'" + bags
	}
	tags := "TBD++02:44:701+++ZZ:0447::XCC:006+ZZ:0448::XCC:006'"
	m, _ := record(t, identity+"TIF+LOBB+MOLLYMRS:A:1'"+leg("0123", "XAA", "XBB", tags)+leg("0124", "XBB", "XCC", tags)+leg("0125", "XCC", "XDD", "TBD++3:20:700++HP'"))
	bags := m.Travellers[0].Bags
	rows, distinct := pnrgov.CountBags(m.Travellers)
	require.Equal(t, []int{5, 2}, []int{rows, distinct})
	require.InDelta(t, 19.958, *bags[0].WeightKG, 0)
	require.Nil(t, bags[1].WeightKG, "the weight of all stands on the first row")
	require.Equal(t, [3]any{"XAAXBB", true, "XCC"}, [3]any{bags[0].Leg, bags[0].PrimeFlight, bags[0].Destination})
	require.Equal(t, [3]any{"XBBXCC", false, "XCC"}, [3]any{bags[2].Leg, bags[2].PrimeFlight, bags[2].Destination})
	require.Equal(t, [3]any{3, 20.0, "head"}, [3]any{*bags[4].Count, *bags[4].WeightKG, bags[4].Pool})

	m, _ = record(t, identity+"TIF+LOBB+MOLLYMRS:A:1'"+leg("0123", "XAA", "XBB", "TBD++1:NaN:700'TBD++1:19,5:700'"))
	require.Nil(t, m.Travellers[0].Bags[0].WeightKG)
	require.InDelta(t, 19.5, *m.Travellers[0].Bags[1].WeightKG, 0)
	require.Contains(t, codes(m), apipnr.CodeNumber)
}

func TestPayments(t *testing.T) {
	_, r := record(t, identity+"TIF+LOBB+MOLLYMRS:A:1'TKT+0062120234533:T:1'MON+B:2888.00:GBP+T:2957.94:GBP'DAT+710:061210:1200'"+
		"FOP+CC::100.00:VI:4111111111111111:1020'IFT+4:43+MOLLY LOBB+7438 CUMMINGS AVENUE+00441753637285'FOP+CA::100.00'ABI+1'SAC+++X'FOP+CC:::VI:4111111111111111:1020'")
	require.Equal(t, []apipnr.Payment{
		{Form: "CC", Card: "411111XXXXXX1111", Vendor: "VI", Expiry: "1020", Amount: "100.00", Currency: "GBP", Payer: "MOLLY LOBB"},
		{Form: "CA", Amount: "100.00", Currency: "GBP"},
	}, r.Payments)
	require.Equal(t, []apipnr.Ticket{{Number: "0062120234533", Traveller: 0, Fare: "2957.94", Currency: "GBP", Issued: "2010-12-06T12:00:00"}}, r.Tickets)
	require.Equal(t, []string{"FOP+CC:::VI:411111XXXXXX1111:1020"}, r.History[0].What)
	require.Equal(t, []apipnr.Contact{{Name: "MOLLY LOBB", Address: "7438 CUMMINGS AVENUE", Phones: []string{"00441753637285"}}}, r.Contacts)
}

func TestCardsInText(t *testing.T) {
	m, r := record(t, identity+"IFT+4:28::ZZ+FOP CCVI4111111111111111/D1025'LTS+0/O/FP/CCVI4111111111111111'SSR+OTHS:HK::ZZ:::::CARD 5555555555554444 TKT 0062120234533'XYZ+4111111111111111'")
	require.NotContains(t, r.Services[0].Text+r.Services[1].Text+r.Remarks[0]+r.Unread[0], "11111111")
	require.Contains(t, r.Services[1].Text, "555555XXXXXX4444 TKT 0062120234533")
	for _, d := range m.Diagnostics {
		require.NotContains(t, d.Message, "4111111111111111")
	}
}

func TestLoyaltyAndTickets(t *testing.T) {
	m, r := record(t, identity+"SSR+TKNE:HK:1:ZZ:::XAA:XBB:1392178947000C2+::1'SSR+TKNE:HK:1:ZZ:::XAA:XBB:INF1392178947001C2+::1'SSR+FQTV:HK:1:ZZ:::::ZZ0093789865+::1'"+
		"TIF+LOBB+MOLLYMRS:A:1:1'FTI+ZZ:1234567890:::ELITE'TIF+LOBB+TOM:IN:2'")
	require.Equal(t, "1392178947000", m.Travellers[0].Ticket)
	require.Equal(t, "1392178947001", m.Travellers[1].Ticket)
	require.Equal(t, []apipnr.Loyalty{{Carrier: "ZZ", Number: "0093789865", Traveller: 0}, {Carrier: "ZZ", Number: "1234567890", Level: "ELITE", Traveller: 0}}, r.Loyalty)
}

func TestHistoryAndOther(t *testing.T) {
	m, r := record(t, identity+"TIF+LOBB+MOLLYMRS:A:1'TVL+031226:0915+XAA+XBB+ZZ+0123:B'MSG+8'TVL+121210:1500:151210+XBB:GRAND HOTEL++VN+67576:ROH'"+
		"ABI+1+:LHRRR+LON++ZZ'DAT+ZT:071210:1010'SAC+++X'TVL+101210:0915+XAA+XCC+ZZ+9'RPI+2+K'SAC+++A'SSR+DOCS:HK:1:ZZ:::::/P/GBR/9/GBR/12JUL64/M/23AUG29/LOBB/MOLLY'ABI+4++++TZ'LTS+TAIL'")
	require.Equal(t, []apipnr.OtherBooking{{Kind: "hotel", From: "2010-12-12T15:00", To: "2010-12-15", Text: "XBB GRAND HOTEL VN 67576 ROH"}}, r.Other)
	require.Equal(t, []string{"ZZ0123 XAAXBB"}, legs(r))
	require.Empty(t, m.Travellers[0].Documents)
	require.Equal(t, []apipnr.Event{
		{At: "2010-12-07T10:10:00", By: "LHRRR LON ZZ", Action: "cancelled", What: []string{"TVL+101210:0915+XAA+XCC+ZZ+9", "RPI+2+K"}},
		{At: "2010-12-07T10:10:00", By: "LHRRR LON ZZ", Action: "added", What: []string{"SSR+DOCS:HK:1:ZZ:::::/P/GBR/9/GBR/12JUL64/M/23AUG29/LOBB/MOLLY"}},
		{By: "TZ", Action: "unknown", What: []string{}},
	}, r.History)
	require.Equal(t, []string{"TAIL"}, r.Remarks)
}

func TestUpdate(t *testing.T) {
	require.Equal(t, apipnr.UpdatePush, one(t, "MSG+:141'TVL+031226:0915+XAA+XBB+ZZ+0123'EQN+0'").Function)
	require.Equal(t, apipnr.FullPush, one(t, level0).Function)
	require.Equal(t, apipnr.Unknown, one(t, "MSG+:99'").Function)
}
