package counterview

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/text"
)

// Lane is a lane of the station and the way it leads.
type Lane struct {
	Name      string
	Direction border.Direction
}

// Circumstances are what stays the same from one scan to the next, such as the flight.
type Circumstances struct {
	Mode        border.Mode
	Transport   string
	Purpose     string
	Particulars map[string]string // of the fields that stay (border.Field.Stays)
	Plate       string
	Country     string // of the plate
	Occupants   int
}

// Screen is everything that the counter shows.
type Screen struct {
	Lane          Lane
	Circumstances Circumstances
	Current       *Card // the traveller at the counter; nil when the lane is free
	Waiting       []Waiting
	Recent        []border.RecentCrossing
	Now           time.Time
	Undo          time.Duration
	// Asked is the panel that is open: the verdict whose reason is asked, "dismiss", or "undo:" and a crossing; empty for none.
	Asked Panel
	// Done is what was just recorded, in the words of the page's language; Wrong is what was wrong with the last request.
	Done  string
	Wrong string
	// Provisional is true while the centre is away: what is decided now is checked again later.
	Provisional bool
	// Form is what the panel of particulars shows; Days what the panel of days explains.
	Form *Form
	Days *Days
	// Group is the group that crosses in the lane; nil when nobody travels together.
	Group *Group
	// Batch says that admitting is for everybody of the group who waits clean.
	Batch bool
	// Grouped says that groups can be opened here.
	Grouped  bool
	Outcomes []Outcome // of travellers whom the lane referred
	// Receipt is where the receipt of the last admitted traveller is printed; empty when there is none.
	Receipt string
	// ShowReasons is true for those who may see why a person is listed.
	ShowReasons bool
	Simulated   bool
	// Rung is what the screen has seen of what comes to the lane by itself.
	Rung int
	// Kept is how many readings wait in the lane because they could not be opened; Images says that images can be handed in.
	Kept   int
	Images bool
	// Fingers says that fingerprints are taken here.
	Fingers bool
}

// Panel is a question to the officer that stands open.
type Panel struct {
	Kind  PanelKind
	Undo  uuid.UUID // the crossing, for PanelUndo
	Fault string
	Note  string
	Days  string // days granted, as typed
	// Receipt and Waiver are what was said of the fee of a visa on arrival, Reason why in spite of a hit.
	Receipt, Waiver, Reason string
}

// PanelKind is what a panel asks.
type PanelKind string

// The panels.
const (
	PanelNone    PanelKind = ""
	PanelAdmit   PanelKind = "admit"
	PanelRefer   PanelKind = "refer"
	PanelDismiss PanelKind = "dismiss"
	PanelUndo    PanelKind = "undo"
	// PanelParticulars asks for the circumstances of the traveller, PanelDays explains and shortens the stay, PanelGroup begins a group.
	PanelParticulars PanelKind = "particulars"
	PanelDays        PanelKind = "days"
	PanelGroup       PanelKind = "group"
	// PanelDetails shows everything that was read and checked of the document, PanelRepair offers other readings of its zone.
	PanelDetails PanelKind = "details"
	PanelRepair  PanelKind = "repair"
)

// Card is one traveller at the counter.
type Card struct {
	ID       uuid.UUID
	Scan     border.Scan
	Subject  border.Subject
	Answers  []border.Answer
	Complete bool
	// Inspected is what a reader gave beside the zone; nil when there was none.
	Inspected *Inspected
	// Proposals are other readings of a zone whose check digits do not hold.
	Proposals []mrz.Suggestion
}

// Waiting is a traveller who was scanned and waits.
type Waiting struct {
	Name    string
	Outcome border.Outcome
	Pending bool
}

// Outcome is what became of a traveller whom the lane referred, as the first line may know it.
type Outcome struct {
	Name    string
	Outcome string // coded
	At      time.Time
}

// waitingShown is how many of those who wait are named.
const waitingShown = 4

// grant is the stay that a check proposes; nil when none does.
func (c *Card) grant() *border.Grant {
	for _, a := range c.Answers {
		if !a.Pending && a.Finding.Grant != nil {
			return a.Finding.Grant
		}
	}
	return nil
}

// applicable are the answers of the checks that apply, and the others.
func (c *Card) applicable() (do, not []border.Answer) {
	for _, a := range c.Answers {
		if a.Pending || a.Finding.Applicable() {
			do = append(do, a)
			continue
		}
		not = append(not, a)
	}
	slices.SortStableFunc(do, func(a, b border.Answer) int { return cmp.Compare(urgency(a), urgency(b)) })
	return do, not
}

// urgency puts hits first, then the prints, which stay where they were asked for, then what has no answer: the officer must not have to
// look for them.
func urgency(a border.Answer) int {
	switch prints := a.Check == fingers.CheckName; {
	case !a.Pending && a.Finding.Outcome == border.Hit && prints:
		return 0
	case !a.Pending && a.Finding.Outcome == border.Hit:
		return 1
	case prints:
		return 2
	case !a.Pending && a.Finding.Outcome == border.NotChecked:
		return 3
	}
	return 4
}

