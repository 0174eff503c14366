package documentcheck_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

func date(t *testing.T, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

// good is a passport that nothing is wrong with on 2026-11-21.
func good(t *testing.T) (traveldoc.Document, traveldoc.Identity) {
	t.Helper()
	return traveldoc.Document{Code: "P", Number: "X4R8T2K1", IssuingState: "PRT", ExpiryDate: date(t, "2030-04-15")},
		traveldoc.Identity{Surname: "SOUSA", GivenNames: "MARIA", Nationality: "PRT", Sex: "F", BirthDate: date(t, "1974-08-12")}
}

// read is the subject of a zone on the day.
func read(t *testing.T, text, today string) border.Subject {
	t.Helper()
	parsed, err := mrz.Parse(text, date(t, today))
	require.NoError(t, err)
	return border.Subject{
		Identity: parsed.Identity(), Document: parsed.TravelDocument(), MRZ: parsed, Direction: border.Entry, Today: date(t, today),
	}
}

func zone(t *testing.T, spoil func(*traveldoc.Document, *traveldoc.Identity)) string {
	t.Helper()
	doc, bearer := good(t)
	spoil(&doc, &bearer)
	text, err := mrz.Encode(mrz.TD3, doc, bearer, mrz.Extra{})
	require.NoError(t, err)
	return text
}

func asIs(*traveldoc.Document, *traveldoc.Identity) {}

func check(t *testing.T, s border.Subject) border.Finding {
	t.Helper()
	c := documentcheck.Check{}
	require.Equal(t, "document", c.Name())
	f, err := c.Check(context.Background(), s)
	require.NoError(t, err)
	for _, e := range f.Evidence {
		require.Contains(t, documentcheck.EvidenceCodes(), e.Code)
	}
	return f
}

func TestFineDocument(t *testing.T) {
	f := check(t, read(t, zone(t, asIs), "2026-11-21"))
	require.Equal(t, border.NoHit, f.Outcome)
	require.Empty(t, f.Evidence)
	require.Empty(t, f.Reason)
}

func TestZone(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		outcome  border.Outcome
		evidence border.Evidence
	}{
		"birth digit": {
			strings.Replace(zone(t, asIs), "740812", "740813", 1), border.Hit,
			border.Evidence{Code: "check_digit.mismatch", Field: "birth_date", Found: "2", Expected: "3", Severity: border.Acknowledge},
		},
		"composite": {
			strings.Replace(zone(t, asIs), "740812", "740813", 1), border.Hit,
			border.Evidence{Code: "check_digit.mismatch", Field: "composite", Found: "0", Expected: "7", Severity: border.Acknowledge},
		},
		"state": {
			zone(t, func(d *traveldoc.Document, _ *traveldoc.Identity) { d.IssuingState = "QQQ" }), border.Hit,
			border.Evidence{Code: "state.unknown", Field: "issuing_state", Found: "QQQ", Severity: border.Acknowledge},
		},
		"document code": {
			"X" + zone(t, asIs)[1:], border.Hit,
			border.Evidence{Code: "document_code.unknown", Field: "document_code", Found: "X", Severity: border.Acknowledge},
		},
		"expired": {
			zone(t, func(d *traveldoc.Document, _ *traveldoc.Identity) { d.ExpiryDate = date(t, "2026-11-20") }), border.Hit,
			border.Evidence{
				Code: "expiry_date.expired", Field: "expiry_date", Found: "2026-11-20", Expected: "2026-11-21", Severity: border.SecondLine,
			},
		},
		"no expiry": {
			zone(t, func(d *traveldoc.Document, _ *traveldoc.Identity) { d.ExpiryDate = traveldoc.Date{} }), border.Hit,
			border.Evidence{Code: "expiry_date.unknown", Field: "expiry_date", Severity: border.Acknowledge},
		},
		"other nationality": {
			zone(t, func(_ *traveldoc.Document, i *traveldoc.Identity) { i.Nationality = "XXB" }), border.NoHit,
			border.Evidence{Code: "nationality.differs", Field: "nationality", Found: "XXB", Expected: "PRT", Severity: border.Note},
		},
		"cut line": {
			zone(t, asIs)[:80], border.Hit,
			border.Evidence{Code: "line.length", Found: "35", Expected: "44", Severity: border.Acknowledge},
		},
		"truncated name": {
			zone(t, func(_ *traveldoc.Document, i *traveldoc.Identity) { i.GivenNames = strings.Repeat("MARIA", 9) }), border.NoHit,
			border.Evidence{Code: "name.truncated", Field: "name", Severity: border.Note},
		},
		"specimen": {
			zone(t, func(d *traveldoc.Document, _ *traveldoc.Identity) { d.IssuingState = "UTO" }), border.NoHit,
			border.Evidence{Code: "state.training", Field: "issuing_state", Found: "UTO", Severity: border.Note},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := check(t, read(t, c.text, "2026-11-21"))
			require.Equal(t, c.outcome, f.Outcome)
			require.Contains(t, f.Evidence, c.evidence)
		})
	}
}

