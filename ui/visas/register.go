package visas

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *screens) register(c *web.Context) error {
	return c.Render(http.StatusOK, visasview.RegisterPage(visasview.Register{Policy: x.Desk.Policy(), Now: c.Now()}))
}

// search looks in the register by number, reference, document, or name and birth date. What is typed goes into no address.
func (x *screens) search(c *web.Context) error {
	r := visasview.Register{Policy: x.Desk.Policy(), Now: c.Now(), Form: form(c, []string{"number", "surname", "given_names", "birth_date"})}
	s, err := searchOf(r.Form)
	if err == nil {
		r.Searched = true
		r.List, err = x.Visas.Find(c.Ctx(), s, entry(c, audit.Consultation, "visa", "search"))
	}
	if err == nil {
		return c.Render(http.StatusOK, visasview.RegisterPage(r))
	}
	f, words, is := own(c, r.Form, err)
	if !is {
		return err
	}
	r.Form, r.Failed, r.Searched = f, words, false
	return c.Render(web.StatusOf(err), visasview.RegisterPage(r))
}

// searchOf reads what is looked for: a visa's number, a reference, or a document's number in one field, or a person.
func searchOf(f visasview.Form) (s visadb.Search, err error) {
	typed := f.Value("number")
	if len(typed) > 40 || len(f.Value("surname")) > 200 || len(f.Value("given_names")) > 200 {
		return s, invalid("visas.find", "number")
	}
	if typed != "" {
		if number, err := evisa.ParseNumber(typed); err == nil {
			s.Number = number
		} else if reference, err := evisa.ParseReference(typed); err == nil {
			s.Reference = reference
		} else {
			s.Document = typed
		}
		return s, nil
	}
	s.Identity = traveldoc.Identity{Surname: f.Value("surname"), GivenNames: f.Value("given_names")}
	if s.Identity.Surname == "" && s.Identity.GivenNames == "" {
		return s, visadb.ErrEmptySearch
	}
	if s.Identity.BirthDate, err = traveldoc.ParseDate(f.Value("birth_date")); err != nil || s.Identity.BirthDate.IsZero() {
		return s, invalid("visas.birth", "birth_date")
	}
	return s, nil
}

var errNoVisa = problem.New(problem.NotFound, "visas.no_visa")

// visa is the page of the visas of an application: the newest, or the one that the address counts to.
func (x *screens) visa(c *web.Context) error {
	v, err := x.loadVisa(c)
	if err != nil {
		return err
	}
	if panel := c.QueryParam("panel"); v.Manage && visasview.VisaPanel(panel) {
		v.Panel = panel
		beginVisa(&v)
	}
	return c.Render(http.StatusOK, visasview.VisaPage(v))
}

// loadVisa reads the visa of the path. The register audits the look.
func (x *screens) loadVisa(c *web.Context) (v visasview.Visa, err error) {
	v = visasview.Visa{Policy: x.Desk.Policy(), Now: c.Now(), Manage: c.May(auth.VisasManage), Notice: x.Notices != nil, Done: done(c)}
	if v.Application, err = idOf(c, errNoVisa); err != nil {
		return v, err
	}
	number, err := x.number(c, &v)
	if err != nil {
		return v, err
	}
	if v.Shown, err = x.Visas.Show(c.Ctx(), number, entry(c, audit.Consultation, "visa", v.Application.String())); err != nil {
		return v, err
	}
	numbers := append(slices.Clone(v.Before), v.Number)
	if v.Cases, err = x.Cases.OfNumbers(c.Ctx(), numbers, entry(c, audit.Consultation, "visa_case", v.Application.String())); err != nil {
		return v, err
	}
	if x.NoticePage != nil && v.Standing == evisa.InForce {
		v.NoticePage = x.NoticePage(v.Application, v.N)
	}
	v.Places, err = x.places(c.Ctx())
	return v, err
}

// number is the visa that the address counts to.
func (x *screens) number(c *web.Context, v *visasview.Visa) (evisa.Number, error) {
	all, err := x.Visas.Numbers(c.Ctx(), v.Application)
	if err != nil {
		return "", err
	}
	v.Of, v.N = len(all), len(all)
	if n := c.FormValue("n"); n != "" {
		if v.N, err = strconv.Atoi(n); err != nil {
			return "", errNoVisa
		}
	}
	if v.N < 1 || v.N > len(all) {
		return "", errNoVisa
	}
	return all[v.N-1], nil
}

