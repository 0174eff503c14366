package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/config"
)

func TestParseFile(t *testing.T) {
	for _, c := range []struct{ name, text, key, value string }{
		{"plain", "A=b", "A", "b"},
		{"spaces around the value", "A=  b c  ", "A", "b c"},
		{"equals in the value", "A=x=y", "A", "x=y"},
		{"empty", "A=", "A", ""},
		{"single quotes are plain", `A='a\b"c'`, "A", `a\b"c`},
		{"double quotes escape", `A="a\"b\\c"`, "A", `a"b\c`},
		{"backslash outside quotes", `A=a\ b`, "A", "a b"},
		{"comments and blanks", "\n# x=y\n; z=y\n  A=1\n", "A", "1"},
		{"windows line ends", "A=1\r\nB=2\r\n", "A", "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			values, err := config.ParseFile(c.text)
			require.NoError(t, err)
			require.Equal(t, c.value, values[c.key])
		})
	}
}

func TestParseFileSaysWhereItIsWrong(t *testing.T) {
	for _, c := range []struct{ text, expected string }{
		{"A=1\nno equals", "line 2: expected KEY=VALUE"},
		{"export A=1", "line 1: expected KEY=VALUE"},
		{"1A=1", "line 1: expected KEY=VALUE"},
		{"A='x", "line 1: A has an unfinished quote"},
		{"A='x'y", "line 1: A has an unfinished quote or text after it"},
		{"A='", "line 1: A has an unfinished quote"},
		{`A="x`, "line 1: A has an unfinished quote"},
		{`A="x"y`, "line 1: A has a quote inside"},
		{`A=x\`, "line 1: A ends in a backslash"},
	} {
		_, err := config.ParseFile(c.text)
		require.ErrorContains(t, err, c.expected, c.text)
	}
}

// Whatever value is written in double quotes comes back.
func TestParseFileRoundTrip(t *testing.T) {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[^\n\r]*`).Draw(t, "value")
		values, err := config.ParseFile(`KEY="` + escape.Replace(value) + `"` + "\n")
		require.NoError(t, err)
		require.Equal(t, value, values["KEY"])
	})
}

func FuzzParseFile(f *testing.F) {
	f.Add("A=1\nB='2'\nC=\"3\\\"\"\n# x\n")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := config.ParseFile(text)
		if err != nil && values != nil {
			t.Fatal("values and an error")
		}
		if err == nil && len(values) > strings.Count(text, "=") {
			t.Fatalf("%d values from %q", len(values), text)
		}
	})
}
