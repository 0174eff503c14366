package hitsview

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// coded is the text of a code of an area; a code without words shows as itself, so that nothing is hidden.
func coded(ctx context.Context, area, code string) string {
	key := text.Key(area + "." + code)
	if code != "" && text.FromContext(ctx).Has(key) {
		return text.T(ctx, key)
	}
	return code
}

func word(ctx context.Context, area, code string) string { return coded(ctx, "hits."+area, code) }

func action(ctx context.Context, a alerts.Action) string {
	return coded(ctx, "alert_action", string(a))
}

func category(ctx context.Context, c alerts.Category) string {
	return coded(ctx, "alert_category", string(c))
}

func band(ctx context.Context, b alerts.Band) string { return coded(ctx, "band", string(b)) }

func listed(ctx context.Context, area string, codes []string) string {
	words := make([]string, len(codes))
	for n, code := range codes {
		words[n] = coded(ctx, area, code)
	}
	return strings.Join(words, strings.TrimSpace(t(ctx, text.HitsComma))+" ")
}

func actions(ctx context.Context, all []alerts.Action) string {
	codes := make([]string, len(all))
	for n, a := range all {
		codes[n] = string(a)
	}
	return listed(ctx, "alert_action", codes)
}

func name(surname, given string) string {
	return counterview.Name(traveldoc.Identity{Surname: surname, GivenNames: given})
}

func when(ctx context.Context, at time.Time) string { return text.FromContext(ctx).DateTime(at) }

// timer says how long a hit may still wait, and how loud that is.
func timer(ctx context.Context, now, due time.Time) (class, sign, words string) {
	switch left := due.Sub(now); {
	case due.IsZero():
		return "waiting", "·", t(ctx, text.HitsNoTimer)
	case left <= 0:
		return "hit", "!!", t(ctx, text.HitsOverdue, "ago", hours(-left))
	case left < 10*time.Minute:
		return "not-checked", "!", t(ctx, text.HitsLeft, "left", hours(left))
	default:
		return "waiting", "◷", t(ctx, text.HitsLeft, "left", hours(left))
	}
}

// hours is a time as hours and minutes, which every language writes alike; a begun minute counts.
func hours(d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	return fmt.Sprintf("%d:%02d", minutes/60, minutes%60)
}

// stageLook is the colour and the sign of what a hit waits for.
func stageLook(s hit.Stage) (class, sign string) {
	switch s {
	case hit.StageConfirmed:
		return "hit", "✕"
	case hit.StageClosed, hit.StageNotSame:
		return "no-hit", "✓"
	case hit.StageAsked, hit.StageProposed:
		return "waiting", "◷"
	case hit.StageOpen, hit.StageSame, hit.StageNotConfirmed, hit.StageUnanswered:
	}
	return "not-checked", "!"
}

func bandLook(b alerts.Band) (class, sign string) {
	switch b {
	case alerts.Certain:
		return "hit", "●"
	case alerts.Probable:
		return "not-checked", "◕"
	case alerts.Possible:
	}
	return "waiting", "◔"
}

// subject says what is looked for.
func subject(ctx context.Context, k alerts.Kind) string {
	switch k {
	case alerts.DocumentOnly:
		return t(ctx, text.HitsDocument)
	case alerts.VehicleOnly:
		return t(ctx, text.HitsVehicle)
	default:
		return t(ctx, text.HitsPerson)
	}
}

// Address is the page of a hit, with a panel open.
func Address(id fmt.Stringer, p Panel) string {
	address := "/hits/" + id.String()
	if p != NoPanel {
		address += "?panel=" + string(p)
	}
	return address
}

func (s Screen) act(what string) string { return "/hits/" + s.Hit.ID.String() + "/" + what }

func get(ctx context.Context, url string) templ.Attributes {
	return view.Hx(ctx, "get", url, "target", "#hit", "swap", "outerHTML")
}

func post(ctx context.Context, url string) templ.Attributes {
	return view.Hx(ctx, "post", url, "target", "#hit", "swap", "outerHTML")
}

