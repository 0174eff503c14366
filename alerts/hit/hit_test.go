package hit_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
)

var (
	noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	id   = uuid.MustParse("11111111-1111-4111-8111-111111111111")
)

func policy() alerts.Policy {
	return alerts.Policy{EscalateAfter: 30 * time.Minute, ConfirmWithin: 2 * time.Hour, ClearedFor: time.Hour}
}

// raise is a hit on a person; document is one whose document is listed too.
func raise(document bool) *hit.Raise {
	p := policy()
	r := &hit.Raise{
		Inspection: uuid.New(), Station: "test-air", Check: "alerts.national", List: "national", Alert: "national/7", AlertVersion: 2,
		Action: alerts.ActionDetain, Subject: alerts.Person, Policy: &p, Evidence: []border.Evidence{{Code: hit.CodeMatch, Ref: "national/7@2"}},
	}
	if document {
		r.Evidence = append(r.Evidence, border.Evidence{Code: hit.CodeDocument, Ref: "national/7@2"})
	}
	return r
}

// model is what a hit is, said a second time and as plainly as can be.
type model struct {
	owner                   string
	judged, same            bool
	judge                   string
	asked, answered, answer bool
	noted                   bool
	unanswered              bool
	proposed                *hit.Outcome
	proposer                string
	outcome                 *hit.Outcome
	cleared, document       bool
	since, answerBy         time.Time
	escalated               bool
}

func coercive(a alerts.Action) bool {
	return a == alerts.ActionDetain || a == alerts.ActionProtect || a == alerts.ActionRefuse || a == alerts.ActionSeize
}

// ends is the table of outcomes: whether one may be, and whether it takes two.
func (m *model) ends(o hit.Outcome) (may, two bool) {
	confirmed, denied := m.answered && m.answer, m.answered && !m.answer
	may = map[string]bool{
		"not_same": m.judged && !m.same, "action_taken": m.judged && m.same && !denied, "action_not_possible": m.judged && m.same,
		"told_owner": m.judged && m.same, "not_confirmed": denied || m.unanswered, "gone": true, "alert_withdrawn": true, "mistaken_scan": true,
	}[o.Code]
	if o.Code != "action_taken" {
		return may && o.Action == "", false
	}
	if coercive(o.Action) && !confirmed && o.Override == "" {
		return false, false
	}
	return may && o.Action != "", o.Action == alerts.ActionDetain || o.Action == alerts.ActionRefuse || o.Override != "" ||
		m.answered && m.noted && coercive(o.Action)
}

func (m *model) stageAsked() bool {
	return m.asked && !m.answered && !m.unanswered && m.judged && m.same && m.proposed == nil
}

func (m *model) due() time.Time {
	switch {
	case m.outcome != nil:
		return time.Time{}
	case m.stageAsked():
		return m.answerBy
	case m.escalated:
		return time.Time{}
	}
	return m.since.Add(30 * time.Minute)
}

// allows is the state machine as a table.
func (m *model) allows(e hit.Event) bool {
	owner, free := m.owner == e.By && m.owner != "", m.proposed == nil
	ranOut := !m.due().IsZero() && !e.At.Before(m.due())
	if m.outcome != nil {
		switch e.Kind {
		case hit.Viewed, hit.Referred, hit.Answered:
			return true
		case hit.Reopened:
			return e.Note != ""
		case hit.Cleared:
			return m.outcome.Code == "not_same" && !m.cleared && !m.document && m.judge != e.By
		case hit.Restored:
			return m.cleared && e.Note != ""
		default:
			return false
		}
	}
	switch e.Kind {
	case hit.Viewed, hit.Referred, hit.Answered:
		return true
	case hit.Claimed:
		return m.owner == "" || !owner && e.Note != ""
	case hit.Released:
		return owner
	case hit.Escalated:
		return ranOut && !m.stageAsked()
	case hit.Unanswered:
		return ranOut && m.stageAsked()
	case hit.Judged:
		return owner && free
	case hit.Asked:
		return owner && free && m.judged && m.same && !m.stageAsked()
	case hit.Proposed:
		may, two := m.ends(*e.Outcome)
		return owner && free && may && two
	case hit.Declined:
		return !free && m.proposer != e.By && e.Note != ""
	case hit.Closed:
		if !free {
			agreed := *m.proposed
			agreed.Second = e.By
			return e.By != m.proposer && e.By != m.owner && *e.Outcome == agreed
		}
		may, two := m.ends(*e.Outcome)
		return owner && may && !two && e.Outcome.Second == ""
	default:
		return false
	}
}

