package entryrules

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/entryrulesview"
	"github.com/openbmis/openbmis/ui/web"
)

// maxBook bounds the body of a form that carries a draft, and the table before its last act.
const maxBook = 16 << 20

// draft begins a draft with the table in force.
func (x *screens) draft(c *web.Context) error {
	held, err := x.Held(c.Ctx())
	if err != nil {
		return err
	}
	return x.showDraft(c, http.StatusOK, entryrulesview.Draft{Held: held, Book: held.Book, Base: held.Book.Version, Done: done(c)}, 1)
}

// showDraft is the page of a draft, from a place on.
func (x *screens) showDraft(c *web.Context, status int, d entryrulesview.Draft, from int) (err error) {
	if d.Held, err = x.Held(c.Ctx()); err != nil {
		return err
	}
	if d.Places, err = x.places(c.Ctx()); err != nil {
		return err
	}
	if d.Form.Values == nil {
		d.Form.Values = map[string]string{}
	}
	if !d.Edited {
		d.Changes = entryrulesview.Compare(d.Held.Book, d.Book)
		d.Effects = entryrulesview.Preview(d.Held.Book, d.Book, today(c))
		if d.Form.Values["version"] == "" {
			d.Form.Values["version"] = today(c).String()
		}
		if d.Form.Values["legal"] == "" {
			d.Form.Values["legal"] = d.Book.Legal
		}
	}
	d.Table = draftTable(d.Book, d.Table.Filter, from)
	return c.Render(status, entryrulesview.DraftPage(d))
}

func draftTable(b evisa.RuleBook, filter string, from int) entryrulesview.Table {
	out := entryrulesview.Table{Total: len(b.Rules), Filter: filter, First: 1}
	if filter != "" {
		for n, r := range b.Rules {
			if len(out.Rules) < pageSize && (evisa.EntryRule{Nationalities: r.Nationalities}).Fits(evisa.Traveller{Nationality: filter}) {
				out.Rules, out.Places = append(out.Rules, r), append(out.Places, n+1)
			}
		}
		return out
	}
	out.First = max(1, min(from, len(b.Rules)))
	if len(b.Rules) > 0 {
		out.Rules = b.Rules[out.First-1 : min(out.First-1+pageSize, len(b.Rules))]
	}
	return out
}

// carried reads the draft that a form carries.
func carried(c *web.Context) (d entryrulesview.Draft, err error) {
	d.Base, d.Undo = typed(c, "base"), typed(c, "before")
	d.Table.Filter = strings.ToUpper(typed(c, "for"))
	d.Book, err = book(typed(c, "book"), "book")
	return d, err
}

// book reads a table; whatever it is, it is bounded.
func book(text, field string) (b evisa.RuleBook, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&b); err != nil {
		return b, problem.New(problem.Invalid, "entryrules.json").At(field).Because(err)
	}
	if len(b.Rules) > evisa.MaxRules {
		return b, problem.New(problem.Invalid, "entryrules.too_many").At(field).With("max", evisa.MaxRules)
	}
	return b, nil
}

// edit does one act on the draft, and shows what it has become.
func (x *screens) edit(c *web.Context) error {
	d, err := carried(c)
	if err != nil {
		return err
	}
	act, at, _ := strings.Cut(typed(c, "act"), ":") // not every act names a place
	place, err := placeOf(at, "act")
	if err != nil {
		return err
	}
	from, before := 1, d.JSON()
	switch act {
	case "keep":
		return x.keep(c, d)
	case "new":
		d.Edited, d.Form = true, entryrulesview.Form{Values: map[string]string{"kind": string(evisa.VisaRequired)}}
	case "edit":
		if place >= 1 && place <= len(d.Book.Rules) {
			d.Edited, d.At, d.Form = true, place, formOf(d.Book.Rules[place-1], place)
		}
	case "undo":
		if d.Book, err = book(d.Undo, "before"); err != nil {
			return err
		}
		d.Undo = before
	case "show":
		d.Table.Filter = strings.ToUpper(typed(c, "filter"))
		if from, err = placeOf(typed(c, "from_place"), "from_place"); err != nil {
			return err
		}
	case "whole":
		return x.whole(c, d)
	case "up", "down", "remove":
		d.Book, from = moved(d.Book, act, place)
		d.Undo = before
	}
	return x.showDraft(c, http.StatusOK, d, from)
}

// placeOf reads a place in the table; none is 0. What is no place is never taken for one.
func placeOf(text, field string) (int, error) {
	if text == "" {
		return 0, nil
	}
	place, err := strconv.Atoi(text)
	if err != nil || place < 0 || place > evisa.MaxRules {
		return 0, wrong("entryrules.place", field)
	}
	return place, nil
}

