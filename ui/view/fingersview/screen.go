package fingersview

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/view/printview"
)

// Screen is everything that the taking of prints shows.
type Screen struct {
	Lane  counterview.Lane
	Card  *counterview.Card
	View  fingers.View
	Asked Panel
	Wrong string // what was wrong with the last request, in the page's language
}

// Panel is a question to the officer that stands open.
type Panel string

// The panels.
const (
	PanelNone    Panel = ""
	PanelMissing Panel = "missing"
	PanelAccept  Panel = "accept"
)

// AskAgain is the value that takes a code back.
const AskAgain = "ask_again"

// Evidence is what was compared, drawn.
type Evidence struct {
	Lane   counterview.Lane
	Card   *counterview.Card
	Sets   []Set
	Engine string
	Policy string
	// Simulated says that the prints come from no person.
	Simulated bool
	Provided  bool // by the page itself: with keys and the traveller
}

// Set is a comparison with one person.
type Set struct {
	Title    string
	Facts    string
	Drawings []printview.Drawing
	// Closed is why nothing can be drawn; empty when something can.
	Closed string
}

func (s Screen) path(below string) string { return counterview.FingersPath(s.Card, below) }

// stage is what the officer is to do now.
type stage struct {
	class, sign string
	word        string
	help        string
}

func (s Screen) stage(ctx context.Context) stage {
	v := s.View
	switch {
	case v.Phase == fingers.PhaseTaking:
		return stage{"waiting", "▸", text.T(ctx, text.FingersNowTaking), s.atReader(ctx)}
	case v.Phase == fingers.PhaseKept:
		return stage{"no-hit", "✓", text.T(ctx, text.FingersNowKept), ""}
	case v.Fault != "":
		return stage{faultClass(v.Fault), "!", coded(ctx, "capture", v.Fault), coded(ctx, "fingers.todo", v.Fault)}
	case v.Has(fingers.Low):
		return stage{"not-checked", "!", text.T(ctx, text.FingersNowLowTitle), text.T(ctx, text.FingersNowLow)}
	case slices.ContainsFunc(v.Fingers, func(f fingers.Finger) bool { return f.Fault != "" }):
		return stage{"not-checked", "!", s.faulty(ctx), text.T(ctx, text.FingersNowFault)}
	case s.otherHand():
		return stage{"waiting", "▸", text.T(ctx, text.FingersNowOtherHand), text.T(ctx, text.FingersNowReady)}
	}
	return stage{"waiting", "▸", text.T(ctx, text.FingersTitle), text.T(ctx, text.FingersNowReady)}
}

// faultClass is red for what a reader must never send, and amber for the rest.
func faultClass(code string) string {
	if code == capture.ErrSignature.Error() || code == capture.ErrChain.Error() {
		return "hit"
	}
	return "not-checked"
}

// atReader names the fingers that lie on the reader, or should.
func (s Screen) atReader(ctx context.Context) string {
	var names string
	for _, f := range s.View.Fingers {
		if f.State != fingers.AtReader {
			continue
		}
		if names != "" {
			names += ", "
		}
		names += finger(ctx, f.Position)
	}
	return names
}

// faulty says of the first finger without a print what was wrong.
func (s Screen) faulty(ctx context.Context) string {
	for _, f := range s.View.Fingers {
		if f.Fault != "" {
			return finger(ctx, f.Position) + ": " + fault(ctx, f.Fault)
		}
	}
	return ""
}

// otherHand reports whether the first hand is settled and the other one wanted.
func (s Screen) otherHand() bool {
	first, last := s.View.Fingers[0], s.View.Fingers[len(s.View.Fingers)-1]
	return left(first.Position) != left(last.Position) && last.State == fingers.Wanted && first.State != fingers.Wanted
}

func finger(ctx context.Context, p biometrics.Position) string {
	return counterview.Finger(ctx, p.String())
}

