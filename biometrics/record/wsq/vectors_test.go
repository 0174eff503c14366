package wsq

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
)

// TestDecodeVectors decodes the six images of the vectors' folder. No pixels are given to compare with: what can be looked at is the size, that
// most of a card is light and its ridges dark, and that what was sent of each subband is in keeping with its bin.
func TestDecodeVectors(t *testing.T) {
	for _, v := range vectorImages(t) {
		t.Run(v.name, func(t *testing.T) {
			m, info, err := Decode(v.data)
			require.NoError(t, err)
			require.Equal(t, []int{v.width, v.height}, []int{m.Width, m.Height})
			require.Equal(t, v.ppi, info.PPI)
			require.InDelta(t, v.rate, info.BitRate, 0)
			require.InDelta(t, 500, m.PPI, 0, "255 is not believed")
			dark, light := 0, 0
			for _, p := range m.Pix {
				if p < 100 {
					dark++
				} else if p > 180 {
					light++
				}
			}
			t.Logf("dark %d %%, light %d %%", 100*dark/len(m.Pix), 100*light/len(m.Pix))
			require.Greater(t, dark, len(m.Pix)/20)
			require.Greater(t, light, len(m.Pix)/5)
			require.Greater(t, dark+light, 6*len(m.Pix)/10)
		})
	}
}

// TestVectorsAgain encodes what was decoded from the vectors at their own rate: the bits are shared out as their encoder did, the size comes
// within five in a hundred, and the image stays.
func TestVectorsAgain(t *testing.T) {
	for _, v := range vectorImages(t) {
		t.Run(v.name, func(t *testing.T) {
			m, info, err := Decode(v.data)
			require.NoError(t, err)
			data, err := Encode(m, Options{BitRate: info.BitRate})
			require.NoError(t, err)
			back, _, err := Decode(data)
			require.NoError(t, err)
			t.Logf("%.2f dB, %d bytes, were %d", psnr(m, back), len(data), len(v.data)-info.Trailing)
			require.Greater(t, psnr(m, back), 38.0)
			require.InEpsilon(t, len(v.data)-info.Trailing, len(data), 0.05)
			was, is := tables(t, v.data).quantiser, tables(t, data).quantiser
			require.InDelta(t, was.centre, is.centre, 0)
			for i := range 53 { // above, what the bins leave out is gone from the image decoded
				require.InEpsilon(t, was.bin[i], is.bin[i], 0.15, i)
				require.InEpsilon(t, 1.2*is.bin[i], is.zero[i], 0.001, i)
				require.InEpsilon(t, 1.2*was.bin[i], was.zero[i], 0.001, i)
			}
			for i := sentBands; i < subbands; i++ {
				require.Zero(t, was.bin[i])
				require.Zero(t, is.bin[i])
			}
		})
	}
}

func tables(t testing.TB, data []byte) *parts {
	t.Helper()
	p, err := read(data, biometrics.MaxPixels)
	require.NoError(t, err)
	return p
}

type vectorImage struct {
	name          string
	width, height int
	ppi           int // of the comment
	rate          float64
	data          []byte
}

// vectorImages cuts the WSQ images out of the vectors without the parsers of the records: each begins with SOI and a comment.
func vectorImages(t testing.TB) []vectorImage {
	t.Helper()
	root := os.Getenv("BMIS_TEST_DATA")
	if root == "" {
		t.Skip("BMIS_TEST_DATA is not set: the vectors are not looked at")
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(root, "fingerprints", "vectors", name))
		require.NoError(t, err)
		return data
	}
	images := []vectorImage{{"img", 256, 256, 500, 2.25, read("img.wsq")}, {"left_index", 280, 448, 500, 0.75, read("Left_Index_wsq.iso")[62:]}}
	slaps := bytes.Split(read("type4-slaps.an2k"), []byte{0xFF, 0xA0, 0xFF, 0xA8})
	require.Len(t, slaps, 5)
	for i, size := range [][2]int{{1608, 1000}, {412, 1000}, {392, 1000}, {1572, 1000}} {
		data := append([]byte{0xFF, 0xA0, 0xFF, 0xA8}, slaps[i+1]...)
		images = append(images, vectorImage{[]string{"fgp14", "fgp12", "fgp11", "fgp13"}[i], size[0], size[1], []int{255, 255, 255, 500}[i], 0.75, data})
	}
	return images
}
