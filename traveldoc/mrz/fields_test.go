package mrz_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// td3 gives the specimen with other cells at a place.
func td3(line, from int, cells string) string {
	lines := strings.Split(specimenTD3, "\n")
	l := lines[line-1]
	lines[line-1] = l[:from-1] + cells + l[from-1+len(cells):]
	return strings.Join(lines, "\n")
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		cells, surname, given string
		truncated             bool
		codes                 []mrz.Code
	}{
		{"ERIKSSON<<ANNA<MARIA", "ERIKSSON", "ANNA MARIA", false, nil},
		{"ARKFREITH", "ARKFREITH", "", false, nil},
		{"VAN<DER<MUELLEN<<MARIANNE", "VAN DER MUELLEN", "MARIANNE", false, nil},
		{"<<RAHUL<KUMAR", "", "RAHUL KUMAR", false, []mrz.Code{mrz.CodeNameNoPrimary}},
		{"SMITH<<JOHN<<PAUL", "SMITH", "JOHN PAUL", false, []mrz.Code{mrz.CodeNameSeparator}},
		{"SMITH<<<JOHN", "SMITH", "JOHN", false, nil},
		{"SM1TH<<JOHN", "SM1TH", "JOHN", false, []mrz.Code{mrz.CodeNameCharacter}},
		{"SMITH<<JOHN<MR", "SMITH", "JOHN MR", false, []mrz.Code{mrz.CodeNameTitle}},
		{"SMITH<<DREW", "SMITH", "DREW", false, nil},
		{"", "", "", false, []mrz.Code{mrz.CodeNameMissing}},
		{"NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", "NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG K", true, []mrz.Code{mrz.CodeNameTruncated}},
	} {
		t.Run(c.cells, func(t *testing.T) {
			d := parse(t, td3(1, 6, c.cells+strings.Repeat("<", 39-len(c.cells))))
			require.Equal(t, c.surname, d.Surname)
			require.Equal(t, c.given, d.GivenNames)
			require.Equal(t, c.truncated, d.NameTruncated)
			require.Equal(t, c.truncated, d.Identity().NameTruncated)
			require.Equal(t, c.codes, codesOf(d))
		})
	}
}

func TestDates(t *testing.T) {
	for _, c := range []struct {
		cells, birth, expiry string
		codes                []mrz.Code
	}{
		{"740812", "1974-08-12", "", nil},
		{"7408<<", "1974-08", "", []mrz.Code{mrz.CodeDatePartial}},
		{"74<<<<", "1974", "", []mrz.Code{mrz.CodeDatePartial}},
		{"74<<12", "1974", "", []mrz.Code{mrz.CodeDatePartial}},
		{"<<0812", "", "", []mrz.Code{mrz.CodeDateUnknown}},
		{"<<<<<<", "", "", []mrz.Code{mrz.CodeDateUnknown}},
		{"740800", "1974-08", "", []mrz.Code{mrz.CodeDateZero, mrz.CodeDatePartial}},
		{"740000", "1974", "", []mrz.Code{mrz.CodeDateZero, mrz.CodeDatePartial}},
		{"000000", "", "", []mrz.Code{mrz.CodeDateZero, mrz.CodeDateUnknown}},
		{"000229", "2000-02-29", "", nil},
		{"270229", "", "", []mrz.Code{mrz.CodeDateInvalid}},
		{"741332", "", "", []mrz.Code{mrz.CodeDateInvalid}},
		{"7408<2", "", "", []mrz.Code{mrz.CodeDateInvalid}},
		{"7A0812", "", "", []mrz.Code{mrz.CodeDateInvalid}},
		{"261121", "2026-11-21", "", nil},
		{"261122", "1926-11-22", "", nil},
		{"26<<<<", "2026", "", []mrz.Code{mrz.CodeDatePartial}},
		{"27<<<<", "1927", "", []mrz.Code{mrz.CodeDatePartial}},
	} {
		t.Run("birth "+c.cells, func(t *testing.T) {
			digit, valid := mrz.CheckDigit(c.cells)
			require.True(t, valid)
			d := parse(t, td3(2, 14, c.cells+string(digit)))
			require.Equal(t, c.birth, d.BirthDate.String())
			require.Equal(t, c.birth, d.Field(mrz.BirthDate).Value)
			require.True(t, d.Checks()[1].OK, "the digit counts the fillers")
			for _, code := range c.codes {
				require.Contains(t, codesOf(d), code)
			}
			if len(c.codes) > 0 && c.codes[0] == mrz.CodeDateInvalid {
				require.Equal(t, mrz.Failed, d.Field(mrz.BirthDate).Verdict)
			}
		})
	}
	for cells, expiry := range map[string]string{
		"120415": "2012-04-15", "761121": "2076-11-21", "761122": "1976-11-22", "940623": "1994-06-23", "<<<<<<": "", "3112<<": "2031-12",
	} {
		t.Run("expiry "+cells, func(t *testing.T) {
			require.Equal(t, expiry, parse(t, td3(2, 22, cells)).ExpiryDate.String())
		})
	}
}

func TestOtherBirthDate(t *testing.T) {
	for cells, want := range map[string]string{"740812": "", "200812": "1920-08-12", "060812": "1906-08-12", "050812": "", "20<<<<": "1920", "<<<<<<": "", "000229": ""} {
		other, ok := parse(t, td3(2, 14, cells)).OtherBirthDate()
		require.Equal(t, want, other.String(), cells)
		require.Equal(t, want != "", ok)
	}
}

