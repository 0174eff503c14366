package record

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/an2k"
	"github.com/openbmis/openbmis/biometrics/record/codec"
	"github.com/openbmis/openbmis/biometrics/record/fmr"
	"github.com/openbmis/openbmis/biometrics/record/raster"
)

// TestVectors reads every vector by what it begins with.
func TestVectors(t *testing.T) {
	root := os.Getenv("BMIS_TEST_DATA")
	if root == "" {
		t.Skip("BMIS_TEST_DATA is not set: the vectors are not looked at")
	}
	for name, v := range map[string]struct {
		format         Format
		images, prints int
		notes          []string
	}{
		"fmr.iso2005": {ISO, 0, 2, []string{
			"view 2: extended data of type 2: not taken over", "view 2: block of type 2: length 42, 41 bytes are there",
		}},
		"fmr.ansi2004": {ANSI, 0, 3, []string{
			"view 2: extended data of type 1: not taken over", "view 3: extended data of type 1: not taken over",
			"view 3: extended data of type 2: not taken over", "2 bytes after the last view",
		}},
		"img.wsq": {WSQ, 1, 0, nil}, "Left_Index_wsq.iso": {FIR, 1, 0, nil},
		"type4-slaps.an2k": {AN2K, 4, 0, []string{"record 2: text (type 2): not taken over"}}, "type9.an2k": {AN2K, 0, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(root, "fingerprints", "vectors", name))
			require.NoError(t, err)
			d, err := Read(data, Hints{})
			require.NoError(t, err)
			require.Equal(t, v.format, d.Format)
			require.Len(t, d.Images, v.images)
			require.Len(t, d.Prints, v.prints)
			require.Equal(t, v.notes, d.Notes)
			require.Empty(t, d.Failed)
			for _, m := range d.Images {
				require.NoError(t, m.Check())
				require.InDelta(t, 500, m.PPI, 0)
			}
		})
	}
}

func waves(width, height int) biometrics.Image {
	m := biometrics.Image{Width: width, Height: height, PPI: 500, Pix: make([]byte, width*height)}
	for i := range m.Pix {
		m.Pix[i] = byte(128 + 100*math.Sin(float64(i%width)/2+float64(i/width)/5))
	}
	return m
}

func options(f Format) Options {
	head := an2k.Transaction{Type: "FANC", Origin: "UTO", Destination: "UTO", Control: "1"}
	return Options{Format: f, At: time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC), Transaction: head}
}

// TestImagesThroughAll sends an image through every format of images, and it comes out as the same.
func TestImagesThroughAll(t *testing.T) {
	was := Document{Images: []Image{{
		Image: waves(61, 47), Position: biometrics.LeftRing, Impression: 1, Qualities: []Quality{{55, 3, 4}},
	}}}
	for _, c := range []codec.Compression{codec.Raw, codec.PNG, codec.WSQ} {
		for _, f := range []Format{FIR, AN2K} {
			o := options(f)
			o.Compression = c
			data, err := Write(was, o)
			require.NoError(t, err)
			is, err := Read(data, Hints{})
			require.NoError(t, err)
			require.Equal(t, f, is.Format)
			require.Empty(t, is.Failed)
			require.Equal(t, c, is.Images[0].Compression)
			require.Equal(t, []any{biometrics.LeftRing, 1}, []any{is.Images[0].Position, is.Images[0].Impression})
			require.Equal(t, []Quality{{55, 3, 4}}, is.Images[0].Qualities)
			if c != codec.WSQ {
				require.Equal(t, was.Images[0].Image, is.Images[0].Image)
			}
			again, err := Write(is, o)
			require.NoError(t, err)
			require.Equal(t, data, again, "what is compressed already goes in as it is")
		}
	}
	for _, f := range []Format{PNG, Raw, WSQ} {
		data, err := Write(was, options(f))
		require.NoError(t, err)
		hints := Hints{Position: biometrics.LeftRing}
		if f == Raw {
			hints = Hints{Format: Raw, Width: 61, Height: 47, PPI: 500, Position: biometrics.LeftRing}
		}
		is, err := Read(data, hints)
		require.NoError(t, err)
		require.Equal(t, biometrics.LeftRing, is.Images[0].Position)
		if f != WSQ {
			require.Equal(t, was.Images[0].Image, is.Images[0].Image)
		}
	}
}

