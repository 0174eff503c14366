package mrz_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// codesOf are the codes of a document's findings, without those that every damage brings along.
func codesOf(d *mrz.Document) []mrz.Code {
	var codes []mrz.Code
	for _, f := range d.Findings {
		if f.Code != mrz.CodeFormatAssumed {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// The text around a zone and the way it came must not change what is read from it.
func TestTextIsReadHoweverItComes(t *testing.T) {
	td3 := strings.Split(specimenTD3, "\n")
	td1 := strings.Split(specimenTD1, "\n")
	for name, c := range map[string]struct {
		text  string
		codes []mrz.Code
	}{
		"CRLF":                    {td3[0] + "\r\n" + td3[1] + "\r\n", nil},
		"CR":                      {td3[0] + "\r" + td3[1] + "\r", nil},
		"blank line between":      {td3[0] + "\n\n" + td3[1], nil},
		"lower case":              {strings.ToLower(specimenTD3), []mrz.Code{mrz.CodeCharacterCase}},
		"spaces between":          {strings.ReplaceAll(td3[0], "<<", "< <") + "\n" + td3[1], []mrz.Code{mrz.CodeCharacterSpace}},
		"outer blanks":            {"  " + td3[0] + " \t\n  " + td3[1] + "  ", nil},
		"fillers as blanks":       {strings.ReplaceAll(specimenTD3, "<", " "), []mrz.Code{mrz.CodeCharacterSpace}},
		"guillemets":              {strings.ReplaceAll(specimenTD3, "<<", "«"), []mrz.Code{mrz.CodeCharacterSubstituted}},
		"HTML":                    {strings.ReplaceAll(specimenTD3, "<", "&lt;"), []mrz.Code{mrz.CodeCharacterSubstituted}},
		"reader's control bytes":  {"\x02" + td3[0] + "\r" + td3[1] + "\x03", nil},
		"byte order mark":         {"\ufeff" + specimenTD3, nil},
		"UTF-16":                  {"\xff\xfe" + strings.Join(strings.Split(specimenTD3, ""), "\x00") + "\x00", nil},
		"wedge without line ends": {td3[0] + td3[1], []mrz.Code{mrz.CodeLineJoined}},
		"second line first":       {td3[1] + "\n" + td3[0], []mrz.Code{mrz.CodeLineOrder}},
		"text around": {
			"Reisepass\nspecimen of the issuing state\n" + specimenTD3 + "\nend",
			[]mrz.Code{mrz.CodeCharacterCase, mrz.CodeCharacterSpace, mrz.CodeLineIgnored},
		},
		"wrapped anywhere":  {td3[0][:20] + "\n" + td3[0][20:] + "\n" + td3[1][:20] + "\n" + td3[1][20:], []mrz.Code{mrz.CodeLineJoined}},
		"TD1 without ends":  {strings.Join(td1, ""), []mrz.Code{mrz.CodeLineJoined}},
		"TD1 other order":   {td1[2] + "\n" + td1[0] + "\n" + td1[1], []mrz.Code{mrz.CodeLineOrder}},
		"TD2 without ends":  {strings.ReplaceAll(specimenTD2, "\n", ""), []mrz.Code{mrz.CodeLineJoined}},
		"visa without ends": {strings.ReplaceAll(specimenMRA, "\n", ""), []mrz.Code{mrz.CodeLineJoined}},
		"lost fillers":      {strings.TrimRight(td3[0], "<") + "\n" + td3[1], []mrz.Code{mrz.CodeLineLength}},
		"a filler too many": {td3[0] + "<\n" + td3[1], []mrz.Code{mrz.CodeLineLength}},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, c.text)
			require.Equal(t, c.codes, codesOf(d))
			require.Equal(t, "ERIKSSON", d.Surname)
			require.Equal(t, "ANNA MARIA", d.GivenNames)
			require.False(t, d.NameTruncated)
			for _, check := range d.Checks() {
				require.True(t, check.OK, "%s", check.Field)
			}
		})
	}
}

