package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/tiff"

	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/scan/synth"
)

const scanZone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"

// pageOf is a page at 200 dpi with a zone, turned.
func pageOf(t *testing.T, turned int) image.Image {
	t.Helper()
	page := synth.Page{Format: mrz.TD3, DPI: 200, Face: synth.Own{}, Turned: turned, Border: 4, Wear: synth.Wear{Skew: 1, Blur: 0.6, Noise: 3}}
	img, err := page.Draw(rand.New(rand.NewPCG(3, 4)), strings.Split(scanZone, "\n"))
	require.NoError(t, err)
	return img
}

// scanned runs bmis scan and gives its lines.
func scanned(t *testing.T, args ...string) (code int, lines []map[string]any, said string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{
		In: strings.NewReader(""), Out: &out, Err: &errs, Now: func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) },
		Getenv: os.Getenv, Exit: func(int) {},
	}
	code = run(context.Background(), append([]string{"scan"}, args...), a)
	for line := range strings.Lines(out.String()) {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &object))
		lines = append(lines, object)
	}
	return code, lines, errs.String()
}

func TestScanGivesOneLineForEachPicture(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, encode func(*os.File) error) string {
		file, err := os.Create(filepath.Join(folder, name))
		require.NoError(t, err)
		require.NoError(t, encode(file))
		require.NoError(t, file.Close())
		return file.Name()
	}
	jpegFile := write("page.jpg", func(f *os.File) error { return jpeg.Encode(f, pageOf(t, 0), &jpeg.Options{Quality: 85}) })
	pngFile := write("page.png", func(f *os.File) error { return png.Encode(f, pageOf(t, 90)) })
	tiffFile := write("page.tif", func(f *os.File) error { return tiff.Encode(f, pageOf(t, 180), nil) })
	empty := write("empty.png", func(f *os.File) error { return png.Encode(f, image.NewGray(image.Rect(0, 0, 300, 200))) })

	code, lines, _ := scanned(t, "--training", jpegFile, pngFile, tiffFile, empty)
	require.Zero(t, code, "a picture without a zone is an answer")
	require.Len(t, lines, 4)
	for i, turned := range []float64{0, 90, 180} {
		require.Equal(t, strings.Split(scanZone, "\n"), strs(lines[i]["lines"]), lines[i]["file"])
		require.Equal(t, turned, lines[i]["orientation"]) //nolint:testifylint // whole numbers
		require.Greater(t, lines[i]["confidence"], 0.2)
		require.Equal(t, "own", lines[i]["engine"])
		require.Empty(t, lines[i]["changes"])
		document, ok := lines[i]["document"].(map[string]any)
		require.True(t, ok)
		require.Equal(t, "TD3", document["format"])
		require.Equal(t, "ERIKSSON", document["surname"])
		require.Contains(t, lines[i], "milliseconds")
		require.NotContains(t, lines[i], "characters")
	}
	require.Contains(t, lines[3]["error"], "no machine readable zone")
	require.Empty(t, lines[3]["lines"])
}

func strs(v any) []string {
	var all []string
	list, _ := v.([]any)
	for _, s := range list {
		text, _ := s.(string)
		all = append(all, text)
	}
	return all
}

func TestScanGivesEachCharacterOnRequest(t *testing.T) {
	name := filepath.Join(t.TempDir(), "page.png")
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, pageOf(t, 0)))
	require.NoError(t, os.WriteFile(name, file.Bytes(), 0o600))
	_, lines, _ := scanned(t, "--characters", name)
	characters, ok := lines[0]["characters"].([]any)
	require.True(t, ok)
	require.Len(t, characters, 2)
	first, ok := characters[0].([]any)[0].(map[string]any)
	require.True(t, ok)
	require.Equal(t, "P", first["read"])
	require.Contains(t, first, "residual")
}

func TestScanTellsWhatIsNoPicture(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text.jpg")
	require.NoError(t, os.WriteFile(text, []byte("not a picture"), 0o600))
	folder := t.TempDir()
	missing, good := filepath.Join(folder, "missing.jpg"), filepath.Join(folder, "page.png")
	var page bytes.Buffer
	require.NoError(t, png.Encode(&page, pageOf(t, 0)))
	require.NoError(t, os.WriteFile(good, page.Bytes(), 0o600))
	code, lines, said := scanned(t, "--training", text, missing, folder, good)
	require.Equal(t, exitFailed, code)
	require.Len(t, lines, 4)
	for n, want := range [][2]string{
		{text, "no image that can be read"}, {missing, "no such file"}, {folder, "expected a file, found a directory"},
	} {
		require.Equal(t, want[0], lines[n]["file"])
		require.Contains(t, lines[n]["error"], want[1])
		require.NotContains(t, lines[n]["error"], folder, "file names it already")
		require.Empty(t, lines[n]["lines"])
	}
	require.Equal(t, good, lines[3]["file"])
	require.Equal(t, strings.Split(scanZone, "\n"), strs(lines[3]["lines"]), "the others are read all the same")
	require.NotContains(t, lines[3], "error")
	require.Contains(t, said, "3 of 4 pictures could not be answered")
}

func TestScanWithTesseract(t *testing.T) {
	folder := t.TempDir()
	page := filepath.Join(folder, "page.png")
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, pageOf(t, 180)))
	require.NoError(t, os.WriteFile(page, file.Bytes(), 0o600))

	path := os.Getenv("PATH")
	t.Setenv("PATH", folder)
	code, _, said := scanned(t, "--engine", "tesseract", page)
	require.Equal(t, exitFailed, code)
	require.Contains(t, said, "tesseract is not available")

	// a program that reads only what is upright: the second picture it is given
	t.Setenv("PATH", folder+":"+path)
	script := "#!/bin/sh\ncase $1 in --list-langs) echo mrz; exit;; esac\ncat >/dev/null\n" +
		"if [ -e " + folder + "/again ]; then printf '" + strings.ReplaceAll(scanZone, "\n", `\n`) + "\\n'; fi\ntouch " + folder + "/again\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "tesseract"), []byte(script), 0o700))
	code, lines, said := scanned(t, "--engine", "tesseract", "--training", page)
	require.Zero(t, code, said)
	require.Equal(t, "tesseract", lines[0]["engine"])
	require.InDelta(t, 180, lines[0]["orientation"], 0)
	require.Equal(t, strings.Split(scanZone, "\n"), strs(lines[0]["lines"]))
	require.Nil(t, lines[0]["confidence"])
}
