package central

// EndCause says why somebody left the list of overstayers.
type EndCause string

// The causes.
const (
	EndLateExit    EndCause = "late_exit"    // he left, after the last lawful day
	EndLateRecord  EndCause = "late_record"  // he had left in time: the record of it arrived late
	EndRepaired    EndCause = "repaired"     // a supervisor supplied the exit
	EndEntryVoided EndCause = "entry_voided" // the entry does not stand
	EndExtended    EndCause = "extended"     // the authorisation of his stay was extended
	EndNewEntry    EndCause = "new_entry"    // another entry followed: he had left in between, unrecorded
	EndJoined      EndCause = "joined"       // his files were linked or parted
	EndRecomputed  EndCause = "recomputed"   // earlier records arrived late: the days count otherwise
)

// EndCauses are all causes, in the order shown.
func EndCauses() []EndCause {
	return []EndCause{
		EndLateExit, EndLateRecord, EndRepaired, EndEntryVoided, EndExtended, EndNewEntry, EndJoined, EndRecomputed,
	}
}
