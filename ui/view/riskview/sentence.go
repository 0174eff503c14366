package riskview

import (
	"context"
	"strings"

	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/ui/text"
)

// Part is a piece of a rule's sentence: words, or an expression that an expert wrote, which stands as code.
type Part struct {
	Words string
	CEL   string
}

// Sentence says a condition in the page's language: "A traveller whose nationality is one of XAA or XBB and who travels one way".
func Sentence(ctx context.Context, fields *risk.Fields, c risk.Condition) []Part {
	s := sentence{ctx: ctx, fields: fields}
	s.add(t(ctx, "risk.person") + " ")
	s.node(c, true)
	return s.parts
}

// Plain is the sentence in one text.
func Plain(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Words + p.CEL)
	}
	return b.String()
}

type sentence struct {
	ctx    context.Context
	fields *risk.Fields
	parts  []Part
}

func (s *sentence) add(words string) {
	if n := len(s.parts); n > 0 && s.parts[n-1].CEL == "" {
		s.parts[n-1].Words += words
		return
	}
	s.parts = append(s.parts, Part{Words: words})
}

func (s *sentence) node(c risk.Condition, outer bool) {
	switch {
	case c.CEL != "":
		s.add(t(s.ctx, "risk.say.cel") + " ")
		s.parts = append(s.parts, Part{CEL: c.CEL}, Part{})
	case !c.Group():
		s.add(Phrase(s.ctx, s.fields, c))
	case len(c.Items) == 0:
		s.add(t(s.ctx, "risk.say.unfinished"))
	default:
		s.group(c, outer)
	}
}

func (s *sentence) group(c risk.Condition, outer bool) {
	if c.Not {
		s.add(t(s.ctx, "risk.but_not") + " ")
	}
	brackets := c.Not || !outer && len(c.Items) > 1
	if brackets {
		s.add("(")
	}
	joint := " " + t(s.ctx, "risk.and") + " "
	if c.Any {
		joint = " " + t(s.ctx, "risk.or") + " "
	}
	for i, item := range c.Items {
		if i > 0 {
			s.add(joint)
		}
		s.node(item, false)
	}
	if brackets {
		s.add(")")
	}
}

// Phrase says one condition.
func Phrase(ctx context.Context, fields *risk.Fields, c risk.Condition) string {
	f, ok := fields.Find(c.Field)
	least, _ := c.Operator.Values()
	if !ok || !f.Type.Has(c.Operator) || len(c.Values) < least {
		return t(ctx, "risk.say.unfinished")
	}
	label := fieldLabel(ctx, f)
	switch {
	case f.Type == risk.YesNo:
		return t(ctx, text.Key("risk."+string(c.Operator)+"."+f.Key()))
	case f.Type == risk.Texts:
		return phraseOfMany(ctx, f, c, label)
	case c.Operator == risk.Given:
		return t(ctx, "risk.say.one_given", "label", label)
	case c.Operator == risk.NotGiven:
		return t(ctx, "risk.say.one_not_given", "label", label)
	}
	if own := text.Key("risk.say." + f.Key()); text.FromContext(ctx).Has(own) {
		return t(ctx, own, "bare", operation(ctx, "risk.bare.", f, c))
	}
	return t(ctx, "risk.say.one", "label", label, "op", operation(ctx, "risk.op.", f, c))
}

// phraseOfMany says a condition about one of several values; a denial says that there is none such.
func phraseOfMany(ctx context.Context, f risk.Field, c risk.Condition, label string) string {
	switch c.Operator {
	case risk.Given:
		return t(ctx, "risk.say.many_given", "label", label)
	case risk.NotGiven:
		return t(ctx, "risk.say.many_not_given", "label", label)
	default:
	}
	positive := map[risk.Operator]risk.Operator{
		risk.IsNot: risk.Is, risk.NotIn: risk.In, risk.ContainsNot: risk.Contains, risk.BeginsNot: risk.Begins, risk.EndsNot: risk.Ends, risk.NotListed: risk.Listed,
	}
	key := text.Key("risk.say.many")
	if p, denies := positive[c.Operator]; denies {
		c.Operator, key = p, "risk.say.many_not"
	}
	return t(ctx, key, "label", label, "op", operation(ctx, "risk.op.", f, c))
}

func operation(ctx context.Context, prefix string, f risk.Field, c risk.Condition) string {
	key := text.Key(prefix + string(c.Operator))
	if c.Operator == risk.Between {
		return t(ctx, key, "low", c.Values[0], "high", c.Values[1])
	}
	return t(ctx, key, "value", alternatives(ctx, f, c.Values))
}

// alternatives are values in words: "XAA, XBB or XCC".
func alternatives(ctx context.Context, f risk.Field, values []string) string {
	list := make([]string, 0, len(values))
	for _, v := range values {
		list = append(list, codeWords(ctx, f, v))
	}
	last := len(list) - 1
	if last == 0 {
		return list[0]
	}
	return t(ctx, "risk.list_or", "first", strings.Join(list[:last], ", "), "last", list[last])
}

func fieldLabel(ctx context.Context, f risk.Field) string {
	return t(ctx, text.Key("risk.field."+f.Key()))
}

// codeWords is a value as people read it: a code's words, where the field has codes.
func codeWords(ctx context.Context, f risk.Field, v string) string {
	for _, code := range f.Codes {
		if code == v {
			return word(ctx, "risk.code.", strings.ToLower(v))
		}
	}
	return v
}
