package fingers

import (
	"fmt"
	"os"
	"slices"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/internal/strict"
)

const (
	maxPolicyBytes = 1 << 16
	maxPolicyList  = 50
	maxPolicyText  = 100
	maxAge         = 99
	maxTries       = 10
	maxScore       = int(fingerprint.MaxScore) // no finger alone reaches more: everybody would be somebody else
)

// LoadPolicy reads the policy of a file; the default when path is empty.
func LoadPolicy(path string) (Policy, error) {
	if path == "" {
		return DefaultPolicy(), nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Policy{}, fmt.Errorf("policy of fingerprints: %w", err)
	}
	p, err := ParsePolicy(text)
	if err != nil {
		return Policy{}, fmt.Errorf("policy of fingerprints: %s: %w", path, err)
	}
	return p, nil
}

// ParsePolicy reads a policy; what it does not give is as in DefaultPolicy, but for the version, which must be given:
//
//	{"version": "2026-1", "about": "for people",
//	 "asked": {"directions": ["entry", "exit"], "everybody": false, "exempt_below_age": 12,
//	           "exempt_categories": ["diplomatic"], "exempt_bases": ["free_movement"]},
//	 "hands": [["right_index", "right_middle", "right_ring", "right_little"], ["left_index", "left_middle"]], "enough": 2,
//	 "quality": 66, "tries": 3,
//	 "verify": {"fused": 30, "single": 35}, "candidate": {"fused": 50, "single": 60},
//	 "severity": {"print_mismatch": "second_line", "print_candidate": "second_line", "print_quality": "note",
//	              "print_missing": "note", "print_refused": "acknowledge"},
//	 "kept_months": {"after_crossing": 36, "inside": 60}}
//
// kept_months 0 keeps prints until they are erased by hand.
//
// Errors name the place, such as hands[1][0], and what was expected.
func ParsePolicy(text []byte) (Policy, error) {
	top, err := strict.Parse(text, maxPolicyBytes)
	if err != nil {
		return Policy{}, err
	}
	fields, err := top.Object("version", "about", "asked", "hands", "enough", "quality", "tries", "verify", "candidate", "severity", "kept_months")
	if err != nil {
		return Policy{}, err
	}
	p := DefaultPolicy()
	if p.Version, err = fields["version"].Text(maxPolicyText, "the version of the policy"); err != nil {
		return Policy{}, err
	}
	steps := []func() error{
		func() error { return p.parseAsked(fields["asked"]) },
		func() error { return p.parseHands(fields["hands"]) },
		func() error { return number(fields["enough"], 1, p.smallest(), &p.Enough) },
		func() error { return number(fields["quality"], 0, 100, &p.Quality) },
		func() error { return number(fields["tries"], 1, maxTries, &p.Tries) },
		func() error { return thresholds(fields["verify"], &p.Verify, &p.VerifyOne) },
		func() error { return thresholds(fields["candidate"], &p.Candidate, &p.CandidateOne) },
		func() error { return p.parseSeverity(fields["severity"]) },
		func() error { return p.parseKept(fields["kept_months"]) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return Policy{}, err
		}
	}
	return p, nil
}

// smallest is the size of the smallest hand: more fingers than that can never be enough.
func (p *Policy) smallest() int {
	n := len(p.Hands[0])
	for _, hand := range p.Hands {
		n = min(n, len(hand))
	}
	return n
}

func (p *Policy) parseAsked(v strict.Value) error {
	if !v.Given() {
		return nil
	}
	fields, err := v.Object("directions", "everybody", "exempt_below_age", "exempt_categories", "exempt_bases")
	if err != nil {
		return err
	}
	if fields["everybody"].Given() {
		if p.Everybody, err = fields["everybody"].Bool(); err != nil {
			return err
		}
	}
	if err := number(fields["exempt_below_age"], 0, maxAge, &p.ExemptBelow); err != nil {
		return err
	}
	if err := codes(fields["directions"], "entry or exit", border.Direction.Valid, &p.Directions); err != nil {
		return err
	}
	if err := codes(fields["exempt_categories"], "a category of travellers", border.Category.Valid, &p.ExemptCategories); err != nil {
		return err
	}
	return codes(fields["exempt_bases"], "a basis of stay", border.Basis.Valid, &p.ExemptBases)
}

