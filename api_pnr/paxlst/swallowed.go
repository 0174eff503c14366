package paxlst

import "strings"

// swallowed is the element that ends in the tag of another segment, which is part of this one because no terminator stands before it; -1.
// Free text is left as it is.
func (r *reader) swallowed() int {
	if r.s.Tag == tagFTX {
		return -1
	}
	for e := 0; e+1 < r.s.Elements(); e++ {
		if r.beginsBehind(e) {
			return e
		}
	}
	return -1
}

// beginsBehind reports whether an element ends in a tag, and what stands behind it is what a segment of that tag begins with.
func (r *reader) beginsBehind(e int) bool {
	tag := r.s.Tail(e)
	switch tag {
	case tagATT, tagCNT, tagDOC, tagDTM, tagEMP, tagGEI, tagLOC, tagMEA, tagNAD, tagNAT, tagRFF, tagTDT:
	default:
		return false
	}
	first, paired := r.text(e+1, 0), r.s.Components(e+1) > 1
	switch tag {
	case tagNAD:
		const name = 4 // elements from the one that NAD stands at the end of
		_, known := kindOf(first)
		return known && r.text(e+name, 0) != ""
	case tagLOC:
		return len(first) > 1 && len(first) < 4 && allDigits(first)
	case tagDTM, tagCNT:
		return paired && len(first) < 4 && allDigits(first)
	case tagRFF:
		return paired && (len(first) == 2 || len(first) == 3) && strings.Trim(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
	case tagDOC:
		return len(first) > 0 && len(first) < 3 && strings.Trim(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && r.text(e+2, 0) != ""
	case tagMEA:
		return first == "CT" || first == "WT"
	case tagTDT:
		return first == "20" || first == "34"
	case tagGEI:
		return first == "4"
	case tagEMP:
		return first == "1"
	default: // ATT, NAT
		return first == "2"
	}
}