func (m *model) take(e hit.Event) {
	switch e.Kind {
	case hit.Viewed, hit.Referred, hit.Cleared, hit.Restored:
	case hit.Answered:
		if m.outcome == nil {
			m.since, m.escalated = e.At, false
		}
	default:
		m.since, m.escalated = e.At, false
	}
	switch e.Kind {
	case hit.Claimed:
		m.owner, m.proposed = e.By, nil
	case hit.Released:
		m.owner, m.proposed = "", nil
	case hit.Escalated:
		m.escalated = true
	case hit.Judged:
		m.judged, m.same, m.judge = true, e.Judgement.Same, e.By
	case hit.Asked:
		m.asked, m.answered, m.unanswered, m.answerBy = true, false, false, e.Question.AnswerBy
	case hit.Answered:
		m.answered, m.answer, m.noted, m.unanswered = true, e.Answer.Confirmed, e.Answer.Noted, false
		if m.outcome == nil {
			m.proposed = nil
		}
	case hit.Unanswered:
		m.unanswered = true
	case hit.Proposed:
		m.proposed, m.proposer = e.Outcome, e.By
	case hit.Declined:
		m.proposed = nil
	case hit.Closed:
		m.outcome, m.proposed = e.Outcome, nil
	case hit.Reopened:
		m.outcome, m.owner, m.cleared = nil, e.By, false
		m.judged = m.judged && m.same
	case hit.Cleared:
		m.cleared = true
	case hit.Restored:
		m.cleared = false
	default:
	}
}

func (m *model) stage() hit.Stage {
	switch {
	case m.outcome != nil:
		return hit.StageClosed
	case m.proposed != nil:
		return hit.StageProposed
	case !m.judged:
		return hit.StageOpen
	case !m.same:
		return hit.StageNotSame
	case m.answered && m.answer:
		return hit.StageConfirmed
	case m.answered:
		return hit.StageNotConfirmed
	case m.unanswered:
		return hit.StageUnanswered
	case m.asked:
		return hit.StageAsked
	}
	return hit.StageSame
}

// draw is a step of any kind, as somebody would send it who fills in the whole form.
func draw(t *rapid.T, h *hit.Hit, at time.Time) hit.Event {
	e := hit.Event{Hit: id, Seq: len(h.Course) + 1, At: at}
	e.Kind = rapid.SampledFrom(hit.Kinds()[1:]).Draw(t, "kind")
	e.By = rapid.SampledFrom([]string{"sam", "tom", "sara"}).Draw(t, "by")
	switch e.Kind {
	case hit.Claimed, hit.Declined, hit.Reopened, hit.Restored:
		e.Note = rapid.SampledFrom([]string{"", "a reason"}).Draw(t, "note")
	case hit.Referred:
		e.Referral = &hit.Referral{Verdict: border.Refer, Crossing: uuid.New()}
	case hit.Judged:
		e.Judgement = &hit.Judgement{Same: rapid.Bool().Draw(t, "same"), Compared: []string{"photo"}}
	case hit.Asked:
		e.Question = &hit.Question{Reference: "R", Message: "?", AnswerBy: at.Add(time.Hour)}
	case hit.Answered:
		e.Answer = &hit.Answer{Confirmed: rapid.Bool().Draw(t, "confirmed"), By: "owner", At: at, Noted: rapid.Bool().Draw(t, "noted")}
	case hit.Proposed, hit.Closed:
		e.Outcome = drawOutcome(t, h, e)
	case hit.Cleared:
		e.Clearing = &hit.Clearing{Traveller: "k", Alert: "national/7", AlertVersion: 2, Until: at.Add(time.Hour)}
	default:
	}
	return e
}

func drawOutcome(t *rapid.T, h *hit.Hit, e hit.Event) *hit.Outcome {
	if h.Proposal != nil && rapid.Bool().Draw(t, "as proposed") {
		o := *h.Proposal
		o.Second = e.By
		return &o
	}
	o := &hit.Outcome{Code: rapid.SampledFrom(hit.Outcomes()).Draw(t, "outcome"), Remark: "so it was"}
	if o.Code == "action_taken" {
		o.Action = rapid.SampledFrom(alerts.Actions()).Draw(t, "action")
		o.Override = rapid.SampledFrom([]string{"", "he would have left"}).Draw(t, "override")
	}
	return o
}

// A hit does what its model does, step by step, whoever tries what, when and in which order; and its records make the same hit again.
func TestAHitIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := rapid.Bool().Draw(t, "document")
		h := &hit.Hit{ID: id}
		if err := h.Apply(hit.Event{Hit: id, Seq: 1, Kind: hit.Raised, At: noon, By: "hits", Raise: raise(document)}); err != nil {
			t.Fatal(err)
		}
		m := &model{document: document, since: noon}
		at := noon
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 45).Draw(t, "minutes")) * time.Minute)
			e := draw(t, h, at)
			before := len(h.Course)
			err := h.Apply(e)
			if want := m.allows(e); want != (err == nil) {
				t.Fatalf("%s by %s on %+v: allowed %v, got %v", e.Kind, e.By, *m, want, err)
			}
			if err != nil {
				if len(h.Course) != before || problem.KindOf(err) == problem.Internal {
					t.Fatalf("%s was refused with %v and %d steps", e.Kind, err, len(h.Course)-before)
				}
				continue
			}
			m.take(e)
			same(t, h, m)
		}
		again(t, h)
	})
}

