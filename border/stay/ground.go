package stay

// EntryRule is what a rule of entry allows to whom it lets in without a visa, or with one on arrival.
type EntryRule struct {
	ID      string `json:"id"`
	Version string `json:"version,omitempty"` // of the rules of entry that it stands in
	Days    int    `json:"days,omitempty"`    // of stay, from the day of entry on; 0 bounds nothing
}

// Ground is on what somebody comes by the rules of entry of a State: a visa, or a rule by which he needs none beforehand; neither where nothing
// is known.
type Ground struct {
	Visa *Visa
	Rule *EntryRule
}

// limit is what the rule bounds a stay to that begins on first.
func (r *EntryRule) limit(first day) limit {
	if r == nil || r.Days <= 0 {
		return limit{forever, BoundNone}
	}
	return limit{first + day(r.Days) - 1, BoundEntryRule}
}
