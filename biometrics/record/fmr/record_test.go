package fmr

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

func vector(t testing.TB, name string) []byte {
	t.Helper()
	root := os.Getenv("BMIS_TEST_DATA")
	if root == "" {
		t.Skip("BMIS_TEST_DATA is not set: the vectors are not looked at")
	}
	data, err := os.ReadFile(filepath.Join(root, "fingerprints", "vectors", name))
	require.NoError(t, err)
	return data
}

func TestVectors(t *testing.T) {
	for _, v := range []struct {
		name     string
		standard Standard
		minutiae []int
		missing  uint8
		trailing int
	}{
		{"fmr.iso2005", ISO, []int{27, 22}, 1, 0},
		{"fmr.ansi2004", ANSI, []int{27, 22, 28}, 0, 2},
	} {
		t.Run(v.name, func(t *testing.T) {
			data := vector(t, v.name)
			record, err := Parse(data)
			require.NoError(t, err)
			require.Equal(t, v.standard, record.Standard)
			var counts []int
			for i := range record.Views {
				counts = append(counts, len(record.Views[i].Minutiae))
			}
			require.Equal(t, v.minutiae, counts)
			require.Equal(t, v.missing, record.Views[len(counts)-1].Missing)
			require.Len(t, record.Trailing, v.trailing)
			again, err := record.MarshalBinary()
			require.NoError(t, err)
			require.Equal(t, data, again)
		})
	}
}

// TestVectorsAgree: the first two views are the same prints in both files.
func TestVectorsAgree(t *testing.T) {
	iso, err := Parse(vector(t, "fmr.iso2005"))
	require.NoError(t, err)
	ansi, err := Parse(vector(t, "fmr.ansi2004"))
	require.NoError(t, err)
	for i := range 2 {
		a, notesA, err := iso.Template(i)
		require.NoError(t, err)
		b, notesB, err := ansi.Template(i)
		require.NoError(t, err)
		require.Empty(t, notesA)
		require.Empty(t, notesB)
		require.Len(t, b.Minutiae, len(a.Minutiae))
		for k := range a.Minutiae {
			require.InDelta(t, 0, int8(a.Minutiae[k].Angle-b.Minutiae[k].Angle), 1)
			a.Minutiae[k].Angle = b.Minutiae[k].Angle
		}
		require.Equal(t, a, b)
	}
	require.EqualValues(t, 80, func() uint8 { v, _, _ := iso.Template(0); return v.Minutiae[0].Angle }())
	blocks, notes := ansi.Views[2].Blocks()
	require.Len(t, blocks, 2)
	require.Len(t, blocks[0].Data, 1+3*8*28)
	require.Empty(t, notes)
	blocks, notes = iso.Views[1].Blocks()
	require.Len(t, blocks, 1)
	require.Equal(t, []string{"block of type 2: length 42, 41 bytes are there"}, notes)
}

func sample(t testing.TB, s Standard) []byte {
	t.Helper()
	record, err := Encode(s,
		Print{Position: biometrics.RightIndex, Template: fingerprint.Template{Width: 300, Height: 400, Quality: 71, Minutiae: []fingerprint.Minutia{
			{X: 10, Y: 20, Angle: 80, Kind: fingerprint.Ending, Quality: 90}, {X: 299, Y: 399, Angle: 255, Kind: fingerprint.Bifurcation},
		}}},
		Print{Position: biometrics.RightIndex, Impression: 3})
	require.NoError(t, err)
	record.Equipment, record.Reserved = 0x80B5, 7
	record.Views[0].Extended = []byte{0, 2, 0, 6, 0, 0, 1, 1, 0, 5, 9}
	data, err := record.MarshalBinary()
	require.NoError(t, err)
	return data
}

func TestRoundTrip(t *testing.T) {
	for _, s := range []Standard{ISO, ANSI} {
		data := sample(t, s)
		record, err := Parse(data)
		require.NoError(t, err)
		require.Equal(t, s, record.Standard)
		require.EqualValues(t, 1, record.Views[1].Number)
		blocks, notes := record.Views[0].Blocks()
		require.Equal(t, []Block{{2, []byte{0, 0}}, {257, []byte{9}}}, blocks)
		require.Empty(t, notes)
		again, err := record.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, data, again)
	}
}

// TestTemplates: templates of the engine come back from ISO as they were, from ANSI with angles to two degrees.
func TestTemplates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was := fingerprint.Template{Width: 400, Height: 500, Quality: rapid.Uint8Range(0, 100).Draw(t, "quality")}
		was.Minutiae = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) fingerprint.Minutia {
			return fingerprint.Minutia{
				X: rapid.Uint16Range(0, 399).Draw(t, "x"), Y: rapid.Uint16Range(0, 499).Draw(t, "y"), Angle: rapid.Uint8().Draw(t, "angle"),
				Kind: fingerprint.Kind(rapid.Uint8Range(0, 2).Draw(t, "kind")), Quality: rapid.Uint8Range(0, 100).Draw(t, "quality"),
			}
		}), 0, fingerprint.MaxMinutiae).Draw(t, "minutiae")
		for _, s := range []Standard{ISO, ANSI} {
			record, err := Encode(s, Print{Template: was, Position: biometrics.LeftRing})
			require.NoError(t, err)
			data, err := record.MarshalBinary()
			require.NoError(t, err)
			back, err := Parse(data)
			require.NoError(t, err)
			is, notes, err := back.Template(0)
			require.NoError(t, err)
			require.Empty(t, notes)
			require.Len(t, is.Minutiae, len(was.Minutiae))
			for i := range is.Minutiae {
				if s == ANSI {
					require.InDelta(t, 0, int8(is.Minutiae[i].Angle-was.Minutiae[i].Angle), 1)
					is.Minutiae[i].Angle = was.Minutiae[i].Angle
				}
				require.Equal(t, was.Minutiae[i], is.Minutiae[i])
			}
			require.Equal(t, []int{400, 500}, []int{is.Width, is.Height})
		}
	})
}

