package text_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
)

func printer(t testing.TB, l text.Language) *text.Printer {
	t.Helper()
	c, err := text.Load()
	require.NoError(t, err)
	return c.Printer(l)
}

func TestPlurals(t *testing.T) {
	ago := func(l text.Language, n int) string { return printer(t, l).T(text.TimeHoursAgo, text.Count, n) }
	for n, want := range map[int]string{1: "1 hour ago", 2: "2 hours ago", 0: "0 hours ago"} {
		require.Equal(t, want, ago(text.English, n))
	}
	require.Equal(t, "il y a 0 heure", ago(text.French, 0), "zero is singular in French")
	require.Equal(t, "il y a 2 heures", ago(text.French, 2))
	require.Equal(t, "hace 1 hora", ago(text.Spanish, 1))
	for n, want := range map[int]string{1: "قبل ساعة واحدة", 2: "قبل ساعتين", 3: "قبل 3 ساعات", 11: "قبل 11 ساعة", 100: "قبل 100 ساعة"} {
		require.Equal(t, want, ago(text.Arabic, n))
	}
}

// What is counted is one thing or many in every language, of the pages that applicants and the visa desk read.
func TestOneOfATravellersThings(t *testing.T) {
	for _, of := range []struct {
		key   text.Key
		place string
		want  map[text.Language][2]string // of one and of two
	}{
		{text.VisaportalNeedNDays, "days", map[text.Language][2]string{
			text.English: {"1 day", "2 days"}, text.French: {"1 jour", "2 jours"}, text.Spanish: {"1 día", "2 días"}, text.Arabic: {"يوم واحد", "يومان"},
		}},
		{text.VisaportalNeedNHours, "hours", map[text.Language][2]string{
			text.English: {"1 hour", "2 hours"}, text.French: {"1 heure", "2 heures"}, text.Spanish: {"1 hora", "2 horas"}, text.Arabic: {"ساعة واحدة", "ساعتان"},
		}},
		{text.VisaportalNeedDays, "days", map[text.Language][2]string{
			text.English: {"up to 1 day.", "up to 2 days."}, text.French: {"1 jour au plus", "2 jours au plus"}, text.Spanish: {"1 día como", "2 días como"},
			text.Arabic: {"يومًا واحدًا.", "يومين."},
		}},
		{text.VisaportalStartTime, "days", map[text.Language][2]string{
			text.English: {"1 day.", "2 days."}, text.French: {"1 jour.", "2 jours."}, text.Spanish: {"1 día.", "2 días."}, text.Arabic: {"يوم واحد.", "يومين."},
		}},
		{text.VisaportalNoticeKept, "days", map[text.Language][2]string{
			text.English: {"1 day.", "2 days."}, text.French: {"1 jour.", "2 jours."}, text.Spanish: {"1 día.", "2 días."}, text.Arabic: {"يوم واحد.", "يومين."},
		}},
		{text.VisaportalGroupMost, "most", map[text.Language][2]string{
			text.English: {"1 person can", "2 people can"}, text.French: {"1 personne au plus peut", "2 personnes au plus peuvent"},
			text.Spanish: {"puede 1 persona", "pueden 2 personas"}, text.Arabic: {": 1.", ": 2."},
		}},
		{text.VisaportalSentNext2, "hours", map[text.Language][2]string{
			text.English: {"1 hour.", "2 hours."}, text.French: {"1 heure.", "2 heures."}, text.Spanish: {"1 hora.", "2 horas."}, text.Arabic: {"ساعة واحدة.", "ساعتين."},
		}},
		{text.VisaportalSlowWait, "minutes", map[text.Language][2]string{
			text.English: {"1 minute.", "2 minutes."}, text.French: {"1 minute.", "2 minutes."}, text.Spanish: {"1 minuto.", "2 minutos."},
			text.Arabic: {"دقيقة واحدة.", "دقيقتين."},
		}},
		{"problem.apply.slow_down", "seconds", map[text.Language][2]string{
			text.English: {"1 second ", "2 seconds "}, text.French: {"1 seconde ", "2 secondes "}, text.Spanish: {"1 segundo ", "2 segundos "},
			text.Arabic: {"ثانية واحدة ", "ثانيتين "},
		}},
		{"problem.apply.stay_long", "most", map[text.Language][2]string{
			text.English: {"1 day.", "2 days."}, text.French: {"1 jour au", "2 jours au"}, text.Spanish: {"1 día como", "2 días como"}, text.Arabic: {"يوم واحد ", "يومان "},
		}},
	} {
		for l, forms := range of.want {
			for i, form := range forms {
				require.Contains(t, printer(t, l).T(of.key, of.place, i+1), form, "%s %s", of.key, l)
			}
		}
	}
}

func TestAgo(t *testing.T) {
	p := printer(t, text.English)
	for age, want := range map[time.Duration]string{
		-time.Hour: "just now", 4 * time.Second: "just now", 59 * time.Second: "59 seconds ago", time.Minute: "1 minute ago",
		59*time.Minute + 59*time.Second: "59 minutes ago", 47 * time.Hour: "47 hours ago", 48 * time.Hour: "2 days ago",
	} {
		require.Equal(t, want, p.Ago(age))
	}
}

func TestDatesOfDocumentsAreUnambiguousInEveryLanguage(t *testing.T) {
	for _, l := range text.Languages() {
		for iso, want := range map[string]string{"1974-08-12": "12 AUG 1974", "1974-08": "AUG 1974", "1974": "1974", "": "—", "0974-01-02": "02 JAN 0974"} {
			d, err := traveldoc.ParseDate(iso)
			require.NoError(t, err)
			require.Equal(t, want, printer(t, l).Date(d))
		}
	}
}

