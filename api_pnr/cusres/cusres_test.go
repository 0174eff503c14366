package cusres_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/cusres"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/paxlst"
)

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// list is a request with two travellers, in the manner of a carrier without UNA that ends segments with a quotation mark.
const list = `UNB+UNOA:4+XX+UTOAPIS+261122:0600+7"UNG+PAXLST+XX+UTOAPIS+261122:0600+7+UN+D:05B"UNH+11+PAXLST:D:05B:UN:IATA"BGM+745"RFF+TN:TX1:::2"` +
	`TDT+20+XX0123+++XX"LOC+125+UTA"DTM+189:2611221725:201"LOC+87+UTB"DTM+232:2611222010:201"TDT+20+XX0456+++XX"LOC+92+UTB"LOC+92+UTC"` +
	`NAD+FL+++TESTER:ANNA"RFF+AVF:QX1234"RFF+ABO:REF?"1"NAD+FL+++SPECIMEN:BERT"RFF+ABO:ref2"CNT+42:2"UNT+17+11"UNE+1+7"UNZ+1+7"`

func request(t *testing.T) apipnr.Message {
	t.Helper()
	file := edifact.Read([]byte(list), edifact.DefaultLimits())
	require.Len(t, file.Messages, 1)
	return paxlst.Read(file.Messages[0])
}

func read(t *testing.T, body string) apipnr.Message {
	t.Helper()
	file := edifact.Read([]byte(body), edifact.DefaultLimits())
	require.Len(t, file.Messages, 1, body)
	return cusres.Read(file.Messages[0])
}

func verdicts(m apipnr.Message) []apipnr.Verdict {
	return []apipnr.Verdict{
		{Ref: m.Travellers[0].Ref, Locator: m.Travellers[0].Locator, Code: "0Z", Text: "OK TO BOARD"},
		{Ref: m.Travellers[1].Ref, Code: "1Z", Text: "NO BOARD, CALL +555 0100"},
	}
}

// An answer uses the request's service characters, syntax and grouping, and repeats its references; it is read as it was meant.
func TestReplyEchoesTheRequest(t *testing.T) {
	sent, err := cusres.Write(cusres.Reply(request(t), verdicts(request(t))), noon())
	require.NoError(t, err)
	require.Equal(t, `UNB+UNOA:4+UTOAPIS+XX+261122:1200+7"UNG+CUSRES+UTOAPIS+XX+261122:1200+7+UN"UNH+11+CUSRES:D:05B:UN:IATA"BGM+962"RFF+TN:TX1:::2"`+
		`RFF+AF:XX0123"DTM+189:2611221725:201"DTM+232:2611222010:201"LOC+125+UTA"LOC+87+UTB"`+
		`ERP+2"RFF+AVF:QX1234"RFF+ABO:REF?"1"ERC+0Z"FTX+AAP+++OK TO BOARD"ERP+2"RFF+ABO:ref2"ERC+1Z"FTX+AAP+++NO BOARD, CALL ?+555 0100"`+
		`UNT+18+11"UNE+1+7"UNZ+1+7"`, string(sent))
	got := read(t, string(sent))
	require.Empty(t, got.Diagnostics)
	require.Equal(t, apipnr.Answer, got.Function)
	require.Equal(t, []string{"TX1", "2", "UTOAPIS", "XX"}, []string{got.Transaction, got.Revision, got.Sender, got.Recipient})
	require.Equal(t, verdicts(request(t)), got.Answers)
	require.Len(t, got.Flights, 1, "the leg that crosses the border")
	require.Equal(t, request(t).Flights[0].Key(), got.Flights[0].Key())
	require.Equal(t, request(t).Flights[0].Arrival, got.Flights[0].Arrival)
}

// A change of status is acknowledged by repeating it, with sender and recipient the other way round.
func TestUnsolicitedAndAcknowledgement(t *testing.T) {
	status, err := cusres.Write(cusres.Unsolicited(request(t), verdicts(request(t))[1:]), noon())
	require.NoError(t, err)
	got := read(t, string(status))
	require.Equal(t, apipnr.StatusChange, got.Function)
	acknowledged, err := cusres.Write(cusres.Acknowledge(got), noon())
	require.NoError(t, err)
	back := read(t, string(acknowledged))
	require.Equal(t, apipnr.Acknowledgement, back.Function)
	require.Equal(t, got.Answers, back.Answers)
	require.Equal(t, got.Flights[0].Key(), back.Flights[0].Key())
	require.Equal(t, []string{got.Recipient, got.Sender}, []string{back.Sender, back.Recipient})
	require.Contains(t, string(acknowledged), `BGM+312"`)
}

func TestReplyWithoutTheLegThatCrosses(t *testing.T) {
	m := request(t)
	m.Flights = m.Flights[1:]
	require.Len(t, cusres.Reply(m, nil).Flights, 1)
}

