package record

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/record/fir"
)

// manyImages is a record of so many images of one pixel.
func manyImages(t testing.TB, n int) []byte {
	t.Helper()
	of := make([]fir.Representation, n)
	for i := range of {
		of[i] = fir.Representation{Scale: 1, X: 500, Y: 500, Depth: 8, Width: 1, Height: 1, Data: []byte{7}}
	}
	data, err := fir.Record{Representations: of}.MarshalBinary()
	require.NoError(t, err)
	return data
}

// TestManyImages: as many images as a record may have. BenchmarkManyImages shows that each takes no longer than one of a few.
func TestManyImages(t *testing.T) {
	const most = 65535
	d, err := Read(manyImages(t, most), Hints{})
	require.NoError(t, err)
	require.Len(t, d.Images, most)
	require.Equal(t, most, d.pixels, "counted once, not again for each image")
}

func BenchmarkManyImages(b *testing.B) {
	data := manyImages(b, 65535)
	for b.Loop() {
		if _, err := Read(data, Hints{}); err != nil {
			b.Fatal(err)
		}
	}
}
