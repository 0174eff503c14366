package refusal_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

func day(t require.TestingT, s string) traveldoc.Date {
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func builtIn(t require.TestingT) refusal.Catalogue {
	c, err := refusal.Default()
	require.NoError(t, err)
	return c
}

func codes(reasons []refusal.Reason) string {
	var all strings.Builder
	for _, r := range reasons {
		all.WriteString(r.Code + " ")
	}
	return strings.TrimSpace(all.String())
}

func TestTheBuiltInTableFollowsTheRegulation(t *testing.T) {
	c := builtIn(t)
	require.Equal(t, "A B C D E F G H I", codes(c.On(day(t, "2025-10-11"))))
	require.Equal(t, "A B C D E F G H I J", codes(c.On(day(t, "2025-10-12"))), "J since the Entry/Exit System began")
	require.Empty(t, c.On(day(t, "2016-04-11")))
	seen := map[string]bool{}
	for _, r := range c.Reasons {
		require.Equal(t, strings.Contains("BDH", r.Code), r.Biometrics, "fingerprints with B, D and H: %s", r.Code)
		for _, language := range refusal.Languages() {
			for _, words := range []string{r.Title.In(language), r.Text.In(language)} {
				require.False(t, seen[words], "%s %s: the same words twice", r.Code, language)
				require.Equal(t, language == "ar", isArabic(words), "%s %s", r.Code, language)
				seen[words] = true
			}
		}
	}
	require.Equal(t, c.Reasons[0].Text["en"], c.Reasons[0].Text.In("xx"))
}

func isArabic(s string) bool {
	r, _ := utf8.DecodeRuneInString(s) // its length does not matter
	return r >= 0x0600 && r <= 0x06FF
}

func TestCheck(t *testing.T) {
	good := border.Refusal{Reasons: []string{"A", "H"}, Language: "ar", Signature: refusal.Signed}
	for name, c := range map[string]struct {
		change func(*border.Refusal)
		code   string
		field  string
	}{
		"good":               {func(*border.Refusal) {}, "", ""},
		"refused to sign":    {func(r *border.Refusal) { r.Signature = refusal.RefusedToSign }, "", ""},
		"no reason":          {func(r *border.Refusal) { r.Reasons = nil }, "refusal.reasons_missing", "reasons"},
		"a reason twice":     {func(r *border.Refusal) { r.Reasons = []string{"A", "A"} }, "refusal.reason_twice", "reasons"},
		"small letter":       {func(r *border.Refusal) { r.Reasons = []string{"a"} }, "refusal.reason_unknown", "reasons"},
		"letter of no table": {func(r *border.Refusal) { r.Reasons = []string{"Z"} }, "refusal.reason_unknown", "reasons"},
		"too many":           {func(r *border.Refusal) { r.Reasons = make([]string, 101) }, "refusal.reason_unknown", "reasons"},
		"language":           {func(r *border.Refusal) { r.Language = "de" }, "refusal.language", "language"},
		"signature":          {func(r *border.Refusal) { r.Signature = "" }, "refusal.signature", "signature"},
		"remarks":            {func(r *border.Refusal) { r.Remarks = strings.Repeat("x", refusal.MaxRemarks+1) }, "refusal.remarks_long", "remarks"},
	} {
		t.Run(name, func(t *testing.T) {
			r := good
			c.change(&r)
			err := builtIn(t).Check(r, day(t, "2026-11-21"))
			if c.code == "" {
				require.NoError(t, err)
				require.NoError(t, refusal.Check(r))
				return
			}
			var p *problem.Error
			require.ErrorAs(t, err, &p)
			require.Equal(t, c.code, p.Code)
			require.Equal(t, c.field, p.Field)
		})
	}
	j := border.Refusal{Reasons: []string{"J"}, Language: "fr", Signature: refusal.Signed}
	require.NoError(t, builtIn(t).Check(j, day(t, "2026-11-21")))
	require.Error(t, builtIn(t).Check(j, day(t, "2024-11-21")), "J was not valid then")
}

func TestFingerprintsFollowFromTheReasons(t *testing.T) {
	c, on := builtIn(t), day(t, "2026-11-21")
	for given, want := range map[string]string{
		"A": "not_allowed", "C E F": "not_allowed", "B": "required", "D": "required", "A H": "required", "G I J": "not_allowed",
	} {
		require.Equal(t, want, c.Biometrics(strings.Fields(given), on), given)
	}
	done := c.Complete(border.Refusal{Reasons: []string{"H", "C", "A"}}, on)
	require.Equal(t, []string{"A", "C", "H"}, done.Reasons, "in the order of the form")
	require.Equal(t, refusal.BiometricsRequired, done.Biometrics)
	require.Equal(t, "taken", c.Complete(border.Refusal{Reasons: []string{"A"}, Biometrics: "taken"}, on).Biometrics)
}

const words = `{"en":"x","fr":"x","es":"x","ar":"x"}`

func entry(fields string) string {
	return `{` + fields + `,"title":` + words + `,"text":` + words + `}`
}

func TestANationalTableAddsAndReplaces(t *testing.T) {
	c, err := refusal.Parse([]byte(`{"country":"UTO","version":"2026-1","extends":true,"reasons":[` +
		entry(`"code":"C","from":"2026-01-01","biometrics":true`) + `,` + entry(`"code":"N1","from":"2026-07-01","until":"2026-12-31"`) + `]}`))
	require.NoError(t, err)
	require.Equal(t, "UTO", c.Country)
	require.Equal(t, "A B C D E F G H I J N1", codes(c.On(day(t, "2026-07-01"))))
	require.Equal(t, "A B C D E F G H I J N1", codes(c.On(day(t, "2026-12-31"))))
	require.Equal(t, "A B C D E F G H I J", codes(c.On(day(t, "2027-01-01"))), "a reason ends")
	require.Equal(t, "required", c.Biometrics([]string{"C"}, day(t, "2026-07-01")), "the country's own C")
	_, ok := c.Reason("C", day(t, "2025-01-01"))
	require.False(t, ok, "the built-in C went with all its days")
}

func TestAWrongTableIsToldWhereAndWhatWasExpected(t *testing.T) {
	one := func(fields string) string { return `{"version":"1","reasons":[` + entry(fields) + `]}` }
	for name, c := range map[string]struct{ table, says string }{
		"not JSON":        {`{`, "at byte"},
		"unknown field":   {`{"version":"1","grounds":[]}`, `unknown field "grounds"`},
		"more behind":     {one(`"code":"A","from":"2026-01-01"`) + `{}`, "expected the end"},
		"no version":      {`{"reasons":[` + entry(`"code":"A","from":"2026-01-01"`) + `]}`, "expected a version"},
		"no reasons":      {`{"version":"1"}`, "0 entries; expected 1 to 100"},
		"code":            {one(`"code":"ab","from":"2026-01-01"`), `reasons[0] "ab": code: expected a capital letter`},
		"no code":         {`{"version":"1","extends":true,"reasons":[` + entry(`"from":"2026-01-01"`) + `]}`, "code: expected"},
		"from":            {one(`"code":"A","from":"2026"`), "from: expected the first day"},
		"no from":         {one(`"code":"A"`), "from: expected the first day"},
		"until":           {one(`"code":"A","from":"2026-01-01","until":"2026-02"`), "until: expected the last day"},
		"ends before":     {one(`"code":"A","from":"2026-01-02","until":"2026-01-01"`), "not before from"},
		"no Arabic":       {`{"version":"1","reasons":[{"code":"A","from":"2026-01-01","title":` + words + `,"text":{"en":"x","fr":"x","es":"x"}}]}`, "text.ar: expected 1 to 1000 bytes"},
		"other language":  {`{"version":"1","reasons":[{"code":"A","from":"2026-01-01","text":` + words + `,"title":{"en":"x","fr":"x","es":"x","ar":"x","de":"x"}}]}`, "title: expected the languages en, fr, es, ar"},
		"twice on a day":  {`{"version":"1","reasons":[` + entry(`"code":"A","from":"2026-01-01"`) + `,` + entry(`"code":"A","from":"2026-05-01"`) + `]}`, "valid on days of reasons[0] too"},
		"too long a word": {`{"version":"1","reasons":[{"code":"A","from":"2026-01-01","title":` + words + `,"text":{"en":"` + strings.Repeat("x", 1001) + `"}}]}`, "text.en"},
		"too large":       {strings.Repeat(" ", refusal.MaxTable+1), "expected at most 262144"},
	} {
		_, err := refusal.Parse([]byte(c.table))
		require.ErrorContains(t, err, c.says, name)
	}
	_, err := refusal.Parse([]byte(`{"version":"1","reasons":[` + entry(`"code":"A","from":"2026-01-01","until":"2026-04-30"`) + `,` +
		entry(`"code":"A","from":"2026-05-01"`) + `]}`))
	require.NoError(t, err, "one after the other")
}

func TestAppeal(t *testing.T) {
	a, err := refusal.DefaultAppeal()
	require.NoError(t, err)
	for _, language := range refusal.Languages() {
		require.Len(t, a.In(language), 4)
		require.Equal(t, language == "ar", isArabic(a.In(language)[0]))
	}
	_, err = refusal.ParseAppeal([]byte(`{"right":` + words + `,"authority":` + words + `,"deadline":` + words + `}`))
	require.ErrorContains(t, err, "address.en: expected")
	_, err = refusal.ParseAppeal([]byte(`{"phone":1}`))
	require.ErrorContains(t, err, "unknown field")
	_, err = refusal.ParseAppeal(make([]byte, refusal.MaxAppeal+1))
	require.ErrorContains(t, err, "expected at most")
}

func TestNumber(t *testing.T) {
	require.Equal(t, "almara-air-2026-000042", refusal.Number("almara-air", 2026, 42))
}

// Whatever is chosen from what On offers is accepted by Check, and a code is never offered twice.
func TestWhatIsOfferedIsAccepted(t *testing.T) {
	c := builtIn(t)
	rapid.Check(t, func(r *rapid.T) {
		on := day(r, rapid.SampledFrom([]string{"2016-04-12", "2020-02-29", "2025-10-11", "2025-10-12", "2099-12-31"}).Draw(r, "day"))
		chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(c.On(on)), 1, 5, func(r refusal.Reason) string { return r.Code }).Draw(r, "reasons")
		form := border.Refusal{Language: rapid.SampledFrom(refusal.Languages()).Draw(r, "language"),
			Signature: rapid.SampledFrom(refusal.Signatures()).Draw(r, "signature")}
		for _, reason := range chosen {
			form.Reasons = append(form.Reasons, reason.Code)
		}
		require.NoError(r, c.Check(form, on))
		done := c.Complete(form, on)
		require.ElementsMatch(r, form.Reasons, done.Reasons)
		require.NoError(r, c.Check(done, on))
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"version":"1","extends":true,"reasons":[` + entry(`"code":"N1","from":"2026-01-01"`) + `]}`))
	f.Add([]byte(`{"version":"1","extends":true,"reasons":[{"code":""}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := refusal.Parse(data)
		if err != nil {
			return
		}
		raw, err := json.Marshal(c)
		require.NoError(t, err)
		again, err := refusal.Parse(raw)
		require.NoError(t, err, "what was read can be written and read")
		require.Equal(t, c, again)
	})
}

func TestTheFormSaysWhatCameOfTheFingerprints(t *testing.T) {
	for _, c := range []struct{ asked, state, want string }{
		{refusal.BiometricsRequired, "", refusal.BiometricsRequired},
		{refusal.BiometricsRequired, refusal.BiometricsTaken, refusal.BiometricsTaken},
		{refusal.BiometricsRequired, refusal.BiometricsImpossible, refusal.BiometricsImpossible},
		{refusal.BiometricsNotAllowed, "", refusal.BiometricsNotAllowed},
		{refusal.BiometricsNotAllowed, refusal.BiometricsTaken, refusal.BiometricsTaken},
		{refusal.BiometricsNotAllowed, refusal.BiometricsImpossible, refusal.BiometricsNotAllowed},
	} {
		require.Equal(t, c.want, refusal.Taken(c.asked, c.state), "%v", c)
	}
}
