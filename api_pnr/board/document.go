package board

import (
	"context"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// CheckDocument is the name of the check of a document as a carrier declares it.
const CheckDocument = "document.declared"

// declared judges what a carrier declares of a document. It is the counter's check without a zone.
type declared struct{ inner documentcheck.Check }

// DocumentCheck judges a declared document: expired on the day of arrival, State codes that are none, dates that contradict each other.
// training accepts the codes of specimens. It never says that a document is genuine: nobody has seen it.
func DocumentCheck(training bool) border.Check {
	return declared{documentcheck.Check{Training: training}}
}

// Name is the check's name.
func (declared) Name() string { return CheckDocument }

// missing is evidence that something was not declared: no answer, where at the counter it is one.
func missing(code string) bool {
	switch code {
	case string(mrz.CodeNumberMissing), string(mrz.CodeStateMissing), documentcheck.CodeExpiryUnknown, documentcheck.CodeBirthUnknown:
		return true
	}
	return false
}

// Check judges the document that is declared; "not checked" when something of it was not.
func (c declared) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	s.MRZ = nil
	f, err := c.inner.Check(ctx, s)
	if err != nil {
		return f, err
	}
	f.Check, f.Steps, f.Source = CheckDocument, nil, border.Source{Name: CheckDocument}
	f.Outcome, f.Reason = border.NoHit, ""
	lacking := s.Document.Number == "" || s.Document.Code == ""
	kept := f.Evidence[:0]
	for _, e := range f.Evidence {
		switch {
		case e.Code == documentcheck.CodeNotDone || s.Document.Code == "" && e.Code == string(mrz.CodeDocumentCode):
			continue
		case missing(e.Code):
			lacking, e.Severity = true, border.Note
		case e.Severity != border.Note:
			f.Outcome = border.Hit
		}
		kept = append(kept, e)
	}
	f.Evidence = kept
	if f.Outcome == border.NoHit && lacking {
		f.Outcome, f.Reason = border.NotChecked, border.ReasonDataInsufficient
	}
	return f, nil
}