// CardOf is an inspection as the screen shows it.
func CardOf(i *border.Inspection) *Card {
	answers, _ := i.Answers()
	return &Card{
		ID: i.Scan.ID, Scan: i.Scan, Subject: i.Subject, Answers: answers, Complete: i.Complete(), Inspected: inspectedOf(i.Subject, answers),
		Proposals: proposalsOf(i.Subject),
	}
}

// band is the sum of a card's answers: a hit first, then what is not checked, then what is still running.
func (c *Card) band() (outcome border.Outcome, pending bool) {
	outcome = border.NoHit
	for _, a := range c.Answers {
		switch {
		case a.Pending:
			pending = true
		case a.Finding.Outcome == border.Hit:
			return border.Hit, false
		case a.Finding.Outcome == border.NotChecked:
			outcome = border.NotChecked
		}
	}
	return outcome, pending && outcome == border.NoHit
}

// WaitingOf is an inspection as it stands in the queue.
func WaitingOf(i *border.Inspection) Waiting {
	answers, _ := i.Answers()
	outcome, pending := (&Card{Answers: answers}).band()
	return Waiting{Name: name(i.Scan.Identity), Outcome: outcome, Pending: pending}
}

// answered is how many checks have an outcome.
func (c *Card) answered() int {
	n := 0
	for _, a := range c.Answers {
		if !a.Pending {
			n++
		}
	}
	return n
}

func (c *Card) findings() []border.Finding {
	findings := make([]border.Finding, len(c.Answers))
	for n, a := range c.Answers {
		findings[n] = a.Finding
	}
	return findings
}

// admitNeedsReason is true when F2 must first ask why.
func (c *Card) admitNeedsReason() bool { return border.NeedsReason(c.findings()) }

// onArrival are the terms of the visa that admitting grants; nil when it grants none.
func (c *Card) onArrival() *border.ArrivalTerms {
	return border.OnArrival(c.Scan.Direction, c.findings())
}

// NeedsSecondLine is true when no counter may admit: a hit stands that the second line decides.
func (c *Card) NeedsSecondLine() bool { return border.NeedsSecondLine(c.findings()) }

func name(i traveldoc.Identity) string {
	if i.GivenNames == "" {
		return i.Surname
	}
	if i.Surname == "" {
		return i.GivenNames
	}
	return i.Surname + ", " + i.GivenNames
}

// evidence is what of a finding this screen may show.
func (s Screen) evidence(f border.Finding) []border.Evidence {
	shown := make([]border.Evidence, 0, len(f.Evidence))
	for _, e := range f.Evidence {
		if e.Restricted && !s.ShowReasons {
			continue
		}
		shown = append(shown, e)
	}
	return shown
}

// withheld is true when a finding has evidence that this screen may not show.
func (s Screen) withheld(f border.Finding) bool { return len(s.evidence(f)) < len(f.Evidence) }

// undoable is true for a decision that can still be undone.
func (s Screen) undoable(r border.RecentCrossing) bool {
	return !r.Annulled && s.Now.Sub(r.At) < s.Undo
}

// verdicts are the reasons that the open panel offers, with the field's name.
func (p Panel) reasons() []string {
	switch p.Kind {
	case PanelAdmit:
		return border.AdmitReasons()
	case PanelRefer:
		return border.ReferReasons()
	case PanelDismiss:
		return border.DismissReasons()
	case PanelUndo:
		return border.CorrectionReasons()
	case PanelNone, PanelParticulars, PanelDays, PanelGroup, PanelDetails, PanelRepair:
	}
	return nil
}

func (p Panel) title() text.Key {
	return map[PanelKind]text.Key{
		PanelAdmit: text.CounterAdmit, PanelRefer: text.CounterRefer,
		PanelDismiss: text.CounterDismiss, PanelUndo: text.CounterUndoReason, PanelParticulars: text.CounterParticulars,
		PanelDays: text.CounterDaysTitle, PanelGroup: text.GroupFamilyNew, PanelDetails: text.InspectDetailsTitle, PanelRepair: text.RepairTitle,
	}[p.Kind]
}

func (p Panel) confirm() text.Key {
	return map[PanelKind]text.Key{
		PanelAdmit: text.CounterConfirmAdmit, PanelRefer: text.CounterConfirmRefer,
		PanelDismiss: text.CounterConfirmDismiss, PanelUndo: text.CounterUndo, PanelParticulars: text.CounterSave,
		PanelDays: text.CounterAdmit, PanelGroup: text.GroupBegin,
	}[p.Kind]
}

func (p Panel) action(c *Card) string {
	switch p.Kind {
	case PanelUndo:
		return "/counter/crossings/" + p.Undo.String() + "/undo"
	case PanelDismiss:
		return "/counter/inspections/" + c.ID.String() + "/dismissal"
	case PanelParticulars:
		return "/counter/inspections/" + c.ID.String() + "/circumstances"
	case PanelGroup:
		return "/counter/groups"
	case PanelRepair:
		return "/counter/inspections/" + c.ID.String() + "/repair"
	case PanelNone, PanelAdmit, PanelRefer, PanelDays, PanelDetails:
	}
	return "/counter/inspections/" + c.ID.String() + "/decision"
}
