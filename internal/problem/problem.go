// Package problem is the one kind of error that crosses from the domain to people: what kind of trouble, which words of the
// catalogue say so, which field. It must never carry personal data: its text may be logged.
package problem

import (
	"errors"
	"fmt"
)

// Kind sorts problems by what the person can do about them. Transports map a kind to a status in one place.
type Kind int

// The kinds.
const (
	Internal    Kind = iota // ours; the person can only try again and tell us
	Invalid                 // the input is wrong: Field and Code say where and what was expected
	NotFound                // no such thing, or not for this person
	Forbidden               // the person may not do this
	Conflict                // the thing has changed or is in a state that does not allow this
	Unavailable             // a part is away; trying later helps
)

// String is the kind's name in logs.
func (k Kind) String() string {
	return [...]string{"internal", "invalid", "not_found", "forbidden", "conflict", "unavailable"}[k]
}

// Error is a problem with words for the person. Code is a key of the text catalogue below "problem."; Args fill its places.
type Error struct {
	Kind  Kind
	Code  string
	Field string
	Args  map[string]any
	Err   error
}

// New makes a problem of kind with the catalogue's code.
func New(kind Kind, code string) *Error { return &Error{Kind: kind, Code: code} }

// At names the field that the problem is about.
func (e *Error) At(field string) *Error {
	with := *e
	with.Field = field
	return &with
}

// With gives the value of a place in the catalogue's text.
func (e *Error) With(name string, value any) *Error {
	with := *e
	with.Args = make(map[string]any, len(e.Args)+1)
	for k, v := range e.Args {
		with.Args[k] = v
	}
	with.Args[name] = value
	return &with
}

// Because keeps the cause, for logs and errors.Is.
func (e *Error) Because(err error) *Error {
	with := *e
	with.Err = err
	return &with
}

// Error names kind, code, field and cause; never the arguments, which may be a person's data.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %s", e.Kind, e.Code)
	if e.Field != "" {
		text += " (" + e.Field + ")"
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes two problems of the same code the same for errors.Is.
func (e *Error) Is(target error) bool {
	var other *Error
	return errors.As(target, &other) && other.Code == e.Code
}

// KindOf is the kind of the first problem in err's chain; Internal when there is none.
func KindOf(err error) Kind {
	var p *Error
	if errors.As(err, &p) {
		return p.Kind
	}
	return Internal
}
