package pnrxml_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
	"github.com/openbmis/openbmis/api_pnr/pnrgov/pnrxml"
)

const head = `<?xml version="1.0" encoding="UTF-8"?>
<IATA_PNRGOV_NotifRQ xmlns="http://www.iata.org/IATA/2007/00" Version="1.0">
 <Originator AirlineCode="ZZ" SystemCode="SYS"/>
 <FlightLeg CarrierCode="ZZ" FlightNumber="0123" DepartureDateTime="2026-12-03T09:15:00" ArrivalDateTime="2026-12-03T12:30:00" DateChangeNbr="0">
  <DepartureAirport LocationCode="XAA"/><ArrivalAirport LocationCode="XBB"/>
 </FlightLeg>
`

const record = `<PNR NumberOfPassengers="2" PNR_TransDate="2026-11-20T10:10:00" PNR_CreationDate="2026-11-01T09:30:00">
   <BookingRefID ID="QWERTY"><CompanyName Code="ZZ"/></BookingRefID>
   <BookingRefID ID="ASDFGH"><CompanyName Code="YY"/></BookingRefID>
   <POS><Source AgentSine="A78987" AirportCode="XAA" ISOCountry="GB" ISOCurrency="GBP" AirlineVendorID="ZZ"><RequestorID Type="T" ID="52519950"/></Source></POS>
   <ContactInfo PhoneNumber="00441753637285" EmailAddress="anne@example.test"><AddressLine>1 High Street</AddressLine><CityName>Slough</CityName><CountryName Code="GB">United Kingdom</CountryName></ContactInfo>
   <PrepaidBag UnitOfMeasureQuantity="20" UnitOfMeasureCode="700" Amount="40" CurrencyCode="GBP" BagDestination="XBB"/>
   <Passenger RPH="1" SurnameRefNumber="1.1" BoardingStatus="63">
    <GivenName>ANNE MRS</GivenName><Surname>ARAMBURO</Surname>
    <CustLoyalty ProgramID="ZZ" MembershipID="12345"/>
    <ExcessBaggage IssuerCode="ZZ" SequenceCount="1" BaggagePool="MP" UnitOfMeasureQuantity="22" UnitOfMeasureCode="Kg"/>
    <FareInfo PTC_Code="ADT" FareBasis="SFLY"/>
    <SSR SSR_Code="WCHR" ServiceQuantity="1" Status="HK" BoardPoint="XAA" OffPoint="XBB"><Airline Code="ZZ"/><Text>NEEDS HELP</Text></SSR>
    <TicketDocument TicketDocumentNbr="9992120200001" Type="T" DateOfIssue="2026-11-02">
     <TotalFare Amount="2957.94" CurrencyCode="GBP"/>
     <PaymentInfo PaymentType="CC" VendorCode="VI" AccountNbr="4111111111111111" ExpiryDate="0229" PaymentAmount="2957.94" CardHolderName="A ARAMBURO"/>
    </TicketDocument>
    <DOC_SSR SSR_Code="DOCS"><DOCS DateOfBirth="1964-07-12" ExpiryDate="2029-08-23" FirstGivenName="ANNE" SecondGivenName="IRIS" Surname="ARAMBURO" Gender="F" TravelDocType="P" TravelDocNbr="700001" IssuingLoc="GBR" PaxNationality="GBR"/></DOC_SSR>
    <DOC_SSR SSR_Code="DOCS"><DOCS DateOfBirth="2026-01-12" FirstGivenName="TOM" Surname="ARAMBURO" Gender="MI" TravelDocType="P" TravelDocNbr="700002" IssuingLoc="GBR" PaxNationality="GBR"/></DOC_SSR>
    <DOC_SSR SSR_Code="DOCO"><DOCO BirthLocation="HERE" TravelDocType="V" TravelDocNbr="8675309" PlaceOfIssue="TOWN" DateOfIssue="2006-12-22" CountryState="USA"/></DOC_SSR>
    <DOC_SSR SSR_Code="DOCA"><DOCA AddressType="D" Address="301 PARK AVENUE" CityName="NEW YORK" PostalCode="10022" StateProvCounty="NY" Country="USA"/></DOC_SSR>
   </Passenger>
   <Passenger RPH="2"><GivenName>TOM</GivenName><Surname>ARAMBURO</Surname><FareInfo PTC_Code="INF"/></Passenger>
   <Flight DepartureDateTime="2026-12-03T09:15:00" ArrivalDateTime="2026-12-03T12:30:00" ResBookDesigCode="S" NumberInParty="2" Status="HK" FlightNumber="8749">
    <DepartureAirport LocationCode="XAA"/><ArrivalAirport LocationCode="XBB"/><OperatingAirline Code="ZZ" FlightNumber="123"/><MarketingAirline Code="YY"/>
    <SSR SSR_Code="SEAT" Status="HK" RPH="1"><Text>012B</Text></SSR>
    <CheckedBag RPH="1" SequenceCount="2" UnitOfMeasureQuantity="44" UnitOfMeasureCode="701" BagTagNbr="0447" BagDestination="XCC"/>
   </Flight>
  </PNR>
`

