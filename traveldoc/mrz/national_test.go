package mrz_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// The specimens of the issuers.
const (
	specimenFrenchID      = "IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<\n8806923102858CORINNE<<<<<<<6512068F6"
	specimenFrenchLicence = "D1FRA13AA000026181231MARTIN<<9"
	specimenSwissLicence  = "AAA001D<<\nFACHE305142128097<<800126<<<<<\nMARCHAND<<FABIENNE<<<<<<<<<<<<"
)

func TestFrenchIdentityCard(t *testing.T) {
	d := parse(t, specimenFrenchID)
	require.Equal(t, mrz.FrenchID, d.Format)
	require.Equal(t, []string{"ID", "FRA", "BERTHIER", "CORINNE", "880692310285", "FRA", "F"},
		[]string{d.Code, d.IssuingState, d.Surname, d.GivenNames, d.DocumentNumber, d.Nationality, d.Sex})
	require.Equal(t, "1965-12-06", d.BirthDate.String())
	require.Equal(t, "1988-06", d.IssueDate.String())
	require.Equal(t, "1998-06", d.ExpiryDate.String())
	require.True(t, d.ExpiryDerived)
	require.True(t, d.Field(mrz.ExpiryDate).Derived)
	require.True(t, d.Field(mrz.Nationality).Derived)
	require.Equal(t, "BERTHIER", d.Field(mrz.Name).Value)
	require.Equal(t, "1988-06", d.Field(mrz.IssueDate).Value)
	require.Equal(t, []mrz.Code{mrz.CodeStateDerived, mrz.CodeDateDerived}, codesOf(d))
	require.Len(t, d.Checks(), 3)
	require.Equal(t, mrz.OK, d.Field(mrz.GivenNames).Verdict, "the composite runs over the names too")
}

// card is a French card issued in a month to a bearer born on a day.
func card(t *testing.T, issued, birth string, options ...mrz.Option) *mrz.Document {
	t.Helper()
	born, err := traveldoc.ParseDate(birth)
	require.NoError(t, err)
	text, err := mrz.Encode(mrz.FrenchID, traveldoc.Document{Code: "ID", IssuingState: "FRA", Number: issued + "92310285"},
		traveldoc.Identity{Surname: "Berthier", GivenNames: "Corinne Anne", BirthDate: born, Sex: "F"}, mrz.Extra{})
	require.NoError(t, err)
	d, err := mrz.Parse(text, inspection(t), options...)
	require.NoError(t, err)
	require.Equal(t, "CORINNE ANNE", d.GivenNames)
	return d
}

func TestDerivedExpiry(t *testing.T) {
	for _, c := range []struct {
		name, issued, birth, expiry string
		options                     []mrz.Option
	}{
		{"before the extension", "0312", "1965-12-06", "2013-12", nil},
		{"first month of the extension", "0401", "1965-12-06", "2019-01", nil},
		{"last month", "1312", "1965-12-06", "2028-12", nil},
		{"after it", "1401", "1965-12-06", "2024-01", nil},
		{"a minor's card", "1006", "1993-07-01", "2020-06", nil},
		{"of age in the month of issue", "1006", "1992-06-15", "2025-06", nil},
		{"birth not known", "1006", "", "2020-06", nil},
		{"extension not recognised", "1006", "1965-12-06", "2020-06", []mrz.Option{mrz.WithoutExtensions}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.expiry, card(t, c.issued, c.birth, c.options...).ExpiryDate.String())
		})
	}
	for _, rule := range mrz.ValidityRules() {
		require.Equal(t, mrz.FrenchID, rule.Format)
		require.Positive(t, rule.Years)
		require.NotEmpty(t, rule.Provenance)
	}
	require.Len(t, mrz.ValidityRules(), 2)
}

func TestFrenchIdentityCardDamaged(t *testing.T) {
	spoil := func(at int, cells string) string {
		return specimenFrenchID[:at] + cells + specimenFrenchID[at+len(cells):]
	}
	d := parse(t, spoil(37, "8813"))
	require.Equal(t, mrz.Failed, d.Field(mrz.IssueDate).Verdict)
	require.True(t, d.ExpiryDate.IsZero(), "no issue, no expiry")
	require.Contains(t, codesOf(d), mrz.CodeDateInvalid)

	d = parse(t, spoil(0, "IDFPA"))
	require.Equal(t, mrz.FrenchID, d.Format, "letters where a card of Doc 9303 has a date")
	d = parse(t, "IDFPABERTHIER<<<<<<<<<<<<<<<<<923101\n"+specimenFrenchID[37:])
	require.Equal(t, mrz.FrenchID, d.Format, "digits where a name would be")
	d = parse(t, "I<UTOERIKSSON<<ANNA<MARIA<VICT0RIA<<\n"+specimenTD2[37:])
	require.Equal(t, mrz.TD2, d.Format, "a letter of the name was read as a digit; the rest is a TD2")
	d = parse(t, specimenFrenchID[:30]+"\n"+specimenFrenchID[37:])
	require.Equal(t, mrz.FrenchID, d.Format)
	require.Contains(t, d.Findings, mrz.Finding{Code: mrz.CodeFormatAssumed, Printed: "FR-ID", Severity: mrz.Note})
	d = parse(t, specimenFrenchID[:36]+specimenFrenchID[37:])
	require.Equal(t, mrz.FrenchID, d.Format)
	require.Contains(t, codesOf(d), mrz.CodeLineJoined)
}

