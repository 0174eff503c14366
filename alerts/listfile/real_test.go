package listfile_test

import (
	"bufio"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
)

// realFile opens a file of the public lists, which are not part of the repository.
func realFile(t testing.TB, name string) *os.File {
	t.Helper()
	root := os.Getenv("BMIS_TEST_DATA")
	if root == "" {
		t.Skip("BMIS_TEST_DATA is not set: the real lists are not here")
	}
	f, err := os.Open(filepath.Join(root, "watchlists", name))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func realUN(t testing.TB) listfile.File {
	t.Helper()
	f, err := listfile.Read(realFile(t, "un-consolidated.xml"), listfile.Options{List: "un"})
	require.NoError(t, err)
	return f
}

func realOFAC(t testing.TB) listfile.File {
	t.Helper()
	f, err := listfile.Read(realFile(t, "ofac-sdn.csv"), listfile.Options{List: "ofac", Companions: listfile.Companions{
		Aliases: realFile(t, "ofac-alt.csv"), Comments: realFile(t, "ofac-sdn-comments.csv")}})
	require.NoError(t, err)
	return f
}

// unAlias is what the test reads of the list itself, by other means.
type unEntry struct {
	Reference string `xml:"REFERENCE_NUMBER"`
	Aliases   []struct {
		Quality string `xml:"QUALITY"`
		Name    string `xml:"ALIAS_NAME"`
	} `xml:"INDIVIDUAL_ALIAS"`
	Births []struct {
		Date string `xml:"DATE"`
		Year string `xml:"YEAR"`
		From string `xml:"FROM_YEAR"`
	} `xml:"INDIVIDUAL_DATE_OF_BIRTH"`
	Documents []struct {
		Number string `xml:"NUMBER"`
	} `xml:"INDIVIDUAL_DOCUMENT"`
	Original string `xml:"NAME_ORIGINAL_SCRIPT"`
	Inner    string `xml:",innerxml"`
}

type unList struct {
	Individuals []unEntry `xml:"INDIVIDUALS>INDIVIDUAL"`
	Entities    []unEntry `xml:"ENTITIES>ENTITY"`
}

func TestRealUN(t *testing.T) {
	f := realUN(t)
	require.Equal(t, "2026-02-27", f.AsOf.String())
	require.Empty(t, f.Refused)
	require.Equal(t, map[alerts.Kind]int{alerts.Person: 730, alerts.Organisation: 273}, f.Counts.Kinds)
	require.LessOrEqual(t, f.Counts.Noted, 20)
	require.Zero(t, f.Counts.Notes[listfile.NoteCountry], "every country of the list is known")

	var list unList
	require.NoError(t, xml.NewDecoder(realFile(t, "un-consolidated.xml")).Decode(&list))
	byID := map[string]alerts.Alert{}
	for _, a := range f.Alerts {
		byID[a.ID] = a
	}
	filled, partial, good, low, original := 0, 0, 0, 0, 0
	for _, e := range list.Individuals {
		a := byID[strings.TrimSpace(e.Reference)]
		text := everything(a)
		for _, b := range e.Births {
			if b.Date+b.Year+b.From != "" {
				filled++
			}
			if b.Date == "" && b.Year+b.From != "" {
				partial++
			}
		}
		for _, alias := range e.Aliases {
			kind := alerts.Strong
			switch alias.Quality {
			case "Good":
				good++
			case "Low":
				low++
				kind = alerts.Weak
			}
			for _, word := range strings.FieldsFunc(alias.Name, notLetter) {
				require.Contains(t, text, word, a.ID)
			}
			if plain := strings.Join(strings.Fields(alias.Name), " "); plain != "" && !strings.ContainsAny(plain, `;()":,`) {
				require.True(t, hasName(a, plain, kind) || hasName(a, plain, alerts.Former), "%s: %s", a.ID, plain)
			}
		}
		for _, d := range e.Documents {
			require.Contains(t, text, strings.Join(strings.Fields(d.Number), " "), a.ID)
		}
		if e.Original != "" {
			original++
			require.Contains(t, text, strings.Fields(e.Original)[0], a.ID)
		}
	}
	require.Equal(t, []int{863, 409, 1524, 615, 336}, []int{filled, partial, good, low, original}, "the figures of the list")
	births, notFull := 0, 0
	for _, a := range f.Alerts {
		for _, b := range a.Subject.Births {
			if strings.HasPrefix(b.Raw, "alias ") {
				continue // told of an alias
			}
			births++
			if b.From != b.To || b.From.Day() == 0 {
				notFull++
			}
		}
	}
	require.Equal(t, 863+6, births,
		"five dates in notes, and one of another calendar, are births too; one age is none, and one date stands twice")
	require.Equal(t, 409+6, notFull)
}

func hasName(a alerts.Alert, raw string, kind alerts.NameKind) bool {
	for _, n := range a.Subject.Names {
		if n.Raw == raw && n.Kind == kind {
			return true
		}
	}
	return false
}

func notLetter(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }

// everything is all text of an alert.
func everything(a alerts.Alert) string { return fmt.Sprintf("%+v", a) }

// No word of the list of the United Nations is lost: every one stands somewhere in its alert, but for countries and dates, which are codes.
func TestRealUNLosesNothing(t *testing.T) {
	f := realUN(t)
	var list unList
	require.NoError(t, xml.NewDecoder(realFile(t, "un-consolidated.xml")).Decode(&list))
	byID := map[string]string{}
	for _, a := range f.Alerts {
		byID[a.ID] = everything(a)
	}
	words := 0
	for _, e := range append(list.Individuals, list.Entities...) {
		text := byID[strings.TrimSpace(e.Reference)]
		d := xml.NewDecoder(strings.NewReader(e.Inner))
		var element, outer string
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			switch token := token.(type) {
			case xml.StartElement:
				if element = token.Name.Local; strings.HasPrefix(element, "INDIVIDUAL_") {
					outer = element
				}
			case xml.CharData:
				switch element { // what is a code or a date in the alert, or says nothing of the entry
				case "LISTED_ON", "VERSIONNUM", "GENDER", "QUALITY", "TYPE_OF_DATE", "TYPE_OF_DOCUMENT", "VALUE", "COUNTRY", "ISSUING_COUNTRY",
					"COUNTRY_OF_ISSUE", "COUNTRY_OF_BIRTH":
					continue
				}
				if outer == "INDIVIDUAL_DATE_OF_BIRTH" && element == "NOTE" {
					continue // a date
				}
				for _, word := range strings.FieldsFunc(string(token), notLetter) {
					words++
					require.Contains(t, text, word, "%s %s", e.Reference, element)
				}
			}
		}
	}
	require.Greater(t, words, 80_000)
}

