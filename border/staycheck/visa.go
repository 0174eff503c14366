package staycheck

import (
	"context"
	"strconv"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Visas knows the rules of entry and the visas of travellers, such as a register of electronic visas.
type Visas interface {
	// Ground is the visa on which the subject enters, or the rule by which he needs none beforehand; empty when neither is known.
	Ground(ctx context.Context, subject border.Subject) (stay.Ground, error)
}

// The particulars in which an officer notes what a visa sticker says.
const (
	ParticularVisaNumber  = "visa_number"
	ParticularVisaFrom    = "visa_from"    // YYYY-MM-DD
	ParticularVisaUntil   = "visa_until"   // YYYY-MM-DD
	ParticularVisaDays    = "visa_days"    // days of stay authorised
	ParticularVisaEntries = "visa_entries" // 1, 2, ... or MULT
)

// ground is what bounds the stay beside its days: what is noted or printed of the visa in hand goes before what is known of visas and rules.
// A visa that lets in goes before the rule by which none is needed: who has one may stay longer for it.
func (c *Check) ground(ctx context.Context, s border.Subject) (stay.Ground, []border.Evidence, error) {
	if s.Direction != border.Entry {
		return stay.Ground{}, nil, nil
	}
	if s.Basis == border.ShortStayVisa {
		shown, evidence := shownVisa(s)
		if shown != nil || c.cfg.Visas == nil {
			return stay.Ground{Visa: shown}, unknown(shown, evidence), nil
		}
		g, err := c.cfg.Visas.Ground(ctx, s)
		return g, unknown(g.Visa, evidence), err
	}
	return c.registered(ctx, s)
}

// registered is on what somebody comes of whom nobody noted a visa.
func (c *Check) registered(ctx context.Context, s border.Subject) (stay.Ground, []border.Evidence, error) {
	if c.cfg.Visas == nil {
		return stay.Ground{}, nil, nil
	}
	g, err := c.cfg.Visas.Ground(ctx, s)
	if g.Visa == nil || err != nil {
		return g, nil, err
	}
	return g, []border.Evidence{{Code: CodeOnVisa, Found: g.Visa.Number, Ref: g.Visa.Number, Severity: border.Note}}, nil
}

// longStay is more days than a short stay can have: a visa for more is one for a long stay (Regulation (EC) No 810/2009, article 2).
const longStay = 90

// onVisa is the subject on the basis of the visa that was found; changed is false when it was his already.
func onVisa(s border.Subject, v *stay.Visa) (with border.Subject, changed bool) {
	if v == nil || s.Basis == border.ShortStayVisa {
		return s, false
	}
	s.Basis = border.ShortStayVisa
	if v.Days > longStay && border.Rules(s.Category).Allows(border.LongStayVisa) {
		s.Basis = border.LongStayVisa
	}
	return s, true
}

// onLongStay is the finding of an entry on a visa for a long stay: no rule of short stays counts its days, and the visa bounds it.
func onLongStay(s border.Subject, source border.Source, v *stay.Visa, evidence []border.Evidence) border.Finding {
	until := stay.AddDays(s.Today, v.Days-1)
	bound := stay.BoundVisaDays
	if !v.Until.IsZero() && v.Until.Before(until) {
		until, bound = v.Until, stay.BoundVisa
	}
	g := &border.Grant{MaxDays: stay.DaysBetween(s.Today, until) + 1, Until: until, Bound: bound, Basis: s.Basis}
	g.BoundBy, g.BoundDays = v.Number, v.Days
	evidence = append([]border.Evidence{note(CodeGranted, facts(strconv.Itoa(g.MaxDays), until.String())), boundBy(g)}, evidence...)
	return border.Finding{Source: source, Outcome: border.NoHit, Evidence: evidence, Grant: g}
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
