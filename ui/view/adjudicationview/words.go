package adjudicationview

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// Finger is a finger's name.
func Finger(ctx context.Context, p biometrics.Position) string {
	if key := text.Key("finger." + p.String()); text.FromContext(ctx).Has(key) {
		return text.T(ctx, key)
	}
	return p.String()
}

// Fingers are the names of fingers.
func Fingers(ctx context.Context, all []biometrics.Position) string {
	names := make([]string, len(all))
	for n, p := range all {
		names[n] = Finger(ctx, p)
	}
	return strings.Join(names, " · ")
}

// Score is a score as it is shown.
func Score(score float64) string { return strconv.FormatFloat(score, 'f', 1, 64) }

// rarest is the rarest chance that is shown: beyond it the scale was never measured.
const rarest = 1e9

// oneIn is how many pairs of prints of different fingers there are for each that is so alike, to two digits; beyond is true where it is more
// than was ever measured.
func oneIn(ctx context.Context, score float64) (n string, beyond bool) {
	rate := fingerprint.FalseMatchRate(score)
	if !(rate > 1/rarest) {
		return text.FromContext(ctx).Number(rarest), true
	}
	pairs := 1 / rate
	unit := math.Pow(10, math.Max(0, math.Floor(math.Log10(pairs))-1))
	return text.FromContext(ctx).Number(int64(math.Round(pairs/unit) * unit)), false
}

// Chance says what a score means; short, for a caption.
func Chance(ctx context.Context, score float64, short bool) string {
	if fingerprint.FalseMatchRate(score) > .5 {
		return t(ctx, map[bool]text.Key{false: text.AdjudicationMostPairs, true: text.AdjudicationMostPairsShort}[short])
	}
	n, beyond := oneIn(ctx, score)
	key := map[[2]bool]text.Key{
		{false, false}: text.AdjudicationOneIn, {false, true}: text.AdjudicationFewerThan,
		{true, false}: text.AdjudicationOneInShort, {true, true}: text.AdjudicationFewerThanShort,
	}[[2]bool{short, beyond}]
	return t(ctx, key, "n", n)
}

// foundWith says the score of the search and what made it; an engine alone where it tells no version.
func foundWith(ctx context.Context, c fingers.Candidacy) string {
	if c.Version == "" {
		return t(ctx, text.AdjudicationFoundEngine, "score", Score(c.Score), "engine", c.Engine)
	}
	return t(ctx, text.AdjudicationFoundWith, "score", Score(c.Score), "engine", c.Engine, "version", c.Version)
}

// coded is the text of a code of an area; a code without words shows as itself, so that nothing is hidden.
func coded(ctx context.Context, area, code string) string {
	key := text.Key(area + "." + code)
	if code != "" && text.FromContext(ctx).Has(key) {
		return text.T(ctx, key)
	}
	return code
}

func word(ctx context.Context, area, code string) string {
	return coded(ctx, "adjudication."+area, code)
}

func when(ctx context.Context, at time.Time) string {
	if at.IsZero() || at.Unix() == 0 {
		return "–"
	}
	return text.FromContext(ctx).DateTime(at)
}

// Address is the page of a task, with a panel open and one finger large.
func Address(id fmt.Stringer, p Panel, finger string) string {
	return address("/adjudication/"+id.String(), p, finger)
}

func address(path string, p Panel, finger string) string {
	sign := "?"
	if p != NoPanel {
		path += sign + "panel=" + string(p)
		sign = "&"
	}
	if finger != "" {
		path += sign + "finger=" + finger
	}
	return path
}

func (s Screen) act(what string) string { return "/adjudication/" + s.Task.ID.String() + "/" + what }

func get(ctx context.Context, url string) templ.Attributes {
	return view.Hx(ctx, "get", url, "target", "#task", "swap", "outerHTML")
}

func post(ctx context.Context, url string) templ.Attributes {
	return view.Hx(ctx, "post", url, "target", "#task", "swap", "outerHTML")
}

// asking fetches the prints of another station once the page stands, and at a push of the button.
func asking(ctx context.Context, s Screen, trigger string) templ.Attributes {
	return view.Hx(ctx, "get", address(s.act("compare"), NoPanel, s.Finger), "target", "#compare", "swap", "outerHTML", "trigger", trigger)
}

