package group_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

func date(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

func TestAManifestIsReadAndNothingIsLost(t *testing.T) {
	text := strings.Join([]string{
		"\ufeffName;Birth date;Document;Nationality",
		"OTIENO GRACE;1990-05-06;a123456;ken",
		`"ERIKSSON, ANNA MARIA",1974-08-12,L898902C3,UTO`,
		"VIRTANEN PEKKA\t1980\tX1",
		"",
		";;",
		"ONLY A NAME",
		";;Z9",
		"WRONG DATE;12/08/1974;B1",
		"TWICE;1990-01-01;A-123456",
		"A;1990-01-01;B2;KEN;more",
		";1990-01-01",
		strings.Repeat("Ü", 300),
		"BAD \xff;1990-01-01;C1",
	}, "\n")
	m, err := group.Parse(text)
	require.NoError(t, err)
	require.Equal(t, []group.Person{
		{Line: 2, Name: "OTIENO GRACE", BirthDate: date(t, "1990-05-06"), Number: "A123456", Nationality: "KEN"},
		{Line: 3, Name: "ERIKSSON, ANNA MARIA", BirthDate: date(t, "1974-08-12"), Number: "L898902C3", Nationality: "UTO"},
		{Line: 4, Name: "VIRTANEN PEKKA", BirthDate: date(t, "1980"), Number: "X1"},
		{Line: 7, Name: "ONLY A NAME"},
		{Line: 8, Number: "Z9"},
	}, m.People)
	whys := map[int]string{}
	for _, u := range m.Unusable {
		whys[u.Line] = u.Why
		require.LessOrEqual(t, len(u.Text), group.MaxLine)
		require.NotEmpty(t, u.Text, "what came is kept")
	}
	require.Equal(t, map[int]string{9: "birth", 10: "twice", 11: "fields", 12: "name", 13: "long", 14: "character"}, whys)
}

func TestAManifestHasBounds(t *testing.T) {
	_, err := group.Parse(strings.Repeat("x", group.MaxText+1))
	require.Equal(t, problem.Invalid, problem.KindOf(err))
	var b strings.Builder
	for n := range group.MaxPeople {
		fmt.Fprintf(&b, "P %d;;N%d\n", n, n+1)
	}
	m, err := group.Parse(b.String())
	require.NoError(t, err)
	require.Len(t, m.People, group.MaxPeople)
	_, err = group.Parse(b.String() + "ONE MORE")
	require.Equal(t, problem.Invalid, problem.KindOf(err))
}

func FuzzParse(f *testing.F) {
	f.Add("OTIENO GRACE;1990-05-06;A123456;KEN\n\"A, B\",1990,X\n;;;;;")
	f.Add("\xff\x00\t\t\"")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := group.Parse(text)
		if err != nil {
			return
		}
		lines := 0
		for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
			if strings.Trim(strings.TrimRight(line, "\r\n"), " \t;,") != "" {
				lines++
			}
		}
		kept := len(m.People) + len(m.Unusable)
		require.True(t, kept == lines || kept == lines-1, "%d of %d lines", kept, lines)
	})
}
