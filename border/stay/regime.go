package stay

import (
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Regime is a rule of stay with those to whom it applies, and when. Empty selectors mean everybody.
type Regime struct {
	Name string // names it on screens and in records, such as "bilateral NZL 2024"
	// Rule bounds the stay; zero when Exempt.
	Rule Rule
	// Exempt says that days of stay under this regime count against no rule.
	Exempt        bool
	Nationalities []string // as documents show them, three letters
	Bases         []border.Basis
	Categories    []border.Category
	// From and Until are the first and last day on which a stay may begin under the regime; zero: without limit.
	From, Until traveldoc.Date
	Source      string // the act or agreement that it follows from
}

// DefaultRegime is the name of the regime that applies where no other does.
const DefaultRegime = "default"

// Regimes are the regimes of a country, as dated data. The first that applies is used; the default comes last. The zero value is the
// default rule alone.
type Regimes struct {
	list     []Regime
	fallback Rule
	version  string
}

// Under are the regimes of a country that knows one rule for everybody.
func Under(rule Rule) Regimes { return Regimes{fallback: rule} }

// List are the exceptions in the order in which they are tried, without the default.
func (r Regimes) List() []Regime { return slices.Clone(r.list) }

// Version names the version of the data; empty for what is built in.
func (r Regimes) Version() string { return r.version }

// For is the regime of a stay that begins on a day: the first whose selectors fit. An empty basis is a short stay, an empty category
// an ordinary traveller.
func (r Regimes) For(nationality string, basis border.Basis, category border.Category, on traveldoc.Date) Regime {
	if basis == "" {
		basis = border.ShortStay
	}
	if category == "" {
		category = border.Ordinary
	}
	for i := range r.list {
		if r.list[i].applies(nationality, basis, category, on) {
			return r.list[i]
		}
	}
	return Regime{Name: DefaultRegime, Rule: r.Default()}
}

// Default is the rule where no regime applies.
func (r Regimes) Default() Rule {
	if r.fallback == (Rule{}) {
		return DefaultRule()
	}
	return r.fallback
}

func (g *Regime) applies(nationality string, basis border.Basis, category border.Category, on traveldoc.Date) bool {
	return selects(g.Nationalities, nationality) && selects(g.Bases, basis) && selects(g.Categories, category) &&
		!on.Before(g.From) && !g.Until.Before(on)
}

func selects[T comparable](wanted []T, value T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

// longest is the longest window of all rules.
func (r Regimes) longest() int {
	longest := r.Default().Window
	for i := range r.list {
		longest = max(longest, r.list[i].Rule.Window)
	}
	return longest
}
