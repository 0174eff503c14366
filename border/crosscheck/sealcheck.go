package crosscheck

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/seal"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
)

// Seals verifies the visible digital seals of a document and holds what they state against the zone.
type Seals struct {
	Rules Rules
	// Trust is the trust material as it is now; it may give nil: then no signer has an anchor.
	Trust func() emrtd.Trust
	// Signers are the certificates of a country's signers that the trust material holds, by the two letters of its code; all for "".
	Signers func(country string) []*pki.Certificate
}

var _ border.Check = Seals{}

// Name is "document.seal".
func (Seals) Name() string { return SealCheck }

// Check does not apply to a document on which no seal was found.
func (c Seals) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	j := newJudge(SealCheck, c.Rules, s)
	found := false
	for _, data := range codes(ctx, s.Reading) {
		parsed, err := seal.ParseAny(data)
		if errors.Is(err, seal.ErrUnknown) || errors.Is(err, seal.ErrNoNC) {
			continue // some other code
		}
		found = true
		if err != nil {
			r := unsure(ReasonUnreadable)
			r.detail = err.Error()
			j.add("seal.readable", r)
			continue
		}
		j.seal(c, parsed)
	}
	if !found {
		return border.NotApplicable(SealCheck, "no_seal"), nil
	}
	f := j.finding(SealCheck)
	if store := c.Trust(); store != nil {
		f.Source = border.Source{Name: "trust", Version: strconv.FormatInt(store.Version(), 10), AsOf: store.AsOf()}
	}
	return f, nil
}

// codes are the barcodes that the device read, or else those that are found on its images.
func codes(ctx context.Context, r *reader.Reading) [][]byte {
	if r == nil {
		return nil
	}
	var found [][]byte
	for _, b := range r.Barcodes {
		found = append(found, b.Data)
	}
	if slices.ContainsFunc(found, sealed) {
		return found
	}
	for _, i := range r.Images {
		if i.Light != reader.White || ctx.Err() != nil {
			continue
		}
		read, err := barcode.Read(i.Data)
		if err != nil {
			continue // no code on this page
		}
		for _, code := range read {
			found = append(found, code.Data)
		}
	}
	return found
}

// sealed reports whether a code is a seal of some kind.
func sealed(data []byte) bool {
	_, err := seal.ParseAny(data)
	return !errors.Is(err, seal.ErrUnknown) && !errors.Is(err, seal.ErrNoNC)
}

func (j *judge) seal(c Seals, s seal.Any) {
	country, signed := "", traveldoc.Date{}
	kind := []border.StepValue{value("seal", "document", s.Kind())}
	signature := []border.StepValue(nil)
	if s.VDS != nil {
		country, signed = alpha2(s.VDS.Header), s.VDS.Signed
		kind = []border.StepValue{value("seal", "document", s.Kind()+" "+string(s.VDS.Document()))}
		signature = []border.StepValue{value("seal", "signer", s.VDS.Signer+" "+s.VDS.Reference), value("seal", "signed", signed.String())}
	}
	j.add("seal.readable", pass(kind...))
	judged := s.Judge(c.Signers(country))
	j.add("seal.signature", result{verdict: judged.Verdict, reason: string(judged.Reason), values: signature})
	j.sealTrust(c.Trust(), judged.Signer, signed)
	j.sealContent(s)
	if s.VDS != nil && s.VDS.Document() == seal.Visa {
		j.add("seal.passport_number", j.sealPassport(*s.VDS))
		j.add("seal.window", j.sealWindow())
		j.add("seal.entries", j.sealEntries(*s.VDS))
	}
}

// alpha2 is the country of the signer, as certificates write it: the first two letters of the signer's identifier.
func alpha2(h seal.Header) string { return strings.ToUpper(h.Signer[:min(2, len(h.Signer))]) }

// sealTrust: whether the signer leads to an anchor and is not revoked. Of a signer that is not known there is nothing to ask.
func (j *judge) sealTrust(store emrtd.Trust, signer *pki.Certificate, signed traveldoc.Date) {
	switch {
	case signer == nil:
	case store == nil:
		j.add("seal.chain", unsure(ReasonTrustMissing))
	default:
		j.sealSigner(store, signer, signed)
	}
}

