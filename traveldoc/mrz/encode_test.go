package mrz_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

func itoa(n int) string { return strconv.Itoa(n) }

func eachFormat(t *testing.T, test func(*testing.T, mrz.Format)) {
	t.Helper()
	for _, f := range mrz.Formats() {
		t.Run(f.String(), func(t *testing.T) { test(t, f) })
	}
}

// What Encode writes, Parse reads: all of it, without a complaint, and what Parse reads, Encode writes again.
func TestParseIsTheInverseOfEncode(t *testing.T) {
	eachFormat(t, func(t *testing.T, f mrz.Format) {
		today := inspection(t)
		rapid.Check(t, func(t *rapid.T) {
			c := drawContent(t, f)
			text, err := c.encode()
			require.NoError(t, err)
			d, err := mrz.Parse(text, today)
			require.NoError(t, err)
			require.Equal(t, f, d.Format)
			requireContent(t, c, d)
			for _, check := range d.Checks() {
				require.True(t, check.OK, "%s of %s", check.Field, text)
			}
			for _, finding := range d.Findings {
				require.True(t, finding.Severity == mrz.Note || finding.Code == mrz.CodeFormatLicence, "%s", finding.Code)
			}
			again := mrz.Extra{LongNumber: d.LongNumber(), ZeroDigit: c.extra.ZeroDigit}
			copy(again.OptionalData[:], d.OptionalData())
			rewritten, err := mrz.Encode(d.Format, d.TravelDocument(), d.Identity(), again)
			require.NoError(t, err)
			require.Equal(t, text, rewritten)
		})
	})
}

func requireContent(t *rapid.T, c content, d *mrz.Document) {
	require.Equal(t, c.doc.Code, d.Code)
	require.Equal(t, c.doc.IssuingState, d.IssuingState)
	require.Equal(t, c.doc.Number, d.DocumentNumber)
	if !d.ExpiryDerived {
		require.Equal(t, c.doc.ExpiryDate, d.ExpiryDate)
	}
	require.Equal(t, c.bearer.Nationality, d.Nationality)
	require.Equal(t, c.bearer.BirthDate, d.BirthDate)
	require.Equal(t, c.bearer.Sex, d.Sex)
	for i, optional := range d.OptionalData() {
		require.Equal(t, c.extra.OptionalData[i], optional)
	}
	room := roomOf(c.format).name
	if c.nameCells() <= room {
		require.Equal(t, c.bearer.Surname, d.Surname)
		require.Equal(t, c.bearer.GivenNames, d.GivenNames)
		require.Equal(t, c.nameCells() == room, d.NameTruncated)
	}
}

func TestNamesAreCutAtALetter(t *testing.T) {
	today := inspection(t)
	for _, c := range []struct{ surname, given, cells string }{
		{"Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"},
		{"Bennelong Wooloomooloo Warandyta Warnambool", "Dingo Potoroo", "BENNELONG<WOOLOOMOOLOO<WARANDYTA<WAR<<D"},
		{"Papandropoulous", "Jonathon Warren Trevor Alexander", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"},
		{"Papandropoulous", "Jonathon Warren Trev Alexander", "PAPANDROPOULOUS<<JONATHON<WARREN<TREV<A"},
		{"Papandropoulous", "Jonathon Warren Trevo Alexander", "PAPANDROPOULOUS<<JONATHON<WARREN<TREV<A"},
		{"O'Connor-Smith", "Éa", ""},
		{"O’Connor-Smith", "Jean-Luc", "OCONNOR<SMITH<<JEAN<LUC<<<<<<<<<<<<<<<<"},
		{strings.Repeat("A", 50), "", strings.Repeat("A", 39)},
		{"", "Rahul", "<<RAHUL" + strings.Repeat("<", 32)},
	} {
		t.Run(c.surname+" "+c.given, func(t *testing.T) {
			text, err := mrz.Encode(mrz.TD3, traveldoc.Document{Code: "P", Number: "1", IssuingState: "D"},
				traveldoc.Identity{Surname: c.surname, GivenNames: c.given, Nationality: "D"}, mrz.Extra{})
			if c.cells == "" {
				require.ErrorContains(t, err, "encode TD3: name: ")
				return
			}
			require.NoError(t, err)
			d, err := mrz.Parse(text, today)
			require.NoError(t, err)
			require.Equal(t, c.cells, d.Field(mrz.Name).Raw)
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	good := content{
		format: mrz.TD3,
		doc:    traveldoc.Document{Code: "P", Number: "L898902C3", IssuingState: "UTO"},
		bearer: traveldoc.Identity{Surname: "ERIKSSON", Nationality: "UTO", Sex: "F"},
	}
	_, err := good.encode()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		spoil func(*content)
		says  string
	}{
		"format":               {func(c *content) { c.format = mrz.Unknown }, "expected one of"},
		"no name":              {func(c *content) { c.bearer.Surname = "" }, "name: expected a name"},
		"long number":          {func(c *content) { c.doc.Number = "L898902C36" }, "document_number: 10 characters, expected at most 9"},
		"number in small":      {func(c *content) { c.doc.Number = "l898902c3" }, "document_number: character 1"},
		"long number, hyphen":  {func(c *content) { c.format, c.doc.Number = mrz.TD1, "L898902C3-6" }, "document_number: expected capitals"},
		"longer than optional": {func(c *content) { c.format, c.doc.Number = mrz.TD2, "L898902C361234567" }, "optional_data: 9 characters, expected at most 7"},
		"state":                {func(c *content) { c.doc.IssuingState = "UTOP" }, "issuing_state: 4 characters"},
		"nationality":          {func(c *content) { c.bearer.Nationality = "U1O" }, "nationality: character 2"},
		"sex":                  {func(c *content) { c.bearer.Sex = "W" }, "sex: expected M, F, X"},
		"second optional":      {func(c *content) { c.extra.OptionalData[1] = "A" }, "optional_data: 1 characters, expected at most 0"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := good
			c.spoil(&bad)
			text, err := bad.encode()
			require.ErrorContains(t, err, c.says)
			require.Empty(t, text)
			require.NotContains(t, err.Error(), "898902", "no value in an error")
		})
	}
}

// The specimens of Doc 9303 come out of Encode as they stand there.
func TestEncodeSpecimens(t *testing.T) {
	for _, text := range []string{specimenTD1, specimenTD2, specimenTD3, specimenMRA, specimenMRB} {
		d := parse(t, text)
		extra := mrz.Extra{}
		copy(extra.OptionalData[:], d.OptionalData())
		again, err := mrz.Encode(d.Format, d.TravelDocument(), d.Identity(), extra)
		require.NoError(t, err)
		require.Equal(t, text, again)
	}
}
