package protectionview

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Ask is the question what a signal is about, with what was chosen and typed before something was wrong with it.
type Ask struct {
	Inspection uuid.UUID
	Kind       protection.Kind
	Signs      []string
	Note       string
	Wrong      string // in the page's language
}

// Row is a case in the service's queue.
type Row struct {
	ID       uuid.UUID
	Kind     protection.Kind
	Service  string
	State    protection.State
	OpenedAt time.Time
	DueAt    time.Time
	Identity traveldoc.Identity
	Document traveldoc.Document
	Overdue  bool
	Stopped  bool
}

// Filter is a part of the queue with how many cases stand in it.
type Filter struct {
	Name string
	N    int
}

// Queue is the service's list of cases.
type Queue struct {
	Filters []Filter
	Chosen  string
	Overdue int
	Rows    []Row
	Next    string // address of the next page; empty on the last
	Version string // of the whole queue: the page asks whether it is still the same
}

// CasePage is one case with what may be recorded now.
type CasePage struct {
	Case    *protection.Case
	Stopped bool
	Now     time.Time
	Wrong   string         // what was wrong with the last step, in the page's language
	Asked   protection.Act // the step that was wrong
	Note    string         // what was typed with it
	Outcome string
}

func href(filter string) string { return "/protection?filter=" + url.QueryEscape(filter) }

// panelAttributes open the question in the page's notices, as a dialog, wherever the officer is.
func panelAttributes(ctx context.Context, inspection uuid.UUID) templ.Attributes {
	return view.Hx(ctx, "get", address(inspection), "target", "#notices", "swap", "innerHTML")
}

func address(inspection uuid.UUID) string {
	return "/protection/signals?inspection=" + inspection.String()
}

// again asks every ten seconds whether the queue is still the same; only a changed one is fetched.
func again(ctx context.Context, q Queue) templ.Attributes {
	return view.Hx(ctx, "get", "/protection/queue?filter="+url.QueryEscape(q.Chosen)+"&version="+url.QueryEscape(q.Version),
		"trigger", "every 10s", "target", "#queue", "swap", "outerMorph")
}

// typed is what was typed with a step that was wrong.
func (p CasePage) typed(act protection.Act) string {
	if p.Asked != act {
		return ""
	}
	return p.Note
}

func word(ctx context.Context, prefix, code string) string {
	key := text.Key(prefix + "." + code)
	if text.FromContext(ctx).Has(key) {
		return text.T(ctx, key)
	}
	return code
}

// Kind is the words for a kind of signal.
func Kind(ctx context.Context, k protection.Kind) string {
	return word(ctx, "protection.kinds", string(k))
}

func sign(ctx context.Context, code string) string { return word(ctx, "protection.sign", code) }

func state(ctx context.Context, s protection.State) string {
	return word(ctx, "protection.states", string(s))
}

func outcome(ctx context.Context, code string) string { return word(ctx, "protection.outcomes", code) }

func filterWord(ctx context.Context, name string) string {
	return word(ctx, "protection.filters", name)
}

// service is the name that the configuration gives the kind's service, else a general one.
func service(ctx context.Context, name string, k protection.Kind) string {
	if name != "" {
		return name
	}
	return word(ctx, "protection.services", string(k))
}

// kindKey chooses a kind while the question stands open. A scanner sends no function keys.
func kindKey(n int) string { return [...]string{"F1", "F2", "F3", "F4"}[n] }

// actKey is the function key of a step.
func actKey(a protection.Act) string {
	return map[protection.Act]string{
		protection.Acknowledged: "F2", protection.Contacted: "F3", protection.HandedOver: "F4", protection.Noted: "F6",
		protection.Lifted: "F8", protection.Closed: "F9",
	}[a]
}

func stateTone(s protection.State, overdue bool) view.Tone {
	switch {
	case overdue:
		return view.ToneError
	case s == protection.Open:
		return view.ToneWarning
	case s == protection.Ended:
		return view.ToneInfo
	}
	return view.ToneSuccess
}

func name(i traveldoc.Identity) string {
	switch {
	case i.GivenNames == "":
		return i.Surname
	case i.Surname == "":
		return i.GivenNames
	}
	return i.Surname + ", " + i.GivenNames
}

// simple acts need no more than a key; the others ask for an outcome or words.
func simple(a protection.Act) bool {
	return a == protection.Acknowledged || a == protection.Contacted || a == protection.HandedOver
}

func endsWith(a protection.Act) bool { return a == protection.Lifted || a == protection.Closed }
