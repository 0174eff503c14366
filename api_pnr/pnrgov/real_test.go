package pnrgov_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

// fromField reads a message as received in the field; they are not part of this repository.
func fromField(t *testing.T, name string) apipnr.Message {
	t.Helper()
	folder := os.Getenv("BMIS_TEST_DATA")
	if folder == "" {
		t.Skip("BMIS_TEST_DATA is not set: no messages from the field")
	}
	body, err := os.ReadFile(filepath.Join(folder, "api_pnr", "pnrgov", name))
	require.NoError(t, err)
	all := parse(t, string(body))
	require.Len(t, all, 1)
	return all[0]
}

// What each message of the field is known to hold. Errors are diagnostics that cost something.
func TestMessagesFromTheField(t *testing.T) {
	for name, want := range map[string]struct {
		records, travellers, flights, bags int
		origin                             string // of the first record
	}{
		"2_pnrs_basic.edi":                        {2, 4, 4, 0, "LHR"},
		"adult_and_infant.edi":                    {1, 2, 3, 0, "BOG"},
		"bigMessagePnr.edi":                       {1, 7, 3, 22, "WDH"},
		"codeshare.edi":                           {2, 2, 2, 4, "ICN"},
		"multiple_flight_leg_pnr.edi":             {1, 2, 4, 4, "IAD"},
		"pnr1.edi":                                {1, 2, 2, 0, "LHR"},
		"pnr2.edi":                                {1, 2, 2, 0, "LHR"},
		"pnr3.edi":                                {1, 4, 3, 0, "FRA"},
		"pnr4.edi":                                {1, 1, 2, 1, "FRA"},
		"pnrAddressPhoneCTCM.edi":                 {1, 1, 0, 0, ""},
		"pnrEdge.edi":                             {1, 1, 0, 0, ""},
		"pnrMessage.edi":                          {1, 2, 2, 0, "LHR"},
		"pnrMessageExample.edi":                   {1, 5, 3, 18, "WDH"},
		"pnrMessagePg76.edi":                      {1, 2, 1, 0, "MUC"},
		"pnrMessagePg77.edi":                      {1, 1, 2, 0, "SIN"},
		"pnrNoOrgMsg.edi":                         {1, 1, 0, 0, ""},
		"pnrPhoneCTCM.edi":                        {1, 1, 0, 0, ""},
		"pnrPhoneCTC_M.edi":                       {1, 1, 0, 0, ""},
		"pnrSeatFormats.edi":                      {1, 1, 1, 0, "FRA"},
		"pnrWithDoco.edi":                         {1, 1, 3, 0, "WDH"},
		"pnrWithPrefixesAndBookingDetailBags.edi": {1, 2, 4, 4, "IAD"},
	} {
		t.Run(name, func(t *testing.T) {
			m := fromField(t, name)
			flights := 0
			for _, r := range m.Reservations {
				flights += len(r.Flights)
			}
			rows, _ := pnrgov.CountBags(m.Travellers)
			require.Len(t, m.Reservations, want.records)
			require.Len(t, m.Travellers, want.travellers)
			require.Equal(t, want.flights, flights, "flights")
			require.Equal(t, want.bags, rows, "bag-leg rows")
			require.Equal(t, want.origin, m.Reservations[0].Origin)
			require.Len(t, m.Flights, 1)
			for _, d := range m.Diagnostics {
				require.NotEqual(t, apipnr.Failure, d.Severity, d)
				require.NotContains(t, []string{apipnr.CodeSegmentUnknown, apipnr.CodeDocumentLink, apipnr.CodeStrayText}, d.Code, d)
			}
			for _, p := range m.Travellers {
				require.NotEmpty(t, p.Surname)
				require.NotEmpty(t, p.GivenNames)
			}
		})
	}
}

