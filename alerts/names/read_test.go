package names_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/names"
)

// texts are the tokens of a reading.
func texts(r names.Reading) string {
	out := make([]string, 0, len(r.Tokens))
	for _, t := range r.Tokens {
		out = append(out, t.Text)
	}
	return strings.Join(out, " ")
}

func TestReadLatin(t *testing.T) {
	for raw, want := range map[string][]string{
		"Müller":                 {"MUELLER", "MULLER"},
		"O'Brien-Smith":          {"OBRIEN SMITH"},
		"J.R. de la Cruz":        {"J R DE LA CRUZ"},
		"St.John":                {"STJOHN"},
		"Nguyễn Thị Ánh Đường":   {"NGUYEN THI ANH DUONG", "NGUYEN THI ANH DJUONG"},
		"Işık Çağlayan":          {"ISIK CAGLAYAN", "ISHIK CHAGHLAYAN"},
		"İbrahim Şahin":          {"IBRAHIM SAHIN", "IBRAHIM SHAHIN"},
		"Þórður Æsir":            {"THORDUR AESIR", "TORDUR ASIR", "THORDHUR AESIR"},
		"Muñoz Peña":             {"MUNOZ PENA", "MUNYOZ PENYA"},
		"ＡＬＩ ｶ":                  {"ALI KA"},
		"‘Abd al-Raḥmān":         {"ABD AL RAHMAN", "ABDULRAHMAN"},
		"ABCDEFGHI<<XYLO<MAX":    {"ABCDEFGHI XYLO MAX"},
		"MUXXLLER<<JNXX":         {"MUXXLLER JNXX", "MULLER JN"},
		"Soekarno":               {"SOEKARNO"},
		"Aung":                   {"AUNG"},
		"Nevena 4th (the elder)": {"NEVENA TH THE ELDER"},
	} {
		var got []string
		for _, r := range names.Read(alerts.Name{Raw: raw}) {
			got = append(got, texts(r))
		}
		require.Equal(t, want, got, raw)
	}
}

func TestReadRoles(t *testing.T) {
	roles := func(n alerts.Name) string {
		var out []string
		for _, token := range names.Read(n)[0].Tokens {
			out = append(out, token.Text+"/"+string(token.Role))
		}
		return strings.Join(out, " ")
	}
	require.Equal(t, "EL/family KADRI/family NOUR/given", roles(alerts.Name{Raw: "EL<KADRI<<NOUR", Kind: alerts.MRZName}))
	require.Equal(t, "EL/family KADRI/family NOUR/given", roles(alerts.Name{Raw: "El Kadri, Nour"}))
	require.Equal(t, "EL/unknown KADRI/unknown NOUR/unknown JR/unknown", roles(alerts.Name{Raw: "El Kadri, Nour, Jr"}), "two commas divide nothing")
	require.Equal(t, "NOUR/given PETROVICH/patronymic KADRI/family", roles(alerts.Name{Raw: "x", Parts: []alerts.NamePart{
		{Text: "Nour", Role: alerts.Given}, {Text: "Petrovich", Role: alerts.Patronymic}, {Text: "Kadri", Role: alerts.Family},
	}}))
	require.Equal(t, "OUYANG/family LING/given", roles(alerts.Name{Raw: "欧阳玲"}))
	require.Equal(t, "PARK/family SUJIN/given", roles(alerts.Name{Raw: "박수진"}))
}

func TestReadMarksTokens(t *testing.T) {
	r := names.Read(alerts.Name{Raw: "van J Meer"})[0]
	require.True(t, r.Tokens[0].Particle)
	require.True(t, r.Tokens[1].Initial)
	require.False(t, r.Tokens[2].Particle || r.Tokens[2].Initial)
	require.True(t, names.Read(alerts.Name{Raw: "ABCDEFGHIJKLMNOP<<QRSTUVWXYZABCDEFGHIJK"})[0].Cut, "39 characters without a filler")
	require.False(t, names.Read(alerts.Name{Raw: "ABCDEFGHIJKLMNOP<<QRSTUVWXYZABCDEFGHIJ<"})[0].Cut)
}

