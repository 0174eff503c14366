package fingers_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border/fingers"
)

func noonOfTasks() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func candidacy() *fingers.Candidacy {
	return &fingers.Candidacy{Ground: fingers.GroundCandidate, Place: "test-air", Link: uuid.UUID{1}, CandidateLink: uuid.UUID{2}, Score: 71}
}

// steps builds a course: each step's record has its number as an id.
type steps struct {
	id  uuid.UUID
	all []fingers.TaskStep
}

func course() *steps {
	s := &steps{id: uuid.UUID{9}}
	return s.add(1, "fingers", fingers.Event{Step: fingers.Raised, Taking: uuid.UUID{5}, Candidacy: candidacy()})
}

func (s *steps) add(seq int, by string, e fingers.Event) *steps {
	n := len(s.all) + 1
	e.Task, e.Seq, e.By, e.At = s.id, seq, by, noonOfTasks().Add(time.Duration(n)*time.Minute)
	s.all = append(s.all, fingers.TaskStep{Record: uuid.UUID{15: byte(n)}, Event: e})
	return s
}

func (s *steps) say(seq int, by string, v fingers.Verdict) *steps {
	return s.add(seq, by, fingers.Event{Step: fingers.Adjudicated, Adjudication: &fingers.Adjudication{Verdict: v, Reason: "the ridges agree", Agreed: "sara"}})
}

func (s *steps) fold(t require.TestingT) *fingers.Task {
	task, err := fingers.FoldTask(s.id, s.all)
	require.NoError(t, err)
	return task
}

// alone is the word of somebody with whom nobody agrees.
func alone() fingers.Event {
	return fingers.Event{Step: fingers.Adjudicated, Adjudication: &fingers.Adjudication{Verdict: fingers.SamePerson, Reason: "the ridges agree"}}
}

func claim(note string) fingers.Event { return fingers.Event{Step: fingers.Claimed, Note: note} }

func TestATaskGoesFromRaisedToDecidedAndBack(t *testing.T) {
	s := course()
	require.Equal(t, fingers.TaskOpen, s.fold(t).Stage())
	require.Equal(t, fingers.TaskClaimed, s.add(2, "sam", claim("")).fold(t).Stage())
	doubted := s.say(3, "sam", fingers.Undecided).fold(t)
	require.Equal(t, fingers.TaskOpen, doubted.Stage(), "undecided stays open")
	require.Empty(t, doubted.Owner)
	require.Equal(t, fingers.Undecided, doubted.Verdict())
	decided := s.add(4, "ines", claim("")).say(5, "ines", fingers.SamePerson).fold(t)
	require.Equal(t, fingers.TaskDecided, decided.Stage())
	require.Equal(t, "ines", decided.DecidedBy)
	again := s.add(6, "sam", fingers.Event{Step: fingers.Reopened, Note: "another document"}).fold(t)
	require.Equal(t, "sam", again.Owner, "whoever reopens works on")
	require.Empty(t, again.Verdict())
	require.Empty(t, again.Doubts)
}

