package files

import (
	"mime"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/adjudicationview"
	"github.com/openbmis/openbmis/ui/view/filesview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *screens) searchForm(c *web.Context) error {
	return c.Render(http.StatusOK, filesview.SearchPage(filesview.Search{}))
}

// search answers the form. Search terms come in the body, never in the address.
func (x *screens) search(c *web.Context) error {
	p := filesview.Search{Form: form(c, filesview.SearchFields())}
	found, err := x.find(c, p.Form)
	if err == nil {
		p.Found = &found
		return c.Render(http.StatusOK, filesview.SearchPage(p))
	}
	words, own := blame(c, p.Form, err)
	if !own {
		return err
	}
	p.Failed = words
	return c.Render(web.StatusOf(err), filesview.SearchPage(p))
}

func (x *screens) find(c *web.Context, f filesview.Form) (file.Found, error) {
	s := file.Search{Number: f.Value("number"), State: f.Value("state"), Name: f.Value("name"), Purpose: f.Value("purpose")}
	born, err := traveldoc.ParseDate(f.Value("birth_date"))
	if err != nil {
		return file.Found{}, problem.New(problem.Invalid, "search.birth_date").At("birth_date").Because(err)
	}
	s.BirthDate = born
	return x.Files.Search(c.Ctx(), s, entry(c, audit.Consultation, "file", "search", ""))
}

func (x *screens) person(c *web.Context) error {
	p, err := x.load(c)
	if err != nil {
		return x.askPurpose(c, err)
	}
	if key := c.QueryParam("done"); key == "repair" || key == "link" {
		p.Done = c.Text().T(text.FilesSaved)
	}
	return c.Render(http.StatusOK, filesview.PersonPage(p))
}

// load reads the file of the address for the purpose of the address.
func (x *screens) load(c *web.Context) (p filesview.Person, err error) {
	if p.ID, err = idOf(c, "id"); err != nil {
		return p, err
	}
	p.Purpose = c.QueryParam("purpose")
	if p.Person, err = x.Files.Person(c.Ctx(), p.ID, entry(c, audit.Consultation, "file", p.ID.String(), p.Purpose)); err != nil {
		return p, err
	}
	p.Seen = file.See(p.History, x.Regimes(), x.ask(c, p.Person))
	p.Link = form(c, []string{"number", "state"})
	if x.Prints != nil {
		all := make([]uuid.UUID, len(p.Files))
		for n, f := range p.Files {
			all[n] = f.ID
		}
		p.Prints = &adjudicationview.OnFile{MayOpen: c.May(auth.PrintsAdjudicate)}
		if p.Prints.Takings, p.Prints.Tasks, err = x.Prints.Enrolled(c.Ctx(), all); err != nil {
			return p, err
		}
	}
	p.MayRepair, p.MayLink = c.May(auth.FileRepair), c.May(auth.DuplicateDecide)
	return p, nil
}

func (x *screens) askPurpose(c *web.Context, err error) error {
	f := form(c, []string{"purpose"})
	words, own := blame(c, f, err)
	if !own {
		return err
	}
	return c.Render(web.StatusOf(err), filesview.PurposePage(c.Param("id"), f, words))
}

// evidence gives the bytes of an attachment of something on the file.
func (x *screens) evidence(c *web.Context) error {
	p, err := x.load(c)
	if err != nil {
		return x.askPurpose(c, err)
	}
	subject, err := idOf(c, "subject")
	if err != nil {
		return err
	}
	id, err := idOf(c, "evidence")
	if err != nil {
		return err
	}
	on := false
	for _, a := range p.Attached {
		on = on || a.ID == id && a.Subject == subject
	}
	if !on {
		return file.ErrNoEvidence
	}
	e, content, err := x.Evidence.Open(c.Ctx(), subject, id, entry(c, audit.Consultation, "evidence", id.String(), p.Purpose))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.Name}))
	return c.Blob(http.StatusOK, e.Type, content)
}

// chooseOther finds the file of another document, to be linked with this one: a change of document.
func (x *screens) chooseOther(c *web.Context) error {
	p, err := x.load(c)
	if err != nil {
		return x.askPurpose(c, err)
	}
	number := p.Link.Value("number")
	if traveldoc.FoldNumber(number) == "" {
		err = problem.New(problem.Invalid, "search.number").At("number")
	} else {
		p.Others, err = x.Files.Others(c.Ctx(), p.ID, number, p.Link.Value("state"), entry(c, audit.Consultation, "file", "search", p.Purpose))
	}
	if err == nil && len(p.Others) == 0 {
		err = problem.New(problem.Conflict, "link.no_other").At("number")
	}
	if err != nil {
		words, own := blame(c, p.Link, err)
		if !own {
			return err
		}
		p.Failed = words
		return c.Render(web.StatusOf(err), filesview.PersonPage(p))
	}
	return c.Render(http.StatusOK, filesview.PersonPage(p))
}
