package an2k

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/codec"
	"github.com/openbmis/openbmis/biometrics/record/fmr"
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

func TestVectorSlaps(t *testing.T) {
	data := vector(t, "type4-slaps.an2k")
	f, err := Parse(data)
	require.NoError(t, err)
	require.Equal(t, "0400", f.Records[0].Value(2))
	require.Equal(t, "domain defined text place holder", f.Records[1].Value(3))
	prints, err := f.Prints()
	require.NoError(t, err)
	require.Len(t, prints, 4)
	for i, v := range []struct {
		code, width, height int
		position            biometrics.Position
	}{
		{14, 1608, 1000, biometrics.LeftFour}, {12, 412, 1000, biometrics.LeftThumb},
		{11, 392, 1000, biometrics.RightThumb}, {13, 1572, 1000, biometrics.RightFour},
	} {
		p := prints[i]
		require.Equal(t, []any{v.code, v.position, v.width, v.height}, []any{p.Code, p.Position, p.Width, p.Height})
		m, err := p.Image()
		require.NoError(t, err)
		require.InDelta(t, 500, m.PPI, 0, "the record, not the comment")
	}
	again, err := f.MarshalBinary()
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, again))
}

// TestVectorMinutiae: the Type-9 record holds the print that is the third view of the ANSI 378 vector.
func TestVectorMinutiae(t *testing.T) {
	data := vector(t, "type9.an2k")
	f, err := Parse(data)
	require.NoError(t, err)
	again, err := f.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, data, again)
	all, notes, err := f.Minutiae()
	require.NoError(t, err)
	require.Empty(t, notes)
	require.Len(t, all, 1)
	record, err := fmr.Parse(vector(t, "fmr.ansi2004"))
	require.NoError(t, err)
	want, _, err := record.Template(2)
	require.NoError(t, err)
	is := all[0].Template
	require.Len(t, is.Minutiae, 28)
	dx, dy := int(want.Minutiae[0].X)-int(is.Minutiae[0].X), int(want.Minutiae[0].Y)-int(is.Minutiae[0].Y)
	for i, m := range is.Minutiae {
		w := want.Minutiae[i]
		require.InDelta(t, int(w.X), int(m.X)+dx, 1)
		require.InDelta(t, int(w.Y), int(m.Y)+dy, 1)
		require.InDelta(t, 0, int8(w.Angle-m.Angle), 1)
		require.Equal(t, w.Kind, m.Kind)
	}
}

func waves(width, height int) biometrics.Image {
	m := biometrics.Image{Width: width, Height: height, PPI: 500, Pix: make([]byte, width*height)}
	for i := range m.Pix {
		m.Pix[i] = byte(128 + 100*math.Sin(float64(i%width)/2+float64(i/width)/5))
	}
	return m
}

func day() time.Time { return time.Date(2026, 11, 22, 10, 11, 12, 0, time.UTC) }

// sample has every record that is written, and raw pixels full of separators.
func sample(t testing.TB) *File {
	t.Helper()
	f := New(Transaction{Type: "FANC", Date: day(), Destination: "UTO", Origin: "UTOBMIS", Control: "1"})
	f.AddText(map[int]string{3: "a text"})
	require.NoError(t, f.AddFour(NewPrint{Image: waves(40, 50), Position: biometrics.LeftIndex, Compression: codec.WSQ}))
	separators := biometrics.Image{Width: 4, Height: 2, PPI: 500, Pix: []byte{fs, gs, rs, us, fs, gs, 0, 255}}
	require.NoError(t, f.AddFourteen(NewPrint{Image: separators, Position: biometrics.RightIndex, Compression: codec.Raw, Captured: day(),
		Source: "UTOBMIS", Impression: 1, Qualities: []Quality{{Score: 61, Vendor: "000F", Algorithm: 3}}}))
	require.NoError(t, f.AddFourteen(NewPrint{Image: waves(30, 20), Position: biometrics.RightRing, Compression: codec.PNG, Captured: day()}))
	require.NoError(t, f.AddMissing(biometrics.RightLittle, biometrics.Amputated, "UTOBMIS", day()))
	require.NoError(t, f.AddMissing(biometrics.RightMiddle, biometrics.Injured, "UTOBMIS", day()))
	return f
}

