package apply

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// payloads are one of every kind that strangers type into fields.
func payloads() map[string]string {
	return map[string]string{
		"script":           `<script>alert(document.cookie)</script>`,
		"attribute":        `" onmouseover="alert(1)`,
		"sql":              `'; DROP TABLE portal.draft; --`,
		"template":         `{{7*7}} ${7*7} <%= 7*7 %>`,
		"header":           "a\r\nBcc: victim@example.org",
		"nul":              "a\x00b",
		"escape":           "a\x1b[31mb",
		"bidi override":    "abc\u202Etxt.exe",
		"bidi isolate":     "\u2066abc\u2069",
		"right-to-left":    "\u200Fabc",
		"zero width":       "a\u200Bb\u200Dc\u2060",
		"byte order mark":  "\uFEFFabc",
		"soft hyphen":      "ab\u00ADc",
		"hangul filler":    "\u3164",
		"braille blank":    "\u2800",
		"tags":             "a\U000E0041\U000E0042",
		"private use":      "a\uE000",
		"noncharacter":     "a\uFFFE\uFDD0",
		"unassigned":       "a\U000E0FFF",
		"wrong utf-8":      "a\xff\xfe\xc0\xafb",
		"surrogate":        "a\xed\xa0\x80b",
		"line separator":   "a\u2028b\u2029c",
		"zalgo":            "Z" + strings.Repeat("\u0301", 60),
		"long":             strings.Repeat("A", 10<<20),
		"long marks":       strings.Repeat("e\u0301", 1<<20),
		"long spaces":      strings.Repeat(" ", 1<<20),
		"path":             "../../../../etc/passwd",
		"json":             `{"$ne": null}`,
		"format":           "%s%s%n%x",
		"spaces only":      " \t\u00a0\u3000 ",
		"emoji":            "👨‍👩‍👧",
		"digits of others": "١٢٣٤٥٦٧٨٩",
		"full width":       "ＡＢＣ１２３",
	}
}

func today(t require.TestingT) traveldoc.Date {
	d, err := traveldoc.NewDate(2026, 11, 22)
	require.NoError(t, err)
	return d
}

// onePerson is a draft of one person with what other pages ask about.
func onePerson(t require.TestingT) around {
	m := Member{ID: uuid.New(), Answers: Answers{PageNation: {FieldNationality: "FRA"}, PageType: {FieldType: "T"}}}
	return around{
		policy: evisa.DefaultPolicy("UTO"), today: today(t), member: m,
		draft: Draft{Group: Answers{PagePurpose: {FieldPurpose: "tourism"}}, Members: []Member{m}},
	}
}

func pages() []Page { return append(GroupPages(), MemberPages()...) }

// inputs are the names that a field is posted under.
func inputs(f Field) []string {
	if f.Kind == KindDate {
		return []string{f.Name, f.Name + "_day", f.Name + "_month", f.Name + "_year"}
	}
	return []string{f.Name}
}

// harmless holds whatever is kept or shown again to what a page, a letter and a database may be given.
func harmless(t require.TestingT, f Field, text string) {
	require.True(t, utf8.ValidString(text), f.Name)
	most := f.Most
	if most == 0 {
		most = mostShort
	}
	require.LessOrEqual(t, utf8.RuneCountInString(text), most, f.Name)
	for _, r := range text {
		require.False(t, unseen(r) && (r != '\n' || f.Kind != KindLong), "%s holds %U", f.Name, r)
	}
}

