package secondlinedb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
)

// The second line grants a visa on arrival as the counter does: not before its fee was taken or waived.
func TestAVisaOnArrivalInTheSecondLine(t *testing.T) {
	p := open(t)
	f := listed(border.Acknowledge)
	f.OnArrival = &border.ArrivalTerms{Rule: "arrival", Version: "2026-1", Days: 30, FeeMinor: 5000, Currency: "EUR"}
	id := p.refer(t, "L898902C", f).CrossingID
	owner := actor("sven")
	require.NoError(t, p.line.Claim(t.Context(), owner, id))
	end := secondline.End{Outcome: secondline.Admit, Reason: "document_examined"}
	_, err := p.line.End(t.Context(), owner, id, end)
	require.ErrorIs(t, err, border.ErrArrivalFee)
	end.OnArrival = &border.ArrivalVisa{Waiver: "humanitarian", Number: "MINE"}
	e, err := p.line.End(t.Context(), owner, id, end)
	require.NoError(t, err)
	require.Equal(t, border.ArrivalVisa{Number: "A1", ArrivalTerms: *f.OnArrival, Waiver: "humanitarian"}, *e.Decision.OnArrival)
	require.Equal(t, 1, p.count(t, `visa_arrival WHERE waiver = 'humanitarian' AND number = 'A1'`))
}