func same(t *rapid.T, h *hit.Hit, m *model) {
	if h.Owner != m.owner || h.Stage() != m.stage() || !h.Due().Equal(m.due()) || (h.Clearing != nil) != m.cleared || h.Escalated != m.escalated {
		t.Fatalf("the hit is %s of %q due %v, its model %+v", h.Stage(), h.Owner, h.Due(), *m)
	}
	if o := h.Outcome; o != nil && o.Second != "" && o.Second == h.ProposedBy {
		t.Fatalf("%s agreed with himself", o.Second)
	}
}

// again reads the hit back from its records.
func again(t *rapid.T, h *hit.Hit) {
	course := make([]hit.Event, len(h.Course))
	for n, e := range h.Course {
		raw, err := json.Marshal(e)
		if err == nil {
			err = json.Unmarshal(raw, &course[n])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	folded, err := hit.Fold(h.ID, course)
	if err != nil {
		t.Fatal(err)
	}
	left, err := json.Marshal(h)
	require.NoError(t, err)
	right, err := json.Marshal(folded)
	require.NoError(t, err)
	if string(left) != string(right) {
		t.Fatalf("read back as\n%s\nexpected\n%s", right, left)
	}
}

// open is a hit that sam has claimed and held to be the person.
func open(t *testing.T, steps ...hit.Event) *hit.Hit {
	t.Helper()
	h := &hit.Hit{ID: id}
	all := append([]hit.Event{{Kind: hit.Raised, By: "hits", Raise: raise(false)}, {Kind: hit.Claimed}}, steps...)
	for _, e := range all {
		require.NoError(t, try(h, e), e.Kind)
	}
	return h
}

func try(h *hit.Hit, e hit.Event) error {
	e.Hit, e.Seq, e.At = h.ID, len(h.Course)+1, noon
	if e.By == "" {
		e.By = "sam"
	}
	return h.Apply(e)
}

func judgedSame() hit.Event {
	return hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Same: true, Compared: []string{"photo"}}}
}

func TestNobodyIsArrestedOnAHitAlone(t *testing.T) {
	h := open(t, judgedSame())
	detain := &hit.Outcome{Code: "action_taken", Action: alerts.ActionDetain}
	require.ErrorIs(t, try(h, hit.Event{Kind: hit.Proposed, Outcome: detain}), hit.ErrUnconfirmed)
	require.ErrorIs(t, try(h, hit.Event{Kind: hit.Closed, Outcome: detain}), hit.ErrUnconfirmed)
	override := *detain
	override.Override = "he draws a weapon"
	require.ErrorIs(t, try(h, hit.Event{Kind: hit.Closed, Outcome: &override}), hit.ErrSecondPerson)
	require.NoError(t, try(h, hit.Event{Kind: hit.Proposed, Outcome: &override}))
	override.Second = "sam"
	require.ErrorIs(t, try(h, hit.Event{Kind: hit.Closed, Outcome: &override}), hit.ErrSelf)
	override.Second = "sara"
	require.NoError(t, try(h, hit.Event{Kind: hit.Closed, By: "sara", Outcome: &override}))
}

// An action that is not coercive needs no owner, and one of no four eyes no second person.
func TestWhatHarmsNobodyIsEndedByOne(t *testing.T) {
	h := open(t, judgedSame())
	require.NoError(t, try(h, hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: "action_taken", Action: alerts.ActionInform}}))
}

func TestEachFaultIsToldWithItsField(t *testing.T) {
	long := string(make([]byte, 5000))
	for name, test := range map[string]struct {
		event       hit.Event
		code, field string
	}{
		"nothing compared":    {hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{}}, "hit.missing", "compared"},
		"no judgement":        {hit.Event{Kind: hit.Judged}, "hit.missing", "judgement"},
		"an unknown compared": {hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Compared: []string{"x"}}}, "hit.code", "compared"},
		"too long a remark":   {hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Compared: []string{"photo"}, Remark: long}}, "hit.too_long", "remark"},
		"no message":          {hit.Event{Kind: hit.Asked, Question: &hit.Question{}}, "hit.missing", "message"},
		"no outcome":          {hit.Event{Kind: hit.Closed}, "hit.missing", "outcome"},
		"an unknown outcome":  {hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: "x"}}, "hit.code", "outcome"},
		"no action":           {hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: "action_taken"}}, "hit.missing", "action"},
		"an unknown action":   {hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: "action_taken", Action: "x"}}, "hit.code", "action"},
		"gone without words":  {hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: "gone"}}, "hit.missing", "remark"},
		"not the judgement":   {hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: "not_same"}}, "hit.contradicts", "outcome"},
		"nobody who answers":  {hit.Event{Kind: hit.Answered, Answer: &hit.Answer{}}, "hit.missing", "answered_by"},
		"too long a reason":   {hit.Event{Kind: hit.Claimed, By: "tom", Note: long}, "hit.too_long", "reason"},
	} {
		t.Run(name, func(t *testing.T) {
			var p *problem.Error
			require.ErrorAs(t, try(open(t, judgedSame()), test.event), &p)
			require.Equal(t, test.code, p.Code)
			require.Equal(t, test.field, p.Field)
		})
	}
}

