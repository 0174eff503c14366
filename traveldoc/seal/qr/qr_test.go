package qr_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/seal/qr"
)

// picture is the code in pixels, each module so many wide.
func picture(t testing.TB, c qr.Code, scale int) []byte {
	t.Helper()
	side := (c.Size + 2*qr.Quiet) * scale
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			shade := color.Gray{Y: 255}
			if c.Black(x/scale-qr.Quiet, y/scale-qr.Quiet) {
				shade.Y = 0
			}
			img.SetGray(x, y, shade)
		}
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, img))
	return out.Bytes()
}

// What one library draws another reads.
func TestADrawnCodeIsRead(t *testing.T) {
	for _, text := range []string{"A", "BMIS1:" + strings.Repeat("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 9), "with lower case and é"} {
		c, err := qr.Draw(text)
		require.NoError(t, err)
		have, err := qr.Read(picture(t, c, 4))
		require.NoError(t, err)
		require.Equal(t, text, have)
	}
}

func TestThePathIsTheBlackModules(t *testing.T) {
	c, err := qr.Draw("HELLO")
	require.NoError(t, err)
	black := 0
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				black++
			}
		}
	}
	drawn := 0
	for _, run := range regexp.MustCompile(`M\d+ \d+h(\d+)v1h-\d+z`).FindAllStringSubmatch(c.Path(), -1) {
		n := 0
		for _, digit := range run[1] {
			n = n*10 + int(digit-'0')
		}
		drawn += n
	}
	require.Equal(t, black, drawn)
	require.False(t, c.Black(-1, 0))
}

func TestWhatHoldsNoCode(t *testing.T) {
	var blank bytes.Buffer
	require.NoError(t, png.Encode(&blank, image.NewGray(image.Rect(0, 0, 300, 300))))
	_, err := qr.Read(blank.Bytes())
	require.ErrorIs(t, err, qr.ErrNoCode)
	for _, bad := range [][]byte{nil, []byte("no picture"), blank.Bytes()[:20], make([]byte, qr.MaxPicture+1)} {
		_, err := qr.Read(bad)
		require.ErrorIs(t, err, qr.ErrNoPicture)
	}
	_, err = qr.Draw(strings.Repeat("x", 5000))
	require.Error(t, err)
}

func FuzzRead(f *testing.F) {
	c, err := qr.Draw("SEED")
	require.NoError(f, err)
	f.Add(picture(f, c, 2))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = qr.Read(data)
	})
}
