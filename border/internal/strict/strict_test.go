package strict_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/internal/strict"
)

func parse(t testing.TB, text string) strict.Value {
	t.Helper()
	v, err := strict.Parse([]byte(text), 1<<16)
	require.NoError(t, err)
	return v
}

func TestReadsWhatIsThere(t *testing.T) {
	fields, err := parse(t, "\ufeff {\"n\": -7, \"text\": \"\\u00e9t\\u00e9\", \"yes\": true, \"none\": null, \"list\": [1, [2]]} ").Object(
		"n", "text", "yes", "none", "list", "absent")
	require.NoError(t, err)
	n, err := fields["n"].Int(-10, 10)
	require.NoError(t, err)
	require.Equal(t, -7, n)
	text, err := fields["text"].Text(3, "a season")
	require.NoError(t, err)
	require.Equal(t, "été", text)
	yes, err := fields["yes"].Bool()
	require.NoError(t, err)
	require.True(t, yes)
	require.True(t, fields["none"].Null())
	require.True(t, fields["none"].Given())
	require.False(t, fields["absent"].Given())
	list, err := fields["list"].Array(2, "numbers")
	require.NoError(t, err)
	_, err = list[1].Int(1, 2)
	require.EqualError(t, err, "list[1]: expected a whole number from 1 to 2, found an array")
	_, err = fields["absent"].Bool()
	require.EqualError(t, err, "absent: expected true or false, found nothing")
	_, err = fields["text"].Text(2, "a season")
	require.EqualError(t, err, "text: expected a season of 1 to 2 characters, found 3")
	_, err = fields["list"].Array(1, "numbers")
	require.EqualError(t, err, "list: expected at most 1 elements, found 2")
	_, err = fields["n"].Object("a")
	require.EqualError(t, err, "n: expected an object with a, found a number")
}

// An unknown name is the writer's own and may be anything: it is shown cut, and without what a terminal obeys.
func TestUnknownNames(t *testing.T) {
	_, err := parse(t, `{"a": {"\u001b[31m`+strings.Repeat("x", 100)+`": 1}}`).Object("a")
	require.NoError(t, err)
	fields, _ := parse(t, `{"a": {"\u001b[31m`+strings.Repeat("x", 100)+`": 1}}`).Object("a")
	_, err = fields["a"].Object("b")
	require.EqualError(t, err, `a.\x1b[31m`+strings.Repeat("x", 35)+"...: unknown field; expected one of b")
	var wrong *strict.Error
	require.ErrorAs(t, err, &wrong)
}

func TestSyntaxErrorsNameTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"{\n \"a\": 1\n \"b\": 2}": "line 3, column 2: expected JSON",
		"[1, 2":                    "line 1, column 5: expected JSON: unexpected end",
		"{} x":                     "line 1, column 4: expected JSON",
		strings.Repeat("[", 1<<15): "exceeded max depth",
	} {
		_, err := strict.Parse([]byte(text), 1<<16)
		require.ErrorContains(t, err, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"a": [1, "x", {"b": null}]}`))
	f.Add([]byte("\ufeff{"))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := strict.Parse(text, 1<<16)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		if fields, err := v.Object("a", "b"); err == nil {
			require.Len(t, fields, 2)
		}
		if elements, err := v.Array(10, "things"); err == nil {
			require.LessOrEqual(t, len(elements), 10)
		}
	})
}
