package visacheck

import (
	"context"
	"time"

	"github.com/openbmis/openbmis/evisa"
)

// Rules hands out the rules of entry as they stand.
type Rules interface {
	Rules(ctx context.Context) (Standing, error)
}

// Standing is the rules of entry as a place holds them.
type Standing struct {
	// Held is false when the dataset never came here.
	Held bool
	// InForce is false when no rules were put in force: then nothing is asked of anybody.
	InForce bool
	// Unreadable says that this release cannot read the rules.
	Unreadable bool
	Book       evisa.RuleBook
	Number     int64     // version of the dataset
	AsOf       time.Time // when they were last known to be current
}

// Config is what the check is made of.
type Config struct {
	Registry evisa.Registry
	Rules    Rules
	// State is the State of the crossing point, three letters as in an MRZ: its nationals need no visa. Empty: nobody is at home.
	State string
	// Post is the crossing point's id, which visas and rules name; empty before boarding, where nobody knows it.
	Post string
	// MaxAge is the age beyond which the register, or the rules, are no answer; 0: none is.
	MaxAge time.Duration
	// Optional says that admitting asks for no reason when the register gives no answer.
	Optional bool
	// Now is the clock that bounds how long an answer serves both this check and the check of stays; nil: it never does.
	Now func() time.Time
}
