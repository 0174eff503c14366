package secondlineview

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// word is the text of a code below "secondline."; a code without words shows as itself, so that nothing is hidden.
func word(ctx context.Context, prefix, code string) string {
	key := text.Key("secondline." + prefix + "." + code)
	if code != "" && text.FromContext(ctx).Has(key) {
		return text.T(ctx, key)
	}
	return code
}

// fieldWord names the field of a piece of evidence in a comparison.
func fieldWord(ctx context.Context, e border.Evidence) string {
	p := text.FromContext(ctx)
	if key := text.Key("field." + e.Field); e.Field != "" && p.Has(key) {
		return p.T(key)
	}
	return counterview.Evidence(ctx, e)
}

// agreement is how far both sides agree: "same", "possible" (a date of which one side knows only a part), or "differs".
func agreement(e border.Evidence) string {
	switch e.Relation {
	case "":
	case "equal":
		return "same"
	case "different", "extra_found", "extra_listed":
		return "differs"
	default:
		return "possible"
	}
	if traveldoc.FoldName(e.Found) == traveldoc.FoldName(e.Expected) {
		return "same"
	}
	found, err := traveldoc.ParseDate(e.Found)
	expected, err2 := traveldoc.ParseDate(e.Expected)
	if err == nil && err2 == nil && found.Compatible(expected) {
		return "possible"
	}
	return "differs"
}

// agreementWords are the comparison's own words where one was made.
func agreementWords(ctx context.Context, e border.Evidence) string {
	if key := text.Key("relation." + e.Relation); e.Relation != "" && text.FromContext(ctx).Has(key) {
		return text.T(ctx, key)
	}
	return word(ctx, "agreements", agreement(e))
}

func agreementSign(e border.Evidence) string {
	return map[string]string{"same": "=", "possible": "~", "differs": "✕"}[agreement(e)]
}

func ago(ctx context.Context, now, at time.Time) string {
	return text.FromContext(ctx).Ago(now.Sub(at))
}

// Address is the page of a case, with a panel open.
func Address(id fmt.Stringer, p Panel) string {
	address := "/secondline/" + id.String()
	if p != NoPanel {
		address += "?panel=" + string(p)
	}
	return address
}

func (s Screen) act(what string) string { return "/secondline/" + s.Case.ID().String() + "/" + what }

func get(ctx context.Context, url string) templ.Attributes {
	return view.Hx(ctx, "get", url, "target", "#case", "swap", "outerHTML")
}

func post(ctx context.Context, url string) templ.Attributes {
	return view.Hx(ctx, "post", url, "target", "#case", "swap", "outerHTML")
}

// rowsAttributes make the queue fetch itself anew when the stream says that it has changed, and now and then for the ages.
func rowsAttributes(ctx context.Context, q Queue) templ.Attributes {
	return view.Hx(ctx, "get", q.address("/secondline/rows"), "trigger", "queue from:#queue, every 60s", "swap", "innerMorph")
}

func (q Queue) address(path string) string {
	var parts []string
	if q.Filter != secondline.All {
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
	return q.address("/secondline")
}

func (q Queue) next() string {
	if q.Next == "" {
		return ""
	}
	q.After = q.Next
	return q.address("/secondline")
}

func (q Queue) count(f secondline.Filter) int {
	switch f {
	case secondline.Mine:
		return q.Mine
	case secondline.Unclaimed:
		return q.Unclaimed
	case secondline.All:
	}
	return q.All
}

// filterKey is the function key of a filter.
func filterKey(f secondline.Filter) string {
	return map[secondline.Filter]string{secondline.All: "F6", secondline.Mine: "F7", secondline.Unclaimed: "F8"}[f]
}

func filterWord(ctx context.Context, f secondline.Filter) string {
	return word(ctx, "filters", map[secondline.Filter]string{secondline.All: "all"}[f]+string(f))
}

func severityLook(s border.Severity) (class, sign string) {
	switch s {
	case border.SecondLine:
		return "hit", "✕"
	case border.Acknowledge:
		return "not-checked", "!"
	case border.Note:
	}
	return "waiting", "·"
}

func severityClass(s border.Severity) string { class, _ := severityLook(s); return class }
func severitySign(s border.Severity) string  { _, sign := severityLook(s); return sign }

func ageSign(tone string) string {
	return map[string]string{"hit": "!!", "not-checked": "!", "waiting": "◷"}[tone]
}

func name(surname, given string) string {
	return counterview.Name(traveldoc.Identity{Surname: surname, GivenNames: given})
}

// listed joins coded words.
func listed(ctx context.Context, prefix string, codes []string) string {
	words := make([]string, len(codes))
	for n, code := range codes {
		words[n] = word(ctx, prefix, code)
	}
	return strings.Join(words, t(ctx, text.SecondlineComma))
}

// languageName is a language by its own code: an officer writes what was spoken, not what it is called.
func languageName(ctx context.Context, code string) string { return word(ctx, "languages", code) }

// stay is what would be granted, in the counter's words, with the rule by which it was counted.
func (s Screen) stay(ctx context.Context) string {
	g := s.grant()
	if g == nil {
		return t(ctx, text.SecondlineNoGrant)
	}
	words := counterview.Granted(ctx, g, s.Scan.Direction)
	if g.Rule != "" {
		words += " · " + g.Rule
	}
	return words
}

// keyName is a key as it is written on its button: "Alt R", "F2".
func keyName(key string) string {
	modifier, letter, combined := strings.Cut(key, "+")
	if !combined {
		return key
	}
	return modifier + " " + strings.ToUpper(letter)
}

func countTrigger(first bool) string {
	if first {
		return "load"
	}
	return "every 5s"
}
