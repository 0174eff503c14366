package visacheck

// The codes of evidence: keys of the text catalogue below "evidence.". Ref is the number of the visa or the id of the rule that it is
// about. What is found and expected is numbers, dates and codes, so that it reads in every language.
const (
	// What lets in.
	CodeValid     = "visa_valid"      // Found: its type; Expected: its kind
	CodeEntries   = "visa_entries"    // Found: entries used before this one; Expected: entries allowed
	CodeMultiple  = "visa_multiple"   // Found: entries used before this one, of any number
	CodeUntil     = "visa_until"      // Found: last day of validity
	CodeDays      = "visa_days"       // Found: days of stay allowed
	CodeCondition = "visa_condition"  // Found: code of a condition
	CodeNotNeeded = "visa_not_needed" // Found: the provision; Ref: the rule, or "national" and the like for what needs no rule
	CodeOnArrival = "visa_on_arrival" // Found: the fee; Expected: the provision; Ref: the rule
	CodeNoRules   = "visa_no_rules"   // no rules of entry are in force
	CodeNeeded    = "visa_needed"     // Found: the provision by which a visa is needed; Ref: the rule

	// What does not.
	CodeNone        = "visa_none"
	CodeRevoked     = "visa_revoked"      // Found: the coded reason
	CodeAnnulled    = "visa_annulled"     // Found: the coded reason
	CodeReplaced    = "visa_replaced"     // Found: the number that took its place
	CodeExpired     = "visa_expired"      // Found: its last day
	CodeNotYet      = "visa_not_yet"      // Found: its first day
	CodeEntriesUsed = "visa_entries_used" // Found: entries used; Expected: entries allowed
	CodePort        = "visa_wrong_port"   // Found: this post; Expected: where it is good for
	CodeMode        = "visa_wrong_mode"   // Found: the mode; Expected: those it is good for
	CodePurpose     = "visa_wrong_purpose"
	CodeDocument    = "visa_document" // issued on another passport; Found: this number; Expected: that one
	CodeHolder      = "visa_holder"   // issued to somebody of another name or birth date
	CodeCase        = "visa_case"     // posts used it without knowing of each other, and nobody has decided

	// At exit.
	CodeExit       = "visa_exit"       // he came on it
	CodeOverstayed = "visa_overstayed" // Found: days over; Expected: the last day that it allowed

	// Others of his, and what is not whole.
	CodeOther      = "visa_other"      // another visa of his; Found: how it stands (a code of this list, without "visa_")
	CodeOutage     = "visa_outage"     // a further register gave no answer; Found: the reason
	CodeUnreadable = "visa_unreadable" // Found: rows that this release cannot read
)

// EvidenceCodes are all codes that the check's evidence can carry.
func EvidenceCodes() []string {
	return []string{
		CodeValid, CodeEntries, CodeMultiple, CodeUntil, CodeDays, CodeCondition, CodeNotNeeded, CodeOnArrival, CodeNoRules, CodeNeeded,
		CodeNone, CodeRevoked, CodeAnnulled, CodeReplaced, CodeExpired, CodeNotYet, CodeEntriesUsed, CodePort, CodeMode, CodePurpose,
		CodeDocument, CodeHolder, CodeCase, CodeExit, CodeOverstayed, CodeOther, CodeOutage, CodeUnreadable,
	}
}
