package visasview

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Panel is a question that stands open beside an application.
type Panel string

// The panels.
const (
	NoPanel        Panel = ""
	TakeOverPanel  Panel = "take_over"
	NotePanel      Panel = "note"
	AskPanel       Panel = "ask"
	InvitePanel    Panel = "invite"
	InterviewPanel Panel = "interviewed"
	ApprovePanel   Panel = "approve"
	RefusePanel    Panel = "refuse"
	ReturnPanel    Panel = "return"
	ConfirmPanel   Panel = "confirm" // beside the proposal, which stays in sight
	MoneyPanel     Panel = "money"
)

// Panels are all panels.
func Panels() []Panel {
	return []Panel{TakeOverPanel, NotePanel, AskPanel, InvitePanel, InterviewPanel, ApprovePanel, RefusePanel, ReturnPanel, ConfirmPanel, MoneyPanel}
}

// Case is one application on one screen.
type Case struct {
	desk.Case
	Policy evisa.Policy
	Me     desk.Officer
	Now    time.Time
	Places []Place
	// MayDecide and MayManage are what the role allows; Reasons that restricted evidence may be seen.
	MayDecide, MayManage, Reasons bool
	Panel                         Panel
	Templates                     []desk.Template
	Account                       Account
	Form                          Form
	Failed, Done                  string
}

// may reports whether an act may be done now, by the case and by the role.
func (c Case) may(act desk.Act) bool {
	switch act { //nolint:exhaustive // the others want no more than the work itself
	case desk.ActApprove, desk.ActRefuse, desk.ActConfirm, desk.ActReturn:
		if !c.MayDecide {
			return false
		}
	}
	return c.May(act, c.Me)
}

// mayDecide reports whether a decision may be made or proposed now.
func (c Case) mayDecide(approve bool) bool {
	if approve {
		return c.may(desk.ActApprove) || c.may(desk.ActPropose)
	}
	return c.may(desk.ActRefuse) || c.may(desk.ActPropose)
}

// second reports whether the decision wants a second officer.
func (c Case) second(approve bool) bool {
	if approve {
		return c.FourEyes.Approve
	}
	return c.FourEyes.Refuse
}

// hindrance is why there can be no decision now, in the reader's language; empty when there can.
func (c Case) hindrance(ctx context.Context) string {
	if c.Owner.ID != c.Me.ID || c.State != evisa.Examined && c.State != evisa.Appealed {
		return ""
	}
	for _, p := range c.Acts(c.Me) {
		if p.Act == desk.ActPropose && p.Why != nil {
			return text.FromContext(ctx).Problem(p.Why)
		}
	}
	return ""
}

func (c Case) act(what string) string { return "/visas/" + c.ID.String() + "/" + what }

func (c Case) name() string {
	if c.Application == nil {
		return ""
	}
	return strings.TrimSuffix(strings.TrimSpace(c.Application.Identity.Surname+", "+c.Application.Identity.GivenNames), ",")
}

// language is what the applicant reads.
func (c Case) language() string {
	if c.Application == nil || c.Application.Language == "" {
		return "en"
	}
	return c.Application.Language
}

// Language is what the applicant reads.
func (c Case) Language() string { return c.language() }

// letterDir is the direction of a text in the applicant's language.
func letterDir(language string) string { return text.Language(language).Dir() }

// picture is the newest image of a kind.
func (c Case) picture(kind string) (desk.KeptFile, bool) {
	for _, f := range slices.Backward(c.Files) {
		if f.Kind == kind && !f.Absent && Image(f.Type) {
			return f, true
		}
	}
	return desk.KeptFile{}, false
}

// Image reports whether a file is shown as a picture; everything else is only handed out.
func Image(mediaType string) bool { return mediaType == "image/jpeg" || mediaType == "image/png" }

func (c Case) fileAddress(f desk.KeptFile) string { return c.act("files/" + f.ID.String()) }

// newestFirst are the events from the newest.
func (c Case) newestFirst() []desk.Event {
	list := slices.Clone(c.Events)
	slices.Reverse(list)
	return list
}

// whatWasSaid is what an event says beside its kind, in a line.
func (c Case) whatWasSaid(ctx context.Context, e desk.Event) string {
	var parts []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			parts = append(parts, s)
		}
	}
	if e.Finding != nil {
		add(CheckTitle(ctx, e.Finding.Check))
		add(t(ctx, map[border.Outcome]text.Key{border.Hit: text.FrameHit, border.NoHit: text.FrameNoHit, border.NotChecked: text.FrameNotChecked}[e.Finding.Outcome]))
	}
	if e.Judgement != nil {
		add(word(ctx, "visas.verdict.", e.Judgement.Same))
		add(e.Judgement.Reason)
	}
	if e.Paid != nil {
		add(e.Paid.Amount.String())
		add(e.Paid.Provider)
	}
	if e.Request != nil {
		add(words(ctx, "visaportal.file_kind.", e.Request.Kinds))
		if !e.Request.When.IsZero() {
			add(when(ctx, e.Request.When))
			add(e.Request.Place)
		}
	}
	if e.Reply != nil {
		add(e.Reply.Text)
	}
	if e.Said != nil {
		add(e.Said.Text)
	}
	if e.Interview != nil {
		if !e.Interview.Held {
			add(t(ctx, "visas.not_held"))
		}
		add(e.Interview.Notes)
	}
	if e.Decision != nil {
		add(decisionWords(ctx, *e.Decision))
		for _, code := range e.Decision.Grounds {
			add(groundWords(c.Policy, code, readerLanguage(ctx)))
		}
		add(e.Decision.Reason)
	}
	add(reasonWords(ctx, e))
	add(e.Text)
	if e.FirstName != "" {
		add(t(ctx, "visas.proposed_by", "name", e.FirstName))
	}
	return strings.Join(parts, " · ")
}

