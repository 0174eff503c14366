package staycheck

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
)

// The codes of evidence that are not problems of the history itself (those are stay.ProblemCodes): keys of the text catalogue below
// "evidence.". What they found is numbers and dates alone, so that it reads in every language.
const (
	CodeGranted          = "stay.granted"           // days · last day · rule
	CodeUnbounded        = "stay.unbounded"         // nothing bounds the stay
	CodeNoneLeft         = "stay.none_left"         // ground F: the days of the rule are used
	CodeVisaEnded        = "stay.visa_ended"        // the visa has ended
	CodeVisaNotBegun     = "stay.visa_not_begun"    // the visa is not valid yet
	CodeVisaDaysUsed     = "stay.visa_days_used"    // the days that the visa authorises are used
	CodeVisaEntriesUsed  = "stay.visa_entries_used" // the entries that the visa authorises are used up
	CodeVisaUnreadable   = "stay.visa_unreadable"   // what is noted of the visa is no date or number
	CodeVisaUnknown      = "stay.visa_unknown"      // a stay on a visa of which nothing is known here
	CodeOnVisa           = "stay.on_visa"           // the stay is on this visa, which nobody had to note
	CodeByVisa           = "stay.by_visa"           // the visa bounds the stay: number · days of stay
	CodeByEntryRule      = "stay.by_entry_rule"     // the rule of entry bounds it: id · version of the rules · days
	CodeOverstayed       = "stay.overstayed"        // at exit: days over · since
	CodeWithin           = "stay.within"            // at exit: days used · rule
	CodeOverstayedBefore = "stay.overstayed_before" // at entry: days over in earlier stays within the window
	CodeUncertain        = "stay.uncertain"         // bounds of the days used, or of the days over
	CodeUncertainMax     = "stay.uncertain_max"     // at entry: bounds of the longest stay
	CodeOtherNationality = "stay.other_nationality" // the file holds movements as a national of another State
	CodeFuture           = "stay.future_movement"   // a movement that lies in the future: a clock is wrong
	CodeMore             = "stay.more"              // how many further problems there are
	CodeOthersMissing    = "stay.others_missing"    // no records of other crossing points were ever received
	CodeOthersOld        = "stay.others_old"        // the records of other crossing points are as old as that
	CodeOwnNational      = "stay.own_national"      // nothing is counted: at home
	CodeFreeMovement     = "stay.free_movement"     // nothing is counted: the right of free movement
	CodeExempt           = "stay.exempt"            // nothing is counted: the basis of stay
)

// EvidenceCodes are all codes that the check's evidence can carry.
func EvidenceCodes() []string {
	return append(stay.ProblemCodes(),
		CodeGranted, CodeUnbounded, CodeNoneLeft, CodeVisaEnded, CodeVisaNotBegun, CodeVisaDaysUsed, CodeVisaEntriesUsed, CodeVisaUnreadable,
		CodeVisaUnknown, CodeOverstayed, CodeWithin, CodeOverstayedBefore, CodeUncertain, CodeUncertainMax, CodeOtherNationality, CodeFuture, CodeMore,
		CodeOthersMissing, CodeOthersOld, CodeOnVisa, CodeByVisa, CodeByEntryRule, CodeOwnNational, CodeFreeMovement, CodeExempt,
	)
}

func note(code, found string) border.Evidence {
	return border.Evidence{Code: code, Found: found, Severity: border.Note}
}

func judge(s border.Subject, a stay.Answer) []border.Evidence {
	if s.Direction == border.Exit {
		return []border.Evidence{atExit(a)}
	}
	evidence := []border.Evidence{atEntry(a)}
	if a.Upper.Earlier > 0 {
		evidence = append(evidence, border.Evidence{
			Code: CodeOverstayedBefore, Found: between(a.Earlier, a.Upper.Earlier), Severity: border.Acknowledge,
		})
	}
	return evidence
}

