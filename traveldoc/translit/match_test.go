package translit_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/translit"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name                           string
		viz, vizGiven, zone, zoneGiven string
		truncated                      bool
		outcome                        translit.Outcome
		rules                          []translit.Rule
		reordered, vowels              bool
	}{
		{name: "as printed", viz: "Eriksson", vizGiven: "Anna Maria", zone: "ERIKSSON", zoneGiven: "ANNA MARIA", outcome: translit.Equal},
		{name: "fillers", viz: "Eriksson", vizGiven: "Anna Maria", zone: "ERIKSSON<<", zoneGiven: "ANNA<MARIA<<<", outcome: translit.Equal},
		{name: "UE", viz: "Müller", zone: "MUELLER", outcome: translit.Transliterated, rules: []translit.Rule{{"latin", "Ü", "UE"}}},
		{name: "UXX", viz: "Müller", zone: "MUXXLLER", outcome: translit.Transliterated, rules: []translit.Rule{{"latin", "Ü", "UXX"}}},
		{name: "U", viz: "MÜLLER", zone: "MULLER", outcome: translit.Transliterated, rules: []translit.Rule{{"latin", "Ü", "U"}}},
		{name: "decomposed", viz: "Mu\u0308ller", zone: "MUELLER", outcome: translit.Transliterated, rules: []translit.Rule{{"latin", "Ü", "UE"}}},
		{name: "not I", viz: "Müller", zone: "MILLER", outcome: translit.Different},
		{name: "ß", viz: "Groß", zone: "GROSS", outcome: translit.Transliterated, rules: []translit.Rule{{"latin", "ß", "SS"}}},
		{name: "NXX", viz: "Muñoz", zone: "MUNXXOZ", outcome: translit.Transliterated, rules: []translit.Rule{{"latin", "Ñ", "NXX"}}},
		{name: "Danish", viz: "Åkjær Ø", zone: "AAKJAER OE", outcome: translit.Transliterated,
			rules: []translit.Rule{{"latin", "Å", "AA"}, {"latin", "Æ", "AE"}, {"latin", "Ø", "OE"}}},
		{name: "mark", viz: "Éa", zone: "EA", outcome: translit.Transliterated, rules: []translit.Rule{{"latin", "É", "E"}}},
		{name: "Vietnamese", viz: "Nguyễn", zone: "NGUYEN", outcome: translit.Transliterated, rules: []translit.Rule{{"latin", "Ễ", "E"}}},
		{name: "hyphen as filler", viz: "Smith-Jones", zone: "SMITH JONES", outcome: translit.Equal},
		{name: "hyphen left out", viz: "Smith-Jones", zone: "SMITHJONES", outcome: translit.Equal},
		{name: "apostrophe left out", viz: "O’Connor", zone: "OCONNOR", outcome: translit.Equal},
		{name: "apostrophe as filler", viz: "D'Arc", zone: "D ARC", outcome: translit.Equal},
		{name: "blank left out", viz: "De La Cruz", zone: "DELACRUZ", outcome: translit.Different},
		{name: "other letter", viz: "Eriksson", zone: "ERIKSSEN", outcome: translit.Different},
		{name: "parts the other way", viz: "Anna Maria", vizGiven: "Eriksson", zone: "ERIKSSON", zoneGiven: "ANNA MARIA",
			outcome: translit.Equal, reordered: true},
		{name: "words in another order", viz: "Eriksson", vizGiven: "Maria Anna", zone: "ERIKSSON", zoneGiven: "ANNA MARIA",
			outcome: translit.Equal, reordered: true},
		{name: "one name", viz: "Rahul Kumar", zone: "", zoneGiven: "RAHUL KUMAR", outcome: translit.Equal, reordered: true},
		{name: "a word too few", viz: "Eriksson", vizGiven: "Anna Maria", zone: "ERIKSSON", zoneGiven: "ANNA", outcome: translit.Different},
		{name: "a word too few in a full zone", viz: "Eriksson", vizGiven: "Anna Maria", zone: "ERIKSSON", zoneGiven: "ANNA",
			truncated: true, outcome: translit.Truncated},
		{name: "initial", viz: "Nilavadhanananda", vizGiven: "Chayapa Dejthamrong Krasuang", zone: "NILAVADHANANANDA",
			zoneGiven: "CHAYAPA DEJTHAMRONG K", truncated: true, outcome: translit.Truncated},
		{name: "surname cut", viz: "Bennelong Wooloomooloo Warandyta Warnambool", vizGiven: "Dingo Potoroo",
			zone: "BENNELONG WOOLOOMOOLOO WARANDYTA W", zoneGiven: "DINGO P", truncated: true, outcome: translit.Truncated},
		{name: "words cut within", viz: "Papandropoulous", vizGiven: "Jonathon Warren", zone: "PAPAN", zoneGiven: "JON WARREN",
			truncated: true, outcome: translit.Truncated},
		{name: "cut is no other name", viz: "Papandropoulous", zone: "PAPAX", truncated: true, outcome: translit.Different},
		{name: "Russian", viz: "Щербакова", vizGiven: "Юлия", zone: "SHCHERBAKOVA", zoneGiven: "IULIIA", outcome: translit.Transliterated},
		{name: "Serbian", viz: "Ђорђевић", zone: "DORDEVIC", outcome: translit.Transliterated},
		{name: "Bulgarian", viz: "Щерев", zone: "SHTEREV", outcome: translit.Transliterated},
		{name: "Ukrainian", viz: "Гнатюк", zone: "HNATIUK", outcome: translit.Transliterated},
		{name: "Greek", viz: "Παπαδοπούλου", zone: "PAPADOPOULOU", outcome: translit.Transliterated},
		{name: "Greek pairs", viz: "Μπάρκας", vizGiven: "Ευάγγελος", zone: "BARKAS", zoneGiven: "EVANGELOS", outcome: translit.Transliterated},
		{name: "Arabic by the table", viz: "ابو بكر", zone: "ABW BKR", outcome: translit.Transliterated},
		{name: "Arabic with vowels", viz: "محمد", zone: "MOHAMED", outcome: translit.Transliterated, vowels: true},
		{name: "Arabic doubled", viz: "محمّد", zone: "XHMMD", outcome: translit.Different},
		{name: "Arabic doubled by the table", viz: "محمّد", zone: "MXHMMD", outcome: translit.Transliterated},
		{name: "Hebrew", viz: "כהן", vizGiven: "דוד", zone: "COHEN", zoneGiven: "DAVID", outcome: translit.Transliterated, vowels: true},
		{name: "Hebrew, another", viz: "לוי", zone: "COHEN", outcome: translit.Different, vowels: true},
		{name: "no table", viz: "王", vizGiven: "小明", zone: "WANG", zoneGiven: "XIAOMING", outcome: translit.NotCompared},
		{name: "nothing", zone: "ERIKSSON", outcome: translit.NotCompared},
		{name: "no zone", viz: "Eriksson", outcome: translit.NotCompared},
		{name: "too long", viz: strings.Repeat("A", translit.MaxName+1), zone: "A", truncated: true, outcome: translit.NotCompared},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := translit.Match(c.viz, c.vizGiven, c.zone, c.zoneGiven, c.truncated)
			require.Equal(t, c.outcome.String(), got.Outcome.String(), "%+v", got)
			require.Equal(t, c.reordered, got.Reordered)
			require.Equal(t, c.vowels, got.Vowels)
			require.Equal(t, c.outcome == translit.Different, len(got.Differences) > 0)
			if c.rules != nil {
				require.Equal(t, c.rules, got.Rules)
			}
		})
	}
}