func rowsAttributes(ctx context.Context, q Queue) templ.Attributes {
	return view.Hx(ctx, "get", q.address("/adjudication/rows"), "trigger", "adjudication from:#adjudication, every 30s", "swap", "innerMorph")
}

func (q Queue) address(path string) string {
	var parts []string
	if q.Filter != fingers.TasksOpen {
		parts = append(parts, "filter="+string(q.Filter))
	}
	if q.After != "" {
		parts = append(parts, "after="+q.After)
	}
	if len(parts) == 0 {
		return path
	}
	return path + "?" + strings.Join(parts, "&")
}

func (q Queue) first() string {
	if q.After == "" {
		return ""
	}
	q.After = ""
	return q.address("/adjudication")
}

func (q Queue) next() string {
	if q.Next == "" {
		return ""
	}
	q.After = q.Next
	return q.address("/adjudication")
}

// filterKey is the function key of a filter.
func filterKey(f fingers.TaskFilter) string {
	return map[fingers.TaskFilter]string{
		fingers.TasksOpen: "F4", fingers.TasksWaiting: "F6", fingers.TasksMine: "F7", fingers.TasksCandidates: "F8", fingers.TasksMismatches: "F9",
		fingers.TasksDone: "F10",
	}[f]
}

func filterWord(ctx context.Context, f fingers.TaskFilter) string {
	return word(ctx, "filters", map[fingers.TaskFilter]string{fingers.TasksOpen: "all"}[f]+string(f))
}

func none(ctx context.Context, f fingers.TaskFilter) string {
	return coded(ctx, "adjudication", "none_"+map[fingers.TaskFilter]string{fingers.TasksOpen: "open"}[f]+string(f))
}

func countTrigger(first bool) string {
	if first {
		return "load"
	}
	return "every 5s"
}

// place is who found a task.
func place(ctx context.Context, code string) string {
	if code == "central" {
		code = t(ctx, text.AdjudicationTheCentre)
	}
	return t(ctx, text.AdjudicationFoundBy, "place", code)
}

// stageLook is the colour and the sign of a stage.
func stageLook(s fingers.TaskStage) (class, sign string) {
	switch s {
	case fingers.TaskDecided:
		return "no-hit", "✓"
	case fingers.TaskClaimed:
		return "waiting", "◷"
	case fingers.TaskOpen:
	}
	return "not-checked", "!"
}

func groundLook(ground string) (class, sign string) {
	if ground == fingers.GroundMismatch {
		return "hit", "≠"
	}
	return "not-checked", "≟"
}

// stateWord says in a line what the task waits for and who works on it.
func stateWord(ctx context.Context, s Screen) string {
	words := word(ctx, "stages", string(s.Task.Stage()))
	if v := s.Task.Verdict(); v != "" {
		words += " · " + word(ctx, "verdicts", string(v))
	}
	switch {
	case s.Task.Decision != nil:
		return words + " · " + s.Task.DecidedBy
	case s.mine():
		return words + " · " + t(ctx, text.AdjudicationYours)
	case s.Task.Owner != "":
		return words + " · " + t(ctx, text.AdjudicationOwned, "owner", s.Task.Owner)
	}
	return words + " · " + t(ctx, text.AdjudicationUnclaimed)
}

// effect says what follows from each verdict, before it is said.
func effect(ctx context.Context, s Screen) string {
	same, different := text.AdjudicationSameCentre, text.AdjudicationDifferentKept
	switch {
	case s.Task.Candidacy.Ground == fingers.GroundMismatch:
		same, different = text.AdjudicationSameReferences, text.AdjudicationDifferentMismatch
	case s.Linkable:
		same = text.AdjudicationSameLinks
	}
	return t(ctx, text.AdjudicationEffect, "same", t(ctx, same), "different", t(ctx, different))
}

// keyName is a key as it is written on its button: "Alt R", "F2".
func keyName(key string) string {
	modifier, letter, combined := strings.Cut(key, "+")
	if !combined {
		return key
	}
	return modifier + " " + strings.ToUpper(letter)
}
