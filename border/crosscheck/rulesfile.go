package crosscheck

import (
	"regexp"
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/internal/strict"
	"github.com/openbmis/openbmis/traveldoc"
)

const (
	maxRulesBytes = 4 << 20
	maxRules      = 10_000
	maxText       = 200
	maxMonths     = 600
)

// ParseRules reads the rules of documents of a country:
//
//	{"version": "2026-1",
//	 "severity": [{"item": "viz.name", "state": "UTO", "document": "P", "severity": "note", "amber": false, "until": "2027-12-31"}],
//	 "numbers": [{"state": "UTO", "document": "P", "pattern": "[A-Z][0-9]{7}", "from": "2020-01-01"}],
//	 "codes": [{"state": "UTO", "codes": ["P", "PD"]}],
//	 "validity": [{"state": "UTO", "document": "P", "months": 120, "minor_months": 60, "minor_age": 16}],
//	 "remaining": [{"document": "P", "months": 3, "issued_months": 120}],
//	 "chips": [{"state": "UTO", "document": "P", "since": "2010-01-01"}]}
//
// A state or document that is not given is any; a document is the beginning of its code. from and until are days of inspection. Of
// several rules that fit the last one counts. Errors name the place, such as numbers[2].pattern, and what was expected.
func ParseRules(text []byte) (Rules, error) {
	top, err := strict.Parse(text, maxRulesBytes)
	if err != nil {
		return Rules{}, err
	}
	fields, err := top.Object("version", "about", "severity", "numbers", "codes", "validity", "remaining", "chips")
	if err != nil {
		return Rules{}, err
	}
	var r Rules
	if r.version, err = fields["version"].Text(maxText, "the version of the data"); err != nil {
		return Rules{}, err
	}
	steps := []func() error{
		func() (err error) {
			r.severity, err = list(fields["severity"], "rules of severity", parseSeverity)
			return err
		},
		func() (err error) {
			r.numbers, err = list(fields["numbers"], "patterns of numbers", parseNumber)
			return err
		},
		func() (err error) { r.codes, err = list(fields["codes"], "document codes", parseCodes); return err },
		func() (err error) {
			r.validity, err = list(fields["validity"], "longest validities", parseValidity)
			return err
		},
		func() (err error) {
			r.remaining, err = list(fields["remaining"], "rules of remaining validity", parseRemaining)
			return err
		},
		func() (err error) { r.chips, err = list(fields["chips"], "rules of chips", parseChip); return err },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return Rules{}, err
		}
	}
	return r, nil
}