func TestErrorOnTheWholeMessage(t *testing.T) {
	m := cusres.Reply(request(t), []apipnr.Verdict{{Whole: true, Code: "6Z", Text: "RESEND"}})
	sent, err := cusres.Write(m, noon())
	require.NoError(t, err)
	require.Contains(t, string(sent), `ERP+1"ERC+6Z"`)
	require.Equal(t, m.Answers, read(t, string(sent)).Answers)
}

func TestWriteRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*apipnr.Message)
		want   string
	}{
		"an answer for nobody": {func(m *apipnr.Message) { m.Answers[1].Ref = "" }, "answer 2"},
		"a code of one":        {func(m *apipnr.Message) { m.Answers[0].Code = "0" }, "two characters"},
		"a list":               {func(m *apipnr.Message) { m.Function = apipnr.List }, "function"},
		"too many flights":     {func(m *apipnr.Message) { m.Flights = make([]apipnr.Flight, 11) }, "11 flights"},
	} {
		t.Run(name, func(t *testing.T) {
			m := cusres.Reply(request(t), verdicts(request(t)))
			c.change(&m)
			_, err := cusres.Write(m, noon())
			require.ErrorContains(t, err, c.want)
		})
	}
}

// References are repeated as they were sent, whatever the syntax identifier allows.
func TestReferencesOfAnotherAlphabet(t *testing.T) {
	m := request(t)
	m.Travellers[0].Ref = "ŁÓDŹ-1"
	sent, err := cusres.Write(cusres.Reply(m, verdicts(m)), noon())
	require.NoError(t, err)
	require.Equal(t, "ŁÓDŹ-1", read(t, string(sent)).Answers[0].Ref)
}

func TestLongText(t *testing.T) {
	text := strings.TrimSpace(strings.Repeat("REFER TO THE AUTHORITY OF UTOPIA. ", 60))
	m := cusres.Reply(request(t), []apipnr.Verdict{{Ref: "R", Code: "3Z", Text: text}})
	sent, err := cusres.Write(m, noon())
	require.NoError(t, err)
	require.Equal(t, text, read(t, string(sent)).Answers[0].Text)
}

