package score

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/api_pnr/law"
)

// Policy is what a State asks of carriers. Push times are bilateral (PNRGOV Principles, section 3): configuration, no constants of the field.
type Policy struct {
	Version string
	Pushes  []Push
	// Fields are the fields that a list should fill, with the share of persons (0 to 1) that is enough.
	Fields map[string]float64
	// Tolerance is how far the persons received may be from those declared before it is a mismatch (share of the declared).
	Tolerance float64
}

// Push is one delivery that is owed for each flight.
type Push struct {
	Name   string     // stable: "pnr-48", "api-close"
	Source law.Source // API or PNR
	// Before is how long before departure it is owed. AtClose says that it is owed with the closing of the flight, at departure at the latest.
	Before  time.Duration
	AtClose bool
	// Grace is how much later is still on time.
	Grace time.Duration
}

// DefaultPolicy asks for what Directive (EU) 2016/681, article 8(3), and the API Guidelines do: reservations 48 and 24 hours before and at
// the closing of the flight, passengers at the closing.
func DefaultPolicy() Policy {
	const grace = 30 * time.Minute
	return Policy{
		Version: "default-1",
		Pushes: []Push{
			{Name: "pnr-48", Source: law.PNR, Before: 48 * time.Hour, Grace: grace},
			{Name: "pnr-24", Source: law.PNR, Before: 24 * time.Hour, Grace: grace},
			{Name: "pnr-close", Source: law.PNR, AtClose: true, Grace: grace},
			{Name: "api-close", Source: law.API, AtClose: true, Grace: grace},
		},
		Fields: map[string]float64{
			"surname": 1, "given_names": 0.98, "sex": 0.95, "birth_date": 0.99, "nationality": 0.99, "document_number": 0.99,
			"document_issuer": 0.99, "document_expiry": 0.95,
		},
		Tolerance: 0.02,
	}
}

// file is a policy as JSON tells it.
type file struct {
	Version string `json:"version"`
	Pushes  []struct {
		Name         string     `json:"name"`
		Source       law.Source `json:"source"`
		HoursBefore  int        `json:"hours_before"`
		AtClose      bool       `json:"at_close"`
		GraceMinutes int        `json:"grace_minutes"`
	} `json:"pushes"`
	Fields    map[string]float64 `json:"fields"`
	Tolerance float64            `json:"tolerance"`
}

// LoadPolicy reads a policy from a JSON file; "" is DefaultPolicy.
func LoadPolicy(name string) (Policy, error) {
	if name == "" {
		return DefaultPolicy(), nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return Policy{}, fmt.Errorf("policy of carriers: %w", err)
	}
	return ParsePolicy(text)
}

// ParsePolicy reads a policy from JSON; a field that is not known is an error.
func ParsePolicy(text []byte) (Policy, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var f file
	if err := decoder.Decode(&f); err != nil {
		return Policy{}, fmt.Errorf("policy of carriers: JSON expected: %w", err)
	}
	p := Policy{Version: f.Version, Fields: f.Fields, Tolerance: f.Tolerance}
	for _, push := range f.Pushes {
		p.Pushes = append(p.Pushes, Push{
			Name: push.Name, Source: push.Source, Before: time.Duration(push.HoursBefore) * time.Hour, AtClose: push.AtClose,
			Grace: time.Duration(push.GraceMinutes) * time.Minute,
		})
	}
	return p, p.check()
}

func (p Policy) check() error {
	names := map[string]bool{}
	for n, push := range p.Pushes {
		switch {
		case push.Name == "" || names[push.Name]:
			return fmt.Errorf("policy of carriers: pushes[%d].name: a name of its own expected", n)
		case push.Source != law.API && push.Source != law.PNR:
			return fmt.Errorf("policy of carriers: pushes[%d].source: api or pnr expected", n)
		case push.Before < 0 || push.Grace < 0 || push.AtClose && push.Before > 0:
			return fmt.Errorf("policy of carriers: pushes[%d]: hours_before, or at_close, and grace_minutes of at least 0 expected", n)
		}
		names[push.Name] = true
	}
	for field, share := range p.Fields {
		if !slices.Contains(Fields(), field) {
			return fmt.Errorf("policy of carriers: fields.%s: one of %s expected", field, strings.Join(Fields(), ", "))
		}
		if share < 0 || share > 1 {
			return fmt.Errorf("policy of carriers: fields.%s: 0 to 1 expected", field)
		}
	}
	if p.Version == "" || p.Tolerance < 0 || p.Tolerance > 1 {
		return fmt.Errorf("policy of carriers: version, and a tolerance from 0 to 1, expected")
	}
	return nil
}
