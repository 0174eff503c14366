package files

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/filesview"
	"github.com/openbmis/openbmis/ui/web"
)

// Keeper keeps the files; filedb.Files is one.
type Keeper interface {
	Search(ctx context.Context, s file.Search, entry audit.Entry) (file.Found, error)
	Person(ctx context.Context, id uuid.UUID, entry audit.Entry) (file.Person, error)
	Others(ctx context.Context, id uuid.UUID, number, state string, entry audit.Entry) ([]file.Known, error)
	Duplicates(ctx context.Context, after *file.Task, limit int, entry audit.Entry) (tasks []file.Task, total int, err error)
	CountDuplicates(ctx context.Context) (int, error)
	Compare(ctx context.Context, pair file.Pair, entry audit.Entry) (file.Comparison, error)
	Link(ctx context.Context, r border.Record, link file.Link, seen []uuid.UUID, entry audit.Entry) error
	Repair(ctx context.Context, repair file.Repair, by file.Author, entry audit.Entry) error
}

// Evidence opens attachments; filedb.Attachments does.
type Evidence interface {
	Open(ctx context.Context, subject, id uuid.UUID, entry audit.Entry) (file.Evidence, []byte, error)
}

// Enrolled says what prints of a person were taken here, and how many tasks about them are open; fingertaskdb.Store does.
type Enrolled interface {
	Enrolled(ctx context.Context, files []uuid.UUID) (found []fingers.OnFile, open int, err error)
}

// Options are what the screens are made of; all but Prints are needed.
type Options struct {
	Files    Keeper
	Evidence Evidence
	Post     border.Post
	// Regimes are the rules of stay as they stand now.
	Regimes func() stay.Regimes
	// Centre tells whether the centre answers: what is written without it is provisional.
	Centre func() bool
	NewID  func() uuid.UUID
	// Prints may be nil: then nothing is said of prints.
	Prints Enrolled
}

type screens struct{ Options }

// tasksOnPage is how many duplicates a page shows.
const tasksOnPage = 50

// maxUpload bounds a form with a document.
const maxUpload = file.MaxEvidence + 256<<10

// Register adds the routes to the server.
func Register(s *web.Server, o Options) {
	x := &screens{o}
	s.Handle(http.MethodGet, "/files", auth.FileView, x.searchForm)
	s.Handle(http.MethodPost, "/files", auth.FileView, x.search)
	s.Handle(http.MethodGet, "/files/:id", auth.FileView, x.person)
	s.Handle(http.MethodGet, "/files/:id/evidence/:subject/:evidence", auth.FileView, x.evidence)
	s.Handle(http.MethodPost, "/files/:id/link", auth.DuplicateDecide, x.chooseOther)
	s.Handle(http.MethodGet, "/files/:id/repair", auth.FileRepair, x.repairForm)
	s.Handle(http.MethodPost, "/files/:id/repair", auth.FileRepair, x.repair, web.MaxBody(maxUpload))
	s.Handle(http.MethodGet, "/files/:id/authorisation", auth.FileRepair, x.repairForm)
	s.Handle(http.MethodPost, "/files/:id/authorisation", auth.FileRepair, x.repair, web.MaxBody(maxUpload))
	s.Handle(http.MethodGet, "/duplicates", auth.DuplicateDecide, x.duplicates)
	s.Handle(http.MethodGet, "/duplicates/:a/:b", auth.DuplicateDecide, x.compare)
	s.Handle(http.MethodPost, "/duplicates/:a/:b", auth.DuplicateDecide, x.decide)
}

// Nav are the pages, in the order of the header. count is how many duplicates wait.
func Nav(count func(context.Context) (int, error)) []view.NavItem {
	return []view.NavItem{
		{Href: "/files", Label: text.FilesTitle, Need: auth.FileView},
		{Href: "/duplicates", Label: text.FilesDuplicates, Need: auth.DuplicateDecide, Beside: filesview.Count(count)},
	}
}

// entry starts an audit entry of the session's person.
func entry(c *web.Context, verb audit.Verb, kind, id, purpose string) audit.Entry {
	e := c.Actor().Entry(c.Now(), verb, kind, id)
	e.Purpose = purpose
	return e
}

// idOf reads an id from the address; anything else is not found.
func idOf(c *web.Context, name string) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param(name))
	if err != nil {
		return uuid.Nil, file.ErrNoSuchFile
	}
	return id, nil
}

func form(c *web.Context, fields []string) filesview.Form {
	f := filesview.Form{Values: map[string]string{}, Faults: map[string]string{}}
	for _, name := range fields {
		f.Values[name] = c.FormValue(name)
	}
	return f
}

// blame writes a problem beside the field it is about. It reports the words that belong above the form, and whether err is a problem
// of the input at all; anything else is the server's to answer.
func blame(c *web.Context, f filesview.Form, err error) (words string, own bool) {
	var p *problem.Error
	if !errors.As(err, &p) || p.Kind == problem.Internal || p.Kind == problem.Unavailable || p.Kind == problem.NotFound {
		return "", false
	}
	words = c.Text().Problem(err)
	if p.Field != "" {
		f.Faults[p.Field] = words
	}
	return words, true
}

// readDate reads a date of a form, as far as it is known.
func readDate(f filesview.Form, field string) (traveldoc.Date, error) {
	d, err := traveldoc.ParseDate(f.Value(field))
	if err != nil {
		return d, problem.New(problem.Invalid, "repair.date").At(field).Because(err)
	}
	return d, nil
}

func (x *screens) today(c *web.Context) traveldoc.Date { return traveldoc.DateOf(c.Now().In(x.zone())) }

func (x *screens) zone() *time.Location {
	if x.Post.Zone == nil {
		return time.UTC
	}
	return x.Post.Zone
}

func (x *screens) author(c *web.Context) file.Author {
	status := border.Confirmed
	if !x.Centre() {
		status = border.Provisional
	}
	return file.Author{Login: c.User().Login, Station: x.Post.Station, Lane: c.Session().Lane, Zone: x.zone(), Status: status}
}

// ask is the question about today, for the person as his latest document shows him.
func (x *screens) ask(c *web.Context, p file.Person) stay.Ask {
	return stay.Ask{On: x.today(c), Nationality: p.Identity().Nationality}
}
