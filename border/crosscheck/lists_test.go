package crosscheck_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/traveldoc"
)

const heading = "kind,issuing_state,from,to,source\n"

func lists(t require.TestingT, text string) crosscheck.Lists {
	l, err := crosscheck.ParseLists(strings.NewReader(text))
	require.NoError(t, err)
	return l
}

func look(t *testing.T, l crosscheck.Lists, state, number string) border.Finding {
	t.Helper()
	c := crosscheck.ListCheck{Rules: rules(t), Lists: func() crosscheck.Lists { return l }}
	f, err := c.Check(t.Context(), border.Subject{Document: traveldoc.Document{Code: "P", IssuingState: state, Number: number}})
	require.NoError(t, err)
	return f
}

func TestARangeOfBlanksIsFoundHoweverTheNumberIsWritten(t *testing.T) {
	l := lists(t, "# as of 2026-11-20T06:00:00Z\n"+heading+"blank_stolen,UTO,L898902A0,L898902Z9,theft at the printer's\nvoid,UTO,77,,deceased\n")
	for number, hit := range map[string]bool{
		"L898902C3": true, "l 898902-c3": true, "L898902A0": true, "L898902Z9": true, "L8989029Z": false, "L898902C": false, "77": true, "78": false,
	} {
		f := look(t, l, "UTO", number)
		require.Equal(t, hit, f.Outcome == border.Hit, number)
		require.Equal(t, 2026, f.Source.AsOf.Year())
		require.NotEmpty(t, f.Source.Version)
	}
	require.Equal(t, border.NoHit, look(t, l, "NZL", "L898902C3").Outcome, "another state's")
	f := look(t, l, "UTO", "L898902C3")
	require.Equal(t, border.SecondLine, f.Severity())
	require.Equal(t, "step.list.blank_stolen", f.Evidence[0].Code)
	require.Equal(t, "L898902A0 – L898902Z9", f.Evidence[0].Expected)
	require.Equal(t, border.NotChecked, look(t, l, "UTO", "").Outcome, "nothing to look for")
	require.False(t, look(t, crosscheck.Lists{}, "UTO", "1").Applicable(), "no list: nobody looked")
}

func TestListsSayWhichLineIsWrong(t *testing.T) {
	for text, says := range map[string]string{
		"":                              "line 1: expected the heading",
		"# note\nkind,state\n":          "line 2: expected the heading",
		"# as of yesterday\n" + heading: "line 1: expected an instant",
		heading + "lost,UTO,1,2,x\n":    "line 2: kind",
		heading + "void,uto,1,2,x\n":    "line 2: issuing_state",
		heading + "void,UTO,,2,x\n":     "line 2: from",
		heading + "void,UTO,1,2,x\nvoid,UTO,3,22,x\n": "line 3: to",
		heading + "void,UTO,9,2,x\n":                  "line 2: to",
		heading + "a\"b,UTO,1,2,x\n":                  "line 2: expected five values",
		heading + "void,UTO,1\n":                      "line 2: expected five values",
	} {
		_, err := crosscheck.ParseLists(strings.NewReader(text))
		require.ErrorContains(t, err, says, text)
		require.NotContains(t, err.Error(), "22")
	}
}

func TestFindingAgreesWithLookingAtEveryEntry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("%03d", rapid.IntRange(0, 40).Draw(t, "n")) })
		type span struct{ from, to string }
		spans := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) span {
			a, b := number.Draw(t, "a"), number.Draw(t, "b")
			return span{min(a, b), max(a, b)}
		}), 0, 12).Draw(t, "spans")
		text := heading
		for _, s := range spans {
			text += "void,UTO," + s.from + "," + s.to + ",x\n"
		}
		l, asked := lists(t, text), number.Draw(t, "asked")
		want := border.NoHit
		for _, s := range spans {
			if s.from <= asked && asked <= s.to {
				want = border.Hit
			}
		}
		r, err := crosscheck.DefaultRules()
		require.NoError(t, err)
		f, err := crosscheck.ListCheck{Rules: r, Lists: func() crosscheck.Lists { return l }}.Check(t.Context(),
			border.Subject{Document: traveldoc.Document{Code: "P", IssuingState: "UTO", Number: asked}})
		require.NoError(t, err)
		require.Equal(t, want, f.Outcome)
	})
}

func FuzzParseLists(f *testing.F) {
	f.Add(heading + "void,UTO,1,2,x\n")
	f.Add("# as of 2026-11-20T06:00:00Z\n" + heading)
	f.Fuzz(func(t *testing.T, text string) {
		l, err := crosscheck.ParseLists(strings.NewReader(text))
		if err == nil {
			require.Equal(t, l.Len() > 0, strings.Count(text, "\n") > 0 && l.Len() > 0)
		}
	})
}
