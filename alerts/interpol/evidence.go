package interpol

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
)

const matcherVersion = match.Version

// order puts the likest first, then by id: the same answer is always shown in the same order.
func order(a, b judged) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.ID, b.ID))
}

// details asks for the full reports of the first certain matches, as many as the settings say, and counts those that could not be had: the
// match stands without.
func (a *Adapter) details(ctx context.Context, matches []judged, asked Asked) (missing int) {
	asks := 0
	for n := range matches {
		if asks == a.Details || matches[n].band != alerts.Certain {
			break
		}
		asks++
		record, err := a.Detail(ctx, matches[n].ID, asked)
		if err != nil {
			missing++
			continue
		}
		matches[n].record = &record
	}
	return missing
}

// evidence of a match has the codes that matches of national lists have, so that hits are worked alike.
func (a *Adapter) evidence(m judged) []border.Evidence {
	ref := a.Name + "/" + m.ID + "@" + strconv.Itoa(m.Version)
	about, field := m.about()
	severity := a.policy.Severity[m.band]
	if about == FoundAgain && severity == border.SecondLine {
		severity = border.Acknowledge
	}
	head := border.Evidence{Code: a.headCode(m), Field: headField(a.Kind), Severity: severity, Ref: ref, Band: string(m.band), Score: m.score}
	if len(m.evidence) > 0 {
		head.Relation = m.evidence[0].Relation
		if m.document { // the number that he shows himself
			head.Found, head.Expected = m.evidence[0].Found, m.evidence[0].Listed
		}
	}
	all := []border.Evidence{head}
	for _, e := range m.evidence { // as of the own lists: who is listed, and what is to be done, is not for the first line
		all = append(all, border.Evidence{
			Code: "alert_field", Field: e.Field, Found: e.Found, Expected: e.Listed, Relation: e.Relation, Score: e.Score, Severity: border.Note, Ref: ref,
			Restricted: true,
		})
	}
	if about != "" {
		all = append(all, border.Evidence{Code: "alert_reason", Field: field, Expected: about, Severity: severity, Ref: ref, Restricted: true})
	}
	all = append(all, border.Evidence{Code: "alert_action", Expected: string(a.action(about)), Severity: severity, Ref: ref, Restricted: true})
	for _, mark := range m.safety() {
		all = append(all, border.Evidence{Code: "alert_safety", Expected: mark, Severity: severity, Ref: ref})
	}
	return all
}

func (a *Adapter) headCode(m judged) string {
	switch {
	case m.document:
		return "alert_document"
	case a.Kind == Vehicles:
		return "vehicle_listed"
	}
	return "alert_match"
}

func headField(k Kind) string {
	switch k {
	case SLTD, TDAWN:
		return "document_number"
	case Vehicles:
		return "plate"
	case Nominals:
	}
	return "name"
}

// about is why the entry is there, coded, and of which area of the text catalogue the code is.
func (m judged) about() (code, area string) {
	if m.Notice != "" {
		return string(m.Notice), "notice"
	}
	for _, d := range m.Subject.Documents {
		if d.Status != "" {
			return d.Status, "document_status"
		}
	}
	return "", ""
}

func (m judged) safety() []string {
	marks := slices.Clone(m.Safety)
	if m.record != nil {
		marks = append(marks, m.record.Safety...)
	}
	slices.Sort(marks)
	return slices.Compact(marks)
}

func (a *Adapter) action(about string) alerts.Action {
	if action, told := a.Actions[about]; told {
		return action
	}
	return cmp.Or(DefaultActions()[about], alerts.ActionRefer)
}

func notes(unlike, missing int, more bool) []border.Evidence {
	var all []border.Evidence
	if unlike > 0 {
		all = append(all, border.Evidence{Code: CodeUnlike, Found: strconv.Itoa(unlike), Severity: border.Note})
	}
	if missing > 0 {
		all = append(all, border.Evidence{Code: CodeDetails, Found: strconv.Itoa(missing), Severity: border.Note})
	}
	if more {
		all = append(all, border.Evidence{Code: CodeMore, Severity: border.Note})
	}
	return all
}

// Split gives the adapter's name and the candidate's id of a reference of evidence; false when it is none.
func Split(ref string) (adapter, id string, is bool) {
	if at := strings.LastIndexByte(ref, '@'); at >= 0 {
		ref = ref[:at]
	}
	adapter, id, is = strings.Cut(ref, "/")
	return adapter, id, is && CheckID(id) == nil
}
