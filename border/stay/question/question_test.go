package question_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/stay/question"
)

var now = time.Date(2026, 5, 1, 22, 30, 0, 0, time.UTC)

func ask(t testing.TB, text string) question.Answer {
	t.Helper()
	q, err := question.Parse([]byte(text), now)
	require.NoError(t, err)
	return q.Answer()
}

// numbers is an answer in short: used, max_stay, last_lawful, remaining, overstay.
func numbers(a question.Answer) string {
	show := func(n *int) string {
		if n == nil {
			return "-"
		}
		return fmt.Sprint(*n)
	}
	last := "-"
	if a.LastLawful != nil {
		last = a.LastLawful.String()
	}
	return fmt.Sprint(a.Used, " ", show(a.MaxStay), " ", last, " ", show(a.Remaining), " ", a.Overstay)
}

func codes(a question.Answer) string {
	var all []string
	for _, f := range a.Findings {
		all = append(all, f.Code+fmt.Sprint(f.Stays))
	}
	return strings.Join(all, " ")
}

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct{ text, want, findings string }{
		"no stays":           {`{"on": "2026-05-01", "stays": []}`, "0 90 2026-07-29 90 0", ""},
		"today in the zone":  {`{"zone": "Europe/Paris", "stays": [{"entry": "2026-05-02"}]}`, "1 90 2026-07-30 89 0", ""},
		"today in UTC":       {`{"stays": [{"entry": "2026-05-02"}]}`, "0 90 2026-07-29 90 0", "future[0]"},
		"day 90":             {`{"on": "2026-03-31", "stays": [{"entry": "2026-01-01", "exit": null}]}`, "90 1 2026-03-31 0 0", ""},
		"day 91":             {`{"on": "2026-04-01", "stays": [{"entry": "2026-01-01"}]}`, "91 0 2026-03-31 0 1", ""},
		"left with overstay": {`{"on": "2026-04-10", "stays": [{"entry": "2026-01-01", "exit": "2026-04-02"}]}`, "92 0 - 0 2", ""},
		"window edge":        {`{"on": "2026-06-30", "stays": [{"entry": "2026-01-01", "exit": "2026-03-31"}]}`, "89 90 2026-09-27 90 0", ""},
		"same day":           {`{"on": "2026-05-02", "stays": [{"entry": "2026-05-01", "exit": "2026-05-01"}]}`, "1 89 2026-07-29 89 0", ""},
		"exit and entry on one day": {
			`{"on": "2026-05-06", "stays": [{"entry": "2026-05-05", "exit": "2026-05-06"}, {"entry": "2026-05-01", "exit": "2026-05-05"}]}`,
			"6 85 2026-07-29 84 0", "",
		},
		"exempt":      {`{"on": "2026-05-01", "stays": [{"entry": "2026-04-01", "exit": "2026-04-30", "exempt": true}]}`, "0 90 2026-07-29 90 0", ""},
		"not exempt":  {`{"on": "2026-05-01", "stays": [{"entry": "2026-04-01", "exit": "2026-04-30", "exempt": false}]}`, "30 60 2026-06-29 60 0", ""},
		"exempt, why": {`{"on": "2026-05-01", "stays": [{"entry": "2026-04-01", "exempt": "residence permit"}]}`, "0 90 2026-07-29 90 0", ""},
		"another rule": {
			`{"rule": {"days": 10, "window": 20}, "on": "2026-05-20", "stays": [{"entry": "2026-05-01", "exit": "2026-05-08"}]}`,
			"8 10 2026-05-29 10 0", "",
		},
		"a rule without limit": {`{"rule": {"days": 90, "window": 90}, "on": "2026-05-20", "stays": [{"entry": "2025-05-01"}]}`, "90 - - - 0", "unbounded[]"},
		"instants are days of the zone": {
			`{"zone": "Asia/Kathmandu", "on": "2026-05-10", "stays": [{"entry": "2026-05-01T18:30:00Z", "exit": "2026-05-02T18:00:00Z"}]}`,
			"1 89 2026-08-06 89 0", "",
		},
		"the same in UTC": {
			`{"on": "2026-05-10", "stays": [{"entry": "2026-05-01T18:30:00Z", "exit": "2026-05-02T18:00:00Z"}]}`, "2 88 2026-08-05 88 0", "",
		},
		"night in which the clock changes": {
			`{"zone": "Europe/Paris", "on": "2026-11-01", "stays": [{"entry": "2026-10-24T23:59:00+02:00", "exit": "2026-10-25T23:59:00+01:00"}]}`,
			"2 88 2027-01-27 88 0", "",
		},
		"overlap": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-05-08", "exit": "2026-05-12"}, {"entry": "2026-05-01", "exit": "2026-05-10"}]}`,
			"12 78 2026-08-05 78 0", "overlap[1 0]",
		},
		"overlap within a day": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-05-01T08:00:00Z", "exit": "2026-05-10T18:00:00Z"}, {"entry": "2026-05-10T09:00:00Z", "exit": "2026-05-12"}]}`,
			"12 78 2026-08-05 78 0", "overlap[0 1]",
		},
		"the same stay twice": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-05-01", "exit": "2026-05-10"}, {"entry": "2026-05-01", "exit": "2026-05-10"}]}`,
			"10 80 2026-08-07 80 0", "overlap[0 1]",
		},
		"two open stays": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-05-10"}, {"entry": "2026-05-01"}]}`, "20 71 2026-07-29 70 0", "two_open[1 0]",
		},
		"a stay within an open one": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-05-01"}, {"entry": "2026-05-05", "exit": "2026-05-07"}]}`,
			"20 71 2026-07-29 70 0", "overlap[0 1]",
		},
		"later stays": {
			`{"on": "2026-05-05", "stays": [{"entry": "2026-05-01"}, {"entry": "2026-05-10", "exit": "2026-05-12"}]}`, "5 86 2026-07-29 85 0",
			"future[1] overlap[0 1]",
		},
		"exit before entry, and no entry after it: inside": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-05-11", "exit": "2026-05-01"}]}`, "10 81 2026-08-08 80 0",
			"exit_before_entry[0] uncertain[0]",
		},
		"exit before entry, and he entered again": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-01-11", "exit": "2026-01-10"}, {"entry": "2026-05-20"}]}`,
			"2 90 2026-08-17 89 0", "exit_before_entry[0] uncertain[0]",
		},
		"exit an hour before entry": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-05-20T09:00:00Z", "exit": "2026-05-20T08:00:00Z"}]}`,
			"1 90 2026-08-17 89 0", "exit_before_entry[0]",
		},
		"exit before entry of an exempt stay": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-05-11", "exit": "2026-05-01", "exempt": true}]}`, "0 90 2026-08-17 90 0",
			"exit_before_entry[0]",
		},
		"exit before entry, long ago: figures as they are": {
			`{"on": "2026-05-20", "stays": [{"entry": "2024-05-11", "exit": "2024-05-01"}, {"entry": "2024-05-20", "exit": "2024-05-21"}]}`,
			"0 90 2026-08-17 90 0", "exit_before_entry[0]",
		},
		"exit before an entry that lies ahead": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-06-11", "exit": "2026-06-01"}]}`, "0 90 2026-08-17 90 0",
			"exit_before_entry[0] future[0]",
		},
		"within an open stay": {
			`{"on": "2026-05-20", "stays": [{"entry": "2026-05-01"}, {"entry": "2026-05-11", "exit": "2026-05-10"}]}`, "20 71 2026-07-29 70 0",
			"exit_before_entry[1] two_open[0 1]",
		},
		"overstay long ago": {
			`{"on": "2026-05-05", "stays": [{"entry": "2024-01-01", "exit": "2024-04-01"}]}`, "0 90 2026-08-02 90 2", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := ask(t, c.text)
			require.Equal(t, c.want, numbers(a))
			require.Equal(t, c.findings, codes(a))
		})
	}
}

