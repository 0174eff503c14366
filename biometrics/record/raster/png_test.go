package raster

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
)

func sample() biometrics.Image {
	m := biometrics.Image{Width: 21, Height: 13, PPI: 500, Pix: make([]byte, 21*13)}
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	return m
}

func TestPNG(t *testing.T) {
	for _, ppi := range []float64{500, 1000, 569, 508} {
		m := sample()
		m.PPI = ppi
		data, err := EncodePNG(m)
		require.NoError(t, err)
		require.True(t, IsPNG(data))
		back, err := DecodePNG(data, 0)
		require.NoError(t, err)
		require.Equal(t, m, back)
		back, err = DecodePNG(data, 300)
		require.NoError(t, err)
		require.InDelta(t, 300, back.PPI, 0, "the caller knows better")
	}
}

// TestColours: other kinds of PNG files come as their luminance.
func TestColours(t *testing.T) {
	from := image.NewRGBA(image.Rect(0, 0, 3, 2))
	from.Set(1, 1, color.RGBA{R: 200, G: 200, B: 200, A: 255})
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, from))
	_, err := DecodePNG(out.Bytes(), 0)
	require.ErrorIs(t, err, ErrResolution)
	m, err := DecodePNG(out.Bytes(), 500)
	require.NoError(t, err)
	require.Equal(t, []byte{255, 255, 255, 255, 200, 255}, m.Pix, "what is transparent is paper, not ridge")
	half := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	half.Set(0, 0, color.NRGBA{A: 128})
	half.Set(1, 0, color.NRGBA{R: 255, G: 255, B: 255, A: 128})
	out.Reset()
	require.NoError(t, png.Encode(&out, half))
	m, err = DecodePNG(out.Bytes(), 500)
	require.NoError(t, err)
	require.Equal(t, []byte{127, 255}, m.Pix)
}

func TestJPEG(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, &image.Gray{Pix: sample().Pix, Stride: 21, Rect: image.Rect(0, 0, 21, 13)}, &jpeg.Options{Quality: 100}))
	require.True(t, IsJPEG(out.Bytes()))
	_, err := DecodeJPEG(out.Bytes(), 0)
	require.ErrorIs(t, err, ErrResolution)
	m, err := DecodeJPEG(out.Bytes(), 500)
	require.NoError(t, err)
	require.Equal(t, []int{21, 13}, []int{m.Width, m.Height})
	width, height, err := Size(out.Bytes())
	require.NoError(t, err)
	require.Equal(t, []int{21, 13}, []int{width, height})
}

// TestJPEGIsSequential: a few bytes of a progressive JPEG may ask for a pass over all pixels, thousands of times.
func TestJPEGIsSequential(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, &image.Gray{Pix: sample().Pix, Stride: 21, Rect: image.Rect(0, 0, 21, 13)}, nil))
	frame := bytes.Index(out.Bytes(), []byte{0xFF, 0xC0})
	progressive := bytes.Clone(out.Bytes())
	progressive[frame+1] = 0xC2
	for name, data := range map[string][]byte{
		"progressive":         progressive,
		"behind fill":         slices.Insert(bytes.Clone(progressive), frame, 0xFF, 0xFF),
		"behind a restart":    slices.Insert(bytes.Clone(progressive), 2, 0xFF, 0xD0),
		"behind stray bytes":  slices.Insert(bytes.Clone(progressive), 2, 7, 7),
		"behind a lone FF 00": slices.Insert(bytes.Clone(progressive), 2, 0xFF, 0),
	} {
		_, err := DecodeJPEG(data, 500)
		require.ErrorContains(t, err, "expected tables and a baseline frame FFC0", name)
	}
	_, err := DecodeJPEG(slices.Insert(bytes.Clone(out.Bytes()), frame, 0xFF, 0xFF), 500)
	require.NoError(t, err, "fill before the frame")
	_, err = DecodeJPEG(out.Bytes()[:frame], 500)
	require.ErrorContains(t, err, "expected a frame before the end")
}

func TestRaw(t *testing.T) {
	m := sample()
	back, err := Raw(m.Pix, 21, 13, 500)
	require.NoError(t, err)
	require.Equal(t, m, back)
	_, err = Raw(m.Pix, 21, 12, 500)
	require.ErrorContains(t, err, "raw: image: 273 bytes for 21x12 pixels")
	_, err = Raw(m.Pix, -1, -273, 500)
	require.ErrorContains(t, err, "expected 1 to 4096 a side")
	_, err = Raw(m.Pix, 21, 13, 0)
	require.ErrorIs(t, err, ErrResolution)
	_, err = Raw(m.Pix, 21, 13, 72)
	require.ErrorContains(t, err, "resolution: 72, expected 100 to 2000 pixels per inch")
}

// TestHuge: the size is looked at before pixels are.
func TestHuge(t *testing.T) {
	data, err := EncodePNG(sample())
	require.NoError(t, err)
	binary.BigEndian.PutUint32(data[16:], 1<<20)
	_, err = DecodePNG(data, 500)
	require.Error(t, err)
	wide := image.NewGray(image.Rect(0, 0, 5000, 1))
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, wide))
	_, err = DecodePNG(out.Bytes(), 500)
	require.ErrorContains(t, err, "size: 5000x1, expected 1 to 4096 a side")
}

func FuzzDecodePNG(f *testing.F) {
	data, err := EncodePNG(sample())
	require.NoError(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := DecodePNG(data, 0); err == nil {
			require.NoError(t, m.Check())
		}
	})
}