// A letter says a day in the words of its language. Arabic has both names of each month, as the languages of the United Nations do: no reader
// knows only one of them.
func TestDaysOfLettersAreInWords(t *testing.T) {
	at := time.Date(2026, 5, 1, 23, 30, 0, 0, time.UTC)
	east := time.FixedZone("", 3600)
	for l, want := range map[text.Language][3]string{
		text.English: {"1 May 2026", "22 November 2026", "2 May 2026, 00:30 (UTC+01:00)"},
		text.French:  {"1er mai 2026", "22 novembre 2026", "2 mai 2026 à 00:30 (UTC+01:00)"},
		text.Spanish: {"1 de mayo de 2026", "22 de noviembre de 2026", "2 de mayo de 2026, 00:30 (UTC+01:00)"},
		text.Arabic:  {"1 أيار/مايو 2026", "22 تشرين الثاني/نوفمبر 2026", "2 أيار/مايو 2026، الساعة 00:30 (UTC+01:00)"},
	} {
		p := printer(t, l)
		bare := strings.NewReplacer("\u2068", "", "\u2069", "").Replace
		require.Equal(t, want[0], bare(p.Day(traveldoc.DateOf(at))))
		require.Equal(t, want[1], bare(p.Day(traveldoc.DateOf(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)))))
		require.Equal(t, want[2], bare(p.In(east).DayAt(at)))
	}
	p := printer(t, text.English)
	require.Equal(t, []string{"—", "—"}, []string{p.Day(traveldoc.Date{}), p.DayAt(time.Time{})})
	for month := range 12 {
		day := traveldoc.DateOf(time.Date(2026, time.Month(month+1), 2, 0, 0, 0, 0, time.UTC))
		require.Equal(t, day.First().Format("2 January 2006"), p.Day(day))
	}
}

func TestTimesAndNumbers(t *testing.T) {
	zone := time.FixedZone("", 3600)
	at := time.Date(2026, 11, 21, 23, 30, 5, 0, time.UTC)
	p := printer(t, text.Arabic).In(zone)
	require.Equal(t, "2026-11-22 00:30 +01:00", p.DateTime(at))
	require.Equal(t, "00:30:05", p.Time(at))
	require.Equal(t, "—", p.DateTime(time.Time{}))
	require.Equal(t, "1,234,567", printer(t, text.English).Number(1234567))
	require.Regexp(t, `^1[\x{00a0}\x{202f}]234[\x{00a0}\x{202f}]567$`, printer(t, text.French).Number(1234567))
	require.Regexp(t, `^[0-9,.]+$`, p.Number(1234567), "digits as on documents")
}

func TestMatch(t *testing.T) {
	for want, wishes := range map[text.Language][]string{
		text.French: {"", "fr-CA"}, text.Arabic: {"ar-EG,en;q=0.8"}, text.Spanish: {"xx", "es-419"}, text.English: {"de", "zz", ";;;"},
	} {
		require.Equal(t, want, text.Match(wishes...))
	}
	require.Equal(t, text.English, text.Match())
}

func TestProblemsInWords(t *testing.T) {
	p := printer(t, text.English)
	require.Equal(t, "Too many failed attempts. Wait 1 second, then try again.",
		p.Problem(problem.New(problem.Forbidden, "sign_in_wait").With("seconds", 1)))
	require.Contains(t, p.Problem(problem.New(problem.Conflict, "nobody_wrote_this")), "changed in the meantime")
	require.Contains(t, p.Problem(errors.New("disk on fire")), "on our side")
	require.NotContains(t, p.Problem(errors.New("disk on fire")), "disk")
}

func TestLatinInArabicIsIsolated(t *testing.T) {
	said := printer(t, text.Arabic).Problem(problem.New(problem.Invalid, "body_too_large").With("limit", "X 1"))
	require.Contains(t, said, "\u2068X 1\u2069")
}

func TestUnknownKeysAreSeen(t *testing.T) {
	require.Equal(t, "⟦no.such⟧", printer(t, text.English).T("no.such"))
	require.Equal(t, "⟦frame.lock⟧", text.T(context.Background(), text.FrameLock), "a page without a printer")
}

var (
	problemCode = regexp.MustCompile(`problem\.New\(problem\.\w+, "([a-z][a-z0-9_.]*)"\)`)
	dynamicKey  = regexp.MustCompile(`\.Word\("([a-z_]+)", "([a-z0-9_.]+)"`)
)

// Every problem that any code of the repository makes has its own words.
func TestEveryProblemHasWords(t *testing.T) {
	p := printer(t, text.English)
	missing := map[string]string{}
	root := filepath.Join("..", "..")
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		if entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, found := range problemCode.FindAllStringSubmatch(string(source), -1) {
			if !p.Has(text.Key("problem." + found[1])) {
				missing["problem."+found[1]] = path
			}
		}
		for _, found := range dynamicKey.FindAllStringSubmatch(string(source), -1) {
			if !p.Has(text.Key(found[1] + "." + found[2])) {
				missing[found[1]+"."+found[2]] = path
			}
		}
		return nil
	}))
	require.Empty(t, missing)
}

func BenchmarkT(b *testing.B) {
	p := printer(b, text.Arabic)
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			p.T(text.FrameLock)
		}
	})
	b.Run("plural", func(b *testing.B) {
		for b.Loop() {
			p.T(text.TimeHoursAgo, text.Count, 5)
		}
	})
}
