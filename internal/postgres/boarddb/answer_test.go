package boarddb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
)

// refused is an alert by which somebody may not enter.
func refused(id string, n int) alerts.Alert {
	a := deskworld.Wanted(id, deskworld.Traveller(n))
	a.Action, a.Category = alerts.ActionRefuse, alerts.CategoryRefusal
	return a
}

func TestEachTravellerIsAnsweredByWhatTheChecksFind(t *testing.T) {
	w := newWorld(t)
	w.Alert(refused("REF-1", 1))
	w.Alert(deskworld.Wanted("ARR-1", deskworld.Traveller(2)))
	stolen := alerts.Flat{ID: "DOC-1", DocumentNumber: "S7654321", IssuingState: "UTO", Reason: "stolen", Action: "seize_document"}.Alert("national")
	w.Alert(stolen)
	w.Centre.Screen()
	expired, visa, lost, nobody := someone(4, "R4"), someone(5, "R5"), someone(6, "R6"), someone(7, "R7")
	expired.expiry, visa.nationality, lost.number, nobody.number = "201231", "NGA", "S7654321", ""

	body := w.list("XX0123", "745", "T1", someone(1, "R1"), someone(2, "R2"), someone(3, "R3"), expired, visa, lost, nobody)
	got := w.ask(body)

	codes := map[string]string{}
	for ref, v := range got {
		codes[ref] = v.Code
	}
	require.Equal(t, map[string]string{
		"R1": "1Z", // refusal of entry
		"R2": "3Z", // wanted: the carrier calls
		"R3": "0Z",
		"R4": "1Z", // expired on the day of arrival
		"R5": "1Z", // needs a visa, has none
		"R6": "1Z", // stolen document
		"R7": "3Z", // no document: not checked, and the policy has the carrier call
	}, codes)
	require.Equal(t, "NO BOARD, CONTACT AUTHORITY +999 1", got["R1"].Text)
	require.Equal(t, "OK TO BOARD", got["R3"].Text)
	require.Equal(t, "LOCR3", got["R3"].Locator)

	reply, err := w.Office.Answer(t.Context(), w.envelope(w.list("XX0123", "745", "T2", someone(3, "R3"))))
	require.NoError(t, err)
	m := message.Read(reply).Messages[0]
	require.Equal(t, []any{apipnr.Answer, "UTOGOV", "XXAIR", "T2", "1"}, []any{m.Function, m.Sender, m.Recipient, m.Transaction, m.Revision})
	require.Equal(t, "XX0123/2026-11-22/DXB", m.Flights[0].Key().String())
}
