package staycheck

import (
	"context"
	"strconv"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Visas knows the visas of travellers, such as a register of electronic visas.
type Visas interface {
	// Visa is the short-stay visa of the subject; nil when none is known.
	Visa(ctx context.Context, subject border.Subject) (*stay.Visa, error)
}

// The particulars in which an officer notes what a visa sticker says.
const (
	ParticularVisaNumber  = "visa_number"
	ParticularVisaFrom    = "visa_from"    // YYYY-MM-DD
	ParticularVisaUntil   = "visa_until"   // YYYY-MM-DD
	ParticularVisaDays    = "visa_days"    // days of stay authorised
	ParticularVisaEntries = "visa_entries" // 1, 2, ... or MULT
)

// visa is the visa that bounds the stay: what is noted or printed of the one in hand goes before what the register knows.
func (c *Check) visa(ctx context.Context, s border.Subject) (*stay.Visa, []border.Evidence, error) {
	if s.Basis != border.ShortStayVisa || s.Direction != border.Entry {
		return nil, nil, nil
	}
	shown, evidence := shownVisa(s)
	if shown != nil || c.cfg.Visas == nil {
		return shown, unknown(shown, evidence), nil
	}
	visa, err := c.cfg.Visas.Visa(ctx, s)
	return visa, unknown(visa, evidence), err
}

func unknown(v *stay.Visa, evidence []border.Evidence) []border.Evidence {
	if v == nil {
		return append(evidence, note(CodeVisaUnknown, ""))
	}
	return evidence
}

// shownVisa is what the scan shows of the visa. The machine readable zone of a visa (Doc 9303-7) holds the last day of its validity.
func shownVisa(s border.Subject) (*stay.Visa, []border.Evidence) {
	r := visaReader{particulars: s.Particulars}
	v := stay.Visa{
		Number: s.Particulars[ParticularVisaNumber], From: r.date(ParticularVisaFrom), Until: r.date(ParticularVisaUntil),
		Days: r.number(ParticularVisaDays), Entries: r.number(ParticularVisaEntries),
	}
	if code := s.Document.Code; v.Until.IsZero() && code != "" && code[0] == 'V' {
		v.Until = s.Document.ExpiryDate
	}
	if v.From.IsZero() && v.Until.IsZero() && v.Days == 0 && v.Entries == 0 {
		return nil, r.evidence
	}
	return &v, r.evidence
}

type visaReader struct {
	particulars map[string]string
	evidence    []border.Evidence
}

func (r *visaReader) wrong(field, found string) {
	r.evidence = append(r.evidence, border.Evidence{Code: CodeVisaUnreadable, Field: field, Found: found, Severity: border.Acknowledge})
}

func (r *visaReader) date(field string) traveldoc.Date {
	text := r.particulars[field]
	date, err := traveldoc.ParseDate(text)
	if err != nil || !date.IsZero() && date.Precision() != traveldoc.PrecisionDay {
		r.wrong(field, text)
		return traveldoc.Date{}
	}
	return date
}

// number is 0 for nothing noted and for multiple entries.
func (r *visaReader) number(field string) int {
	text := r.particulars[field]
	if text == "" || field == ParticularVisaEntries && text == "MULT" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > stay.MaxWindow {
		r.wrong(field, text)
		return 0
	}
	return n
}
