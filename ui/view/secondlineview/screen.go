package secondlineview

import (
	"net/url"
	"time"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

// Limits are the ages beyond which a case stands out: nobody should wait so long.
type Limits struct{ Amber, Red time.Duration }

// Queue is the queue of open cases.
type Queue struct {
	secondline.Page
	Filter secondline.Filter
	After  string // where the page begins; empty on the first
	Next   string
	Me     string
	Now    time.Time
	Limits Limits
	// Version marks the state that is shown.
	Version string
	Wrong   string // what was wrong with the last request, in the page's language
}

// Screen is one case.
type Screen struct {
	secondline.Dossier
	Me     string // log-in name of who looks
	Now    time.Time
	Limits Limits
	// Supervisor may take over; MayRefuse may refuse; ShowReasons may see why a person is listed.
	Supervisor, MayRefuse, ShowReasons bool
	// Protects says that the protection service can be told from here; Attaches that evidence can be kept.
	Protects, Attaches bool
	Attachments        []file.Attached
	// HitItems are the traveller's hits as they stand, the strongest first.
	HitItems []hit.Item
	Reasons  []refusal.Reason
	Asked    Panel
	Typed    url.Values // what was typed into the open panel
	Field    string     // the field that Wrong is about
	Wrong    string     // what was wrong with the last request, in the page's language
}

// Panel is a question that stands open.
type Panel string

// The panels.
const (
	NoPanel         Panel = ""
	TakeOverPanel   Panel = "takeover"
	JudgePanel      Panel = "judge"
	InterviewPanel  Panel = "interview"
	ExaminePanel    Panel = "examine"
	CompanionsPanel Panel = "companions"
	AttachPanel     Panel = "attach"
	OverridePanel   Panel = "override"
	SignPanel       Panel = "sign"
	AdmitPanel      Panel = "admit"
	RefusePanel     Panel = "refuse"
	EndPanel        Panel = "end"
)

// open reports whether the case has no outcome yet.
func (s Screen) open() bool { return s.Case.End == nil }

// mine reports whether who looks owns the open case.
func (s Screen) mine() bool { return s.open() && s.Case.Owner == s.Me }

// Allows reports whether the panel goes with the state of the case and who looks at it.
func (s Screen) Allows(p Panel) bool {
	switch p {
	case TakeOverPanel:
		return s.open() && s.Supervisor && s.Case.Owner != "" && !s.mine()
	case SignPanel:
		return s.open() && s.Case.Asked != nil
	case OverridePanel:
		return s.mine() && s.needsSecondPerson() && s.Case.Asked == nil
	case AdmitPanel:
		return s.mine() && !s.needsSecondPerson()
	case RefusePanel:
		return s.mine() && s.MayRefuse && s.Scan.Direction == border.Entry
	case JudgePanel:
		return s.mine() && len(s.hits()) > 0
	case AttachPanel:
		return s.mine() && s.Attaches
	case InterviewPanel, ExaminePanel, CompanionsPanel, EndPanel:
		return s.mine()
	case NoPanel:
	}
	return false
}

func (s Screen) needsSecondPerson() bool { return len(s.Case.Grave()) > 0 && s.Case.Agreed == nil }

// value is what was typed into a field of the open panel.
func (s Screen) value(name string) string { return s.Typed.Get(name) }

func (s Screen) chose(name, code string) bool {
	for _, v := range s.Typed[name] {
		if v == code {
			return true
		}
	}
	return false
}

// run is a run of the checks as the screen lists it: the referral's first, then each that was run again.
type run struct {
	at       time.Time
	by       string
	findings []border.Finding
	again    bool
}

// runs are all runs, newest first.
func (s Screen) runs() []run {
	r := s.Case.Referred
	all := []run{{at: r.CrossedAt, by: r.Officer, findings: r.Findings}}
	for _, e := range s.Case.Course {
		if e.Run != nil {
			all = append([]run{{at: e.At, by: e.By, findings: e.Run.Findings, again: true}}, all...)
		}
	}
	return all
}

// hitCard is one entry that a check hit, with both sides of what it says.
type hitCard struct {
	check, version, ref string
	grave               bool
	rows                []border.Evidence // with both sides
	words               []border.Evidence // with one
	withheld            bool              // something may not be shown
	judged              *secondline.Judgement
	wrong, rest         counterview.StepGroup // of a check that is made of steps
}

// hitOf is the hit of an entry, where it is kept as one.
func (s Screen) hitOf(h hitCard) (hit.Item, bool) {
	alert, _ := hit.RefOf(h.check, h.ref)
	for _, i := range s.HitItems {
		if i.Alert == alert {
			return i, true
		}
	}
	return hit.Item{}, false
}

func (h hitCard) key() string { return h.check + "|" + h.version + "|" + h.ref }

// hits are the hits of the newest run, entry by entry.
func (s Screen) hits() []hitCard {
	var cards []hitCard
	for _, f := range s.Case.Findings() {
		if f.Outcome == border.Hit {
			cards = append(cards, s.hitsOf(f)...)
		}
	}
	return cards
}

func (s Screen) hitsOf(f border.Finding) (cards []hitCard) {
	at := map[string]int{}
	for _, e := range f.Evidence {
		n, ok := at[e.Ref]
		if !ok {
			n = len(cards)
			at[e.Ref] = n
			card := hitCard{check: f.Check, version: f.Source.Version, ref: e.Ref}
			if j, ok := s.Case.Judgement(f.Check, f.Source.Version, e.Ref); ok {
				card.judged = &j
			}
			cards = append(cards, card)
		}
		if counterview.IsStep(f, e) {
			cards[n].inspected(f, e)
			continue
		}
		s.put(&cards[n], e)
	}
	return cards
}

// inspected gives the card the steps of the check, with what was compared in place of what a list says.
func (h *hitCard) inspected(f border.Finding, e border.Evidence) {
	h.grave = h.grave || e.Severity == border.SecondLine
	all := counterview.GroupOf(f)
	h.wrong, h.rest = counterview.StepGroup{Check: f.Check}, counterview.StepGroup{Check: f.Check}
	for _, step := range all.Steps {
		part := &h.rest
		if step.Verdict == traveldoc.Fail || step.Verdict == traveldoc.Inconclusive {
			part = &h.wrong
		}
		part.Steps = append(part.Steps, step)
	}
}

func (s Screen) put(card *hitCard, e border.Evidence) {
	card.grave = card.grave || e.Severity == border.SecondLine
	switch {
	case e.Restricted && !s.ShowReasons:
		card.withheld = true
	case e.Found != "" && e.Expected != "":
		card.rows = append(card.rows, e)
	default:
		card.words = append(card.words, e)
	}
}

// grant is the stay that an admission would grant.
func (s Screen) grant() *border.Grant {
	for _, f := range s.Case.Findings() {
		if f.Grant != nil {
			return f.Grant
		}
	}
	return nil
}

// tone is how an age stands out: plain, amber or red.
func (l Limits) tone(age time.Duration) string {
	switch {
	case l.Red > 0 && age >= l.Red:
		return "hit"
	case l.Amber > 0 && age >= l.Amber:
		return "not-checked"
	}
	return "waiting"
}