// moved is the table with one rule elsewhere, or without it, and the place from which it is shown.
func moved(b evisa.RuleBook, act string, place int) (evisa.RuleBook, int) {
	n := place - 1
	if n < 0 || n >= len(b.Rules) {
		return b, 1
	}
	b.Rules = slices.Clone(b.Rules)
	switch {
	case act == "up" && n > 0:
		b.Rules[n-1], b.Rules[n] = b.Rules[n], b.Rules[n-1]
	case act == "down" && n+1 < len(b.Rules):
		b.Rules[n+1], b.Rules[n] = b.Rules[n], b.Rules[n+1]
	case act == "remove":
		b.Rules = slices.Delete(b.Rules, n, n+1)
	}
	return b, n/pageSize*pageSize + 1
}

// keep puts the rule of the form into the draft, or shows the form again with what is wrong.
func (x *screens) keep(c *web.Context, d entryrulesview.Draft) error {
	f := ruleForm(c)
	at, err := placeOf(typed(c, "at"), "at")
	if err != nil {
		return err
	}
	d.At = at
	rule, place, err := ruleOf(f, len(d.Book.Rules))
	next := d.Book
	if err == nil {
		next, err = put(d.Book, rule, d.At, place)
	}
	if err != nil {
		d.Edited, d.Form = true, faulty(c, f, err)
		return x.showDraft(c, web.StatusOf(err), d, 1)
	}
	d.Undo, d.Book, d.At, d.Table.Filter = d.JSON(), next, 0, ""
	return x.showDraft(c, http.StatusOK, d, (place-1)/pageSize*pageSize+1)
}

// put is the table with the rule at its place; at is where it stood before, 0 for a new one.
func put(b evisa.RuleBook, r evisa.EntryRule, at, place int) (evisa.RuleBook, error) {
	b.Rules = slices.Clone(b.Rules)
	if at >= 1 && at <= len(b.Rules) {
		b.Rules = slices.Delete(b.Rules, at-1, at)
	}
	if slices.ContainsFunc(b.Rules, func(o evisa.EntryRule) bool { return o.ID == r.ID }) {
		return b, wrong("entryrules.id_taken", "id")
	}
	if len(b.Rules) >= evisa.MaxRules {
		return b, problem.New(problem.Invalid, "entryrules.too_many").At("id").With("max", evisa.MaxRules)
	}
	b.Rules = slices.Insert(b.Rules, max(0, min(place-1, len(b.Rules))), r)
	return b, nil
}

// whole takes a table that was written as a file.
func (x *screens) whole(c *web.Context, d entryrulesview.Draft) error {
	b, err := book(typed(c, "whole"), "whole")
	if err == nil {
		if b.Version == "" {
			b.Version = d.Book.Version
		}
		if b.Version == "" {
			b.Version = "-"
		}
		err = checked(b)
	}
	if err != nil {
		d.Failed = c.Text().Problem(err)
		return x.showDraft(c, web.StatusOf(err), d, 1)
	}
	d.Undo, d.Book = d.JSON(), b
	return x.showDraft(c, http.StatusOK, d, 1)
}

// checked says what is wrong with a table: the first fault, which names the rule and the field.
func checked(b evisa.RuleBook) error {
	err := b.Check()
	if err == nil {
		return nil
	}
	first, _, _ := strings.Cut(err.Error(), "\n") // the first of its lines, or the only one
	return problem.New(problem.Invalid, "entryrules.faulty").At("whole").With("fault", first).Because(err)
}

// propose hands the draft to a second person.
func (x *screens) propose(c *web.Context) error {
	d, err := carried(c)
	if err != nil {
		return err
	}
	d.Form.Values = map[string]string{"version": typed(c, "version"), "legal": typed(c, "legal"), "why": typed(c, "why")}
	d.Book.Version, d.Book.Legal = d.Form.Value("version"), d.Form.Value("legal")
	if err = x.proposable(c, d); err == nil {
		var v visausedb.Version
		if v, err = x.Versions.Propose(c.Ctx(), c.Actor(), d.Form.Value("why"), []byte(d.JSON())); err == nil {
			return c.SeeOther("/entry-rules/versions/" + v.ID.String())
		}
	}
	var p *problem.Error
	if !errors.As(err, &p) || p.Kind != problem.Invalid && p.Kind != problem.Conflict && p.Kind != problem.Forbidden {
		return err
	}
	d.Form, d.Failed = faulty(c, d.Form, err), c.Text().Problem(err)
	return x.showDraft(c, web.StatusOf(err), d, 1)
}

// proposable says why a draft cannot be proposed as it is.
func (x *screens) proposable(c *web.Context, d entryrulesview.Draft) error {
	for field, most := range map[string]int{"version": 40, "why": maxField} {
		if n := len([]rune(d.Form.Value(field))); n == 0 || n > most {
			return problem.New(problem.Invalid, "entryrules.words").At(field).With("max", most)
		}
	}
	current, _, err := x.Versions.Current(c.Ctx())
	if err != nil {
		return err
	}
	if current.Book.Version != d.Base {
		return problem.New(problem.Conflict, "entryrules.moved").With("version", current.Book.Version)
	}
	return checked(d.Book)
}
