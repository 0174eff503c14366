package fingerprint

import (
	"encoding"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	_ encoding.BinaryMarshaler   = Template{}
	_ encoding.BinaryUnmarshaler = (*Template)(nil)
)

// anyTemplate draws a template that the form can hold.
func anyTemplate(t *rapid.T) Template {
	out := Template{
		Width: rapid.IntRange(0, 0xFFFF).Draw(t, "width"), Height: rapid.IntRange(0, 0xFFFF).Draw(t, "height"),
		Quality: rapid.Uint8().Draw(t, "quality"), Algorithm: rapid.StringN(0, 20, 255).Draw(t, "algorithm"),
	}
	minutia := rapid.Custom(func(t *rapid.T) Minutia {
		return Minutia{
			rapid.Uint16().Draw(t, "x"), rapid.Uint16().Draw(t, "y"), rapid.Uint8().Draw(t, "angle"),
			Kind(rapid.IntRange(0, 2).Draw(t, "kind")), uint8(rapid.IntRange(0, 100).Draw(t, "quality")),
		}
	})
	if n := rapid.IntRange(0, MaxMinutiae).Draw(t, "minutiae"); n > 0 {
		out.Minutiae = rapid.SliceOfN(minutia, n, n).Draw(t, "minutiae")
	}
	if rapid.Bool().Draw(t, "field") {
		f := &Field{Columns: rapid.IntRange(1, 128).Draw(t, "columns"), Rows: rapid.IntRange(1, 128).Draw(t, "rows")}
		f.Orientation = make([]uint8, f.Columns*f.Rows)
		for i := range f.Orientation {
			f.Orientation[i] = uint8(i * 7)
		}
		out.Field = f
	}
	return out
}

func TestTemplatesReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyTemplate(t)
		form, err := want.MarshalBinary()
		require.NoError(t, err)
		require.LessOrEqual(t, len(form), MaxTemplateSize)
		var got Template
		require.NoError(t, got.UnmarshalBinary(form))
		require.Equal(t, want, got)
		cut := rapid.IntRange(0, len(form)-1).Draw(t, "cut")
		require.Error(t, got.UnmarshalBinary(form[:cut]), "a part of a template was read")
		require.Error(t, got.UnmarshalBinary(append(form, 0)), "more than a template was read")
		require.Equal(t, want, got, "an error changed the template")
	})
}

func TestTemplatesThatTheFormCannotHold(t *testing.T) {
	for name, c := range map[string]Template{
		"width":       {Width: 0x10000},
		"height":      {Height: -1},
		"algorithm":   {Algorithm: string(make([]byte, 256))},
		"minutiae":    {Minutiae: make([]Minutia, 256)},
		"kind":        {Minutiae: []Minutia{{Kind: 3}}},
		"quality":     {Minutiae: []Minutia{{Quality: 101}}},
		"field":       {Field: &Field{}},
		"field large": {Field: &Field{Columns: 129, Rows: 1, Orientation: make([]uint8, 129)}},
		"field short": {Field: &Field{Columns: 2, Rows: 2, Orientation: make([]uint8, 3)}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.MarshalBinary()
			require.ErrorContains(t, err, "expected", name)
		})
	}
}

func TestTheFormIsAsItIs(t *testing.T) {
	form, err := Template{
		Width: 300, Height: 400, Quality: 77, Algorithm: "a", Minutiae: []Minutia{{258, 3, 64, Bifurcation, 50}},
		Field: &Field{Columns: 2, Rows: 1, Orientation: []uint8{0, 128}},
	}.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, []byte{
		'B', 'M', 'F', 'T', 1, 1, 44, 1, 144, 77, 1, 'a', 1, 1, 2, 0, 3, 64, 2, 50, 2, 1, 0, 128,
	}, form, "kept templates could not be read any more: a new form needs a new version")
}

func FuzzTemplate(f *testing.F) {
	f.Add([]byte("BMFT\x01\x01\x2c\x01\x90\x4d\x01a\x01\x01\x02\x00\x03\x40\x02\x32\x02\x01\x00\x80"))
	f.Add([]byte("BMFT\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("BMFT\x01\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var read Template
		if read.UnmarshalBinary(data) != nil {
			require.Zero(t, read)
			return
		}
		form, err := read.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, data, form, "two forms of one template")
	})
}
