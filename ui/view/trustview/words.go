// Package trustview draws trust material: what is published, what is proposed and what that would change. It must never offer a decision
// on a proposal whose effect is not on the screen.
package trustview

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/trust"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

func page(title text.Key) view.Page { return view.Page{Title: title, Styles: []string{"trust.css"}} }

// word is the text of a code below a prefix of the catalogue; a code without words shows as itself, so that nothing is hidden.
func word[C ~string](ctx context.Context, prefix string, code C) string {
	p := text.FromContext(ctx)
	if key := text.Key(prefix + "." + string(code)); code != "" && p.Has(key) {
		return p.T(key)
	}
	return string(code)
}

func number[N int | int64](ctx context.Context, n N) string {
	return text.FromContext(ctx).Number(int64(n))
}

func ago(ctx context.Context, at time.Time) string {
	return text.FromContext(ctx).Ago(view.FrameOf(ctx).Now.Sub(at))
}

func day(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return t(ctx, text.TrustNoEnd)
	}
	return text.FromContext(ctx).Date(traveldoc.DateOf(at.UTC()))
}

func period(ctx context.Context, f trustdb.Facts) string {
	if f.From.IsZero() && f.Until.IsZero() {
		return t(ctx, text.TrustNoEnd)
	}
	return t(ctx, text.TrustUntil, "from", day(ctx, f.From), "until", day(ctx, f.Until))
}

func country(ctx context.Context, code string) string {
	if code == "" {
		return t(ctx, text.TrustCountryNone)
	}
	return code
}

// isTraining marks the synthetic country, whose keys are public.
func isTraining(code string) bool { return code == "UT" || code == "UTO" }

// kinds are the columns of counts, in order.
func kinds() []trust.Kind {
	return []trust.Kind{trust.CSCA, trust.Link, trust.DSC, trust.MasterListSigner, trust.CRL, trust.Deviation}
}

// verdictTone is the colour of a verdict on a signature: what cannot be said is amber, never green.
func verdictTone(v traveldoc.Verdict) view.Tone {
	switch v {
	case traveldoc.Pass:
		return view.ToneSuccess
	case traveldoc.Fail:
		return view.ToneError
	case traveldoc.Inconclusive:
		return view.ToneWarning
	case traveldoc.NotDone:
	}
	return view.ToneInfo
}

func verdict(ctx context.Context, v traveldoc.Verdict) string {
	return word(ctx, "trust.verdicts", v.String())
}

func effectTone(e trustdb.Effect) view.Tone {
	switch e {
	case trustdb.EffectWithdraw, trustdb.EffectLoses:
		return view.ToneError
	case trustdb.EffectNew, trustdb.EffectSource:
		return view.ToneWarning
	case trustdb.EffectOutdated, trustdb.EffectKnown:
	}
	return view.ToneInfo
}

func stateTone(s trustdb.Standing) view.Tone {
	switch s {
	case trustdb.Approved:
		return view.ToneSuccess
	case trustdb.Pending:
		return view.ToneWarning
	case trustdb.Rejected:
	}
	return view.ToneInfo
}

func name(ctx context.Context, p trustdb.Proposal) string {
	if p.Act == trustdb.ActWithdrawal {
		return t(ctx, text.TrustWithdrawal)
	}
	return p.File
}

func versions(p trustdb.Proposal) string {
	switch p.First {
	case 0:
		return ""
	case p.Last:
		return itoa(p.First)
	}
	return itoa(p.First) + "–" + itoa(p.Last)
}

// effects says in words how many items there are of each effect.
func effects(ctx context.Context, p trustdb.Proposal) string {
	var words []string
	for _, e := range trustdb.Effects() {
		if n := p.Effect[e]; n > 0 {
			words = append(words, number(ctx, n)+" "+word(ctx, "trust.effects", e))
		}
	}
	return strings.Join(words, " · ")
}

func source(ctx context.Context, s trust.Source) string {
	words := []string{word(ctx, "trust.origins", s.Origin)}
	for _, more := range []string{s.List, s.Signer} {
		if more != "" {
			words = append(words, more)
		}
	}
	if !s.Date.IsZero() {
		words = append(words, day(ctx, s.Date))
	}
	return strings.Join(words, " · ")
}

// grouped writes a fingerprint in groups of four, to be read out and compared.
func grouped(hex string) string {
	var groups []string
	for part := range slices.Chunk([]byte(strings.ToUpper(hex)), 4) {
		groups = append(groups, string(part))
	}
	return strings.Join(groups, " ")
}

func short(hex string) string { return strings.ToUpper(hex[:min(len(hex), 16)]) }

// published says since which version an item is published, or in which it was withdrawn.
func published(ctx context.Context, i Item) string {
	switch {
	case i.Version > 0:
		return t(ctx, text.TrustSince, "version", itoa(i.Version))
	case i.Withdrawn > 0:
		return t(ctx, text.TrustGone, "version", itoa(i.Withdrawn))
	}
	return t(ctx, text.TrustUnpublished)
}
