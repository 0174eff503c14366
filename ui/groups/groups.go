// Package groups answers the pages of people who travel together over HTTP: it turns requests into calls of group.Groups and of the
// desk, and what comes back into the view. It decides nothing itself.
package groups

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/view/groupview"
	"github.com/openbmis/openbmis/ui/web"
)

// grace is how long the answer to a scan waits for the checks.
const grace = 50 * time.Millisecond

// maxUpload bounds the body of a manifest: the text, once typed and once as a file.
const maxUpload = 2*group.MaxText + 64<<10

// Handlers are the routes of groups.
type Handlers struct {
	groups *group.Groups
	desk   *border.Desk
	lanes  []counterview.Lane
}

// New makes the handlers of a station's groups.
func New(groups *group.Groups, desk *border.Desk, lanes []counterview.Lane) *Handlers {
	return &Handlers{groups: groups, desk: desk, lanes: lanes}
}

// Register registers the routes.
func (h *Handlers) Register(s *web.Server) {
	s.Handle(http.MethodGet, "/groups", auth.CrossingRecord, h.inLane(h.list))
	s.Handle(http.MethodGet, "/groups/new", auth.CrossingRecord, h.inLane(h.ask))
	s.Handle(http.MethodPost, "/groups", auth.CrossingRecord, h.inLane(h.open), web.MaxBody(maxUpload))
	s.Handle(http.MethodGet, "/groups/:id", auth.CrossingRecord, h.inLane(h.show))
	s.Handle(http.MethodPost, "/groups/:id/scans", auth.CrossingRecord, h.inLane(h.scan))
	s.Handle(http.MethodPost, "/groups/:id/admission", auth.CrossingRecord, h.inLane(h.admit))
	s.Handle(http.MethodPost, "/groups/:id/members/:inspection", auth.CrossingRecord, h.inLane(h.decide))
	s.Handle(http.MethodPost, "/groups/:id/cancellation", auth.CrossingCorrect, h.inLane(h.cancel))
	s.Handle(http.MethodPost, "/groups/:id/closing", auth.CrossingRecord, h.inLane(h.close))
}

type laneHandler func(c *web.Context, lane counterview.Lane) error

// inLane sends who has no lane yet to choose one.
func (h *Handlers) inLane(next laneHandler) web.Handler {
	return func(c *web.Context) error {
		for _, lane := range h.lanes {
			if lane.Name == c.Session().Lane {
				return next(c, lane)
			}
		}
		return c.SeeOther("/counter/lane")
	}
}

func (h *Handlers) list(c *web.Context, lane counterview.Lane) error {
	open, err := h.groups.OpenIn(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, groupview.ListPage(groupview.List{Lane: lane, Open: open, Now: c.Now()}))
}

func (h *Handlers) ask(c *web.Context, lane counterview.Lane) error {
	return c.Render(http.StatusOK, groupview.NewPage(groupview.New{Lane: lane, Kind: group.Bus}))
}

// open opens a group. What was typed stays when something is wrong with it.
func (h *Handlers) open(c *web.Context, lane counterview.Lane) error {
	header, errFile := c.FormFile("file") // reads the whole form, file and fields
	typed := groupview.New{
		Lane: lane, Kind: group.Kind(c.FormValue("kind")), Label: c.FormValue("label"), Size: strings.TrimSpace(c.FormValue("size")),
		Manifest: c.FormValue("manifest"),
	}
	g, err := h.opened(c, lane, typed, func() (string, error) { return fileText(header, errFile) })
	if err == nil {
		return c.SeeOther("/groups/" + g.ID.String())
	}
	var known *problem.Error
	if !errors.As(err, &known) || known.Kind != problem.Invalid {
		return err
	}
	typed.Wrong, typed.Field = c.Text().Problem(err), known.Field
	return c.Render(web.StatusOf(err), groupview.NewPage(typed))
}

func (h *Handlers) opened(c *web.Context, lane counterview.Lane, typed groupview.New, file func() (string, error)) (group.Group, error) {
	g := group.Group{Kind: typed.Kind, Label: typed.Label, Direction: lane.Direction}
	var err error
	if typed.Size != "" {
		if g.Size, err = strconv.Atoi(typed.Size); err != nil {
			return g, problem.New(problem.Invalid, "group.size").At("size").With("max", group.MaxSize)
		}
	}
	list := typed.Manifest // typed or pasted; where nothing was, the file
	if strings.TrimSpace(list) == "" {
		if list, err = file(); err != nil {
			return g, err
		}
	}
	if g.Manifest, err = group.Parse(list); err != nil {
		return g, err
	}
	return h.groups.Open(c.Ctx(), c.Actor(), g)
}

