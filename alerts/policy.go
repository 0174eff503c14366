package alerts

import (
	"time"

	"github.com/openbmis/openbmis/border"
)

// Band is how sure a match is.
type Band string

// The bands.
const (
	Certain  Band = "certain"
	Probable Band = "probable"
	Possible Band = "possible"
)

// Policy is how a list is used. It travels with the list. Zero fields mean the defaults of DefaultPolicy.
type Policy struct {
	// Thresholds are the least scores of the bands, 0 to 1. What is below Possible is no match.
	Thresholds map[Band]float64 `json:"thresholds,omitempty"`
	// Severity is what a match of a band asks of the officer.
	Severity map[Band]border.Severity `json:"severity,omitempty"`
	// ReasonAtFirstLine lets the officer at the counter read why somebody is listed.
	ReasonAtFirstLine bool `json:"reason_at_first_line,omitempty"`
	// Amber and Red are the ages (since the centre last said that it is the newest) from which the list is shown so; WhenRed is what
	// happens then: "not_checked" (amber for everybody) or "supervisor" (only a supervisor admits).
	Amber   time.Duration `json:"amber,omitempty"`
	Red     time.Duration `json:"red,omitempty"`
	WhenRed string        `json:"when_red,omitempty"`
	// ConfirmWithin is how long the owner has to answer; EscalateAfter how long a hit may wait for anybody here before a supervisor is told.
	ConfirmWithin time.Duration `json:"confirm_within,omitempty"`
	EscalateAfter time.Duration `json:"escalate_after,omitempty"`
	// FourEyes are the actions that a second person must agree to before a hit is closed with them: nil the default's, empty none.
	FourEyes []Action `json:"four_eyes,omitzero"`
	// ActUnconfirmed lets a coercive action be taken before the owner has confirmed. Who says nothing of it does not allow it.
	ActUnconfirmed bool `json:"act_unconfirmed,omitempty"`
	// ClearedFor is how long "not the same person" is remembered.
	ClearedFor time.Duration `json:"cleared_for,omitempty"`
}

// The ways of a list that is too old.
const (
	WhenRedNotChecked = "not_checked"
	WhenRedSupervisor = "supervisor"
)

// DefaultPolicy is the policy of a list of which nothing else is said.
func DefaultPolicy() Policy {
	return Policy{
		Thresholds: map[Band]float64{Certain: 0.95, Probable: 0.80, Possible: 0.70},
		Severity:   map[Band]border.Severity{Certain: border.SecondLine, Probable: border.SecondLine, Possible: border.SecondLine},
		Amber:      6 * time.Hour, Red: 24 * time.Hour, WhenRed: WhenRedNotChecked,
		ConfirmWithin: 12 * time.Hour, EscalateAfter: 30 * time.Minute,
		FourEyes: []Action{ActionDetain, ActionRefuse}, ClearedFor: 180 * 24 * time.Hour,
	}
}

// Complete is p with the defaults where it says nothing.
func (p Policy) Complete() Policy {
	d := DefaultPolicy()
	if len(p.Thresholds) == 0 {
		p.Thresholds = d.Thresholds
	}
	if len(p.Severity) == 0 {
		p.Severity = d.Severity
	}
	for _, at := range []struct{ own, other *time.Duration }{
		{&p.Amber, &d.Amber}, {&p.Red, &d.Red}, {&p.ConfirmWithin, &d.ConfirmWithin}, {&p.EscalateAfter, &d.EscalateAfter}, {&p.ClearedFor, &d.ClearedFor},
	} {
		if *at.own == 0 {
			*at.own = *at.other
		}
	}
	if p.WhenRed == "" {
		p.WhenRed = d.WhenRed
	}
	if p.FourEyes == nil {
		p.FourEyes = d.FourEyes
	}
	return p
}

// Band is the band of a score; empty when it is no match.
func (p Policy) Band(score float64) Band {
	for _, b := range []Band{Certain, Probable, Possible} {
		if least, known := p.Thresholds[b]; known && score >= least {
			return b
		}
	}
	return ""
}
