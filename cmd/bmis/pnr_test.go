package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const reservations = "UNA:+.? 'UNB+IATA:1+ZZ+UTO+261201:0800+PUSH01'UNH+1+PNRGOV:11:1:IA+ZZ0123'MSG+:22'ORG+ZZ:UTA'TVL+031226:0915:031226:1230+UTA+UTB+ZZ+0123'EQN+1'" +
	"SRC'RCI+ZZ:QX1234::011126:0930'ADD++702:1 STREET:SLOUGH:::GB::00441753637285'TIF+TESTER+ANNAMRS:A:1'TKT+999:T:1'FOP+CC:::VI:4111111111111111:0229'" +
	"TVL+031226:0915:031226:1230+UTA+UTB+ZZ+0123:B'TRI++1:::1'TBD++2:34:700+++ZZ:0447::UTB+ZZ:0448::UTB'TVL+031226:1900+UTB+UTC+ZZ+0124:B'TRI++1:::1'" +
	"TBD++2:34:700+++ZZ:0447::UTB+ZZ:0448::UTB'UNT+18+1'UNZ+1+PUSH01'"

func TestPNRParse(t *testing.T) {
	got := bmisReading(t, strings.NewReader(reservations), "pnr", "parse", "-", "--stats")
	require.Equal(t, exitDone, got.code, got.err)
	all := printedObjects(t, got.out)
	require.Len(t, all, 1)
	m := all[0]
	require.Equal(t, []any{"PNRGOV", "11:1", "full_push", "ZZ", "UTO"}, []any{m["type"], m["version"], m["function"], m["sender"], m["recipient"]})
	traveller := m["travellers"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"TESTER", "ANNA", "QX1234", "1", []any{}}, []any{traveller["surname"], traveller["given_names"], traveller["locator"], traveller["ref"], traveller["documents"]})
	require.Len(t, traveller["bags"], 4)
	record := m["reservations"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"QX1234", []any{0.0}, "UTA"}, []any{record["locator"], record["travellers"], record["origin"]})
	require.Equal(t, []any{"+441753637285"}, record["contacts"].([]any)[0].(map[string]any)["numbers"])
	require.NotContains(t, got.out, "4111111111111111")
	stats := m["stats"].(map[string]any)
	require.Equal(t, []any{4.0, 2.0, float64(len(reservations))}, []any{stats["bag_rows"], stats["bag_tags"], stats["file_bytes"]})
	require.Equal(t, []any{}, m["diagnostics"])
}

func TestPNRParseXMLAndFailures(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "push.xml")
	require.NoError(t, os.WriteFile(file, []byte(`<IATA_PNRGOV_NotifRQ><PNRs NumberOfPnrs="0"/></IATA_PNRGOV_NotifRQ>`), 0o600))
	got := bmisReading(t, nil, "pnr", "parse", file)
	require.Equal(t, exitDone, got.code, got.err)
	require.Equal(t, []any{}, printedObjects(t, got.out)[0]["reservations"], "an empty push has a list")

	require.NoError(t, os.WriteFile(file, []byte("nothing"), 0o600))
	require.Equal(t, exitFailed, bmisReading(t, nil, "pnr", "parse", file).code)
	require.Equal(t, exitUsage, bmisReading(t, nil, "pnr", "parse", filepath.Join(folder, "none.edi")).code)
}
