package shift_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/problem"
)

var begin = time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

func id(n int) uuid.UUID { return uuid.NewSHA1(uuid.Nil, fmt.Append(nil, n)) }

func digest(n int) string { return shift.Digest(fmt.Append(nil, n)) }

func code(t testing.TB, err error) string {
	t.Helper()
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	return p.Code
}

// history applies events that must all be possible.
func history(t testing.TB, events ...shift.Event) shift.State {
	t.Helper()
	state := shift.NewState()
	for n, e := range events {
		if e.At.IsZero() {
			e.At = begin.Add(time.Duration(n) * time.Minute)
		}
		if e.Step == shift.Begun && e.From.IsZero() {
			e.From = e.At
		}
		next, err := state.Next(e)
		require.NoError(t, err, "%d: %s", n, e.Step)
		state = next
	}
	return state
}

func begun(n int, by string, team ...string) shift.Event {
	return shift.Event{Step: shift.Begun, By: by, Shift: id(n), Team: team}
}

func offered(n int, by string) shift.Event {
	return shift.Event{Step: shift.Offered, By: by, Shift: id(n), Text: "nothing", Digest: digest(n)}
}

func signed(n int, by string) shift.Event {
	return shift.Event{Step: shift.Signed, By: by, Person: by, Shift: id(n), Digest: digest(n)}
}