func atEntry(a stay.Answer) border.Evidence {
	switch {
	case a.Unbounded:
		return note(CodeUnbounded, "")
	case a.MaxStay > 0:
		return note(CodeGranted, facts(strconv.Itoa(a.MaxStay), a.LastLawful.String(), rule(a)))
	}
	e := border.Evidence{Severity: border.SecondLine}
	switch a.Bound {
	case stay.BoundVisa:
		e.Code = CodeVisaEnded
	case stay.BoundVisaStart:
		e.Code = CodeVisaNotBegun
	case stay.BoundVisaDays:
		e.Code, e.Found = CodeVisaDaysUsed, strconv.Itoa(a.Visa.DaysUsed)
	case stay.BoundVisaEntries:
		e.Code, e.Found = CodeVisaEntriesUsed, strconv.Itoa(a.Visa.EntriesUsed)
	default:
		e.Code, e.Found = CodeNoneLeft, rule(a)
	}
	return e
}

func atExit(a stay.Answer) border.Evidence {
	if a.Overstay > 0 {
		return border.Evidence{
			Code: CodeOverstayed, Found: facts(strconv.Itoa(a.Overstay), a.Since.String(), rule(a)), Severity: border.Acknowledge,
		}
	}
	if a.Exempt {
		return note(CodeExempt, "")
	}
	return note(CodeWithin, facts(strconv.Itoa(a.Used), rule(a)))
}

// rule is the rule, with its regime's name where it is not the default.
func rule(a stay.Answer) string {
	switch {
	case a.Rule == (stay.Rule{}):
		return a.Regime
	case a.Regime == stay.DefaultRegime:
		return a.Rule.String()
	}
	return a.Rule.String() + " " + a.Regime
}

func facts(parts ...string) string { return strings.Join(parts, " · ") }

// mostProblems is how many problems are shown one by one; the rest is counted.
const mostProblems = 8

// doubts tells what is missing or contradictory, and the bounds when the answer depends on it.
func doubts(s border.Subject, t stay.Timeline, a stay.Answer) []border.Evidence {
	var evidence []border.Evidence
	if a.Uncertain {
		evidence = append(evidence, border.Evidence{Code: CodeUncertain, Found: bounds(s, a), Severity: border.Acknowledge})
		if s.Direction == border.Entry && a.MaxStay != a.Upper.MaxStay {
			evidence = append(evidence, note(CodeUncertainMax, between(a.Upper.MaxStay, a.MaxStay)))
		}
	}
	shown := 0
	for i := len(t.Problems) - 1; i >= 0; i-- { // the latest first
		if p := t.Problems[i]; a.Uncertain || recent(a, p) {
			if shown++; shown <= mostProblems {
				evidence = append(evidence, note(p.Code, strings.Trim(p.Found+" – "+p.Expected, " –")))
			}
		}
	}
	if shown > mostProblems {
		evidence = append(evidence, note(CodeMore, strconv.Itoa(shown-mostProblems)))
	}
	return evidence
}

// recent reports whether a problem's dates lie within the window, or say nothing.
func recent(a stay.Answer, p stay.Problem) bool {
	first := stay.AddDays(a.On, 1-max(a.Rule.Window, stay.DefaultRule().Window)).String()
	return p.Found == "" || p.Found >= first || p.Expected >= first
}

func bounds(s border.Subject, a stay.Answer) string {
	if s.Direction == border.Exit && a.Overstay != a.Upper.Overstay {
		return between(a.Overstay, a.Upper.Overstay)
	}
	return facts(between(a.Used, a.Upper.Used), rule(a))
}

func between(low, high int) string {
	if low == high {
		return strconv.Itoa(low)
	}
	return fmt.Sprintf("%d–%d", low, high)
}

// persons tells movements of the file that the traveller in front of the officer does not explain.
func (c *Check) persons(s border.Subject, t stay.Timeline) []border.Evidence {
	now := s.At
	if c.cfg.Now != nil {
		now = c.cfg.Now()
	}
	var evidence []border.Evidence
	nationalities := map[string]bool{"": true, s.Identity.Nationality: true}
	future := 0
	for i := range t.Stays {
		for _, m := range []*stay.Movement{t.Stays[i].Entry, t.Stays[i].Exit} {
			if m == nil {
				continue
			}
			if !nationalities[m.Nationality] {
				nationalities[m.Nationality] = true
				evidence = append(evidence, border.Evidence{Code: CodeOtherNationality, Found: m.Nationality, Severity: border.Acknowledge})
			}
			if m.At.Sub(now) > sameCrossing {
				future++
			}
		}
	}
	if future > 0 {
		evidence = append(evidence, border.Evidence{Code: CodeFuture, Found: strconv.Itoa(future), Severity: border.Acknowledge})
	}
	return evidence
}