const tail = " </PNRs>\n</IATA_PNRGOV_NotifRQ>\n"

func push(records ...string) string {
	return head + ` <PNRs NumberOfPnrs="1">` + strings.Join(records, "") + tail
}

func one(t *testing.T, body string) apipnr.Message {
	t.Helper()
	messages, outside := pnrxml.Read([]byte(body))
	require.Empty(t, outside)
	require.Len(t, messages, 1)
	return messages[0]
}

func TestRead(t *testing.T) {
	m := one(t, push(record))
	require.Equal(t, []string{"PNRGOV", "xml", "ZZ", "1.0"}, []string{m.Type, m.Syntax, m.Sender, m.Version})
	require.Equal(t, "ZZ0123/2026-12-03/XAA", m.Flights[0].Key().String())
	require.Len(t, m.Travellers, 2)
	anne, tom := m.Travellers[0], m.Travellers[1]
	require.Equal(t, []string{"ARAMBURO", "ANNE IRIS", "F", "1964-07-12", "GBR", "adult", "QWERTY", "1"},
		[]string{anne.Surname, anne.GivenNames, anne.Sex, anne.BirthDate.String(), anne.Nationality, anne.AgeGroup, anne.Locator, anne.Ref})
	require.Equal(t, "ANNE MRS", anne.Raw["given_names"])
	require.Len(t, anne.Documents, 2)
	require.Equal(t, []string{"P", "700001", "GBR", "2029-08-23"}, []string{anne.Documents[0].Type, anne.Documents[0].Number, anne.Documents[0].Issuer, anne.Documents[0].Expiry.String()})
	require.Equal(t, []string{"V", "8675309", "TOWN", "2006-12-22", "HERE"}, []string{anne.Documents[1].Type, anne.Documents[1].Number, anne.Documents[1].IssuePlace, anne.Documents[1].Issued.String(), anne.BirthPlace})
	require.Equal(t, "301 PARK AVENUE, NEW YORK, NY, 10022, USA", anne.Address)
	require.Equal(t, []string{"700002", "2026-01-12", "M", "infant"}, []string{tom.Documents[0].Number, tom.BirthDate.String(), tom.Sex, tom.AgeGroup}, "the infant's document stands with the adult")
	require.Equal(t, []apipnr.Seat{{Seat: "12B", Origin: "XAA", Destination: "XBB", Source: "SSR"}}, anne.Seats)
	require.Len(t, anne.Bags, 2)
	require.InDelta(t, 22.0, *anne.Bags[0].WeightKG, 0)
	require.Equal(t, [4]any{"XAAXBB", true, "XCC", 19.958}, [4]any{anne.Bags[1].Leg, anne.Bags[1].PrimeFlight, anne.Bags[1].Destination, *anne.Bags[1].WeightKG})

	r := m.Reservations[0]
	require.Equal(t, []string{"QWERTY", "ZZ", "2026-11-01T09:30:00", "2026-11-20T10:10:00", "XAA"}, []string{r.Locator, r.Carrier, r.Created, r.Changed, r.Origin})
	require.Equal(t, []string{"YY ASDFGH"}, r.Others)
	require.Equal(t, &apipnr.Agency{System: "ZZ", Place: "XAA", IATA: "52519950", Agent: "A78987", Country: "GB", Currency: "GBP", Kind: "T"}, r.Agency)
	require.Equal(t, []apipnr.Contact{{Phones: []string{"00441753637285"}, Emails: []string{"anne@example.test"}, Address: "1 High Street, Slough, United Kingdom", Country: "GB"}}, r.Contacts)
	require.Equal(t, "411111XXXXXX1111", r.Payments[0].Card)
	require.Equal(t, []apipnr.Ticket{{Number: "9992120200001", Traveller: 0, Fare: "2957.94", Currency: "GBP", Issued: "2026-11-02"}}, r.Tickets)
	f := r.Flights[0]
	require.Equal(t, []string{"YY", "8749", "ZZ", "0123", "S", "HK"}, []string{f.Carrier, f.Number, f.Operating.Carrier, f.Operating.Number, f.Class, f.Status})
	for _, d := range m.Diagnostics {
		require.Equal(t, apipnr.Info, d.Severity, d)
	}
}

