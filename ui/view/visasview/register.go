package visasview

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view"
)

// Register is the page on which visas are looked for.
type Register struct {
	Policy   evisa.Policy
	Now      time.Time
	Form     Form
	Searched bool
	List     []evisa.Visa
	Failed   string
}

// Visa is a visa whole. Application and N name it: the number stands in no address.
type Visa struct {
	visadb.Shown
	Application uuid.UUID
	Cases       []visausedb.Case // of its uses, the oldest first
	N, Of       int              // which of the application's numbers, from 1
	Policy      evisa.Policy
	Places      []Place
	Now         time.Time
	Manage      bool
	Notice      bool   // a notice can be made here
	NoticePage  string // where it is seen as a page; empty: nowhere
	Panel       string
	Form        Form
	Failed      string
	Done        string
}

// VisaPanel reports whether a question about a visa is known by the name.
func VisaPanel(name string) bool { return slices.Contains(visaPanels(), name) }

func visaPanels() []string { return []string{"revoke", "annul", "extend", "reissue"} }

// may reports whether a visa may be changed so; the register says it again.
func (v Visa) may(panel string) bool {
	if !v.Manage {
		return false
	}
	return v.Standing == evisa.InForce || panel == "annul" && v.Standing == evisa.Revoked
}

func (v Visa) open(panel string) string {
	address := VisaAddress(v.Application, v.N)
	return address + "&panel=" + panel
}

func holder(i traveldoc.Identity) string {
	return strings.TrimSuffix(strings.TrimSpace(i.Surname+", "+i.GivenNames), ",")
}

// dayState says of a visa in force that its days have not come, or are gone.
func dayState(ctx context.Context, v evisa.Visa, now time.Time) (string, view.Tone) {
	today := traveldoc.DateOf(now.UTC())
	switch {
	case v.Standing != evisa.InForce:
		return word(ctx, "visas.standing.", v.Standing), standingTone(v.Standing)
	case today.Before(v.From):
		return t(ctx, "visas.not_yet"), view.ToneWarning
	case v.Until.Before(today):
		return t(ctx, "visas.expired"), view.ToneError
	}
	return word(ctx, "visas.standing.", v.Standing), standingTone(v.Standing)
}

// left are the entries that are left, in words.
func (v Visa) left(ctx context.Context) string {
	if v.Entries == 0 {
		return t(ctx, "visas.multiple")
	}
	return number(ctx, max(v.Entries-v.used(), 0))
}

// used counts the entries that count for something.
func (v Visa) used() (n int) {
	for _, u := range v.Uses {
		if !u.Void {
			n++
		}
	}
	return n
}

// Cases is the page of visas that were used at several posts.
type Cases struct {
	State  visausedb.CaseState
	After  string // where the page begins
	Listed paging.Listed[visausedb.Case]
	Open   int
	Places []Place
	Now    time.Time
	Done   string
}

// CaseStates are the states that can be asked for.
func CaseStates() []visausedb.CaseState {
	return []visausedb.CaseState{visausedb.CaseOpen, visausedb.CaseDecided, visausedb.CaseGone}
}

func caseTone(s visausedb.CaseState) view.Tone {
	if s == visausedb.CaseOpen {
		return view.ToneWarning
	}
	return view.ToneInfo
}

// Use is one case, with the visa where it is one of ours.
type Use struct {
	visausedb.Case
	Visa   *visadb.Shown
	Policy evisa.Policy
	Places []Place
	Now    time.Time
	Manage bool
	Form   Form
	Failed string
	Done   string
}

// revocation is where the visa of a misuse is revoked, for who may; empty where there is nothing to revoke.
func (u Use) revocation() string {
	if u.Outcome != visausedb.Misuse || !u.Manage || u.Visa == nil || u.Visa.Standing != evisa.InForce {
		return ""
	}
	return VisaAddress(u.Visa.Application, len(u.Visa.Before)+1) + "&panel=revoke"
}

// Templates is the page of letters.
type Templates struct {
	List   []desk.Template
	Manage bool
	Done   string
}

// Letter is the page of one letter.
type Letter struct {
	desk.Template
	Mark    string // in addresses
	Manage  bool
	Preview map[string]string // by language
	Form    Form
	Failed  string
}

// Parcels is the page of what the portal handed over and fits no application yet.
type Parcels struct {
	desk.ParkedPage
	After string // where the page begins
	Now   time.Time
}