func TestRoundTrip(t *testing.T) {
	data, err := sample(t).MarshalBinary()
	require.NoError(t, err)
	f, err := Parse(data)
	require.NoError(t, err)
	require.Equal(t, "0502", f.Records[0].Value(2))
	require.Equal(t, "1\x1f6\x1e2\x1f00\x1e4\x1f01\x1e14\x1f02\x1e14\x1f03\x1e14\x1f04\x1e14\x1f05", f.Records[0].Value(3))
	require.Equal(t, "20261122101112Z", f.Records[0].Value(14))
	require.Equal(t, "a text", f.Records[1].Value(3))
	prints, err := f.Prints()
	require.NoError(t, err)
	require.Len(t, prints, 5)
	m, err := prints[1].Image()
	require.NoError(t, err)
	require.Equal(t, []byte{fs, gs, rs, us, fs, gs, 0, 255}, m.Pix)
	require.Equal(t, []Quality{{Score: 61, Vendor: "000F", Algorithm: 3}}, prints[1].Qualities)
	m, err = prints[2].Image()
	require.NoError(t, err)
	require.Equal(t, waves(30, 20), m)
	require.Equal(t, biometrics.Amputated, prints[3].Missing)
	require.Equal(t, biometrics.Bandaged, prints[4].Missing)
	_, err = prints[4].Image()
	require.ErrorContains(t, err, "no image: bandaged")
	again, err := f.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, data, again)

	f.Records = f.Records[:3] // what was listed no longer holds: the list and the lengths are made anew
	f.Records[1].Set(3, "a longer text")
	data, err = f.MarshalBinary()
	require.NoError(t, err)
	f, err = Parse(data)
	require.NoError(t, err)
	require.Len(t, f.Records, 3)
	require.Equal(t, "a longer text", f.Records[1].Value(3))
}

func TestMarshalRefuses(t *testing.T) {
	f := sample(t)
	require.ErrorContains(t, f.AddMissing(biometrics.LeftIndex, biometrics.Refused, "", day()), "has no code")
	require.ErrorContains(t, f.AddFour(NewPrint{Image: waves(9, 9), Compression: codec.JPEG2000}), "unsupported compression")
	image := waves(9, 9)
	image.PPI = 1000
	require.ErrorContains(t, f.AddFour(NewPrint{Image: image, Compression: codec.Raw}), "1000 pixels an inch, the file has 500")
	f.Records[1].Set(4, "a\x1dseparator")
	_, err := f.MarshalBinary()
	require.ErrorContains(t, err, "has a separator in it")
	for field, v := range map[string]Transaction{
		"1.004": {Destination: "UTO", Origin: "UTO", Control: "1"},
		"1.007": {Type: "FANC", Destination: "A\x1dB", Origin: "UTO", Control: "1"},
		"1.008": {Type: "FANC", Destination: "UTO", Origin: "Évreux", Control: "1"},
	} {
		require.ErrorContains(t, v.Check(), "field "+field)
	}
	require.NoError(t, Transaction{Type: "FANC", Destination: "UTO", Origin: "UTO BMIS/7", Control: "1"}.Check())
	_, err = (&File{}).MarshalBinary()
	require.ErrorContains(t, err, "expected a Type-1 record first")
}

// TestLengths: a record's length counts its own digits.
func TestLengths(t *testing.T) {
	for size := 1; size < 100100; size++ {
		text := lengthText(size, "")
		v, ok := whole(text)
		require.True(t, ok)
		require.Equal(t, size+len(text), v)
	}
	require.Equal(t, "0057", lengthText(53, "0057"))
}

func TestParseRefuses(t *testing.T) {
	good, err := sample(t).MarshalBinary()
	require.NoError(t, err)
	const head = "1.001:%\x1d1.002:0400\x1d1.003:"
	file := func(content string, rest string) []byte {
		f := head + content + "\x1c"
		return []byte(strings.Replace(f, "%", lengthText(len(f)-1, ""), 1) + rest)
	}
	for _, v := range []struct {
		name string
		data []byte
		says string
	}{
		{"nothing", nil, "expected a field 1.001 with the length"},
		{"another record", []byte("2.001:9\x1d"), "expected a field 1.001 with the length"},
		{"length in words", []byte("1.001:ten\x1d"), "record length: expected a number"},
		{"short length", []byte("1.001:3\x1d1.002:0400\x1c"), "expected a number of at least 8"},
		{"long length", []byte("1.001:999999999\x1d1.002:0400\x1c"), "record: expected 999999999 bytes"},
		{"no separator", []byte("1.001:20\x1d1.002:0400X"), "byte 58, expected a file separator 1C"},
		{"other field", []byte("1.001:20\x1d2.002:0400\x1c"), "expected a field of type 1 such as 1.002"},
		{"a field twice", []byte("1.001:31\x1d1.002:0400\x1d1.002:0400\x1c"), "1.002: a second one, expected each field once"},
		{"no contents", []byte("1.001:20\x1d1.002:0400\x1c"), "field 1.003 (file content)"},
		{"wrong number", file("1\x1f2\x1e2\x1f00", ""), "expected the number of the 1 records listed"},
		{"type 0", file("1\x1f1\x1e0\x1f00", ""), "expected a type of 2 to 99"},
		{"type and no IDC", file("1\x1f1\x1e4", ""), "expected a type and an IDC"},
		{"a field of separators", file(strings.Repeat("\x1e", maxItems), ""), "1.003: expected at most 65536 items"},
		{"missing record", file("1\x1f1\x1e2\x1f00", ""), "expected a field 2.001 with the length"},
		{"another IDC", file("1\x1f1\x1e2\x1f07", "2.001:17\x1d2.002:0\x1c"), "IDC: 0, the Type-1 record lists 7"},
		{"short type 4", file("1\x1f1\x1e4\x1f07", "\x00\x00\x00\x05\x01"), "record length: 5, expected at least 18"},
		{"long type 4", file("1\x1f1\x1e4\x1f07", "\xFF\xFF\xFF\xFF\x01"), "Type-4 record: expected 2147483643 bytes"},
		{"short type 7", file("1\x1f1\x1e7\x1f07", "\x00\x00\x00\x00\x01"), "record length: 0, expected at least 5"},
		{"more", append(bytes.Clone(good), 0), "expected the end after the 7 records"},
	} {
		t.Run(v.name, func(t *testing.T) {
			_, err := Parse(v.data)
			require.ErrorContains(t, err, v.says)
		})
	}
	for n := range len(good) {
		_, err := Parse(good[:n])
		require.Error(t, err, n)
	}
}

