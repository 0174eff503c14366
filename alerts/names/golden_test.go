package names_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/alerts/names"
	"github.com/openbmis/openbmis/traveldoc"
)

// rows are the lines of a golden file, divided at bars.
func rows(t *testing.T, file string) (out [][]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var row []string
		for field := range strings.SplitSeq(line, "|") {
			row = append(row, strings.TrimSpace(field))
		}
		out = append(out, row)
	}
	return out
}

// The same name in its own script, in a passport and in the press is found with the same birth date, whichever of the two is listed.
func TestSpellingsMeet(t *testing.T) {
	for _, row := range rows(t, "testdata/same.txt") {
		for _, spelling := range row[2:] {
			assert.GreaterOrEqual(t, score(t, row[1], spelling, "1980-03-04", "1980-03-04"), 0.75, "%s: %s and %s", row[0], told(row[1]), told(spelling))
			assert.GreaterOrEqual(t, score(t, spelling, row[1], "1980-03-04", "1980-03-04"), 0.75, "%s: %s and %s", row[0], told(spelling), told(row[1]))
		}
	}
}

// Different names of people who were born far from each other are not.
func TestDifferentNamesDoNotMeet(t *testing.T) {
	for _, row := range rows(t, "testdata/other.txt") {
		assert.Less(t, score(t, row[0], row[1], "1980-03-04", "1991-12-17"), 0.6, "%s and %s", told(row[0]), told(row[1]))
	}
}

// score is that of a traveller against a listed person.
func score(t *testing.T, found, listed, born, listedBorn string) float64 {
	t.Helper()
	return match.Compare(match.Query{Names: named(found), Births: births(t, born)}, match.Entry{
		Key: "test/1", Subject: alerts.Subject{Kind: alerts.Person, Names: named(listed), Births: births(t, listedBorn)},
	}).Score
}

func named(raw string) []alerts.Name { return []alerts.Name{{Raw: raw, Kind: alerts.Primary}} }

func births(t *testing.T, day string) []alerts.Birth {
	t.Helper()
	date, err := traveldoc.ParseDate(day)
	require.NoError(t, err)
	return []alerts.Birth{{From: date, To: date}}
}

// told writes all readings of a name.
func told(raw string) string {
	var out []string
	for _, r := range names.Read(alerts.Name{Raw: raw}) {
		out = append(out, texts(r))
	}
	return strings.Join(out, "; ")
}

func TestSkeleton(t *testing.T) {
	for _, spellings := range []string{
		"MUHAMMAD MOHAMED MEHMET MHMD", "SHCHERBAKOV SCHERBAKOV", "OUALID WALID", "DAOUD DAWUD DAWOOD", "IURII YURI YURIY", "ALEXEI ALEKSEY",
		"KHALED HALIT", "HSIAO XIAO", "IVANOV IVANOVA IVANOFF", "SERGEI SERGEJ SERGUEY", "YUSUF USUF", "ZHANG CHANG", "MUELLER MULLER",
		"JAWAD JAOUAD JAVAD", "VISHNEVSKIY WISZNEWSKI", "QASIM KASIM KAZIM",
	} {
		words := strings.Fields(spellings)
		for _, word := range words[1:] {
			require.Equal(t, names.Skeleton(words[0]), names.Skeleton(word), "%s and %s", words[0], word)
		}
	}
	for _, pair := range []string{"IVANOV IVANKO", "KARIM SALIM", "MARTIN MARTA", "OMAR AMIN"} {
		a, b, _ := strings.Cut(pair, " ")
		require.NotEqual(t, names.Skeleton(a), names.Skeleton(b), pair)
	}
	require.Empty(t, names.Skeleton(""))
}

func TestClass(t *testing.T) {
	for _, spellings := range []string{
		"MUHAMMAD MOHAMED MEHMET", "ALEKSANDR ALEXANDER OLEKSANDR", "YUSUF YOUSSEF JOSEPH", "IBRAHIM EBRAHIM ABRAHAM", "PARK PAK BAK",
		"VLADIMIR VOLODYMYR ULADZIMIR", "COHEN KOHEN KAGAN", "NOUREDDINE NURUDDIN NURALDIN",
	} {
		words := strings.Fields(spellings)
		for _, word := range words {
			require.NotZero(t, names.Class(word), word)
			require.Equal(t, names.Class(words[0]), names.Class(word), word)
		}
	}
	require.Zero(t, names.Class("SPECIMEN"))
	require.NotEqual(t, names.Class("HASAN"), names.Class("HUSAYN"))
	require.NotEqual(t, names.Class("MIGUEL"), names.Class("MIKHAIL"), "translations between farther languages are no spellings")
}

// No spelling stands on two lines of the classes: the second would never be found. A line has something to tell.
func TestClassesStandOnce(t *testing.T) {
	text, err := os.ReadFile("classes.txt")
	require.NoError(t, err)
	seen := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		spellings := strings.Fields(line)
		require.Greater(t, len(spellings), 1, line)
		for _, spelling := range spellings {
			spelling, _, _ = strings.Cut(spelling, "=")
			require.Empty(t, seen[spelling], "%s is on the line of %s too", spelling, spellings[0])
			seen[spelling] = spellings[0]
		}
	}
	require.Greater(t, len(seen), 3000)
}

func TestRegrouped(t *testing.T) {
	for raw, want := range map[string]string{
		"Abd al-Rahman Salim": "ABDULRAHMAN SALIM",
		"NUR EDDINE HADI":     "NURUDDIN HADI",
		"Abou Bakr Hadi":      "ABUBAKR HADI",
		"Abd Allah":           "ABDULLAH",
		"ALHASSAN Karim":      "AL HASSAN KARIM",
	} {
		readings := names.Read(alerts.Name{Raw: raw})
		require.Len(t, readings, 2, raw)
		require.Equal(t, want, texts(readings[1]))
	}
	for _, raw := range []string{"ALBERTO ELENA", "VAN DER MEER", "AL SPECIMEN", "ELIZA ALMA"} {
		require.Len(t, names.Read(alerts.Name{Raw: raw}), 1, raw)
	}
}

func TestParticle(t *testing.T) {
	for _, token := range []string{"AL", "BIN", "VAN", "DE", "OULD", "OGLU"} {
		require.True(t, names.Particle(token), token)
	}
	for _, token := range []string{"HASAN", "MA", "KO", "UN", "AN"} {
		require.False(t, names.Particle(token), token)
	}
	require.False(t, names.Read(alerts.Name{Raw: "LE<<MINH"})[0].Tokens[0].Particle, "a family that is nothing else")
	require.True(t, names.Read(alerts.Name{Raw: "LE<GOFF<<MINH"})[0].Tokens[0].Particle)
}