// TestTemplatesThroughAll sends templates through every format of templates.
func TestTemplatesThroughAll(t *testing.T) {
	was := Document{Prints: []Print{{Position: biometrics.RightThumb, Template: fingerprint.Template{Width: 200, Height: 300, Quality: 60,
		Minutiae: []fingerprint.Minutia{{X: 5, Y: 6, Angle: 90, Kind: fingerprint.Ending, Quality: 50}}}}}}
	for _, f := range []Format{ISO, ANSI, Template} {
		data, err := Write(was, options(f))
		require.NoError(t, err)
		is, err := Read(data, Hints{Position: biometrics.RightThumb})
		require.NoError(t, err)
		require.Equal(t, f, is.Format)
		require.Equal(t, biometrics.RightThumb, is.Prints[0].Position)
		require.Equal(t, was.Prints[0].Template, is.Prints[0].Template)
	}
}

func TestMissing(t *testing.T) {
	d := Document{Images: []Image{{Image: waves(9, 9)}}, Missing: []Missing{{Position: biometrics.LeftThumb, Why: biometrics.Amputated}}}
	data, err := Write(d, options(AN2K))
	require.NoError(t, err)
	is, err := Read(data, Hints{})
	require.NoError(t, err)
	require.Equal(t, []Missing{{"record 4", biometrics.LeftThumb, biometrics.Amputated}}, is.Missing)
	_, err = Write(d, options(FIR))
	require.ErrorContains(t, err, "no place for the reasons why 1 fingers are missing")
}

func TestResolution(t *testing.T) {
	m := waves(20, 20)
	m.PPI = 1000
	for _, f := range []Format{PNG, WSQ} {
		data, err := Write(Document{Images: []Image{{Image: m}}}, options(f))
		require.NoError(t, err)
		d, err := Read(data, Hints{})
		require.NoError(t, err)
		require.InDelta(t, 1000, d.Images[0].PPI, 0)
		d, err = Read(data, Hints{PPI: 500})
		require.NoError(t, err)
		require.InDelta(t, 500, d.Images[0].PPI, 0)
		_, err = Read(data, Hints{PPI: 5})
		require.ErrorContains(t, err, "expected 100 to 2000 pixels per inch")
	}
}

func TestWriteRefuses(t *testing.T) {
	image, template := Image{Image: waves(9, 9), Where: "image"}, Print{}
	for says, v := range map[string]struct {
		d Document
		o Options
	}{
		"iso takes templates: there are 0, and 1 images": {Document{Images: []Image{image}}, options(ISO)},
		"fir takes images: there are 0, and 1 templates": {Document{Prints: []Print{template}}, options(FIR)},
		"png takes one print: there are 2":               {Document{Images: []Image{image, image}}, options(PNG)},
		`"jpeg" is not written`:                          {Document{Images: []Image{image}}, options(JPEG)},
		"unsupported compression: jpeg2000":              {Document{Images: []Image{image}}, Options{Format: FIR, Compression: codec.JPEG2000}},
	} {
		_, err := Write(v.d, v.o)
		require.ErrorContains(t, err, says)
	}
}

