package analyst

import (
	"net/http"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *console) searchForm(c *web.Context) error {
	stations, err := x.Reader.StationNames(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, analystview.SearchPage(analystview.Search{Stations: stations}))
}

// search answers the form. Search terms come in the body, never in the address.
func (x *console) search(c *web.Context) error {
	stations, err := x.Reader.StationNames(c.Ctx())
	if err != nil {
		return err
	}
	p := analystview.Search{Form: form(c, analystview.SearchFields()), Stations: stations, MayExport: c.May(auth.ExportCreate)}
	found, err := x.find(c, p.Form)
	if err == nil {
		p.Found = &found
		return c.Render(http.StatusOK, analystview.SearchPage(p))
	}
	words, own := blame(c, p.Form, err)
	if !own {
		return err
	}
	p.Failed = words
	return c.Render(web.StatusOf(err), analystview.SearchPage(p))
}

func (x *console) find(c *web.Context, f analystview.Form) (page central.Page, err error) {
	s, err := readSearch(f)
	if err != nil {
		return page, err
	}
	after, err := central.ParseCursor(c.FormValue("after"))
	if err != nil {
		return page, err
	}
	return x.Reader.Search(c.Ctx(), s, after, central.PageSize, entry(c, audit.Consultation, "crossing", "search"))
}

// readSearch reads the criteria. A purpose that is missing comes before a date that cannot be read: the look is refused, and
// audited, whatever else is wrong.
func readSearch(f analystview.Form) (s central.Search, err error) {
	s = central.Search{
		Name: f.Value("name"), Document: f.Value("document"), Station: f.Value("station"), Purpose: f.Value("purpose"),
		Direction: border.Direction(f.Value("direction")), Verdict: border.Verdict(f.Value("verdict")), HitsOnly: f.Value("hits") != "",
	}
	if hasPurpose := central.CheckPurpose(s.Purpose) == nil; !hasPurpose {
		return s, nil
	}
	err = dates(f, map[string]*traveldoc.Date{"birth_date": &s.BirthDate, "from": &s.From, "to": &s.To}, "birth_date", "from", "to")
	return s, err
}

func (x *console) history(c *web.Context) error {
	traveller, err := idOf(c, problem.New(problem.NotFound, "traveller_unknown"))
	if err != nil {
		return err
	}
	p := analystview.History{
		ID: traveller.String(), Form: form(c, []string{"purpose"}),
		ShowReasons: c.May(auth.HitReasonView), MayExport: c.May(auth.ExportCreate),
	}
	found, err := x.Reader.History(c.Ctx(), traveller, p.Form.Value("purpose"), entry(c, audit.Consultation, "traveller", traveller.String()))
	if err == nil {
		p.Found = &found
		return c.Render(http.StatusOK, analystview.HistoryPage(p))
	}
	words, own := blame(c, p.Form, err)
	if !own || problem.KindOf(err) == problem.NotFound {
		return err
	}
	p.Failed = words
	return c.Render(web.StatusOf(err), analystview.HistoryPage(p))
}
