package risk

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// strangers are the names in an expression that stand for no field and no list of values, each with its place: CEL itself would complain
// of the word before the dot.
func (l *Language) strangers(e ast.Expr, info *ast.SourceInfo, values Lists) (found Faults) {
	if macro, ok := info.GetMacroCall(e.ID()); ok {
		e = macro
	}
	name, ok := qualified(e)
	if !ok {
		for _, below := range children(e) {
			found = append(found, l.strangers(below, info, values)...)
		}
		return found
	}
	message := l.stranger(name, values)
	if message == "" {
		return nil
	}
	place := info.GetStartLocation(root(e).ID())
	return Faults{{place.Line(), place.Column() + 1, message}}
}

func root(e ast.Expr) ast.Expr {
	for e.Kind() == ast.SelectKind {
		e = e.AsSelect().Operand()
	}
	return e
}

func (l *Language) stranger(name string, values Lists) string {
	if !strings.Contains(name, ".") {
		return "" // a variable of exists or all; CEL knows whether it is one
	}
	if rest, ok := strings.CutPrefix(name, lists); ok {
		if _, known := values[rest]; known {
			return ""
		}
		return "no list of values " + rest
	}
	field := strings.TrimPrefix(name, given)
	if _, known := l.Find(field); known {
		return ""
	}
	return fmt.Sprintf("no field %s; the nearest is %s", field, l.nearest(field))
}

// nearest is the field whose name takes the fewest changes.
func (l *Language) nearest(name string) (best string) {
	least := 1 << 30
	for _, known := range l.Names() {
		if d := distance(name, known); d < least {
			best, least = known, d
		}
	}
	return best
}

// distance is how many letters must be put in, taken out or changed (Levenshtein). Names are cut to 64 bytes.
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
