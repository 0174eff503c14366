package alerts

import (
	"context"
	"time"

	"github.com/openbmis/openbmis/border"
)

// National is the check against the national alert list. It implements border.Check.
type National struct {
	holder Holder
	maxAge time.Duration
}

// Holder hands out the list that a station holds now.
type Holder interface {
	// Held is the list with its age; Held.List is nil when the station has none yet.
	Held() Held
}

// NewNational makes the check. A list whose last confirmation is older than maxAge still gives its hits, but no "no hit".
func NewNational(holder Holder, maxAge time.Duration) *National {
	return &National{holder: holder, maxAge: maxAge}
}

// Name is the check's name.
func (*National) Name() string { return CheckName }

// Check answers from the list in memory.
func (n *National) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	held := n.holder.Held()
	source := border.Source{Name: CheckName}
	if held.List == nil {
		return border.Unanswered(CheckName, source, border.ReasonListMissing), nil
	}
	source.Version, source.AsOf = held.List.version, held.CurrentAt
	f := border.Finding{Source: source, Outcome: border.NoHit}
	for _, m := range held.List.Find(s.Identity, s.Document, s.Today) {
		f.Outcome = border.Hit
		f.Evidence = append(f.Evidence, evidence(m, s)...)
	}
	switch {
	case f.Outcome == border.Hit:
	case source.Age(s.At) > n.maxAge:
		f.Outcome, f.Reason = border.NotChecked, border.ReasonListTooOld
	case held.Unreadable > 0:
		f.Outcome, f.Reason = border.NotChecked, border.ReasonListIncomplete
	}
	return f, nil
}

func evidence(m Match, s border.Subject) []border.Evidence {
	var out []border.Evidence
	if m.ByDocument {
		out = append(out, border.Evidence{
			Code: "alert_document", Field: "document_number", Severity: border.SecondLine, Ref: m.Alert.ID,
			Found:    s.Document.IssuingState + " " + s.Document.Number,
			Expected: m.Alert.IssuingState + " " + m.Alert.DocumentNumber,
		})
	}
	if m.ByName {
		out = append(out, border.Evidence{
			Code: "alert_name", Field: "name", Severity: border.SecondLine, Ref: m.Alert.ID,
			Found:    s.Identity.Surname + ", " + s.Identity.GivenNames,
			Expected: m.Alert.Surname + ", " + m.Alert.GivenNames,
		}, border.Evidence{
			Code: "alert_birth_date", Field: "birth_date", Severity: border.Note, Ref: m.Alert.ID,
			Found: s.Identity.BirthDate.String(), Expected: m.Alert.BirthDate.String(),
		})
	}
	return append(out, border.Evidence{
		Code: "alert_reason", Expected: m.Alert.Reason, Severity: border.SecondLine, Ref: m.Alert.ID, Restricted: true,
	}, border.Evidence{
		Code: "alert_action", Expected: m.Alert.Action, Severity: border.SecondLine, Ref: m.Alert.ID,
	})
}
