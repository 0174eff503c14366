package mrz_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// misread gives the text with other characters at a line and position.
func misread(text string, edits ...mrz.Edit) string {
	lines := strings.Split(text, "\n")
	for _, e := range edits {
		l := lines[e.Line-1]
		lines[e.Line-1] = l[:e.Position-1] + e.To + l[e.Position:]
	}
	return strings.Join(lines, "\n")
}

func TestSuggestions(t *testing.T) {
	for _, c := range []struct {
		name      string
		text      string
		edits     []mrz.Edit
		satisfied []mrz.FieldID
	}{
		{
			"letter in a date", td3(2, 16, "O"),
			[]mrz.Edit{{Line: 2, Position: 16, From: "O", To: "0"}}, []mrz.FieldID{mrz.BirthDate, mrz.Composite},
		},
		{
			"blind letter in a date: G is worth as much as 6, the kind of the field tells", strings.Replace(td3(2, 14, "G408125"), "1204159ZE184226B<<<<<10", "1204159ZE184226B<<<<<14", 1),
			[]mrz.Edit{{Line: 2, Position: 14, From: "G", To: "6"}}, nil,
		},
		{
			"digit of the number read as a letter", td3(2, 5, "9O2"),
			[]mrz.Edit{{Line: 2, Position: 6, From: "O", To: "0"}}, []mrz.FieldID{mrz.DocumentNumber, mrz.Composite},
		},
		{
			"check digit read as a letter", td3(2, 20, "Z"),
			[]mrz.Edit{{Line: 2, Position: 20, From: "Z", To: "2"}}, []mrz.FieldID{mrz.BirthDate, mrz.Composite},
		},
		{
			"composite read as a letter", td3(2, 44, "O"),
			[]mrz.Edit{{Line: 2, Position: 44, From: "O", To: "0"}}, []mrz.FieldID{mrz.Composite},
		},
		{
			"two fields", misread(specimenTD3, mrz.Edit{Line: 2, Position: 3, To: "B"}, mrz.Edit{Line: 2, Position: 17, To: "B"}),
			nil, nil,
		},
		{
			"digit in a name", td3(1, 11, "5"),
			[]mrz.Edit{{Line: 1, Position: 11, From: "5", To: "S"}}, []mrz.FieldID{},
		},
		{
			"state", td3(1, 3, "UT0"),
			[]mrz.Edit{{Line: 1, Position: 5, From: "0", To: "O"}}, []mrz.FieldID{},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := parse(t, c.text)
			suggestions := d.Suggestions()
			require.NotEmpty(t, suggestions)
			if c.edits != nil {
				require.Equal(t, c.edits, suggestions[0].Edits)
			}
			if c.satisfied != nil {
				require.Equal(t, c.satisfied, suggestions[0].Satisfied)
			}
			require.Equal(t, c.text, d.TravelDocument().MRZ, "offered, not applied")
			repaired, err := d.Accept(suggestions[0])
			require.NoError(t, err)
			require.Equal(t, suggestions[0].Lines, repaired.Lines())
			require.Equal(t, c.text, repaired.TravelDocument().MRZ)
			require.Equal(t, suggestions[0].Edits, repaired.Repairs())
			require.Contains(t, codesOf(repaired), mrz.CodeRepaired)
			require.Empty(t, d.Repairs())
			require.NotContains(t, codesOf(d), mrz.CodeRepaired)
		})
	}
}

func TestNothingToSuggest(t *testing.T) {
	for _, text := range []string{
		specimenTD1, specimenTD2, specimenTD3, specimenMRA, specimenMRB, specimenFrenchID, specimenFrenchLicence, specimenSwissLicence,
		td3(1, 3, "QQ0"), // no state is near
	} {
		require.Empty(t, parse(t, text).Suggestions(), text)
	}
	var none mrz.Document
	require.Empty(t, none.Suggestions())
}

