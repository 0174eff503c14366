package entryrules

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/entryrulesview"
	"github.com/openbmis/openbmis/ui/web"
)

// pageSize is how many rules a page lists.
const pageSize = 100

// asking are the fields of the question. None of them is a person's own.
func asking() []string {
	return []string{"nationality", "document", "issuer", "on", "category", "basis", "purpose", "port"}
}

func (x *screens) which(c *web.Context) error {
	w := entryrulesview.Which{Form: entryrulesview.Form{Values: map[string]string{}}, Write: x.Versions != nil && c.May("visas.rules")}
	var err error
	if w.Held, err = x.Held(c.Ctx()); err != nil {
		return err
	}
	if w.Places, err = x.places(c.Ctx()); err != nil {
		return err
	}
	for _, field := range asking() {
		w.Form.Values[field] = typed(c, field)
	}
	status := http.StatusOK
	if w.Form.Value("nationality") != "" {
		if w.On, err = traveller(w.Form); err != nil {
			status = web.StatusOf(err)
			w.Form = faulty(c, w.Form, err)
		} else {
			w.Asked, w.Answer = true, entryrulesview.Explain(w.Book, w.On)
		}
	} else {
		w.Form.Values = map[string]string{"document": "P", "on": today(c).String(), "category": string(border.Ordinary)}
	}
	w.Table = table(c, w.Book, w.Answer.At)
	return c.Render(status, entryrulesview.WhichPage(w))
}

// today is the calendar day here.
func today(c *web.Context) traveldoc.Date { return traveldoc.DateOf(c.Now().In(c.Text().Zone())) }

// traveller reads whom the question is about.
func traveller(f entryrulesview.Form) (evisa.Traveller, error) {
	who := evisa.Traveller{
		Nationality: strings.ToUpper(f.Value("nationality")), Document: strings.ToUpper(f.Value("document")), Issuer: strings.ToUpper(f.Value("issuer")),
		Category: border.Category(f.Value("category")), Basis: border.Basis(f.Value("basis")), Purpose: f.Value("purpose"), Port: f.Value("port"),
	}
	on, err := traveldoc.ParseDate(f.Value("on"))
	switch {
	case !letters(who.Nationality, 1, 3):
		return who, wrong("entryrules.state_code", "nationality")
	case !letters(who.Document, 1, 2):
		return who, wrong("entryrules.document_code", "document")
	case who.Issuer != "" && !letters(who.Issuer, 1, 3):
		return who, wrong("entryrules.state_code", "issuer")
	case err != nil || on.Precision() != traveldoc.PrecisionDay:
		return who, wrong("entryrules.day", "on")
	case who.Category != "" && !who.Category.Valid():
		return who, wrong("entryrules.code", "category")
	case who.Basis != "" && !who.Basis.Valid():
		return who, wrong("entryrules.code", "basis")
	case who.Purpose != "" && !slices.Contains(evisa.Purposes(), who.Purpose):
		return who, wrong("entryrules.code", "purpose")
	case len(who.Port) > maxCode:
		return who, wrong("entryrules.code", "port")
	}
	if who.Issuer == "" {
		who.Issuer = who.Nationality // as of most documents
	}
	who.On = on
	return who, nil
}

// maxCode bounds the id of a post.
const maxCode = 64

func letters(s string, least, most int) bool {
	return len(s) >= least && len(s) <= most && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// faulty is the form with what is wrong with it, in the page's language.
func faulty(c *web.Context, f entryrulesview.Form, err error) entryrulesview.Form {
	var p *problem.Error
	if errors.As(err, &p) {
		f.Field, f.Fault = p.Field, c.Text().Problem(err)
	}
	return f
}

// table is the page of the table that was asked for: the one with the rule that applies, or from "from" on, or the rules that name a
// nationality.
func table(c *web.Context, b evisa.RuleBook, marked int) entryrulesview.Table {
	out := entryrulesview.Table{Total: len(b.Rules), Marked: marked, Filter: strings.ToUpper(typed(c, "for"))}
	if out.Filter != "" {
		for n, r := range b.Rules {
			if len(out.Rules) < pageSize && (len(r.Nationalities) == 0 || (evisa.EntryRule{Nationalities: r.Nationalities}).Fits(evisa.Traveller{Nationality: out.Filter})) {
				out.Rules, out.Places = append(out.Rules, r), append(out.Places, n+1)
			}
		}
		return out
	}
	from, err := strconv.Atoi(c.QueryParam("from"))
	if err != nil || from < 1 || from > len(b.Rules) {
		from = 1
		if marked > 0 {
			from = (marked-1)/pageSize*pageSize + 1
		}
	}
	end := min(from-1+pageSize, len(b.Rules))
	out.First, out.Rules = from, b.Rules[from-1:end]
	if from > 1 {
		out.Earlier = onward(c, max(from-pageSize, 1))
	}
	if end < len(b.Rules) {
		out.Later = onward(c, end+1)
	}
	return out
}

// onward is the address of another page of the table, with the question that was asked.
func onward(c *web.Context, from int) string {
	q := url.Values{"from": {strconv.Itoa(from)}}
	for _, field := range asking() {
		if v := typed(c, field); v != "" {
			q.Set(field, v)
		}
	}
	return "/entry-rules?" + q.Encode()
}
