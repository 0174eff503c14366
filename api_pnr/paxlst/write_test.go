package paxlst_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/paxlst"
)

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// bare is a message without what a reader notes about the bytes.
func bare(m apipnr.Message) apipnr.Message {
	m.Start, m.End, m.Segments, m.Diagnostics, m.Announced = 0, 0, 0, nil, false
	for i := range m.Travellers {
		m.Travellers[i].Origins = nil
	}
	for i := range m.Flights {
		m.Flights[i].Origins = nil
	}
	return m
}

// What is written is read as the same, without a diagnostic; written again it is the same bytes.
func TestWriteIsReadAsTheSame(t *testing.T) {
	functions := []apipnr.Function{
		apipnr.List, apipnr.Change, apipnr.Cancel, apipnr.Reduce, apipnr.CrewList, apipnr.MasterCrewList, apipnr.GatePass, apipnr.Close,
		apipnr.CloseOnBoard, apipnr.CloseNotBoard, apipnr.CancelFlight, apipnr.ChangeFlight,
	}
	for _, function := range functions {
		t.Run(string(function), func(t *testing.T) {
			messages, _ := read(whole)
			m := messages[0]
			m.Function = function
			sent, err := paxlst.Write(m, noon())
			require.NoError(t, err)
			again, outside := read(string(sent))
			require.Empty(t, outside)
			require.Empty(t, again[0].Diagnostics, string(sent))
			require.Equal(t, bare(m), bare(again[0]))
			twice, err := paxlst.Write(again[0], noon())
			require.NoError(t, err)
			require.Equal(t, string(sent), string(twice))
		})
	}
}

func TestWriteDefaults(t *testing.T) {
	messages, _ := read(whole)
	m := messages[0]
	m.Separators, m.Syntax, m.Version, m.Reference = apipnr.Separators{}, "", "", ""
	m.Travellers = m.Travellers[:1]
	sent, err := paxlst.Write(m, noon())
	require.NoError(t, err)
	require.Equal(t, "UNA:+.? 'UNB+UNOA:4+XX+UTOAPIS+261122:1200+7'UNH+7+PAXLST:D:05B:UN:IATA'BGM+745'RFF+TN:TX1:::1'"+
		"NAD+MS+++XX OPERATIONS'COM+555 0100:TE+ops@xx.example:EM'TDT+20+XX0123+++XX'LOC+125+UTA'DTM+189:2611221725:201'LOC+87+UTB'"+
		"DTM+232:2611222010:201'NAD+FL+++TESTER:ANNA MARIA'ATT+2++F'DTM+329:19800229:102'LOC+174+UTO'LOC+178+UTA'LOC+179+UTB'NAT+2+UTO'"+
		"RFF+AVF:QX1234'RFF+ABO:REF001'DOC+P:110:111+P1234567'DTM+36:20310101:102'LOC+91+UTO'CNT+42:2'UNT+24+7'UNZ+1+7'", string(sent))
}

func TestWriteRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*apipnr.Message)
		want   string
	}{
		"no function":           {func(m *apipnr.Message) { m.Function = apipnr.Unknown }, "function"},
		"a flight without date": {func(m *apipnr.Message) { m.Flights[0].Departure = apipnr.LocalTime{} }, "flight 1"},
		"nobody":                {func(m *apipnr.Message) { m.Travellers[1].Surname, m.Travellers[1].Ref = "", "" }, "traveller 2"},
		"no kind":               {func(m *apipnr.Message) { m.Travellers[0].Kind = "" }, "traveller 1"},
		"a document of no type": {func(m *apipnr.Message) { m.Travellers[0].Documents[0].Type = "" }, "document 1"},
		"another alphabet":      {func(m *apipnr.Message) { m.Travellers[0].Surname = "ТЕСТ" }, "character set"},
	} {
		t.Run(name, func(t *testing.T) {
			messages, _ := read(whole)
			c.change(&messages[0])
			_, err := paxlst.Write(messages[0], noon())
			require.ErrorContains(t, err, c.want)
		})
	}
}

// FuzzRead: never a panic, every place within the text, never more travellers than NAD, and what is written is read as the same.
func FuzzRead(f *testing.F) {
	f.Add(whole)
	f.Add(opened + begun + "BGM+336+G'TDT+20+XXMCL'NAD+FM+++A:B:C+S+T+:::R+P+C'DOC++'LOC+91+X'DTM+36:1'FTX+BAG+++A9:3'MEA+WT++LBR:1'" + ended)
	f.Add(foldedAt(whole, 61))
	f.Fuzz(func(t *testing.T, body string) {
		for _, m := range edifact.Read([]byte(body), edifact.DefaultLimits()).Messages {
			got := paxlst.Read(m)
			for _, traveller := range got.Travellers {
				for _, o := range traveller.Origins {
					require.Less(t, int(o.Offset), len(body)+1)
				}
			}
			sent, err := paxlst.Write(got, noon())
			if err != nil {
				continue
			}
			again, _ := read(string(sent))
			require.Len(t, again, 1, string(sent))
			twice, err := paxlst.Write(again[0], noon())
			require.NoError(t, err, string(sent))
			third, _ := read(string(twice))
			thrice, err := paxlst.Write(third[0], noon())
			require.NoError(t, err)
			require.Equal(t, string(twice), string(thrice))
		}
	})
}