// Every field of every page against every payload: kept harmlessly, or kept out with a problem at that field, and what is shown again is
// harmless too.
func TestEveryFieldAgainstEveryPayload(t *testing.T) {
	a := onePerson(t)
	tried := 0
	for _, page := range pages() {
		for _, f := range a.fields(page) {
			for _, input := range inputs(f) {
				for name, payload := range payloads() {
					tried++
					form := Form{FieldHumanitarian: {yes}, FieldRefused: {yes}, FieldHasHost: {yes}} // what other fields are asked because of
					form[input] = []string{payload}
					kept, shown, problems := a.read(page, form)
					harmless(t, f, kept[f.Name])
					for _, values := range shown {
						harmless(t, Field{Name: f.Name, Kind: KindLong, Most: mostLong}, values[0])
					}
					_, isKept := kept[f.Name]
					if f.Name == FieldPortOther {
						_, isKept = kept[FieldPort]
					}
					if !isKept && strings.TrimSpace(payload) != "" {
						blank := name == "spaces only" || name == "long spaces"
						require.True(t, len(problems.Of(f.Name)) > 0 || blank && !f.Required || f.Name == FieldPort && blank, "%s.%s: %s vanished without a word", page, f.Name, name)
					}
					if isKept && f.Kind != KindText && f.Kind != KindLong {
						require.NotContains(t, kept[f.Name], "<")
						require.NotContains(t, kept[f.Name], "'")
					}
				}
			}
		}
	}
	require.Greater(t, tried, 1000)
}

// What cannot be seen never stays without a word: the same page sent again, as it was shown, is without it.
func TestWhatCannotBeSeenIsTakenOutAndSaid(t *testing.T) {
	a := onePerson(t)
	for name, payload := range payloads() {
		if name == "spaces only" || !strings.ContainsFunc(payload, unseen) || len(payload) > 1000 || strings.Contains(payload, "\n") {
			continue
		}
		_, shown, problems := a.read(PageName, Form{FieldSurname: {"Le" + payload + "fevre"}, FieldGivenNames: {"Anne"}})
		require.NotEmpty(t, problems.Of(FieldSurname), name)
		require.Contains(t, []string{"apply.invisible", "apply.encoding"}, problems.Of(FieldSurname)[0].Code, name)
		_, _, again := a.read(PageName, shown)
		for _, p := range again {
			require.NotContains(t, []string{"apply.invisible", "apply.encoding"}, p.Code, name)
		}
	}
}

func TestNamesKeepTheirLetters(t *testing.T) {
	a := onePerson(t)
	for _, name := range []string{"Lefèvre", "O’Connor", "D'Arc", "Müller-Lüdenscheidt", "Đặng", "Åse", "Þórsdóttir", "Ñuñez de la Peña", "Łukasz", "İbrahim", "St. John"} {
		kept, _, problems := a.read(PageName, Form{FieldSurname: {name}, FieldGivenNames: {name}})
		require.Empty(t, problems, name)
		require.Equal(t, name, kept[FieldSurname])
	}
	for _, original := range []string{"فاطمة الزهراء", "王小明", "Ελένη", "Ольга", "ธนา", "אברהם", "한지민", "प्रिया"} {
		kept, _, problems := a.read(PageName, Form{FieldSurname: {"X"}, FieldOriginalName: {original}})
		require.Empty(t, problems, original)
		require.Equal(t, original, kept[FieldOriginalName])
		_, _, problems = a.read(PageName, Form{FieldSurname: {original}})
		require.Equal(t, "apply.latin", problems.Of(FieldSurname)[0].Code, "a travel document has it in Latin letters")
	}
	decomposed := "Lefe\u0300vre"
	kept, _, problems := a.read(PageName, Form{FieldSurname: {decomposed}})
	require.Empty(t, problems)
	require.Equal(t, "Lefèvre", kept[FieldSurname], "one way to write a letter")
}

