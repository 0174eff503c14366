package shift

import "slices"

// Section is a part of the post register. The order and the subjects follow Regulation (EU) 2016/399, annex II.
type Section string

// The sections of the register.
const (
	Team        Section = "team"
	Lanes       Section = "lanes"
	Relaxations Section = "relaxations"
	Traffic     Section = "traffic"   // entries and exits
	Documents   Section = "documents" // authorisations extended, revoked, annulled
	Refusals    Section = "refusals"
	Referrals   Section = "referrals"
	Checks      Section = "checks" // hits, not checked, provisional
	Corrections Section = "corrections"
	Stamps      Section = "stamps" // and receipts
	Apprehended Section = "apprehended"
	Complaints  Section = "complaints"
	Measures    Section = "measures" // other police and judicial measures
	Occurrences Section = "occurrences"
	Technical   Section = "technical" // link outages, what waits to be sent
)

// Sections are the sections in the order of the register.
func Sections() []Section {
	return []Section{
		Team, Lanes, Relaxations, Traffic, Documents, Refusals, Referrals, Checks, Corrections, Stamps, Apprehended, Complaints,
		Measures, Occurrences, Technical,
	}
}

// Valid reports whether s is one of Sections.
func (s Section) Valid() bool { return slices.Contains(Sections(), s) }

// NoteSections are the sections that notes are made in.
func NoteSections() []Section { return []Section{Occurrences, Complaints, Apprehended, Measures} }

// Kinds are the codes of what may be noted in a section; none for a section without notes.
func Kinds(s Section) []string {
	switch s {
	case Occurrences:
		return []string{"congestion", "technical_fault", "disturbance", "medical", "accident", "security", "visit", "weather", "other"}
	case Complaints:
		return []string{"waiting_time", "conduct", "decision", "facilities", "other_complaint"}
	case Apprehended:
		return []string{"wanted_person", "forged_document", "irregular_crossing", "smuggling", "other_offence"}
	case Measures:
		return []string{"seizure", "search", "escort", "fine", "joint_control", "other_measure"}
	default:
		return nil
	}
}

// Levels of control, from full checks down (Regulation (EU) 2016/399, article 9: a relaxation is temporary, adapted to its cause,
// and registered). Lists are checked on every level.
const (
	Full          = "full"
	NoFingerprint = "no_fingerprint"
	Sample        = "sample"
	DocumentOnly  = "document_only"
)

// Levels are the levels of control.
func Levels() []string { return []string{Full, NoFingerprint, Sample, DocumentOnly} }

// Causes for which a lane closes.
const (
	ByOfficer = "by_officer" // he closed it
	OtherLane = "other_lane" // he took another
	SignedOut = "signed_out" // his session ended, by him, by time or because his account was shut
)

// Bounds of what a shift holds.
const (
	MaxText  = 8000 // of a text, in bytes
	MaxTeam  = 200
	MaxCode  = 40 // of a stamp's security code, in bytes
	maxLogin = 200
)
