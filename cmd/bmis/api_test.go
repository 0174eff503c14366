package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const passengerList = "UNA:+.? 'UNB+UNOA:4+XX+UTO+261122:0600+7'UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'TDT+20+XX0123+++XX'LOC+125+UTA'" +
	"DTM+189:2611221725:201'LOC+87+UTB'NAD+FL+++TESTER:ANNA'ATT+2++F'DTM+329:800229'NAT+2+UTO'RFF+AVF:QX1234'RFF+ABO:R1'" +
	"DOC+P:110:111+P1234567'DTM+36:310101'LOC+91+UTO'XYZ+1'CNT+42:1'UNT+18+1'UNZ+2+7'"

// printedObjects are the objects that a command printed.
func printedObjects(t *testing.T, out string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(out) {
		var one map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		all = append(all, one)
	}
	return all
}

func TestAPIParse(t *testing.T) {
	got := bmisReading(t, strings.NewReader(passengerList), "api", "parse", "-")
	require.Equal(t, exitDone, got.code, got.err)
	all := printedObjects(t, got.out)
	require.Len(t, all, 1)
	m := all[0]
	require.Equal(t, []any{"PAXLST", "D:05B", "XX", "UTO"}, []any{m["type"], m["version"], m["sender"], m["recipient"]})
	require.Equal(t, []any{map[string]any{
		"carrier": "XX", "number": "0123", "origin": "UTA", "destination": "UTB", "departure": "2026-11-22T17:25", "arrival": "", "role": "crossing",
	}}, m["flights"])
	require.Equal(t, []any{map[string]any{
		"surname": "TESTER", "given_names": "ANNA", "sex": "F", "birth_date": "1980-02-29", "nationality": "UTO", "kind": "passenger",
		"documents": []any{map[string]any{"type": "P", "number": "P1234567", "issuer": "UTO", "expiry": "2031-01-01", "source": "DOC"}},
		"seats":     []any{}, "bags": []any{}, "locator": "QX1234", "ref": "R1",
	}}, m["travellers"])
	var codes []any
	for _, d := range m["diagnostics"].([]any) {
		codes = append(codes, d.(map[string]any)["code"])
	}
	require.Equal(t, []any{"count_mismatch", "segment_unknown"}, codes, "that of UNZ stands outside of messages: with the nearest")
	require.NotContains(t, m, "stats")
}

func TestAPIParseStats(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list.edi")
	require.NoError(t, os.WriteFile(file, []byte(passengerList+passengerList), 0o600))
	got := bmisReading(t, nil, "api", "parse", file, "--stats")
	require.Equal(t, exitDone, got.code, got.err)
	all := printedObjects(t, got.out)
	require.Len(t, all, 2, "two interchanges of one file")
	for _, m := range all {
		require.Equal(t, "list.edi", m["file"])
		stats := m["stats"].(map[string]any)
		require.InDelta(t, 2*len(passengerList), stats["file_bytes"], 0)
		require.InDelta(t, 18, stats["segments"], 0)
		require.InDelta(t, strings.Index(passengerList, "UNZ+")-strings.Index(passengerList, "UNH+"), stats["bytes"], 0)
		require.Contains(t, stats, "seconds")
	}
}

func TestAPIParseWithoutAMessage(t *testing.T) {
	got := bmisReading(t, strings.NewReader("no message at all"), "api", "parse", "-")
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "no message in 1 of 1 files")
	require.Equal(t, "no message", printedObjects(t, got.out)[0]["error"])
	require.NotEmpty(t, printedObjects(t, got.out)[0]["diagnostics"])
}

func TestAPIParseOfNoFile(t *testing.T) {
	got := bmisReading(t, nil, "api", "parse", filepath.Join(t.TempDir(), "ANNA-TESTER.edi"))
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "no such file")
	require.NotContains(t, got.err, t.TempDir())
}

func TestAPIParseOfOneUnreadableFile(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "list.edi")
	require.NoError(t, os.WriteFile(file, []byte(passengerList), 0o600))
	got := bmisReading(t, nil, "api", "parse", filepath.Join(folder, "none.edi"), file, folder)
	require.Equal(t, exitUsage, got.code)
	require.Len(t, printedObjects(t, got.out), 1, "what can be read is printed")
	require.Contains(t, got.err, "none.edi: no such file")
	require.Contains(t, got.err, "found a directory")
}
