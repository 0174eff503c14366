package counterview

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/ui/text"
)

// visaShown is the visa that lets a traveller in, as the counter shows it.
type visaShown struct {
	Number, Type string
	Used, Left   string
	Days, Until  string
	Conditions   []string
	Rest         []border.Evidence
}

// visaOf takes the evidence apart; false when no visa lets the traveller in, at once or once somebody went over what is wrong with it.
func visaOf(ctx context.Context, evidence []border.Evidence) (v visaShown, found bool) {
	at := slices.IndexFunc(evidence, func(e border.Evidence) bool {
		return e.Code == visacheck.CodeEntries || e.Code == visacheck.CodeMultiple
	})
	if at < 0 {
		return visaShown{Rest: evidence}, false
	}
	ref := evidence[at].Ref
	v.Number = VisaNumber(ref)
	for _, e := range evidence {
		if e.Ref != ref { // the days of a rule are not those of the visa
			v.Rest = append(v.Rest, e)
			continue
		}
		switch e.Code {
		case visacheck.CodeValid:
			v.Type = typeWords(ctx, e)
		case visacheck.CodeEntries:
			used, _ := strconv.Atoi(e.Found)
			allowed, _ := strconv.Atoi(e.Expected) // what is no number is none left
			v.Used, v.Left = e.Found, strconv.Itoa(max(allowed-used, 0))
		case visacheck.CodeMultiple:
			v.Used, v.Left = e.Found, text.T(ctx, text.VisaMultiple)
		case visacheck.CodeDays:
			v.Days = e.Found
		case visacheck.CodeUntil:
			v.Until = dated(ctx, e.Found)
		case visacheck.CodeCondition:
			v.Conditions = append(v.Conditions, coded(ctx, "visa.condition", e.Found))
		default:
			v.Rest = append(v.Rest, e)
		}
	}
	return v, true
}

func typeWords(ctx context.Context, e border.Evidence) string {
	return strings.TrimSpace(coded(ctx, "visa", "kind_"+e.Expected) + " " + e.Found)
}

// VisaNumber is a number as it is printed: one of ours with its check digit, one of an outside platform as it has it.
func VisaNumber(ref string) string {
	if n, err := evisa.ParseNumber(ref); err == nil && string(n) == ref {
		return n.String()
	}
	return ref
}

// aboutVisa reports whether a piece of evidence is one of the check of visas.
func aboutVisa(e border.Evidence) bool { return slices.Contains(visacheck.EvidenceCodes(), e.Code) }

// visaFacts are the number of the visa and both sides of a piece of evidence, in words.
func visaFacts(ctx context.Context, e border.Evidence) string {
	parts := []string{visaFact(ctx, e, e.Found), visaFact(ctx, e, e.Expected)}
	switch e.Code {
	case visacheck.CodeNotNeeded, visacheck.CodeNeeded, visacheck.CodeOnArrival:
		if parts[0] == "" && parts[1] == "" {
			parts[0] = groundWord(ctx, e.Ref)
		} else {
			parts = append(parts, text.T(ctx, text.VisaRule)+" "+e.Ref)
		}
	case visacheck.CodeValid:
		parts = []string{VisaNumber(e.Ref), typeWords(ctx, e)}
	case visacheck.CodeEntries, visacheck.CodeEntriesUsed:
		parts = []string{VisaNumber(e.Ref), parts[0] + "/" + parts[1]}
	default:
		parts = append([]string{VisaNumber(e.Ref)}, parts...)
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// groundWord is the words for the ground on which somebody comes who needs no visa.
func groundWord(ctx context.Context, code string) string {
	if words := codedOr(ctx, "visa", "ground_"+code, ""); words != "" {
		return words
	}
	return Basis(ctx, border.Basis(code))
}

// visaFact is one side of it.
func visaFact(ctx context.Context, e border.Evidence, value string) string {
	switch e.Code {
	case visacheck.CodeRevoked, visacheck.CodeAnnulled:
		return coded(ctx, "visa.reason", value)
	case visacheck.CodeReplaced:
		return VisaNumber(value)
	case visacheck.CodeOther:
		return codedOr(ctx, "visa", "standing_"+value, value)
	case visacheck.CodeCondition:
		return coded(ctx, "visa.condition", value)
	case visacheck.CodeMode:
		modes := strings.Split(value, ", ")
		for n, m := range modes {
			modes[n] = Mode(ctx, border.Mode(m))
		}
		return strings.Join(modes, ", ")
	case visacheck.CodePurpose:
		if slices.Contains(border.Purposes(), value) && value == e.Found {
			return Purpose(ctx, value)
		}
		return coded(ctx, "visa.purpose", value)
	case visacheck.CodeOutage:
		return notCheckedReason(ctx, value)
	case visacheck.CodeDocument, visacheck.CodePort, visacheck.CodeOnArrival, visacheck.CodeNotNeeded, visacheck.CodeNeeded:
		return value
	}
	return dated(ctx, value)
}

// basis is the basis of stay that admitting the traveller now would record.
func (c *Card) basis() border.Basis {
	return border.BasisOf(c.Scan.Basis, c.Scan.Category, c.findings())
}