func TestWhatCannotFollow(t *testing.T) {
	runs := []shift.Event{begun(1, "sara", "amara")}
	closed := append(slices.Clone(runs), offered(1, "sara"))
	over := append(slices.Clone(closed), signed(1, "tariq"))
	lane := shift.Event{Step: shift.Opened, By: "amara", Person: "amara", Lane: "1", Direction: border.Entry}
	stamp := shift.Event{Step: shift.Issued, By: "sara", Person: "amara", Code: "K7"}
	lost := shift.Event{Step: shift.Lost, By: "sara", Code: "K7", Text: "fell into the sea"}
	for _, c := range []struct {
		name  string
		after []shift.Event
		event shift.Event
		code  string
	}{
		{"an unknown step", nil, shift.Event{Step: "danced", By: "sara"}, "shift_step"},
		{"nobody", nil, shift.Event{Step: shift.Noted}, "shift_author"},
		{"a second shift", runs, begun(2, "tariq"), "shift_open"},
		{"a shift begun twice", closed, begun(1, "sara"), "shift_unknown"},
		{"a register that begins before the last one ended", closed, shift.Event{Step: shift.Begun, By: "tariq", Shift: id(2), From: begin}, "shift_from"},
		{"a register that begins in the future", nil, shift.Event{Step: shift.Begun, By: "tariq", Shift: id(2), From: begin.Add(time.Hour)}, "shift_from"},
		{"somebody joins no shift", closed, shift.Event{Step: shift.Joined, By: "sara", Person: "bo", Shift: id(1)}, "shift_none"},
		{"a nameless member", runs, shift.Event{Step: shift.Joined, By: "sara", Shift: id(1)}, "shift_team"},
		{"an endless team", nil, begun(1, "sara", make([]string, shift.MaxTeam+1)...), "shift_team"},
		{"an unknown level", runs, shift.Event{Step: shift.Relaxed, By: "sara", Shift: id(1), Kind: "none", Text: "x"}, "shift_level"},
		{"a relaxation without a reason", runs, shift.Event{Step: shift.Relaxed, By: "sara", Shift: id(1), Kind: shift.Sample}, "shift_reason_missing"},
		{"no hand-over note", runs, shift.Event{Step: shift.Offered, By: "sara", Shift: id(1), Text: " \n", Digest: digest(1)}, "shift_note_missing"},
		{"no digest", runs, shift.Event{Step: shift.Offered, By: "sara", Shift: id(1), Text: "x", Digest: "no"}, "shift_digest"},
		{"an offer of no shift", runs, offered(2, "sara"), "shift_unknown"},
		{"a second offer", closed, offered(1, "sara"), "shift_offered"},
		{"a signature while it runs", runs, signed(1, "tariq"), "shift_runs"},
		{"a signature by who offered", closed, signed(1, "sara"), "shift_self_sign"},
		{"a signature by nobody", closed, shift.Event{Step: shift.Signed, By: "tariq", Shift: id(1), Digest: digest(1)}, "shift_self_sign"},
		{"a signature by who was responsible", append(slices.Clone(runs), offered(1, "uma")), signed(1, "sara"), "shift_self_sign"},
		{"a signature under another register", closed, shift.Event{Step: shift.Signed, By: "tariq", Person: "tariq", Shift: id(1), Digest: digest(2)}, "shift_digest"},
		{"a second signature", over, signed(1, "uma"), "shift_signed"},
		{"reading what is not written", runs, shift.Event{Step: shift.Read, By: "amara", Person: "amara", Shift: id(1)}, "shift_runs"},
		{"an officer in two lanes", []shift.Event{lane}, shift.Event{Step: shift.Opened, By: "amara", Person: "amara", Lane: "2", Direction: border.Exit}, "shift_lane_held"},
		{"closing another's lane", []shift.Event{lane}, shift.Event{Step: shift.Closed, By: "amara", Person: "amara", Lane: "2"}, "shift_lane_other"},
		{"a lane that leads nowhere", nil, shift.Event{Step: shift.Opened, By: "amara", Person: "amara", Lane: "1"}, "shift_lane"},
		{"a stamp without a code", runs, shift.Event{Step: shift.Issued, By: "sara", Person: "amara", Code: " "}, "shift_stamp_code"},
		{"a stamp for nobody", runs, shift.Event{Step: shift.Issued, By: "sara", Code: "K7"}, "shift_person"},
		{"a stamp that is out", []shift.Event{stamp}, stamp, "shift_stamp_held"},
		{"a stamp that is lost", []shift.Event{stamp, lost}, stamp, "shift_stamp_lost"},
		{"a lost stamp given back", []shift.Event{stamp, lost}, shift.Event{Step: shift.Returned, By: "sara", Code: "K7"}, "shift_stamp_lost"},
		{"a stamp that nobody has", nil, shift.Event{Step: shift.Returned, By: "sara", Code: "K7"}, "shift_stamp_not_out"},
		{"a loss without words", []shift.Event{stamp}, shift.Event{Step: shift.Lost, By: "sara", Code: "K7"}, "shift_text_missing"},
		{"a note in a section without notes", nil, shift.Event{Step: shift.Noted, By: "amara", Section: shift.Traffic, Kind: "other", Text: "x"}, "shift_section"},
		{"a note of an unknown kind", nil, shift.Event{Step: shift.Noted, By: "amara", Section: shift.Complaints, Kind: "congestion", Text: "x"}, "shift_kind"},
		{"a note without words", nil, shift.Event{Step: shift.Noted, By: "amara", Section: shift.Occurrences, Kind: "congestion"}, "shift_text_missing"},
		{"an endless note", nil, shift.Event{Step: shift.Noted, By: "amara", Section: shift.Occurrences, Kind: "congestion", Text: strings.Repeat("x", shift.MaxText+1)}, "shift_text_long"},
		{"a note that cannot be kept", nil, shift.Event{Step: shift.Noted, By: "amara", Section: shift.Occurrences, Kind: "congestion", Text: "\x00"}, "shift_text"},
		{"a text of no section", runs, shift.Event{Step: shift.Written, By: "sara", Shift: id(1), Section: "x"}, "shift_section"},
		{"a text of no shift", runs, shift.Event{Step: shift.Written, By: "sara", Shift: id(9), Section: shift.Traffic}, "shift_unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			state := history(t, c.after...)
			c.event.At = begin.Add(30 * time.Minute)
			if c.event.Step == shift.Begun && c.event.From.IsZero() {
				c.event.From = c.event.At
			}
			after, err := state.Next(c.event)
			require.Equal(t, c.code, code(t, err))
			require.Equal(t, state, after, "what is refused changes nothing")
		})
	}
}

func TestWhatChangesNothing(t *testing.T) {
	lane := shift.Event{Step: shift.Opened, By: "amara", Person: "amara", Lane: "1", Direction: border.Entry}
	state := history(t, begun(1, "sara", "amara"), lane, shift.Event{Step: shift.LinkLost, By: shift.System})
	for name, e := range map[string]shift.Event{
		"the same lane":           lane,
		"a lane that is not open": {Step: shift.Closed, By: "bo", Person: "bo", Lane: "1"},
		"who is in the team":      {Step: shift.Joined, By: "sara", Person: "amara", Shift: id(1)},
		"who is responsible":      {Step: shift.Joined, By: "sara", Person: "sara", Shift: id(1)},
		"who is not in the team":  {Step: shift.Left, By: "sara", Person: "bo", Shift: id(1)},
		"the level that there is": {Step: shift.Relaxed, By: "sara", Shift: id(1), Kind: shift.Full},
		"the line lost once more": {Step: shift.LinkLost, By: shift.System},
	} {
		t.Run(name, func(t *testing.T) {
			e.At = begin.Add(time.Hour)
			_, err := state.Next(e)
			require.ErrorIs(t, err, shift.ErrNothing)
		})
	}
}

