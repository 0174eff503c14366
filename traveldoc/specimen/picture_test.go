package specimen_test

import (
	"bytes"
	"image"
	"image/color/palette"
	"image/png"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"

	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// The picture in the documentation is what the program draws; BMIS_UPDATE_GOLDEN=1 draws it anew.
func TestThePictureInTheDocumentationIsOurs(t *testing.T) {
	const file, dpi, gap = "../../docs/img/specimen.png", 96, 12
	k, err := specimen.CaseNamed("visa")
	require.NoError(t, err)
	made, err := k.Build(country(t), specimen.Options{NoImages: true})
	require.NoError(t, err)
	passport, err := made.Pages[0].Draw(reader.White, dpi)
	require.NoError(t, err)
	sticker, err := made.Pages[1].Draw(reader.White, dpi)
	require.NoError(t, err)
	size := image.Pt(passport.Bounds().Dx()+gap+sticker.Bounds().Dx(), passport.Bounds().Dy())
	img := image.NewPaletted(image.Rectangle{Max: size}, palette.Plan9)
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(img, passport.Bounds(), passport, image.Point{}, draw.Src)
	draw.Draw(img, sticker.Bounds().Add(image.Pt(passport.Bounds().Dx()+gap, 0)), sticker, image.Point{}, draw.Src)
	var drawn bytes.Buffer
	require.NoError(t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&drawn, img))
	require.Less(t, drawn.Len(), 150_000)
	if os.Getenv("BMIS_UPDATE_GOLDEN") != "" {
		require.NoError(t, os.MkdirAll("../../docs/img", 0o750))
		require.NoError(t, os.WriteFile(file, drawn.Bytes(), 0o600))
	}
	kept, err := os.Open(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, kept.Close()) }()
	shown, err := png.Decode(kept)
	require.NoError(t, err)
	require.Equal(t, img, shown)
}