// beginVisa fills in what a question begins with.
func beginVisa(v *visasview.Visa) {
	switch v.Panel {
	case "extend":
		v.Form.Set("until", v.Until.String())
		v.Form.Set("days", strconv.Itoa(v.Days))
		v.Form.Set("entries", strconv.Itoa(v.Entries))
	case "reissue":
		v.Form.Set("code", v.Document.Code)
		v.Form.Set("issuing_state", v.Document.IssuingState)
	}
}

// change revokes, annuls, extends or re-issues; what was wrong is told on the same page.
func (x *screens) change(c *web.Context) error {
	act := c.Param("act")
	if !visasview.VisaPanel(act) {
		return errNoVisa
	}
	f := form(c, []string{"version", "reason", "words", "sure", "until", "days", "entries", "code", "number", "issuing_state", "expiry_date", "n"})
	v, err := x.loadVisa(c)
	if err != nil {
		return err
	}
	n, err := x.doChange(c, v, act, f)
	if err == nil {
		x.changed()
		return c.SeeOther(visasview.VisaAddress(v.Application, n) + joinDone(n, act))
	}
	f, words, is := own(c, f, err)
	if !is {
		return err
	}
	v.Form, v.Failed, v.Panel, v.Done = f, words, act, ""
	return c.Render(web.StatusOf(err), visasview.VisaPage(v))
}

func joinDone(n int, act string) string {
	if n == 0 {
		return "?done=" + act
	}
	return "&done=" + act
}

// doChange does it, and gives the visa to go on with: 0 is the newest.
func (x *screens) doChange(c *web.Context, v visasview.Visa, act string, f visasview.Form) (n int, err error) {
	version, err := strconv.Atoi(f.Value("version"))
	if err != nil {
		return 0, visadb.ErrChanged
	}
	how := visadb.Act{Actor: c.Actor(), Reason: f.Value("reason"), Words: f.Value("words"), Version: version}
	if (act == "revoke" || act == "annul") && f.Value("sure") != "yes" {
		return 0, invalid("visas.not_sure", "sure")
	}
	switch act {
	case "revoke":
		_, err = x.Visas.Revoke(c.Ctx(), v.Number, how)
	case "annul":
		_, err = x.Visas.Annul(c.Ctx(), v.Number, how)
	case "extend":
		var terms evisa.Terms
		if terms, err = extension(v.Terms, f); err == nil {
			_, err = x.Visas.Extend(c.Ctx(), v.Number, terms, how)
		}
	case "reissue":
		var document traveldoc.Document
		if document, err = documentOf(f); err == nil {
			_, err = x.Visas.Reissue(c.Ctx(), v.Number, document, how)
		}
		return 0, err
	}
	return v.N, err
}

// extension is the terms with what was typed; everything else stays.
func extension(old evisa.Terms, f visasview.Form) (evisa.Terms, error) {
	var err error
	if old.Until, err = traveldoc.ParseDate(f.Value("until")); err != nil || old.Until.Precision() != traveldoc.PrecisionDay {
		return old, invalid("visas.day", "until")
	}
	for field, n := range map[string]*int{"days": &old.Days, "entries": &old.Entries} {
		if *n, err = strconv.Atoi(f.Value(field)); err != nil || *n < 0 || *n > 3660 {
			return old, invalid("visas.number", field)
		}
	}
	return old, nil
}

func documentOf(f visasview.Form) (d traveldoc.Document, err error) {
	d = traveldoc.Document{Code: upper(f.Value("code")), Number: upper(f.Value("number")), IssuingState: upper(f.Value("issuing_state"))}
	if d.ExpiryDate, err = traveldoc.ParseDate(f.Value("expiry_date")); err != nil {
		return d, invalid("visas.day", "expiry_date")
	}
	return d, nil
}

// notice is the notice of a grant as a PDF. Its name says nothing of whose it is.
func (x *screens) notice(c *web.Context) error {
	if x.Notices == nil {
		return errNoVisa
	}
	v := visasview.Visa{}
	var err error
	if v.Application, err = idOf(c, errNoVisa); err != nil {
		return err
	}
	number, err := x.number(c, &v)
	if err != nil {
		return err
	}
	e := entry(c, audit.Disclosure, "visa", v.Application.String())
	e.Decision = "notice"
	pdf, err := x.Notices.PDF(c.Ctx(), number, e)
	if err != nil {
		return err
	}
	if len(pdf) == 0 {
		return errors.New("notice of a visa: nothing was made")
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="visa-notice.pdf"`)
	c.Response().Header().Set("Content-Security-Policy", sandbox)
	return c.Blob(http.StatusOK, "application/pdf", pdf)
}
