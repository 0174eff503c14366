package risk

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Bounds of what people write.
const (
	MaxConditions = 60
	MaxDepth      = 4
	MaxValues     = 200
	MaxValue      = 100  // runes of one value
	MaxExpression = 8000 // bytes of a rule's CEL
)

// Condition is a node of a rule: a group of conditions, a field held against values, or an expression that is neither (CEL, as an expert
// wrote it). Exactly one of Items, Field and CEL is set; a group without items is one that is still being built.
type Condition struct {
	Any   bool        `json:"any,omitempty"` // of a group: one is enough; else all must hold
	Not   bool        `json:"not,omitempty"` // of a group: what it says must not hold
	Items []Condition `json:"items,omitempty"`

	Field    string   `json:"field,omitempty"`
	Operator Operator `json:"operator,omitempty"`
	Values   []string `json:"values,omitempty"`

	CEL string `json:"cel,omitempty"`
}

// Group reports whether the node holds others.
func (c Condition) Group() bool { return c.Field == "" && c.CEL == "" }

// Count is how many conditions there are, groups not counted.
func (c Condition) Count() (n int) {
	if !c.Group() {
		return 1
	}
	for _, i := range c.Items {
		n += i.Count()
	}
	return n
}

// Leaves are the conditions below, groups left out, in their order.
func (c Condition) Leaves() (list []Condition) {
	if !c.Group() {
		return []Condition{c}
	}
	for _, i := range c.Items {
		list = append(list, i.Leaves()...)
	}
	return list
}

// Tidy puts values into the form in which they are compared and leaves out groups that hold nothing or one thing alone.
func (t *Fields) Tidy(c Condition) Condition {
	if c.Group() {
		return t.tidyGroup(c)
	}
	f, ok := t.Find(c.Field)
	values := make([]string, 0, len(c.Values))
	for _, v := range c.Values {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		if ok && (f.Type == Text || f.Type == Texts) && c.Operator != Listed && c.Operator != NotListed {
			v = strings.ToUpper(v)
		}
		values = append(values, v)
	}
	if c.Values = values; len(values) == 0 {
		c.Values = nil
	}
	return c
}

func (t *Fields) tidyGroup(c Condition) Condition {
	var kept []Condition
	for _, i := range c.Items {
		i = t.Tidy(i)
		switch {
		case i.Group() && len(i.Items) == 0:
		case i.Group() && !i.Not && (len(i.Items) == 1 || i.Any == c.Any):
			kept = append(kept, i.Items...)
		default:
			kept = append(kept, i)
		}
	}
	c.Items = kept
	return c
}

var listName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// IsListName reports whether a list of values may have the name.
func IsListName(s string) bool { return listName.MatchString(s) }

// Check finds the first thing that is wrong with a tidy condition. The field of the problem is the path of the node, "0.2.values", as the
// builder names its inputs.
func (t *Fields) Check(c Condition) error {
	if c.Count() == 0 {
		return problem.New(problem.Invalid, "risk.no_condition").At("where")
	}
	if n := c.Count(); n > MaxConditions {
		return problem.New(problem.Invalid, "risk.too_many").At("where").With("max", MaxConditions)
	}
	return t.check(c, "", 0)
}

func (t *Fields) check(c Condition, path string, depth int) error {
	if depth > MaxDepth {
		return problem.New(problem.Invalid, "risk.too_deep").At("where").With("max", MaxDepth)
	}
	if !c.Group() {
		return t.checkLeaf(c, path)
	}
	for i, item := range c.Items {
		if err := t.check(item, join(path, i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func join(path string, i int) string {
	if path == "" {
		return strconv.Itoa(i)
	}
	return path + "." + strconv.Itoa(i)
}

func (t *Fields) checkLeaf(c Condition, path string) error {
	if c.CEL != "" {
		return nil // the compiler says what is wrong with it, and where
	}
	f, ok := t.Find(c.Field)
	if !ok {
		return problem.New(problem.Invalid, "risk.field_unknown").At(path + ".field")
	}
	if !f.Type.Has(c.Operator) {
		return problem.New(problem.Invalid, "risk.operator").At(path + ".operator")
	}
	least, most := c.Operator.Values()
	switch n := len(c.Values); {
	case n < least:
		return problem.New(problem.Invalid, "risk.value_missing").At(path+".values").With("least", least)
	case n > most:
		return problem.New(problem.Invalid, "risk.values_too_many").At(path+".values").With("most", most)
	}
	for _, v := range c.Values {
		if err := checkValue(f.Type, c.Operator, v); err != nil {
			return err.At(path + ".values")
		}
	}
	if c.Operator == Between && !ordered(f.Type, c.Values[0], c.Values[1]) {
		return problem.New(problem.Invalid, "risk.order").At(path + ".values")
	}
	return nil
}

func checkValue(t Type, o Operator, v string) *problem.Error {
	switch {
	case utf8.RuneCountInString(v) > MaxValue || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' }):
		return problem.New(problem.Invalid, "risk.value_long").With("max", MaxValue)
	case o == Listed || o == NotListed:
		if !IsListName(v) {
			return problem.New(problem.Invalid, "risk.list_name")
		}
	case t == Number && !isWhole(v):
		return problem.New(problem.Invalid, "risk.whole_number")
	case t == Amount && !isAmount(v):
		return problem.New(problem.Invalid, "risk.amount")
	case t == Date && !isDay(v):
		return problem.New(problem.Invalid, "risk.date")
	}
	return nil
}

func isWhole(v string) bool {
	_, err := strconv.ParseInt(v, 10, 32)
	return err == nil
}

var decimal = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,4})?$`)

func isAmount(v string) bool { return decimal.MatchString(v) }

func isDay(v string) bool {
	d, err := traveldoc.ParseDate(v)
	return err == nil && d.Precision() == traveldoc.PrecisionDay && len(v) == len("2006-01-02")
}

func ordered(t Type, a, b string) bool {
	if t == Date {
		return a <= b
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && x <= y
}