// fault is what was wrong with a try: the reader's word, or the engine's.
func fault(ctx context.Context, code string) string {
	if words := coded(ctx, "capture", code); words != code {
		return words
	}
	return coded(ctx, "fingers.why", code)
}

// coded is the words of a code of an area of the catalogue; the code where there are none, so that nothing is hidden.
func coded(ctx context.Context, area, code string) string {
	key := text.Key(area + "." + code)
	if code == "" || !text.FromContext(ctx).Has(key) {
		return code
	}
	return text.T(ctx, key)
}

func left(p biometrics.Position) bool { return p >= biometrics.LeftThumb }

// look is how a finger's state is drawn: colour, sign and word together.
func look(f fingers.Finger) (class, sign string) {
	switch f.State {
	case fingers.Good:
		return "no-hit", "✓"
	case fingers.Low:
		return "not-checked", "!"
	case fingers.Accepted:
		return "not-checked", "✓"
	case fingers.IsMissing:
		return "not-checked", "✕"
	case fingers.AtReader:
		return "waiting", "▸"
	case fingers.Wanted:
	}
	return "waiting", "·"
}

// detail is what to say of a finger besides its state.
func detail(ctx context.Context, f fingers.Finger) string {
	switch {
	case f.State == fingers.IsMissing && f.Remembered != nil:
		return counterview.Missing(ctx, f.Missing) + ". " + text.T(ctx, text.FingersRemembered, "by", f.Remembered.By,
			"at", text.FromContext(ctx).DateTime(f.Remembered.At))
	case f.State == fingers.IsMissing:
		return counterview.Missing(ctx, f.Missing)
	case f.Fault != "":
		return fault(ctx, f.Fault)
	case f.State == fingers.Accepted:
		return coded(ctx, "accepted", f.Accepted)
	case f.State == fingers.Low:
		return coded(ctx, "fingers.why", f.Why)
	case f.Open && f.State == fingers.Wanted:
		return text.T(ctx, text.FingersComplete)
	}
	return ""
}

// measured reports whether a finger has a try whose quality can be shown.
func measured(f fingers.Finger) bool {
	return f.State == fingers.Good || f.State == fingers.Low || f.State == fingers.Accepted
}

// reader is the name of the reader.
func (s Screen) reader(ctx context.Context) string {
	i := s.View.Reader
	if i.Make+i.Model == "" {
		return text.T(ctx, text.FingersReaderNone)
	}
	return i.Make + " " + i.Model
}

// reasons are the codes for accepting: that of the best of all tries only when they were made.
func (s Screen) reasons() []string {
	all := fingers.AcceptReasons()
	if !s.View.OutOfTries() {
		return all[1:]
	}
	return all
}

// withoutPrint reports whether nothing was taken of a finger yet.
func withoutPrint(f fingers.Finger) bool {
	return f.State == fingers.Wanted || f.State == fingers.AtReader
}

// codable are the fingers that a code can be given to, or taken from: first those without a print.
func (s Screen) codable() []fingers.Finger {
	return slices.SortedStableFunc(slices.Values(s.View.Fingers), func(a, b fingers.Finger) int {
		switch {
		case withoutPrint(a) == withoutPrint(b):
			return 0
		case withoutPrint(a):
			return -1
		}
		return 1
	})
}

// only is the one finger without a print; false when there are none or several.
func (s Screen) only() (biometrics.Position, bool) {
	list := s.codable()
	if len(list) == 0 || !withoutPrint(list[0]) || len(list) > 1 && withoutPrint(list[1]) {
		return 0, false
	}
	return list[0].Position, true
}

// engineWords name what compared: the station's own gallery and its method apart, an outside system as it calls itself.
func engineWords(ctx context.Context, matcher string) string {
	if method, own := strings.CutPrefix(matcher, abis.GalleryEngine+" "); own {
		return text.T(ctx, text.FingersEngineMethod, "engine", abis.GalleryEngine, "method", method)
	}
	return text.T(ctx, text.FingersEngine, "engine", matcher)
}

func number(n int) string { return fmt.Sprint(n) }
