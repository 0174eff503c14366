package evisa_test

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
)

const alphabet = "23456789BCDFGHJKMNPQRTVWXY"

func TestReferencesAreReadAsTheyAreTyped(t *testing.T) {
	r, err := evisa.NewReference(rand.Reader)
	require.NoError(t, err)
	for _, typed := range []string{string(r), r.String(), strings.ToLower(r.String()), "  " + strings.ReplaceAll(r.String(), "-", " ") + "\t"} {
		got, err := evisa.ParseReference(typed)
		require.NoError(t, err)
		require.Equal(t, r, got)
	}
}

// Every single wrong character of a reference is found, and of a number as Doc 9303 promises it.
func TestASingleWrongCharacterIsFound(t *testing.T) {
	r, err := evisa.NewReference(rand.Reader)
	require.NoError(t, err)
	for i := range len(r) {
		for _, c := range alphabet {
			if byte(c) == r[i] {
				continue
			}
			_, err := evisa.ParseReference(string(r[:i]) + string(c) + string(r[i+1:]))
			require.ErrorIs(t, err, evisa.ErrReference)
		}
	}
}

func TestNumbers(t *testing.T) {
	n, err := evisa.NewNumber(rand.Reader)
	require.NoError(t, err)
	require.Len(t, string(n), 9)
	for _, typed := range []string{string(n), n.String(), strings.ToLower(n.String())} {
		got, err := evisa.ParseNumber(typed)
		require.NoError(t, err)
		require.Equal(t, n, got)
	}
	wrong := (n.CheckDigit()-'0'+1)%10 + '0'
	for _, typed := range []string{string(n) + string(wrong), "", "E", "X" + string(n[1:]), string(n) + "12", strings.Repeat("E", 10<<20), "E1111111A", string(n[:8]) + "\x00"} {
		_, err := evisa.ParseNumber(typed)
		require.ErrorIs(t, err, evisa.ErrNumber)
	}
}

// No two posts with different marks can draw the same number, and none of them is one of the register's.
func TestNumbersOfVisasOnArrivalHoldTheirPost(t *testing.T) {
	one, err := evisa.NewArrivalNumber(rand.Reader, "xaa-apt")
	require.NoError(t, err)
	require.Regexp(t, `^A`+evisa.ArrivalMark("xaa-apt")+`[`+alphabet+`]{5}$`, string(one))
	require.Regexp(t, `^A[`+alphabet+`]{8}-[0-9]$`, one.String(), "with its check digit, as before")
	require.Equal(t, "RWW", evisa.ArrivalMark("xaa-apt"), "a mark never changes: numbers were printed with it")
	other, err := evisa.NewArrivalNumber(bytes.NewReader(make([]byte, 5)), "xbb-land")
	require.NoError(t, err)
	same, err := evisa.NewArrivalNumber(bytes.NewReader(make([]byte, 5)), "xaa-apt")
	require.NoError(t, err)
	require.NotEqual(t, same, other, "the same random characters at another post")
	_, err = evisa.ParseNumber(string(one))
	require.ErrorIs(t, err, evisa.ErrNumber)
	_, err = evisa.NewArrivalNumber(bytes.NewReader(nil), "xaa-apt")
	require.Error(t, err)
}

func TestNumbersNeedRandomness(t *testing.T) {
	_, err := evisa.NewNumber(bytes.NewReader(nil))
	require.Error(t, err)
	_, err = evisa.NewReference(bytes.NewReader(bytes.Repeat([]byte{255}, 10000)))
	require.Error(t, err)
}

func TestMoneyIsWrittenByItsCurrency(t *testing.T) {
	for want, m := range map[string]evisa.Money{
		"35.00 EUR": {Minor: 3500, Currency: "EUR"}, "0.05 USD": {Minor: 5, Currency: "USD"}, "5000 XOF": {Minor: 5000, Currency: "XOF"},
		"-1.500 KWD": {Minor: -1500, Currency: "KWD"}, "0.00 EUR": {Currency: "EUR"},
	} {
		require.Equal(t, want, m.String())
	}
	require.Error(t, evisa.Money{Minor: -1, Currency: "EUR"}.Check())
	require.Error(t, evisa.Money{Minor: 1, Currency: "eur"}.Check())
	require.NoError(t, evisa.Money{Minor: 1, Currency: "EUR"}.Check())
}
