package tesseract_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/tesseract"
	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

// script is a program that plays tesseract: what it is given is kept in the folder, what it says is up to the test.
func script(t *testing.T, body string) (tesseract.Config, string) {
	t.Helper()
	folder := t.TempDir()
	program := filepath.Join(folder, "tesseract")
	text := "#!/bin/sh\nif [ \"$1\" = --list-langs ]; then printf 'List of available languages (2):\\neng\\nmrz\\n'; exit; fi\n" +
		"echo \"$@\" >" + folder + "/args\nenv >" + folder + "/env\n" + body + "\n"
	require.NoError(t, os.WriteFile(program, []byte(text), 0o700))
	return tesseract.Config{Program: program, Path: os.Getenv("PATH")}, folder
}

func picture() image.Image { return image.NewGray(image.Rect(0, 0, 30, 20)) }

func TestPictureGoesInAndLinesComeOut(t *testing.T) {
	cfg, folder := script(t, `cat >`+"$(dirname $0)"+`/picture.png
printf 'REPUBLIC\nP<UTOERIKSSON<<ANNA <MARIA<<<<<<<<<<<<<<<<<<<\n\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n'`)
	engine, err := tesseract.Open(context.Background(), cfg)
	require.NoError(t, err)
	lines, err := engine.Lines(context.Background(), picture())
	require.NoError(t, err)
	require.Equal(t, []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}, lines)

	args, err := os.ReadFile(filepath.Join(folder, "args"))
	require.NoError(t, err)
	require.Equal(t, "stdin stdout -l mrz --psm 6 -c tessedit_char_whitelist=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<\n", string(args))
	env, err := os.ReadFile(filepath.Join(folder, "env"))
	require.NoError(t, err)
	require.Contains(t, string(env), "OMP_THREAD_LIMIT=1\n")
	file, err := os.Open(filepath.Join(folder, "picture.png"))
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	img, kind, err := image.Decode(file)
	require.NoError(t, err)
	require.Equal(t, "png", kind)
	require.Equal(t, picture().Bounds(), img.Bounds())
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	_, err := tesseract.Open(context.Background(), tesseract.Config{Program: filepath.Join(t.TempDir(), "tesseract")})
	require.ErrorIs(t, err, tesseract.ErrUnavailable)
	require.ErrorContains(t, err, "is not installed")

	cfg, _ := script(t, "")
	cfg.Model = "ocrb"
	_, err = tesseract.Open(context.Background(), cfg)
	require.ErrorIs(t, err, tesseract.ErrUnavailable)
	require.ErrorContains(t, err, `has no model "ocrb"`)
}

func TestFailureIsAnError(t *testing.T) {
	for name, c := range map[string]struct{ body, says string }{
		"exit status": {"exit 3", "exit status 3"},
		"too much":    {"head -c 200000 /dev/zero", "more than 65536 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, _ := script(t, c.body)
			engine, err := tesseract.Open(context.Background(), cfg)
			require.NoError(t, err)
			_, err = engine.Lines(context.Background(), picture())
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestProgramThatHangsIsEnded(t *testing.T) {
	cfg, _ := script(t, "exec sleep 600")
	engine, err := tesseract.Open(context.Background(), cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = engine.Lines(ctx, picture())
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// The real program, where it is installed with a model of zones.
func TestRealProgram(t *testing.T) {
	engine, err := tesseract.Open(context.Background(), tesseract.Config{Path: os.Getenv("PATH"), Data: os.Getenv("TESSDATA_PREFIX")})
	if errors.Is(err, tesseract.ErrUnavailable) {
		t.Skip("the program tesseract, which is optional, cannot be had here: " + err.Error())
	}
	require.NoError(t, err)
	img := image.NewGray(image.Rect(0, 0, 1400, 220))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	want := []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}
	for i, line := range want {
		require.NoError(t, ocrb.DrawLine(img, 40, float64(80+75*i), 30, line, color.Black))
	}
	lines, err := engine.Lines(context.Background(), img)
	require.NoError(t, err)
	require.Equal(t, want, lines)
}
