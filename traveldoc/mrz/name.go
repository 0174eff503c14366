package mrz

import "strings"

// readName splits the name at the first double filler (ICAO Doc 9303-3, section 4.6). Single fillers stand for a space, a hyphen or
// an apostrophe, and become spaces; later double fillers are tolerated.
func (d *Document) readName() {
	f := &d.fields[Name]
	if d.has(GivenNames) {
		d.readTwoNames(f, &d.fields[GivenNames])
		return
	}
	primary, secondary, split := strings.Cut(f.Raw, "<<")
	d.Surname, d.GivenNames = spaced(primary), spaced(secondary)
	d.NameTruncated = f.full()
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

// readTwoNames reads a surname and given names that stand apart; double fillers then separate the given names.
func (d *Document) readTwoNames(surname, given *Field) {
	d.Surname, d.GivenNames = spaced(surname.Raw), spaced(given.Raw)
	surname.Value, given.Value = d.Surname, d.GivenNames
	d.NameTruncated = surname.full() || given.full()
	switch {
	case d.Surname == "" && d.GivenNames == "":
		surname.Verdict = Failed
		d.reportField(CodeNameMissing, Name, Acknowledge)
		return
	case d.Surname == "":
		d.reportField(CodeNameNoPrimary, Name, Note)
	}
	if surname.full() {
		d.reportField(CodeNameTruncated, Name, Note)
	}
	if given.full() {
		d.reportField(CodeNameTruncated, GivenNames, Note)
	}
	if !lettersAndFillers(given.Raw) {
		given.Verdict = Failed
		d.reportField(CodeNameCharacter, GivenNames, Acknowledge)
	}
	d.judgeName(surname)
}

// full reports whether every cell was read and the last is no filler: the name may go on.
func (f *Field) full() bool { return len(f.Raw) == f.At.Len() && f.Raw[len(f.Raw)-1] != filler }

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