func TestDaysAreExplained(t *testing.T) {
	a := ask(t, `{"on": "2026-05-06", "rule": {"days": 4, "window": 6}, "stays": [
		{"entry": "2026-04-01", "exit": "2026-04-05"}, {"entry": "2026-04-29", "exit": "2026-05-02"}, {"entry": "2026-05-02", "exit": "2026-05-02"},
		{"entry": "2026-05-02", "exit": "2026-05-03"}, {"entry": "2026-05-02"}, {"entry": "2026-05-01", "exit": "2026-05-03", "exempt": "crew"}]}`)
	var lines []string
	for _, d := range a.Days {
		lines = append(lines, fmt.Sprint(d.Date, " ", d.Used, " ", d.Why))
	}
	require.Equal(t, []string{
		"2026-04-05 5 stays[0]: exit; over: 5 days used of 4",
		"2026-05-01 3 stays[1]: inside since 2026-04-29",
		"2026-05-02 4 stays[1]: exit; stays[2]: entry and exit; stays[3]: entry; and 1 more",
		"2026-05-03 5 stays[3]: exit; stays[4]: inside since 2026-05-02; over: 5 days used of 4",
		"2026-05-04 6 stays[4]: inside since 2026-05-02; over: 6 days used of 4",
		"2026-05-05 6 stays[4]: inside since 2026-05-02; over: 6 days used of 4",
		"2026-05-06 6 stays[4]: inside since 2026-05-02; over: 6 days used of 4",
	}, lines)
	require.Equal(t, 5, a.Overstay)
	var apart []string
	for _, p := range a.Apart() {
		apart = append(apart, fmt.Sprint(p.From, " ", p.To, " ", p.Why))
	}
	require.Equal(t, []string{
		"2026-04-01 2026-04-05 stays[0]: before the window", "2026-04-29 2026-04-30 stays[1]: before the window",
		"2026-05-01 2026-05-03 stays[5]: exempt: crew",
	}, apart)
}

