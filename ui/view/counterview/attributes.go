package counterview

import (
	"context"
	"fmt"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// deskAttributes make the desk fetch itself anew at each finding, and at each reading that comes to the lane: named events that the
// streams inside it bring. While a question stands open it stays as it is: what the officer types must not vanish.
func deskAttributes(ctx context.Context, s Screen) templ.Attributes {
	if s.Asked.Kind != PanelNone {
		return nil
	}
	return view.Hx(ctx, "get", "/counter", "trigger", "finding, arrival", "target", "#desk", "swap", "outerHTML")
}

// laneAttributes listen for what comes to the lane.
func laneAttributes(ctx context.Context, s Screen) templ.Attributes {
	return view.Hx(ctx, "sse:connect", fmt.Sprintf("/counter/stream?seen=%d", s.Rung))
}

// streamAttributes listen for findings from the first that the desk does not show yet.
func streamAttributes(ctx context.Context, c *Card) templ.Attributes {
	return view.Hx(ctx, "sse:connect", fmt.Sprintf("/counter/inspections/%s/stream?seen=%d", c.ID, c.answered()))
}

func get(ctx context.Context, url string) templ.Attributes {
	return view.Hx(ctx, "get", url, "target", "#desk", "swap", "outerHTML")
}

func post(ctx context.Context, url string) templ.Attributes {
	return view.Hx(ctx, "post", url, "target", "#desk", "swap", "outerHTML")
}

func decide(ctx context.Context, c *Card) templ.Attributes {
	return post(ctx, "/counter/inspections/"+c.ID.String()+"/decision")
}

func undoAttributes(ctx context.Context, n int, r border.RecentCrossing) templ.Attributes {
	a := get(ctx, "/counter?panel=undo&crossing="+r.CrossingID.String())
	if n == 0 {
		a["data-hotkey"] = "F10"
	}
	return a
}

// panelKey is the function key that opened the panel: pressed again it confirms.
func panelKey(k PanelKind) string {
	return map[PanelKind]string{
		PanelAdmit: "F2", PanelRefer: "F4", PanelDismiss: "F9", PanelUndo: "F10",
		PanelParticulars: "F5", PanelDays: "F3", PanelGroup: "F8",
	}[k]
}

type look struct {
	class, sign string
	word        text.Key
}

func lookOf(outcome border.Outcome, pending bool) look {
	switch {
	case pending:
		return look{"waiting", "…", text.CounterBandWaiting}
	case outcome == border.Hit:
		return look{"hit", "✕", text.CounterBandHit}
	case outcome == border.NoHit:
		return look{"no-hit", "✓", text.CounterBandClear}
	}
	return look{"not-checked", "?", text.CounterBandNotChecked}
}

func answerLook(a border.Answer) look { return lookOf(a.Finding.Outcome, a.Pending) }

func answerClass(a border.Answer) string  { return answerLook(a).class }
func answerSign(a border.Answer) string   { return answerLook(a).sign }
func answerWord(a border.Answer) text.Key { return answerLook(a).word }

func waitingClass(w Waiting) string { return lookOf(w.Outcome, w.Pending).class }
func waitingSign(w Waiting) string  { return lookOf(w.Outcome, w.Pending).sign }

func bandLook(s Screen) look {
	if s.Current == nil {
		return look{"waiting", "▸", text.CounterReady}
	}
	outcome, pending := s.Current.band()
	l := lookOf(outcome, pending)
	if s.toTake() {
		l.word = text.FingersBandTake
	}
	return l
}

func bandClass(s Screen) string  { return bandLook(s).class }
func bandSign(s Screen) string   { return bandLook(s).sign }
func bandWord(s Screen) text.Key { return bandLook(s).word }

func bandHelp(s Screen) text.Key {
	if s.Current != nil && s.Current.NeedsSecondLine() {
		return text.CounterBandSecondLineHelp
	}
	if s.Current != nil {
		if help := printsHelp(s); help != "" {
			return help
		}
		if s.Current.Complete && s.Current.onArrival() != nil && !s.Current.admitNeedsReason() {
			return text.VisaArrivalHelp
		}
	}
	return map[string]text.Key{
		"waiting": text.CounterBandWaitingHelp, "hit": text.CounterBandHitHelp,
		"no-hit": text.CounterBandClearHelp, "not-checked": text.CounterBandNotCheckedHelp,
	}[bandClass(s)]
}

// versionWord names the version of a list or of rules, or whose records were looked at.
func versionWord(ctx context.Context, s border.Source) string {
	if s.Name == "crossing.previous" || s.Name == border.CheckMinor || s.Name == border.CheckPass { // records of a crossing point
		return s.Version
	}
	return text.T(ctx, text.CounterVersion, "version", s.Version)
}

// markOf is what the machine readable zone's check digit makes of a field; nothing for a document typed by hand.
func markOf(c *Card, field mrz.FieldID) look {
	if c.Subject.MRZ == nil {
		return look{}
	}
	switch c.Subject.MRZ.Field(field).Verdict {
	case mrz.OK:
		return look{"no-hit", "✓", text.CounterMarkOk}
	case mrz.Failed:
		return look{"hit", "✕", text.CounterMarkFailed}
	case mrz.Suspect:
		return look{"not-checked", "?", text.CounterMarkSuspect}
	case mrz.NoCheck:
	}
	return look{}
}
