package recheckview

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

// List is the page of the list.
type List struct {
	View string
	Page recheck.Page
	// After is the keyset of the page shown, in a URL; empty for the first.
	After string
	// ShowReasons says that the person may read why somebody is listed.
	ShowReasons bool
}

// Detail is one decision.
type Detail struct {
	Item        recheck.Item
	ShowReasons bool
	Note, Fault string // of an acknowledgement that was not taken
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// word is the text of a code below a prefix; a code without words shows as itself, so that nothing is hidden.
func word(ctx context.Context, prefix, code string) string {
	p := text.FromContext(ctx)
	if key := text.Key(prefix + "." + strings.ReplaceAll(code, ".", "_")); code != "" && p.Has(key) {
		return p.T(key)
	}
	return code
}

func outcome(ctx context.Context, o border.Outcome) string {
	return word(ctx, "recheck", "outcome_"+o.String())
}

func check(ctx context.Context, name string) string { return counterview.CheckName(ctx, name) }

// already says what was decided, where and when.
func already(ctx context.Context, i recheck.Item) string {
	return t(ctx, text.RecheckAlready, "verdict", word(ctx, "recheck", "verdict_"+string(i.Event.Decision.Verdict)), "lane", i.Event.Lane,
		"at", text.FromContext(ctx).DateTime(i.DecidedAt))
}

// changeLine is one change in words; waitingLine and answeredLine are those that had or have no answer.
func changeLine(ctx context.Context, c recheck.Change) string {
	return t(ctx, text.RecheckWasNow, "check", check(ctx, c.Check), "before", outcome(ctx, c.Before), "after", outcome(ctx, c.After))
}

func waitingLine(ctx context.Context, c recheck.Change) string {
	return t(ctx, text.RecheckStill, "check", check(ctx, c.Check), "reason", word(ctx, "check", "reason_"+c.Reason))
}

func answeredLine(ctx context.Context, c recheck.Change) string {
	return t(ctx, text.RecheckAnswered, "check", check(ctx, c.Check), "after", outcome(ctx, c.After))
}

// evidenceLine is one piece of evidence in words.
func evidenceLine(ctx context.Context, e border.Evidence, show bool) string {
	if e.Restricted && !show {
		return t(ctx, text.RecheckRestricted)
	}
	words := word(ctx, "evidence", e.Code)
	if words == e.Code {
		words = word(ctx, "check", e.Code)
	}
	for _, value := range []string{e.Found, e.Expected} {
		if value != "" {
			words += " · " + value
		}
	}
	return words
}

// state is the badge of an item: amber as long as it is not settled, red for what changed to a hit.
func state(i recheck.Item) (view.Tone, string) {
	switch {
	case i.State == string(recheck.Confirmed):
		return view.ToneSuccess, "state_confirmed"
	case i.State == string(recheck.Annulled):
		return view.ToneInfo, "state_annulled"
	case worse(i):
		return view.ToneError, "state_changed"
	case i.State == string(recheck.Changed):
		return view.ToneWarning, "state_changed"
	}
	return view.ToneWarning, "state_waiting"
}

// worse reports whether something was found that was not known then.
func worse(i recheck.Item) bool {
	if i.Result == nil {
		return false
	}
	for _, c := range i.Result.Changes {
		if c.After == border.Hit {
			return true
		}
	}
	return false
}

func badge(ctx context.Context, i recheck.Item) templ.Component {
	tone, code := state(i)
	return view.Badge(tone, word(ctx, "recheck", code))
}

func name(e border.CrossingEvent) string {
	return strings.Trim(e.Identity.Surname+", "+e.Identity.GivenNames, ", ")
}

func itemPath(i recheck.Item) string { return "/rechecks/" + i.Event.CrossingID.String() }

// CursorText is a keyset in a URL; ParseCursor reads it.
func CursorText(c recheck.Cursor) string {
	if c == (recheck.Cursor{}) {
		return ""
	}
	return strconv.FormatInt(c.At.UnixMicro(), 10) + "." + c.ID.String()
}

func listPath(of, after string) string {
	q := url.Values{"view": {of}}
	if after != "" {
		q.Set("after", after)
	}
	return "/rechecks?" + q.Encode()
}

func firstPage(l List) string {
	if l.After == "" {
		return ""
	}
	return listPath(l.View, "")
}

func nextPage(l List) string {
	if l.Page.Next == (recheck.Cursor{}) {
		return ""
	}
	return listPath(l.View, CursorText(l.Page.Next))
}

func empty(ctx context.Context, of string) string { return word(ctx, "recheck", "none_"+of) }

func live(ctx context.Context, l List) templ.Attributes {
	return view.Hx(ctx, "get", strings.Replace(listPath(l.View, l.After), "/rechecks?", "/rechecks/list?", 1), "trigger", "rechecks from:#rechecks",
		"swap", "innerMorph")
}

func page() view.Page { return view.Page{Title: text.RecheckTitle, Styles: []string{"recheck.css"}} }

func at(ctx context.Context, when time.Time) string { return text.FromContext(ctx).DateTime(when) }

func countTrigger(first bool) string {
	if first {
		return "load, every 10s"
	}
	return "every 10s"
}