func TestFactsOfTheField(t *testing.T) {
	t.Run("the second seat of the first traveller is from SSD and has a cabin", func(t *testing.T) {
		seats := fromField(t, "pnrMessageExample.edi").Travellers[0].Seats
		require.Equal(t, apipnr.Seat{Seat: "22C", Cabin: "Y", Origin: "FRA", Destination: "IAD", Source: "SSD"}, seats[1])
	})
	t.Run("created and booked", func(t *testing.T) {
		r := fromField(t, "pnrMessagePg77.edi").Reservations[0]
		require.Equal(t, "2013-05-23T18:13:48", r.Created)
		require.Equal(t, "2013-05-23T18:13:48", r.Booked)
		require.Equal(t, "2013-02-15T01:49:00", fromField(t, "pnrMessagePg76.edi").Reservations[0].Booked)
	})
	t.Run("e-mail and telephone", func(t *testing.T) {
		for _, name := range []string{"pnrPhoneCTCM.edi", "pnrPhoneCTC_M.edi"} {
			c := fromField(t, name).Travellers[0].Contact
			require.Equal(t, []string{"123456789"}, c.Phones)
			require.Equal(t, []string{"MOLLY_LOUUNT+50BB@GMAIL.COM"}, c.Emails)
		}
		require.Equal(t, []string{"5432109876"}, fromField(t, "pnrAddressPhoneCTCM.edi").Reservations[0].Contacts[1].Phones)
		require.Equal(t, []string{"MOLLY_LOUUNT+50BB@GMAIL.COM"}, fromField(t, "pnrEdge.edi").Travellers[0].Contact.Emails)
	})
	t.Run("seat of NSST", func(t *testing.T) {
		require.Contains(t, fromField(t, "pnrSeatFormats.edi").Travellers[0].Seats, apipnr.Seat{Seat: "74E", Origin: "SFO", Destination: "IAD", Source: "SSR"})
	})
	t.Run("visa", func(t *testing.T) {
		d := fromField(t, "pnrWithDoco.edi").Travellers[0].Documents[1]
		require.Equal(t, [5]string{"V", "8675309", "2006-12-22", "OTHER PLACE", ""}, [5]string{d.Type, d.Number, d.Issued.String(), d.IssuePlace, d.Expiry.String()})
	})
	t.Run("bags on booked legs", func(t *testing.T) {
		b := fromField(t, "pnrWithPrefixesAndBookingDetailBags.edi").Travellers[0].Bags[0]
		require.Equal(t, [3]any{"UA", "KWI", false}, [3]any{b.Carrier, b.Destination, b.PrimeFlight})
	})
	t.Run("adult and infant", func(t *testing.T) {
		m := fromField(t, "adult_and_infant.edi")
		adult, infant := m.Travellers[0], m.Travellers[1]
		require.Equal(t, [4]string{"F", "1976-05-30", "52263000", "adult"},
			[4]string{adult.Sex, adult.BirthDate.String(), adult.Documents[0].Number, adult.AgeGroup})
		require.Equal(t, [4]string{"F", "2011-08-10", "AO234000", "infant"},
			[4]string{infant.Sex, infant.BirthDate.String(), infant.Documents[0].Number, infant.AgeGroup})
		require.Len(t, adult.Documents, 1)
		require.Len(t, infant.Documents, 1)
	})
	t.Run("codeshare with the marketing number in the second TVL", func(t *testing.T) {
		m := fromField(t, "codeshare.edi")
		f := m.Reservations[0].Flights[0]
		require.Equal(t, [4]string{"KE", "0303", "SQ", "0609"}, [4]string{f.Carrier, f.Number, f.Operating.Carrier, f.Operating.Number})
		require.True(t, m.Travellers[0].Bags[0].PrimeFlight)
		require.Equal(t, []string{"1026000001", "1026000002"}, m.Travellers[0].Bags[0].Tags)
	})
	t.Run("neither MSG nor ORG", func(t *testing.T) {
		m := fromField(t, "pnrNoOrgMsg.edi")
		require.Equal(t, apipnr.Unknown, m.Function)
		require.Len(t, m.Travellers, 1)
	})
	t.Run("history is not the present", func(t *testing.T) {
		m := fromField(t, "pnr2.edi")
		require.Len(t, m.Travellers, 2)
		require.Equal(t, "TIF+WAYNE+JONMR:A:1", m.Reservations[0].History[0].What[0])
	})
}
