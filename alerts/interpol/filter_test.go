package interpol_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

var secret = bytes.Repeat([]byte{7}, 32)

func info() interpol.FilterInfo {
	return interpol.FilterInfo{Kind: interpol.SLTD, Service: "test", Version: "3", AsOf: noon, KeyID: "k1"}
}

func build(t require.TestingT, documents ...alerts.Document) *interpol.Filter {
	f, err := interpol.BuildFilter(info(), secret, documents)
	require.NoError(t, err)
	return f
}

func asked(number, issuer, kind string) interpol.DocumentQuery {
	return interpol.DocumentQuery{Number: number, Issuer: issuer, Type: kind}
}

func TestWhatAFilterMayHold(t *testing.T) {
	digit, _ := mrz.CheckDigit("AB1234508")
	f := build(t,
		alerts.Document{Type: "P", Number: "AB 123-4508", Issuer: "FRA"}, alerts.Document{Number: "X9988771", Issuer: "GBD"},
		alerts.Document{Type: "P", Number: "ZS0000095", Until: "ZS0000312", Issuer: "D"})
	for name, test := range map[string]struct {
		q   interpol.DocumentQuery
		may bool
	}{
		"as listed":                          {asked("AB1234508", "FRA", "P"), true},
		"written otherwise":                  {asked("ab 1234508<<", "FRA", "P"), true},
		"misread":                            {asked("A81234SO8", "FRA", "P"), true},
		"its type not known":                 {asked("AB1234508", "FRA", ""), true},
		"another type":                       {asked("AB1234508", "FRA", "I"), false},
		"another State":                      {asked("AB1234508", "ESP", "P"), false},
		"no State":                           {asked("AB1234508", "", "P"), false},
		"listed without its type":            {asked("X9988771", "GBR", "P"), true},
		"another code of the same State":     {asked("X9988771", "GBN", "I"), true},
		"with its check digit":               {asked("AB1234508"+string(rune(digit)), "FRA", "P"), true},
		"first of a range":                   {asked("ZS0000095", "D", "P"), true},
		"last of a range":                    {asked("ZS0000312", "D", "P"), true},
		"inside a range, its letter misread": {asked("25000020O", "D", "P"), true},
		"before a range":                     {asked("ZS0000094", "D", "P"), false},
		"after a range":                      {asked("ZS0000313", "D", "P"), false},
	} {
		require.Equal(t, test.may, f.May(test.q), name)
	}
	require.False(t, build(t).May(asked("X", "FRA", "P")), "an empty list holds nobody")
}

// The filter never says "not on the list" of what a comparison with the list finds: also misread, with or without type and check digit,
// and within ranges.
func TestNoFalseNo(t *testing.T) {
	number := rapid.StringMatching(`[A-Z0-9]{2,4}[0-9]{4,7}`)
	kind := rapid.SampledFrom([]string{"", "P", "I", "V"})
	state := rapid.SampledFrom([]string{"FRA", "D", "GBR", "GBD", "UTO"})
	rapid.Check(t, func(t *rapid.T) {
		listed := alerts.Document{Number: number.Draw(t, "number"), Issuer: state.Draw(t, "state"), Type: kind.Draw(t, "type")}
		if rapid.Bool().Draw(t, "range") {
			n := len(listed.Number)
			from := rapid.IntRange(0, 9000).Draw(t, "from")
			to := from + rapid.IntRange(0, 9999-from).Draw(t, "more")
			stem := listed.Number[:n-4]
			listed.Number, listed.Until = fmt.Sprintf("%s%04d", stem, from), fmt.Sprintf("%s%04d", stem, to)
		}
		f := build(t, listed)
		shown := listed.Number
		if listed.Until != "" && rapid.Bool().Draw(t, "last") {
			shown = listed.Until
		}
		shown = damage(t, shown)
		q := asked(shown, state.Draw(t, "shown state"), kind.Draw(t, "shown type"))
		if _, _, same := interpol.CompareDocuments(q, listed); same {
			require.True(t, f.May(q), "%+v is on the list as %+v", q, listed)
		}
	})
}

// damage writes some characters as those that are read for them.
func damage(t *rapid.T, number string) string {
	swap := map[rune]rune{'0': 'O', 'O': '0', '1': 'I', 'I': '1', '5': 'S', 'S': '5', '8': 'B', 'B': '8', '2': 'Z', 'Z': '2', 'Q': 'O', 'L': '1'}
	return strings.Map(func(r rune) rune {
		if other, known := swap[r]; known && rapid.Bool().Draw(t, "misread") {
			return other
		}
		return r
	}, number)
}

