package risk

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/riskview"
	"github.com/openbmis/openbmis/ui/web"
)

// settingsFields are the inputs of a rule but for its condition.
func settingsFields() []string {
	return []string{"name", "purpose", "basis", "category", "severity", "from", "until", "expected"}
}

// validity is how long a new rule is proposed to be in force, in days.
const validity = 180

func (x *screens) newRule(c *web.Context) error {
	b := riskview.Builder{Where: risk.Condition{Items: []risk.Condition{{}}}, Form: riskview.Form{Values: map[string]string{
		"from": traveldoc.DateOf(c.Now().UTC()).String(), "until": traveldoc.DateOf(c.Now().UTC().AddDate(0, 0, validity)).String(), "expected": "0",
	}}}
	b.Where.Items[0] = blank()
	return x.showBuilder(c, http.StatusOK, b, true)
}

// blank is a condition that nothing was chosen for yet.
func blank() risk.Condition { return risk.Condition{Field: unchosen} }

// unchosen is the field of a condition for which none is chosen. It is no field, and the checks say so.
const unchosen = "-"

func (x *screens) edit(c *web.Context) error {
	id, err := idOf(c, errNoRule)
	if err != nil {
		return err
	}
	r, err := x.store.Rule(c.Ctx(), id)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(c.QueryParam("v"))
	v, ok := r.Version(n)
	if !ok {
		v = r.Newest()
	}
	where := v.Where
	if !where.Group() || where.Not {
		where = risk.Condition{Items: []risk.Condition{where}}
	}
	b := riskview.Builder{Rule: id, Code: r.Code, Base: r.Newest().Number, Where: where, Form: riskview.Form{Values: map[string]string{
		"name": v.Name, "purpose": string(v.Purpose), "basis": v.Basis, "category": string(v.Category), "severity": string(v.Severity),
		"from": v.From.String(), "until": v.Until.String(), "expected": strconv.Itoa(v.Expected),
	}}}
	return x.showBuilder(c, http.StatusOK, b, true)
}

// showBuilder draws what is being built, with its expression where it is complete.
func (x *screens) showBuilder(c *web.Context, status int, b riskview.Builder, whole bool) (err error) {
	b.Fields, b.Where = x.language.Fields, upper(x.language.Fields, b.Where)
	if b.Lists, err = x.store.Lists(c.Ctx()); err != nil {
		return err
	}
	if len(b.Faults) == 0 {
		values, err := x.store.Values(c.Ctx(), x.language.Uses(b.Where))
		if err != nil {
			return err
		}
		if p, err := x.language.Compile(b.Where, values); err == nil {
			b.CEL, b.Cost = p.CEL, p.Cost
		}
	}
	if whole {
		return c.Render(status, riskview.BuilderPage(b))
	}
	return c.RenderEither(status, riskview.BuilderPage(b), riskview.BuilderPart(b))
}

// posted reads the builder's form: the settings, the tree of conditions, and the expression if the expert has edited it.
func (x *screens) posted(c *web.Context) (b riskview.Builder, err error) {
	b.Form = form(c, settingsFields()...)
	if b.Rule, err = uuid.Parse(c.FormValue("rule")); err != nil {
		return b, errNoRule
	}
	if b.Base, err = strconv.Atoi(c.FormValue("base")); err != nil {
		return b, errNoRule
	}
	params, err := c.FormParams()
	if err != nil {
		return b, problem.New(problem.Invalid, "risk.no_condition").Because(err)
	}
	t := tree{values: params, fields: x.language.Fields}
	b.Where = t.node("", 0)
	b.CEL = unix(c.FormValue("cel"))
	if edited := b.CEL != unix(c.FormValue("cel_was")); !edited {
		return b, nil
	}
	return b, x.take(c, &b)
}

