package mrz

import "strings"

// readName splits the name at the first double filler (ICAO Doc 9303-3, section 4.6). Single fillers stand for a space, a hyphen or
// an apostrophe, and become spaces; later double fillers are tolerated.
func (d *Document) readName() {
	f := &d.fields[Name]
	primary, secondary, split := strings.Cut(f.Raw, "<<")
	d.Surname, d.GivenNames = spaced(primary), spaced(secondary)
	d.NameTruncated = len(f.Raw) == f.At.Len() && f.Raw[len(f.Raw)-1] != filler
	switch {
	case d.Surname == "" && d.GivenNames == "":
		f.Verdict = Failed
		d.reportField(CodeNameMissing, Name, Acknowledge)
		return
	case split && d.Surname == "":
		d.reportField(CodeNameNoPrimary, Name, Note)
	}
	if d.NameTruncated {
		d.reportField(CodeNameTruncated, Name, Note)
	} else if len(f.Raw) < f.At.Len() && f.Raw[len(f.Raw)-1] != filler {
		f.Verdict = Suspect // the line ends within the name: whether more was printed is not known
	}
	if strings.Contains(strings.Trim(secondary, "<"), "<<") {
		d.reportField(CodeNameSeparator, Name, Note)
	}
	d.judgeName(f)
}

func (d *Document) judgeName(f *Field) {
	if !lettersAndFillers(f.Raw) {
		f.Verdict = Failed
		d.reportField(CodeNameCharacter, Name, Acknowledge)
	}
	if titled(d.GivenNames) {
		d.reportField(CodeNameTitle, Name, Note)
	}
}

func lettersAndFillers(s string) bool {
	for i := range len(s) {
		if !isLetterOrFiller(s[i]) {
			return false
		}
	}
	return true
}

// titled reports whether the given names begin or end with a title, which Doc 9303-3 wants left out.
func titled(names string) bool {
	first, _, _ := strings.Cut(names, " ")
	last := names[strings.LastIndexByte(names, ' ')+1:]
	return isTitle(first) || isTitle(last)
}

func isTitle(word string) bool {
	switch word {
	case "MR", "MRS", "MS", "MISS", "DR", "PROF", "SIR":
		return true
	}
	return false
}
