package listcheck

import (
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/vehicle"
)

// Codes of evidence. All evidence of one match has the same Ref: the alert's key, "@" and its version.
const (
	CodeMatch      = "alert_match"      // the match as a whole: band, score, and what it asks of the officer
	CodeDocument   = "alert_document"   // the document itself is listed; the head of the match of an alert for a document
	CodeVehicle    = vehicle.CodeListed // the head of the match of a vehicle
	CodeField      = "alert_field"      // one compared field
	CodeCategory   = "alert_category"
	CodeReason     = "alert_reason"
	CodeAction     = "alert_action"
	CodeSafety     = "alert_safety"          // marks that everybody who meets the person must know, with commas
	CodeFlagged    = "alert_flagged"         // this State does not carry the action out
	CodeNoDetails  = "alert_details_missing" // the alert's details could not be had
	CodeMore       = "alert_more"            // Found is how many matches are left out
	CodeUnread     = "alert_name_unread"     // no name of the traveller can be read whole: the search by name is not complete
	CodeIncomplete = "list_incomplete"       // Found are the lists
)

// fieldDocument and fieldVehicle are fields of the matcher's evidence.
const (
	fieldDocument = "document"
	fieldVehicle  = "vehicle"
)

// evidence is what a match says, its head first. What tells why somebody is listed is restricted unless the list's policy shows it.
func (m met) evidence() []border.Evidence {
	ref, severity, restricted := m.ref(), m.severity(), !m.policy.ReasonAtFirstLine
	out := []border.Evidence{{Code: m.head(), Severity: severity, Ref: ref, Band: string(m.band), Score: m.Score}}
	for _, e := range m.Evidence {
		out = append(out, m.field(e, ref, severity, restricted))
	}
	a := m.alert
	if a == nil {
		return append(out, border.Evidence{Code: CodeNoDetails, Severity: border.Note, Ref: ref})
	}
	for _, part := range []border.Evidence{
		{Code: CodeCategory, Expected: string(a.Category), Severity: border.Note, Ref: ref, Restricted: restricted},
		{Code: CodeReason, Expected: a.Reason, Severity: severity, Ref: ref, Restricted: restricted},
		{Code: CodeAction, Expected: string(a.Action), Severity: severity, Ref: ref, Restricted: restricted},
		{Code: CodeSafety, Expected: strings.Join(a.Safety, ","), Severity: severity, Ref: ref},
	} {
		if part.Expected != "" {
			out = append(out, part)
		}
	}
	if a.Flagged {
		out = append(out, border.Evidence{Code: CodeFlagged, Severity: border.Note, Ref: ref})
	}
	return out
}

// head is the code of a match as a whole, by what is looked for.
func (m met) head() string {
	kind := alerts.Person
	if m.alert != nil {
		kind = m.alert.Subject.Kind
	}
	switch {
	case kind == alerts.VehicleOnly || m.meets(fieldVehicle):
		return CodeVehicle
	case kind == alerts.DocumentOnly:
		return CodeDocument
	}
	return CodeMatch
}

func (m met) meets(field string) bool {
	for _, e := range m.Evidence {
		if e.Field == field && agrees(e.Relation) {
			return true
		}
	}
	return false
}

// field is one compared field. A document that is listed together with its bearer is said to be, since that does not depend on who shows
// it.
func (m met) field(e match.Evidence, ref string, severity border.Severity, restricted bool) border.Evidence {
	out := border.Evidence{
		Code: CodeField, Field: e.Field, Found: e.Found, Expected: e.Listed, Relation: e.Relation, Score: e.Score,
		Severity: border.Note, Ref: ref, Restricted: restricted,
	}
	if e.Field == fieldDocument && agrees(e.Relation) && m.head() == CodeMatch {
		out.Code, out.Severity = CodeDocument, severity
	}
	return out
}

// Agrees reports whether a relation (match.Relations) says that both sides may be the same; what one side does not say agrees with
// everything and shows nothing.
func Agrees(relation string) bool { return agrees(relation) }

func agrees(relation string) bool {
	switch relation {
	case match.RelDifferent, match.RelExtraFound, match.RelExtraListed:
		return false
	}
	return shows(relation)
}

// shows is false for relations that neither speak for the match nor against it.
func shows(relation string) bool {
	switch relation {
	case match.RelUnknown, match.RelWeak, match.RelCommon, "":
		return false
	}
	return true
}

// Differs reports whether a relation says that the sides are not the same.
func Differs(relation string) bool { return shows(relation) && !agrees(relation) }

func (m met) ref() string {
	if m.alert == nil {
		return m.Key
	}
	return m.Key + "@" + strconv.Itoa(m.alert.Version)
}

// severity is what the list's policy asks of the officer for the band. An alert whose action this State does not carry out is told and
// no more.
func (m met) severity() border.Severity {
	if m.alert != nil && m.alert.Flagged {
		return border.Note
	}
	if s, known := m.policy.Severity[m.band]; known {
		return s
	}
	return border.SecondLine
}
