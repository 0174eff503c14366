package central_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

func date(t *testing.T, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func TestASearchSaysWhatIsWrong(t *testing.T) {
	ok := central.Search{Name: "garcia", Purpose: "investigation"}
	require.NoError(t, ok.Check())
	for name, test := range map[string]struct {
		change func(*central.Search)
		code   string
		kind   problem.Kind
	}{
		"no purpose":      {func(s *central.Search) { s.Purpose = "" }, "purpose_missing", problem.Forbidden},
		"unknown purpose": {func(s *central.Search) { s.Purpose = "curiosity" }, "purpose_unknown", problem.Invalid},
		"nothing":         {func(s *central.Search) { s.Name = "" }, "search_empty", problem.Invalid},
		"one letter":      {func(s *central.Search) { s.Name = "g" }, "name_too_short", problem.Invalid},
		"no letter":       {func(s *central.Search) { s.Name = "'--" }, "name_too_short", problem.Invalid},
		"one day only":    {func(s *central.Search) { s.Name, s.From = "", date(t, "2026-01-01") }, "range_needed", problem.Invalid},
		"days too far apart": {func(s *central.Search) {
			s.Name, s.From, s.To = "", date(t, "2026-01-01"), date(t, "2026-06-01")
		}, "range_needed", problem.Invalid},
		"half a day":  {func(s *central.Search) { s.From = date(t, "2026-01") }, "day_incomplete", problem.Invalid},
		"backwards":   {func(s *central.Search) { s.From, s.To = date(t, "2026-02-01"), date(t, "2026-01-01") }, "range_reversed", problem.Invalid},
		"no such way": {func(s *central.Search) { s.Direction = "up" }, "direction_unknown", problem.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			s := ok
			test.change(&s)
			err := s.Check()
			require.ErrorIs(t, err, problem.New(test.kind, test.code))
			require.Equal(t, test.kind, problem.KindOf(err))
		})
	}
}

func TestEqualSearchesHaveEqualTerms(t *testing.T) {
	a := central.Search{Name: "Anna  MÜLLER", Document: "c01x00t47"}
	b := central.Search{Name: "muller anna", Document: "C01X OOT47", Purpose: "audit"}
	require.Equal(t, a.Terms(), b.Terms())
	require.NotEqual(t, a.Terms(), central.Search{Name: "muller"}.Terms())
	require.NotEqual(t, central.Search{Station: "x"}.Terms(), central.Search{Document: "x"}.Terms())
}

func TestWordsBeginWithTheLongest(t *testing.T) {
	require.Equal(t, []string{"ERIKSSON", "ANNA", "VAN"}, central.Search{Name: "Anna van Eriksson anna"}.Words())
}
