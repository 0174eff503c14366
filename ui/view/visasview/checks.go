package visasview

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

// CheckTitle is the name of a check.
func CheckTitle(ctx context.Context, name string) string { return counterview.CheckName(ctx, name) }

// seen is the evidence that may be shown to who looks.
func (c Case) seen(list []border.Evidence) []border.Evidence {
	if c.Reasons {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(e border.Evidence) bool { return e.Restricted })
}

func (c Case) withheld(list []border.Evidence) bool {
	return !c.Reasons && slices.ContainsFunc(list, func(e border.Evidence) bool { return e.Restricted })
}

// settled reports whether every hit of a check is judged to be on somebody else: the finding stays red, and says so.
func settled(k desk.Checked) bool {
	return len(k.Hits) > 0 && !slices.ContainsFunc(k.Hits, func(h desk.Hit) bool { return h.Judgement == nil || h.Judgement.Same != desk.NotSame })
}

// openHits are the hits that wait to be judged.
func openHits(k desk.Checked) (n int) {
	for _, h := range k.Hits {
		if h.Judgement == nil {
			n++
		}
	}
	return n
}

// sourceLine says where an answer comes from, and how old it is.
func (c Case) sourceLine(ctx context.Context, k desk.Checked) string {
	f := k.Finding
	var parts []string
	if f.Reason != "" {
		parts = append(parts, counterview.NotChecked(ctx, f.Reason))
	}
	if f.Source.Name != "" {
		parts = append(parts, counterview.SourceName(ctx, f.Source.Name))
	}
	for _, s := range f.Sources {
		parts = append(parts, strings.TrimSpace(s.Name+" "+s.Version))
	}
	if len(f.Sources) == 0 && f.Source.Version != "" {
		parts = append(parts, f.Source.Version)
	}
	if !f.Source.AsOf.IsZero() {
		parts = append(parts, t(ctx, text.CounterAge, "ago", text.FromContext(ctx).Ago(f.Source.Age(c.Now))))
	}
	if !k.At.IsZero() {
		parts = append(parts, t(ctx, "visas.checked_at", "when", when(ctx, k.At)))
	}
	return strings.Join(parts, " · ")
}

// plain is the evidence of a check that belongs to no hit that is judged.
func (c Case) plain(k desk.Checked) []border.Evidence {
	var list []border.Evidence
	for _, e := range k.Finding.Evidence {
		if !slices.ContainsFunc(k.Hits, func(h desk.Hit) bool {
			return slices.ContainsFunc(h.Evidence, func(o border.Evidence) bool { return o == e })
		}) {
			list = append(list, e)
		}
	}
	return list
}

func judgeAttributes(first bool) templ.Attributes {
	if first {
		return templ.Attributes{"data-hotkey": "F3"}
	}
	return nil
}

// firstOpen is the hit that F3 goes to.
func (c Case) firstOpen() string {
	for _, k := range c.Checks {
		for _, h := range k.Hits {
			if h.Judgement == nil {
				return h.Key
			}
		}
	}
	return ""
}
