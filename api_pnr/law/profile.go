// Package law is what a State's law demands of passenger data: how long it is kept and in which form, what must never be stored, who may
// see it again. A profile is data, not code; one of them is always in force.
//
// It must never read a clock or a database: it says when something falls due and what must go, others do it.
package law

import "time"

// Source is whose retention it is: API and PNR have their own.
type Source string

// The sources.
const (
	API Source = "api"
	PNR Source = "pnr"
)

// Profile is one legal basis. Durations count from the arrival of the flight (from its departure, or from the receipt, where that is
// not known). Zero means never, but for Delete: a profile without an end is refused.
type Profile struct {
	ID      string `json:"id"`      // "eu-pnr"
	Version int    `json:"version"` // grows with each change; stored with what was done by it
	Title   string `json:"title"`
	Basis   string `json:"basis"` // the law, as it is cited

	API Retention `json:"api"`
	PNR Retention `json:"pnr"`
	// Raw is how long the messages as they came are kept, to the end of the day (UTC); never longer than until anything is masked or deleted,
	// for they name everybody.
	Raw time.Duration `json:"raw"`
	// Drop is what must be overwritten before anything is stored.
	Drop DropList `json:"drop"`
}

// Retention is what happens to what was kept of persons.
type Retention struct {
	// Mask is when what identifies a person is taken away from everybody's sight; it can be seen again only by unmasking.
	Mask time.Duration `json:"mask"`
	// DeleteUnmatched is when persons go for good that nothing ever matched: no hit, no rule, no crossing that is open.
	DeleteUnmatched time.Duration `json:"delete_unmatched"`
	// Delete is when everything goes.
	Delete time.Duration `json:"delete"`
}

// Of is the retention of a source.
func (p Profile) Of(s Source) Retention {
	if s == PNR {
		return p.PNR
	}
	return p.API
}

// DropList names sensitive data: codes of special services (meals, medical) with the free text that goes with them, and words that give
// it away in free text. Matching is by whole code or word, in capitals.
type DropList struct {
	Services []string `json:"services,omitempty"`
	Words    []string `json:"words,omitempty"`
}

// Empty reports whether nothing is dropped.
func (d DropList) Empty() bool { return len(d.Services)+len(d.Words) == 0 }