func (j *judge) sealSigner(store emrtd.Trust, signer *pki.Certificate, signed traveldoc.Date) {
	var at *time.Time
	if !signed.IsZero() {
		day := signed.First()
		at = &day
	}
	chain := store.Chain(signer, at, j.At)
	r := result{verdict: chain.Verdict, reason: chain.Reason, detail: chain.Detail}
	if chain.Anchor != nil {
		r.values = append(r.values, value("trust", "anchor", chain.Anchor.Certificate.Subject.String()))
	}
	j.add("seal.chain", r)
	revoked := store.Revocation(signer, j.At)
	j.add("seal.revocation", result{verdict: revoked.Verdict, reason: revoked.Reason, detail: revoked.Detail})
}

// sealContent: what the seal states of its zone is what is printed beside it.
func (j *judge) sealContent(s seal.Any) {
	if j.MRZ == nil {
		j.add("seal.content", notDone(ReasonNoZone))
		return
	}
	held := seal.Compare(s, j.MRZ)
	var values []border.StepValue
	for _, d := range held.Differences {
		values = append(values, value("seal", d.Field, d.Seal), value("mrz", d.Field, d.Zone))
	}
	switch {
	case len(held.Differences) > 0:
		j.add("seal.content", fail(ReasonDiffers, values...))
	case len(held.Compared) == 0:
		j.add("seal.content", unsure(ReasonMissing))
	default:
		r := pass()
		r.detail = strings.Join(held.Compared, " ")
		j.add("seal.content", r)
	}
}

// sealPassport: a visa is for the passport that it names. At a counter the passport is what lies on the reader; when the sticker itself
// was read, its own zone gives the number.
func (j *judge) sealPassport(s seal.Seal) result {
	f, ok := s.Field(seal.FieldPassportNumber)
	if !ok || f.Value == "" {
		return notDone(ReasonMissing)
	}
	return compare("document_number", "seal", f.Value, "mrz", j.Document.Number)
}

// sealWindow: today lies in the days that the visa gives.
func (j *judge) sealWindow() result {
	from, okFrom := j.visaDay("visa_from")
	until, okUntil := j.visaDay("visa_until")
	if strings.HasPrefix(j.Document.Code, "V") && !okUntil {
		until, okUntil = j.Document.ExpiryDate, !j.Document.ExpiryDate.IsZero()
	}
	values := []border.StepValue{value("viz", "visa_from", from.String()), value("viz", "visa_until", until.String())}
	switch {
	case !okFrom && !okUntil:
		return notDone(ReasonNotRead)
	case okFrom && j.Today.Before(from), okUntil && until.Before(j.Today):
		return fail(ReasonOutside, values...)
	}
	return pass(values...)
}

func (j *judge) visaDay(field string) (traveldoc.Date, bool) {
	for _, source := range []reader.Source{reader.VIZ, reader.BarcodeCode} {
		if v, ok := j.read(source, field); ok {
			d, err := traveldoc.ParseDate(v.Text)
			return d, err == nil && !d.IsZero()
		}
	}
	return traveldoc.Date{}, false
}

// sealEntries: the entries of the seal are those printed.
func (j *judge) sealEntries(s seal.Seal) result {
	f, ok := s.Field(seal.FieldEntries)
	v, printed := j.read(reader.VIZ, "visa_entries")
	if !ok || !printed {
		return notDone(ReasonNotRead)
	}
	a, b := value("seal", "visa_entries", f.Value), value("viz", "visa_entries", v.Text)
	if entries(a.Text) != entries(b.Text) {
		return fail(ReasonDiffers, a, b)
	}
	return pass(a, b)
}

// entries is a number of entries; 0 is any number of them (Doc 9303-7: feature 03 of a visa's seal).
func entries(text string) string {
	t := strings.ToUpper(strings.TrimSpace(text))
	if t == "MULT" || t == "MULTIPLE" || t == "255" || t == "00" {
		return "0"
	}
	return strings.TrimLeft(t, "0")
}
