package entryrulesview

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/ui/view"
)

// Version is a table that was proposed, and what became of it.
type Version struct {
	ID     string // in addresses
	State  string // a key below "entryrules.state."
	Book   evisa.RuleBook
	Number int // as it was published; 0: never
	Why    string

	ProposedBy string // log-in name
	ProposedAt time.Time
	DecidedBy  string
	DecidedAt  time.Time
	Remark     string
	Own        bool // who looks proposed it
}

// States of versions.
const (
	Proposed = "proposed"
	InForce  = "in_force"
	Replaced = "replaced"
	Rejected = "rejected"
)

// History is the page of what was proposed and decided.
type History struct {
	Held
	List  []Version // newest first
	Total int       // of all pages
	After string    // where the page begins
	Next  string    // where the next one does; "" on the last
	Done  string
}

// Shown is the page of one version.
type Shown struct {
	Version
	Changes []Change
	Effects Effects
	Places  []Place
	// Stale says that another table came into force since it was proposed.
	Stale  bool
	Form   Form
	Failed string
}

// Draft is the page on which the next table is written. It is kept in the page itself until it is proposed.
type Draft struct {
	Held
	Book    evisa.RuleBook
	Base    string // the version that it began with
	Undo    string // the table before the last act, as JSON; empty: nothing to undo
	Edited  bool   // a rule is being written: Form holds it
	At      int    // its place, from 1; 0: a new one
	Table   Table
	Changes []Change
	Effects Effects
	Form    Form
	Places  []Place
	Failed  string
	Done    string
}

// JSON is the table as it travels in the page.
func (d Draft) JSON() string {
	out, err := json.MarshalIndent(d.Book, "", " ")
	if err != nil { // its parts are texts and numbers
		return ""
	}
	return string(out)
}

func stateTone(state string) view.Tone {
	switch state {
	case Proposed:
		return view.ToneWarning
	case InForce:
		return view.ToneSuccess
	case Rejected:
		return view.ToneError
	}
	return view.ToneInfo
}

func changeTone(kind string) view.Tone {
	switch kind {
	case Added:
		return view.ToneSuccess
	case Removed:
		return view.ToneError
	case Changed:
		return view.ToneWarning
	}
	return view.ToneInfo
}

// has reports whether a box is ticked: its values stand one behind the other, with a blank between.
func (f Form) has(name, code string) bool {
	return slices.Contains(strings.Fields(f.Values[name]), code)
}
