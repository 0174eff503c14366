package stay

import (
	"fmt"
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/internal/strict"
	"github.com/openbmis/openbmis/traveldoc"
)

// The bounds of a file of regimes.
const (
	maxRegimesBytes  = 1 << 20
	maxRegimes       = 1000
	maxNationalities = 300
	maxRegimeText    = 200
)

// ParseRegimes reads the regimes of a country:
//
//	{"version": "2026-1", "default": {"days": 90, "window": 180},
//	 "regimes": [{"name": "bilateral NZL", "source": "Exchange of letters 1999", "nationalities": ["NZL"], "bases": ["short_stay"],
//	   "from": "2024-01-01", "until": "2027-12-31", "rule": {"days": 180, "window": 360}},
//	  {"name": "seasonal workers", "categories": ["ordinary"], "nationalities": ["UTO"], "exempt": true}]}
//
// The first regime that fits is used. One that an earlier one hides entirely is an error. Errors name the place, such as
// regimes[2].rule.days, and what was expected.
func ParseRegimes(text []byte) (Regimes, error) {
	top, err := strict.Parse(text, maxRegimesBytes)
	if err != nil {
		return Regimes{}, err
	}
	fields, err := top.Object("version", "default", "regimes")
	if err != nil {
		return Regimes{}, err
	}
	var r Regimes
	if r.version, err = fields["version"].Text(maxRegimeText, "the version of the data"); err != nil {
		return Regimes{}, err
	}
	if r.fallback, err = parseRule(fields["default"]); err != nil {
		return Regimes{}, err
	}
	values, err := fields["regimes"].Array(maxRegimes, "regimes")
	if err != nil {
		return Regimes{}, err
	}
	for _, v := range values {
		regime, err := parseRegime(v)
		if err == nil {
			err = r.fits(v, regime)
		}
		if err != nil {
			return Regimes{}, err
		}
		r.list = append(r.list, regime)
	}
	return r, nil
}

func parseRule(v strict.Value) (Rule, error) {
	fields, err := v.Object("days", "window")
	if err != nil {
		return Rule{}, err
	}
	var rule Rule
	if rule.Window, err = fields["window"].Int(1, MaxWindow); err != nil {
		return Rule{}, err
	}
	rule.Days, err = fields["days"].Int(1, rule.Window)
	return rule, err
}

func parseRegime(v strict.Value) (Regime, error) {
	fields, err := v.Object("name", "source", "rule", "exempt", "nationalities", "bases", "categories", "from", "until")
	if err != nil {
		return Regime{}, err
	}
	var g Regime
	steps := []func() error{
		func() (err error) { g.Name, err = fields["name"].Text(maxRegimeText, "a name"); return err },
		func() (err error) { g.Source, err = optional(fields["source"]); return err },
		func() (err error) {
			g.Rule, g.Exempt, err = parseEffect(v, fields["rule"], fields["exempt"])
			return err
		},
		func() (err error) {
			g.Nationalities, err = codes(fields["nationalities"], nationality, aboutNationality)
			return err
		},
		func() (err error) {
			g.Bases, err = codes(fields["bases"], border.Basis.Valid, "a basis of stay")
			return err
		},
		func() (err error) {
			g.Categories, err = codes(fields["categories"], border.Category.Valid, "a category")
			return err
		},
		func() (err error) { g.From, err = optionalDate(fields["from"]); return err },
		func() (err error) { g.Until, err = optionalDate(fields["until"]); return err },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return Regime{}, err
		}
	}
	if g.Until.Before(g.From) {
		return Regime{}, fields["until"].Wrong("lies before from; expected the same day or a later one")
	}
	return g, nil
}

// parseEffect reads what a regime does: a rule of its own, or nothing counts.
func parseEffect(v, rule, exempt strict.Value) (r Rule, nothing bool, err error) {
	if exempt.Given() {
		if nothing, err = exempt.Bool(); err != nil {
			return Rule{}, false, err
		}
	}
	if nothing == rule.Given() {
		return Rule{}, false, v.Wrong("expected either a rule, or exempt true")
	}
	if !nothing {
		r, err = parseRule(rule)
	}
	return r, nothing, err
}

func optional(v strict.Value) (string, error) {
	if !v.Given() {
		return "", nil
	}
	return v.Text(maxRegimeText, "a text")
}

func optionalDate(v strict.Value) (traveldoc.Date, error) {
	if !v.Given() {
		return traveldoc.Date{}, nil
	}
	const what = "a date YYYY-MM-DD"
	text, err := v.Text(maxRegimeText, what)
	if err != nil {
		return traveldoc.Date{}, err
	}
	date, err := traveldoc.ParseDate(text)
	if err != nil || date.Precision() != traveldoc.PrecisionDay {
		return traveldoc.Date{}, v.Expected(what)
	}
	return date, nil
}

const aboutNationality = "a nationality as machine readable zones show it, one to three capital letters"

func nationality(code string) bool {
	for _, letter := range code {
		if letter < 'A' || letter > 'Z' {
			return false
		}
	}
	return len(code) <= 3
}

// codes reads an optional list of codes, each known and given once. An empty list would select nobody.
func codes[T ~string](v strict.Value, known func(T) bool, what string) ([]T, error) {
	if !v.Given() {
		return nil, nil
	}
	values, err := v.Array(maxNationalities, what)
	if err != nil {
		return nil, err
	}
	if len(values) == 0 {
		return nil, v.Wrong("expected at least one; leave the field out for all")
	}
	list := make([]T, len(values))
	for i, value := range values {
		text, err := value.Text(maxRegimeText, what)
		if err != nil {
			return nil, err
		}
		list[i] = T(text)
		if !known(list[i]) {
			return nil, value.Expected(what)
		}
		if slices.Contains(list[:i], list[i]) {
			return nil, value.Wrong("given twice; expected once")
		}
	}
	return list, nil
}

// fits says what is wrong with a regime after those before it.
func (r Regimes) fits(v strict.Value, g Regime) error {
	for i, other := range r.list {
		switch {
		case g.Name == DefaultRegime || g.Name == other.Name:
			return v.Wrong(fmt.Sprintf("name: is taken already; expected one other than %q and those before", DefaultRegime))
		case other.hides(g):
			return v.Wrong(fmt.Sprintf("can never apply: regimes[%d] fits everybody that it fits; expected it before that one", i))
		}
	}
	if g.Name == DefaultRegime {
		return v.Wrong(fmt.Sprintf("name: expected one other than %q", DefaultRegime))
	}
	return nil
}

// hides reports whether the regime applies wherever another does.
func (g *Regime) hides(other Regime) bool {
	from := g.From.IsZero() || !other.From.IsZero() && !other.From.Before(g.From)
	until := g.Until.IsZero() || !other.Until.IsZero() && !g.Until.Before(other.Until)
	return from && until && includes(g.Nationalities, other.Nationalities) && includes(g.Bases, other.Bases) &&
		includes(g.Categories, other.Categories)
}

// includes reports whether a selector selects everybody that another does.
func includes[T comparable](wide, narrow []T) bool {
	if len(wide) == 0 {
		return true
	}
	for _, code := range narrow {
		if !slices.Contains(wide, code) {
			return false
		}
	}
	return len(narrow) > 0
}
