package visacheck

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
)

// judged is a visa of a traveller, with everything that keeps it from letting him in.
type judged struct {
	row    evisa.Row
	bond   bond
	used   int
	faults []border.Evidence
}

// lets reports whether it lets him in.
func (j judged) lets() bool { return len(j.faults) == 0 }

// mayLet reports whether it lets him in once an officer went over what is wrong with it.
func (j judged) mayLet() bool { return gravity(j.faults) <= 1 }

// has reports whether one of these is wrong with it.
func (j judged) has(codes ...string) bool {
	return slices.ContainsFunc(j.faults, func(e border.Evidence) bool { return slices.Contains(codes, e.Code) })
}

// takenAway reports whether a State took it away, or looks into it, which no other way in makes good.
func takenAway(j judged) bool { return j.has(CodeRevoked, CodeAnnulled, CodeCase) }

// stands reports whether what is wrong with it has to be answered for, whatever other visa he may have. A visa whose time is over, or has not
// come, or that is for another place, says nothing against another one.
func (j judged) stands() bool {
	return !j.lets() && (takenAway(j) || !j.has(CodeReplaced, CodeExpired, CodeNotYet, CodeEntriesUsed, CodePort, CodeMode))
}

// judge looks at the visas of a traveller, the best first: what lets in, then what is nearest to it.
func (c *Check) judge(s border.Subject, rows []evisa.Row) []judged {
	list := his(s, rows)
	for n := range list {
		j := &list[n]
		j.used = len(uses(s, j.row))
		j.faults = c.faults(s, *j)
	}
	slices.SortStableFunc(list, func(a, b judged) int {
		return cmp.Or(cmp.Compare(gravity(a.faults), gravity(b.faults)), cmp.Compare(len(a.faults), len(b.faults)),
			-cmp.Compare(a.row.Terms.Until.String(), b.row.Terms.Until.String()), cmp.Compare(a.row.Number, b.row.Number))
	})
	return list
}

// gravity orders visas by what is wrong with them: nothing, what an officer may go over, what makes it no good now, what is long over, what
// was never his.
func gravity(faults []border.Evidence) (worst int) {
	for _, f := range faults {
		n := 2
		switch {
		case f.Severity != border.SecondLine:
			n = 1
		case f.Code == CodeReplaced, f.Code == CodeExpired:
			n = 3
		case f.Code == CodeHolder:
			n = 4
		}
		worst = max(worst, n)
	}
	return worst
}

// uses are the entries that count before the subject's: of a decision that is checked again, those before it.
func uses(s border.Subject, r evisa.Row) []evisa.Use {
	return slices.DeleteFunc(slices.Clone(r.Uses), func(u evisa.Use) bool { return u.Void || s.Again && !u.At.Before(s.At) })
}

func (c *Check) faults(s border.Subject, j judged) (all []border.Evidence) {
	r, t := j.row, j.row.Terms
	add := func(is bool, severity border.Severity, code, found, expected string) {
		if is {
			all = append(all, border.Evidence{Code: code, Found: found, Expected: expected, Severity: severity, Ref: string(r.Number)})
		}
	}
	add(r.Standing == evisa.Revoked, border.SecondLine, CodeRevoked, r.Reason, "")
	add(r.Standing == evisa.Annulled, border.SecondLine, CodeAnnulled, r.Reason, "")
	add(r.Standing == evisa.Replaced, border.SecondLine, CodeReplaced, string(r.ReplacedBy), "")
	add(!t.Until.IsZero() && t.Until.Before(s.Today), border.SecondLine, CodeExpired, t.Until.String(), "")
	add(!t.From.IsZero() && s.Today.Before(t.From), border.SecondLine, CodeNotYet, t.From.String(), "")
	add(t.Entries > 0 && j.used >= t.Entries, border.SecondLine, CodeEntriesUsed, strconv.Itoa(j.used), strconv.Itoa(t.Entries))
	add(r.Case, border.SecondLine, CodeCase, "", "")
	add(!j.bond.person, border.SecondLine, CodeHolder, "", "")
	add(j.bond.person && !j.bond.document, border.Acknowledge, CodeDocument, s.Document.Number, r.Document.Number)
	add(c.cfg.Post != "" && len(t.Ports) > 0 && !slices.Contains(t.Ports, c.cfg.Post), border.SecondLine, CodePort, c.cfg.Post, strings.Join(t.Ports, ", "))
	add(s.Mode != "" && len(t.Modes) > 0 && !slices.Contains(t.Modes, string(s.Mode)), border.SecondLine, CodeMode, string(s.Mode), strings.Join(t.Modes, ", "))
	add(!goodFor(r.Purpose, s.Purpose), border.Acknowledge, CodePurpose, s.Purpose, r.Purpose)
	return all
}

// goodFor reports whether a visa of one purpose (evisa.Purposes) is good for what the traveller says at the counter (border.Purposes). What
// nobody asked is not held against him, and who goes home or passes through needs no purpose of his own.
func goodFor(visa, stated string) bool {
	if visa == "" || visa == "other" {
		return true
	}
	good, known := map[string][]string{
		"holiday": {"tourism", "family", "event"}, "visit": {"tourism", "family", "event", "humanitarian"}, "business": {"business", "official", "event"},
		"work": {"business"}, "study": {"study"}, "medical": {"medical", "humanitarian"}, "official": {"official", "business"},
	}[stated]
	return !known || slices.Contains(good, visa)
}

// note is a line about it that is held against nobody.
func (j judged) note(code, found, expected string) border.Evidence {
	return border.Evidence{Code: code, Found: found, Expected: expected, Severity: border.Note, Ref: string(j.row.Number)}
}

// explain is the evidence of a visa that lets in.
func (j judged) explain() []border.Evidence {
	return append([]border.Evidence{j.note(CodeValid, j.row.Type, j.row.Kind)}, j.terms()...)
}

// terms are what a visa allows, and the entries that were used of it: by them UsedIn knows which one a decision used.
func (j judged) terms() []border.Evidence {
	t, note := j.row.Terms, j.note
	all := []border.Evidence{note(CodeMultiple, strconv.Itoa(j.used), "")}
	if t.Entries > 0 {
		all[0] = note(CodeEntries, strconv.Itoa(j.used), strconv.Itoa(t.Entries))
	}
	if t.Days > 0 {
		all = append(all, note(CodeDays, strconv.Itoa(t.Days), ""))
	}
	if !t.Until.IsZero() {
		all = append(all, note(CodeUntil, t.Until.String(), ""))
	}
	for _, code := range t.Conditions {
		all = append(all, note(CodeCondition, code, ""))
	}
	return all
}

// mostOthers bounds how many further visas are told of.
const mostOthers = 5

// others tells of his further visas, in a line each.
func others(list []judged) (all []border.Evidence) {
	for n, j := range list {
		if n == mostOthers {
			break
		}
		standing := "valid"
		if !j.lets() {
			standing = strings.TrimPrefix(j.faults[0].Code, "visa_")
		}
		all = append(all, border.Evidence{Code: CodeOther, Found: standing, Ref: string(j.row.Number), Severity: border.Note})
	}
	return all
}
