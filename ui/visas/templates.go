package visas

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

// newTemplate is the id of a letter that is being written.
const newTemplate = "new"

var errNoTemplate = problem.New(problem.NotFound, "visas.template_gone")

func (x *screens) templates(c *web.Context) error {
	list, err := x.letters(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, visasview.TemplatesPage(visasview.Templates{List: list, Manage: c.May(auth.VisasManage), Done: done(c)}))
}

// letters are the letters that officers begin from; those that come with the program are named in the reader's language.
func (x *screens) letters(c *web.Context) ([]desk.Template, error) {
	list, err := x.Desk.Templates(c.Ctx())
	for n, one := range list {
		if one.BuiltIn() {
			list[n].Title = c.Text().Word("visadesk.built_in", string(one.Kind))
		}
	}
	return list, err
}

// findTemplate is the letter of the path; one of a kind's name comes with the program, and is kept as a new one.
func (x *screens) findTemplate(c *web.Context) (t desk.Template, err error) {
	mark := c.Param("id")
	if mark == newTemplate {
		return desk.Template{Kind: desk.TemplateAsk, Words: map[string]string{}}, nil
	}
	list, err := x.letters(c)
	if err != nil {
		return t, err
	}
	for _, one := range list {
		if visasview.MarkOf(one) == mark {
			return one, nil
		}
	}
	return t, errNoTemplate
}

func (x *screens) template(c *web.Context) error {
	t, err := x.findTemplate(c)
	if err != nil {
		return err
	}
	return x.showTemplate(c, http.StatusOK, visasview.Letter{Template: t})
}

func (x *screens) showTemplate(c *web.Context, status int, l visasview.Letter) error {
	l.Mark, l.Manage = c.Param("id"), c.May(auth.VisasManage)
	return c.Render(status, visasview.TemplatePage(l))
}

// typedTemplate is the letter as it was typed.
func (x *screens) typedTemplate(c *web.Context) (t desk.Template, err error) {
	kept, err := x.findTemplate(c)
	if err != nil {
		return t, err
	}
	fields := []string{"kind", "title", "version", "retired"}
	for _, language := range desk.Languages() {
		fields = append(fields, "words."+language)
	}
	f := form(c, fields)
	t = desk.Template{ID: kept.ID, Kind: desk.TemplateKind(f.Value("kind")), Title: f.Value("title"), Retired: f.Value("retired") == "yes", Words: map[string]string{}}
	t.Version, _ = strconv.Atoi(f.Value("version")) // another than the kept one is refused as changed
	for _, language := range desk.Languages() {
		if words := f.Value("words." + language); words != "" {
			t.Words[language] = words
		}
	}
	return t, nil
}

func (x *screens) saveTemplate(c *web.Context) error {
	t, err := x.typedTemplate(c)
	if err != nil {
		return err
	}
	if _, err = x.Desk.SaveTemplate(c.Ctx(), c.Actor(), t); err == nil {
		return c.SeeOther("/visa-templates?done=template")
	}
	f, words, is := own(c, visasview.Form{}, err)
	if !is {
		return err
	}
	return x.showTemplate(c, web.StatusOf(err), visasview.Letter{Template: t, Form: f, Failed: words})
}

// previewTemplate fills the places with made-up values, in every language that the letter has: nobody's data is looked at for it.
func (x *screens) previewTemplate(c *web.Context) error {
	t, err := x.typedTemplate(c)
	if err != nil {
		return err
	}
	l := visasview.Letter{Template: t, Preview: map[string]string{}}
	for language := range t.Words {
		made := desk.Case{ID: uuid.Nil, Application: x.example(c, language)}
		l.Preview[language] = x.Desk.Compose(&made, t, exampleGrounds(x.Desk.Policy()), x.beside(c, language, x.exampleForm(c)))
	}
	return x.showTemplate(c, http.StatusOK, l)
}

// example is an application that nobody sent.
func (x *screens) example(c *web.Context, language string) *evisa.Application {
	return &evisa.Application{
		Reference: "234567899", Type: x.Desk.Policy().Types[0].Code, Language: language, SentAt: c.Now(),
		Identity: traveldoc.Identity{Surname: "SPECIMEN", GivenNames: "ALEX"},
	}
}

// exampleForm is what an officer would have filled in for the letter.
func (x *screens) exampleForm(c *web.Context) visasview.Form {
	when := c.Now().In(c.Text().Zone()).AddDate(0, 0, x.Desk.Policy().Reply)
	return visasview.Form{
		Values: map[string]string{"place": x.Desk.Policy().Authority, "when": when.Format("2006-01-02T15:04")},
		Lists:  map[string][]string{"kinds": {"ticket", "means"}},
	}
}

func exampleGrounds(p evisa.Policy) (codes []string) {
	for _, g := range p.Grounds[:min(2, len(p.Grounds))] {
		codes = append(codes, g.Code)
	}
	return codes
}
