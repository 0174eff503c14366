package visacheck

import (
	"slices"
	"strconv"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
)

// Use is what a decision says of a visa: an entry that used it, or an exit of somebody who came on it.
type Use struct {
	Number evisa.Number
	// Entries are what it allowed as the post knew it (0: multiple), Known the entries that the post knew of before this one.
	Entries, Known int
}

// UsedIn is the visa that a decision used: an entry admitted with a valid visa, or with one whose faults an officer went over, or an exit of
// somebody who came on one. A refusal, a referral and an entry that needed no visa use none.
func UsedIn(e border.CrossingEvent) (u Use, used bool) {
	if e.Decision.Verdict != border.Admit {
		return u, false
	}
	n := slices.IndexFunc(e.Findings, func(f border.Finding) bool { return f.Check == evisa.CheckName })
	if n < 0 {
		return u, false
	}
	for _, v := range e.Findings[n].Evidence {
		switch v.Code {
		case CodeEntries:
			u.Entries, u.Known = count(v.Expected), count(v.Found)
		case CodeMultiple:
			u.Known = count(v.Found)
		}
		if names(v.Code, e.Direction) && v.Ref != "" && len(v.Ref) <= maxNumber { // an outside platform has numbers of its own
			u.Number, used = evisa.Number(v.Ref), true
		}
	}
	return u, used
}

// names reports whether evidence names the visa that a decision used: the entries of one are told of no other.
func names(code string, direction border.Direction) bool {
	if direction == border.Exit {
		return code == CodeExit
	}
	return code == CodeValid || code == CodeEntries || code == CodeMultiple
}

// maxNumber is the longest number of a visa that is kept.
const maxNumber = 64

// count reads a number of entries; what is none is 0.
func count(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 10000 {
		return 0
	}
	return n
}