func TestMisreadIsFoundAndAnotherStateIsNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[A-Z0-9]{6,12}`).Draw(t, "number")
		listed := alerts.Document{Number: number, Issuer: "FRA"}
		_, _, same := interpol.CompareDocuments(asked(damage(t, number), "FRA", "P"), listed)
		require.True(t, same)
		_, _, same = interpol.CompareDocuments(asked(number, "ESP", "P"), listed)
		require.False(t, same)
	})
}

func TestFewAreAskedInVain(t *testing.T) {
	var documents []alerts.Document
	for n := range 20000 {
		documents = append(documents, alerts.Document{Type: "P", Number: fmt.Sprintf("AB%07d", n*7), Issuer: "FRA"})
	}
	documents = append(documents, alerts.Document{Type: "P", Number: "ZZ0000001", Until: "ZZ0123456", Issuer: "FRA"})
	f := build(t, documents...)
	vain := 0
	for n := range 20000 {
		if f.May(asked(fmt.Sprintf("CD%07d", n*11), "FRA", "P")) {
			vain++
		}
	}
	require.Less(t, vain, 200, "one in a hundred would be too many")
}

func TestAFilterIsKeptAndHeldAgainstItsKey(t *testing.T) {
	f := build(t, alerts.Document{Type: "P", Number: "AB1234508", Issuer: "FRA"})
	encoded, err := f.Encode()
	require.NoError(t, err)
	again, err := interpol.ParseFilter(encoded, secret)
	require.NoError(t, err)
	require.Equal(t, f.FilterInfo, again.FilterInfo)
	require.True(t, again.May(asked("AB1234508", "FRA", "P")))
	for at := range encoded {
		changed := bytes.Clone(encoded)
		changed[at] ^= 1
		_, err := interpol.ParseFilter(changed, secret)
		require.ErrorIs(t, err, interpol.ErrFilter, "byte %d", at)
	}
	_, err = interpol.ParseFilter(encoded, bytes.Repeat([]byte{8}, 32))
	require.ErrorIs(t, err, interpol.ErrFilter)
	require.NotContains(t, string(encoded), "1234508")
}

func TestAShelfSurvivesAStopAndNoticesDamage(t *testing.T) {
	dir := t.TempDir()
	shelf := interpol.Shelf{Filters: filepath.Join(dir, "filters"), Keys: filepath.Join(dir, "keys")}
	none, err := shelf.Load("sltd")
	require.NoError(t, err)
	require.Nil(t, none)
	encoded, err := build(t, alerts.Document{Type: "P", Number: "AB1234508", Issuer: "FRA"}).Encode()
	require.NoError(t, err)
	require.NoError(t, shelf.Save("sltd", encoded, "k1", secret))
	f, err := shelf.Load("sltd")
	require.NoError(t, err)
	require.Equal(t, "3", f.Version)
	path := filepath.Join(dir, "filters", "sltd.filter")
	require.NoError(t, os.WriteFile(path, encoded[:len(encoded)-1], 0o600))
	_, err = shelf.Load("sltd")
	require.ErrorIs(t, err, interpol.ErrFilter)
	require.NoError(t, os.WriteFile(path, encoded, 0o600))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "keys")))
	_, err = shelf.Load("sltd")
	require.ErrorIs(t, err, interpol.ErrFilter, "without its key it says nothing")
}

func TestRangesThatAreNone(t *testing.T) {
	for _, d := range []alerts.Document{
		{Number: "AB10", Until: "AB9", Issuer: "FRA"}, {Number: "AB20", Until: "AB10", Issuer: "FRA"}, {Number: "AX10", Until: "BX10", Issuer: "FRA"},
		{Number: "", Issuer: "FRA"}, {Number: "0000000000000", Until: "9999999999999", Issuer: "FRA"},
	} {
		_, err := interpol.BuildFilter(info(), secret, []alerts.Document{d})
		require.Error(t, err, "%+v", d)
	}
	_, err := interpol.BuildFilter(info(), secret[:31], nil)
	require.ErrorContains(t, err, "32 bytes")
}

func FuzzParseFilter(f *testing.F) {
	one, err := interpol.BuildFilter(info(), secret, []alerts.Document{{Number: "A1", Issuer: "FRA"}})
	require.NoError(f, err)
	encoded, err := one.Encode()
	require.NoError(f, err)
	f.Add(encoded)
	f.Add([]byte("BMISNF1\n\x00\x00\x00\x02{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := interpol.ParseFilter(b, secret); err == nil && got.May(asked("B2", "FRA", "P")) {
			t.Log("may") // must not fail, whatever it says
		}
		_, _ = interpol.FilterKeyID(b)
	})
}

func BenchmarkLocalCopyAnswersNo(b *testing.B) {
	var documents []alerts.Document
	for n := range 1_000_000 {
		documents = append(documents, alerts.Document{Type: "P", Number: fmt.Sprintf("AB%07d", n), Issuer: "FRA"})
	}
	documents = append(documents, alerts.Document{Type: "P", Number: "ZZ0000001", Until: "ZZ0123456", Issuer: "FRA"})
	f := build(b, documents...)
	encoded, err := f.Encode()
	require.NoError(b, err)
	b.ReportMetric(float64(len(encoded)*8)/float64(len(documents)), "bits/entry")
	q := asked("CD7654321", "FRA", "P")
	for b.Loop() {
		if f.May(q) {
			b.Fatal("not on the list")
		}
	}
}
