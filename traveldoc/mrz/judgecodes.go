package mrz

import (
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// longestValidity is the longest time in years between issue and expiry that a travel document is given.
const longestValidity = 10

// judgeCodes looks the codes up in the lists.
func (d *Document) judgeCodes() {
	training := d.options&Training != 0
	d.judgeState(IssuingState, d.IssuingState, training)
	if d.has(Nationality) {
		d.judgeState(Nationality, d.Nationality, training)
	}
	f := &d.fields[DocumentCode]
	if f.Raw == "" {
		return
	}
	row, known := documentOf(f.Raw)
	switch {
	case !known:
		d.reportCode(CodeDocumentCode, DocumentCode, Acknowledge)
	case !strings.Contains(row.formats(), d.Format.String()):
		d.reportCode(CodeDocumentCodeFormat, DocumentCode, Note)
	case !within(row.from(), row.to(), d.ExpiryDate):
		d.reportCode(CodeDocumentCodeTime, DocumentCode, Note)
	}
}

func (d *Document) judgeState(id FieldID, code string, training bool) {
	f, wrong := JudgeState(id, code, d.ExpiryDate)
	if code == "" || (f.Code == CodeStateUnknown && !lettersOnly(code)) {
		d.fields[id].Verdict = Failed
	}
	if wrong && (!training || f.Code != CodeStateTraining) {
		f.At = d.fields[id].At
		d.report(f)
	}
}

// JudgeState says what is wrong with a state code, without fillers, as issuing state or as nationality (id) of a document that
// expires on expiry; false when nothing is.
func JudgeState(id FieldID, code string, expiry traveldoc.Date) (Finding, bool) {
	f := Finding{Field: id, Printed: code, Severity: Acknowledge}
	row, known := stateOf(code)
	switch {
	case code == "":
		f.Code = CodeStateMissing
	case !known:
		f.Code = CodeStateUnknown
	case row.kind() == "training":
		f.Code, f.Severity = CodeStateTraining, Note
	case id == IssuingState && row.use() != "both":
		f.Code, f.Severity = CodeStateNotIssuer, Note
	case id == IssuingState && !inForce(row, expiry):
		f.Code = CodeStateNotInForce
	default:
		return Finding{}, false
	}
	return f, true
}

func (d *Document) reportCode(code Code, id FieldID, severity Severity) {
	f := &d.fields[id]
	d.report(Finding{Code: code, Field: id, At: f.At, Printed: f.Value, Severity: severity})
}

func lettersOnly(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0
}

// inForce reports whether the code can have been in force on the day of issue, which the zone does not hold: that day lies before
// the expiry by ten years at most.
func inForce(row stateRow, expiry traveldoc.Date) bool {
	return within(dateColumn(string(row), 20), dateColumn(string(row), 31), expiry)
}

func within(from, to, expiry traveldoc.Date) bool {
	if expiry.IsZero() || (from.IsZero() && to.IsZero()) {
		return true
	}
	earliest := expiry.First().AddDate(-longestValidity, 0, 0)
	return (to.IsZero() || !to.First().Before(earliest)) && (from.IsZero() || !expiry.Last().Before(from.First()))
}
