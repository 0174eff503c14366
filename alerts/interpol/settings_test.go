package interpol_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/breaker"
	"github.com/openbmis/openbmis/traveldoc"
)

func TestSettings(t *testing.T) {
	all, err := interpol.ParseSettings(strings.NewReader(`{"adapters": [
		{"name": "sltd", "kind": "sltd", "url": "https://find.example/x", "credentials": "/etc/t", "ca": "/etc/ca", "deadline": "800ms", "parallel": 3,
		 "breaker": {"failures": 5, "open": "2s", "longest": "1m", "probes": 2}, "mandatory": false, "local_copy": {"too_old": "12h", "refresh": "5m"},
		 "severity": {"certain": "second_line"}, "actions": {"stolen": "refer"}},
		{"name": "region-2", "kind": "nominals", "url": "https://other.example", "send": ["surname", "birth_date"], "details": 2}]}`))
	require.NoError(t, err)
	require.Len(t, all, 2)
	first := all[0]
	require.Equal(t, []any{"sltd", interpol.SLTD, 800 * time.Millisecond, 3, true}, []any{first.Name, first.Kind, first.Deadline, first.Parallel, first.Optional})
	require.Equal(t, breaker.Settings{Failures: 5, Open: 2 * time.Second, Longest: time.Minute, Probes: 2}, first.Breaker)
	require.Equal(t, interpol.CopySettings{Allowed: true, TooOld: 12 * time.Hour, Refresh: 5 * time.Minute}, first.Copy)
	require.Equal(t, []string{"number", "issuer", "type"}, first.Send)
	second := all[1]
	require.Equal(t, breaker.Default(), second.Breaker)
	require.False(t, second.Optional, "mandatory unless it is said otherwise")
	require.False(t, second.Copy.Allowed)
	require.Equal(t, []string{"surname", "birth_date"}, second.Send)
}

func TestWrongSettingsSayWhere(t *testing.T) {
	for entry, expected := range map[string]string{
		`{"name":"A","kind":"sltd","url":"https://x"}`:                                              "name: expected 1 to 20",
		`{"name":"a","kind":"dna","url":"https://x"}`:                                               "kind: expected one of",
		`{"name":"a","kind":"sltd","url":"http://x"}`:                                               "url: expected https",
		`{"name":"a","kind":"sltd","url":"https://u:p@x"}`:                                          "url: expected https",
		`{"name":"a","kind":"sltd","url":"https://x?key=1"}`:                                        "url: expected https",
		`{"name":"a","kind":"sltd","url":"https://x","deadline":"soon"}`:                            "expected a duration",
		`{"name":"a","kind":"sltd","url":"https://x","deadline":"2m"}`:                              "deadline: expected",
		`{"name":"a","kind":"nominals","url":"https://x","send":["surname","sex"]}`:                 `send: "sex"`,
		`{"name":"a","kind":"nominals","url":"https://x","send":["surname","photo"]}`:               `send: "photo"`,
		`{"name":"a","kind":"sltd","url":"https://x","send":["number"]}`:                            `expected "issuer" among it`,
		`{"name":"a","kind":"nominals","url":"https://x","local_copy":{}}`:                          "names have no filter",
		`{"name":"a","kind":"sltd","url":"https://x","severity":{"certain":"red"}}`:                 "severity: expected",
		`{"name":"a","kind":"sltd","url":"https://x","thresholds":{"sure":0.5}}`:                    "thresholds: expected",
		`{"name":"a","kind":"sltd","url":"https://x","actions":{"red":"shoot"}}`:                    "actions: expected",
		`{"name":"a","kind":"sltd","url":"https://x","details":9}`:                                  "details: expected 0 to 3",
		`{"name":"a","kind":"sltd","url":"https://x","breaker":{"open":"2m","longest":"1m"}}`:       "longest: expected at least open",
		`{"name":"a","kind":"sltd","url":"https://x","breaker":{"failures":-1}}`:                    "failures",
		`{"name":"a","kind":"sltd","url":"https://x","parallel":1000}`:                              "parallel",
		`{"name":"a","kind":"sltd","url":"https://x","password":"x"}`:                               "unknown field",
		`{"name":"a","kind":"sltd","url":"https://x"},{"name":"a","kind":"sltd","url":"https://x"}`: "each name once",
	} {
		_, err := interpol.ParseSettings(strings.NewReader(`{"adapters":[` + entry + `]}`))
		require.ErrorContains(t, err, expected, entry)
	}
	_, err := interpol.ParseSettings(strings.NewReader(`{"adapters":[]} {}`))
	require.ErrorContains(t, err, "nothing after it")
	none, err := interpol.LoadSettings("")
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestWhatIsSent(t *testing.T) {
	s := traveller(t)
	s.Identity.NameTruncated = true
	for kind, expected := range map[interpol.Kind][]string{
		interpol.SLTD: {"number", "issuer", "type"}, interpol.TDAWN: {"number", "issuer", "type"}, interpol.Nominals: {"surname", "given_names", "birth_date"},
	} {
		q, enough := interpol.QueryOf(kind, s, nil)
		require.True(t, enough)
		require.Equal(t, expected, q.Sent())
		require.Empty(t, q.Check())
	}
	q, _ := interpol.QueryOf(interpol.Nominals, s, []string{"surname"})
	require.Equal(t, interpol.Query{Kind: interpol.Nominals, Person: interpol.PersonQuery{Surname: "HALVARSEN"}}, q, "no more than the configuration says")
	s.Identity.Surname = ""
	q, enough := interpol.QueryOf(interpol.Nominals, s, nil)
	require.True(t, enough, "one name alone is asked with")
	require.Equal(t, "BRUNO", q.Person.Surname)
	s.Identity.Surname = strings.Repeat("A", 101)
	_, enough = interpol.QueryOf(interpol.Nominals, s, nil)
	require.False(t, enough)
	_, enough = interpol.QueryOf(interpol.Vehicles, s, nil)
	require.False(t, enough)
	q.Document.Number = "X"
	require.Equal(t, "number", q.Check(), "no field of another kind")
}

func TestKindsOfDocuments(t *testing.T) {
	for code, expected := range map[string]string{"P": "P", "PD": "P", "ID": "I", "AC": "I", "V": "V", "": "", "<": ""} {
		s := border.Subject{Document: traveldoc.Document{Code: code, Number: "1234567", IssuingState: "FRA"}}
		q, _ := interpol.QueryOf(interpol.SLTD, s, nil)
		require.Equal(t, expected, q.Document.Type, code)
	}
}

func FuzzParseSettings(f *testing.F) {
	f.Add(`{"adapters":[{"name":"sltd","kind":"sltd","url":"https://x","local_copy":{"too_old":"1h"}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		all, err := interpol.ParseSettings(strings.NewReader(text))
		for _, s := range all {
			if err != nil || s.Check() != nil {
				t.Fatal("settings that do not hold")
			}
		}
	})
}