func TestDifferencesAreMarked(t *testing.T) {
	got := translit.Match("Müller", "Anna Maria", "MUELLAR", "ANNE MARIAH", false)
	require.Equal(t, []translit.Difference{
		{Part: translit.Surname, VIZ: 5, MRZ: 6}, {Part: translit.GivenNames, VIZ: 4, MRZ: 4}, {Part: translit.GivenNames, MRZ: 11},
	}, got.Differences)
	got = translit.Match("Erikson", "", "ERIKSSON", "", false)
	require.Len(t, got.Differences, 1)
	require.Zero(t, got.Differences[0].VIZ)
}

func TestWriteAndAlternatives(t *testing.T) {
	for name, want := range map[string]string{
		"Müller-Lüdenscheidt": "MUELLER LUEDENSCHEIDT", "O'Connor": "OCONNOR", "Ægir Þór": "AEGIR THOR", " de  la\tCruz ": "DE LA CRUZ",
		"Горбачёв": "GORBACHEV", "Łódź": "LODZ", "İbrahim Işık": "IBRAHIM ISIK", "": "",
	} {
		got, ok := translit.Write(name)
		require.True(t, ok, name)
		require.Equal(t, want, got)
	}
	_, ok := translit.Write("王")
	require.False(t, ok)
	all, whole := translit.Alternatives("Müñ", 10)
	require.True(t, whole)
	require.Equal(t, []string{"MUEN", "MUXXN", "MUN", "MUENXX", "MUXXNXX", "MUNXX"}, all)
	some, whole := translit.Alternatives(strings.Repeat("Ü", 30), 10)
	require.False(t, whole)
	require.LessOrEqual(t, len(some), 10)
	_, whole = translit.Alternatives("王", 10)
	require.False(t, whole)
}

func name(label string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.StringMatching(`[A-ZÄÅÆÖØÜßÑÉŁА-ЯΑ-ΡΣ-Ω]([a-zäöüßñéа-яα-ωא-ת]|[ '-]?[A-Z]){1,8}`), 1, 3).Draw(t, label), " ")
	})
}

