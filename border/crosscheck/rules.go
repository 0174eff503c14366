package crosscheck

import (
	_ "embed" // the default rules
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

//go:embed rules.json
var defaultRules []byte

// Rules are a country's rules of documents: data with dates, by issuing state and kind of document.
type Rules struct {
	version   string
	severity  []severityRule
	numbers   []numberRule
	codes     []codeRule
	validity  []validityRule
	remaining []remainingRule
	chips     []chipRule
}

// Version is the version of the data.
func (r Rules) Version() string { return r.version }

// DefaultRules are the rules that the program comes with.
func DefaultRules() (Rules, error) {
	r, err := ParseRules(defaultRules)
	if err != nil {
		return Rules{}, fmt.Errorf("the program's own rules of documents: %w", err)
	}
	return r, nil
}

// LoadRules reads a country's rules from a file; an empty path gives DefaultRules.
func LoadRules(path string) (Rules, error) {
	if path == "" {
		return DefaultRules()
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Rules{}, fmt.Errorf("rules of documents: %w", err)
	}
	r, err := ParseRules(text)
	if err != nil {
		return Rules{}, fmt.Errorf("rules of documents: %s: %w", path, err)
	}
	return r, nil
}

// scope is which documents a rule is about, and when.
type scope struct {
	state       string // "" is every state
	document    string // the beginning of the document code; "" is every document
	from, until traveldoc.Date
}

func (s scope) covers(d traveldoc.Document, day traveldoc.Date) bool {
	if s.state != "" && s.state != d.IssuingState || !strings.HasPrefix(d.Code, s.document) {
		return false
	}
	return (s.from.IsZero() || !day.Before(s.from)) && (s.until.IsZero() || !s.until.Before(day))
}

type severityRule struct {
	scope
	item     string
	severity border.Severity
	amber    *bool
}

type numberRule struct {
	scope
	pattern *regexp.Regexp
}

type codeRule struct {
	scope
	codes []string
}

// validityRule is the longest a document is issued for, in months.
type validityRule struct {
	scope
	months      int
	minorMonths int
	minorAge    int
}

// remainingRule is how long a document must be valid beyond the day of entry, in months.
type remainingRule struct {
	scope
	months int
	issued int // at most so many months ago; 0: however long
}

// chipRule says that documents issued from a date on have a chip.
type chipRule struct {
	scope
	since traveldoc.Date
}

// apply gives the item as the rules want it for a document on a day. The last rule that fits decides.
func (r Rules) apply(item Item, d traveldoc.Document, day traveldoc.Date) Item {
	for _, rule := range r.severity {
		if rule.item != item.ID || !rule.covers(d, day) {
			continue
		}
		if rule.severity != "" {
			item.Severity = rule.severity
		}
		if rule.amber != nil {
			item.Amber = *rule.amber
		}
	}
	return item
}

// find is the last rule of a kind that covers a document on a day: a country adds its exceptions below.
func find[R interface {
	covers(traveldoc.Document, traveldoc.Date) bool
}](rules []R, d traveldoc.Document, day traveldoc.Date) (found R, ok bool) {
	for _, rule := range rules {
		if rule.covers(d, day) {
			found, ok = rule, true
		}
	}
	return found, ok
}
