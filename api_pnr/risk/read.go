package risk

import (
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"
)

// reader turns a parsed expression into conditions: what the builder can show as fields, operators and values, and the rest as CEL.
type reader struct {
	fields *Fields
	info   *ast.SourceInfo
}

// condition reads any expression.
func (r reader) condition(e ast.Expr) (Condition, error) {
	if macro, ok := r.info.GetMacroCall(e.ID()); ok {
		e = macro
	}
	if e.Kind() == ast.CallKind {
		switch e.AsCall().FunctionName() {
		case operators.LogicalAnd, operators.LogicalOr:
			return r.group(e)
		case operators.LogicalNot:
			return r.not(e)
		}
	}
	if c, ok := r.leaf(e); ok {
		return c, nil
	}
	return r.raw(e)
}

// raw keeps an expression as CEL.
func (r reader) raw(e ast.Expr) (Condition, error) {
	text, err := parser.Unparse(e, r.info)
	return Condition{CEL: text}, err
}

// group reads a chain of && or ||, however it is nested.
func (r reader) group(e ast.Expr) (Condition, error) {
	function := e.AsCall().FunctionName()
	c := Condition{Any: function == operators.LogicalOr}
	for _, part := range chain(e, function) {
		item, err := r.condition(part)
		if err != nil {
			return c, err
		}
		if last := len(c.Items) - 1; last >= 0 && !c.Any {
			if between, ok := asBetween(r.fields, c.Items[last], item); ok {
				c.Items[last] = between
				continue
			}
		}
		c.Items = append(c.Items, item)
	}
	if len(c.Items) == 1 {
		return c.Items[0], nil
	}
	return c, nil
}

func chain(e ast.Expr, function string) (list []ast.Expr) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != function {
		return []ast.Expr{e}
	}
	for _, arg := range e.AsCall().Args() {
		list = append(list, chain(arg, function)...)
	}
	return list
}

func asBetween(t *Fields, a, b Condition) (Condition, bool) {
	f, ok := t.Find(a.Field)
	low, high := AtLeast, AtMost
	if ok && f.Type == Date {
		low, high = NotBefore, NotAfter
	}
	if !ok || a.Field != b.Field || a.Operator != low || b.Operator != high || !ordered(f.Type, a.Values[0], b.Values[0]) {
		return Condition{}, false
	}
	return Condition{Field: a.Field, Operator: Between, Values: []string{a.Values[0], b.Values[0]}}, true
}

// not reads a negation: of a condition that has an operator for it, of a group, or of CEL.
func (r reader) not(e ast.Expr) (Condition, error) {
	c, err := r.condition(e.AsCall().Args()[0])
	if err != nil {
		return c, err
	}
	f, _ := r.fields.Find(c.Field)
	if n, ok := c.Operator.denied(); ok && !c.Group() {
		c.Operator = n
		return c, nil
	}
	switch {
	case f.Type == Texts && c.Operator == Is:
		c.Operator = IsNot
		return c, nil
	case c.Group() && !c.Not:
		c.Not = true
		return c, nil
	}
	return Condition{Not: true, Items: []Condition{c}}, nil
}

// leaf reads what the builder writes for one condition.
func (r reader) leaf(e ast.Expr) (Condition, bool) {
	if name, ok := qualified(e); ok {
		if rest, ok := strings.CutPrefix(name, given); ok {
			return r.fits(Condition{Field: rest, Operator: Given})
		}
		return r.fits(Condition{Field: name, Operator: Yes})
	}
	if e.Kind() != ast.CallKind {
		return Condition{}, false
	}
	call := e.AsCall()
	if call.IsMemberFunction() {
		return r.member(call)
	}
	if len(call.Args()) != 2 {
		return Condition{}, false
	}
	if call.FunctionName() == operators.In {
		return r.in(call.Args()[0], call.Args()[1])
	}
	return r.compared(call)
}

// fits gives the condition back if the builder can show it.
func (r reader) fits(c Condition) (Condition, bool) {
	return c, r.fields.checkLeaf(c, "") == nil
}

func (r reader) compared(call ast.CallExpr) (Condition, bool) {
	name, ok1 := qualified(call.Args()[0])
	value, ok2 := constant(call.Args()[1])
	f, known := r.fields.Find(name)
	if !ok1 || !ok2 || !known {
		return Condition{}, false
	}
	for _, o := range Operators(f.Type) {
		if celName(comparisons[o]) == call.FunctionName() {
			return r.fits(Condition{Field: name, Operator: o, Values: []string{value}})
		}
	}
	return Condition{}, false
}

