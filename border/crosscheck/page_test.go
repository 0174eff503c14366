package crosscheck_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// pageOf is the finding over a page on which the values of the zone of traveller stand, changed by spoil.
func pageOf(t *testing.T, spoil func(map[string]*reader.Value)) border.Finding {
	t.Helper()
	s := traveller(t)
	zone, err := mrz.Encode(mrz.TD3, s.Document, s.Identity, mrz.Extra{})
	require.NoError(t, err)
	s.MRZ, err = mrz.Parse(zone, s.Today, mrz.Training)
	require.NoError(t, err)
	values := map[string]*reader.Value{}
	for field, text := range map[string]string{
		"document_number": s.Document.Number, "birth_date": "1974-08-12", "expiry_date": "2030-04-15", "sex": "F", "nationality": "UTO",
		"issuing_state": "UTO", "surname": "Sousa", "given_names": "Maria",
	} {
		values[field] = &reader.Value{Field: field, Source: reader.VIZ, Text: text, Validity: reader.OK}
	}
	spoil(values)
	s.Reading = &reader.Reading{}
	for _, v := range values {
		s.Reading.Values = append(s.Reading.Values, *v)
	}
	f, err := crosscheck.Page{Rules: rules(t), Equipment: crosscheck.PageReaders}.Check(t.Context(), s)
	require.NoError(t, err)
	return f
}

func TestThePageIsHeldAgainstTheZone(t *testing.T) {
	set := func(field, text string) func(map[string]*reader.Value) {
		return func(v map[string]*reader.Value) { v[field].Text = text }
	}
	for name, c := range map[string]struct {
		spoil   func(map[string]*reader.Value)
		step    string
		verdict traveldoc.Verdict
		outcome border.Outcome
	}{
		"the same":             {func(map[string]*reader.Value) {}, "viz.name", traveldoc.Pass, border.NoHit},
		"number written apart": {set("document_number", "x4r8-t2k1"), "viz.document_number", traveldoc.Pass, border.NoHit},
		"another number":       {set("document_number", "X4R8T2K2"), "viz.document_number", traveldoc.Fail, border.Hit},
		"number not read":      {func(v map[string]*reader.Value) { delete(v, "document_number") }, "viz.document_number", traveldoc.Inconclusive, border.NotChecked},
		"sex not read":         {func(v map[string]*reader.Value) { delete(v, "sex") }, "viz.sex", traveldoc.NotDone, border.NoHit},
		"number that is doubted": {func(v map[string]*reader.Value) {
			v["document_number"].Text, v["document_number"].Validity = "X4R8T2K2", reader.Error
		},
			"viz.document_number", traveldoc.Inconclusive, border.NotChecked},
		"another birth":        {set("birth_date", "1974-08-13"), "viz.birth_date", traveldoc.Fail, border.Hit},
		"part of the birth":    {set("birth_date", "1974"), "viz.birth_date", traveldoc.Pass, border.NoHit},
		"no date":              {set("birth_date", "12 Aug"), "viz.birth_date", traveldoc.Inconclusive, border.NotChecked},
		"another sex":          {set("sex", "M"), "viz.sex", traveldoc.Fail, border.Hit},
		"nationality in words": {set("nationality", "UTOPIAN"), "viz.nationality", traveldoc.NotDone, border.NoHit},
		"name with marks":      {set("surname", "Sôusà"), "viz.name", traveldoc.Pass, border.NoHit},
		"another name":         {set("surname", "Silva"), "viz.name", traveldoc.Fail, border.Hit},
	} {
		t.Run(name, func(t *testing.T) {
			f := pageOf(t, c.spoil)
			require.Equal(t, c.verdict.String(), step(t, f, c.step).Verdict.String())
			require.Equal(t, c.outcome, f.Outcome)
		})
	}
}

// A number that differs only in characters that look alike is neither the same nor a forgery: the officer looks.
func TestLookAlikesAreForTheOfficer(t *testing.T) {
	f := pageOf(t, func(v map[string]*reader.Value) { v["document_number"].Text = "0X4R8T2K1" })
	require.Equal(t, traveldoc.Inconclusive, step(t, f, "viz.document_number").Verdict)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, crosscheck.ReasonAlike, f.Reason)
}
