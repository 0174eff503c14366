package files

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/filesview"
	"github.com/openbmis/openbmis/ui/web"
)

// purposeDuplicates is what files are compared for.
const purposeDuplicates = "duplicate_check"

func (x *screens) duplicates(c *web.Context) (err error) {
	p := filesview.Duplicates{Limit: tasksOnPage}
	after := filesview.ParseCursor(c.QueryParam("after"))
	e := entry(c, audit.Consultation, "duplicate", "list", purposeDuplicates)
	if p.Tasks, p.Total, err = x.Files.Duplicates(c.Ctx(), after, p.Limit, e); err != nil {
		return err
	}
	if c.QueryParam("done") == "link" {
		p.Done = c.Text().T(text.FilesSaved)
	}
	return c.Render(http.StatusOK, filesview.DuplicatesPage(p))
}

func pairOf(c *web.Context) (file.Pair, error) {
	a, err := idOf(c, "a")
	if err != nil {
		return file.Pair{}, err
	}
	b, err := idOf(c, "b")
	if err != nil || a == b {
		return file.Pair{}, file.ErrNoSuchFile
	}
	return file.PairOf(a, b), nil
}

func (x *screens) compare(c *web.Context) error {
	pair, err := pairOf(c)
	if err != nil {
		return err
	}
	f := form(c, filesview.VerdictFields())
	if f.Value("ground") != file.GroundChangeOfDocument {
		f.Values["ground"] = file.GroundDuplicate
	}
	return x.showComparison(c, http.StatusOK, pair, f, "")
}

func (x *screens) showComparison(c *web.Context, status int, pair file.Pair, f filesview.Form, failed string) error {
	p := filesview.Compare{Form: f, Failed: failed}
	var err error
	e := entry(c, audit.Consultation, "duplicate", pair.A.String(), purposeDuplicates)
	if p.Comparison, err = x.Files.Compare(c.Ctx(), pair, e); err != nil {
		return err
	}
	return c.Render(status, filesview.ComparePage(p))
}

// decide writes a supervisor's word on a pair, or takes the last one back.
func (x *screens) decide(c *web.Context) error {
	pair, err := pairOf(c)
	if err != nil {
		return err
	}
	f := form(c, filesview.VerdictFields())
	link := file.Link{A: pair.A, B: pair.B, Verdict: file.LinkVerdict(f.Value("verdict")), Ground: f.Value("ground"), Evidence: f.Value("evidence")}
	if c.FormValue("undo") != "" {
		link.Verdict, link.Ground = file.Undecided, file.GroundUndo
	}
	seen, err := readSeen(c.FormValue("seen"))
	if err == nil {
		err = x.Files.Link(c.Ctx(), x.envelope(c), link, seen, entry(c, audit.Alteration, "duplicate", pair.A.String(), purposeDuplicates))
	}
	if err == nil {
		return x.decided(c, link)
	}
	words, own := blame(c, f, err)
	if !own {
		return err
	}
	return x.showComparison(c, web.StatusOf(err), pair, f, words)
}

// decided leads on: to the file after a change of document, else to the next task.
func (x *screens) decided(c *web.Context, link file.Link) error {
	if link.Ground == file.GroundChangeOfDocument {
		return c.SeeOther("/files/" + link.A.String() + "?purpose=" + purposeDuplicates + "&done=link")
	}
	return c.SeeOther("/duplicates?done=link")
}

func readSeen(s string) (seen []uuid.UUID, err error) {
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) {
		id, err := uuid.Parse(part)
		if err != nil {
			return nil, problem.New(problem.Conflict, "link.changed").Because(err)
		}
		seen = append(seen, id)
	}
	return seen, nil
}

// envelope is a record of the session's person, now.
func (x *screens) envelope(c *web.Context) border.Record {
	by, now := x.author(c), c.Now().UTC()
	return border.Record{
		ID: x.NewID(), Station: by.Station, Lane: by.Lane, Officer: by.Login, Zone: by.Zone.String(), EventTime: now, RecordedAt: now,
		Origin: border.Live, Status: by.Status,
	}
}
