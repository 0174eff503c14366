package entryrules

import (
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

// ruleForm is what was typed of a rule; ticked boxes stand with a blank between.
func ruleForm(c *web.Context) entryrulesview.Form {
	f := entryrulesview.Form{Values: map[string]string{}}
	for _, field := range []string{"id", "kind", "basis", "place", "nationalities", "documents", "issuers", "ports", "from", "until", "days", "fee"} {
		f.Values[field] = typed(c, field)
	}
	for _, field := range []string{"categories", "bases", "purposes"} {
		f.Values[field] = strings.Join(c.Request().Form[field], " ")
	}
	return f
}

// formOf is a rule as it stands in the form.
func formOf(r evisa.EntryRule, place int) entryrulesview.Form {
	v := map[string]string{
		"id": r.ID, "kind": string(r.Kind), "basis": r.Basis, "place": strconv.Itoa(place), "nationalities": strings.Join(r.Nationalities, ", "),
		"documents": strings.Join(r.Documents, ", "), "issuers": strings.Join(r.Issuers, ", "), "ports": strings.Join(r.Ports, ", "),
		"categories": joined(r.Categories), "bases": joined(r.Bases), "purposes": joined(r.Purposes),
		"from": r.From.String(), "until": r.Until.String(),
	}
	if r.Days > 0 {
		v["days"] = strconv.Itoa(r.Days)
	}
	if r.Fee != nil {
		v["fee"] = r.Fee.String()
	}
	return entryrulesview.Form{Values: v}
}

func joined[S ~string](codes []S) string {
	list := make([]string, 0, len(codes))
	for _, c := range codes {
		list = append(list, string(c))
	}
	return strings.Join(list, " ")
}

// ruleOf reads a rule and its place, or says what is wrong with it.
func ruleOf(f entryrulesview.Form, rules int) (r evisa.EntryRule, place int, err error) {
	r = evisa.EntryRule{ID: f.Value("id"), Kind: evisa.RuleKind(f.Value("kind")), Basis: f.Value("basis")}
	if len(r.ID) == 0 || len(r.ID) > 40 || strings.ContainsFunc(r.ID, notInID) {
		return r, 0, wrong("entryrules.id", "id")
	}
	if n := len([]rune(r.Basis)); n == 0 || n > 200 {
		return r, 0, problem.New(problem.Invalid, "entryrules.words").At("basis").With("max", 200)
	}
	place = rules + 1
	if v := f.Value("place"); v != "" {
		if place, err = strconv.Atoi(v); err != nil || place < 1 || place > evisa.MaxRules {
			return r, 0, wrong("entryrules.place", "place")
		}
	}
	if err := readLists(&r, f); err != nil {
		return r, 0, err
	}
	if err := readTerms(&r, f); err != nil {
		return r, 0, err
	}
	if err := checked(evisa.RuleBook{Version: "-", Rules: []evisa.EntryRule{r}}); err != nil {
		return r, 0, wrong("entryrules.nobody", "nationalities")
	}
	return r, place, nil
}

func notInID(c rune) bool {
	return c != '-' && c != '_' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
}

// readLists reads for whom the rule is.
func readLists(r *evisa.EntryRule, f entryrulesview.Form) (err error) {
	for field, list := range map[string]*[]string{"nationalities": &r.Nationalities, "issuers": &r.Issuers} {
		if *list, err = codes(f.Value(field), field, 3); err != nil {
			return err
		}
	}
	if r.Documents, err = codes(f.Value("documents"), "documents", 2); err != nil {
		return err
	}
	r.Ports = split(f.Value("ports"))
	for _, c := range split(f.Value("categories")) {
		if !border.Category(c).Valid() {
			return wrong("entryrules.code", "categories")
		}
		r.Categories = append(r.Categories, border.Category(c))
	}
	for _, b := range split(f.Value("bases")) {
		if !border.Basis(b).Valid() {
			return wrong("entryrules.code", "bases")
		}
		r.Bases = append(r.Bases, border.Basis(b))
	}
	for _, p := range split(f.Value("purposes")) {
		if !slices.Contains(evisa.Purposes(), p) {
			return wrong("entryrules.code", "purposes")
		}
		r.Purposes = append(r.Purposes, p)
	}
	return nil
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '\t' || c == '\n' || c == '\r' })
}

// codes reads codes of up to most letters; a star at the end stands for anything.
func codes(s, field string, most int) ([]string, error) {
	list := split(strings.ToUpper(s))
	for _, code := range list {
		if !letters(strings.TrimSuffix(code, "*"), 1, most) {
			return nil, problem.New(problem.Invalid, "entryrules.codes").At(field).With("max", most)
		}
	}
	return list, nil
}

// readTerms reads when the rule is in force, and what it allows.
func readTerms(r *evisa.EntryRule, f entryrulesview.Form) (err error) {
	for field, day := range map[string]*traveldoc.Date{"from": &r.From, "until": &r.Until} {
		if v := f.Value(field); v != "" {
			if *day, err = traveldoc.ParseDate(v); err != nil || day.Precision() != traveldoc.PrecisionDay {
				return wrong("entryrules.day", field)
			}
		}
	}
	if !r.From.IsZero() && !r.Until.IsZero() && r.Until.Before(r.From) {
		return wrong("entryrules.until", "until")
	}
	if v := f.Value("days"); v != "" {
		if r.Days, err = strconv.Atoi(v); err != nil || r.Days < 0 || r.Days > 3660 {
			return wrong("entryrules.days", "days")
		}
	}
	if v := f.Value("fee"); v != "" {
		if r.Fee, err = money(v); err != nil {
			return err
		}
	}
	return nil
}

// money reads an amount as it is shown, "35.00 EUR", in exactly the decimals of its currency.
func money(s string) (*evisa.Money, error) {
	fault := wrong("entryrules.fee", "fee")
	amount, currency, found := strings.Cut(s, " ")
	if !found || !letters(currency, 3, 3) {
		return nil, fault
	}
	minor, err := strconv.ParseInt(strings.Replace(amount, ".", "", 1), 10, 64)
	m := evisa.Money{Minor: minor, Currency: currency}
	if err != nil || m.Check() != nil || m.String() != s {
		return nil, fault
	}
	return &m, nil
}