func TestRulesOfATask(t *testing.T) {
	verdict := func(v fingers.Verdict, words string) fingers.Event {
		return fingers.Event{Step: fingers.Adjudicated, Adjudication: &fingers.Adjudication{Verdict: v, Reason: words, Agreed: "sara"}}
	}
	claimed := func() *steps { return course().add(2, "sam", claim("")) }
	decided := func() *steps { return claimed().say(3, "sam", fingers.Different) }
	for name, c := range map[string]struct {
		before *steps
		by     string
		event  fingers.Event
		want   error
	}{
		"nobody's task is taken":            {course(), "sam", claim(""), nil},
		"somebody's is not":                 {claimed(), "ines", claim(""), fingers.ErrTaskClaimed},
		"but with a reason":                 {claimed(), "ines", claim("off duty"), nil},
		"a reason is more than a letter":    {claimed(), "ines", claim("x"), fingers.ErrReasonMissing},
		"nor twice":                         {claimed(), "sam", claim("again"), fingers.ErrTaskOwn},
		"nor a decided one":                 {decided(), "ines", claim("why"), fingers.ErrTaskDecided},
		"given back by its owner":           {claimed(), "sam", fingers.Event{Step: fingers.Released}, nil},
		"not by another":                    {claimed(), "ines", fingers.Event{Step: fingers.Released}, fingers.ErrTaskNotOwner},
		"not when nobody has it":            {course(), "ines", fingers.Event{Step: fingers.Released}, fingers.ErrTaskUnclaimed},
		"decided by its owner":              {claimed(), "sam", verdict(fingers.SamePerson, "core and delta agree"), nil},
		"not by another one":                {claimed(), "ines", verdict(fingers.SamePerson, "core and delta agree"), fingers.ErrTaskNotOwner},
		"not by nobody in particular":       {course(), "ines", verdict(fingers.SamePerson, "core and delta agree"), fingers.ErrTaskUnclaimed},
		"with words":                        {claimed(), "sam", verdict(fingers.SamePerson, "  "), fingers.ErrReasonMissing},
		"with one of the verdicts":          {claimed(), "sam", verdict("perhaps", "the ridges"), fingers.ErrVerdictMissing},
		"with a verdict at all":             {claimed(), "sam", fingers.Event{Step: fingers.Adjudicated}, fingers.ErrVerdictMissing},
		"two files are one by agreement":    {claimed(), "sam", alone(), fingers.ErrAgreementMissing},
		"opened again with a reason":        {decided(), "ines", fingers.Event{Step: fingers.Reopened, Note: "a new print"}, nil},
		"not without":                       {decided(), "ines", fingers.Event{Step: fingers.Reopened}, fingers.ErrReasonMissing},
		"not when it is open":               {claimed(), "ines", fingers.Event{Step: fingers.Reopened, Note: "a new print"}, fingers.ErrTaskNotDecided},
		"somebody else looks after a doubt": {claimed().say(3, "sam", fingers.Undecided), "sam", claim(""), fingers.ErrAnotherPerson},
		"and may":                           {claimed().say(3, "sam", fingers.Undecided), "ines", claim(""), nil},
	} {
		t.Run(name, func(t *testing.T) {
			task := c.before.fold(t)
			before := task.Stage()
			c.event.Task, c.event.Seq, c.event.By, c.event.At = task.ID, task.Next(), c.by, noonOfTasks().Add(time.Hour)
			err := task.Apply(fingers.TaskStep{Record: uuid.UUID{8}, Event: c.event})
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.want)
			require.Equal(t, before, task.Stage(), "as it was")
		})
	}
	mismatch := claimed().fold(t)
	mismatch.Candidacy.Ground = fingers.GroundMismatch
	word := alone()
	word.Task, word.Seq, word.By, word.At = mismatch.ID, mismatch.Next(), "sam", noonOfTasks()
	require.NoError(t, mismatch.Apply(fingers.TaskStep{Event: word}), "one file: nothing is joined")
	task := claimed().fold(t)
	long := verdict(fingers.SamePerson, strings.Repeat("é", fingers.MaxReason+1))
	long.Task, long.Seq, long.By, long.At = task.ID, task.Next(), "sam", noonOfTasks()
	require.ErrorContains(t, task.Apply(fingers.TaskStep{Event: long}), "adjudication.too_long")
	require.ErrorContains(t, task.Apply(fingers.TaskStep{Event: fingers.Event{Seq: 9}}), "step 9 comes after 2")
}

func TestWhatDoesNotKnowOfEachOtherIsResolved(t *testing.T) {
	two := course().add(2, "sam", claim("")).add(2, "ines", claim("")).fold(t)
	require.Equal(t, "sam", two.Owner, "the first of two who take it")
	require.True(t, two.Course[2].Overruled, "the other's step stays in the course, and does not count")

	s := course().add(2, "sam", claim("")).say(3, "sam", fingers.SamePerson).say(3, "sam", fingers.Different)
	contested := s.fold(t)
	require.True(t, contested.Contested)
	require.Equal(t, fingers.TaskOpen, contested.Stage(), "two contradicting words: neither counts")
	require.Empty(t, contested.Verdict())
	settled := s.add(4, "ines", claim("")).say(5, "ines", fingers.Different).fold(t)
	require.False(t, settled.Contested)
	require.Equal(t, fingers.Different, settled.Verdict())

	agreed := course().add(2, "sam", claim("")).say(3, "sam", fingers.SamePerson).say(3, "sam", fingers.SamePerson).fold(t)
	require.Equal(t, fingers.SamePerson, agreed.Verdict(), "two who agree are one word")
	late := course().add(2, "sam", claim("")).say(3, "sam", fingers.SamePerson).say(4, "sam", fingers.Different).fold(t)
	require.Equal(t, fingers.SamePerson, late.Verdict(), "a later word does not take away the one that stands")

	_, err := fingers.FoldTask(s.id, s.all[1:])
	require.ErrorContains(t, err, "nothing raised it")
	_, err = fingers.FoldTask(uuid.UUID{4}, s.all)
	require.ErrorContains(t, err, "a step of")
}