// The day of expiry is still good, and a month is good to its end.
func TestExpiryDay(t *testing.T) {
	for expiry, outcome := range map[string]border.Outcome{
		"2026-11-21": border.NoHit, "2026-11": border.NoHit, "2026": border.NoHit, "2026-11-20": border.Hit, "2026-10": border.Hit, "2025": border.Hit,
	} {
		text := zone(t, func(d *traveldoc.Document, _ *traveldoc.Identity) { d.ExpiryDate = date(t, expiry) })
		require.Equal(t, outcome, check(t, read(t, text, "2026-11-21")).Outcome, expiry)
	}
}

func TestMisreadExpiryIsSaidOnce(t *testing.T) {
	f := check(t, read(t, strings.Replace(zone(t, asIs), "300415", "309915", 1), "2026-11-21"))
	codes := map[string]int{}
	for _, e := range f.Evidence {
		codes[e.Code]++
	}
	require.Equal(t, 1, codes["date.invalid"])
	require.Zero(t, codes["expiry_date.unknown"])
}

func TestTypedDocument(t *testing.T) {
	for name, c := range map[string]struct {
		spoil   func(*traveldoc.Document, *traveldoc.Identity)
		outcome border.Outcome
		code    string
	}{
		"fine":          {asIs, border.NotChecked, "check_digit.not_done"},
		"expired":       {func(d *traveldoc.Document, _ *traveldoc.Identity) { d.ExpiryDate = date(t, "2020") }, border.Hit, "expiry_date.expired"},
		"no number":     {func(d *traveldoc.Document, _ *traveldoc.Identity) { d.Number = "" }, border.Hit, "document_number.missing"},
		"code":          {func(d *traveldoc.Document, _ *traveldoc.Identity) { d.Code = "Q" }, border.Hit, "document_code.unknown"},
		"state":         {func(d *traveldoc.Document, _ *traveldoc.Identity) { d.IssuingState = "QQQ" }, border.Hit, "state.unknown"},
		"no state":      {func(d *traveldoc.Document, _ *traveldoc.Identity) { d.IssuingState = "" }, border.Hit, "state.missing"},
		"nationality":   {func(_ *traveldoc.Document, i *traveldoc.Identity) { i.Nationality = "GDR" }, border.Hit, "state.unknown"},
		"unborn":        {func(_ *traveldoc.Document, i *traveldoc.Identity) { i.BirthDate = date(t, "2026-11-22") }, border.Hit, "birth_date.future"},
		"too old":       {func(_ *traveldoc.Document, i *traveldoc.Identity) { i.BirthDate = date(t, "1874-08-12") }, border.Hit, "birth_date.implausible"},
		"no birth date": {func(_ *traveldoc.Document, i *traveldoc.Identity) { i.BirthDate = traveldoc.Date{} }, border.NotChecked, "birth_date.unknown"},
		"specimen":      {func(d *traveldoc.Document, _ *traveldoc.Identity) { d.IssuingState = "UTO" }, border.NotChecked, "state.training"},
	} {
		t.Run(name, func(t *testing.T) {
			doc, bearer := good(t)
			c.spoil(&doc, &bearer)
			f := check(t, border.Subject{Identity: bearer, Document: doc, Today: date(t, "2026-11-21")})
			require.Equal(t, c.outcome, f.Outcome)
			require.Equal(t, c.outcome == border.NotChecked, f.Reason == border.ReasonDataInsufficient)
			var codes []string
			for _, e := range f.Evidence {
				codes = append(codes, e.Code)
			}
			require.Contains(t, codes, c.code)
			require.Contains(t, codes, "check_digit.not_done", "a typed document never looks checked")
		})
	}
}

func TestTrainingAcceptsSpecimens(t *testing.T) {
	text := zone(t, func(d *traveldoc.Document, i *traveldoc.Identity) { d.IssuingState, i.Nationality = "UTO", "UTO" })
	f, err := documentcheck.Check{Training: true}.Check(context.Background(), read(t, text, "2026-11-21"))
	require.NoError(t, err)
	require.Equal(t, border.NoHit, f.Outcome)
	require.Empty(t, f.Evidence)
}

func TestEvidenceCodesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range documentcheck.EvidenceCodes() {
		require.False(t, seen[code], code)
		seen[code] = true
	}
}
