package counterview

import (
	"context"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/ui/text"
)

// arrivalAsked are the terms of the visa that the open panel grants with admitting; nil when it grants none.
func (s Screen) arrivalAsked() *border.ArrivalTerms {
	if s.Asked.Kind != PanelAdmit || s.Current == nil {
		return nil
	}
	return s.Current.onArrival()
}

// asksReason reports whether the open panel asks why: admitting does so only where something else stands against it than that a visa has to be
// granted.
func (s Screen) asksReason() bool {
	return s.arrivalAsked() == nil || s.Current.admitNeedsReason()
}

// confirm is what sends the open panel.
func (s Screen) confirm() text.Key {
	if s.asksReason() {
		return s.Asked.confirm()
	}
	return text.CounterAdmit
}

// Waiver is the words for why no fee is taken.
func Waiver(ctx context.Context, code string) string { return coded(ctx, "visa.waiver", code) }

// arrivalWords say what has to be done for the visa to be granted.
func arrivalWords(ctx context.Context, t *border.ArrivalTerms) string {
	if t.FeeMinor == 0 {
		return text.T(ctx, text.VisaArrivalFree)
	}
	return text.T(ctx, text.VisaArrivalFee, "fee", isolate(ctx, evisa.Money{Minor: t.FeeMinor, Currency: t.Currency}.String()))
}
