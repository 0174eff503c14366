package lists

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/listsview"
	"github.com/openbmis/openbmis/ui/web"
)

func bands() []alerts.Band { return []alerts.Band{alerts.Certain, alerts.Probable, alerts.Possible} }

func (x *screens) newList(c *web.Context) error {
	l := listdb.List{Owner: c.User().Agency, Policy: alerts.DefaultPolicy()}
	form := listsview.SettingsForm{New: true, Form: listsview.Form{Values: settingsOf(l)}}
	return c.Render(http.StatusOK, listsview.SettingsPage(form, may(c, l)))
}

func (x *screens) settings(c *web.Context) error {
	l, err := x.lists.List(c.Ctx(), c.Param("list"))
	if err != nil {
		return err
	}
	form := listsview.SettingsForm{List: l.ID, Form: listsview.Form{Values: settingsOf(l)}}
	return c.Render(http.StatusOK, listsview.SettingsPage(form, may(c, l)))
}

func (x *screens) proposeList(c *web.Context) error {
	return x.proposeSettingsOf(c, c.FormValue("id"), true)
}

func (x *screens) proposeSettings(c *web.Context) error {
	return x.proposeSettingsOf(c, c.Param("list"), false)
}

func (x *screens) proposeSettingsOf(c *web.Context, id string, isNew bool) error {
	values, err := c.FormParams()
	if err != nil {
		return problem.New(problem.Invalid, "lists.words").Because(err)
	}
	l, err := readSettings(id, values)
	if err == nil {
		var p listdb.Proposal
		if p, err = x.lists.ProposeSettings(c.Ctx(), by(c), l, values.Get("remark")); err == nil {
			return c.SeeOther("/alerts/proposals/" + p.ID.String())
		}
	}
	form, own := blamed(c, values, err)
	if !own {
		return err
	}
	return c.Render(web.StatusOf(err), listsview.SettingsPage(listsview.SettingsForm{New: isNew, List: id, Form: form}, may(c, listdb.List{Owner: c.User().Agency})))
}

// settingsOf are a list's settings as values of the form.
func settingsOf(l listdb.List) url.Values {
	p := l.Policy.Complete()
	v := url.Values{
		"id": {l.ID}, "title": {l.Title}, "owner": {l.Owner}, "when_red": {p.WhenRed},
		"amber": {figure(p.Amber, time.Hour)}, "red": {figure(p.Red, time.Hour)},
		"confirm_within": {figure(p.ConfirmWithin, time.Minute)}, "escalate_after": {figure(p.EscalateAfter, time.Minute)},
		"cleared_for": {figure(p.ClearedFor, 24*time.Hour)},
	}
	for _, b := range bands() {
		v.Set(string(b), strconv.FormatFloat(p.Thresholds[b], 'f', -1, 64))
		v.Set("severity_"+string(b), string(p.Severity[b]))
	}
	if p.ReasonAtFirstLine {
		v.Set("reason_first", "yes")
	}
	if !p.ActUnconfirmed {
		v.Set("needs_confirmation", "yes")
	}
	for _, a := range p.FourEyes {
		v.Add("four_eyes", string(a))
	}
	return v
}

func figure(d, unit time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(unit), 'f', -1, 64)
}

func readSettings(id string, v url.Values) (l listdb.List, err error) {
	l = listdb.List{ID: strings.TrimSpace(id), Title: strings.TrimSpace(v.Get("title")), Owner: strings.TrimSpace(v.Get("owner"))}
	p := alerts.Policy{
		Thresholds: map[alerts.Band]float64{}, Severity: map[alerts.Band]border.Severity{}, ReasonAtFirstLine: v.Get("reason_first") == "yes",
		ActUnconfirmed: v.Get("needs_confirmation") != "yes", WhenRed: v.Get("when_red"), FourEyes: []alerts.Action{},
	}
	for _, b := range bands() {
		if p.Thresholds[b], err = number(v, string(b)); err != nil {
			return l, err
		}
		p.Severity[b] = border.Severity(v.Get("severity_" + string(b)))
		if s := p.Severity[b]; s != border.Note && s != border.Acknowledge && s != border.SecondLine {
			return l, problem.New(problem.Invalid, "lists.status").At("severity_" + string(b))
		}
	}
	for _, d := range []struct {
		name string
		unit time.Duration
		into *time.Duration
	}{
		{"amber", time.Hour, &p.Amber}, {"red", time.Hour, &p.Red}, {"confirm_within", time.Minute, &p.ConfirmWithin},
		{"escalate_after", time.Minute, &p.EscalateAfter}, {"cleared_for", 24 * time.Hour, &p.ClearedFor},
	} {
		n, err := number(v, d.name)
		if err != nil {
			return l, err
		}
		*d.into = time.Duration(n * float64(d.unit))
	}
	for _, a := range v["four_eyes"] {
		p.FourEyes = append(p.FourEyes, alerts.Action(a))
	}
	l.Policy = p
	return l, nil
}

// mostFigure bounds a figure of the form: a hundred years of hours.
const mostFigure = 1_000_000

// number reads a figure; a decimal comma is a point.
func number(v url.Values, name string) (float64, error) {
	n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(v.Get(name)), ",", "."), 64)
	if err != nil || n < 0 || n > mostFigure || n != n { //nolint:gocritic // not a number is no number
		return 0, problem.New(problem.Invalid, "lists.figure").At(name)
	}
	return n, nil
}
