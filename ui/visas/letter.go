package visas

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

// compose writes a letter from a template into the form that is open, in the applicant's language; nothing is sent by it.
func (x *screens) compose(c *web.Context) error {
	id, err := idOf(c, desk.ErrUnknown)
	if err != nil {
		return err
	}
	p := visasview.Panel(c.Param("panel"))
	field := map[visasview.Panel]string{visasview.AskPanel: "text", visasview.InvitePanel: "text", visasview.RefusePanel: "letter"}[p]
	if field == "" {
		return errQuery
	}
	f := form(c, fieldsOf(), listsOf()...)
	s, err := x.load(c, id, p)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(s.Templates, func(t desk.Template) bool { return visasview.MarkOf(t) == f.Value("template") })
	if n < 0 {
		return x.again(c, id, p, f, invalid("visas.template_gone", "template"))
	}
	f.Values[field] = x.Desk.Compose(&s.Case, s.Templates[n], f.Lists["grounds"], x.beside(c, s.Language(), f))
	s.Form = f
	return c.Render(http.StatusOK, visasview.CasePage(s))
}

// beside is what a letter says that does not stand in the application: the papers that are asked for, by when, where and when an interview is.
// It is written as whoever reads the letter reads it, whatever the officer's language; what is not known yet is left out.
func (x *screens) beside(c *web.Context, language string, f visasview.Form) desk.Values {
	say, p := x.texts.Printer(text.Match(language)).In(c.Text().Zone()), x.Desk.Policy()
	inDays := func(n int) string { return say.Day(traveldoc.DateOf(c.Now().UTC().AddDate(0, 0, n))) }
	days, err := strconv.Atoi(f.Value("days"))
	if err != nil {
		days = p.Reply
	}
	v := desk.Values{"until": inDays(days), "appeal_until": inDays(p.Appeal), "papers": papers(say, f.Lists["kinds"]), "place": f.Value("place")}
	if when, err := instant(c, f.Value("when")); err == nil {
		v["when"] = say.DayAt(when)
	}
	return v
}

// papers are kinds of files, one a line, in the order in which applicants are shown them; nothing for a kind that there is not.
func papers(say *text.Printer, kinds []string) string {
	var lines []string
	for _, kind := range evisa.FileKinds() {
		if slices.Contains(kinds, kind) {
			lines = append(lines, "– "+say.Word("visaportal.file_kind", kind))
		}
	}
	return strings.Join(lines, "\n")
}

// letterOf is what an officer wrote to the applicant, with the places filled in that he left: what is asked for may be ticked after the letter
// was begun.
func (x *screens) letterOf(c *web.Context, at desk.At, f visasview.Form, field string) (string, error) {
	if !strings.Contains(f.Value(field), "{") {
		return f.Value(field), nil
	}
	s, err := x.load(c, at.ID, visasview.NoPanel)
	if err != nil {
		return "", err
	}
	t := desk.Template{Words: map[string]string{"en": f.Value(field), s.Language(): f.Value(field)}}
	return x.Desk.Compose(&s.Case, t, f.Lists["grounds"], x.beside(c, s.Language(), f)), nil
}

// instant reads what a field of day and time gives, in the zone of the office.
func instant(c *web.Context, typed string) (time.Time, error) {
	return time.ParseInLocation("2006-01-02T15:04", typed, c.Text().Zone())
}