// rowsAttributes make the queue fetch itself anew when the stream says that it has changed, and now and then for the timers.
func rowsAttributes(ctx context.Context, q Queue) templ.Attributes {
	return view.Hx(ctx, "get", q.address("/hits/rows"), "trigger", "hits from:#hits, every 30s", "swap", "innerMorph")
}

func (q Queue) address(path string) string {
	var parts []string
	if q.Filter != hit.Open {
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
	return q.address("/hits")
}

func (q Queue) next() string {
	if q.Next == "" {
		return ""
	}
	q.After = q.Next
	return q.address("/hits")
}

// filterKey is the function key of a filter.
func filterKey(f hit.Filter) string {
	return map[hit.Filter]string{
		hit.Open: "F4", hit.Waiting: "F6", hit.Mine: "F7", hit.AskedOf: "F8", hit.Second: "F9", hit.Done: "F10",
	}[f]
}

func filterWord(ctx context.Context, f hit.Filter) string {
	return word(ctx, "filters", map[hit.Filter]string{hit.Open: "all"}[f]+string(f))
}

func none(ctx context.Context, f hit.Filter) string {
	return coded(ctx, "hits", "none_"+map[hit.Filter]string{hit.Open: "open"}[f]+string(f))
}

func countTrigger(first bool) string {
	if first {
		return "load"
	}
	return "every 5s"
}

// keyName is a key as it is written on its button: "Alt R", "F2".
func keyName(key string) string {
	modifier, letter, combined := strings.Cut(key, "+")
	if !combined {
		return key
	}
	return modifier + " " + strings.ToUpper(letter)
}

// stateWord says in a line what the hit waits for and who works on it.
func stateWord(ctx context.Context, s Screen) string {
	words := word(ctx, "stages", string(s.stage()))
	switch h := s.Hit; {
	case h.Outcome != nil:
		return words + " · " + word(ctx, "outcomes", h.Outcome.Code)
	case h.Proposal != nil:
		return t(ctx, text.HitsProposed, "owner", h.ProposedBy, "outcome", outcomeWords(ctx, *h.Proposal))
	case s.mine():
		return words + " · " + t(ctx, text.HitsYours)
	case h.Owner != "":
		return words + " · " + t(ctx, text.HitsOwned, "owner", h.Owner)
	}
	return words + " · " + t(ctx, text.HitsUnclaimed)
}

func outcomeWords(ctx context.Context, o hit.Outcome) string {
	words := word(ctx, "outcomes", o.Code)
	if o.Action != "" {
		words += ": " + action(ctx, o.Action)
	}
	return words
}

func judgementWord(ctx context.Context, same bool) string {
	if same {
		return t(ctx, text.HitsSame)
	}
	return t(ctx, text.HitsNotSame)
}

// message is what the owner is asked, before the officer changes it.
func (s Screen) message(ctx context.Context) string {
	if typed := s.value("message"); typed != "" {
		return typed
	}
	r, p := s.Hit.Raise, text.FromContext(ctx)
	return t(ctx, text.HitsMessageText, "station", r.Station, "at", p.DateTime(r.CrossedAt), "name", counterview.Name(r.Identity),
		"birth", p.Date(r.Identity.BirthDate), "nationality", r.Identity.Nationality,
		"document", strings.TrimSpace(r.Document.Code+" "+r.Document.IssuingState+" "+r.Document.Number), "alert", r.Alert, "version", r.AlertVersion)
}

func answerWord(ctx context.Context, a hit.Answer) string {
	if a.Confirmed {
		return t(ctx, text.HitsConfirmed)
	}
	return t(ctx, text.HitsNotConfirmed)
}

func clockLook(ctx context.Context, now, due time.Time) (class, sign string) {
	class, sign, _ = timer(ctx, now, due)
	return class, sign
}

func clockWords(ctx context.Context, now, due time.Time) string {
	_, _, words := timer(ctx, now, due)
	return words
}
