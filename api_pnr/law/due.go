package law

import "time"

// Act is what the law wants done with what is kept of a person from one source.
type Act string

// The acts. Keep is the zero value.
const (
	Keep   Act = ""
	Mask   Act = "mask"
	Delete Act = "delete"
)

// Due is what has to be done at an instant with data that counts from another. matched says that something pointed at the person: a hit,
// a rule, an open case. Masking twice does no harm: Due says what state the data has to be in, not what is left to do.
func (r Retention) Due(from, now time.Time, matched bool) Act {
	age := now.Sub(from)
	switch {
	case age >= r.Delete, !matched && r.DeleteUnmatched > 0 && age >= r.DeleteUnmatched:
		return Delete
	case r.Mask > 0 && age >= r.Mask:
		return Mask
	}
	return Keep
}

// Before are the instants that data has to count from, or earlier, for its time to be over: what a job looks for.
type Before struct {
	Mask            time.Time // zero: nothing is masked
	DeleteUnmatched time.Time // zero: unmatched data is treated as the rest
	Delete          time.Time
}

// Before gives those instants at now.
func (r Retention) Before(now time.Time) Before {
	b := Before{Delete: now.Add(-r.Delete)}
	if r.Mask > 0 {
		b.Mask = now.Add(-r.Mask)
	}
	if r.DeleteUnmatched > 0 {
		b.DeleteUnmatched = now.Add(-r.DeleteUnmatched)
	}
	return b
}