// More than one repair of a document number satisfies its digit: every one is offered and says so.
func TestAmbiguousNumber(t *testing.T) {
	c := content{
		format: mrz.TD3, doc: parse(t, specimenTD3).TravelDocument(), bearer: parse(t, specimenTD3).Identity(),
	}
	c.doc.Number = "XOX90X111" // the O and the 0 have the same weight
	text, err := c.encode()
	require.NoError(t, err)
	suggestions := parse(t, misread(text, mrz.Edit{Line: 2, Position: 2, To: "0"})).Suggestions()
	require.Len(t, suggestions, 2)
	for i, at := range []uint8{2, 5} {
		require.Equal(t, []mrz.Edit{{Line: 2, Position: at, From: "0", To: "O"}}, suggestions[i].Edits)
		require.Equal(t, []mrz.FieldID{mrz.DocumentNumber}, suggestions[i].Fields)
		require.Equal(t, []mrz.FieldID{mrz.DocumentNumber, mrz.Composite}, suggestions[i].Satisfied)
		require.True(t, suggestions[i].Ambiguous)
	}

	c.doc.Number = "XOX9AX111"
	text, err = c.encode()
	require.NoError(t, err)
	suggestions = parse(t, misread(text, mrz.Edit{Line: 2, Position: 2, To: "0"})).Suggestions()
	require.Len(t, suggestions, 1)
	require.False(t, suggestions[0].Ambiguous)
}

// A field that nothing mends does not keep another from being mended; the composite digit is not said to be satisfied.
func TestOneOfTwoFieldsIsMended(t *testing.T) {
	d := parse(t, misread(specimenTD3, mrz.Edit{Line: 2, Position: 2, To: "?"}, mrz.Edit{Line: 2, Position: 14, To: "T"}))
	for _, s := range d.Suggestions() {
		require.NotContains(t, s.Satisfied, mrz.Composite)
		require.True(t, s.Ambiguous, "the composite digit stays wrong")
		require.Contains(t, s.Satisfied, mrz.BirthDate)
	}
	require.NotEmpty(t, d.Suggestions())
}

// One character of a protected field misread as its twin is among the repairs, and every repair satisfies the digits that it names.
func TestTwinIsFound(t *testing.T) {
	eachFormat(t, func(t *testing.T, f mrz.Format) {
		if f == mrz.SwissLicence {
			return // it has no digits
		}
		today := inspection(t)
		rapid.Check(t, func(t *rapid.T) {
			text, err := drawContent(t, f).encode()
			require.NoError(t, err)
			e, ok := drawTwin(t, f, text)
			if !ok {
				return
			}
			damaged := misread(text, e)
			d, err := mrz.Parse(damaged, today, mrz.Training)
			require.NoError(t, err)
			if d.Format != f || !caught(d) {
				return
			}
			for _, s := range d.Suggestions() {
				if strings.Join(s.Lines, "\n") == text {
					return
				}
			}
			if len(d.Suggestions()) < 8 { // else it may be among those that are left out
				t.Fatalf("%q read as %q: %v", text, damaged, d.Suggestions())
			}
		})
	})
}

// drawTwin chooses a protected character that has a twin.
func drawTwin(t *rapid.T, f mrz.Format, text string) (mrz.Edit, bool) {
	lines := strings.Split(text, "\n")
	var choices []mrz.Edit
	for _, r := range protected(f) {
		for at := r[1]; at <= r[2]; at++ {
			const digits, letters = "015826", "OISBZG"
			c := lines[r[0]-1][at-1]
			to := byte(0)
			if i := strings.IndexByte(digits, c); i >= 0 {
				to = letters[i]
			} else if i := strings.IndexByte(letters, c); i >= 0 {
				to = digits[i]
			}
			if to != 0 {
				choices = append(choices, mrz.Edit{Line: uint8(r[0]), Position: uint8(at), From: string(c), To: string(to)})
			}
		}
	}
	if len(choices) == 0 {
		return mrz.Edit{}, false
	}
	return rapid.SampledFrom(choices).Draw(t, "misread"), true
}