func codes[C ~string](v strict.Value, expected string, valid func(C) bool, into *[]C) error {
	if !v.Given() {
		return nil
	}
	values, err := v.Array(maxPolicyList, expected)
	if err != nil {
		return err
	}
	list := make([]C, 0, len(values))
	for _, value := range values {
		text, err := value.Text(maxPolicyText, expected)
		if err != nil {
			return err
		}
		if !valid(C(text)) || slices.Contains(list, C(text)) {
			return value.Wrong("expected " + expected + ", each once")
		}
		list = append(list, C(text))
	}
	*into = list
	return nil
}

func (p *Policy) parseHands(v strict.Value) error {
	if !v.Given() {
		return nil
	}
	sets, err := v.Array(len(biometrics.Fingers()), "sets of fingers")
	if err != nil {
		return err
	}
	if len(sets) == 0 {
		return v.Wrong("expected at least one set of fingers")
	}
	p.Hands = nil
	seen := map[biometrics.Position]bool{}
	for _, set := range sets {
		hand, err := parseHand(set, seen)
		if err != nil {
			return err
		}
		p.Hands = append(p.Hands, hand)
	}
	p.Enough = min(p.Enough, p.smallest())
	return nil
}

func parseHand(v strict.Value, seen map[biometrics.Position]bool) ([]biometrics.Position, error) {
	const expected = "a finger such as right_index, each in one set only"
	names, err := v.Array(len(biometrics.Fingers()), "fingers")
	if err != nil {
		return nil, err
	}
	var hand []biometrics.Position
	for _, name := range names {
		text, err := name.Text(maxPolicyText, expected)
		if err != nil {
			return nil, err
		}
		var position biometrics.Position
		if err := position.UnmarshalText([]byte(text)); err != nil || !position.Finger() || seen[position] {
			return nil, name.Wrong("expected " + expected)
		}
		seen[position] = true
		hand = append(hand, position)
	}
	if len(hand) == 0 {
		return nil, v.Wrong("expected at least one finger")
	}
	return hand, nil
}

func number(v strict.Value, low, high int, into *int) error {
	if !v.Given() {
		return nil
	}
	n, err := v.Int(low, high)
	if err == nil {
		*into = n
	}
	return err
}

// thresholds reads both scores of a decision. One finger alone must never be enough at a lower score than several.
func thresholds(v strict.Value, fused, single *float64) error {
	if !v.Given() {
		return nil
	}
	fields, err := v.Object("fused", "single")
	if err != nil {
		return err
	}
	several, one := int(*fused), int(*single)
	if err := number(fields["fused"], 1, maxScore, &several); err != nil {
		return err
	}
	if err := number(fields["single"], 1, maxScore, &one); err != nil {
		return err
	}
	if one < several {
		return v.Wrong(fmt.Sprintf("single (%d) is below fused (%d); expected one finger alone to need at least as much", one, several))
	}
	*fused, *single = float64(several), float64(one)
	return nil
}

// maxKept bounds how many months prints are kept: a hundred years.
const maxKept = 1200

func (p *Policy) parseKept(v strict.Value) error {
	if !v.Given() {
		return nil
	}
	fields, err := v.Object("after_crossing", "inside")
	if err != nil {
		return err
	}
	if err := number(fields["after_crossing"], 0, maxKept, &p.Kept); err != nil {
		return err
	}
	return number(fields["inside"], 0, maxKept, &p.KeptInside)
}

func (p *Policy) parseSeverity(v strict.Value) error {
	if !v.Given() {
		return nil
	}
	known := make([]string, 0, len(p.Severity))
	for code := range p.Severity {
		known = append(known, code)
	}
	slices.Sort(known)
	fields, err := v.Object(known...)
	if err != nil {
		return err
	}
	for code, field := range fields {
		if !field.Given() {
			continue
		}
		text, err := field.Text(maxPolicyText, "note, acknowledge or second_line")
		if err != nil {
			return err
		}
		severity := border.Severity(text)
		if !slices.Contains([]border.Severity{border.Note, border.Acknowledge, border.SecondLine}, severity) {
			return field.Wrong("expected note, acknowledge or second_line")
		}
		p.Severity[code] = severity
	}
	return nil
}
