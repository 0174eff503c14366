package risk

import (
	"strconv"
	"strings"
)

// Write gives the CEL text of a condition that Check found nothing wrong with: one line for each condition of the outer group.
func (t *Fields) Write(c Condition) string {
	if c.Group() && len(c.Items) == 1 && !c.Not {
		return t.Write(c.Items[0])
	}
	if !c.Group() || c.Not {
		return t.write(c)
	}
	parts := make([]string, 0, len(c.Items))
	for _, i := range c.Items {
		parts = append(parts, t.inside(i))
	}
	return strings.Join(parts, "\n"+connective(c)+" ")
}

func connective(c Condition) string {
	if c.Any {
		return "||"
	}
	return "&&"
}

// inside is a condition as part of a group.
func (t *Fields) inside(c Condition) string {
	s := t.write(c)
	switch {
	case c.Not && c.Group(), strings.HasPrefix(s, "!"):
		return s
	case c.Group() && len(c.Items) > 1, c.CEL != "":
		return "(" + s + ")"
	case c.Operator == Between:
		return "(" + s + ")"
	}
	return s
}

func (t *Fields) write(c Condition) string {
	switch {
	case c.CEL != "":
		return c.CEL
	case !c.Group():
		return t.leaf(c)
	}
	parts := make([]string, 0, len(c.Items))
	for _, i := range c.Items {
		parts = append(parts, t.inside(i))
	}
	s := strings.Join(parts, " "+connective(c)+" ")
	if c.Not {
		return "!(" + s + ")"
	}
	return s
}

func (t *Fields) leaf(c Condition) string {
	f, _ := t.Find(c.Field)
	if p, ok := c.Operator.positive(); ok {
		with := c
		with.Operator = p
		if p == Given || p == Yes {
			return "!" + t.leaf(with)
		}
		return "!(" + t.leaf(with) + ")"
	}
	if f.Type == Texts {
		return leafOfTexts(f, c)
	}
	if op, ok := comparisons[c.Operator]; ok {
		return f.Name + " " + op + " " + literal(f.Type, c.Values[0])
	}
	return leafOfOne(f, c)
}

// comparisons are the operators that are one of CEL's.
var comparisons = map[Operator]string{
	Is: "==", IsNot: "!=", Less: "<", AtMost: "<=", More: ">", AtLeast: ">=", Before: "<", NotAfter: "<=", After: ">", NotBefore: ">=",
}

// methods are the operators that are a function of text.
var methods = map[Operator]string{Begins: "startsWith", Ends: "endsWith", Contains: "contains"}

func leafOfOne(f Field, c Condition) string {
	switch c.Operator {
	case Yes:
		return f.Name
	case Given:
		return given + f.Name
	case Between:
		return f.Name + " >= " + literal(f.Type, c.Values[0]) + " && " + f.Name + " <= " + literal(f.Type, c.Values[1])
	case In:
		return f.Name + " in " + listOf(f.Type, c.Values)
	case Listed:
		return f.Name + " in " + lists + c.Values[0]
	default:
		return f.Name + "." + methods[c.Operator] + "(" + quote(c.Values[0]) + ")"
	}
}

// leafOfTexts asks whether one of several texts is so.
func leafOfTexts(f Field, c Condition) string {
	switch c.Operator {
	case Given:
		return given + f.Name
	case Is:
		return quote(c.Values[0]) + " in " + f.Name
	case IsNot:
		return "!(" + quote(c.Values[0]) + " in " + f.Name + ")"
	case In:
		return f.Name + ".exists(v, v in " + listOf(Text, c.Values) + ")"
	case Listed:
		return f.Name + ".exists(v, v in " + lists + c.Values[0] + ")"
	default:
		return f.Name + ".exists(v, v." + methods[c.Operator] + "(" + quote(c.Values[0]) + "))"
	}
}

func listOf(t Type, values []string) string {
	parts := make([]string, 0, len(values))
	for _, v := range values {
		parts = append(parts, literal(t, v))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func literal(t Type, v string) string {
	switch t {
	case Number:
		n, _ := strconv.ParseInt(v, 10, 64) // checked
		return strconv.FormatInt(n, 10)
	case Amount:
		if !strings.Contains(v, ".") {
			v += ".0"
		}
		return v
	default:
		return quote(v)
	}
}

// quote writes a text of CEL, which takes the same escapes as Go but for those of a byte.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r == '"' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String() + `"`
}
