package mrz

import "github.com/openbmis/openbmis/traveldoc"

// expiryWindow is how many years from the inspection an expiry may lie, on either side.
const expiryWindow = 50

// twoDigits reads two cells: a number from 0 to 99, unknown for fillers, wrong for anything else or for cells that are not there.
const (
	unknownPart = -1
	wrongPart   = -2
)

func twoDigits(s string, from int) int {
	if len(s) < from+2 {
		return wrongPart
	}
	a, b := s[from], s[from+1]
	switch {
	case a == filler && b == filler:
		return unknownPart
	case a >= '0' && a <= '9' && b >= '0' && b <= '9':
		return int(a-'0')*10 + int(b-'0')
	}
	return wrongPart
}

// readDate reads YYMMDD, or YYMM of an issue. What is not known lowers the precision; what cannot be a date gives the unknown date and a failed field:
// never a date that is not printed.
func (d *Document) readDate(id FieldID, inspection traveldoc.Date) traveldoc.Date {
	if !d.has(id) {
		return traveldoc.Date{}
	}
	f := &d.fields[id]
	year, month, day := twoDigits(f.Raw, 0), twoDigits(f.Raw, 2), unknownPart
	if id != IssueDate { // which has no day
		day = twoDigits(f.Raw, 4)
	}
	if year == wrongPart || month == wrongPart || day == wrongPart {
		return d.wrongDate(id)
	}
	year, month, day = d.zeroParts(id, year, month, day)
	if year == unknownPart {
		d.reportField(CodeDateUnknown, id, Note)
		return traveldoc.Date{}
	}
	if month == unknownPart {
		day = unknownPart
	}
	if inspection.Year() == 0 {
		d.reportField(CodeDateCentury, id, Acknowledge)
		return traveldoc.Date{}
	}
	date, ok := inCentury(id, year, max(month, 0), max(day, 0), inspection)
	if !ok {
		return d.wrongDate(id)
	}
	if date.Precision() != traveldoc.PrecisionDay && id != IssueDate {
		d.reportField(CodeDatePartial, id, Note)
	}
	return date
}

func (d *Document) wrongDate(id FieldID) traveldoc.Date {
	d.fields[id].Verdict = Failed
	d.reportField(CodeDateInvalid, id, Acknowledge)
	return traveldoc.Date{}
}

// zeroParts takes zeros for an unknown month or day, as some issuers print them. 000000 says nothing at all.
func (d *Document) zeroParts(id FieldID, year, month, day int) (y, m, dd int) {
	if month != 0 && day != 0 {
		return year, month, day
	}
	d.reportField(CodeDateZero, id, Note)
	if year == 0 && month <= 0 && day <= 0 {
		return unknownPart, unknownPart, unknownPart
	}
	if month == 0 {
		return year, unknownPart, unknownPart
	}
	return year, month, unknownPart
}

// inCentury chooses the century: for a birth or an issue the latest that does not lie after the inspection, for an expiry the latest within
// fifty years of it. A day that the chosen year does not have (29 February) is looked for in the century before.
func inCentury(id FieldID, year, month, day int, inspection traveldoc.Date) (traveldoc.Date, bool) {
	newest := order(inspection.Year(), inspection.Month(), inspection.Day(), 99)
	if id == ExpiryDate {
		newest += order(expiryWindow, 0, 0, 0)
	}
	century := newest / order(100, 0, 0, 0) * 100
	for _, full := range [...]int{century + year, century + year - 100} {
		date, err := traveldoc.NewDate(full, month, day)
		if err == nil && order(full, month, day, 1) <= newest {
			return date, true
		}
	}
	return traveldoc.Date{}, false
}

// oldestBearer is the age in years beyond which no bearer is looked for.
const oldestBearer = 120

// OtherBirthDate is the birth date a century before BirthDate, when a bearer of that age can stand there: the zone has two digits of
// the year and cannot tell a child from a person of more than a hundred years. The chip (DG11) and the visual zone can.
func (d *Document) OtherBirthDate() (traveldoc.Date, bool) {
	if d.BirthDate.IsZero() || d.inspected.Year()-d.BirthDate.Year()+100 > oldestBearer {
		return traveldoc.Date{}, false
	}
	date, err := traveldoc.NewDate(d.BirthDate.Year()-100, d.BirthDate.Month(), d.BirthDate.Day())
	return date, err == nil
}

// order is a number that grows with the date; other stands for an unknown month or day.
func order(year, month, day, other int) int {
	if month == 0 {
		month = other
	}
	if day == 0 {
		day = other
	}
	return year*10000 + month*100 + day
}
