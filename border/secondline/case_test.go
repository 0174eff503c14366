package secondline_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/problem"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func finding(severity border.Severity) border.Finding {
	return border.Finding{
		Check: "alerts.national", Source: border.Source{Name: "alerts.national", Version: "7"}, Outcome: border.Hit,
		Evidence: []border.Evidence{{Code: "alert_name", Field: "name", Severity: severity, Ref: "a1"}},
	}
}

func noHit() border.Finding {
	return border.Finding{Check: "alerts.national", Source: border.Source{Name: "alerts.national", Version: "7"}, Outcome: border.NoHit}
}

func referred(findings ...border.Finding) border.CrossingEvent {
	return border.CrossingEvent{
		CrossingID: uuid.New(), TravellerID: uuid.New(), Station: "test-air", Lane: "1", Officer: "olga", Direction: border.Entry, CrossedAt: noon,
		Decision: border.Decision{Verdict: border.Refer, Reason: "hit"}, Findings: findings,
	}
}

// steps are events of every kind, each as it would be sent by somebody who fills in the whole form.
func steps(c *secondline.Case) map[secondline.Kind]secondline.Event {
	other := uuid.MustParse("11111111-1111-4111-8111-111111111111")
	return map[secondline.Kind]secondline.Event{
		secondline.Claimed:          {},
		secondline.Released:         {},
		secondline.TakenOver:        {Reason: "shift ends"},
		secondline.Interviewed:      {Interview: &secondline.Interview{Answer: "visits a friend"}},
		secondline.DocumentExamined: {Examination: &secondline.Examination{Part: "chip", Method: "chip_read", Result: "genuine"}},
		secondline.HitJudged: {Judgement: &secondline.Judgement{
			Check: "alerts.national", Version: "7", Ref: "a1", Compared: []string{"photo"},
		}},
		secondline.CompanionAdded:   {Companion: &secondline.Companion{Inspection: other, Relation: "family"}},
		secondline.CompanionRemoved: {Companion: &secondline.Companion{Inspection: other}},
		secondline.OverrideAsked:    {Override: &secondline.Override{Reason: "not_same_person", Hits: c.Grave()}},
		secondline.OverrideApproved: {},
		secondline.OverrideDeclined: {Reason: "the photo is his"},
		secondline.Withdrawn:        {},
	}
}

// model is what a case is, said a second time and as plainly as can be.
type model struct {
	owner          string
	touched, ended bool
	grave          bool // a grave hit stands in the latest run
	hit            bool
	asked, agreed  bool
	approver       string
	companion      bool
}

func (m *model) forget() { m.asked, m.agreed, m.approver = false, false, "" }

// allows is the state machine as a table.
func (m *model) allows(kind secondline.Kind, by string, end secondline.End) bool {
	owner := m.owner == by && m.owner != ""
	if m.ended {
		return false
	}
	switch kind {
	case secondline.Claimed:
		return m.owner == ""
	case secondline.TakenOver:
		return m.owner != "" && !owner
	case secondline.Withdrawn:
		return !m.touched
	case secondline.OverrideApproved, secondline.OverrideDeclined:
		return m.owner != "" && !owner && m.asked
	case secondline.HitJudged:
		return owner && m.hit
	case secondline.CompanionAdded:
		return owner && !m.companion
	case secondline.CompanionRemoved:
		return owner && m.companion
	case secondline.OverrideAsked:
		return owner && m.grave && !m.asked
	case secondline.Ended:
		return owner && (end.Outcome != secondline.Admit || !m.grave || m.agreed)
	default:
		return owner
	}
}

func (m *model) take(kind secondline.Kind, by string, run []border.Finding) {
	m.touched = true
	switch kind {
	case secondline.Claimed, secondline.TakenOver:
		m.owner = by
		m.forget()
	case secondline.Released:
		m.owner = ""
		m.forget()
	case secondline.DocumentExamined, secondline.HitJudged, secondline.OverrideDeclined:
		m.forget()
	case secondline.Rechecked:
		m.forget()
		m.hit = run[0].Outcome == border.Hit
		m.grave = m.hit && run[0].Severity() == border.SecondLine
	case secondline.CompanionAdded, secondline.CompanionRemoved:
		m.companion = kind == secondline.CompanionAdded
	case secondline.OverrideAsked:
		m.asked, m.agreed, m.approver = true, false, ""
	case secondline.OverrideApproved:
		m.asked, m.agreed, m.approver = false, true, by
	case secondline.Ended, secondline.Withdrawn:
		m.ended, m.asked = true, false // a request that nobody has answered falls with the case
	default:
	}
}

