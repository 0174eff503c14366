// Package risk is the rules that analysts write over passenger data: which fields there are, how a condition reads and what it means
// (CEL underneath, typed, bounded in cost), what a rule answers about a person, how it is tried on past flights before it may be used,
// and what becomes of its hits.
//
// A rule is total: what is not known makes an answer "not known", never an error and never a silent "no". It must never act: a hit is a
// question to a person, who looks at it. It must never adjust itself: a rule changes only by a new version that two people agreed to.
package risk
