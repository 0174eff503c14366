package groupview

import (
	"context"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

// List is the groups of a lane.
type List struct {
	Lane counterview.Lane
	Open []group.Group
	Now  time.Time
}

// New is a group that is about to be opened, as it was typed.
type New struct {
	Lane                  counterview.Lane
	Kind                  group.Kind
	Label, Size, Manifest string
	Wrong                 string
	Field                 string
}

// Screen is a group as it stands.
type Screen struct {
	Lane  counterview.Lane
	Group group.Group
	Tally group.Tally
	// Current is the first member who needs a decision of his own; nil when nobody does.
	Current     *counterview.Card
	ShowReasons bool
	Now         time.Time
	Asked       Panel
	Done, Wrong string
	Provisional bool
	Typed       map[string]string
}

// Panel is the question that stands open.
type Panel string

// The panels.
const (
	PanelNone   Panel = ""
	PanelAdmit  Panel = "admit"
	PanelRefer  Panel = "refer"
	PanelClose  Panel = "close"
	PanelCancel Panel = "cancel"
)

func (s Screen) url(rest string) string { return "/groups/" + s.Group.ID.String() + rest }

func (s Screen) clean() int { return s.Tally.Count[group.Clean] }

// strangers reports whether somebody crossed who is not on the manifest.
func (s Screen) strangers() bool {
	for _, m := range s.Tally.Members {
		if m.Person == nil && m.State == group.Crossed && len(s.Group.Manifest.People) > 0 {
			return true
		}
	}
	return false
}

// missing are those on the manifest who were not scanned.
func (s Screen) missing() []group.Member {
	var missing []group.Member
	for _, m := range s.Tally.Members {
		if m.State == group.Missing {
			missing = append(missing, m)
		}
	}
	return missing
}

// counted are the states that anybody is in, in order.
func (s Screen) counted() []group.State {
	var states []group.State
	for _, state := range group.States() {
		if s.Tally.Count[state] > 0 {
			states = append(states, state)
		}
	}
	return states
}

// desk is the screen in the terms of the counter, for what both show.
func (s Screen) desk() counterview.Screen {
	return counterview.Screen{Lane: s.Lane, Current: s.Current, Now: s.Now, ShowReasons: s.ShowReasons}
}

func progress(ctx context.Context, s Screen) string {
	number := func(n int) string { return text.FromContext(ctx).Number(int64(n)) }
	if expected := s.Group.Expected(); expected > 0 {
		return text.T(ctx, text.GroupProgress, "done", number(s.Tally.TickedOff()), "all", number(expected))
	}
	return number(s.Tally.TickedOff())
}

// memberName is what a member is called: as scanned, else as the manifest says.
func memberName(m group.Member) string {
	if m.Seen != nil {
		return counterview.Name(m.Seen.Identity)
	}
	if m.Person.Name == "" {
		return m.Person.Number
	}
	return m.Person.Name
}

func memberBirth(m group.Member) traveldoc.Date {
	if m.Seen != nil {
		return m.Seen.Identity.BirthDate
	}
	return m.Person.BirthDate
}

func memberNumber(m group.Member) string {
	if m.Seen != nil {
		return strings.TrimSpace(m.Seen.Document.IssuingState + " " + m.Seen.Document.Number)
	}
	return strings.TrimSpace(m.Person.Nationality + " " + m.Person.Number)
}

// listed is what the manifest says where it is not what was scanned.
func listed(m group.Member) string {
	if m.State != group.Differs || m.Person == nil {
		return ""
	}
	return strings.Trim(strings.Join([]string{m.Person.Name, m.Person.BirthDate.String(), m.Person.Number}, " · "), " ·")
}

func class(m group.Member) string { c, _ := counterview.LookOf(m.State); return c }
func sign(m group.Member) string  { _, s := counterview.LookOf(m.State); return s }

func stateClass(s group.State) string { c, _ := counterview.LookOf(s); return c }
func stateSign(s group.State) string  { _, sign := counterview.LookOf(s); return sign }

func (s Screen) reasons() []string {
	switch s.Asked {
	case PanelAdmit:
		return border.AdmitReasons()
	case PanelRefer:
		return border.ReferReasons()
	case PanelCancel:
		return border.CorrectionReasons()
	case PanelNone, PanelClose:
	}
	return nil
}

func (s Screen) action() string {
	switch s.Asked {
	case PanelCancel:
		return s.url("/cancellation")
	case PanelClose:
		return s.url("/closing")
	case PanelNone, PanelAdmit, PanelRefer:
	}
	return s.url("/members/" + s.Current.ID.String())
}

func (p Panel) title() text.Key {
	return map[Panel]text.Key{PanelAdmit: text.CounterAdmit, PanelRefer: text.CounterRefer, PanelCancel: text.GroupCancel, PanelClose: text.GroupClose}[p]
}

func (p Panel) key() string {
	return map[Panel]string{PanelAdmit: "F3", PanelRefer: "F4", PanelCancel: "F10", PanelClose: "F9"}[p]
}
