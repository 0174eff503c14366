// Package visas is the pages of the consular desk: the queue of applications, one application on one screen with its checks, letters and
// decisions, the register of visas, visas that were used at several posts, and the numbers. It must never decide by itself, never give a
// file of a stranger to a browser as anything but a picture or a download, and put nobody's data into an address or a title.
package visas

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

// Desk is where applications are worked on; *desk.Desk is one. It audits every look and every act.
type Desk interface {
	Policy() evisa.Policy
	Queue(ctx context.Context, actor audit.Actor, q desk.Query) (desk.Page, error)
	Case(ctx context.Context, actor audit.Actor, id uuid.UUID) (desk.Case, error)
	File(ctx context.Context, actor audit.Actor, application, file uuid.UUID) (desk.KeptFile, []byte, error)
	Parked(ctx context.Context, actor audit.Actor, after string) (desk.ParkedPage, error)
	Statistics(ctx context.Context, actor audit.Actor, q desk.StatisticsQuery) (desk.Statistics, error)

	Claim(ctx context.Context, actor audit.Actor, at desk.At, reason string) error
	Release(ctx context.Context, actor audit.Actor, at desk.At) error
	Note(ctx context.Context, actor audit.Actor, at desk.At, note string) error
	Judge(ctx context.Context, actor audit.Actor, at desk.At, j desk.Judgement) error
	Recheck(ctx context.Context, actor audit.Actor, at desk.At) error
	Ask(ctx context.Context, actor audit.Actor, at desk.At, a desk.Asking) error
	Invite(ctx context.Context, actor audit.Actor, at desk.At, i desk.Invitation) error
	Interviewed(ctx context.Context, actor audit.Actor, at desk.At, i desk.Interviewed) error
	Decide(ctx context.Context, actor audit.Actor, at desk.At, wanted desk.Decision) (desk.Outcome, error)
	Confirm(ctx context.Context, actor audit.Actor, at desk.At, reason string) (desk.Outcome, error)
	Return(ctx context.Context, actor audit.Actor, at desk.At, reason string) error

	Templates(ctx context.Context) ([]desk.Template, error)
	SaveTemplate(ctx context.Context, actor audit.Actor, t desk.Template) (desk.Template, error)
	Compose(c *desk.Case, t desk.Template, grounds []string, beside desk.Values) string
}

// Visas is the register of visas; *visadb.Register is one. It audits every look and every act.
type Visas interface {
	Find(ctx context.Context, s visadb.Search, entry audit.Entry) ([]evisa.Visa, error)
	Show(ctx context.Context, number evisa.Number, entry audit.Entry) (visadb.Shown, error)
	// Numbers are the visas of an application, the oldest first: of nobody, and so not audited.
	Numbers(ctx context.Context, application uuid.UUID) ([]evisa.Number, error)
	Revoke(ctx context.Context, number evisa.Number, act visadb.Act) (evisa.Visa, error)
	Annul(ctx context.Context, number evisa.Number, act visadb.Act) (evisa.Visa, error)
	Extend(ctx context.Context, number evisa.Number, terms evisa.Terms, act visadb.Act) (evisa.Visa, error)
	Reissue(ctx context.Context, number evisa.Number, document traveldoc.Document, act visadb.Act) (evisa.Visa, error)
}

// Cases are visas that were used at several posts; *visausedb.Cases are some.
type Cases interface {
	List(ctx context.Context, state visausedb.CaseState, p paging.Page, entry audit.Entry) (paging.Listed[visausedb.Case], error)
	Open(ctx context.Context) (int, error)
	One(ctx context.Context, id uuid.UUID, entry audit.Entry) (visausedb.Case, error)
	// OfNumbers are the cases of one visa under its numbers, the oldest first.
	OfNumbers(ctx context.Context, numbers []evisa.Number, entry audit.Entry) ([]visausedb.Case, error)
	Decide(ctx context.Context, by audit.Actor, id uuid.UUID, outcome visausedb.Outcome, reason string) (visausedb.Case, error)
}