func TestDatesHeldAgainstOneAnother(t *testing.T) {
	for _, c := range []struct {
		name   string
		page   Page
		form   Form
		member map[Page]map[string]string
		group  map[string]string // of the journey
		at     string
		code   string
	}{
		{"expired", PageDocument, Form{FieldIssued: {"2010-01-01"}, FieldExpires: {"2026-11-21"}}, nil, nil, FieldExpires, "expired"},
		{"expires today", PageDocument, Form{FieldIssued: {"2016-01-01"}, FieldExpires: {"2026-11-22"}}, nil, nil, FieldExpires, ""},
		{"ends before the journey", PageDocument, Form{FieldExpires: {"2027-01-11"}}, nil, map[string]string{FieldDeparture: "2027-01-12"}, FieldExpires, "expires_before"},
		{"ends on the last day", PageDocument, Form{FieldExpires: {"2027-01-12"}}, nil, map[string]string{FieldDeparture: "2027-01-12"}, FieldExpires, ""},
		{"issued tomorrow", PageDocument, Form{FieldIssued: {"2026-11-23"}}, nil, nil, FieldIssued, "date_future"},
		{"issued before birth", PageDocument, Form{FieldIssued: {"2000-01-01"}}, map[Page]map[string]string{PageBirth: {FieldBirthDate: "2001-01-01"}}, nil, FieldIssued, "date_implausible"},
		{"issued after its end", PageDocument, Form{FieldIssued: {"2026-11-01"}, FieldExpires: {"2026-11-01"}}, nil, nil, FieldExpires, "expired"},
		{"ends in 9999", PageDocument, Form{FieldExpires: {"9999-01-01"}}, nil, nil, FieldExpires, "date_implausible"},
		{"no such day", PageDocument, Form{FieldExpires: {"2027-02-29"}}, nil, nil, FieldExpires, "date"},
		{"month alone", PageDocument, Form{FieldExpires: {"2027-02"}}, nil, nil, FieldExpires, "date"},
		{"three fields", PageBirth, Form{"birth_date_day": {"١٢"}, "birth_date_month": {"4"}, "birth_date_year": {"1988"}}, nil, nil, FieldBirthDate, ""},
		{"a field missing", PageBirth, Form{"birth_date_month": {"4"}, "birth_date_year": {"1988"}}, nil, nil, FieldBirthDate, "date"},
		{"not known", PageBirth, Form{"birth_date_year": {"1988"}, FieldBirthUnknown: {yes}}, nil, nil, FieldBirthDate, ""},
		{"minus", PageBirth, Form{"birth_date_day": {"-1"}, "birth_date_month": {"4"}, "birth_date_year": {"1988"}}, nil, nil, FieldBirthDate, "date"},
		{"born tomorrow", PageBirth, Form{FieldBirthDate: {"2026-11-23"}}, nil, nil, FieldBirthDate, "date_future"},
		{"born today", PageBirth, Form{FieldBirthDate: {"2026-11-22"}}, nil, nil, FieldBirthDate, ""},
		{"born in 1890", PageBirth, Form{FieldBirthDate: {"1890-01-01"}}, nil, nil, FieldBirthDate, "date_implausible"},
		{"came yesterday", PageJourney, Form{FieldArrival: {"2026-11-21"}}, nil, nil, FieldArrival, "date_past"},
		{"comes in two years", PageJourney, Form{FieldArrival: {"2028-11-21"}}, nil, nil, FieldArrival, "date_far"},
		{"leaves before", PageJourney, Form{FieldArrival: {"2027-01-10"}, FieldDeparture: {"2027-01-09"}}, nil, nil, FieldDeparture, "order"},
		{"the same day", PageJourney, Form{FieldArrival: {"2027-01-10"}, FieldDeparture: {"2027-01-10"}}, nil, nil, FieldDeparture, ""},
		{"31 days of 30", PageJourney, Form{FieldArrival: {"2027-01-01"}, FieldDeparture: {"2027-01-31"}}, nil, nil, FieldDeparture, "stay_long"},
		{"30 days of 30", PageJourney, Form{FieldArrival: {"2027-01-01"}, FieldDeparture: {"2027-01-30"}}, nil, nil, FieldDeparture, ""},
		{"document too short", PageJourney, Form{FieldArrival: {"2027-01-01"}, FieldDeparture: {"2027-01-30"}}, map[Page]map[string]string{PageDocument: {FieldExpires: "2027-01-29"}, PageType: {FieldType: "T"}}, nil, FieldDeparture, "document_ends"},
		{"more entries", PageJourney, Form{FieldEntries: {"multiple"}}, nil, nil, FieldEntries, "entries"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := onePerson(t)
			for page, answers := range c.member {
				a.member.Answers[page] = answers
			}
			if c.group != nil {
				a.draft.Group[PageJourney] = c.group
			}
			kept, _, problems := a.read(c.page, c.form)
			own := problems.Of(c.at)
			if c.code == "" {
				require.Empty(t, own)
				require.NotEmpty(t, kept[c.at])
				return
			}
			require.Len(t, own, 1, "said once")
			require.Equal(t, "apply."+c.code, own[0].Code)
		})
	}
}

