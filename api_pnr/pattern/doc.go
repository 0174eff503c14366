// Package pattern tells what a reservation shows of how somebody travels: the shape of the route, how long before he booked, how long he
// stays where, with whom, how it was paid, with how many bags. Rules of risk are written on these values.
//
// It must never give a value that the data does not show: what is not known is told apart from zero and from no. It judges nobody; whether a
// pattern means anything is for the rules, and for the people who answer for them.
package pattern

// Maybe is a value that may not be known. The zero value is not known.
type Maybe[T any] struct {
	Value T
	Known bool
}

// known is a value that is known.
func known[T any](v T) Maybe[T] { return Maybe[T]{Value: v, Known: true} }

// Or is the value, or another one where it is not known.
func (m Maybe[T]) Or(other T) T {
	if m.Known {
		return m.Value
	}
	return other
}
