package record

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/record/codec"
	"github.com/openbmis/openbmis/biometrics/record/raster"
)

// A record says eight bits of grey: a PNG in colours, or with more bits, is written anew; one that is as the record says goes in as it is.
func TestAPNGOfAnotherKindIsWrittenAnew(t *testing.T) {
	from := waves(40, 30)
	plain, err := raster.EncodePNG(from)
	require.NoError(t, err)
	colours := image.NewNRGBA(image.Rect(0, 0, from.Width, from.Height))
	deep := image.NewGray16(colours.Rect)
	for i, v := range from.Pix {
		colours.Set(i%from.Width, i/from.Width, color.Gray{Y: v})
		deep.Set(i%from.Width, i/from.Width, color.Gray{Y: v})
	}
	for name, c := range map[string]struct {
		data []byte
		asIs bool
	}{"grey": {plain, true}, "colours": {encoded(t, colours), false}, "16 bits": {encoded(t, deep), false}} {
		d, err := Read(c.data, Hints{PPI: 500})
		require.NoError(t, err, name)
		require.Equal(t, from.Pix, d.Images[0].Pix, name)
		for _, format := range []Format{FIR, AN2K} {
			o := options(format)
			o.Compression = codec.PNG
			data, err := Write(d, o)
			require.NoError(t, err, name)
			back, err := Read(data, Hints{})
			require.NoError(t, err, name)
			require.Equal(t, from.Pix, back.Images[0].Pix, name)
			require.True(t, raster.IsGrey(back.Images[0].Encoded), name)
			require.Equal(t, c.asIs, bytes.Equal(c.data, back.Images[0].Encoded), name)
		}
	}
}

func encoded(t *testing.T, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, m))
	return out.Bytes()
}
