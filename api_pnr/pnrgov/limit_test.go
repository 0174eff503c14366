package pnrgov_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

// A message has so many reservations and travellers at most; that there were more is always said, however much else is wrong.
func TestMoreRecordsThanAMessageMayHaveAreNotRead(t *testing.T) {
	const most = 20
	limits := edifact.DefaultLimits()
	limits.Records, limits.Diagnostics = most, 10
	for name, records := range map[string]string{
		"empty":        strings.Repeat("SRC'", 1000),
		"unannounced":  "SRC'" + strings.Repeat("RCI+XX:ABC234'TVL+261122:0800+AAA+BBB+XX+1'RCI+XX:DEF234'TIF+A+B:A:1'TVL+261122:0800+AAA+BBB+XX+1'TRI++::: 1'", 200),
		"travellers":   "SRC'RCI+XX:ABC234'" + strings.Repeat("TIF+ONE+ANNA:A:1'", 1000),
		"of one TIF":   "SRC'RCI+XX:ABC234'TIF+ONE" + strings.Repeat("+ANNA:A", 100) + "'",
		"who board":    "SRC'RCI+XX:ABC234'TVL+261122:0800+AAA+BBB+XX+1'" + strings.Repeat("TRI++:::1'TIF+ONE+ANNA'TRI++:::2'TIF+TWO+ANNA'", 2) + boarders(100),
		"last segment": strings.Repeat("SRC'RCI+XX:ABC234'TIF+A+B:A:1'", most+1),
	} {
		t.Run(name, func(t *testing.T) {
			body := "UNB+IATA:1+XX+XAA+261122:0600+1'UNH+1+PNRGOV:13:1:IA'MSG+:22'ORG+XX:AAA'TVL+261122:0800+AAA+BBB+XX+1'EQN+1'" + records + "UNT+1+1'UNZ+1+1'"
			m := pnrgov.Read(edifact.Read([]byte(body), limits).Messages[0])
			require.LessOrEqual(t, len(m.Reservations), most)
			require.LessOrEqual(t, len(m.Travellers), most)
			require.Equal(t, most, max(len(m.Reservations), len(m.Travellers)), "what is within the bound is read")
			require.True(t, m.Truncated)
			require.LessOrEqual(t, len(m.Diagnostics), limits.Diagnostics)
			said := 0
			for _, d := range m.Diagnostics {
				if d.Code == apipnr.CodeLimit && d.Severity == apipnr.Failure {
					require.Contains(t, d.Message, "more than 20 ")
					said++
				}
			}
			require.Equal(t, 1, said)
		})
	}
}

// boarders are n travellers who board, and are not in the head of the record.
func boarders(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("TRI++:::1'TIF+" + strings.Repeat("X", 1+i) + "+ANNA'")
	}
	return b.String()
}