// Whatever is written by whomever, in whatever order it arrives and however often: the task is the same, and one that was raised stays.
func TestATaskDoesNotDependOnTheOrderOfArrival(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := course()
		people, verdicts := []string{"sam", "ines", "omar"}, fingers.Verdicts()
		for range rapid.IntRange(0, 14).Draw(rt, "steps") {
			seq, by := rapid.IntRange(2, 6).Draw(rt, "seq"), rapid.SampledFrom(people).Draw(rt, "by")
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0:
				s.add(seq, by, claim(rapid.SampledFrom([]string{"", "off duty"}).Draw(rt, "note")))
			case 1:
				s.add(seq, by, fingers.Event{Step: fingers.Released})
			case 2:
				s.say(seq, by, rapid.SampledFrom(verdicts).Draw(rt, "verdict"))
			default:
				s.add(seq, by, fingers.Event{Step: fingers.Reopened, Note: "a new print"})
			}
		}
		want := s.fold(rt)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "shuffle"), 1))
		twice := append(append([]fingers.TaskStep{}, s.all...), s.all...)
		r.Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
		got, err := fingers.FoldTask(s.id, twice)
		require.NoError(rt, err)
		require.Equal(rt, want, got)
		require.Len(rt, got.Course, len(s.all), "nothing is lost")
		require.Equal(rt, got.Decision != nil, got.Stage() == fingers.TaskDecided)
		if got.Decision != nil {
			require.Empty(rt, got.Owner)
			require.NotEqual(rt, fingers.Undecided, got.Decision.Verdict)
		}
	})
}

// FuzzEvent: whatever a record's body holds, a fold answers and does not fall over.
func FuzzEvent(f *testing.F) {
	for _, s := range course().add(2, "sam", claim("")).say(3, "sam", fingers.SamePerson).all {
		body, err := json.Marshal(s.Event)
		require.NoError(f, err)
		f.Add(body)
	}
	f.Add([]byte(`{"step":"adjudicated","seq":2}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var e fingers.Event
		if json.Unmarshal(body, &e) != nil {
			return
		}
		raised := course().all[0]
		e.Task = raised.Task
		task, err := fingers.FoldTask(raised.Task, []fingers.TaskStep{raised, {Record: uuid.UUID{7}, Event: e}})
		if err == nil {
			require.Contains(t, []fingers.TaskStage{fingers.TaskOpen, fingers.TaskClaimed, fingers.TaskDecided}, task.Stage())
		}
	})
}

// Whoever took the prints neither works on the task nor agrees to its verdict: others look.
func TestWhoTookThePrintsDecidesNothing(t *testing.T) {
	said := fingers.Adjudication{Verdict: fingers.SamePerson, Reason: "the ridges agree", Agreed: "amira"}
	for name, e := range map[string]fingers.Event{
		"claims":     claim(""),
		"takes over": claim("off duty"),
		"decides":    {Step: fingers.Adjudicated, Adjudication: &said},
		"doubts":     {Step: fingers.Adjudicated, Adjudication: &fingers.Adjudication{Verdict: fingers.Undecided, Reason: "smudged"}},
	} {
		task := course().fold(t)
		task.TakenBy = "amira"
		e.Task, e.Seq, e.By, e.At = task.ID, task.Next(), "amira", noonOfTasks()
		require.ErrorIs(t, task.Apply(fingers.TaskStep{Event: e}), fingers.ErrTookThePrints, name)
	}
	task := course().add(2, "sam", claim("")).fold(t)
	task.TakenBy = "amira"
	e := fingers.Event{Step: fingers.Adjudicated, Adjudication: &said, Task: task.ID, Seq: task.Next(), By: "sam", At: noonOfTasks()}
	require.ErrorIs(t, task.Apply(fingers.TaskStep{Event: e}), fingers.ErrTookThePrints, "nor agrees")
}