// TestManyBlocks: a record with thousands of blocks of extended data is not answered with as many notes.
func TestManyBlocks(t *testing.T) {
	v := fmr.View{Extended: make([]byte, 4*10000)}
	for i := range 10000 {
		binary.BigEndian.PutUint32(v.Extended[4*i:], uint32(i)<<16|4)
	}
	data, err := fmr.Record{Standard: fmr.ISO, X: 197, Y: 197, Views: []fmr.View{v}}.MarshalBinary()
	require.NoError(t, err)
	d, err := Read(data, Hints{})
	require.NoError(t, err)
	require.Len(t, d.Notes, 9)
	require.Equal(t, "view 1: extended data of other types: not taken over", d.Notes[8])
}

// TestFailed: an image that cannot be read is told, and hides no other; alone it is the error.
func TestFailed(t *testing.T) {
	one := Document{Images: []Image{{Image: waves(9, 9), Position: biometrics.LeftIndex}}}
	o := options(FIR)
	o.Compression = codec.Raw
	data, err := Write(one, o)
	require.NoError(t, err)
	const compression = 16 + 4 + 9 + 5 + 1 + 3 + 8 + 1
	data[compression] = 4
	_, err = Read(data, Hints{})
	require.ErrorIs(t, err, codec.ErrUnsupported)
	require.ErrorContains(t, err, "representation 1")

	one.Images = append(one.Images, one.Images[0])
	data, err = Write(one, o)
	require.NoError(t, err)
	data[compression] = 4
	d, err := Read(data, Hints{})
	require.NoError(t, err)
	require.Len(t, d.Images, 1)
	require.Equal(t, "representation 1", d.Failed[0].Where)
	require.Equal(t, biometrics.LeftIndex, d.Failed[0].Position)
}

// TestTogether: many large images in a small record are not all decoded.
func TestTogether(t *testing.T) {
	flat := biometrics.Image{Width: 4096, Height: 2048, PPI: 500, Pix: make([]byte, 4096*2048)}
	data, err := codec.Encode(flat, codec.WSQ, 0)
	require.NoError(t, err)
	require.Less(t, len(data), 3000)
	d := Document{Images: make([]Image, 0, 9)}
	for range 9 {
		d.Images = append(d.Images, Image{Image: flat, Compression: codec.WSQ, Encoded: data})
	}
	all, err := Write(d, options(FIR))
	require.NoError(t, err)
	is, err := Read(all, Hints{})
	require.NoError(t, err)
	require.Len(t, is.Images, 8)
	require.ErrorContains(t, is.Failed[0].Err, "in the images of a document together")
}

// TestSmallRecordLargeImage: compressed data of another size than the record's are not decoded.
func TestSmallRecordLargeImage(t *testing.T) {
	data, err := Write(Document{Images: []Image{{Image: waves(64, 64)}}}, options(FIR))
	require.NoError(t, err)
	const width = 16 + 4 + 9 + 5 + 1 + 3 + 8 + 3
	require.EqualValues(t, 64, binary.BigEndian.Uint16(data[width:]))
	data[width+1] = 63
	_, err = Read(data, Hints{})
	require.ErrorContains(t, err, "64x64 pixels, the record says 63x64")
}

func TestUnknown(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("P5 1 1 255"), []byte("1.002:7")} {
		_, err := Read(data, Hints{})
		require.ErrorIs(t, err, ErrUnknown)
	}
	_, err := Read(nil, Hints{Format: "tiff"})
	require.ErrorContains(t, err, `format: "tiff"`)
	_, err = Read(make([]byte, 12), Hints{Format: Raw, Width: 3, Height: 4})
	require.ErrorIs(t, err, raster.ErrResolution)
}

func FuzzRead(f *testing.F) {
	image, template := Document{Images: []Image{{Image: waves(24, 16)}}}, Document{Prints: []Print{{}}}
	for _, format := range Formats() {
		d := image
		if format == ISO || format == ANSI || format == Template {
			d = template
		}
		if data, err := Write(d, options(format)); err == nil {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		d, err := Read(data, Hints{PPI: 500})
		if err != nil {
			return
		}
		for _, m := range d.Images {
			require.NoError(t, m.Check())
		}
	})
}