// Money is the fees of groups of applications, as the centre sees them; *paydb.Centre is one. It audits every look and every wish.
type Money interface {
	Account(ctx context.Context, group uuid.UUID, entry audit.Entry) (pay.Account, []paydb.Wanted, error)
	Want(ctx context.Context, w paydb.Want, entry audit.Entry) error
}

// Notices are the notices of grants; nil: none can be made here.
type Notices interface {
	// PDF is the notice of a visa as it is now. The look is audited.
	PDF(ctx context.Context, number evisa.Number, entry audit.Entry) ([]byte, error)
}

// Watcher tells that the queue may have changed; central.Hub is one.
type Watcher interface {
	Watch() (nudges <-chan struct{}, end func())
}

// Options are what the pages are made of. Money and Notices may be nil: then nothing is said of fees, and no notice is offered.
type Options struct {
	Desk    Desk
	Visas   Visas
	Cases   Cases
	Money   Money
	Notices Notices
	// Quarantine is what the portal handed over and cannot be used; nil: nothing is said of it.
	Quarantine Quarantine
	// Arrivals are the visas that posts granted on arrival on days, both included, as figures.
	Arrivals func(ctx context.Context, from, until traveldoc.Date) (visausedb.Arrivals, error)
	// NoticePage is where the notice of a visa is seen as a page; nil: nowhere.
	NoticePage func(application uuid.UUID, n int) string
	// Watcher tells of changes, and Changed is told of those that are made here; either may be nil.
	Watcher Watcher
	Changed func()
	// Places are the posts that a visa may be good for; nil where they are not known.
	Places func(ctx context.Context) ([]visasview.Place, error)
	// Every is how often the queue is looked at for changes that nobody told of.
	Every time.Duration
	NewID func() uuid.UUID
}

type screens struct {
	Options
	texts *text.Catalogue // letters are written in the applicant's language
}

// acts registers what may be done with an application, each behind its permission.
func (x *screens) acts(s *web.Server) {
	work, decide := auth.VisasWork, auth.VisasDecide
	for _, one := range []struct {
		name  string
		need  auth.Permission
		panel visasview.Panel
		do    act
	}{
		{"claim", work, visasview.TakeOverPanel, x.claim}, {"release", work, visasview.NoPanel, x.release}, {"note", work, visasview.NotePanel, x.note},
		{"judge", work, visasview.NoPanel, x.judge}, {"recheck", work, visasview.NoPanel, x.recheck}, {"ask", work, visasview.AskPanel, x.ask},
		{"invite", work, visasview.InvitePanel, x.invite}, {"interviewed", work, visasview.InterviewPanel, x.interviewed},
		{"approve", decide, visasview.ApprovePanel, x.approve}, {"refuse", decide, visasview.RefusePanel, x.refuse},
		{"confirm", decide, visasview.ConfirmPanel, x.confirm}, {"return", decide, visasview.ReturnPanel, x.giveBack},
		{"refund", auth.VisasManage, visasview.MoneyPanel, x.refund},
	} {
		s.Handle(http.MethodPost, "/visas/:id/"+one.name, one.need, x.acting(one.name, one.panel, one.do))
	}
}

// Register adds the pages to the server.
func Register(s *web.Server, o Options) {
	x := &screens{o, s.Texts}
	work, manage := auth.VisasWork, auth.VisasManage
	s.Handle(http.MethodGet, "/visas", work, x.queue)
	s.Handle(http.MethodGet, "/visas/rows", work, x.rows, web.Background())
	s.Handle(http.MethodGet, "/visas/stream", work, x.stream, web.Background())
	s.Handle(http.MethodPost, "/visas/find", work, x.find)
	s.Handle(http.MethodGet, "/visas/:id", work, x.show)
	x.acts(s)
	s.Handle(http.MethodPost, "/visas/:id/compose/:panel", work, x.compose)
	s.Handle(http.MethodGet, "/visas/:id/files/:file", work, x.file)
	s.Handle(http.MethodGet, "/visas/:id/files/:file/download", work, x.download)
	s.Handle(http.MethodGet, "/visa-parcels", work, x.parcels)
	x.registerQuarantine(s)
	s.Handle(http.MethodGet, "/visa-templates", work, x.templates)
	s.Handle(http.MethodGet, "/visa-templates/:id", work, x.template)
	s.Handle(http.MethodPost, "/visa-templates/:id", manage, x.saveTemplate)
	s.Handle(http.MethodPost, "/visa-templates/:id/preview", work, x.previewTemplate)
	s.Handle(http.MethodGet, "/visa-register", work, x.register)
	s.Handle(http.MethodPost, "/visa-register", work, x.search)
	s.Handle(http.MethodGet, "/visa-register/:id", work, x.visa)
	s.Handle(http.MethodGet, "/visa-register/:id/notice", work, x.notice)
	s.Handle(http.MethodPost, "/visa-register/:id/:act", manage, x.change)
	s.Handle(http.MethodGet, "/visa-cases", work, x.cases)
	s.Handle(http.MethodGet, "/visa-cases/:id", work, x.useCase)
	s.Handle(http.MethodPost, "/visa-cases/:id", manage, x.decideCase)
	s.Handle(http.MethodGet, "/visa-statistics", auth.VisasStatistics, x.statistics)
	s.Handle(http.MethodGet, "/visa-statistics/export", auth.VisasStatistics, x.export)
}

