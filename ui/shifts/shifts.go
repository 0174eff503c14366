package shifts

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/shiftdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/shiftview"
	"github.com/openbmis/openbmis/ui/web"
)

// Door is what is asked of accounts and sessions; auth.Service is one.
type Door interface {
	Users(ctx context.Context) ([]auth.User, error)
	SetPlace(ctx context.Context, session auth.Session, lane, workstation, language string) (auth.Session, error)
	LeaveLane(ctx context.Context, session auth.Session) (auth.Session, error)
	Witness(ctx context.Context, first auth.Session, need auth.Permission, login, secret string) (auth.User, error)
	Confirm(ctx context.Context, session auth.Session, secret string) error
}

// Task is something that may wait for a supervisor: how many there are, and the page where they are seen to.
type Task struct {
	Code  string // names the words shift.task.CODE
	Href  string
	Need  auth.Permission // without it the task is not shown
	Count func(ctx context.Context) (int, error)
}

// Options are what the pages are made of; Tasks may be empty.
type Options struct {
	Shifts *shiftdb.Store
	Door   Door
	Post   view.Post
	Tasks  []Task
}

// Handlers are the routes of shifts.
type Handlers struct{ Options }

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// Register registers the routes.
func (h *Handlers) Register(s *web.Server) {
	s.Handle(http.MethodGet, "/shifts", auth.ShiftWork, h.now)
	s.Handle(http.MethodGet, "/shifts/duty", auth.ShiftWork, h.duty, web.Background())
	s.Handle(http.MethodPost, "/shifts", auth.ShiftLead, h.begin)
	s.Handle(http.MethodPost, "/shifts/lane/close", auth.ShiftWork, h.closeLane)
	s.Handle(http.MethodGet, "/shifts/occurrence", auth.ShiftWork, h.askNote)
	s.Handle(http.MethodPost, "/shifts/occurrence", auth.ShiftWork, h.note)
	s.Handle(http.MethodGet, "/shifts/lead", auth.ShiftLead, h.lead)
	s.Handle(http.MethodPost, "/shifts/team", auth.ShiftLead, h.team)
	s.Handle(http.MethodPost, "/shifts/relaxation", auth.ShiftLead, h.relax)
	s.Handle(http.MethodPost, "/shifts/stamps", auth.ShiftLead, h.stamp)
	s.Handle(http.MethodGet, "/shifts/all", auth.ShiftLead, h.all)
	s.Handle(http.MethodGet, "/shifts/:id", auth.ShiftLead, h.register)
	s.Handle(http.MethodPost, "/shifts/:id/texts", auth.ShiftLead, h.write)
	s.Handle(http.MethodGet, "/shifts/:id/texts/:section", auth.ShiftLead, h.versions)
	s.Handle(http.MethodPost, "/shifts/:id/export", auth.ShiftLead, h.export)
	s.Handle(http.MethodGet, "/shifts/:id/handover", auth.ShiftWork, h.handover)
	s.Handle(http.MethodPost, "/shifts/:id/handover", auth.ShiftLead, h.offer)
	s.Handle(http.MethodPost, "/shifts/:id/signature", auth.ShiftLead, h.sign)
	s.Handle(http.MethodPost, "/shifts/:id/reading", auth.ShiftWork, h.read)
}

// consult starts the audit entry of a read.
func consult(c *web.Context, kind, id string) audit.Entry {
	e := c.Actor().Entry(c.Now(), audit.Consultation, kind, id)
	e.Purpose = shiftdb.Purpose
	return e
}

func idOf(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, problem.New(problem.NotFound, "shift_unknown")
	}
	return id, nil
}

// people are the names of all accounts, and those who may be in a team.
func (h *Handlers) people(ctx context.Context) (shiftview.Names, []shiftview.Option, error) {
	users, err := h.Door.Users(ctx)
	if err != nil {
		return nil, nil, err
	}
	names, staff := shiftview.Names{}, []shiftview.Option{}
	for _, u := range users {
		names[u.Login] = u.DisplayName
		if !u.Disabled && auth.Allowed(u.Role, auth.ShiftWork) {
			staff = append(staff, shiftview.Option{Value: u.Login, Label: u.DisplayName})
		}
	}
	return names, staff, nil
}

// staffed refuses a log-in name that nobody of the post has: a team and the holders of stamps are chosen from the accounts.
func staffed(staff []shiftview.Option, field string, logins ...string) error {
	known := map[string]bool{}
	for _, o := range staff {
		known[o.Value] = true
	}
	for _, login := range logins {
		if !known[login] {
			return problem.New(problem.Invalid, "shift_person").At(field)
		}
	}
	return nil
}

// own reports whether an error is one of the input, which the page says beside its field; anything else is the server's to answer.
func own(c *web.Context, f *shiftview.Form, err error, fields ...string) bool {
	var p *problem.Error
	if !errors.As(err, &p) || p.Kind == problem.Internal || p.Kind == problem.Unavailable || p.Kind == problem.NotFound {
		return false
	}
	f.Faults, f.Values = map[string]string{}, map[string]string{}
	at := ""
	for _, name := range fields {
		if name == p.Field {
			at = name
		}
		f.Values[name] = c.FormValue(name)
	}
	delete(f.Values, auth.FieldSecret)
	f.Faults[at] = c.Text().Problem(err)
	return true
}

// statusOf is the status of a page that comes back with a fault.
func statusOf(err error) int {
	switch problem.KindOf(err) {
	case problem.Forbidden:
		return http.StatusForbidden
	case problem.Conflict:
		return http.StatusConflict
	default:
		return http.StatusUnprocessableEntity
	}
}

// unread is the hand-over that the person has to read; nil when there is none.
func unread(b shiftdb.Brief, login string) *shift.Shift {
	if !b.Unread(login) {
		return nil
	}
	return &b.Last
}
