package risk

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/checker"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
)

// MaxCost bounds what one rule may cost for one person, in CEL's units: at compile time by the estimate, when it runs by the count.
const MaxCost = 50_000

// What the estimate takes for the largest values. A value that is larger costs more than was estimated, and the limit holds all the same.
const (
	longestText = 256
	longestList = 64
	longestSet  = 10_000
)

// lists is the prefix of the variables that are lists of values.
const lists = "lists."

// Language is the rules' CEL: the fields as typed variables, and of the functions those alone that have an answer for every value.
type Language struct {
	*Fields
	env *cel.Env
}

// NewLanguage makes the language.
func NewLanguage() (*Language, error) {
	l := &Language{Fields: NewFields()}
	options := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(&env.LibrarySubset{IncludeMacros: []string{"exists", "all"}, IncludeFunctions: functions()})),
		cel.CrossTypeNumericComparisons(true), cel.EnableMacroCallTracking(), cel.ParserRecursionLimit(40), cel.ParserExpressionSizeLimit(MaxExpression),
	}
	for _, f := range l.list {
		options = append(options, cel.Variable(f.Name, celType(f.Type)), cel.Variable(given+f.Name, cel.BoolType))
	}
	var err error
	if l.env, err = cel.NewCustomEnv(options...); err != nil {
		return nil, fmt.Errorf("language of risk rules: %w", err)
	}
	return l, nil
}

// functions are those of CEL that are total. Arithmetic, indexes, conversions and patterns are not: they have errors.
func functions() (list []*env.Function) {
	for _, name := range []string{
		operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.NotStrictlyFalse, operators.Equals, operators.NotEquals,
		operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.In, operators.Conditional,
		overloads.StartsWith, overloads.EndsWith, overloads.Contains, overloads.Size,
	} {
		list = append(list, &env.Function{Name: name})
	}
	return list
}

func celType(t Type) *cel.Type {
	switch t {
	case Texts:
		return cel.ListType(cel.StringType)
	case Number:
		return cel.IntType
	case Amount:
		return cel.DoubleType
	case YesNo:
		return cel.BoolType
	case Text, Date:
	}
	return cel.StringType
}

// with is the language with lists of values.
func (l *Language) with(names []string) (*cel.Env, error) {
	if len(names) == 0 {
		return l.env, nil
	}
	var options []cel.EnvOption
	for _, name := range names {
		options = append(options, cel.Variable(lists+name, cel.MapType(cel.StringType, cel.BoolType)))
	}
	return l.env.Extend(options...)
}

// sizes tells the estimate how large values can be.
type sizes struct{}

// EstimateSize is the largest size of a variable (checker.CostEstimator).
func (sizes) EstimateSize(node checker.AstNode) *checker.SizeEstimate {
	path := node.Path()
	if len(path) == 1 && strings.HasPrefix(path[0], lists) {
		return &checker.SizeEstimate{Max: longestSet}
	}
	if node.Type().Kind() == cel.ListKind {
		return &checker.SizeEstimate{Max: longestList}
	}
	return &checker.SizeEstimate{Max: longestText}
}

// EstimateCallCost leaves the functions' costs to CEL, but for "in" on a list of values, which is a look-up (checker.CostEstimator).
func (sizes) EstimateCallCost(function, overload string, _ *checker.AstNode, _ []checker.AstNode) *checker.CallEstimate {
	if function == operators.In && slices.Contains([]string{overloads.InMap}, overload) {
		return &checker.CallEstimate{CostEstimate: checker.CostEstimate{Min: 1, Max: 1}}
	}
	return nil
}
