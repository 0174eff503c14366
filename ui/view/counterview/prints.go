package counterview

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/text"
)

// Finger is the name of a finger.
func Finger(ctx context.Context, position string) string { return coded(ctx, "finger", position) }

// Missing is why a finger is missing.
func Missing(ctx context.Context, code biometrics.Missing) string {
	return coded(ctx, "missing", string(code))
}

// printFacts are both sides of a piece of evidence about prints; false for any other evidence.
func printFacts(ctx context.Context, e border.Evidence) (string, bool) {
	switch e.Code {
	case fingers.CodeToTake:
		return fingerNames(ctx, e.Found), true
	case fingers.CodeReader:
		return coded(ctx, "capture", e.Found), true
	case fingers.CodeMissing, fingers.CodeRefused:
		return Finger(ctx, e.Field) + ": " + coded(ctx, "missing", e.Found), true
	case fingers.CodeQuality:
		return Finger(ctx, e.Field) + ": " + text.T(ctx, text.FingersQualityOf, "quality", e.Found, "wanted", e.Expected) + " (" +
			coded(ctx, "accepted", e.Relation) + ")", true
	case fingers.CodeFinger:
		return e.Found, true
	case fingers.CodeMore, fingers.CodeBeyond:
		return e.Found, true
	case fingers.CodeTaking:
		return instant(ctx, e.Found), true
	case fingers.CodeOdd:
		return Finger(ctx, e.Field) + ": " + text.T(ctx, text.FingersFoundNeeded, "found", e.Found, "needed", e.Expected), true
	case fingers.CodeMismatchBefore, fingers.CodeCandidateBefore, fingers.CodeUnreadable:
		return e.Found, true
	case fingers.CodeApart:
		return wordFacts(ctx, text.FingersApartFacts, e), true
	case fingers.CodeBearer:
		return wordFacts(ctx, text.FingersBearerFacts, e), true
	case fingers.CodeFalseMatch:
		return e.Found + " %", true
	case fingers.CodeMatch, fingers.CodeMismatch, fingers.CodeCandidate:
		return text.T(ctx, text.FingersFoundNeeded, "found", e.Found, "needed", e.Expected), true
	}
	return "", false
}

// wordFacts say who found somebody to be another person, or the bearer of another's document, when and in which task.
func wordFacts(ctx context.Context, key text.Key, e border.Evidence) string {
	at := instant(ctx, e.Expected)
	task, _, _ := strings.Cut(e.Relation, "-")
	return text.T(ctx, key, "by", e.Found, "at", at, "task", task)
}

// instant is a time as evidence holds it.
func instant(ctx context.Context, at string) string {
	if t, err := time.Parse(time.RFC3339, at); err == nil {
		return text.FromContext(ctx).DateTime(t)
	}
	return at
}

// fingerNames are the names of fingers that evidence holds with spaces between.
func fingerNames(ctx context.Context, positions string) string {
	names := strings.Fields(positions)
	for n, p := range names {
		names[n] = Finger(ctx, p)
	}
	return strings.Join(names, ", ")
}

// together puts the scores of a comparison's fingers into one line.
func together(ctx context.Context, evidence []border.Evidence) []border.Evidence {
	var list []border.Evidence
	for _, e := range evidence {
		if e.Code == fingers.CodeFinger {
			e.Found, e.Field, e.Ref = Finger(ctx, e.Field)+" "+e.Found, "", ""
			if last := len(list) - 1; last >= 0 && list[last].Code == fingers.CodeFinger {
				list[last].Found += ", " + e.Found
				continue
			}
		}
		list = append(list, e)
	}
	return list
}

// prints is the answer of the check of prints; false when the station has no such check, or the traveller is not asked.
func (c *Card) prints() (border.Answer, bool) {
	at := slices.IndexFunc(c.Answers, func(a border.Answer) bool { return a.Check == fingers.CheckName })
	if at < 0 || !c.Answers[at].Pending && !c.Answers[at].Finding.Applicable() {
		return border.Answer{}, false
	}
	return c.Answers[at], true
}

// toTake reports whether the fingers that are to be taken are all that a card without a hit still lacks.
func (s Screen) toTake() bool {
	a, is := s.Current.prints()
	if !is || !s.Fingers || a.Pending || a.Finding.Reason != fingers.ReasonToTake {
		return false
	}
	return !slices.ContainsFunc(s.Current.Answers, func(o border.Answer) bool {
		return o.Check != a.Check && !o.Pending && o.Finding.Outcome != border.NoHit
	})
}

// printsHelp is what the band says of prints: to be taken, or what came of them when nothing else is to be told; "" for neither.
func printsHelp(s Screen) text.Key {
	if s.toTake() {
		if slices.ContainsFunc(s.Current.Answers, func(a border.Answer) bool { return a.Pending }) {
			return text.FingersBandTakeRunning
		}
		return text.FingersBandTakeHelp
	}
	a, is := s.Current.prints()
	if outcome, pending := s.Current.band(); !is || outcome != border.NoHit || pending {
		return ""
	}
	for _, e := range a.Finding.Evidence {
		switch e.Code {
		case fingers.CodeMatch:
			return text.FingersBandMatch
		case fingers.CodeNew:
			return text.FingersBandNew
		}
	}
	return ""
}

// hasPrints reports whether a finding has two prints to draw.
func hasPrints(f border.Finding) bool {
	return f.Check == fingers.CheckName && slices.ContainsFunc(f.Evidence, func(e border.Evidence) bool { return e.Code == fingers.CodeFinger })
}

// FingersPath is the address of the taking of a traveller's prints, with what follows it.
func FingersPath(c *Card, below string) string {
	return "/counter/inspections/" + c.ID.String() + "/fingers" + below
}