// What cannot be read is told: by Unread, by Loss, and by giving nothing when nothing is left.
func TestUnread(t *testing.T) {
	require.Empty(t, names.Read(alerts.Name{Raw: "ꦲꦏ"}))
	require.NotEmpty(t, names.Unread(alerts.Name{Raw: "ꦲꦏ"}))
	r := names.Read(alerts.Name{Raw: "Sari ꦲꦏ"})
	require.Equal(t, "SARI", texts(r[0]))
	require.Greater(t, r[0].Loss, 0.2)
	require.Empty(t, names.Unread(alerts.Name{Raw: "Sari Ünal Ковальчук"}))
	require.Empty(t, names.Read(alerts.Name{Raw: " -.' "}))
	require.InDelta(t, 0.6, names.Read(alerts.Name{Raw: strings.Repeat("AB ", 341) + "A"})[0].Loss, 0.05, "beyond the bound")
}

func TestEscapeCode(t *testing.T) {
	readings := names.Read(alerts.Name{Raw: "ALXTTYB<<MXHMD<XKHALD", Kind: alerts.MRZName})
	require.Equal(t, "ALXTTYB MXHMD XKHALD", texts(readings[0]), "the plain reading stays the first")
	require.False(t, readings[0].Consonants)
	require.Equal(t, "AL TIB MUHAMMAD KHALID", texts(readings[1]))
	require.True(t, readings[1].Consonants)
	require.Positive(t, readings[1].Loss)
	for _, latin := range []string{"FELIX MAXIMOV", "XHAKA GRANIT", "OXANA XENIA", "ALEX FOX"} {
		require.Len(t, names.Read(alerts.Name{Raw: latin, Kind: alerts.MRZName}), 1, latin)
	}
}

// Every kind of letter costs a reading at most a little: none is dropped without Loss.
func TestReadDropsNothing(t *testing.T) {
	letters := []rune("ABCÄÖßŁŞИЩЪЇЉΑΨΆأبجدדאऋकৎกขハハサ金美김뷁ሀჰԱꦲꙮ")
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringOfN(rapid.RuneFrom(letters), 1, 40, -1).Draw(t, "name")
		readings := names.Read(alerts.Name{Raw: raw})
		require.LessOrEqual(t, len(readings), names.MaxReadings)
		if len(names.Unread(alerts.Name{Raw: raw})) > 0 {
			for _, r := range readings {
				require.Positive(t, r.Loss, "%q", raw)
			}
		}
		for _, r := range readings {
			requireSound(t, r)
		}
	})
}

func requireSound(t require.TestingT, r names.Reading) {
	require.NotEmpty(t, r.Tokens)
	require.True(t, r.Loss >= 0 && r.Loss <= 1)
	for _, token := range r.Tokens {
		require.NotEmpty(t, token.Text)
		require.Empty(t, strings.Trim(token.Text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), token.Text)
	}
}

// The plain reading of a reading is itself.
func TestReadIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringOfN(rapid.RuneFrom([]rune("AEIOUXYZ-' .,<éüßяшλ한小ا")), 1, 30, -1).Draw(t, "name")
		for _, r := range names.Read(alerts.Name{Raw: raw}) {
			again := names.Read(alerts.Name{Raw: texts(r)})
			require.Equal(t, texts(r), texts(again[0]))
			require.Zero(t, again[0].Loss)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"MXHMD", "عبدالرحمن", "ッッ", "เ", "्", "々", "김", "́", "\xff\xfe", "A<<B", ",", "ΑΥ", "א"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, r := range names.Read(alerts.Name{Raw: raw}) {
			requireSound(t, r)
			for _, token := range r.Tokens {
				require.NotEmpty(t, names.Skeleton(token.Text))
			}
		}
		names.Unread(alerts.Name{Raw: raw})
	})
}

func BenchmarkRead(b *testing.B) {
	for _, name := range []struct{ kind, raw string }{
		{"plain", "MUESTRA SPECIMEN MARIA LUISA"}, {"compound", "EL KADRI NOUR EDDINE"}, {"marks", "Nour-Eddine El Kadri"},
		{"cyrillic", "Щербинников Юрий"}, {"arabic", "عبدالرحمن سمير"}, {"han", "欧阳小明"}, {"hangul", "박수진"},
	} {
		b.Run(name.kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				names.Read(alerts.Name{Raw: name.raw})
			}
		})
	}
}

func BenchmarkSkeleton(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		names.Skeleton("SHCHERBAKOV")
	}
}