func TestRealOFAC(t *testing.T) {
	f := realOFAC(t)
	require.Empty(t, f.Refused)
	require.Len(t, f.Alerts, 8976)
	require.Equal(t, map[alerts.Kind]int{alerts.Person: 4620, alerts.Organisation: 3673, alerts.Vessel: 406, alerts.Aircraft: 277},
		f.Counts.Kinds)
	dob, passports, nationality, sex, weak, weakAll, circa := 0, 0, 0, 0, 0, 0, 0
	for _, a := range f.Alerts {
		if a.Subject.Kind != alerts.Person {
			continue
		}
		s := a.Subject
		if len(s.Births) > 0 {
			dob++
		}
		if len(s.Nationalities) > 0 {
			nationality++
		}
		if len(s.Sexes) > 0 {
			sex++
		}
		hasPassport, hasWeak := false, false
		for _, d := range s.Documents {
			hasPassport = hasPassport || d.Type == "P"
		}
		for _, n := range s.Names {
			if n.Kind == alerts.Weak {
				hasWeak = true
				weakAll++
			}
		}
		if hasPassport {
			passports++
		}
		if hasWeak {
			weak++
		}
		for _, b := range s.Births {
			if b.Circa {
				circa++
				break
			}
		}
	}
	require.Equal(t, 4428, dob)
	require.Equal(t, 64, circa)
	require.Equal(t, 1198, passports, "1,191 by the word alone, and diplomatic ones and the like")
	require.Equal(t, 1513, sex, "four more have the word in the name of an office")
	require.Equal(t, 2544, nationality, "with citizenships")
	require.Equal(t, []int{846, 1758}, []int{weak, weakAll})
	require.Equal(t, 113, f.Counts.BirthRanges)
	for _, n := range f.Notes {
		require.NotEqual(t, "subject.births", n.Field, "every date of birth is read: %v", n)
	}
}

// No remark of the list of OFAC is lost: every word of the rows and of their aliases and comments stands somewhere in the alert.
func TestRealOFACLosesNothing(t *testing.T) {
	f := realOFAC(t)
	byID := map[string]string{}
	for _, a := range f.Alerts {
		byID[a.ID] = everything(a)
	}
	comments := map[string]string{}
	for _, row := range rowsOf(t, realFile(t, "ofac-sdn-comments.csv")) {
		comments[row[0]] += row[1]
	}
	for _, row := range rowsOf(t, realFile(t, "ofac-alt.csv")) {
		require.Contains(t, byID[row[0]], strings.Join(strings.Fields(row[3]), " "))
	}
	words := 0
	for _, row := range rowsOf(t, realFile(t, "ofac-sdn.csv")) {
		text := byID[row[0]]
		for _, cell := range row[3:11] {
			for _, word := range strings.FieldsFunc(strings.ReplaceAll(cell, "-0- ", ""), notLetter) {
				words++
				require.Contains(t, text, word, row[0])
			}
		}
		for _, part := range strings.Split(strings.ReplaceAll(row[11], "-0- ", "")+comments[row[0]], ";") {
			part = strings.TrimPrefix(strings.TrimSpace(part), "alt. ")
			switch word, _, _ := strings.Cut(part, " "); word {
			case "nationality", "citizen", "Gender", "DOB", "Linked":
				continue // codes, dates and keys
			}
			number, _, _ := strings.Cut(part, " (")
			for _, known := range []string{"Passport ", "National ID No. ", "a.k.a. ", "f.k.a. ", "POB "} {
				number = strings.TrimPrefix(number, known)
			}
			number, _, _ = strings.Cut(number, " issued ")
			number, _, _ = strings.Cut(number, " expires ")
			for _, word := range strings.FieldsFunc(number, notLetter) {
				words++
				if word != "Colombia" { // behind one number without brackets: its issuer
					require.Contains(t, text, word, "%s: %s", row[0], part)
				}
			}
		}
	}
	require.Greater(t, words, 100_000)
}

func rowsOf(t *testing.T, in io.Reader) [][]string {
	t.Helper()
	r := csv.NewReader(bufio.NewReader(in))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	require.NoError(t, err)
	for len(all) > 0 && len(all[len(all)-1]) == 1 {
		all = all[:len(all)-1]
	}
	return all
}

func TestRealListsTwice(t *testing.T) {
	un, again := realUN(t), realUN(t)
	require.Equal(t, un, again)
	one, two := realOFAC(t), realOFAC(t)
	require.Equal(t, one, two)
	d := listfile.Compare(one.Alerts, two.Alerts)
	require.Equal(t, 8976, d.Unchanged)
	require.Empty(t, d.Added)
	require.Empty(t, d.Changed)
	require.Empty(t, d.Removed)
}
