package world

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Seed begins the surname and the document number of every traveller of the world, so that what must not be logged can be found.
const (
	SeedName   = "QUXSEED"
	SeedNumber = "QX"
)

// Traveller is somebody with a valid passport.
type Traveller struct {
	traveldoc.Identity
	traveldoc.Document
}

// NewTraveller is the n-th traveller, n from 0 to 9,999,999; all have different names and numbers.
func NewTraveller(n int) Traveller {
	date := func(year, month, day int) traveldoc.Date {
		d, _ := traveldoc.NewDate(year, month, day) // every n gives a day of the calendar
		return d
	}
	return Traveller{
		traveldoc.Identity{
			Surname: SeedName + sound(n, 1) + letters(n), GivenNames: sound(n, 2) + " " + letters(n%17), Sex: string("FM"[n%2]), Nationality: "UTO",
			BirthDate: date(1950+n*17%50, 1+n%12, 1+n%28),
		},
		traveldoc.Document{Code: "P", Number: fmt.Sprintf("%s%07d", SeedNumber, n), IssuingState: "UTO", ExpiryDate: date(2031+n%5, 1+n%12, 1+n%28)},
	}
}

// MRZ is the passport's machine readable zone, lines joined by \n.
func (v Traveller) MRZ(t testing.TB) string {
	t.Helper()
	zone, err := mrz.Encode(mrz.TD3, v.Document, v.Identity, mrz.Extra{})
	require.NoError(t, err)
	return zone
}

// sound is a word that the words of neighbours do not resemble: a list that looks for names that are alike must not take one for another.
func sound(n, which int) string {
	digest := sha256.Sum256([]byte(fmt.Sprint(which, " ", n)))
	text := make([]byte, 0, 8)
	for _, b := range digest[:4] {
		text = append(text, "BDFGKLMNPRSTVZ"[b%14], "AEIOU"[b/14%5])
	}
	return string(text)
}

// letters writes n in capitals.
func letters(n int) string {
	text := string(rune('A' + n%26))
	if n >= 26 {
		return letters(n/26-1) + text
	}
	return text
}
