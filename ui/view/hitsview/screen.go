package hitsview

import (
	"net/url"
	"slices"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
)

// Queue is the queue of hits.
type Queue struct {
	hit.Page
	Filter hit.Filter
	After  string // where the page begins; empty on the first
	Next   string
	Me     string
	Now    time.Time
	// Version marks the state that is shown.
	Version string
	// Stuck is how much of what the centre told cannot be used here; shown to those who can do something about it.
	Stuck int
}

// Screen is one hit.
type Screen struct {
	hit.Dossier
	Me  string // log-in name of who looks
	Now time.Time
	// Supervisor may take over and be the second person; ShowReasons may see why a person is listed.
	Supervisor, ShowReasons bool
	Asked                   Panel
	Typed                   url.Values // what was typed into the open panel
	Field                   string     // the field that Wrong is about
	Wrong                   string     // what was wrong with the last request, in the page's language
}

// Panel is a question that stands open.
type Panel string

// The panels.
const (
	NoPanel       Panel = ""
	TakeOverPanel Panel = "takeover"
	JudgePanel    Panel = "judge"
	AskPanel      Panel = "ask"
	AnswerPanel   Panel = "answer"
	EndPanel      Panel = "end"
	SignPanel     Panel = "sign"
	ReopenPanel   Panel = "reopen"
	ClearPanel    Panel = "clear"
	RestorePanel  Panel = "restore"
)

func (s Screen) stage() hit.Stage { return s.Hit.Stage() }

func (s Screen) open() bool { return s.Hit.Outcome == nil }

// mine reports whether who looks works on the open hit.
func (s Screen) mine() bool { return s.open() && s.Hit.Owner == s.Me }

// Allows reports whether the panel goes with the state of the hit and who looks at it.
func (s Screen) Allows(p Panel) bool {
	free := s.mine() && s.Hit.Proposal == nil
	switch p {
	case TakeOverPanel:
		return s.open() && s.Supervisor && s.Hit.Owner != "" && !s.mine()
	case SignPanel:
		return s.open() && s.Hit.Proposal != nil
	case JudgePanel, EndPanel:
		return free
	case AskPanel:
		return free && s.Hit.Judgement != nil && s.Hit.Judgement.Same && s.stage() != hit.StageAsked
	case AnswerPanel:
		return free && s.Hit.Question != nil
	case ReopenPanel:
		return !s.open()
	case ClearPanel:
		return s.Hit.Clearable() && s.Hit.Clearing == nil
	case RestorePanel:
		return s.Supervisor && s.Hit.Clearing != nil
	case NoPanel:
	}
	return false
}

// value is what was typed into a field of the open panel.
func (s Screen) value(name string) string { return s.Typed.Get(name) }

func (s Screen) chose(name, code string) bool { return slices.Contains(s.Typed[name], code) }

// outcomes are the outcomes that go with what is known: the others would be refused.
func (s Screen) outcomes() []string {
	j, a := s.Hit.Judgement, s.Hit.Answer
	same, notSame := j != nil && j.Same, j != nil && !j.Same
	denied := a != nil && !a.Confirmed
	return slices.DeleteFunc(hit.Outcomes(), func(code string) bool {
		switch code {
		case hit.OutcomeNotSame:
			return !notSame
		case hit.OutcomeActionTaken:
			return !same || denied
		case hit.OutcomeActionNotPossible, hit.OutcomeToldOwner:
			return !same
		case hit.OutcomeNotConfirmed:
			return !denied && !s.Hit.Unanswered
		}
		return false
	})
}

// twoFor are the actions that a second person must agree to.
func (s Screen) twoFor() []alerts.Action {
	return slices.DeleteFunc(alerts.Actions(), func(a alerts.Action) bool {
		return !s.Hit.NeedsSecond(hit.Outcome{Code: hit.OutcomeActionTaken, Action: a})
	})
}

// unconfirmed reports whether a coercive action would go without the owner's word.
func (s Screen) unconfirmed() bool {
	return slices.ContainsFunc(alerts.Actions(), func(a alerts.Action) bool {
		return s.Hit.NeedsConfirmation(hit.Outcome{Code: hit.OutcomeActionTaken, Action: a})
	})
}

// conflicts reports whether another open hit on the traveller cannot be carried out together with this one.
func (s Screen) conflicts(other hit.Item) bool {
	return other.Stage != hit.StageClosed && hit.Conflict(s.Hit.Raise, hit.Raise{Category: other.Category, Action: other.Action})
}

func (s Screen) anyConflict() bool { return slices.ContainsFunc(s.Others, s.conflicts) }

func (s Screen) newestFirst() []hit.Event {
	course := slices.Clone(s.Hit.Course)
	slices.Reverse(course)
	return course
}

// witness is who signs: what was typed, else who looks, when he is a second person himself.
func (s Screen) witness() string {
	if typed := s.value("witness"); typed != "" {
		return typed
	}
	if s.Supervisor && !s.mine() && s.Hit.ProposedBy != s.Me {
		return s.Me
	}
	return ""
}
