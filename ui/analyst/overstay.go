package analyst

import (
	"net/http"
	"strconv"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/analystview"
	"github.com/openbmis/openbmis/ui/web"
)

const (
	// overstayDays is how many days of the list's length are drawn.
	overstayDays   = 30
	conflictsShown = 50
)

// overstayers shows the list. Criteria name nobody, so they may stand in the address.
func (x *console) overstayers(c *web.Context) error {
	stations, err := x.Reader.StationNames(c.Ctx())
	if err != nil {
		return err
	}
	p := analystview.Overstay{
		Form: form(c, analystview.OverstayFields()), Stations: stations, MayExport: c.May(auth.ExportCreate), First: c.QueryParam("after") == "",
	}
	found, err := x.findOverstayers(c, p.Form)
	if err == nil {
		p.Found = &found
		if p.Days, err = x.Reader.OverstayDays(c.Ctx(), overstayDays); err != nil {
			return err
		}
		return c.Render(http.StatusOK, analystview.OverstayPage(p))
	}
	words, own := blame(c, p.Form, err)
	if !own {
		return err
	}
	p.Failed = words
	return c.Render(web.StatusOf(err), analystview.OverstayPage(p))
}

func (x *console) findOverstayers(c *web.Context, f analystview.Form) (page central.OverstayPage, err error) {
	q, err := readOverstay(f)
	if err != nil {
		return page, err
	}
	after, err := central.ParseCursor(c.QueryParam("after"))
	if err != nil {
		return page, err
	}
	return x.Reader.Overstayers(c.Ctx(), q, c.Now(), after, central.PageSize, entry(c, audit.Consultation, "overstay", "list"))
}

func readOverstay(f analystview.Form) (central.OverstayQuery, error) {
	q := central.OverstayQuery{Nationality: f.Value("nationality"), Station: f.Value("station"), Purpose: f.Value("purpose")}
	if days := f.Value("days"); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil {
			return q, problem.New(problem.Invalid, "overstay_days").At("days").With("max", central.MaxOverstayDays)
		}
		q.MinDays = n
	}
	return q, q.Check()
}

// exportOverstayers gives the whole list as a file.
func (x *console) exportOverstayers(c *web.Context) error {
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	q, err := readOverstay(form(c, analystview.OverstayFields()))
	if err != nil {
		return err
	}
	var file sheet
	begin := func(int) (err error) {
		if file, err = open(c, format, "overstayers"); err != nil {
			return err
		}
		return file.row(overstayHead(c)...)
	}
	each := func(o central.Overstayer) error { return file.row(overstayCells(o)...) }
	e := entry(c, audit.Disclosure, "overstay", "export."+format)
	if err := x.Reader.ExportOverstayers(c.Ctx(), q, c.Now(), e, begin, each); err != nil {
		return err
	}
	return file.close()
}

func overstayHead(c *web.Context) []any {
	var head []any
	for _, key := range []text.Key{
		text.OverstayDaysOver, text.CounterSurname, text.CounterGivenNames, text.AnalystBirthDate, text.AnalystNationality, text.AnalystDocument,
		text.AnalystDocumentNumber, text.AnalystIssuedBy, text.OverstayEntered, text.OverstayEntryPoint, text.OverstayLastLawful,
		text.OverstayUncertain, text.OverstayMaySit,
	} {
		head = append(head, c.Text().T(key))
	}
	return head
}

func overstayCells(o central.Overstayer) []any {
	uncertain := ""
	if o.Uncertain {
		uncertain = "yes"
	}
	silent := ""
	for _, name := range o.Silent {
		silent += name + " "
	}
	return []any{
		int64(o.DaysOver), o.Surname, o.GivenNames, o.BirthDate, o.Nationality, o.DocCode, o.DocNumber, o.IssuedBy, o.EnteredOn.String(), o.Station,
		o.LastLawful.String(), uncertain, silent,
	}
}

// overstayEnds shows who left the list.
func (x *console) overstayEnds(c *web.Context) error {
	p := analystview.Ends{Form: form(c, []string{"purpose"}), First: c.QueryParam("before") == ""}
	if p.Form.Value("purpose") == "" {
		return c.Render(http.StatusOK, analystview.EndsPage(p))
	}
	before := int64(0)
	if given := c.QueryParam("before"); given != "" {
		n, err := strconv.ParseInt(given, 10, 64)
		if err != nil || n < 1 {
			return problem.New(problem.Invalid, "cursor_invalid").At("before")
		}
		before = n
	}
	page, err := x.Reader.OverstayEnds(c.Ctx(), p.Form.Value("purpose"), before, central.PageSize, entry(c, audit.Consultation, "overstay", "left"))
	if err == nil {
		p.Page = &page
		return c.Render(http.StatusOK, analystview.EndsPage(p))
	}
	words, own := blame(c, p.Form, err)
	if !own {
		return err
	}
	p.Failed = words
	return c.Render(web.StatusOf(err), analystview.EndsPage(p))
}

// conflicts shows the decisions on files that contradict each other.
func (x *console) conflicts(c *web.Context) error {
	p := analystview.Conflicts{Form: form(c, []string{"purpose"})}
	if p.Form.Value("purpose") == "" {
		return c.Render(http.StatusOK, analystview.ConflictsPage(p))
	}
	var err error
	p.Rows, p.Total, err = x.Reader.Conflicts(c.Ctx(), p.Form.Value("purpose"), conflictsShown, entry(c, audit.Consultation, "file_conflict", "list"))
	if err == nil {
		p.Asked = true
		return c.Render(http.StatusOK, analystview.ConflictsPage(p))
	}
	words, own := blame(c, p.Form, err)
	if !own {
		return err
	}
	p.Failed = words
	return c.Render(web.StatusOf(err), analystview.ConflictsPage(p))
}