func TestWithoutInspectionNoCentury(t *testing.T) {
	d, err := mrz.Parse(specimenTD3, traveldoc.Date{}, mrz.Training)
	require.NoError(t, err)
	require.True(t, d.BirthDate.IsZero())
	require.Equal(t, []mrz.Code{mrz.CodeDateCentury, mrz.CodeDateCentury}, codesOf(d))
}

func TestSex(t *testing.T) {
	for cell, want := range map[string]string{"M": "M", "F": "F", "<": "X", "X": "X", "0": ""} {
		d := parse(t, td3(2, 21, cell))
		require.Equal(t, want, d.Sex)
		require.Equal(t, cell == "X", contains(codesOf(d), mrz.CodeSexPrinted))
		require.Equal(t, cell == "0", contains(codesOf(d), mrz.CodeSexInvalid))
	}
}

func contains(codes []mrz.Code, code mrz.Code) bool {
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}

// The check digit of an unused optional field may be 0 or a filler; that of a used one may not be a filler.
func TestOptionalDigit(t *testing.T) {
	unused := td3(2, 29, strings.Repeat("<", 14))
	for digit, ok := range map[string]bool{"<": true, "0": true, "1": false} {
		lines := strings.Split(unused, "\n")
		d := parse(t, lines[0]+"\n"+lines[1][:42]+digit+lines[1][43:])
		require.Equal(t, ok, d.Checks()[3].OK, "digit %s", digit)
		require.Equal(t, "0", d.Checks()[3].Computed)
	}
	d := parse(t, td3(2, 43, "<"))
	require.False(t, d.Checks()[3].OK)
	require.Contains(t, codesOf(d), mrz.CodeDigitMissing)
}

func TestLongNumbers(t *testing.T) {
	for _, c := range []struct {
		name, line, number, digit, optional string
		long                                mrz.LongNumber
		ok                                  bool
	}{
		{"as in Doc 9303", "I<UTOD23145890<515<<<<<<<<<<<<", "D2314589051", "5", "", mrz.LongPlain, true},
		{"Belgian", "I<UTOD23145890<513<<<<<<<<<<<<", "D2314589051", "3", "", mrz.LongFiller, true},
		{"wrong digit", "I<UTOD23145890<514<<<<<<<<<<<<", "D2314589051", "4", "", mrz.LongPlain, false},
		{"with optional data", "I<UTOD23145890<515<ABC<12<<<<<", "D2314589051", "5", "ABC 12", mrz.LongPlain, true},
		{"digits and letters", "I<UTOD23145890<515ABC13<<<<<<<", "D23145890515ABC1", "3", "", mrz.LongPlain, false},
		{"no continuation", "I<UTOD23145890<<<<<<<<<<<<<<<<", "D23145890", "<", "", mrz.NotLong, false},
		{"short number without digit", "I<UTOD231458<<<515<<<<<<<<<<<<", "D231458", "<", "515", mrz.NotLong, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := parse(t, c.line+specimenTD1[30:])
			require.Equal(t, c.number, d.DocumentNumber)
			require.Equal(t, c.number, d.Field(mrz.DocumentNumber).Value)
			require.Equal(t, c.long, d.LongNumber())
			require.Equal(t, c.digit, d.Checks()[0].Printed)
			require.Equal(t, c.ok, d.Checks()[0].OK)
			require.Equal(t, c.optional, d.OptionalData()[0])
			require.Equal(t, c.line[15:30], d.Field(mrz.OptionalData).Raw, "the cells stay as they are")
		})
	}
	d := parse(t, "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD23145890<UTO7408122F1204159515<<<<0")
	require.Equal(t, "D2314589051", d.DocumentNumber)
	require.Equal(t, mrz.TD2, d.Format)
	require.True(t, d.Checks()[0].OK)
}

func TestStates(t *testing.T) {
	for _, c := range []struct {
		issuer, nationality string
		codes               []mrz.Code
	}{
		{"D<<", "D<<", nil},
		{"GBR", "GBN", nil},
		{"FRA", "XXB", nil},
		{"UNO", "RKS", nil},
		{"XXA", "XXA", []mrz.Code{mrz.CodeStateNotIssuer}},
		{"UTO", "UTO", []mrz.Code{mrz.CodeStateTraining, mrz.CodeStateTraining}},
		{"ANT", "NLD", []mrz.Code{}},
		{"YUG", "YUG", []mrz.Code{}},
		{"DDR", "DDR", []mrz.Code{mrz.CodeStateNotInForce}},
		{"FR4", "FRA", []mrz.Code{mrz.CodeStateUnknown}},
		{"<<<", "FRA", []mrz.Code{mrz.CodeStateMissing}},
	} {
		t.Run(c.issuer+" "+c.nationality, func(t *testing.T) {
			text := td3(1, 3, c.issuer)
			text = text[:45] + td3(2, 11, c.nationality)[45:]
			d, err := mrz.Parse(text, inspection(t))
			require.NoError(t, err)
			require.ElementsMatch(t, c.codes, codesOf(d))
			require.Equal(t, strings.Trim(c.issuer, "<"), d.IssuingState)
			require.Equal(t, strings.Trim(c.nationality, "<"), d.Nationality)
		})
	}
}

func TestRanges(t *testing.T) {
	d := parse(t, specimenTD1)
	require.Equal(t, mrz.Range{Line: 2, From: 19, To: 29}, d.Field(mrz.OptionalData2).At)
	require.Equal(t, mrz.Range{Line: 3, From: 1, To: 30}, d.Field(mrz.Name).At)
	require.Equal(t, mrz.Field{}, d.Field(mrz.FieldID(200)))
}