func TestFrenchLicence(t *testing.T) {
	d := parse(t, specimenFrenchLicence)
	require.Equal(t, mrz.FrenchLicence, d.Format)
	require.Equal(t, []string{"D1", "FRA", "MARTIN", "", "13AA00002", "", ""},
		[]string{d.Code, d.IssuingState, d.Surname, d.GivenNames, d.DocumentNumber, d.Nationality, d.Sex})
	require.Equal(t, "2018-12-31", d.ExpiryDate.String())
	require.Len(t, d.Checks(), 2)
	require.True(t, d.Checks()[0].OK && d.Checks()[1].OK)
	require.Equal(t, []mrz.Code{mrz.CodeFormatLicence}, codesOf(d))
	require.Equal(t, mrz.Acknowledge, d.Findings[0].Severity, "no travel document")

	d = parse(t, "text before\n"+specimenFrenchLicence)
	require.Equal(t, mrz.FrenchLicence, d.Format)
	d = parse(t, "D1FRA13AA000026181Z31MARTIN<<9")
	require.Equal(t, mrz.FrenchLicence, d.Format)
	require.Equal(t, mrz.Failed, d.Field(mrz.ExpiryDate).Verdict)
}

func TestSwissLicence(t *testing.T) {
	for _, text := range []string{
		specimenSwissLicence,
		specimenSwissLicence[:9] + specimenSwissLicence[10:40] + specimenSwissLicence[41:],
		specimenSwissLicence[:7] + specimenSwissLicence[9:],
		"licence\n" + specimenSwissLicence,
	} {
		d := parse(t, text)
		require.Equal(t, mrz.SwissLicence, d.Format, text)
		require.Equal(t, []string{"FA", "CHE", "MARCHAND", "FABIENNE", "305142128097", "D"},
			[]string{d.Code, d.IssuingState, d.Surname, d.GivenNames, d.DocumentNumber, d.Field(mrz.Language).Value})
		require.Equal(t, "1980-01-26", d.BirthDate.String())
		require.Equal(t, []string{"AAA001D"}, d.OptionalData())
		require.Empty(t, d.Checks())
		require.Contains(t, codesOf(d), mrz.CodeFormatLicence)
	}
	d := parse(t, "AAA001X<<\nFALIE3O5142128097<<800126<<<<<\nMARCHAND<<FABIENNE<<<<<<<<<<<<")
	require.Equal(t, mrz.SwissLicence, d.Format)
	require.Equal(t, []mrz.Code{mrz.CodeNumberSyntax, mrz.CodeLanguageUnknown, mrz.CodeFormatLicence}, codesOf(d))
	require.Equal(t, mrz.Failed, d.Field(mrz.DocumentNumber).Verdict)
	suggestions := d.Suggestions()
	require.Len(t, suggestions, 1)
	require.Equal(t, []mrz.Edit{{Line: 2, Position: 7, From: "O", To: "0"}}, suggestions[0].Edits)
	require.Empty(t, suggestions[0].Satisfied, "no digit speaks for it")
}

func TestNumberForms(t *testing.T) {
	for text, want := range map[string]mrz.NumberForms{
		td3(2, 1, "0O8<02C<<"): {Printed: "0O8<02C", Plain: "0O802C", Folded: "802C"},
		specimenTD3:            {Printed: "L898902C3", Plain: "L898902C3", Folded: "L898902C3"},
		"I<UTOD23145890<515<<<<<<<<<<<<" + specimenTD1[30:]: {Printed: "D2314589051", Plain: "D2314589051", Folded: "D2314589051"},
		specimenFrenchID: {Printed: "880692310285", Plain: "880692310285", Folded: "880692310285"},
	} {
		require.Equal(t, want, parse(t, text).Number())
	}
}

func TestPersonalNumberWithItsOwnDigit(t *testing.T) {
	digit, ok := mrz.CheckDigit("PERSONAL123456")
	require.True(t, ok)
	d := parse(t, "I<UTOD231458907PERSONAL123456"+string(digit)+specimenTD1[30:])
	require.Contains(t, codesOf(d), mrz.CodePersonalNumber)
	wrong := '0' + (digit-'0'+1)%10
	d = parse(t, "I<UTOD231458907PERSONAL123456"+string(wrong)+specimenTD1[30:])
	require.NotContains(t, codesOf(d), mrz.CodePersonalNumber)
	require.NotContains(t, codesOf(parse(t, specimenTD1)), mrz.CodePersonalNumber, "an empty field has no digit")
}
