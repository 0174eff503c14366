package mrz_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// inspection is the day on which the tests read.
func inspection(t testing.TB) traveldoc.Date {
	t.Helper()
	date, err := traveldoc.NewDate(2026, 11, 21)
	require.NoError(t, err)
	return date
}

func parse(t testing.TB, text string) *mrz.Document {
	t.Helper()
	d, err := mrz.Parse(text, inspection(t), mrz.Training)
	require.NoError(t, err)
	require.Equal(t, text, d.Input)
	return d
}

// The specimens of ICAO Doc 9303 parts 4 to 7.
const (
	specimenTD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	specimenTD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
	specimenTD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
	specimenMRA = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
	specimenMRB = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"
)

func TestSpecimens(t *testing.T) {
	for _, c := range []struct {
		text, code, number, nationality, birth, expiry, optional string
		format                                                   mrz.Format
		digits                                                   int
	}{
		{specimenTD3, "P", "L898902C3", "UTO", "1974-08-12", "2012-04-15", "ZE184226B", mrz.TD3, 5},
		{specimenTD2, "I", "D23145890", "UTO", "1974-08-12", "2012-04-15", "", mrz.TD2, 4},
		{specimenTD1, "I", "D23145890", "UTO", "1974-08-12", "2012-04-15", "", mrz.TD1, 4},
		{specimenMRA, "V", "L8988901C", "XXX", "1940-09-07", "1996-12-10", "6ZE184226B", mrz.MRVA, 3},
		{specimenMRB, "V", "L8988901C", "XXX", "1940-09-07", "1996-12-10", "", mrz.MRVB, 3},
	} {
		t.Run(c.format.String(), func(t *testing.T) {
			d := parse(t, c.text)
			require.Empty(t, d.Findings)
			require.Equal(t, c.format, d.Format)
			require.Equal(t, c.code, d.Code)
			require.Equal(t, "UTO", d.IssuingState)
			require.Equal(t, "ERIKSSON", d.Surname)
			require.Equal(t, "ANNA MARIA", d.GivenNames)
			require.False(t, d.NameTruncated)
			require.Equal(t, c.number, d.DocumentNumber)
			require.Equal(t, c.nationality, d.Nationality)
			require.Equal(t, c.birth, d.BirthDate.String())
			require.Equal(t, "F", d.Sex)
			require.Equal(t, c.expiry, d.ExpiryDate.String())
			require.Equal(t, c.optional, d.OptionalData()[0])
			require.Len(t, d.Checks(), c.digits)
			for _, check := range d.Checks() {
				require.True(t, check.OK, "%s", check.Field)
			}
			require.Equal(t, mrz.OK, d.Field(mrz.DocumentNumber).Verdict)
			require.Equal(t, mrz.NoCheck, d.Field(mrz.Name).Verdict)
			require.Equal(t, c.text, d.TravelDocument().MRZ)
		})
	}
}
