package upload

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"

	"github.com/openbmis/openbmis/evisa"
)

// likenessOf is the hash that taking a portrait gives.
func likenessOf(t testing.TB, file []byte) uint64 {
	t.Helper()
	k, err := NewTaker(uuid.New, 1).Take(noContext(), evisa.FilePortrait, file)
	require.NoError(t, err)
	return k.Likeness
}

// again is a portrait as somebody sends it another time: smaller, more compressed, a little brighter, with so much of its edges cut off.
func again(t testing.TB, file []byte, cut int) []byte {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	size := img.Bounds().Size()
	out := image.NewRGBA(image.Rect(0, 0, size.X*9/10, size.Y*9/10))
	draw.BiLinear.Scale(out, out.Bounds(), img, img.Bounds().Inset(cut), draw.Src, nil)
	draw.Draw(out, out.Bounds(), image.NewUniform(color.RGBA{255, 255, 255, 12}), image.Point{}, draw.Over)
	var file2 bytes.Buffer
	require.NoError(t, jpeg.Encode(&file2, out, &jpeg.Options{Quality: 60}))
	return file2.Bytes()
}

// The same portrait sent again has few bits apart, most even with its edges cut. That different people have many is measured too; drawn faces stand
// in one pose before one flat background, so they are more alike than photographs.
func TestLikeness(t *testing.T) {
	const people = 50
	hashes, cut := make([]uint64, people), 0
	for n := range hashes {
		file := portrait(t, n)
		hashes[n] = likenessOf(t, file)
		require.NotZero(t, hashes[n])
		require.LessOrEqual(t, Distance(hashes[n], likenessOf(t, again(t, file, 0))), Near, "person %d", n)
		if Distance(hashes[n], likenessOf(t, again(t, file, 4))) <= Near {
			cut++
		}
	}
	pairs, mistaken, sum := 0, 0, 0
	for a := range hashes {
		for b := range a {
			d := Distance(hashes[a], hashes[b])
			sum += d
			if pairs++; d <= Near {
				mistaken++
			}
		}
	}
	t.Logf("%d drawn faces: with 4 of 420 pixels cut off each edge %d are near; of %d pairs of different people %d are (%.1f %%), %.1f bits apart in the mean",
		people, cut, pairs, mistaken, 100*float64(mistaken)/float64(pairs), float64(sum)/float64(pairs))
	require.Greater(t, cut*2, people)
	require.Less(t, mistaken*20, pairs)
}

func TestLikenessOfNothing(t *testing.T) {
	require.Zero(t, Likeness(image.NewGray(image.Rect(0, 0, 50, 50))))
	require.Equal(t, 64, Distance(0, 0))
	require.Equal(t, 64, Distance(0, 5))
	require.Equal(t, 2, Distance(0b11, 0b11|1<<9|1<<60))
}
