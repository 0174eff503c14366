package visaportal

import (
	"strings"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// selectFrom is from how many options on a choice is a list to open.
const selectFrom = 12

// asked makes the fields of a page as they are shown: with words, values, and what is wrong with each.
type asked struct {
	portal *portal
	say    *text.Printer
	page   apply.Page
	values apply.Form
	wrong  apply.Problems
	posts  map[string]string // names of posts that may be chosen as port, by id; of the page that asks for it
}

func (a asked) fields(fields []apply.Field) []visaportalview.Field {
	shown := make([]visaportalview.Field, 0, len(fields))
	a.values = a.portSplit()
	for _, f := range fields {
		if f.Name == apply.FieldPortOther && len(a.posts) == 0 {
			continue // the port itself is typed
		}
		shown = append(shown, a.field(f))
	}
	return shown
}

func (a asked) field(f apply.Field) visaportalview.Field {
	shown := visaportalview.Field{
		Name: f.Name, Label: a.word(f.Name), Hint: a.hint(f.Name), Kind: "text", Value: visible(a.values.Get(f.Name), f.Most), Optional: !f.Required,
		IfYes: ifYes(f.Name), Most: f.Most, Autocomplete: f.Autocomplete, Faults: a.faults(f.Name),
	}
	switch f.Kind {
	case apply.KindText:
		shown.Latin = latin(f.Name)
		if f.Name == apply.FieldPort && len(a.posts) > 0 {
			shown.Kind, shown.Options = "radios", a.ports()
			if len(shown.Options) >= selectFrom {
				shown.Kind = "select"
			}
		}
	case apply.KindLong:
		shown.Kind = "long"
	case apply.KindDate:
		shown.Kind = "date"
		a.dated(&shown)
	case apply.KindChoice:
		shown.Kind, shown.Options = "radios", a.choice(f)
		if len(f.Options) >= selectFrom {
			shown.Kind = "select"
		}
	case apply.KindYesNo:
		shown.Kind, shown.Options = "radios", a.yesNo(shown.Value)
	case apply.KindCheck:
		shown.Kind = "check"
	case apply.KindEmail:
		shown.Type, shown.Latin = "email", true
	case apply.KindPhone:
		shown.Type, shown.Latin = "tel", true
	case apply.KindCountry:
		shown.Kind = "select"
		shown.Options = a.portal.countries.options(a.say, shown.Value, f.Codes)
	case apply.KindNumber:
		shown.Latin, shown.Mono = true, true
	}
	return shown
}

// ifYes are fields that are wanted when the question before them is answered with yes.
func ifYes(field string) bool {
	switch field {
	case apply.FieldHostKind, apply.FieldHostName, apply.FieldHostAddress, apply.FieldHostPays, apply.FieldRefusedText, apply.FieldGrounds:
		return true
	}
	return false
}

// word is what a field is called: on its page, where that says it in other words, else everywhere.
func (a asked) word(name string) string {
	if key := text.Key("visaportal.f." + string(a.page) + "_" + name); a.say.Has(key) {
		return a.say.T(key)
	}
	return a.say.T(text.Key("visaportal.f." + name))
}

func (a asked) hint(name string) string {
	if key := text.Key("visaportal.f." + name + "_hint"); a.say.Has(key) {
		return a.say.T(key)
	}
	return ""
}

func (a asked) faults(name string) (words []string) {
	for _, one := range a.wrong.Of(name) {
		words = append(words, a.say.Problem(one))
	}
	return words
}

// dated fills a date's three fields, from three or from one.
func (a asked) dated(f *visaportalview.Field) {
	part := func(name string) string { return visible(a.values.Get(f.Name+"_"+name), 4) }
	f.Day, f.Month, f.Year = part("day"), part("month"), part("year")
	if f.Day+f.Month+f.Year != "" || f.Value == "" {
		return
	}
	parts := strings.Split(f.Value+"--", "-")
	f.Year, f.Month, f.Day = parts[0], parts[1], parts[2]
}

func (a asked) yesNo(chosen string) []visaportalview.Option {
	return []visaportalview.Option{
		{Value: "yes", Label: a.say.T(text.VisaportalYes), Selected: chosen == "yes"},
		{Value: "no", Label: a.say.T(text.VisaportalNo), Selected: chosen == "no"},
	}
}

func (a asked) choice(f apply.Field) (options []visaportalview.Option) {
	for _, value := range f.Options {
		options = append(options, visaportalview.Option{
			Value: value, Label: a.portal.optionWord(a.say, f.Name, value), Selected: value == a.values.Get(f.Name),
		})
	}
	return options
}

// optionWord is what one option of a choice is called.
func (p *portal) optionWord(say *text.Printer, field, value string) string {
	switch field {
	case apply.FieldType:
		if kind, ok := p.Service.Policy.Type(value); ok {
			return named(kind.Name, say)
		}
		return value
	case apply.FieldPurpose:
		return say.Word("visa.purpose", value)
	case apply.FieldDocumentCode:
		return say.Word("visaportal.document_code", strings.ToLower(value))
	case apply.FieldRelation:
		return say.Word("visaportal.relation", value)
	}
	return say.Word("visaportal.f", field+"_"+strings.ToLower(value))
}

func (p *portal) port(id string) string {
	if p.PortName != nil {
		if name := p.PortName(id); name != "" {
			return name
		}
	}
	return id
}

// named is a policy's word in the page's language, in English where there is none.
func named(words map[string]string, say *text.Printer) string {
	if word := words[string(say.Language())]; word != "" {
		return word
	}
	return words["en"]
}

// shown is an answer in words, for the page on which answers are checked.
func (a asked) shown(f apply.Field) visaportalview.Row {
	row := visaportalview.Row{Label: a.word(f.Name), Value: a.values.Get(f.Name)}
	if row.Value == "" {
		row.Value = a.say.T(text.VisaportalNoneGiven)
		return row
	}
	switch f.Kind {
	case apply.KindDate:
		if date, err := traveldoc.ParseDate(row.Value); err == nil {
			row.Value = a.say.Date(date)
		}
		row.Latin = true
	case apply.KindChoice:
		row.Value = a.portal.optionWord(a.say, f.Name, row.Value)
	case apply.KindYesNo, apply.KindCheck:
		row.Value = a.say.T(map[bool]text.Key{true: text.VisaportalYes, false: text.VisaportalNo}[row.Value == "yes"])
	case apply.KindCountry:
		row.Value = countryName(a.say, row.Value)
	case apply.KindEmail, apply.KindPhone, apply.KindNumber:
		row.Latin = true
	case apply.KindText, apply.KindLong:
		row.Latin = latin(f.Name)
		if name := a.posts[row.Value]; name != "" && f.Name == apply.FieldPort {
			row.Value = name
		}
	}
	return row
}

// latin: names as documents say them.
func latin(field string) bool { return field == apply.FieldSurname || field == apply.FieldGivenNames }

// redirect goes to the page that is asked next after one was answered, or back to where the person came from.
func (p *portal) redirect(c *web.Context, d apply.Draft, after apply.Where, from string) error {
	if from == "check" {
		return c.SeeOther("/apply/check")
	}
	next, more := p.Service.Next(d, after)
	switch {
	case !more && len(p.Service.Missing(d)) == 0:
		return c.SeeOther("/apply/check")
	case !more:
		return c.SeeOther("/apply")
	}
	return c.SeeOther(at(d, apply.Where{Page: next.Page, Member: next.Member}))
}