// A random history holds what must never be otherwise, and telling it again gives the same state.
func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state, at := shift.NewState(), begin
		var told []shift.Event
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "minutes")) * time.Minute)
			e := event(t, state, at)
			before := fmt.Sprintf("%+v", state)
			next, err := state.Next(e)
			require.Equal(t, before, fmt.Sprintf("%+v", state), "a state never changes")
			if err != nil {
				var p *problem.Error
				require.True(t, errors.Is(err, shift.ErrNothing) || errors.As(err, &p), "%v", err)
				continue
			}
			told, state = append(told, e), next
			invariants(t, state, told)
		}
		again := shift.NewState()
		for _, e := range told {
			next, err := again.Next(e)
			require.NoError(t, err)
			again = next
		}
		require.Equal(t, state, again)
	})
}

func event(t *rapid.T, state shift.State, at time.Time) shift.Event {
	people := []string{"sara", "tariq", "uma", "amara"}
	e := shift.Event{
		Step: rapid.SampledFrom(shift.Steps()).Draw(t, "step"), By: rapid.SampledFrom(people).Draw(t, "by"), At: at,
		Shift: id(rapid.IntRange(1, 4).Draw(t, "shift")), Person: rapid.SampledFrom(people).Draw(t, "person"),
		Lane: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "lane"), Direction: border.Entry, Section: shift.Occurrences,
		Kind: rapid.SampledFrom(append(shift.Levels(), shift.Kinds(shift.Occurrences)...)).Draw(t, "kind"), Text: "words",
		Code: rapid.SampledFrom([]string{"K1", "K2"}).Draw(t, "code"), From: at,
	}
	e.Digest = shift.Digest([]byte(e.Shift.String()))
	if last, ok := state.Last(); ok {
		e.From = last.OfferedAt
	}
	if state.Current != uuid.Nil && rapid.Bool().Draw(t, "current") {
		e.Shift = state.Current
		e.Digest = shift.Digest([]byte(e.Shift.String()))
	}
	return e
}

// invariants holds the state against what was told, by other means than the state machine's.
func invariants(t *rapid.T, state shift.State, told []shift.Event) {
	running, ended := 0, time.Time{}
	for _, x := range state.Shifts {
		if x.Runs() {
			running++
			require.Equal(t, state.Current, x.ID)
		}
		if !x.SignedAt.IsZero() {
			require.False(t, x.Runs())
			require.NotEqual(t, x.OfferedBy, x.SignedBy)
			require.NotEqual(t, x.Responsible, x.SignedBy)
		}
	}
	require.LessOrEqual(t, running, 1)
	for _, e := range told { // every register begins where the one before it ended: no instant is in two, none in none
		switch {
		case e.Step == shift.Begun && !ended.IsZero():
			require.Equal(t, ended, e.From)
		case e.Step == shift.Offered:
			ended = e.At
		}
	}
	lanes, stamps := map[string]string{}, map[string]string{}
	for _, e := range told {
		switch e.Step {
		case shift.Opened:
			require.Empty(t, lanes[e.Person], "nobody sits in two lanes")
			lanes[e.Person] = e.Lane
		case shift.Closed:
			delete(lanes, e.Person)
		case shift.Issued:
			require.Empty(t, stamps[e.Code], "one holder at a time, and none of a lost stamp")
			stamps[e.Code] = e.Person
		case shift.Returned:
			delete(stamps, e.Code)
		case shift.Lost:
			stamps[e.Code] = "lost"
		default:
		}
	}
	require.Len(t, state.Lanes, len(lanes))
	require.Len(t, state.Stamps, len(stamps))
}

func TestEveryKindBelongsToOneSection(t *testing.T) {
	seen := map[string]shift.Section{}
	for _, s := range shift.Sections() {
		require.True(t, s.Valid())
		for _, k := range shift.Kinds(s) {
			require.Empty(t, seen[k], "%s", k)
			seen[k] = s
			require.Contains(t, shift.NoteSections(), s)
		}
	}
	require.NotEmpty(t, seen)
}

func TestARegisterIsKeptByteForByte(t *testing.T) {
	r := shift.Register{Shift: id(1), From: begin, Until: begin.Add(time.Hour), Traffic: []shift.Flow{{Direction: border.Entry, N: 3}, {Direction: border.Exit, N: 2}}}
	encoded, err := r.Encode()
	require.NoError(t, err)
	back, err := shift.Decode(encoded)
	require.NoError(t, err)
	again, err := back.Encode()
	require.NoError(t, err)
	require.Equal(t, encoded, again)
	require.Equal(t, 3, back.Admitted(border.Entry))
	require.Equal(t, 2, back.Counts()["exits"])
	_, err = shift.Decode([]byte("no"))
	require.Error(t, err)
}