// A contradiction is told with its place, and says what was computed and what else may be.
func TestExitBeforeEntryIsExplained(t *testing.T) {
	a := ask(t, `{"on": "2026-05-20", "stays": [{"entry": "2026-05-19"}, {"entry": "2026-01-11", "exit": "2026-01-04"}]}`)
	require.Equal(t, []question.Finding{
		{Code: "exit_before_entry", Stays: []int{1}, Path: "stays[1].exit", Message: "stays[1].exit (2026-01-04) lies before its entry " +
			"(2026-01-11): which of them is wrong is not guessed; the day of entry is counted alone, and he may have stayed until the next " +
			"entry on 2026-05-19"},
		{Code: "uncertain", Stays: []int{1}, Message: "with every day that may have been spent here 137 days are used, 47 over, and the " +
			"longest stay is 0 days"},
	}, a.Findings)
	require.Equal(t, "3 89 2026-08-16 88 0", numbers(a))
}

// Every word of the error is a promise: the place, and what was expected.
func TestBadQuestions(t *testing.T) {
	one := func(fields string) string { return `{"stays": [{"entry": "2026-01-01"}, {` + fields + `}]}` }
	const aDate = "expected a date YYYY-MM-DD or an instant such as 2026-01-31T09:30:00+01:00, of the years 1900 to 2999, found "
	for name, c := range map[string]struct{ text, want string }{
		"nothing":             {" \n", "expected JSON, found nothing"},
		"cut off":             {`{"stays": [`, "line 1, column 11: expected JSON"},
		"no object":           {`"2026-05-01"`, "expected an object with rule, zone, on, stays, found other text"},
		"unknown field":       {`{"stays": [], "now": "2026-05-01"}`, "now: unknown field; expected one of rule, zone, on, stays"},
		"letters matter":      {`{"Stays": []}`, "Stays: unknown field"},
		"field twice":         {`{"stays": [], "stays": []}`, "stays: given twice; expected once"},
		"no stays":            {`{}`, "stays: expected an array of stays, found nothing"},
		"stays null":          {`{"stays": null}`, "stays: expected an array of stays, found null"},
		"stays an object":     {`{"stays": {}}`, "stays: expected an array of stays, found an object"},
		"stay a date":         {`{"stays": ["2026-01-01"]}`, "stays[0]: expected an object with entry, exit, exempt, found other text"},
		"no entry":            {one(`"exit": "2026-01-01"`), "stays[1].entry: " + aDate + "nothing"},
		"entry null":          {one(`"entry": null`), "stays[1].entry: " + aDate + "null"},
		"entry a number":      {one(`"entry": 20260101`), "stays[1].entry: " + aDate + "a number"},
		"no such day":         {one(`"entry": "2026-02-29"`), "stays[1].entry: " + aDate + "other text"},
		"part of a date":      {one(`"entry": "2026-02"`), "stays[1].entry: " + aDate + "other text"},
		"another manner":      {one(`"entry": "01.02.2026"`), "stays[1].entry: " + aDate + "other text"},
		"empty":               {one(`"entry": ""`), "stays[1].entry: expected a date YYYY-MM-DD"},
		"no zone in instant":  {one(`"entry": "2026-02-01T08:00:00"`), "stays[1].entry: " + aDate + "other text"},
		"far year":            {one(`"entry": "9999-12-31"`), "stays[1].entry: " + aDate + "other text"},
		"exit a number":       {one(`"entry": "2026-02-01", "exit": 1`), "stays[1].exit: " + aDate + "a number"},
		"exit no such day":    {one(`"entry": "2026-02-01", "exit": "2026-01-32"`), "stays[1].exit: " + aDate + "other text"},
		"exempt a number":     {one(`"entry": "2026-02-01", "exempt": 1`), "stays[1].exempt: expected true, false or a text that says why, found a number"},
		"exempt empty":        {one(`"entry": "2026-02-01", "exempt": ""`), "stays[1].exempt: expected true, false or a text"},
		"unknown in a stay":   {one(`"entry": "2026-02-01", "exti": "2026-02-02"`), "stays[1].exti: unknown field; expected one of entry, exit, exempt"},
		"unknown zone":        {`{"zone": "Europe/Atlantis", "stays": []}`, "zone: expected an IANA time zone, such as Europe/Paris, found other text"},
		"zone of the machine": {`{"zone": "Local", "stays": []}`, "zone: expected an IANA time zone"},
		"path as zone":        {`{"zone": "../../etc/passwd", "stays": []}`, "zone: expected an IANA time zone"},
		"zone a number":       {`{"zone": 1, "stays": []}`, "zone: expected an IANA time zone, such as Europe/Paris, found a number"},
		"on null":             {`{"on": null, "stays": []}`, "on: " + aDate + "null"},
		"on wrong":            {`{"on": "today", "stays": []}`, "on: " + aDate + "other text"},
		"rule null":           {`{"rule": null, "stays": []}`, "rule: expected an object with days, window, found null"},
		"rule a text":         {`{"rule": "90/180", "stays": []}`, "rule: expected an object with days, window, found other text"},
		"rule without days":   {`{"rule": {"window": 180}, "stays": []}`, "rule.days: expected a whole number from 1 to 180, found nothing"},
		"no days":             {`{"rule": {"days": 0, "window": 180}, "stays": []}`, "rule.days: expected a whole number from 1 to 180, found a number"},
		"fewer than none":     {`{"rule": {"days": -90, "window": 180}, "stays": []}`, "rule.days: expected a whole number"},
		"part of a day":       {`{"rule": {"days": 90.5, "window": 180}, "stays": []}`, "rule.days: expected a whole number"},
		"more than window":    {`{"rule": {"days": 181, "window": 180}, "stays": []}`, "rule.days: expected a whole number from 1 to 180"},
		"no window":           {`{"rule": {"days": 90, "window": 0}, "stays": []}`, "rule.window: expected a whole number from 1 to 3660"},
		"endless window":      {`{"rule": {"days": 90, "window": 1e99}, "stays": []}`, "rule.window: expected a whole number from 1 to 3660"},
		"unknown in rule":     {`{"rule": {"days": 90, "weeks": 26}, "stays": []}`, "rule.weeks: unknown field; expected one of days, window"},
		"too many stays":      {`{"stays": [` + strings.Repeat("{},", question.MaxStays) + `{}]}`, "stays: expected at most 5000 elements, found 5001"},
		"too long":            {strings.Repeat(" ", question.MaxBytes) + "{}", "expected at most 4194304 bytes of JSON"},
	} {
		_, err := question.Parse([]byte(c.text), now)
		require.ErrorContains(t, err, c.want, name)
		require.NotContains(t, err.Error(), "Atlantis", "values are not repeated")
	}
}

