package counterview

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/ui/text"
)

// announced is what a finding of the check of passenger data says, as the counter shows it.
type announced struct {
	Flight, Route string
	At            string // as it stands in the evidence: an instant, or a local time
	Seat          string
	Differences   []border.Evidence
	Screening     []border.Evidence
	Rest          []border.Evidence
	Address       string // of the flight's page
}

// announcedOf takes the evidence apart; false when the traveller was not found.
func announcedOf(evidence []border.Evidence) (a announced, found bool) {
	for _, e := range evidence {
		switch e.Code {
		case expected.CodeFound:
			a.Flight, a.Route, _ = strings.Cut(e.Found, " ")
			a.At, found = e.Expected, true
			flight, _, _ := strings.Cut(e.Ref, "/")
			a.Address = "/expected/flights/" + flight
		case expected.CodeSeat:
			a.Seat = e.Found
		case expected.CodeDiffers:
			a.Differences = append(a.Differences, e)
		case expected.CodeScreened, expected.CodeUnscreened, expected.CodeReason, expected.CodeBoard, expected.CodeDecision,
			expected.CodeWords:
			a.Screening = append(a.Screening, e)
		default:
			a.Rest = append(a.Rest, e)
		}
	}
	return a, found
}

// time is when the flight is at the border: of today the time alone.
func (a announced) time(ctx context.Context, s Screen) string {
	at, err := time.Parse(time.RFC3339, a.At)
	if err != nil {
		return dated(ctx, a.At) // a local time, or a date
	}
	zone := text.FromContext(ctx).Zone()
	if at.In(zone).Format(time.DateOnly) == s.Now.In(zone).Format(time.DateOnly) {
		return text.FromContext(ctx).Time(at)[:len("15:04")]
	}
	return text.FromContext(ctx).DateTime(at)
}

// ReasonWords are the words of a reason of the screening before arrival.
func ReasonWords(ctx context.Context, check, code string) string {
	return announcedFacts(ctx, border.Evidence{Code: expected.CodeReason, Field: check, Found: code})
}

// aboutAnnounced reports whether a piece of evidence is one of the check of passenger data.
func aboutAnnounced(e border.Evidence) bool { return slices.Contains(expected.EvidenceCodes(), e.Code) }

// screenedWords are both sides of a piece of evidence about the screening, with its age.
func screenedWords(ctx context.Context, s Screen, e border.Evidence) string {
	if e.Code == expected.CodeScreened {
		at, err := time.Parse(time.RFC3339, e.Expected)
		if err == nil {
			return text.T(ctx, text.ExpectedPanelScreened, "outcome", Fact(ctx, e, e.Found), "ago", text.FromContext(ctx).Ago(max(s.Now.Sub(at), 0)))
		}
	}
	return announcedFacts(ctx, e)
}

// announcedFacts are both sides of a piece of evidence of passenger data, in words.
func announcedFacts(ctx context.Context, e border.Evidence) string {
	found, sent := announcedFact(ctx, e, e.Found), announcedFact(ctx, e, e.Expected)
	switch {
	case e.Code == expected.CodeDiffers && found+sent == "": // of a record, which keeps neither
		return relationWord(ctx, e)
	case e.Code == expected.CodeDiffers:
		if sent == "" {
			sent = text.T(ctx, text.ExpectedPanelNotSaid)
		}
		return text.T(ctx, text.ExpectedPanelBoth, "document", found, "carrier", sent, "relation", relationWord(ctx, e))
	case e.Code == expected.CodeReason:
		return checkName(ctx, e.Field) + ": " + found
	case found == "":
		return sent
	case sent == "":
		return found
	}
	return found + " · " + sent
}

// announcedFact is one side of it: a code in words, an instant and a date as they are written on screens.
func announcedFact(ctx context.Context, e border.Evidence, value string) string {
	switch e.Code {
	case expected.CodeScreened:
		if words := coded(ctx, "expected_outcome", value); words != value {
			return words
		}
	case expected.CodeReason:
		if words := codedOr(ctx, "evidence", value, ""); words != "" {
			return words
		}
		return notCheckedReason(ctx, value)
	case expected.CodeBoard:
		return coded(ctx, "expected_board", value)
	case expected.CodeDecision:
		return coded(ctx, "expected_decision", value)
	case expected.CodeStatus:
		return coded(ctx, "expected_status", value)
	case expected.CodeCancelled:
		return coded(ctx, "expected_flight", value)
	case expected.CodeDiffers:
		if e.Field == expected.FieldSex {
			return sex(ctx, value)
		}
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return text.FromContext(ctx).DateTime(at)
	}
	if e.Field == expected.FieldNumber {
		return value
	}
	return dated(ctx, value)
}

// differenceLook is sign and word of a difference: what asks for nothing is no warning.
func differenceLook(e border.Evidence) look {
	if e.Severity == border.Note {
		return look{"neutral", "≈", text.MatchedOpen}
	}
	return look{"hit", "≠", text.MatchedDiffers}
}
