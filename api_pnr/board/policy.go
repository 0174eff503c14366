package board

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Policy is how a State answers carriers: which finding leads to which decision, in which code and words, and what is said when there is
// no time. It is data: a file of the State (BMIS_BOARD_POLICY). Each answer names the policy and its version.
type Policy struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	// State is the State that answers (ICAO Doc 9303-3).
	State string `json:"state"`
	// Authority is the sender of messages to a carrier whose own message named no recipient (UNB 0004).
	Authority string `json:"authority"`
	Phone     string `json:"phone"`
	// Deadline is how long a carrier waits at most for an answer; his own, shorter, goes before. Reserve is the part of it that is kept for
	// writing the answer down and sending it.
	Deadline Duration `json:"deadline"`
	Reserve  Duration `json:"reserve"`
	// Outside is how long an answer at check-in waits for services outside the State. A later answer is a change of mind.
	Outside Duration `json:"outside"`
	// OnTimeout says whether a traveller boards whose checks were not done in time: "open" or "closed".
	OnTimeout string `json:"on_timeout"`
	// Answers are code (CUSRES ERC, two characters) and text (FTX+AAP) of each decision; "{phone}" in a text is the phone. "timeout" is the
	// text of an answer that the policy of time-outs gave; its code is that of the decision.
	Answers map[Decision]Words `json:"answers"`
	Timeout string             `json:"timeout_text"`
	// Refused is what a question as a whole is answered with that its door may not ask (Config.SpeaksFor).
	Refused Words `json:"refused"`
	// Rules are asked in their order of every hit: the first that fits decides. Otherwise is for those that none fits.
	Rules     []Rule   `json:"rules"`
	Otherwise Decision `json:"otherwise"`
	// Unchecked is the decision where a check has no answer, by its name; "*" is any other check.
	Unchecked map[string]Decision `json:"unchecked"`
	// Unreviewed is what a rule of risk that asks to keep somebody from boarding makes before a person looked at it; never do_not_board.
	Unreviewed Decision `json:"risk_unreviewed"`
	// Confirmed is what a hit of risk makes that a person confirmed, by the severity of its rule: urgent, high, medium, low. With "board" he
	// boards, and the crossing point is told. One that is not named makes what it made before.
	Confirmed map[string]Decision `json:"risk_confirmed,omitempty"`
	// Chase are the intervals at which a carrier who does not acknowledge is told again: the first, doubled each time up to Most.
	Chase Chase `json:"chase"`
	// Entry are the rules on who needs no visa; nil: the State does not have them checked here.
	Entry *EntryRules `json:"entry,omitempty"`
}

// Words are how a decision is written in a message.
type Words struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Chase is how a carrier is told again.
type Chase struct {
	First Duration `json:"first"`
	Most  Duration `json:"most"`
}

// Rule is one rule: every list that is not empty must hold what the hit says.
type Rule struct {
	ID         string   `json:"id"`
	Checks     []string `json:"checks,omitempty"` // "interpol.*" is all that begin so
	Codes      []string `json:"codes,omitempty"`
	Bands      []string `json:"bands,omitempty"`
	Actions    []string `json:"actions,omitempty"`
	Categories []string `json:"categories,omitempty"`
	Decision   Decision `json:"decision"`
}

// The ways of a time-out.
const (
	Open   = "open"
	Closed = "closed"
)

// Name is the policy and its version, as every answer names it: "utopia 3".
func (p Policy) Name() string { return p.ID + " " + strconv.Itoa(p.Version) }

func (r Rule) fits(m Meaning) bool {
	of := func(list []string, value string) bool {
		return len(list) == 0 || slices.ContainsFunc(list, like(value))
	}
	return of(r.Checks, m.Check) && of(r.Codes, m.Code) && of(r.Bands, m.Band) && of(r.Actions, m.Action) && of(r.Categories, m.Category)
}

func (p Policy) rule(m Meaning) (id string, makes Decision) {
	for _, r := range p.Rules {
		if r.fits(m) {
			return r.ID, r.Decision
		}
	}
	return "", p.Otherwise
}

func (p Policy) unchecked(check string) Decision {
	if d, known := p.Unchecked[check]; known {
		return d
	}
	best, decision := -1, NotChecked
	for pattern, d := range p.Unchecked {
		if like(check)(pattern) && len(pattern) > best {
			best, decision = len(pattern), d
		}
	}
	return decision
}

// Say is how a ruling is written.
func (p Policy) Say(r Ruling) Words {
	w := p.Answers[r.Decision]
	if r.TimedOut && p.Timeout != "" && r.Decision == p.decisionOnTimeout() {
		w.Text = p.Timeout
	}
	w.Text = strings.ReplaceAll(w.Text, "{phone}", p.Phone)
	return w
}

// decisionOnTimeout is what is said of a traveller whose checks were not done in time.
func (p Policy) decisionOnTimeout() Decision {
	if p.OnTimeout == Open {
		return Board
	}
	return NotChecked
}

//go:embed default.json
var defaultPolicy []byte

// DefaultPolicy is the policy of a State that names none.
func DefaultPolicy() (Policy, error) { return ParsePolicy(defaultPolicy) }

// LoadPolicy reads a policy's file; "" is the default policy. The error says which field is wrong and what was expected.
func LoadPolicy(path string) (Policy, error) {
	if path == "" {
		return DefaultPolicy()
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Policy{}, fmt.Errorf("boarding policy: %w", err)
	}
	p, err := ParsePolicy(data)
	if err != nil {
		return Policy{}, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// ParsePolicy reads a policy.
func ParsePolicy(data []byte) (Policy, error) {
	var p Policy
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Policy{}, fmt.Errorf("boarding policy: %w", err)
	}
	if err := errors.Join(p.problems()...); err != nil {
		return Policy{}, fmt.Errorf("boarding policy: %w", err)
	}
	return p, nil
}

// Duration is a time.Duration written as "2s".
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("duration: expected one like 2s or 5m")
	}
	*d = Duration(parsed)
	return nil
}

// MarshalText writes a duration.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }
