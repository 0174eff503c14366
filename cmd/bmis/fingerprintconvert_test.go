package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record"
	"github.com/openbmis/openbmis/biometrics/record/raster"
	"github.com/openbmis/openbmis/biometrics/synthetic"
)

// syntheticPNG writes an impression of a finger that nobody has.
func syntheticPNG(t *testing.T, dir string) (string, biometrics.Image) {
	t.Helper()
	finger := synthetic.NewFinger(synthetic.FingerSeed(5, biometrics.RightIndex), synthetic.Options{Position: biometrics.RightIndex})
	m := finger.Impression(synthetic.Draw(1, 0.9))
	data, err := raster.EncodePNG(m)
	require.NoError(t, err)
	name := filepath.Join(dir, "print.png")
	require.NoError(t, os.WriteFile(name, data, 0o600))
	return name, m
}

// TestConvert sends a print around all formats, by extension and by option.
func TestConvert(t *testing.T) {
	dir := t.TempDir()
	name, m := syntheticPNG(t, dir)
	file := func(base string) string { return filepath.Join(dir, base) }
	for _, args := range [][]string{
		{name, file("a.fir"), "--finger", "right_index", "--compression", "raw"},
		{file("a.fir"), file("a.an2k"), "--compression", "png"},
		{file("a.an2k"), file("b.eft"), "--four", "--compression", "raw"},
		{file("b.eft"), file("b.png")},
		{file("b.png"), file("b.wsq"), "--bit-rate", "2.25"},
		{file("b.wsq"), file("c.fir")}, // WSQ goes in as it is
		{file("c.fir"), file("c.wsq")},
		{file("b.png"), file("d.bin"), "--to", "iso", "--finger", "right_index"},
		{file("d.bin"), file("d.ansi")},
		{file("d.ansi"), file("d.bmft")},
	} {
		got := bmisReading(t, nil, append([]string{"fingerprint", "convert"}, args...)...)
		require.Equal(t, exitDone, got.code, "%v: %s", args, got.err)
	}
	back := read(t, file("b.png"), record.Hints{})
	require.Equal(t, m, back.Images[0].Image)
	require.Equal(t, biometrics.RightIndex, read(t, file("b.eft"), record.Hints{}).Images[0].Position)
	first, err := os.ReadFile(file("b.wsq"))
	require.NoError(t, err)
	last, err := os.ReadFile(file("c.wsq"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(first, last))
	ansi := read(t, file("d.ansi"), record.Hints{})
	require.Equal(t, record.ANSI, ansi.Format)
	require.Equal(t, biometrics.RightIndex, ansi.Prints[0].Position)
	require.Greater(t, len(ansi.Prints[0].Minutiae), 10)

	got := bmisReading(t, nil, "fingerprint", "match", file("d.ansi"), file("b.wsq"))
	require.Equal(t, exitDone, got.code, got.err)
	require.NotContains(t, got.out, "score             0.0", "templates and images of any format are compared")
}

func read(t *testing.T, name string, hints record.Hints) record.Document {
	t.Helper()
	d, err := readDocument(name, hints)
	require.NoError(t, err)
	return d
}

// An image that says no resolution is taken for 500 pixels per inch, which is told.
func TestConvertTakesAnImageWithoutResolution(t *testing.T) {
	dir := t.TempDir()
	name, out := filepath.Join(dir, "plain.png"), filepath.Join(dir, "a.fir")
	_, m := syntheticPNG(t, dir)
	var plain bytes.Buffer
	require.NoError(t, png.Encode(&plain, &image.Gray{Pix: m.Pix, Stride: m.Width, Rect: image.Rect(0, 0, m.Width, m.Height)}))
	require.NoError(t, os.WriteFile(name, plain.Bytes(), 0o600))
	got := bmisReading(t, nil, "fingerprint", "convert", name, out)
	require.Equal(t, exitDone, got.code, got.err)
	require.Equal(t, name+": says no resolution, taken for 500 pixels per inch; --ppi says another\n", got.err)
	require.Contains(t, got.out, "fir, 1 image, 0 templates, 0 fingers missing, ")
	require.InDelta(t, 500, read(t, out, record.Hints{}).Images[0].PPI, 0.5)
	got = bmisReading(t, nil, "fingerprint", "convert", name, out, "--ppi", "1000")
	require.Equal(t, exitDone, got.code, got.err)
	require.Empty(t, got.err)
	require.InDelta(t, 1000, read(t, out, record.Hints{}).Images[0].PPI, 0.5)
}

// Raw bytes say no resolution, as a PNG may.
func TestConvertTakesRawBytes(t *testing.T) {
	dir := t.TempDir()
	name, m := syntheticPNG(t, dir)
	raw, back := filepath.Join(dir, "a.raw"), filepath.Join(dir, "back.png")
	require.Equal(t, exitDone, bmisReading(t, nil, "fingerprint", "convert", name, raw).code)
	got := bmisReading(t, nil, "fingerprint", "convert", raw, back, "--width", strconv.Itoa(m.Width), "--height", strconv.Itoa(m.Height))
	require.Equal(t, exitDone, got.code, got.err)
	require.Equal(t, raw+": says no resolution, taken for 500 pixels per inch; --ppi says another\n", got.err)
	require.Equal(t, m.Pix, read(t, back, record.Hints{}).Images[0].Pix)
}

func TestConvertRefuses(t *testing.T) {
	dir := t.TempDir()
	name, _ := syntheticPNG(t, dir)
	file := func(base string) string { return filepath.Join(dir, base) }
	require.NoError(t, os.WriteFile(file("a.raw"), make([]byte, 100), 0o600))
	require.NoError(t, os.WriteFile(file("a.txt"), []byte("no print"), 0o600))
	got := bmisReading(t, nil, "fingerprint", "convert", name, file("t.iso"))
	require.Equal(t, exitDone, got.code, got.err)
	for says, args := range map[string][]string{
		"extension: expected one that":           {name, file("a.tiff")},
		"there.png: no such file":                {file("there.png"), file("a.fir")},
		"expected --width and --height":          {file("a.raw"), file("a.fir")},
		"raw: image: 100 bytes for 10x11 pixels": {file("a.raw"), file("a.fir"), "--width", "10", "--height", "11"},
		`field 1.008 (origin): "é"`:              {name, file("a.an2k"), "--origin", "é"},
		"format: expected a finger image record": {file("a.txt"), file("a.fir")},
		"png takes images: there are 0":          {file("t.iso"), file("a.png")},
		"--finger: finger position":              {name, file("a.fir"), "--finger", "toe"},
		"--part: 2, expected 1 to 1":             {name, file("a.fir"), "--part", "2"},
		"bit rate: expected 0.1 to 8":            {name, file("a.wsq"), "--bit-rate", "90"},
		"expected 100 to 2000 pixels per inch":   {name, file("a.wsq"), "--ppi", "5"},
		"--to must be one of":                    {name, file("a.wsq"), "--to", "tiff"},
	} {
		got := bmisReading(t, nil, append([]string{"fingerprint", "convert"}, args...)...)
		require.NotEqual(t, exitDone, got.code)
		require.Contains(t, got.err, says)
	}
}