// fileText is the content of the file that came with a form; nothing when none did.
func fileText(header *multipart.FileHeader, err error) (string, error) {
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", nil
	}
	if err != nil {
		return "", problem.New(problem.Invalid, "group.manifest_empty").At("manifest").Because(err)
	}
	file, err := header.Open()
	if err != nil {
		return "", problem.New(problem.Invalid, "group.manifest_empty").At("manifest").Because(err)
	}
	content, err := io.ReadAll(io.LimitReader(file, group.MaxText+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return "", problem.New(problem.Invalid, "group.manifest_empty").At("manifest").Because(err)
	}
	return string(content), nil
}

func idOf(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, group.ErrNone
	}
	return id, nil
}

// screen is a group as it stands, with the first member who needs a decision of his own. Opening the page is a read of its own; what
// follows an act belongs to the act.
func (h *Handlers) screen(c *web.Context, lane counterview.Lane) (groupview.Screen, error) {
	s := groupview.Screen{
		Lane: lane, Now: c.Now(), ShowReasons: c.May(auth.HitReasonView), Provisional: h.desk.Status() == border.Provisional,
		Typed: map[string]string{},
	}
	id, err := idOf(c)
	if err != nil {
		return s, err
	}
	look := h.groups.State
	if c.Request().Method == http.MethodGet && !c.Partial() {
		look = h.groups.Look
	}
	if s.Group, s.Tally, err = look(c.Ctx(), c.Actor(), id); err != nil {
		return s, err
	}
	for _, m := range s.Tally.Members {
		if !m.State.Exception() {
			continue
		}
		i, err := h.desk.Inspection(c.Ctx(), lane.Name, m.Seen.Scan)
		if err != nil {
			return s, err
		}
		s.Current = counterview.CardOf(i)
		break
	}
	return s, nil
}

func (h *Handlers) show(c *web.Context, lane counterview.Lane) error {
	s, err := h.screen(c, lane)
	if err != nil {
		return err
	}
	s.Asked = asked(s, groupview.Panel(c.QueryParam("panel")))
	return c.Render(http.StatusOK, groupview.Page(s))
}

// asked is the panel that the query names; one about a member needs one.
func asked(s groupview.Screen, p groupview.Panel) groupview.Panel {
	switch p {
	case groupview.PanelAdmit:
		if s.Current != nil && !s.Current.NeedsSecondLine() {
			return p
		}
	case groupview.PanelRefer:
		if s.Current != nil {
			return p
		}
	case groupview.PanelClose, groupview.PanelCancel:
		if s.Group.Closing == nil {
			return p
		}
	case groupview.PanelNone:
	}
	return groupview.PanelNone
}

// scan takes what the reader sent, as somebody of the group.
func (h *Handlers) scan(c *web.Context, lane counterview.Lane) error {
	s, err := h.screen(c, lane)
	if err != nil {
		return err
	}
	if s.Group.Closing != nil {
		return h.wrong(c, lane, group.ErrClosed)
	}
	in := h.input(s.Group, c.FormValue("mrz"))
	if in.MRZ == "" {
		return h.wrong(c, lane, problem.New(problem.Invalid, "scan.unreadable").At("mrz"))
	}
	inspection, err := h.desk.Open(c.Ctx(), c.Actor(), in)
	if err != nil {
		return h.wrong(c, lane, err)
	}
	await(c.Ctx(), inspection)
	return h.again(c, lane, "")
}

// input is a scan with what the group says of everybody on board: the bus, or the ship.
func (h *Handlers) input(g group.Group, mrz string) border.ScanInput {
	in := border.ScanInput{MRZ: mrz, Direction: g.Direction, Mode: h.desk.Post().Mode}
	in.Group = g.ID
	switch {
	case g.Kind == group.Bus && in.Mode.TakesVehicle() && len(g.Label) <= 20 && border.FoldPlate(g.Label) != "":
		in.Vehicle = &border.Vehicle{Plate: g.Label, Occupants: min(g.Expected(), 120)}
	case g.Kind == group.Ship && (in.Mode == border.Sea || in.Mode == border.River):
		in.Transport = g.Label
	}
	return in
}