func TestToleratesDeviations(t *testing.T) {
	const opened = "UNB+UNOA:4+UTO+XX+261122:0600+7'UNH+1+CUSRES:D:05B:UN:IATA'"
	for name, c := range map[string]struct {
		body  string
		codes []string
		want  []apipnr.Verdict
	}{
		"unknown segment": {opened + "BGM+962'ERP+2'RFF+ABO:R1'XYZ+1'ERC+0Z'UNT+7+1'UNZ+1+7'", []string{apipnr.CodeSegmentUnknown}, []apipnr.Verdict{{Ref: "R1", Code: "0Z"}}},
		"code before references": {opened + "BGM+962'ERP+2'ERC+0Z'FTX+AAP+++A:B'RFF+TN:T'RFF+ABO:R1'UNT+8+1'UNZ+1+7'", nil,
			[]apipnr.Verdict{{Ref: "R1", Code: "0Z", Text: "A B"}}},
		"no ERP": {opened + "BGM+962'ERC+0Z'UNT+4+1'UNZ+1+7'", []string{apipnr.CodeSegmentMissing}, []apipnr.Verdict{{Whole: true, Code: "0Z"}}},
		"no ERP before the second traveller": {
			opened + "BGM+962'ERP+2'RFF+AVF:L'RFF+ABO:R1'ERC+0Z'FTX+AAP+++OK TO BOARD'RFF+AVF:L'RFF+ABO:R2'ERC+1Z'FTX+AAP+++NO BOARD'UNT+12+1'UNZ+1+7'",
			[]string{apipnr.CodeSegmentMissing},
			[]apipnr.Verdict{{Ref: "R1", Locator: "L", Code: "0Z", Text: "OK TO BOARD"}, {Ref: "R2", Locator: "L", Code: "1Z", Text: "NO BOARD"}},
		},
		"no ERP before another reservation": {
			opened + "BGM+962'ERP+2'RFF+AVF:L'RFF+ABO:R1'ERC+0Z'RFF+AVF:M'RFF+ABO:R2'ERC+1Z'UNT+10+1'UNZ+1+7'", []string{apipnr.CodeSegmentMissing},
			[]apipnr.Verdict{{Ref: "R1", Locator: "L", Code: "0Z"}, {Ref: "R2", Locator: "M", Code: "1Z"}},
		},
		"no ERP before the first traveller": {
			opened + "BGM+962'RFF+AF:XX1'RFF+AVF:L'RFF+ABO:R1'ERC+0Z'ERP+2'RFF+ABO:R2'ERC+1Z'UNT+10+1'UNZ+1+7'", []string{apipnr.CodeSegmentMissing},
			[]apipnr.Verdict{{Ref: "R1", Locator: "L", Code: "0Z"}, {Ref: "R2", Code: "1Z"}},
		},
		"no code": {opened + "BGM+962'ERP+2'RFF+ABO:R1'ERP+2'RFF+ABO:R2'ERC+1Z'UNT+8+1'UNZ+1+7'", []string{apipnr.CodeSegmentMissing},
			[]apipnr.Verdict{{Ref: "R1"}, {Ref: "R2", Code: "1Z"}}},
		"no terminators": {
			opened + "BGM+962'ERP+2RFF+AVF:LRFF+ABO:R1ERC+0ZFTX+AAP+++OKERP+2RFF+ABO:R2ERC+1Z'UNT+11+1'UNZ+1+7'",
			[]string{edifact.CodeTerminator, edifact.CodeTerminator, edifact.CodeTerminator, edifact.CodeTerminator, edifact.CodeTerminator, edifact.CodeTerminator, edifact.CodeTerminator},
			[]apipnr.Verdict{{Ref: "R1", Locator: "L", Code: "0Z", Text: "OK"}, {Ref: "R2", Code: "1Z"}},
		},
		"two answers to one": {
			opened + "BGM+962'ERP+2'RFF+ABO:R1'ERC+0Z'ERC+1Z'UNT+7+1'UNZ+1+7'", []string{apipnr.CodeSegmentMissing},
			[]apipnr.Verdict{{Ref: "R1", Code: "0Z"}, {Code: "1Z"}},
		},
		"the same twice": {
			opened + "BGM+962'ERP+2'RFF+AVF:L'RFF+ABO:R1'ERC+0Z'RFF+AVF:L'RFF+ABO:R1'ERC+0Z'UNT+10+1'UNZ+1+7'", nil,
			[]apipnr.Verdict{{Ref: "R1", Locator: "L", Code: "0Z"}},
		},
		"no BGM": {opened + "ERP+2'RFF+ABO:R1'ERC+0Z'UNT+5+1'UNZ+1+7'", []string{apipnr.CodeSegmentMissing}, []apipnr.Verdict{{Ref: "R1", Code: "0Z"}}},
		"cut off before a code": {opened + "BGM+962'ERP+2'RFF+ABO:R1'ERC+0Z'ERP+2'RFF+ABO:R2'ERC+",
			[]string{apipnr.CodeTruncated, apipnr.CodeTruncated}, []apipnr.Verdict{{Ref: "R1", Code: "0Z"}}},
		"unknown function": {opened + "BGM+111'UNT+3+1'UNZ+1+7'", []string{apipnr.CodeQualifier}, []apipnr.Verdict{}},
		"odd flight": {opened + "BGM+962'LOC+125+A'RFF+AF:CHARTER'DTM+189:SOON'DTM+137:261122'LOC+92+A'LOC+92+B'LOC+5+C'RFF+QQ:1'UNT+11+1'UNZ+1+7'",
			[]string{apipnr.CodeQualifier, apipnr.CodeFlightNumber, apipnr.CodeDateUnreadable, apipnr.CodeQualifier, apipnr.CodeQualifier, apipnr.CodeQualifier},
			[]apipnr.Verdict{}},
	} {
		t.Run(name, func(t *testing.T) {
			m := read(t, c.body)
			var got []string
			for _, d := range m.Diagnostics {
				got = append(got, d.Code)
			}
			require.Equal(t, c.codes, got)
			require.Equal(t, c.want, m.Answers)
		})
	}
}

// TestGolden compares what is read of the messages in testdata with what was found right. BMIS_UPDATE_GOLDEN=1 writes it anew.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.edi")
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			got, err := json.MarshalIndent(read(t, string(body)), "", "  ")
			require.NoError(t, err)
			golden := strings.TrimSuffix(file, ".edi") + ".json"
			if os.Getenv("BMIS_UPDATE_GOLDEN") != "" {
				require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(got))
		})
	}
}

// FuzzRead: never a panic, and what is written of what was read is read as the same.
func FuzzRead(f *testing.F) {
	f.Add("UNB+UNOA:4+UTO+XX+261122:0600+7'UNH+1+CUSRES:D:05B:UN:IATA'BGM+962'RFF+AF:XX1'LOC+125+A'ERP+2'RFF+ABO:R1'ERC+0Z'FTX+AAP+++A:B'UNT+9+1'UNZ+1+7'")
	f.Add(list)
	f.Fuzz(func(t *testing.T, body string) {
		for _, m := range edifact.Read([]byte(body), edifact.DefaultLimits()).Messages {
			sent, err := cusres.Write(cusres.Read(m), noon())
			if err != nil {
				continue
			}
			first := read(t, string(sent))
			again, err := cusres.Write(first, noon())
			require.NoError(t, err)
			second := read(t, string(again))
			require.Equal(t, first.Answers, second.Answers)
		}
	})
}
