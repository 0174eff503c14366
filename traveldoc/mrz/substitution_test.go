package mrz_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"

// class is a character's value mod 10: characters of one class cannot be told apart by any check digit.
func class(c byte) byte {
	digit, _ := mrz.CheckDigit("<<" + string(c)) // weight 1
	return digit
}

func TestBlindClasses(t *testing.T) {
	for _, members := range []string{"0AKU<", "1BLV", "2CMW", "3DNX", "4EOY", "5FPZ", "6GQ", "7HR", "8IS", "9JT"} {
		for i := range len(members) {
			require.Equal(t, class(members[0]), class(members[i]), "%c", members[i])
		}
	}
	for _, pair := range []string{"0O", "1I", "5S", "8B", "2Z"} {
		require.NotEqual(t, class(pair[0]), class(pair[1]), pair)
	}
}

// protected are the places that a check digit of the format covers, and those of the digits, from ICAO Doc 9303 by hand and not
// from the parser's own table: line, from, to, counted from 1.
func protected(f mrz.Format) [][3]int {
	switch f {
	case mrz.TD1:
		return [][3]int{{1, 6, 30}, {2, 1, 7}, {2, 9, 15}, {2, 19, 30}}
	case mrz.TD2:
		return [][3]int{{2, 1, 10}, {2, 14, 20}, {2, 22, 36}}
	case mrz.TD3:
		return [][3]int{{2, 1, 10}, {2, 14, 20}, {2, 22, 44}}
	case mrz.MRVA, mrz.MRVB:
		return [][3]int{{2, 1, 10}, {2, 14, 20}, {2, 22, 28}}
	case mrz.FrenchID: // line 1, 1 to 5 tell the format
		return [][3]int{{1, 6, 36}, {2, 1, 36}}
	case mrz.FrenchLicence:
		return [][3]int{{1, 6, 30}}
	case mrz.SwissLicence, mrz.Unknown:
	}
	return nil
}

// Every single wrong character under a check digit is caught, unless it is of the same class as the right one; and one of the same
// class never makes a digit fail that stands elsewhere.
func TestEverySingleSubstitutionIsCaught(t *testing.T) {
	eachFormat(t, func(t *testing.T, f mrz.Format) {
		today := inspection(t)
		rapid.Check(t, func(t *rapid.T) {
			text, err := drawContent(t, f).encode()
			require.NoError(t, err)
			width := strings.IndexByte(text, '\n')
			for _, r := range protected(f) {
				for at := (r[0]-1)*(width+1) + r[1] - 1; at < (r[0]-1)*(width+1)+r[2]; at++ {
					substitute(t, text, at, today)
				}
			}
		})
	})
}

func substitute(t *rapid.T, text string, at int, today traveldoc.Date) {
	for _, c := range []byte(alphabet) {
		if class(c) == class(text[at]) {
			continue
		}
		damaged := text[:at] + string(c) + text[at+1:]
		d, err := mrz.Parse(damaged, today)
		require.NoError(t, err)
		if !caught(d) {
			t.Fatalf("%q with %q at %d: nothing found", text, c, at)
		}
	}
}

// caught: a check digit says so.
func caught(d *mrz.Document) bool {
	for _, check := range d.Checks() {
		if !check.OK {
			return true
		}
	}
	return false
}