// unix gives lines the ends that they had before a browser sent them.
func unix(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// take makes the tree of what the expert wrote. Faults stay with the text.
func (x *screens) take(c *web.Context, b *riskview.Builder) error {
	all, err := x.store.Lists(c.Ctx())
	if err != nil {
		return err
	}
	values := risk.Lists{}
	for _, l := range all {
		values[l.Name] = l.Items
	}
	p, err := x.language.Read(b.CEL, values)
	if errors.As(err, &b.Faults) {
		return problem.New(problem.Invalid, "risk.expression").At("cel").Because(err)
	}
	if err != nil {
		return err
	}
	b.Where = p.Where
	if !b.Where.Group() || b.Where.Not {
		b.Where = risk.Condition{Items: []risk.Condition{b.Where}}
	}
	return nil
}

// build answers to a change in the builder.
func (x *screens) build(c *web.Context) error {
	b, err := x.posted(c)
	if err != nil {
		return x.refused(c, b, err)
	}
	act, path, _ := strings.Cut(c.FormValue("act"), ":")
	switch act {
	case "add":
		b.Where, b.Focus = added(b.Where, path, blank())
	case "group":
		b.Where, b.Focus = added(b.Where, path, risk.Condition{Any: true, Items: []risk.Condition{blank()}})
		b.Focus += ".0"
	case "remove":
		b.Where = removed(b.Where, path)
	case "refresh", "cel":
		if _, err := x.program(c, b.Where); err != nil {
			return x.refused(c, b, err)
		}
	}
	return x.showBuilder(c, http.StatusOK, b, false)
}

// refused shows the builder again with what was typed.
func (x *screens) refused(c *web.Context, b riskview.Builder, err error) error {
	words, field, is := own(c, err)
	if !is {
		return err
	}
	b.Failed, b.Form.Field = words, field
	return x.showBuilder(c, web.StatusOf(err), b, !c.Partial())
}

func (x *screens) program(c *web.Context, where risk.Condition) (*risk.Program, error) {
	p, _, err := x.compiled(c, where)
	return p, err
}

func (x *screens) compiled(c *web.Context, where risk.Condition) (*risk.Program, risk.Lists, error) {
	values, err := x.store.Values(c.Ctx(), x.language.Uses(where))
	if err != nil {
		return nil, nil, err
	}
	if err := paths(x.language.Fields, where); err != nil {
		return nil, nil, err
	}
	p, err := x.language.Compile(where, values)
	var faults risk.Faults
	if errors.As(err, &faults) {
		err = problem.New(problem.Invalid, "risk.expression").At("where").Because(err)
	}
	return p, values, err
}

// paths checks the tree as it stands on the page, so that the path of a fault is that of an input: tidying would renumber it.
func paths(fields *risk.Fields, where risk.Condition) error {
	if where.Count() == 0 {
		return nil // said by the compiler
	}
	return fields.Check(upper(fields, where))
}

// upper tidies the leaves alone.
func upper(fields *risk.Fields, c risk.Condition) risk.Condition {
	if !c.Group() {
		return fields.Tidy(c)
	}
	items := make([]risk.Condition, 0, len(c.Items))
	for _, i := range c.Items {
		items = append(items, upper(fields, i))
	}
	c.Items = items
	return c
}

func (x *screens) save(c *web.Context) error {
	b, err := x.posted(c)
	if err != nil {
		return x.refused(c, b, err)
	}
	settings, err := settingsOf(b.Form)
	if err != nil {
		return x.refused(c, b, err)
	}
	p, values, err := x.compiled(c, b.Where)
	if err != nil {
		return x.refused(c, b, err)
	}
	v, err := x.store.Write(c.Ctx(), c.Actor(), b.Rule, b.Base, settings, p, values)
	if err != nil {
		return x.refused(c, b, err)
	}
	return c.SeeOther(fmt.Sprintf("/risk/rules/%s?v=%d&done=saved", v.Rule, v.Number))
}

func settingsOf(f riskview.Form) (s risk.Settings, err error) {
	s = risk.Settings{
		Name: f.Value("name"), Purpose: risk.Purpose(f.Value("purpose")), Basis: f.Value("basis"),
		Category: risk.Category(f.Value("category")), Severity: risk.Severity(f.Value("severity")),
	}
	if s.Expected, err = strconv.Atoi(f.Value("expected")); err != nil {
		s.Expected = -1 // Check says what was expected
	}
	// A date that cannot be read stays unknown, and Check says so.
	s.From, _ = traveldoc.ParseDate(f.Value("from"))
	s.Until, _ = traveldoc.ParseDate(f.Value("until"))
	return s, s.Check()
}