func TestLongLength(t *testing.T) {
	record := Record{Standard: ANSI, X: 197, Y: 197, Views: []View{{Extended: make([]byte, 40000)}, {Extended: make([]byte, 40000)}}}
	data, err := record.MarshalBinary()
	require.NoError(t, err)
	back, err := Parse(data)
	require.NoError(t, err)
	require.True(t, back.LongLength)
	require.Len(t, back.Views[1].Extended, 40000)
}

// TestHeadsLie: a head that claims a smaller image, another resolution or none loses no minutia.
func TestHeadsLie(t *testing.T) {
	record, err := Parse(sample(t, ISO))
	require.NoError(t, err)
	record.Width, record.X, record.Y = 100, 0, 0
	got, notes, err := record.Template(0)
	require.NoError(t, err)
	require.Equal(t, []int{300, 400}, []int{got.Width, got.Height})
	require.Len(t, got.Minutiae, 2)
	require.Equal(t, []string{
		"the head gives no resolution: 500 pixels an inch are taken", "the head says 100x400 pixels, the minutiae need 300x400",
	}, notes)
	record.X, record.Y = 394, 394
	got, _, err = record.Template(0)
	require.NoError(t, err)
	require.EqualValues(t, 5, got.Minutiae[0].X)
	record.X = 1
	_, _, err = record.Template(0)
	require.ErrorContains(t, err, "resolution: 1 a centimetre, expected 100 to 2000 an inch")
	_, _, err = record.Template(9)
	require.ErrorContains(t, err, "view 10, expected 1 to 2")
}

func TestParseRefuses(t *testing.T) {
	whole := sample(t, ISO)
	for _, v := range []struct {
		name string
		at   int
		with string
		says string
	}{
		{"magic", 0, "FIR", "format identifier"},
		{"edition of 2011", 4, "030\x00", `offset 4: version: "030\x00", expected " 20\x00"`},
		{"length", 8, "\x00\x00\x01\x00", "offset 8: record length: 256 (ISO) or 0 (ANSI), "},
		{"views", 22, "\xFF", "finger position: expected 1 bytes, 0 are there"},
		{"fewer views", 22, "\x01", "expected the end after 1 views"},
		{"minutiae", 27, "\xFF", "offset 28: minutiae: expected 1530 bytes"},
		{"extended", 40, "\xFF\xFF", "extended data: expected 65535 bytes"},
	} {
		t.Run(v.name, func(t *testing.T) {
			data := bytes.Clone(whole)
			copy(data[v.at:], v.with)
			_, err := Parse(data)
			require.ErrorContains(t, err, v.says)
		})
	}
	for n := range len(whole) {
		_, err := Parse(whole[:n])
		require.Error(t, err, n)
	}
}

func TestMarshalRefuses(t *testing.T) {
	for says, record := range map[string]Record{
		"standard":                  {},
		"256 views":                 {Standard: ISO, Views: make([]View, 256)},
		"256 minutiae":              {Standard: ISO, Views: []View{{Minutiae: make([]Minutia, 256)}}},
		"number 16":                 {Standard: ISO, Views: []View{{Number: 16}}},
		"70000 bytes of extended":   {Standard: ISO, Views: []View{{Extended: make([]byte, 70000)}}},
		"does not fit its fields":   {Standard: ISO, Views: []View{{Minutiae: []Minutia{{X: 1 << 14}}}}},
		"3 bytes behind the views":  {Standard: ISO, Trailing: make([]byte, 3)},
		"view 1: 0 bytes of extend": {Standard: ISO, Views: []View{{Missing: 1}, {}}},
	} {
		_, err := record.MarshalBinary()
		require.ErrorContains(t, err, says)
	}
}

// TestBlocksEnd: a block without a length ends the list instead of the program.
func TestBlocksEnd(t *testing.T) {
	v := View{Extended: []byte{0, 1, 0, 0, 0, 1, 0, 9}}
	blocks, notes := v.Blocks()
	require.Empty(t, blocks)
	require.Equal(t, []string{"block of type 1: length 0, expected at least 4"}, notes)
}

func FuzzParse(f *testing.F) {
	f.Add(sample(f, ISO))
	f.Add(sample(f, ANSI))
	f.Fuzz(func(t *testing.T, data []byte) {
		record, err := Parse(data)
		if err != nil {
			return
		}
		again, err := record.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, data, again)
		for i := range record.Views {
			record.Views[i].Blocks()
			if _, _, err := record.Template(i); err != nil {
				continue
			}
		}
	})
}

// A record of wrong angles is told in a few words, however many there are.
func TestWrongAnglesAreCounted(t *testing.T) {
	record := Record{Standard: ANSI, X: 197, Y: 197, Width: 9, Height: 9, Views: []View{{Minutiae: make([]Minutia, 200)}}}
	for i := range record.Views[0].Minutiae {
		record.Views[0].Minutiae[i].Angle = 200
	}
	_, notes, err := record.Template(0)
	require.NoError(t, err)
	require.Equal(t, []string{"minutia 1: angle 200, expected below 180 units of two degrees", "200 minutiae have such angles"}, notes)
}
