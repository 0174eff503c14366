package audit

import "strings"

// DiscreetKind begins the object kind of whatever is done about discreet alerts: the agency that owns them follows. Such entries are shown
// to auditors of that agency alone.
const DiscreetKind = "discreet:"

// DiscreetObject is the object kind of what is done about discreet alerts of an agency.
func DiscreetObject(agency string) string { return DiscreetKind + agency }

// ShownTo reports whether an auditor who works for an agency (empty: for none) may read the entry.
func (e Entry) ShownTo(agency string) bool {
	owner, discreet := strings.CutPrefix(e.ObjectKind, DiscreetKind)
	return !discreet || agency != "" && owner == agency
}