func list[R any](v strict.Value, what string, parse func(strict.Value) (R, error)) ([]R, error) {
	if !v.Given() {
		return nil, nil
	}
	values, err := v.Array(maxRules, what)
	if err != nil {
		return nil, err
	}
	rules := make([]R, 0, len(values))
	for _, value := range values {
		rule, err := parse(value)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

// object reads the fields of a rule, with those that every rule has.
func object(v strict.Value, known ...string) (map[string]strict.Value, scope, error) {
	fields, err := v.Object(append(known, "state", "document", "from", "until", "source")...)
	if err != nil {
		return nil, scope{}, err
	}
	var s scope
	if s.state, err = optional(fields["state"], stateCode, "a state code of one to three capitals, as in a machine readable zone"); err != nil {
		return nil, s, err
	}
	if s.document, err = optional(fields["document"], documentCode, "a document code of one or two capitals"); err != nil {
		return nil, s, err
	}
	if s.from, err = day(fields["from"]); err != nil {
		return nil, s, err
	}
	if s.until, err = day(fields["until"]); err != nil {
		return nil, s, err
	}
	if !s.until.IsZero() && s.until.Before(s.from) {
		return nil, s, fields["until"].Wrong("is before from; expected the last day that the rule holds")
	}
	_, err = optional(fields["source"], nil, "")
	return fields, s, err
}

func stateCode(s string) bool    { return len(s) <= 3 && capitals(s) }
func documentCode(s string) bool { return len(s) <= 2 && capitals(s) }

func capitals(s string) bool {
	for _, r := range s {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return s != ""
}

func optional(v strict.Value, fits func(string) bool, expected string) (string, error) {
	if !v.Given() {
		return "", nil
	}
	s, err := v.Text(maxText, "a text")
	if err == nil && fits != nil && !fits(s) {
		return "", v.Expected(expected)
	}
	return s, err
}

func day(v strict.Value) (traveldoc.Date, error) {
	const expected = "a day such as 2026-01-31"
	if !v.Given() {
		return traveldoc.Date{}, nil
	}
	s, err := v.Text(maxText, expected)
	if err != nil {
		return traveldoc.Date{}, err
	}
	d, err := traveldoc.ParseDate(s)
	if err != nil || d.Precision() != traveldoc.PrecisionDay {
		return traveldoc.Date{}, v.Expected(expected)
	}
	return d, nil
}

func parseSeverity(v strict.Value) (severityRule, error) {
	fields, s, err := object(v, "item", "severity", "amber")
	if err != nil {
		return severityRule{}, err
	}
	rule := severityRule{scope: s}
	if rule.item, err = fields["item"].Text(maxText, "an item of the catalogue"); err != nil {
		return rule, err
	}
	if !slices.ContainsFunc(Catalogue(), func(i Item) bool { return i.ID == rule.item }) {
		return rule, fields["item"].Expected("an item of the catalogue")
	}
	severity, err := optional(fields["severity"], func(s string) bool {
		return slices.Contains([]border.Severity{border.Note, border.Acknowledge, border.SecondLine}, border.Severity(s))
	}, "note, acknowledge or second_line")
	if err != nil {
		return rule, err
	}
	rule.severity = border.Severity(severity)
	if fields["amber"].Given() {
		amber, err := fields["amber"].Bool()
		if err != nil {
			return rule, err
		}
		rule.amber = &amber
	}
	return rule, nil
}

func parseNumber(v strict.Value) (numberRule, error) {
	fields, s, err := object(v, "pattern")
	if err != nil {
		return numberRule{}, err
	}
	text, err := fields["pattern"].Text(maxText, "a regular expression (RE2)")
	if err != nil {
		return numberRule{}, err
	}
	pattern, err := regexp.Compile(`^(?:` + text + `)$`)
	if err != nil {
		return numberRule{}, fields["pattern"].Expected("a regular expression (RE2) of the whole number")
	}
	return numberRule{s, pattern}, nil
}

func parseCodes(v strict.Value) (codeRule, error) {
	fields, s, err := object(v, "codes")
	if err != nil {
		return codeRule{}, err
	}
	codes, err := list(fields["codes"], "document codes", func(v strict.Value) (string, error) {
		return optional(v, documentCode, "a document code of one or two capitals")
	})
	return codeRule{s, codes}, err
}

func parseValidity(v strict.Value) (validityRule, error) {
	fields, s, err := object(v, "months", "minor_months", "minor_age")
	if err != nil {
		return validityRule{}, err
	}
	rule := validityRule{scope: s}
	if rule.months, err = fields["months"].Int(1, maxMonths); err != nil {
		return rule, err
	}
	if !fields["minor_months"].Given() && !fields["minor_age"].Given() {
		return rule, nil
	}
	if rule.minorMonths, err = fields["minor_months"].Int(1, maxMonths); err != nil {
		return rule, err
	}
	rule.minorAge, err = fields["minor_age"].Int(1, 25)
	return rule, err
}

func parseRemaining(v strict.Value) (remainingRule, error) {
	fields, s, err := object(v, "months", "issued_months")
	if err != nil {
		return remainingRule{}, err
	}
	rule := remainingRule{scope: s}
	if rule.months, err = fields["months"].Int(0, maxMonths); err != nil {
		return rule, err
	}
	if fields["issued_months"].Given() {
		rule.issued, err = fields["issued_months"].Int(1, maxMonths)
	}
	return rule, err
}

func parseChip(v strict.Value) (chipRule, error) {
	fields, s, err := object(v, "since")
	if err != nil {
		return chipRule{}, err
	}
	rule := chipRule{scope: s}
	if rule.since, err = day(fields["since"]); err == nil && rule.since.IsZero() {
		err = fields["since"].Expected("the day from which documents have a chip")
	}
	return rule, err
}