func TestFieldsOfOneKind(t *testing.T) {
	a := onePerson(t)
	for _, c := range []struct {
		page            Page
		field, typed    string
		expected, fault string
	}{
		{PageContact, FieldEmail, " Anne.Marie+x@Example.ORG ", "Anne.Marie+x@example.org", ""},
		{PageContact, FieldEmail, "anne@localhost", "", "email"},
		{PageContact, FieldEmail, "anne@@example.org", "", "email"},
		{PageContact, FieldEmail, "<anne@example.org>", "", "email"},
		{PageContact, FieldEmail, "anne@example.org,bob@example.org", "", "email"},
		{PageContact, FieldEmail, strings.Repeat("a", 65) + "@example.org", "", "email"},
		{PageContact, FieldPhone, "+٩٦٦ 50 123 4567", "+966 50 123 4567", ""},
		{PageContact, FieldPhone, "12+34567", "", "phone"},
		{PageContact, FieldPhone, "1234", "", "phone"},
		{PageContact, FieldCountry, "fra", "FRA", ""},
		{PageContact, FieldCountry, "ZZZ", "", "country"},
		{PageContact, FieldCountry, "XPO", "", "country"}, // nobody lives in an organisation
		{PageBirth, FieldBirthCountry, "XXA", "", "country"},
		{PageBirth, FieldBirthCountry, "GBO", "", "country"},
		{PageBirth, FieldBirthCountry, "RKS", "RKS", ""},
		{PageNation, FieldNationality, "DEU", "D", ""}, // as its passports have it
		{PageNation, FieldNationality, "XPO", "XPO", ""},
		{PageDocument, FieldIssuer, "deu", "D", ""},
		{PageDocument, FieldIssuer, "XXA", "", "country"},
		{PageNation, FieldNationality, "XXA", "XXA", ""},
		{PageDocument, FieldNumber, "19 xa-456 78", "19XA45678", ""},
		{PageDocument, FieldNumber, "12", "", "number"},
		{PageDocument, FieldNumber, "1234567890123456789012345", "", "too_long"},
		{PagePurpose, FieldPurpose, "spying", "", "choice"},
		{PageType, FieldType, "B", "", "choice"}, // not for tourists
		{PageType, FieldType, "T", "T", ""},
		{PageHistory, FieldRefused, "maybe", "", "choice"},
		{PageBirth, FieldBirthPlace, "<b>Lyon</b>", "", "name"},
	} {
		kept, _, problems := a.read(c.page, Form{c.field: {c.typed}})
		require.Equal(t, c.expected, kept[c.field], c.typed)
		if c.fault != "" {
			require.Equal(t, "apply."+c.fault, problems.Of(c.field)[0].Code, c.typed)
		} else {
			require.Empty(t, problems.Of(c.field), c.typed)
		}
	}
}

func TestWhatIsAskedBecauseOfAnotherAnswer(t *testing.T) {
	a := onePerson(t)
	codes := func(page Page, form Form, field string) []string {
		_, _, problems := a.read(page, form)
		var list []string
		for _, p := range problems.Of(field) {
			list = append(list, p.Code)
		}
		return list
	}
	require.Equal(t, []string{"apply.required"}, codes(PageHistory, Form{FieldRefused: {yes}}, FieldRefusedText))
	require.Empty(t, codes(PageHistory, Form{FieldRefused: {no}}, FieldRefusedText))
	require.Equal(t, []string{"apply.required"}, codes(PageClaims, Form{FieldHumanitarian: {yes}, FieldReunion: {yes}}, FieldGrounds))
	require.Equal(t, []string{"apply.required"}, codes(PageHost, Form{FieldHasHost: {yes}}, FieldHostName))
	kept, _, _ := a.read(PageHost, Form{FieldHasHost: {no}, FieldHostName: {"Somebody"}})
	require.NotContains(t, kept, FieldHostName, "who says that there is none names nobody")
	a.draft.Members[0].Answers[PageType] = map[string]string{FieldType: "S"}
	require.Equal(t, []string{"apply.host_needed"}, codes(PageHost, Form{FieldHasHost: {no}}, FieldHasHost))
}

