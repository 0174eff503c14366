// Package score holds what carriers sent of a flight against what they owe: which push came when, which is missing, late or incomplete,
// whether the counts agree with those declared, and how well the fields are filled. It counts; it knows nobody by name.
//
// It must never blame a carrier for what is not due yet or what cannot be known: a flight without a known departure has no late push.
package score