func celName(sign string) string {
	name, _ := operators.Find(sign)
	return name
}

func (r reader) in(what, where ast.Expr) (Condition, bool) {
	if value, ok := constant(what); ok {
		if name, ok := qualified(where); ok {
			return r.fits(Condition{Field: name, Operator: Is, Values: []string{value}})
		}
		return Condition{}, false
	}
	name, ok := qualified(what)
	if !ok {
		return Condition{}, false
	}
	c, ok := r.among(where)
	c.Field = name
	if f, known := r.fields.Find(name); !ok || !known || f.Type == Texts {
		return Condition{}, false
	}
	return r.fits(c)
}

// among reads what stands behind "in": constants, or a list of values.
func (r reader) among(where ast.Expr) (Condition, bool) {
	if name, ok := qualified(where); ok {
		rest, ok := strings.CutPrefix(name, lists)
		return Condition{Operator: Listed, Values: []string{rest}}, ok
	}
	if where.Kind() != ast.ListKind {
		return Condition{}, false
	}
	c := Condition{Operator: In}
	for _, e := range where.AsList().Elements() {
		v, ok := constant(e)
		if !ok {
			return c, false
		}
		c.Values = append(c.Values, v)
	}
	return c, true
}

// member reads f.startsWith("X") and f.exists(v, ...).
func (r reader) member(call ast.CallExpr) (Condition, bool) {
	name, ok := qualified(call.Target())
	f, known := r.fields.Find(name)
	if !ok || !known {
		return Condition{}, false
	}
	args := call.Args()
	if call.FunctionName() == "exists" && len(args) == 2 && f.Type == Texts && args[0].Kind() == ast.IdentKind {
		return r.exists(name, args[0].AsIdent(), args[1])
	}
	if len(args) != 1 || f.Type == Texts {
		return Condition{}, false
	}
	return r.method(name, call.FunctionName(), args[0])
}

func (r reader) method(name, function string, arg ast.Expr) (Condition, bool) {
	value, ok := constant(arg)
	for o, m := range methods {
		if ok && m == function {
			return r.fits(Condition{Field: name, Operator: o, Values: []string{value}})
		}
	}
	return Condition{}, false
}

// exists reads the body of f.exists(v, body).
func (r reader) exists(name, variable string, body ast.Expr) (Condition, bool) {
	if body.Kind() != ast.CallKind {
		return Condition{}, false
	}
	call := body.AsCall()
	is := func(e ast.Expr) bool { return e.Kind() == ast.IdentKind && e.AsIdent() == variable }
	if call.IsMemberFunction() && is(call.Target()) && len(call.Args()) == 1 {
		return r.method(name, call.FunctionName(), call.Args()[0])
	}
	if call.FunctionName() != operators.In || len(call.Args()) != 2 || !is(call.Args()[0]) {
		return Condition{}, false
	}
	c, ok := r.among(call.Args()[1])
	if c.Field = name; !ok {
		return c, false
	}
	return r.fits(c)
}

// qualified is the dotted name that an expression is.
func qualified(e ast.Expr) (string, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent(), true
	case ast.SelectKind:
		s := e.AsSelect()
		operand, ok := qualified(s.Operand())
		return operand + "." + s.FieldName(), ok && !s.IsTestOnly()
	default:
		return "", false
	}
}

// constant is a literal as the builder writes values.
func constant(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	switch v := e.AsLiteral().(type) {
	case types.String:
		return string(v), true
	case types.Int:
		return strconv.FormatInt(int64(v), 10), true
	case types.Double:
		return strconv.FormatFloat(float64(v), 'f', -1, 64), true
	}
	return "", false
}

// names are the variables that an expression names, once each, in their order.
func names(e ast.Expr, info *ast.SourceInfo) (list []string) {
	add := func(name string) {
		if strings.Contains(name, ".") && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	var walk func(ast.Expr)
	walk = func(e ast.Expr) {
		if macro, ok := info.GetMacroCall(e.ID()); ok {
			e = macro
		}
		if name, ok := qualified(e); ok {
			add(name)
			return
		}
		for _, below := range children(e) {
			walk(below)
		}
	}
	walk(e)
	return list
}

func children(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			return append([]ast.Expr{call.Target()}, call.Args()...)
		}
		return call.Args()
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	default:
		return nil
	}
}
