package pnrgov_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

// level0 is what stands before the first record; its flight is ZZ 0123 from XAA to XBB on 2026-12-03.
const level0 = "MSG+:22'ORG+ZZ:XAA'TVL+031226:0915:031226:1230+XAA+XBB+ZZ+0123'EQN+1'"

// identity is the head of a record up to its travellers.
const identity = "SRC'RCI+ZZ:QWERTY::011126:0930'DAT+700:201126:1010+710:021126:1200'ORG+ZZ:XAA+52519950:XAA+++T+GB:GBP+A78987'"

// wrap makes an interchange of one message of segments.
func wrap(segments ...string) string {
	return "UNB+IATA:1+ZZ+STATE+261201:0800+PUSH01'UNH+1+PNRGOV:11:1:IA+ZZ0123'" + strings.Join(segments, "") + "UNT+9+1'UNZ+1+PUSH01'"
}

// parse reads all messages of a body.
func parse(t testing.TB, body string) []apipnr.Message {
	t.Helper()
	var all []apipnr.Message
	for _, m := range edifact.Read([]byte(body), edifact.DefaultLimits()).Messages {
		all = append(all, pnrgov.Read(m))
	}
	return all
}

// one reads a body of one message.
func one(t testing.TB, segments ...string) apipnr.Message {
	t.Helper()
	all := parse(t, wrap(segments...))
	require.Len(t, all, 1)
	return all[0]
}

// record reads a record behind level 0.
func record(t testing.TB, segments ...string) (apipnr.Message, apipnr.Reservation) {
	t.Helper()
	m := one(t, append([]string{level0}, segments...)...)
	require.Len(t, m.Reservations, 1)
	return m, m.Reservations[0]
}

// codes are the codes of a message's diagnostics, UNT's count left out: the tests do not count.
func codes(m apipnr.Message) []string {
	all := []string{}
	for _, d := range m.Diagnostics {
		if d.Tag != "UNT" && d.Code != apipnr.CodeCount {
			all = append(all, d.Code)
		}
	}
	return all
}

// people are the names of travellers, "SURNAME/GIVEN NAMES".
func people(m apipnr.Message) []string {
	all := []string{}
	for _, t := range m.Travellers {
		all = append(all, t.Surname+"/"+t.GivenNames)
	}
	return all
}

func legs(r apipnr.Reservation) []string {
	all := []string{}
	for _, f := range r.Flights {
		all = append(all, f.Carrier+f.Number+" "+f.Origin+f.Destination)
	}
	return all
}
