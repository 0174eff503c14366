package auth

import "time"

// Policy holds the durations and limits of sessions and sign-ins.
type Policy struct {
	// IdleLock is the longest a session stays open without an act of its
	// person (OWASP ASVS 5.0.0, 7.3.1).
	IdleLock time.Duration
	// Absolute is the longest a session lives at all (7.3.2).
	Absolute time.Duration
	// SeenEvery is how exactly the last act is kept: at most one write per
	// session in this time. A session may lock this much before IdleLock,
	// never after it.
	SeenEvery time.Duration
	// WatchEvery is how often watched sessions are looked at for changes made
	// by other processes.
	WatchEvery time.Duration
	// Unconfirmed is how long a watch outlives the last look that succeeded.
	Unconfirmed time.Duration
	// KeepEnded is how long ended sessions are kept before they are deleted.
	KeepEnded time.Duration
	// Account and Source are the brakes on guessing.
	Account, Source Brake
	// ChangeGenerated demands that a generated password is changed at the
	// first sign-in.
	ChangeGenerated bool
}

// DefaultPolicy is what a real post runs with.
func DefaultPolicy() Policy {
	return Policy{
		IdleLock: 5 * time.Minute, Absolute: 12 * time.Hour,
		SeenEvery: 30 * time.Second, WatchEvery: time.Second, Unconfirmed: 30 * time.Second,
		KeepEnded: 30 * 24 * time.Hour,
		Account:   AccountBrake(), Source: SourceBrake(),
		ChangeGenerated: true,
	}
}
