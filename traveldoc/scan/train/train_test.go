package main

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
	"github.com/openbmis/openbmis/traveldoc/scan/strip"
	"github.com/openbmis/openbmis/traveldoc/scan/synth"
	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

// sheets writes sheets of cells as those of real print, of our own drawing.
func sheets(t *testing.T, each int) string {
	t.Helper()
	folder := t.TempDir()
	for _, c := range ocrb.Alphabet {
		img := image.NewGray(image.Rect(0, 0, sheetRow*sheetWidth, sheetHeight))
		draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
		for k := range each {
			require.NoError(t, ocrb.DrawLine(img, float64(k*sheetWidth)+2.8, 25.5, sheetScale*strip.Step, string(c), color.Black))
		}
		name := string(c)
		if c == '<' {
			name = "filler"
		}
		var file bytes.Buffer
		require.NoError(t, png.Encode(&file, img))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+"_"+string("0123456789"[each])+".png"), file.Bytes(), 0o600))
	}
	return folder
}

// A short training on drawings and cells gets somewhere, says so, and writes weights that can be read; twice the same.
func TestTrainingIsReproducible(t *testing.T) {
	cells := sheets(t, 5)
	var files [2][]byte
	for i := range files {
		out := filepath.Join(t.TempDir(), "weights.bin")
		var said bytes.Buffer
		require.NoError(t, run([]string{"-out", out, "-rounds", "1", "-lines", "4", "-cells", cells}, &said))
		require.Contains(t, said.String(), "round 1:")
		file, err := os.ReadFile(out)
		require.NoError(t, err)
		_, err = glyph.Decode(file)
		require.NoError(t, err)
		files[i] = file
	}
	require.Equal(t, files[0], files[1])
}

// The weights of the repository read sheets of cells: the cells come to the network as the reader's own do.
func TestSheetsAreReadLikeLines(t *testing.T) {
	learn, exam, err := readSheets(sheets(t, 5))
	require.NoError(t, err)
	require.Len(t, learn, 4*len(ocrb.Alphabet))
	require.Len(t, exam, len(ocrb.Alphabet))
	net, err := glyph.Load()
	require.NoError(t, err)
	right, contradicted := realAccuracy(net, exam)
	require.Greater(t, right, 0.95)
	require.Less(t, contradicted, 0.03)
}

func TestExamplesAreReadByTheWeightsInUse(t *testing.T) {
	net, err := glyph.Load()
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(77, 7))
	var all []example
	for range 20 {
		more, err := examples(r, synth.Own{})
		require.NoError(t, err)
		all = append(all, more...)
	}
	require.Greater(t, accuracy(net, all), 0.985)
}

func TestWrongSheetsAreRefused(t *testing.T) {
	_, _, err := readSheets(t.TempDir())
	require.ErrorContains(t, err, "found none")
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "AB_3.png"), nil, 0o600))
	_, _, err = readSheets(folder)
	require.ErrorContains(t, err, "expected CLASS_COUNT.png")
}

// With BMIS_TEST_DATA the real cells held out are read: as labelled, or plainly otherwise (many labels are wrong; see README.md).
func TestRealCells(t *testing.T) {
	folder := os.Getenv("BMIS_TEST_DATA")
	if folder == "" {
		t.Skip("BMIS_TEST_DATA is not set: it names the folder of the real cells")
	}
	_, exam, err := readSheets(filepath.Join(folder, "documents", "mrz-glyphs"))
	require.NoError(t, err)
	net, err := glyph.Load()
	require.NoError(t, err)
	right, contradicted := realAccuracy(net, exam)
	t.Logf("%d real cells held out: %.1f %% as labelled, %.1f %% plainly otherwise", len(exam), 100*right, 100*contradicted)
	require.Greater(t, right, 0.55)
}