func TestNamesAreComparedLoosely(t *testing.T) {
	body := push(record)
	for _, change := range [][2]string{{"PNR_CreationDate", "PnrCreationDate"}, {"DOC_SSR", "DocSSR"}, {"BookingRefID", "bookingRefId"}, {"<PNRs", "<pnrs"}, {"</PNRs", "</pnrs"}, {"IATA_PNRGOV_NotifRQ", "IATAPNRGOVNotifRQ"}} {
		require.Contains(t, body, change[0])
		body = strings.ReplaceAll(body, change[0], change[1])
	}
	m := one(t, body)
	require.Equal(t, "2026-11-01T09:30:00", m.Reservations[0].Created)
	require.Equal(t, "700001", m.Travellers[0].Documents[0].Number)
}

func TestProvenance(t *testing.T) {
	body := push(record)
	m := one(t, body)
	for _, o := range m.Travellers[0].Origins {
		require.NotZero(t, o.Segment)
		require.Equal(t, byte('<'), body[o.Offset], o.Field.String())
		if o.Field == apipnr.FieldDocumentNumber && o.Item == 0 {
			require.True(t, strings.HasPrefix(body[o.Offset:], `<DOCS DateOfBirth="1964`))
		}
	}
}

// An infant whom only SSR INFT names is a traveller, once, and his documents are his; one who is a Passenger is no second one.
func TestInfantsOfINFT(t *testing.T) {
	passenger := "<Passenger RPH=\"2\"><GivenName>TOM</GivenName><Surname>ARAMBURO</Surname><FareInfo PTC_Code=\"INF\"/></Passenger>"
	ssr := func(text string) string {
		return "<SSR SSR_Code=\"INFT\" Status=\"HK\" RPH=\"1\"><Text>" + text + "</Text></SSR>"
	}
	for name, tc := range map[string]struct {
		second, services string
		want             []string
	}{
		"no Passenger":              {"", ssr("ARAMBURO/TOM/12JAN26"), []string{"ANNE", "TOM"}},
		"no Passenger, twice":       {"", ssr("ARAMBURO/TOM/12JAN26") + ssr("ARAMBURO/TOMMSTR 12JAN26"), []string{"ANNE", "TOM"}},
		"no Passenger, twins":       {"", ssr("ARAMBURO/TOM/12JAN26") + ssr("ARAMBURO/TIM 12JAN26"), []string{"ANNE", "TOM", "TIM"}},
		"a Passenger":               {passenger, ssr("ARAMBURO/TOM/12JAN26"), []string{"ANNE", "TOM"}},
		"a Passenger without type":  {strings.Replace(passenger, "<FareInfo PTC_Code=\"INF\"/>", "", 1), ssr("ARAMBURO/TOM/12JAN26"), []string{"ANNE", "TOM"}},
		"his name not known":        {passenger, ssr("ARAMBURO/BABY/12JAN26"), []string{"ANNE", "TOM"}},
		"another one's Passenger":   {passenger, ssr("ARAMBURO/TIM/13JAN26"), []string{"ANNE", "TOM", "TIM"}},
		"no longer asked for":       {passenger, strings.Replace(ssr("ARAMBURO/TIM/13JAN26"), "HK", "XX", 1), []string{"ANNE", "TOM"}},
		"a Passenger, a text alone": {passenger, ssr("NOT OCCUPYING SEAT"), []string{"ANNE", "TOM"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := one(t, push(strings.Replace(strings.Replace(record, passenger, tc.second, 1), "<CustLoyalty", tc.services+"<CustLoyalty", 1)))
			require.Len(t, m.Diagnostics, 1, "the function of the message alone")
			var got []string
			for i, p := range m.Travellers {
				got = append(got, strings.Fields(p.GivenNames)[0])
				require.Equal(t, i, m.Reservations[0].Travellers[i])
			}
			require.Equal(t, tc.want, got)
			tom := m.Travellers[1]
			require.Equal(t, []string{"700002", "2026-01-12", "M", "infant"}, []string{tom.Documents[0].Number, tom.BirthDate.String(), tom.Sex, tom.AgeGroup})
			require.Len(t, m.Travellers[0].Seats, 1)
			require.Len(t, m.Travellers[0].Bags, 2)
			if len(got) > 2 || tc.second == "" {
				require.Equal(t, "1", m.Travellers[len(got)-1].Adult)
			}
		})
	}
	m := one(t, push(strings.Replace(strings.Replace(record, passenger, "", 1), "<CustLoyalty", ssr("NOT OCCUPYING SEAT")+"<CustLoyalty", 1)))
	require.Equal(t, apipnr.CodeTraveller, m.Diagnostics[1].Code)
}

