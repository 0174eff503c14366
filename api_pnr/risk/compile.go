package risk

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Fault is what is wrong with a CEL text, and where: lines and columns count from 1.
type Fault struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"` // CEL's own words, in English
}

// Faults are a CEL text's faults; never empty as an error.
type Faults []Fault

// Error names the first place.
func (f Faults) Error() string {
	return fmt.Sprintf("expression: line %d, column %d: %s", f[0].Line, f[0].Column, f[0].Message)
}

// Lists are the lists of values that a rule uses, by name, as they stood when the version was written.
type Lists map[string][]string

// Program is a condition that is ready to be asked. It may be used by many goroutines.
type Program struct {
	Where  Condition
	CEL    string
	Cost   uint64   // the most that one person costs, as estimated
	Fields []string // that it names, in their order

	whole cel.Program // counts what it costs, and stops at the limit
	quick cel.Program // does not: for values within the sizes for which the estimate has shown that the limit is never met
	reads []int       // the fields, by their place in the table
	terms []term
	lists map[string]ref.Val
}

// term is one condition of a program, for explaining.
type term struct {
	leaf    Condition
	cel     string
	program cel.Program
	fields  []string
}

// Read compiles a CEL text and reads it into conditions. Faults says what is wrong and where.
func (l *Language) Read(text string, values Lists) (*Program, error) {
	if len(text) > MaxExpression {
		return nil, Faults{{1, 1, fmt.Sprintf("longer than %d bytes", MaxExpression)}}
	}
	if strings.TrimSpace(text) == "" {
		return nil, Faults{{1, 1, "empty"}}
	}
	where, err := l.conditions(text, values)
	if err != nil {
		return nil, err
	}
	where = l.Tidy(where)
	if err := l.Check(where); err != nil {
		return nil, err
	}
	return l.compile(text, where, values)
}

// conditions parses without checking types: what a name is, is known from the table of fields.
func (l *Language) conditions(text string, values Lists) (Condition, error) {
	parsed, issues := l.env.Parse(text)
	if err := faultsOf(issues); err != nil {
		return Condition{}, err
	}
	native := parsed.NativeRep()
	if found := l.strangers(native.Expr(), native.SourceInfo(), values); len(found) > 0 {
		return Condition{}, found
	}
	return reader{l.Fields, native.SourceInfo()}.condition(native.Expr())
}

// Compile makes a program of conditions.
func (l *Language) Compile(where Condition, values Lists) (*Program, error) {
	where = l.Tidy(where)
	if err := l.Check(where); err != nil {
		return nil, err
	}
	return l.compile(l.Write(where), where, values)
}

func (l *Language) compile(text string, where Condition, values Lists) (*Program, error) {
	known := make([]string, 0, len(values))
	p := &Program{Where: where, CEL: text, lists: map[string]ref.Val{}}
	for name, list := range values {
		known = append(known, name)
		p.lists[lists+name] = set(list)
	}
	slices.Sort(known)
	environment, err := l.with(known)
	if err != nil {
		return nil, fmt.Errorf("lists of values: %w", err)
	}
	checked, program, err := planned(environment, text)
	if err != nil {
		return nil, err
	}
	p.whole = program
	if p.Cost, err = estimated(environment, checked); err != nil {
		return nil, err
	}
	if p.quick, err = environment.Program(checked, cel.EvalOptions(cel.OptOptimize)); err != nil {
		return nil, fmt.Errorf("plan a rule: %w", err)
	}
	native := checked.NativeRep()
	p.Fields = l.onlyFields(names(native.Expr(), native.SourceInfo()))
	for _, name := range p.Fields {
		p.reads = append(p.reads, l.index[name])
	}
	return p, l.explainers(p, environment)
}

// set is a list of values as CEL looks them up: in capitals.
func set(list []string) ref.Val {
	m := make(map[string]bool, len(list))
	for _, v := range list {
		m[strings.ToUpper(strings.TrimSpace(v))] = true
	}
	return types.DefaultTypeAdapter.NativeToValue(m)
}

func planned(environment *cel.Env, text string) (*cel.Ast, cel.Program, error) {
	checked, issues := environment.Compile(text)
	if err := faultsOf(issues); err != nil {
		return nil, nil, err
	}
	if checked.OutputType() != cel.BoolType {
		return nil, nil, Faults{{1, 1, fmt.Sprintf("is %s, expected a condition that is true or false", checked.OutputType())}}
	}
	program, err := environment.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(MaxCost))
	if err != nil {
		return nil, nil, Faults{{1, 1, err.Error()}}
	}
	return checked, program, nil
}

func estimated(environment *cel.Env, checked *cel.Ast) (uint64, error) {
	cost, err := environment.EstimateCost(checked, sizes{})
	if err != nil {
		return 0, fmt.Errorf("estimate the cost of a rule: %w", err)
	}
	if cost.Max > MaxCost {
		return cost.Max, Faults{{1, 1, fmt.Sprintf("may cost %d for one person, expected at most %d: lists searched within lists cost the most", cost.Max, MaxCost)}}
	}
	return cost.Max, nil
}

func faultsOf(issues *cel.Issues) error {
	if issues == nil || len(issues.Errors()) == 0 {
		return nil
	}
	var list Faults
	for _, e := range issues.Errors() {
		list = append(list, Fault{max(e.Location.Line(), 1), e.Location.Column() + 1, e.Message})
	}
	return list
}

func (l *Language) onlyFields(all []string) (list []string) {
	for _, name := range all {
		name = strings.TrimPrefix(name, given)
		if _, ok := l.Find(name); ok && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// explainers makes a small program of each condition, which tells after a hit what it answered.
func (l *Language) explainers(p *Program, environment *cel.Env) error {
	for _, leaf := range p.Where.Leaves() {
		t := term{leaf: leaf, cel: l.write(leaf)}
		checked, program, err := planned(environment, t.cel)
		if err != nil {
			return errors.Join(errors.New("a condition alone does not compile"), err)
		}
		native := checked.NativeRep()
		t.program, t.fields = program, l.onlyFields(names(native.Expr(), native.SourceInfo()))
		p.terms = append(p.terms, t)
	}
	return nil
}

// Uses are the names of the lists of values that a condition asks for, once each.
func (l *Language) Uses(where Condition) (list []string) {
	for _, leaf := range where.Leaves() {
		var found []string
		if leaf.Operator == Listed || leaf.Operator == NotListed {
			found = leaf.Values
		}
		if leaf.CEL != "" {
			found = l.listsOf(leaf.CEL)
		}
		for _, name := range found {
			if !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

func (l *Language) listsOf(text string) (list []string) {
	parsed, issues := l.env.Parse(text)
	if faultsOf(issues) != nil {
		return nil
	}
	native := parsed.NativeRep()
	for _, name := range names(native.Expr(), native.SourceInfo()) {
		if rest, ok := strings.CutPrefix(name, lists); ok {
			list = append(list, rest)
		}
	}
	return list
}