// await gives the checks a moment, so that one answer shows them all.
func await(ctx context.Context, i *border.Inspection) {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-i.Done():
	case <-timer.C:
	case <-ctx.Done():
	}
}

// admit admits everybody who waits clean.
func (h *Handlers) admit(c *web.Context, lane counterview.Lane) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	admitted, left, err := h.groups.AdmitClean(c.Ctx(), c.Actor(), id)
	if err != nil {
		return h.wrong(c, lane, err)
	}
	return h.again(c, lane, told(c, text.GroupAdmitted, admitted, left))
}

func told(c *web.Context, key text.Key, done, left int) string {
	words := c.Text().T(key, "n", c.Text().Number(int64(done)))
	if left > 0 {
		words += " – " + c.Text().T(text.GroupLeft, "n", c.Text().Number(int64(left)))
	}
	return words
}

// decide is the officer's own decision about one member.
func (h *Handlers) decide(c *web.Context, lane counterview.Lane) error {
	inspection, err := uuid.Parse(c.Param("inspection"))
	if err != nil {
		return border.ErrNoSuchScan
	}
	decision := border.Decision{Verdict: border.Verdict(c.FormValue("verdict")), Reason: c.FormValue("reason"), Note: strings.TrimSpace(c.FormValue("note"))}
	if _, err := h.desk.Decide(c.Ctx(), c.Actor(), inspection, decision); err != nil {
		return h.wrong(c, lane, err)
	}
	return h.again(c, lane, "")
}

// cancel undoes what can still be undone.
func (h *Handlers) cancel(c *web.Context, lane counterview.Lane) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	undone, left, err := h.groups.Cancel(c.Ctx(), c.Actor(), id, c.FormValue("reason"))
	if err != nil {
		return h.wrong(c, lane, err)
	}
	return h.again(c, lane, told(c, text.GroupCancelled, undone, left))
}

// close reconciles manifest and crossings.
func (h *Handlers) close(c *web.Context, lane counterview.Lane) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	reasons := map[int]string{}
	_ = c.FormValue("strangers") // reads the form
	for name, values := range c.Request().PostForm {
		line, found := strings.CutPrefix(name, "reason-")
		n, err := strconv.Atoi(line)
		if found && err == nil && len(values) > 0 && values[0] != "" {
			reasons[n] = values[0]
		}
	}
	if _, err := h.groups.Close(c.Ctx(), c.Actor(), id, reasons, c.FormValue("strangers")); err != nil {
		return h.notClosed(c, lane, err)
	}
	return h.again(c, lane, "")
}

// notClosed shows the question again with what was chosen.
func (h *Handlers) notClosed(c *web.Context, lane counterview.Lane, cause error) error {
	if problem.KindOf(cause) != problem.Invalid {
		return h.wrong(c, lane, cause)
	}
	s, err := h.screen(c, lane)
	if err != nil {
		return err
	}
	s.Asked, s.Wrong = groupview.PanelClose, c.Text().Problem(cause)
	for name, values := range c.Request().PostForm {
		if len(values) > 0 {
			s.Typed[name] = values[0]
		}
	}
	return c.Render(web.StatusOf(cause), groupview.Page(s))
}

// again shows the group after a change: to htmx at once, to a bare browser by a redirect.
func (h *Handlers) again(c *web.Context, lane counterview.Lane, done string) error {
	if !c.IsHTMX() {
		return c.SeeOther("/groups/" + c.Param("id"))
	}
	s, err := h.screen(c, lane)
	if err != nil {
		return err
	}
	s.Done = done
	return c.Render(http.StatusOK, groupview.Page(s))
}

// wrong shows the group with what the officer can put right; any other error goes up.
func (h *Handlers) wrong(c *web.Context, lane counterview.Lane, cause error) error {
	var known *problem.Error
	if !errors.As(cause, &known) || known.Kind == problem.Internal || known.Kind == problem.Unavailable || errors.Is(cause, group.ErrNone) {
		return cause
	}
	s, err := h.screen(c, lane)
	if err != nil {
		return err
	}
	s.Wrong = c.Text().Problem(cause)
	return c.Render(web.StatusOf(cause), groupview.Page(s))
}
