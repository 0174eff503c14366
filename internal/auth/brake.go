package auth

import "time"

// Brake is the policy against guessing: after some free failures every further
// one doubles the wait, up to a limit. It is never permanent, since a lock
// without end would let anybody shut out an officer.
type Brake struct {
	// Free failures cost nothing: people mistype.
	Free int
	// Base is the wait after the first failure beyond Free.
	Base time.Duration
	// Limit is the longest wait.
	Limit time.Duration
	// Forget is the quiet time after which failures no longer count.
	Forget time.Duration
}

// AccountBrake holds for one account, known or not: 4 free failures, then 2 s,
// 4 s, 8 s ... 15 min; forgotten after a day. That is fewer than 110 guesses a
// day without end.
func AccountBrake() Brake {
	return Brake{Free: 4, Base: 2 * time.Second, Limit: 15 * time.Minute, Forget: 24 * time.Hour}
}

// SourceBrake holds for one network address over all accounts. A whole hall may
// stand behind one address, so it is wider: 50 free failures.
func SourceBrake() Brake {
	return Brake{Free: 50, Base: time.Second, Limit: 5 * time.Minute, Forget: time.Hour}
}

// Failures are what is remembered of an account or a source.
type Failures struct {
	Count int
	Last  time.Time
	// Refused counts the attempts since Last that were turned away unread.
	Refused int
}

// Until is the instant before which the next attempt is refused; zero when it
// may be made at once.
func (b Brake) Until(f Failures) time.Time {
	if f.Count <= b.Free || f.Last.IsZero() {
		return time.Time{}
	}
	wait := b.Base
	for range f.Count - b.Free - 1 {
		if wait *= 2; wait >= b.Limit {
			break
		}
	}
	return f.Last.Add(min(wait, b.Limit))
}

// Wait is how long an attempt at now must wait; never negative, at most Limit.
// A last failure in the future means that the clock was set back: then nobody
// waits, for the wait could last as long as the clock was wrong.
func (b Brake) Wait(f Failures, now time.Time) time.Duration {
	if now.Before(f.Last) {
		return 0
	}
	return max(0, b.Until(f).Sub(now))
}

// Next is the memory after one more failure at now.
func (b Brake) Next(f Failures, now time.Time) Failures {
	if f.Last.IsZero() || now.Sub(f.Last) >= b.Forget {
		return Failures{Count: 1, Last: now}
	}
	return Failures{Count: f.Count + 1, Last: now}
}