// The answer equals what a slow reading of the words says, whatever the stays.
func TestAnswersEqualOracle(t *testing.T) {
	first := time.Date(2024, 1, 20, 0, 0, 0, 0, time.UTC)
	day := func(i int) string { return first.AddDate(0, 0, i).Format(time.DateOnly) }
	for i := range 2000 {
		random := rand.New(rand.NewPCG(uint64(i), 3))
		window := 2 + random.IntN(25)
		days := 1 + random.IntN(window-1)
		on := random.IntN(80)
		here := map[int]bool{}
		var stays []string
		entries := make([]int, random.IntN(7))
		for n := range entries {
			entries[n] = random.IntN(80)
		}
		for n, entry := range entries {
			exit := entry + random.IntN(20)
			exempt := random.IntN(4) == 0
			text, last := fmt.Sprintf(`"%s"`, day(exit)), exit
			if random.IntN(5) == 0 {
				text, last = "null", on
			}
			if random.IntN(6) == 0 { // an exit before the entry: the day of entry, or until the day when no other entry follows
				text, last = fmt.Sprintf(`"%s"`, day(entry-1-random.IntN(20))), on
				for other, again := range entries {
					if again <= on && (again > entry || again == entry && other > n) {
						last = entry
					}
				}
			}
			for d := entry; d <= last && !exempt; d++ {
				here[d] = true
			}
			stays = append(stays, fmt.Sprintf(`{"entry": "%s", "exit": %s, "exempt": %t}`, day(entry), text, exempt))
		}
		used := func(d, from int) (n int) {
			for x := d - window + 1; x <= d; x++ {
				if here[x] || x >= from {
					n++
				}
			}
			return n
		}
		most := 0
		for used(on+most, on) <= days {
			most++
		}
		remaining, over, listed := most, 0, 0
		if here[on] {
			remaining = max(most-1, 0)
		}
		for d := range on + 1 {
			switch late := here[d] && used(d, 1000) > days; {
			case late:
				over++
				listed++
			case here[d] && d > on-window:
				listed++
			}
		}
		text := fmt.Sprintf(`{"rule": {"days": %d, "window": %d}, "on": "%s", "stays": [%s]}`, days, window, day(on), strings.Join(stays, ", "))
		a := ask(t, text)
		require.Equal(t, []int{used(on, 1000), most, remaining, over, listed}, []int{a.Used, *a.MaxStay, *a.Remaining, a.Overstay, len(a.Days)}, text)
		for _, d := range a.Days {
			at, err := time.Parse(time.DateOnly, d.Date.String())
			require.NoError(t, err)
			require.Equal(t, used(int(at.Sub(first).Hours()/24), 1000), d.Used, text)
			require.NotEmpty(t, d.Why, text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"rule":{"days":90,"window":180},"zone":"Europe/Paris","on":"2026-05-01","stays":[{"entry":"2026-01-01","exit":"2026-01-10","exempt":false}]}`))
	f.Add([]byte(`{"stays":[{"entry":"2026-01-01T00:00:00Z"},{"entry":"2026-01-05","exempt":"crew"}]}`))
	f.Add([]byte(`{"stays":[{"entry":"1900-01-01"},{"entry":"2999-12-31"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		q, err := question.Parse(text, now)
		if err != nil {
			return
		}
		a := q.Answer()
		require.LessOrEqual(t, a.Used, q.Rule.Window)
		require.GreaterOrEqual(t, len(a.Days), a.Used)
		_, err = json.Marshal(a)
		require.NoError(t, err)
	})
}