// Nav are the pages, in the order of the header.
func Nav() []view.NavItem {
	return []view.NavItem{
		{Href: "/visas", Label: "visas.nav", Need: auth.VisasWork},
		{Href: "/visa-register", Label: "visas.register", Need: auth.VisasWork},
		{Href: "/visa-cases", Label: "visas.cases_nav", Need: auth.VisasWork},
		{Href: "/visa-statistics", Label: "visas.statistics", Need: auth.VisasStatistics, Seldom: true},
		{Href: "/visa-templates", Label: "visas.templates", Need: auth.VisasWork, Seldom: true},
		{Href: "/visa-parcels", Label: "visas.parcels", Need: auth.VisasWork, Seldom: true},
		{Href: "/visa-quarantine", Label: "visaquarantine.nav", Need: auth.VisasWork, Seldom: true},
	}
}

// purpose is why the desk looks at anybody's data.
const purpose = "VISA_DECISION"

func entry(c *web.Context, verb audit.Verb, kind, id string) audit.Entry {
	e := c.Actor().Entry(c.Now(), verb, kind, id)
	e.Purpose = purpose
	return e
}

// idOf reads an id of the path; anything else is not found.
func idOf(c *web.Context, missing error) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, missing
	}
	return id, nil
}

// own reports whether a problem is of what the person did or typed: it is told on the page that he sees, with what he typed.
func own(c *web.Context, f visasview.Form, err error) (visasview.Form, string, bool) {
	var p *problem.Error
	gone := errors.Is(err, desk.ErrHit) // of an older page: what was typed about it stays to be seen
	if !errors.As(err, &p) || p.Kind != problem.Invalid && p.Kind != problem.Conflict && p.Kind != problem.Forbidden && !gone {
		return f, "", false
	}
	f.Field, f.Fault = p.Field, c.Text().Problem(err)
	return f, f.Fault, true
}

// form reads the fields of a form, trimmed, and the boxes that were ticked.
func form(c *web.Context, fields []string, lists ...string) visasview.Form {
	f := visasview.Form{Values: map[string]string{}, Lists: map[string][]string{}}
	for _, name := range fields {
		f.Values[name] = strings.ReplaceAll(strings.TrimSpace(c.FormValue(name)), "\r\n", "\n")
	}
	for _, name := range lists {
		f.Lists[name] = c.Request().Form[name]
	}
	return f
}

// done is what a page says after an act; nothing for a word that no act leads to.
func done(c *web.Context) string {
	if key := text.Key("visas.done." + c.QueryParam("done")); c.QueryParam("done") != "" && c.Text().Has(key) {
		return c.Text().T(key)
	}
	return ""
}

// changed tells whoever watches that something was done.
func (x *screens) changed() {
	if x.Changed != nil {
		x.Changed()
	}
}

func (x *screens) places(ctx context.Context) ([]visasview.Place, error) {
	if x.Places == nil {
		return nil, nil
	}
	return x.Places(ctx)
}

// invalid is a fault of a field.
func invalid(code, field string) *problem.Error { return problem.New(problem.Invalid, code).At(field) }

func upper(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }
