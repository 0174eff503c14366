package pnrgov_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

func header() edifact.Header {
	return edifact.Header{
		Separators: edifact.DefaultSeparators(), Announce: true, Syntax: "IATA:1", Sender: "ZZ", Recipient: "STATE", Reference: "PUSH01",
		Prepared: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC), Lenient: true,
	}
}

// stable writes a message, reads it and writes it again: both texts are the same.
func stable(t testing.TB, m apipnr.Message) (string, error) {
	t.Helper()
	first, err := pnrgov.Write(header(), m)
	if err != nil {
		return "", err
	}
	again := parse(t, string(first))
	require.Len(t, again, 1)
	second, err := pnrgov.Write(header(), again[0])
	require.NoError(t, err, string(first))
	require.Equal(t, string(first), string(second))
	return string(first), nil
}

func TestWriteIsStable(t *testing.T) {
	m := parse(t, pushOf(3))[0]
	text, err := stable(t, m)
	require.NoError(t, err)
	got := parse(t, text)[0]
	require.Equal(t, people(m), people(got))
	for i := range m.Travellers {
		a, b := m.Travellers[i], got.Travellers[i]
		require.Equal(t, a.Documents, b.Documents)
		require.ElementsMatch(t, a.Seats, b.Seats)
		require.Equal(t, a.Bags, b.Bags)
		require.Equal(t, a.Contact, b.Contact)
		require.Equal(t, a.Ticket, b.Ticket)
	}
	for i := range m.Reservations {
		a, b := m.Reservations[i], got.Reservations[i]
		require.Equal(t, legs(a), legs(b))
		require.Equal(t, a.History, b.History)
		require.Equal(t, a.Payments, b.Payments)
		require.Equal(t, a.Agency, b.Agency)
		require.Equal(t, []string{a.Locator, a.Created, a.Changed, a.Origin}, []string{b.Locator, b.Created, b.Changed, b.Origin})
		require.Equal(t, a.Flights[2].Operating, b.Flights[2].Operating)
	}
	require.Empty(t, got.Diagnostics)
}

func TestWriteMessagesOfTheField(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(os.Getenv("BMIS_TEST_DATA"), "api_pnr", "pnrgov", "*.edi"))
	require.NoError(t, err)
	if os.Getenv("BMIS_TEST_DATA") == "" || len(files) == 0 {
		t.Skip("BMIS_TEST_DATA is not set: no messages from the field")
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			body, err := os.ReadFile(name)
			require.NoError(t, err)
			m := parse(t, string(body))[0]
			if m.Function == apipnr.Unknown {
				m.Function = apipnr.FullPush
			}
			text, err := stable(t, m)
			require.NoError(t, err)
			require.Len(t, parse(t, text)[0].Travellers, len(m.Travellers))
		})
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(m *apipnr.Message)
		want   string
	}{
		"no function":            {func(m *apipnr.Message) { m.Function = apipnr.List }, "function"},
		"no flight":              {func(m *apipnr.Message) { m.Flights = nil }, "flight"},
		"no locator":             {func(m *apipnr.Message) { m.Reservations[0].Locator = "" }, "reservation 1: locator"},
		"a number no flight has": {func(m *apipnr.Message) { m.Flights[0].Number = "12345" }, "flight number"},
		"a name with digits":     {func(m *apipnr.Message) { m.Travellers[1].Surname = "X1" }, "reservation 1: traveller 2: name"},
		"a title":                {func(m *apipnr.Message) { m.Travellers[0].GivenNames = "ANNEMR" }, "name"},
		"a card's number":        {func(m *apipnr.Message) { m.Reservations[0].Payments[0].Card = "4111111111111111" }, "payment 1"},
		"an e-mail":              {func(m *apipnr.Message) { m.Travellers[0].Contact.Emails = []string{"nobody"} }, "contact: an e-mail"},
		"a document's number":    {func(m *apipnr.Message) { m.Travellers[0].Documents[0].Number = "1/2" }, "document 1"},
		"a line end":             {func(m *apipnr.Message) { m.Reservations[0].Remarks = []string{"A\nB"} }, "remark 1"},
	} {
		t.Run(name, func(t *testing.T) {
			m := parse(t, pushOf(1))[0]
			tc.change(&m)
			_, err := pnrgov.Write(header(), m)
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "ARAMBURO")
		})
	}
}

func TestAcknowledge(t *testing.T) {
	body, err := pnrgov.Acknowledge(header(), pnrgov.Response{Version: "11:1", Access: "ZZ0123", Reference: "1", Errors: []string{"118"}, Text: "NO FLIGHT"})
	require.NoError(t, err)
	require.Contains(t, string(body), "UNH+1+ACKRES:11:1:IA+ZZ0123'MSG+:23+7'ERC+118'IFT+4+NO FLIGHT'UNT+5+1'")
	m := pnrgov.ReadAcknowledgement(edifact.Read(body, edifact.DefaultLimits()).Messages[0])
	require.Equal(t, apipnr.Acknowledgement, m.Function)
	require.Equal(t, []apipnr.Verdict{{Code: "7", Whole: true, Reference: "ZZ0123"}, {Code: "118", Text: "NO FLIGHT", Whole: true, Reference: "ZZ0123"}}, m.Answers)
	require.Empty(t, m.Diagnostics)

	body, err = pnrgov.Acknowledge(header(), pnrgov.Response{Version: "11:1", Access: "ZZ0123", Reference: "1"})
	require.NoError(t, err)
	require.Contains(t, string(body), "MSG+:23+3'UNT+3+1'")
}
