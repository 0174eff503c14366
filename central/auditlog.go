package central

import "github.com/openbmis/openbmis/internal/audit"

// AuditEntry is an entry of the audit log as the viewer shows it.
type AuditEntry struct {
	audit.Entry
	ID    int64
	Leaf  int64  // its number in the tree; -1 while it waits for one
	Login string // of the actor, when the actor is a person with an account here
}

// Who names the actor for people.
func (e AuditEntry) Who() string {
	if e.Login != "" {
		return e.Login
	}
	return e.Actor
}

// AuditPage is one page of the audit log, newest first, with the count of all from the same snapshot.
type AuditPage struct {
	Rows  []AuditEntry
	Total int64
	Next  int64 // the next page begins before this id; 0 on the last
}