func TestDamage(t *testing.T) {
	second := strings.ReplaceAll(record, "QWERTY", "SECOND")
	for name, tc := range map[string]struct {
		body      string
		records   int
		code      string
		truncated bool
	}{
		"cut off in the second record":  {push(record, second)[:len(head)+len(record)+len(second)/2], 1, apipnr.CodeTruncated, true},
		"not well-formed in the second": {push(record, strings.Replace(second, "</Passenger>", "</Passanger>", 1)), 1, "xml_syntax", true},
		"an unknown element":            {push(strings.Replace(record, "<POS>", "<Mood>4111111111111111</Mood><POS>", 1)), 1, apipnr.CodeSegmentUnknown, false},
		"an unreadable date":            {push(strings.Replace(record, "1964-07-12", "12/07/64", 1)), 1, apipnr.CodeDateUnreadable, false},
		"no flight":                     {strings.Replace(push(record), "FlightLeg", "FlightLog", 2), 1, apipnr.CodeSegmentMissing, false},
		"an entity from outside":        {strings.Replace(push(strings.Replace(record, "ARAMBURO", "&x;", 1)), "<IATA", "<!DOCTYPE x [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><IATA", 1), 0, "xml_syntax", true},
		"an infant that is not there":   {push(strings.Replace(record, "<Passenger RPH=\"2\"><GivenName>TOM</GivenName><Surname>ARAMBURO</Surname><FareInfo PTC_Code=\"INF\"/></Passenger>", "", 1)), 1, apipnr.CodeDocumentLink, false},
	} {
		t.Run(name, func(t *testing.T) {
			messages, _ := pnrxml.Read([]byte(tc.body))
			require.Len(t, messages, 1)
			m := messages[0]
			require.Len(t, m.Reservations, tc.records)
			require.Equal(t, tc.truncated, m.Truncated)
			codes := []string{}
			for _, d := range m.Diagnostics {
				codes = append(codes, d.Code)
				require.LessOrEqual(t, d.Offset, len(tc.body))
			}
			require.Contains(t, codes, tc.code)
			if tc.code == apipnr.CodeSegmentUnknown {
				require.Equal(t, []string{"mood 411111XXXXXX1111"}, m.Reservations[0].Unread)
			}
		})
	}
}

// One record that is not well-formed does not cost those before and behind it.
func TestOneBadRecordAmongOthers(t *testing.T) {
	named := func(locator string) string { return strings.ReplaceAll(record, "QWERTY", locator) }
	for name, bad := range map[string]string{
		"an end of another element": strings.Replace(named("BAD"), "</Passenger>", "</Passanger>", 1),
		"no end":                    strings.Replace(named("BAD"), "</PNR>", "", 1),
		"no end of a tag":           strings.Replace(named("BAD"), "<GivenName>", "<GivenName", 1),
		"a stroke too many":         strings.Replace(named("BAD"), "<GivenName>", "<GivenName></", 1),
		"an entity":                 strings.Replace(named("BAD"), "ARAMBURO", "ARAM & BURO", 1),
		"text between":              "< & " + named("BAD"),
	} {
		t.Run(name, func(t *testing.T) {
			for _, prefixed := range []bool{false, true} {
				body := push(named("FIRST1"), bad, named("SECOND"), named("THIRD3"))
				if prefixed {
					body = strings.NewReplacer("</", "</iata:", "<", "<iata:").Replace(strings.TrimPrefix(body, head[:strings.Index(head, "\n")]))
				}
				messages, _ := pnrxml.Read([]byte(body))
				require.Len(t, messages, 1)
				var locators []string
				for _, r := range messages[0].Reservations {
					locators = append(locators, r.Locator)
				}
				require.Subset(t, locators, []string{"FIRST1", "SECOND", "THIRD3"})
				require.False(t, messages[0].Truncated)
				codes := []string{}
				for _, d := range messages[0].Diagnostics {
					codes = append(codes, d.Code)
				}
				require.Contains(t, codes, "xml_syntax")
			}
		})
	}
}

func TestAWeightThatIsNoNumber(t *testing.T) {
	m := one(t, push(strings.Replace(record, `UnitOfMeasureQuantity="44"`, `UnitOfMeasureQuantity="NaN"`, 1)))
	bags := m.Travellers[0].Bags
	require.Nil(t, bags[len(bags)-1].WeightKG)
}