// A case does what its model does, step by step, whoever tries what and in which order; and its records make the same case again.
func TestACaseIsItsModel(t *testing.T) {
	ends := []secondline.End{
		{Outcome: secondline.Admit, Reason: "document_examined"}, {Outcome: secondline.Return}, {Outcome: secondline.Health},
		{Outcome: secondline.HandOver, Authority: "police", AuthorityName: "airport post"},
		{Outcome: secondline.Refuse, Refusal: &border.Refusal{Reasons: []string{"H"}}},
	}
	runs := []border.Finding{finding(border.SecondLine), finding(border.Acknowledge), noHit()}
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.SampledFrom(runs).Draw(t, "first")
		c := secondline.Open(referred(first), uuid.New())
		m := &model{hit: first.Outcome == border.Hit, grave: first.Severity() == border.SecondLine}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			kind := rapid.SampledFrom(secondline.Kinds()).Draw(t, "kind")
			e := steps(c)[kind]
			e.Seq, e.Kind, e.At = len(c.Course)+1, kind, noon.Add(time.Duration(len(c.Course))*time.Minute)
			e.By = rapid.SampledFrom([]string{"sam", "tom", "sara"}).Draw(t, "by")
			end := rapid.SampledFrom(ends).Draw(t, "end")
			run := []border.Finding{rapid.SampledFrom(runs).Draw(t, "run")}
			switch kind {
			case secondline.Ended:
				end.Approver = c.Approver
				if end.Outcome != secondline.Admit {
					end.Approver = ""
				}
				e.End = &end
			case secondline.Rechecked:
				e.Run = &secondline.Run{Findings: run}
			default:
			}
			before := len(c.Course)
			err := c.Apply(e)
			if want := m.allows(kind, e.By, end); want != (err == nil) {
				t.Fatalf("%s by %s on %+v: allowed %v, got %v", kind, e.By, *m, want, err)
			}
			if err != nil {
				if len(c.Course) != before || problem.KindOf(err) == problem.Internal && kind != secondline.OverrideAsked {
					t.Fatalf("%s was refused with %v and %d steps", kind, err, len(c.Course)-before)
				}
				continue
			}
			m.take(kind, e.By, run)
			same(t, c, m)
		}
		again(t, c)
	})
}

func same(t *rapid.T, c *secondline.Case, m *model) {
	if c.Owner != m.owner || (c.End != nil) != m.ended || (c.Asked != nil) != m.asked || (c.Agreed != nil) != m.agreed && !m.ended ||
		c.Approver != m.approver || (len(c.Companions) == 1) != m.companion || len(c.Grave()) > 0 != m.grave {
		t.Fatalf("the case is %+v, its model %+v", c, *m)
	}
	if c.Approver != "" && c.Approver == c.Owner {
		t.Fatalf("%s agreed with himself", c.Owner)
	}
}

