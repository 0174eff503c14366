package listfile

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc"
)

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{
		"1971-03-15": "1971-03-15", "1971-03-15T00:00:00Z": "1971-03-15", "1971-03-15-05:00": "1971-03-15", "1971-03": "1971-03", "1971": "1971",
		"15/03/1971": "1971-03-15", "00/03/1971": "1971-03", "00/00/1971": "1971", "dd/mm/1971": "1971", "dd/03/1971": "1971-03",
		"15.03.1971":  "1971-03-15",
		"15 Mar 1971": "1971-03-15", "15 Mar. 1971": "1971-03-15", "15 mars 1971": "1971-03-15", "15 de": "", "March 22, 2018": "2018-03-22",
		"Mar 1965":   "1965-03",
		"Nov. 1973 ": "1973-11", "5 août 1960": "1960-08-05", "3 enero 1980": "1980-01-03", "9 June 2023": "2023-06-09",
		"1st May 1970": "1970-05-01", "13-Feb-2026": "2026-02-13",
		"": "", "0000": "", "30/02/1971": "", "12/03/65": "", "circa 1961": "", "some day": "", "32 Mar 1971": "", "1971-13-01": "",
		"00/00/0000": "", "5 Smarch 1990": "", "9999": "",
	} {
		d, ok := parseDate(text)
		require.Equal(t, want != "", ok, text)
		if ok {
			require.Equal(t, want, d.String(), text)
		}
	}
}

func TestParseBirth(t *testing.T) {
	for text, want := range map[string]string{
		"1984": "1984..1984", "circa 1961": "1961..1961 circa", "c. 1961": "1961..1961 circa", "approximately 1961": "1961..1961 circa",
		"~1961":        "1961..1961 circa",
		"1960 to 1963": "1960..1963", "01 Jan 1960 to 31 Dec 1963": "1960-01-01..1963-12-31", "Mar 1962 to Feb 1963": "1962-03..1963-02",
		"circa 1979-1982":       "1979..1982 circa",
		"between 1960 and 1963": "1960..1963", "Between Aug. and Sep. 1977": "1977-08..1977-09", "1963 to 1960": "1960..1963 reversed",
		"entre 1960 et 1962": "1960..1962",
		"1960 to circa 1963": "1960..1963 circa", "": "", "to": "", "1960 to": "", "1960 or 1961": "", "30-35 years old": "",
	} {
		b, reversed, ok := parseBirth(text)
		require.Equal(t, want != "", ok, text)
		if !ok {
			continue
		}
		got := b.From.String() + ".." + b.To.String()
		if b.Circa {
			got += " circa"
		}
		if reversed {
			got += " reversed"
		}
		require.Equal(t, want, got, text)
	}
}

// A date that is written in any of the ways is the date.
func TestParseDateReadsWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := epoch.AddDate(0, 0, rapid.IntRange(-60000, 30000).Draw(t, "day"))
		for _, form := range []string{"2006-01-02", "02/01/2006", "2 Jan 2006", "02 January 2006", "January 2, 2006", "2. Jan. 2006"} {
			d, ok := parseDate(day.Format(form))
			require.True(t, ok, day.Format(form))
			require.Equal(t, traveldoc.DateOf(day), d)
		}
		d, ok := parseDate(day.Format("Jan 2006"))
		require.True(t, ok)
		require.Equal(t, day.Format("2006-01"), d.String())
	})
}

func TestCalendars(t *testing.T) {
	for _, c := range []struct{ calendar, text, from, to string }{
		{"ISLAMIC", "01/01/1445", "2023-07-17", "2023-07-21"}, // 19 July 2023, by the moon
		{"Hijri Calendar", "1400", "1979-11-19", "1980-11-10"},
		{"Persian", "01/01/1403", "2024-03-20", "2024-03-20"}, {"jalali", "1358", "1979-03-21", "1980-03-20"}, {"solar hijri", "31/02/1350",
			"1971-05-21", "1971-05-21"},
		{"Persian", "12/1399", "2021-02-19", "2021-03-20"}, // a leap year
		{"JULIAN", "25/10/1917", "1917-11-07", "1917-11-07"}, {"julian", "02/1900", "1900-02-13", "1900-03-13"}, {"Buddhist", "05/05/2513",
			"1970-05-05", "1970-05-05"},
		{"islamic", "1380 to 1382", "1960-06-24", "1963-05-26"},
	} {
		b, ok := converted(c.calendar, c.text)
		require.True(t, ok, c.text)
		require.Equal(t, []string{c.from, c.to}, []string{b.From.String(), b.To.String()}, "%s %s", c.calendar, c.text)
		require.NotEmpty(t, b.Calendar)
		require.Contains(t, b.Raw, c.text)
	}
	for _, c := range [][2]string{{"MAYAN", "1"}, {"", "1971"}, {"islamic", ""}, {"islamic", "some day"}, {"islamic", "40/01/1400"},
		{"islamic", "1/2/3/1400"}, {"persian", "99999"}} {
		_, ok := converted(c[0], c[1])
		require.False(t, ok, c)
	}
}