// reasonWords are the reason of an event: a code where its kind has some.
func reasonWords(ctx context.Context, e desk.Event) string {
	if e.Kind == desk.EventSetAside {
		return word(ctx, "visadesk.set_aside.", e.Reason)
	}
	return word(ctx, "visas.refund.", e.Reason)
}

// decisionWords are a decision in a word.
func decisionWords(ctx context.Context, d desk.Decision) string {
	if d.Approve {
		return t(ctx, "visas.approve")
	}
	return t(ctx, "visas.refuse")
}

// sameWords are what another application has in common with this one.
func sameWords(ctx context.Context, by []string) string { return words(ctx, "visas.same_by.", by) }

// size is a number of bytes in words.
func size(ctx context.Context, bytes int) string {
	const kilo = 1024
	if bytes >= kilo*kilo {
		return t(ctx, "visas.megabytes", "n", itoa((bytes+kilo*kilo/2)/(kilo*kilo)))
	}
	return t(ctx, "visas.kilobytes", "n", itoa((bytes+kilo-1)/kilo))
}

// wishedPort is the post that the application names as port of entry; empty where it names none, or a place that is no post.
func (c Case) wishedPort() string {
	if c.Application == nil || !slices.ContainsFunc(c.Places, func(p Place) bool { return p.ID == c.Application.Journey.Port }) {
		return ""
	}
	return c.Application.Journey.Port
}

// namedPort is what the application names as port of entry where that is no post.
func (c Case) namedPort() string {
	if c.Application == nil || c.wishedPort() != "" {
		return ""
	}
	return c.Application.Journey.Port
}

// wishedFirst are the posts that a visa may be good for, the one that the application names before the others.
func (c Case) wishedFirst() []Place {
	places, wished := slices.Clone(c.Places), c.wishedPort()
	slices.SortStableFunc(places, func(a, b Place) int {
		switch wished {
		case a.ID:
			return -1
		case b.ID:
			return 1
		}
		return 0
	})
	return places
}

// templatesOf are the templates of a kind that are offered.
func (c Case) templatesOf(kind desk.TemplateKind) (list []desk.Template) {
	for _, one := range c.Templates {
		if one.Kind == kind && !one.Retired {
			list = append(list, one)
		}
	}
	return list
}

// templateMark names a template in a form: those that come with the program have no id.
func templateMark(one desk.Template) string {
	if one.ID == uuid.Nil {
		return string(one.Kind)
	}
	return one.ID.String()
}

// MarkOf is templateMark for handlers.
func MarkOf(one desk.Template) string { return templateMark(one) }

// group is the address of the applications of a group in the queue's manner.
func memberTone(s evisa.State) view.Tone { return stateTone(s) }

// mailto is an address for writing to somebody, harmless whatever stands in it.
func mailto(address string) string { return "mailto:" + url.PathEscape(address) }

func typeOf(c Case) string {
	if c.Application == nil {
		return ""
	}
	return c.Application.Type
}

// approveLabel says what the button does: where a second officer is wanted it proposes.
func approveLabel(c Case) string {
	if c.second(true) {
		return "visas.propose_approval"
	}
	return "visas.approve"
}

func refuseLabel(c Case) string {
	if c.second(false) {
		return "visas.propose_refusal"
	}
	return "visas.refuse"
}

func reasonLabel(c Case) string {
	if c.WantsReason() {
		return "visas.reason_wanted"
	}
	return "visas.reason_desk"
}

// Account is what is known of the fee of a group of applications.
type Account struct {
	Receipts []pay.Receipt
	Wanted   []Wish
	Unknown  bool // no account was made: what the application itself was told is shown
}

// Wish is a refund that the desk asked for.
type Wish struct {
	At     time.Time
	Answer string // empty: it waits
}

// refundable reports whether there is a payment that counts and has not gone back whole.
func (c Case) refundable() bool {
	return slices.ContainsFunc(c.Account.Receipts, func(r pay.Receipt) bool {
		left := r.Amount.Minor
		for _, back := range r.Refunds {
			if back.State != pay.RefundRefused {
				left -= back.Amount.Minor
			}
		}
		return r.Counts && left > 0
	})
}

// focused panels take the focus as a whole, so that the next Tab is at their first field; the others have a field that takes it.
func (p Panel) focused() bool {
	switch p {
	case AskPanel, InvitePanel, InterviewPanel, ApprovePanel, RefusePanel, MoneyPanel:
		return true
	case NoPanel, TakeOverPanel, NotePanel, ReturnPanel, ConfirmPanel:
	}
	return false
}