// Whatever comes, nothing panics, what is kept is harmless, and reading what was kept again keeps the same.
func TestReadingIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := onePerson(t)
		page := rapid.SampledFrom(pages()).Draw(t, "page")
		form := Form{}
		for _, f := range a.fields(page) {
			for _, input := range inputs(f) {
				switch rapid.IntRange(0, 3).Draw(t, "kind") {
				case 0:
					form[input] = []string{rapid.String().Draw(t, "text")}
				case 1:
					form[input] = []string{string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))}
				case 2:
					if len(f.Options) > 0 {
						form[input] = []string{rapid.SampledFrom(f.Options).Draw(t, "option")}
					}
				}
			}
		}
		kept, shown, problems := a.read(page, form)
		for _, f := range a.fields(page) {
			harmless(t, f, kept[f.Name])
		}
		for _, p := range problems {
			require.True(t, strings.HasPrefix(p.Code, "apply."))
			require.NotEmpty(t, p.Field)
		}
		again := Form{}
		for name, v := range kept {
			again[name] = []string{v}
		}
		second, _, _ := a.read(page, again)
		require.Equal(t, kept, second)
		_, once, _ := a.read(page, shown)
		_, twice, _ := a.read(page, once)
		require.Equal(t, once, twice, "what is shown again settles")
	})
}

func FuzzRead(f *testing.F) {
	for _, payload := range payloads() {
		f.Add(payload[:min(len(payload), 4000)])
	}
	f.Fuzz(func(t *testing.T, text string) {
		a := onePerson(t)
		for _, page := range pages() {
			for _, field := range a.fields(page) {
				for _, input := range inputs(field) {
					kept, _, _ := a.read(page, Form{input: {text}})
					harmless(t, field, kept[field.Name])
				}
			}
		}
	})
}

func TestDigitsOfEveryScript(t *testing.T) {
	for _, zero := range []rune{'0', '٠', '۰', '०', '๐', '０', '𝟎', '𞥐'} {
		var text strings.Builder
		for i := range rune(10) {
			text.WriteRune(zero + i)
		}
		require.Equal(t, "0123456789", digits(text.String()), string(zero))
	}
	require.Equal(t, "a½b", digits("a½b"))
	require.True(t, unicode.IsDigit('٣'))
}

// Ten megabytes in every field at once take no longer than they take to look at the first kilobytes.
func BenchmarkReadHugePage(b *testing.B) {
	a, huge := onePerson(b), strings.Repeat("é", 5<<20)
	form := Form{FieldSurname: {huge}, FieldGivenNames: {huge}, FieldOriginalName: {huge}, FieldOtherNames: {huge}}
	for b.Loop() {
		_, _, problems := a.read(PageName, form)
		if len(problems) != 4 {
			b.Fatal(len(problems))
		}
	}
}

// Each State is offered once, by the code that its documents have.
func TestAStateIsOfferedOnce(t *testing.T) {
	for _, codes := range []Codes{Nationalities, Issuers, Places} {
		require.Contains(t, codes.All(), "D")
		require.NotContains(t, codes.All(), "DEU")
		require.Contains(t, codes.All(), "FRA")
		require.NotContains(t, codes.All(), "DDR")
	}
}

// A day is read from three fields in the digits of any script, and not at all where it is none.
func TestADayOfThreeFields(t *testing.T) {
	day := func(d, m, y string) Form { return Form{"arrival_day": {d}, "arrival_month": {m}, "arrival_year": {y}} }
	for _, c := range []struct {
		form     Form
		expected string
		good     bool
	}{
		{day("28", "12", "2026"), "2026-12-28", true}, {day("٢٨", "١٢", "٢٠٢٦"), "2026-12-28", true}, {day(" 8", "2", "2027"), "2027-02-08", true},
		{Form{}, "", true}, {day("31", "2", "2027"), "", false}, {day("", "2", "2027"), "2027-02", false}, {day("x", "2", "2027"), "", false},
	} {
		d, good := DateIn(c.form, "arrival")
		require.Equal(t, c.good, good, c.form)
		require.Equal(t, c.expected, d.String(), c.form)
	}
}