func TestAStepThatDoesNotFitIsRefused(t *testing.T) {
	h := open(t)
	for name, e := range map[string]hit.Event{
		"of another hit": {Hit: uuid.New(), Seq: 3, Kind: hit.Released, By: "sam", At: noon},
		"out of turn":    {Hit: id, Seq: 9, Kind: hit.Released, By: "sam", At: noon},
		"by nobody":      {Hit: id, Seq: 3, Kind: hit.Released, At: noon},
		"at no time":     {Hit: id, Seq: 3, Kind: hit.Released, By: "sam"},
		"raised again":   {Hit: id, Seq: 3, Kind: hit.Raised, By: "sam", At: noon, Raise: raise(false)},
		"of no kind":     {Hit: id, Seq: 3, Kind: "x", By: "sam", At: noon},
	} {
		require.Error(t, h.Apply(e), name)
	}
	require.Len(t, h.Course, 2)
	_, err := hit.Fold(id, nil)
	require.Error(t, err)
}

// The owner who speaks after the end is heard: his word is kept, and the hit says that it came late.
func TestALateAnswerIsKept(t *testing.T) {
	h := open(t, judgedSame(), hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: "gone", Remark: "boarded"}})
	require.NoError(t, try(h, hit.Event{Kind: hit.Answered, By: "hits", Answer: &hit.Answer{Confirmed: true, By: "owner"}}))
	require.True(t, h.LateAnswer)
	require.Equal(t, hit.StageClosed, h.Stage())
	require.NoError(t, try(h, hit.Event{Kind: hit.Reopened, Note: "he confirms"}))
	require.Equal(t, hit.StageConfirmed, h.Stage())
	require.False(t, h.LateAnswer)
}

// Who works on a hit and writes down that the owner confirmed by telephone cannot hold anybody on that alone, whatever the list's four
// eyes: a second person agrees. The owner's own word, which may come after it, needs nobody besides.
func TestAWordByTelephoneIsTheWordOfOne(t *testing.T) {
	r := raise(false)
	r.Policy.FourEyes = []alerts.Action{}
	h := &hit.Hit{ID: id}
	seize := func(second string) *hit.Outcome {
		return &hit.Outcome{Code: "action_taken", Action: alerts.ActionSeize, Second: second}
	}
	for _, e := range []hit.Event{
		{Kind: hit.Raised, By: "hits", Raise: r}, {Kind: hit.Claimed}, judgedSame(),
		{Kind: hit.Answered, Answer: &hit.Answer{Confirmed: true, By: "a voice", Noted: true}},
	} {
		require.NoError(t, try(h, e), e.Kind)
	}
	require.ErrorIs(t, try(h, hit.Event{Kind: hit.Closed, Outcome: seize("")}), hit.ErrSecondPerson)
	require.False(t, h.NeedsSecond(hit.Outcome{Code: "action_taken", Action: alerts.ActionInform}))
	require.NoError(t, try(h, hit.Event{Kind: hit.Proposed, Outcome: seize("")}))
	require.ErrorIs(t, try(h, hit.Event{Kind: hit.Closed, Outcome: seize("sam")}), hit.ErrSelf)
	require.NoError(t, try(h, hit.Event{Kind: hit.Answered, By: "hits", Answer: &hit.Answer{Confirmed: true, By: "owner"}}))
	require.NoError(t, try(h, hit.Event{Kind: hit.Closed, Outcome: seize("")}))
}

// What the centre lets an owner's desk write, a station takes: a name and an agency of their full lengths, in any script.
func TestALongNameInAnyScriptAnswers(t *testing.T) {
	name := strings.Repeat("م", 120) + ", " + strings.Repeat("ش", 100)
	require.NoError(t, (&hit.Answer{By: name, Text: strings.Repeat("ن", hit.MaxText)}).Check())
	require.Error(t, (&hit.Answer{By: strings.Repeat("x", hit.MaxShort+1)}).Check())
	require.Error(t, (&hit.Answer{By: name, Text: strings.Repeat("ن", hit.MaxText+1)}).Check())
}