func TestFourteenRefuses(t *testing.T) {
	for field, v := range map[int]struct{ value, says string }{
		fieldPosition: {"x", "field 14.013 (position)"}, fieldImpression: {"", "field 14.003 (impression type)"},
		fieldWidth: {"-4", "field 14.006 (width)"}, fieldUnits: {"", "field 14.008 (scale units)"},
		fieldX: {"400", "400, 500 in units 1, expected the same"}, fieldDepth: {"8x", "field 14.012 (bits a pixel)"},
	} {
		f := sample(t)
		f.Records[3].Set(field, v.value)
		_, err := f.Prints()
		require.ErrorContains(t, err, v.says)
	}
	f := sample(t)
	f.Records[3].Set(fieldCompression, "JP2")
	prints, err := f.Prints()
	require.NoError(t, err)
	_, err = prints[1].Image()
	require.ErrorIs(t, err, codec.ErrUnsupported)
}

// nine is a Type-9 record's field 9.012 for an item.
func nine(t *testing.T, number, minutiae string) ([]Minutiae, []string, error) {
	t.Helper()
	r := Record{Type: 9}
	for field, value := range map[int]string{1: "", 2: "00", 3: "0", 4: "S", 6: "07", 10: number, 12: minutiae} {
		r.Set(field, value)
	}
	return (&File{Records: []Record{{Type: 1}, r}}).Minutiae()
}

func TestNine(t *testing.T) {
	all, _, err := nine(t, "2", "001\x1f00000000180\x1f2\x1fA\x1e002\x1f05081016090\x1f63\x1fB")
	require.NoError(t, err)
	require.Equal(t, biometrics.LeftIndex, all[0].Position)
	require.Equal(t, fingerprint.Template{Width: 101, Height: 201, Minutiae: []fingerprint.Minutia{
		{X: 0, Y: 200, Angle: 0, Kind: fingerprint.Ending, Quality: 100}, {X: 100, Y: 0, Angle: 192, Kind: fingerprint.Bifurcation, Quality: 1},
	}}, all[0].Template)
	for says, v := range map[string][2]string{
		"field 9.010": {"2", "001\x1f00000000180\x1f2\x1fA"}, "minutia 1: expected an index": {"1", "001\x1f0000000018\x1f2\x1fA"},
		"minutia 1: expected an": {"1", "001\x1f00000000360\x1f2\x1fA"}, "minutia 1: expected": {"1", "001"},
	} {
		_, _, err := nine(t, v[0], v[1])
		require.ErrorContains(t, err, says)
	}
	r := Record{Type: 9}
	r.Set(4, "U")
	_, notes, err := (&File{Records: []Record{{Type: 1}, r}}).Minutiae()
	require.NoError(t, err)
	require.Equal(t, []string{`record 2: Type-9 in format "U": not read, expected S with field 9.012`}, notes)
}

func FuzzParse(f *testing.F) {
	data, err := sample(f).MarshalBinary()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte("1.001:20\x1d1.002:0400\x1c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		again, err := file.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, data, again)
		prints, err := file.Prints()
		if err != nil {
			return
		}
		for i := range prints {
			if p := &prints[i]; p.Width*p.Height <= 1<<16 {
				if m, err := p.Image(); err == nil {
					require.NoError(t, m.Check())
				}
			}
		}
		if _, _, err := file.Minutiae(); err != nil {
			return
		}
	})
}