func TestRepairsMustFit(t *testing.T) {
	for name, e := range map[string]mrz.Edit{
		"line": {Line: 3, Position: 1, From: "<", To: "A"}, "line 0": {Position: 1}, "position": {Line: 1, Position: 45, From: "<", To: "A"},
		"from": {Line: 1, Position: 1, From: "X", To: "P"}, "to": {Line: 1, Position: 1, From: "P", To: "p"},
		"long": {Line: 1, Position: 1, From: "P", To: "PP"}, "empty": {Line: 1, Position: 1, From: "P"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := mrz.ParseRepaired(specimenTD3, inspection(t), []mrz.Edit{e}, mrz.Training)
			require.ErrorIs(t, err, mrz.ErrRepair)
			require.Empty(t, d.Findings, "the zone without the repair")
			_, err = d.Accept(mrz.Suggestion{Edits: []mrz.Edit{e}})
			require.ErrorIs(t, err, mrz.ErrRepair)
		})
	}
	_, err := mrz.ParseRepaired("nothing", inspection(t), []mrz.Edit{{}})
	require.ErrorIs(t, err, mrz.ErrUnrecognisable)
}

func TestRepairsFollowEachOther(t *testing.T) {
	d := parse(t, misread(strings.ToLower(specimenTD3), mrz.Edit{Line: 1, Position: 11, To: "5"}, mrz.Edit{Line: 2, Position: 16, To: "O"}))
	for range 2 {
		s := d.Suggestions()
		require.NotEmpty(t, s)
		var err error
		d, err = d.Accept(s[0])
		require.NoError(t, err)
	}
	require.Empty(t, d.Suggestions())
	require.Equal(t, specimenTD3, strings.Join(d.Lines(), "\n"))
	require.Len(t, d.Repairs(), 2)
	require.Equal(t, []mrz.Code{mrz.CodeCharacterCase, mrz.CodeRepaired, mrz.CodeRepaired}, codesOf(d))
	again, err := mrz.ParseRepaired(d.Input, inspection(t), d.Repairs(), mrz.Training)
	require.NoError(t, err)
	require.Equal(t, d.Findings, again.Findings)
}

func TestDoubt(t *testing.T) {
	d := parse(t, specimenTD3)
	d.Doubt(
		mrz.RunnerUp{Line: 2, Position: 1, Character: 'B'},  // L and B: one class, both may stand in a number
		mrz.RunnerUp{Line: 2, Position: 2, Character: 'B'},  // 8 and B: the digit tells
		mrz.RunnerUp{Line: 2, Position: 14, Character: 'R'}, // 7 and R: one class, but a date has no letters
		mrz.RunnerUp{Line: 1, Position: 6, Character: 'O'},  // no digit protects a name
		mrz.RunnerUp{Line: 9, Position: 1, Character: 'O'}, mrz.RunnerUp{Line: 1, Position: 99, Character: 'O'},
	)
	require.Equal(t, []mrz.Code{mrz.CodeCharacterDoubtful}, codesOf(d))
	require.Equal(t, mrz.Suspect, d.Field(mrz.DocumentNumber).Verdict)
	require.Equal(t, mrz.OK, d.Field(mrz.BirthDate).Verdict)
	require.NotEmpty(t, d.Findings[0].Message())
}

// What the scanner read second best comes before what readers in general mistake.
func TestRunnersUpComeFirst(t *testing.T) {
	d := parse(t, td3(2, 3, "4"))
	d.Doubt(mrz.RunnerUp{Line: 2, Position: 3, Character: '9'})
	s := d.Suggestions()
	require.Len(t, s, 1)
	require.Equal(t, []mrz.Edit{{Line: 2, Position: 3, From: "4", To: "9"}}, s[0].Edits)
	require.False(t, s[0].Ambiguous)
	require.Equal(t, []mrz.FieldID{mrz.DocumentNumber, mrz.Composite}, s[0].Satisfied)
}

func TestFillersBehindAName(t *testing.T) {
	d := parse(t, td3(1, 26, "<<K<<CK<LK<<<<<<<<<")[:44]+"\n"+specimenTD3[45:])
	s := d.Suggestions()
	require.Len(t, s, 1)
	require.Equal(t, []mrz.FieldID{mrz.Name}, s[0].Fields)
	repaired, err := d.Accept(s[0])
	require.NoError(t, err)
	require.Equal(t, "ANNA MARIA", repaired.GivenNames)
	require.Equal(t, specimenTD3, strings.Join(repaired.Lines(), "\n"))
}