// One wrong character costs its own field, and no other.
func TestDamageStaysWhereItIs(t *testing.T) {
	td3 := strings.Split(specimenTD3, "\n")
	for name, c := range map[string]struct {
		text     string
		field    mrz.FieldID
		codes    []mrz.Code
		verdicts map[mrz.FieldID]mrz.Verdict
	}{
		"number": {
			strings.Replace(specimenTD3, "L898902C3", "L898902D3", 1), mrz.DocumentNumber,
			[]mrz.Code{mrz.CodeDigitMismatch, mrz.CodeDigitMismatch},
			map[mrz.FieldID]mrz.Verdict{mrz.DocumentNumber: mrz.Failed, mrz.BirthDate: mrz.OK, mrz.ExpiryDate: mrz.OK},
		},
		"O for 0 in the birth date": {
			strings.Replace(specimenTD3, "740812", "74O812", 1), mrz.BirthDate,
			[]mrz.Code{mrz.CodeDateInvalid, mrz.CodeDigitMismatch, mrz.CodeDigitMismatch},
			map[mrz.FieldID]mrz.Verdict{mrz.BirthDate: mrz.Failed, mrz.DocumentNumber: mrz.OK},
		},
		"letter for the expiry digit": {
			strings.Replace(specimenTD3, "1204159", "120415G", 1), mrz.ExpiryDate,
			[]mrz.Code{mrz.CodeDigitSyntax, mrz.CodeDigitMismatch},
			map[mrz.FieldID]mrz.Verdict{mrz.ExpiryDate: mrz.Failed, mrz.BirthDate: mrz.OK},
		},
		"composite alone": {
			td3[0] + "\n" + td3[1][:43] + "1", mrz.Composite,
			[]mrz.Code{mrz.CodeDigitMismatch, mrz.CodeCompositeAlone},
			map[mrz.FieldID]mrz.Verdict{mrz.DocumentNumber: mrz.Suspect, mrz.BirthDate: mrz.Suspect, mrz.OptionalData: mrz.Suspect},
		},
		"foreign character": {
			strings.Replace(specimenTD3, "L898902C3", "L8989?2C3", 1), mrz.DocumentNumber,
			[]mrz.Code{mrz.CodeCharacterInvalid, mrz.CodeDigitMismatch, mrz.CodeDigitMismatch},
			map[mrz.FieldID]mrz.Verdict{mrz.DocumentNumber: mrz.Failed, mrz.BirthDate: mrz.OK},
		},
		"accented letter in the name": {
			strings.Replace(specimenTD3, "ERIKSSON", "ÉRIKSSON", 1), mrz.Name,
			[]mrz.Code{mrz.CodeCharacterInvalid, mrz.CodeNameCharacter},
			map[mrz.FieldID]mrz.Verdict{mrz.Name: mrz.Failed, mrz.DocumentNumber: mrz.OK},
		},
		"sex": {
			strings.Replace(specimenTD3, "7408122F", "7408122H", 1), mrz.Sex,
			[]mrz.Code{mrz.CodeSexInvalid},
			map[mrz.FieldID]mrz.Verdict{mrz.Sex: mrz.Failed, mrz.DocumentNumber: mrz.OK},
		},
		"document code": {
			"0" + specimenTD3[1:], mrz.DocumentCode,
			[]mrz.Code{mrz.CodeDocumentCode},
			map[mrz.FieldID]mrz.Verdict{mrz.DocumentNumber: mrz.OK},
		},
		"state": {
			strings.Replace(specimenTD3, "P<UTO", "P<QQQ", 1), mrz.IssuingState,
			[]mrz.Code{mrz.CodeStateUnknown},
			map[mrz.FieldID]mrz.Verdict{mrz.DocumentNumber: mrz.OK},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, c.text)
			require.Equal(t, mrz.TD3, d.Format)
			require.Equal(t, c.codes, codesOf(d))
			var fields []mrz.FieldID
			for _, f := range d.Findings {
				fields = append(fields, f.Field)
			}
			require.Contains(t, fields, c.field)
			for id, verdict := range c.verdicts {
				require.Equal(t, verdict, d.Field(id).Verdict, "%s", id)
			}
		})
	}
}