// again reads the case back from its records.
func again(t *rapid.T, c *secondline.Case) {
	course := make([]secondline.Event, len(c.Course))
	for n, e := range c.Course {
		raw, err := json.Marshal(e)
		if err == nil {
			err = json.Unmarshal(raw, &course[n])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	folded, err := secondline.Fold(c.Referred, c.Inspection, course)
	if err != nil {
		t.Fatal(err)
	}
	left, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	right, err := json.Marshal(folded)
	if err != nil {
		t.Fatal(err)
	}
	if string(left) != string(right) {
		t.Fatalf("read back as\n%s\nexpected\n%s", right, left)
	}
}

func owned(t *testing.T, f border.Finding) *secondline.Case {
	t.Helper()
	c := secondline.Open(referred(f), uuid.New())
	require.NoError(t, c.Apply(secondline.Event{Seq: 1, Kind: secondline.Claimed, By: "sam", At: noon}))
	return c
}

func try(c *secondline.Case, by string, e secondline.Event) error {
	e.Seq, e.By, e.At = len(c.Course)+1, by, noon
	return c.Apply(e)
}

func TestEachFaultIsToldWithItsField(t *testing.T) {
	long := string(make([]byte, 5000))
	for name, test := range map[string]struct {
		event       secondline.Event
		code, field string
	}{
		"an empty answer":           {secondline.Event{Kind: secondline.Interviewed, Interview: &secondline.Interview{Question: "?"}}, "referral.missing", "answer"},
		"no interview":              {secondline.Event{Kind: secondline.Interviewed}, "referral.missing", "answer"},
		"an unknown language":       {secondline.Event{Kind: secondline.Interviewed, Interview: &secondline.Interview{Answer: "a", Language: "xx"}}, "referral.code", "language"},
		"too long an answer":        {secondline.Event{Kind: secondline.Interviewed, Interview: &secondline.Interview{Answer: "a" + long}}, "referral.too_long", "answer"},
		"an unknown part":           {secondline.Event{Kind: secondline.DocumentExamined, Examination: &secondline.Examination{Part: "x"}}, "referral.code", "part"},
		"an unknown method":         {secondline.Event{Kind: secondline.DocumentExamined, Examination: &secondline.Examination{Part: "chip", Method: "x"}}, "referral.code", "method"},
		"no result":                 {secondline.Event{Kind: secondline.DocumentExamined, Examination: &secondline.Examination{Part: "chip", Method: "visual"}}, "referral.code", "result"},
		"nothing compared":          {secondline.Event{Kind: secondline.HitJudged, Judgement: &secondline.Judgement{Check: "alerts.national", Version: "7", Ref: "a1"}}, "referral.missing", "compared"},
		"another entry":             {secondline.Event{Kind: secondline.HitJudged, Judgement: &secondline.Judgement{Check: "alerts.national", Version: "7", Ref: "a2", Compared: []string{"photo"}}}, "referral.no_such_hit", ""},
		"an older list":             {secondline.Event{Kind: secondline.HitJudged, Judgement: &secondline.Judgement{Check: "alerts.national", Version: "6", Ref: "a1", Compared: []string{"photo"}}}, "referral.no_such_hit", ""},
		"a run of nothing":          {secondline.Event{Kind: secondline.Rechecked, Run: &secondline.Run{}}, "referral.missing", "findings"},
		"no outcome":                {secondline.Event{Kind: secondline.Ended, End: &secondline.End{}}, "referral.outcome", "outcome"},
		"no end":                    {secondline.Event{Kind: secondline.Ended}, "referral.missing", "outcome"},
		"protection by name":        {secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.Protection}}, "referral.outcome", "outcome"},
		"nobody handed to":          {secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.HandOver}}, "referral.missing", "authority"},
		"an unknown authority":      {secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.HandOver, Authority: "x"}}, "referral.code", "authority"},
		"a nameless authority":      {secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.HandOver, Authority: "police"}}, "referral.missing", "authority_name"},
		"a refusal without reasons": {secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.Refuse}}, "referral.missing", "reasons"},
		"one person alone":          {secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.Admit, Reason: "humanitarian"}}, "referral.second_person", ""},
		"an invented approver":      {secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.Admit, Reason: "humanitarian", Approver: "sara"}}, "referral.second_person", ""},
		"himself as companion":      {secondline.Event{Kind: secondline.CompanionAdded, Companion: &secondline.Companion{}}, "referral.missing", "inspection"},
	} {
		t.Run(name, func(t *testing.T) {
			c := owned(t, finding(border.SecondLine))
			err := try(c, "sam", test.event)
			var known *problem.Error
			require.ErrorAs(t, err, &known)
			require.Equal(t, test.code, known.Code)
			require.Equal(t, test.field, known.Field)
			require.Len(t, c.Course, 1, "the case is as it was")
		})
	}
}

func TestAnAdmissionNeedsItsReason(t *testing.T) {
	c := owned(t, noHit())
	require.ErrorContains(t, try(c, "sam", secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.Admit}}), "referral.reason")
	require.ErrorContains(t, try(c, "sam", secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.Admit, Reason: "x"}}), "referral.code")
	require.NoError(t, try(c, "sam", secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.Admit, Reason: "document_examined"}}))
}

// An officer's own word that it is another person is no second person's.
func TestAJudgementDoesNotReplaceTheSecondPerson(t *testing.T) {
	c := owned(t, finding(border.SecondLine))
	require.NoError(t, try(c, "sam", secondline.Event{Kind: secondline.HitJudged, Judgement: steps(c)[secondline.HitJudged].Judgement}))
	require.ErrorIs(t, try(c, "sam", secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.Admit, Reason: "not_same_person"}}), secondline.ErrSecondPerson)
}

func TestNobodyLeavesByRefusal(t *testing.T) {
	e := referred(noHit())
	e.Direction = border.Exit
	c := secondline.Open(e, uuid.New())
	require.NoError(t, try(c, "sam", secondline.Event{Kind: secondline.Claimed}))
	err := try(c, "sam", secondline.Event{Kind: secondline.Ended, End: &secondline.End{Outcome: secondline.Refuse, Refusal: &border.Refusal{Reasons: []string{"A"}}}})
	require.ErrorContains(t, err, "decision.refuse_exit")
}

// What is written of the protection service is what is written of any other service.
func TestProtectionIsWrittenAsAnotherService(t *testing.T) {
	written := secondline.End{Outcome: secondline.Protection, Note: "told me of her cousin", Sign: "trafficking"}.Public()
	require.Equal(t, secondline.End{Outcome: secondline.HandOver, Authority: secondline.OtherService}, written)
	for _, o := range append(secondline.Outcomes(), secondline.WithdrawnOutcome) {
		require.NotEqual(t, secondline.Protection, o.ForFirstLine())
		require.NotEqual(t, secondline.Health, o.ForFirstLine())
	}
}
