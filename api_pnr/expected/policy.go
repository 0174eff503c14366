package expected

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/openbmis/openbmis/border"
)

// Policy is what a State makes of what is found: the severity of each difference and of each circumstance.
type Policy struct {
	// Differences are severities by field, then by relation. What is not named is a note.
	Differences map[string]map[string]border.Severity `json:"differences"`
	// Undeclared: the flight's list is here and the traveller is not on it.
	Undeclared border.Severity `json:"undeclared"`
	// Cancelled and NotOnBoard: the carrier took him off, or said at closing that he is not on board.
	Cancelled  border.Severity `json:"cancelled"`
	NotOnBoard border.Severity `json:"not_on_board"`
	// Several: more than one person may be the traveller, and none is surely he.
	Several border.Severity `json:"several"`
	// NoBoard and Refer are an analyst's decisions; Refused is an answer "do not board" that nobody decided.
	NoBoard border.Severity `json:"no_board"`
	Refer   border.Severity `json:"refer"`
	Refused border.Severity `json:"refused"`
}

// DefaultPolicy is the program's own: what a clerk's slip explains is a note, what makes another person or another document of the traveller
// needs a reason, what the centre decided is for the second line.
func DefaultPolicy() Policy {
	ask := func(relations ...string) map[string]border.Severity {
		m := map[string]border.Severity{}
		for _, r := range relations {
			m[r] = border.Acknowledge
		}
		return m
	}
	return Policy{
		Differences: map[string]map[string]border.Severity{
			FieldName:        ask(RelDifferent),
			FieldBirthDate:   ask(RelDigit, RelDifferent),
			FieldSex:         ask(RelDifferent),
			FieldNationality: ask(RelDifferent),
			FieldNumber:      ask(RelTypo, RelDigit, RelDifferent),
			FieldIssuer:      ask(RelDifferent),
		},
		Undeclared: border.Acknowledge, Cancelled: border.Acknowledge, NotOnBoard: border.Acknowledge, Several: border.Acknowledge,
		NoBoard: border.SecondLine, Refer: border.SecondLine, Refused: border.SecondLine,
	}
}

// LoadPolicy reads a policy from a JSON file; what the file leaves out is as in DefaultPolicy. An empty path is the default.
func LoadPolicy(path string) (Policy, error) {
	if path == "" {
		return DefaultPolicy(), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return Policy{}, fmt.Errorf("policy of expected persons: %w", err)
	}
	p, err := ReadPolicy(f)
	return p, errors.Join(err, f.Close())
}

// ReadPolicy reads a policy.
func ReadPolicy(r io.Reader) (Policy, error) {
	p := DefaultPolicy()
	differences := p.Differences
	p.Differences = nil
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Policy{}, fmt.Errorf("policy of expected persons: %w", err)
	}
	for field, of := range p.Differences {
		if !slices.Contains(Fields(), field) {
			return Policy{}, fmt.Errorf("policy of expected persons: differences: %q: expected one of %q", field, Fields())
		}
		for relation, s := range of {
			if !slices.Contains(Relations(), relation) || relation == RelEqual {
				return Policy{}, fmt.Errorf("policy of expected persons: differences: %s: %q: expected a relation but equal", field, relation)
			}
			if differences[field] == nil {
				differences[field] = map[string]border.Severity{}
			}
			differences[field][relation] = s
		}
	}
	p.Differences = differences
	return p, p.check()
}

func (p Policy) check() error {
	all := map[string]border.Severity{
		"undeclared": p.Undeclared, "cancelled": p.Cancelled, "not_on_board": p.NotOnBoard, "several": p.Several, "no_board": p.NoBoard,
		"refer": p.Refer, "refused": p.Refused,
	}
	for field, of := range p.Differences {
		for relation, s := range of {
			all[field+"."+relation] = s
		}
	}
	for what, s := range all {
		if s != border.Note && s != border.Acknowledge && s != border.SecondLine {
			return fmt.Errorf("policy of expected persons: %s: %q: expected note, acknowledge or second_line", what, s)
		}
	}
	return nil
}

// Severity is what a difference asks of the officer.
func (p Policy) Severity(field, relation string) border.Severity {
	if s, named := p.Differences[field][relation]; named {
		return s
	}
	return border.Note
}