func TestLatin(t *testing.T) {
	body := strings.Replace(push(record), "UTF-8", "ISO-8859-1", 1)
	body = strings.ReplaceAll(body, "High Street", "H\xf6gg Stra\xdfe")
	body = strings.ReplaceAll(body, "ARAMBURO", "ARAMB\xdcRO")
	m := one(t, body)
	require.Equal(t, "ARAMBÜRO", m.Travellers[0].Surname)
	require.Equal(t, "1 Högg Straße, Slough, United Kingdom", m.Reservations[0].Contacts[0].Address)
	for _, o := range m.Travellers[0].Origins {
		require.Equal(t, byte('<'), body[o.Offset])
	}
}

// The characters between 0x80 and 0x9F are letters in the character sets of Windows.
func TestWindows(t *testing.T) {
	for declared, want := range map[string]string{"windows-1252": "ARAMBŠRO", "Windows-1251": "ARAMBЉRO", "ISO-8859-15": "ARAMBŠRO"} {
		body := strings.Replace(push(record), "UTF-8", declared, 1)
		body = strings.ReplaceAll(body, "ARAMBURO", "ARAMB\x8aRO")
		m := one(t, body)
		require.Equal(t, want, m.Travellers[0].Surname)
		for _, o := range m.Travellers[0].Origins {
			require.Equal(t, byte('<'), body[o.Offset])
		}
	}
	body := strings.ReplaceAll(strings.Replace(push(record), "UTF-8", "windows-1252", 1), "ARAMBURO", "\x80\x80")
	for _, o := range one(t, body).Travellers[1].Origins {
		require.Equal(t, byte('<'), body[o.Offset], "behind characters of three bytes")
	}
}

func TestOutside(t *testing.T) {
	for body, want := range map[string]string{"": apipnr.CodeSegmentMissing, "<a/>": apipnr.CodeSegmentMissing, "<a>": apipnr.CodeSegmentMissing, "<a": "xml_syntax", "no": apipnr.CodeSegmentMissing} {
		messages, outside := pnrxml.Read([]byte(body))
		require.Empty(t, messages)
		require.Equal(t, want, outside[0].Code, body)
	}
	require.True(t, pnrxml.Sniff([]byte("\xEF\xBB\xBF\n"+push())))
	require.False(t, pnrxml.Sniff([]byte("UNB+IATA:1")))
}

func TestHostile(t *testing.T) {
	for name, text := range map[string]func(n int) string{
		"depth":      func(n int) string { return push(strings.Repeat("<PNR>", n/5)) },
		"elements":   func(n int) string { return push("<PNR>" + strings.Repeat("<a/>", n/4) + "</PNR>") },
		"records":    func(n int) string { return push(strings.Repeat("<PNR/>", n/6)) },
		"text":       func(n int) string { return push("<PNR>" + strings.Repeat("x<a/>", n/5) + "</PNR>") },
		"attributes": func(n int) string { return push("<PNR " + strings.Repeat(`a="" `, n/5) + "/>") },
		"infants": func(n int) string {
			return push("<PNR>" + strings.Repeat(`<Passenger><DOC_SSR><DOCS Gender="FI"/></DOC_SSR></Passenger>`, n/60) + "</PNR>")
		},
	} {
		t.Run(name, func(t *testing.T) {
			body := []byte(text(1 << 20))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			messages, _ := pnrxml.Read(body)
			runtime.ReadMemStats(&after)
			require.Len(t, messages, 1)
			require.Less(t, float64(after.TotalAlloc-before.TotalAlloc)/float64(len(body)), 400.0)
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(push(record)))
	f.Add([]byte(push("<PNR/>")))
	f.Fuzz(func(t *testing.T, body []byte) {
		messages, outside := pnrxml.Read(body)
		for _, m := range messages {
			for i, r := range m.Reservations {
				for _, at := range r.Travellers {
					require.Equal(t, i, m.Travellers[at].Reservation)
				}
			}
			for _, p := range m.Travellers {
				for _, o := range p.Origins {
					require.Less(t, int(o.Offset), len(body))
				}
			}
			pnrgov.Dial(&m)
		}
		for _, d := range outside {
			require.LessOrEqual(t, d.Offset, len(body))
		}
	})
}

func BenchmarkRead(b *testing.B) {
	body := []byte(push(strings.Repeat(record, 400)))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if messages, _ := pnrxml.Read(body); len(messages[0].Travellers) != 800 {
			b.Fatal("travellers are missing")
		}
	}
}