func TestCutLines(t *testing.T) {
	td3 := strings.Split(specimenTD3, "\n")
	t.Run("second line cut", func(t *testing.T) {
		d := parse(t, td3[0]+"\n"+td3[1][:30])
		require.Equal(t, mrz.TD3, d.Format)
		require.Equal(t, "L898902C3", d.DocumentNumber)
		require.Equal(t, mrz.OK, d.Field(mrz.ExpiryDate).Verdict)
		require.Equal(t, "ZE", d.Field(mrz.OptionalData).Raw)
		composite := d.Checks()[4]
		require.False(t, composite.OK)
		require.Empty(t, composite.Printed)
		require.Contains(t, codesOf(d), mrz.CodeDigitMissing)
		require.Equal(t, "30", d.Findings[0].Printed)
		require.Equal(t, "44", d.Findings[0].Computed)
	})
	t.Run("second line alone", func(t *testing.T) {
		d := parse(t, td3[1])
		require.Equal(t, mrz.TD3, d.Format)
		require.Equal(t, "1974-08-12", d.BirthDate.String())
		require.Empty(t, d.Surname)
		require.Equal(t, mrz.CodeLineMissing, d.Findings[0].Code)
		require.EqualValues(t, 1, d.Findings[0].At.Line)
	})
	t.Run("first line alone", func(t *testing.T) {
		d := parse(t, td3[0])
		require.Equal(t, "ERIKSSON", d.Surname)
		require.True(t, d.BirthDate.IsZero())
		require.Len(t, d.Checks(), 5)
		require.Equal(t, mrz.CodeLineMissing, d.Findings[0].Code)
	})
	t.Run("name cut", func(t *testing.T) {
		d := parse(t, td3[0][:20]+"\n"+td3[1])
		require.Equal(t, "ERIKSSON", d.Surname)
		require.Equal(t, "ANNA", d.GivenNames)
		require.Equal(t, mrz.NoCheck, d.Field(mrz.Name).Verdict, "a filler follows the name")
		d = parse(t, td3[0][:18]+"\n"+td3[1])
		require.Equal(t, mrz.Suspect, d.Field(mrz.Name).Verdict, "the line ends within the name")
	})
	t.Run("without line ends, one character lost", func(t *testing.T) {
		d := parse(t, td3[0][:43]+td3[1])
		require.Equal(t, "L898902C3", d.DocumentNumber)
		require.Equal(t, mrz.OK, d.Field(mrz.BirthDate).Verdict)
		require.Contains(t, codesOf(d), mrz.CodeLineLength)
	})
	t.Run("TD1 without its third line", func(t *testing.T) {
		d := parse(t, specimenTD1[:61])
		require.Equal(t, mrz.TD1, d.Format)
		require.Equal(t, "D23145890", d.DocumentNumber)
		require.Contains(t, codesOf(d), mrz.CodeLineMissing)
	})
}

func TestNotAZone(t *testing.T) {
	for name, text := range map[string]string{
		"empty":  "",
		"blank":  " \n\t\r\n",
		"prose":  "The passport was issued in the capital.\nIt is valid for ten years, says its bearer.",
		"block":  strings.Repeat("PASSPORTPASSPORTPASSPORTPASSPORTPASSPORTPASS\n", 2),
		"digits": strings.Repeat("1234567890", 9),
		"JSON":   `{"format":"TD3","document_code":"P","issuing_state":"UTO","surname":"ERIKSSON"}`,
		"bytes":  string([]byte{0xff, 0xfe, 0x00, 0x80, 0x0a, 0xc3, 0x28}),
	} {
		t.Run(name, func(t *testing.T) {
			d, err := mrz.Parse(text, inspection(t))
			require.ErrorIs(t, err, mrz.ErrUnrecognisable)
			require.Equal(t, text, d.Input)
			require.Equal(t, mrz.Unknown, d.Format)
			require.Equal(t, []mrz.Code{mrz.CodeUnrecognisable}, codesOf(d))
			require.Empty(t, d.Checks())
			require.Empty(t, d.Lines())
		})
	}
}

func TestTooLong(t *testing.T) {
	d, err := mrz.Parse(specimenTD3+strings.Repeat("\n", mrz.MaxInput), inspection(t))
	require.ErrorIs(t, err, mrz.ErrTooLong)
	require.Equal(t, []mrz.Code{mrz.CodeTooLong}, codesOf(d))
}

func TestManyLines(t *testing.T) {
	d := parse(t, specimenTD3+strings.Repeat("\nX", 1000))
	require.Equal(t, mrz.TD3, d.Format)
	require.Equal(t, mrz.CodeLineIgnored, d.Findings[0].Code)
	require.Equal(t, "1000", d.Findings[0].Printed)
}

// A V decides for a visa before anything else; a passport or a card would have digits there that a visa has not.
func TestVisaBeforePassport(t *testing.T) {
	for text, format := range map[string]mrz.Format{
		specimenMRA:           mrz.MRVA,
		"P" + specimenMRA[1:]: mrz.TD3,
		specimenMRB:           mrz.MRVB,
		"I" + specimenMRB[1:]: mrz.TD2,
		"V" + specimenTD3[1:]: mrz.MRVA,
		"V" + specimenTD2[1:]: mrz.MRVB,
	} {
		d := parse(t, text)
		require.Equal(t, format, d.Format)
		if format == mrz.MRVA || format == mrz.MRVB {
			require.Len(t, d.Checks(), 3)
			require.Equal(t, mrz.NoCheck, d.Field(mrz.OptionalData).Verdict)
		}
	}
}