// Every alternative of a name matches it, and the recommended one as well.
func TestAlternativesMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		surname, given := name("surname").Draw(t, "surname"), name("given").Draw(t, "given")
		written, ok := translit.Write(given)
		require.True(t, ok)
		all, _ := translit.Alternatives(surname, 40)
		require.NotEmpty(t, all)
		for _, alternative := range all {
			got := translit.Match(surname, given, alternative, written, false)
			require.Contains(t, []translit.Outcome{translit.Equal, translit.Transliterated}, got.Outcome, "%s as %s", surname, alternative)
		}
	})
}

// A letter that no table allows is a difference, in whatever order the words are.
func TestOtherLettersDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		surname := rapid.StringMatching(`[A-HJ-PR-Z]{3,12}`).Draw(t, "surname")
		at := rapid.IntRange(0, len(surname)-1).Draw(t, "at")
		got := translit.Match(surname, "", surname[:at]+"Q"+surname[at+1:], "", rapid.Bool().Draw(t, "truncated"))
		require.Equal(t, translit.Different, got.Outcome)
		require.Equal(t, []translit.Difference{{Part: translit.Surname, VIZ: at + 1, MRZ: at + 1}}, got.Differences)
	})
}

// What mrz.Encode cuts is a truncation to Match, and what it does not cut is equal.
func TestMatchKnowsWhatEncodeCuts(t *testing.T) {
	words := rapid.SliceOfN(rapid.StringMatching(`[A-Z]{2,9}`), 1, 5)
	today, err := traveldoc.NewDate(2026, 11, 22)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		surname, given := strings.Join(words.Draw(t, "surname"), " "), strings.Join(words.Draw(t, "given"), " ")
		text, err := mrz.Encode(mrz.TD1, traveldoc.Document{Code: "I", Number: "1", IssuingState: "D"},
			traveldoc.Identity{Surname: surname, GivenNames: given, Nationality: "D"}, mrz.Extra{})
		require.NoError(t, err)
		d, err := mrz.Parse(text, today)
		require.NoError(t, err)
		got := translit.Match(surname, given, d.Surname, d.GivenNames, d.NameTruncated)
		if d.Surname == surname && d.GivenNames == given {
			require.Equal(t, translit.Equal, got.Outcome)
		} else if d.NameTruncated {
			require.Equal(t, translit.Truncated, got.Outcome, "%s, %s as %s, %s", surname, given, d.Surname, d.GivenNames)
		}
	})
}

// Every row of every table can be found by its letter and is written in cells of the zone.
func TestTables(t *testing.T) {
	for _, r := range "ÄÅÆÐÑÖØÜÞßĐĦıŁŊŒŦЖЩЮЯҐЄЇΓΩΨشخعשצמ" {
		spellings, script := translit.Letter(r)
		require.NotEmpty(t, spellings, "%c", r)
		require.Contains(t, translit.Scripts(), script)
	}
	for script, ranges := range map[translit.Script][2]rune{
		translit.Cyrillic: {'А', 'я'}, translit.Greek: {'Α', 'Ρ'}, translit.Hebrew: {'א', 'ת'}, translit.Arabic: {'ء', 'غ'},
		translit.Latin: {'À', 'Ö'},
	} {
		for r := ranges[0]; r <= ranges[1]; r++ {
			spellings, of := translit.Letter(r)
			require.NotEmpty(t, spellings, "%c", r)
			require.Equal(t, script, of)
			for _, spelling := range spellings {
				require.Empty(t, strings.Trim(spelling, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), "%c", r)
			}
		}
	}
	spellings, _ := translit.Letter('王')
	require.Nil(t, spellings)
}

func FuzzMatch(f *testing.F) {
	f.Add("Müller", "Anna-Maria", "MUELLER", "ANNA MARIA", false)
	f.Add("محمّد", "علي", "MOHAMED", "ALI", true)
	f.Add("Παπαδοπούλου", "Μπ", "PAPADOPOULOU", "B<<", true)
	f.Add("\xff\u0308'-", "", "<<", "?", false)
	f.Fuzz(func(t *testing.T, surname, given, primary, secondary string, truncated bool) {
		got := translit.Match(surname, given, primary, secondary, truncated)
		require.Equal(t, got.Outcome == translit.Different, len(got.Differences) > 0)
		for _, d := range got.Differences {
			require.True(t, d.VIZ > 0 || d.MRZ > 0)
		}
		if !truncated {
			require.NotEqual(t, translit.Truncated, got.Outcome)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		translit.Match("Müller-Lüdenscheidt", "Jürgen Günther", "MUELLER LUEDENSCHEIDT", "JUERGEN GUENTHER", false)
	}
}
