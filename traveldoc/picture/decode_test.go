package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/picture"
)

const wide, high = 60, 42 // of the pictures in testdata

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, img))
	return out.Bytes()
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}))
	return out.Bytes()
}

func converted(into draw.Image, from image.Image) image.Image {
	draw.Draw(into, into.Bounds(), from, image.Point{}, draw.Src)
	return into
}

// blackWhite is the picture as a fax shows it.
func blackWhite(from image.Image) *image.Gray {
	grey := image.NewGray(from.Bounds())
	draw.Draw(grey, grey.Bounds(), from, image.Point{}, draw.Src)
	for i, v := range grey.Pix {
		grey.Pix[i] = 0
		if v >= 128 {
			grey.Pix[i] = 255
		}
	}
	return grey
}

func TestEveryKindOfImageIsDecoded(t *testing.T) {
	want := drawn(wide, high)
	r := want.Bounds()
	for name, c := range map[string]struct {
		data   []byte
		format picture.Format
		apart  float64
	}{
		"JPEG":                {jpegOf(t, want), picture.JPEG, 7},
		"JPEG, grey":          {file(t, "grey.jpg"), picture.JPEG, 3},
		"JPEG, progressive":   {file(t, "progressive.jpg"), picture.JPEG, 7},
		"JPEG, CMYK":          {file(t, "cmyk.jpg"), picture.JPEG, 7},
		"PNG":                 {pngOf(t, want), picture.PNG, 0},
		"PNG, 16 bits":        {pngOf(t, converted(image.NewRGBA64(r), want)), picture.PNG, 0},
		"PNG, grey":           {pngOf(t, converted(image.NewGray(r), want)), picture.PNG, 0},
		"PNG, grey 16 bits":   {pngOf(t, converted(image.NewGray16(r), want)), picture.PNG, 1},
		"JPEG 2000, file":     {file(t, "../jp2/testdata/grey.jp2"), picture.JP2, 3},
		"JPEG 2000, bare":     {file(t, "../jp2/testdata/reversible.j2k"), picture.J2K, 0},
		"TIFF, LZW":           {file(t, "lzw.tif"), picture.TIFF, 0},
		"TIFF, tiles":         {file(t, "tiled.tif"), picture.TIFF, 0},
		"TIFF, PackBits":      {file(t, "packbits.tif"), picture.TIFF, 0},
		"TIFF, deflate":       {file(t, "deflate.tif"), picture.TIFF, 0},
		"TIFF, 16 bits":       {file(t, "sixteen.tif"), picture.TIFF, 0},
		"TIFF, palette":       {file(t, "palette.tif"), picture.TIFF, 6},
		"TIFF, plain and big": {file(t, "grey-big-endian.tif"), picture.TIFF, 5},
	} {
		info, err := picture.Identify(c.data)
		require.NoError(t, err, name)
		require.Equal(t, [2]int{wide, high}, [2]int{info.Width, info.Height}, name)
		require.Equal(t, c.format, info.Format, name)
		img, format, err := picture.Decode(c.data, picture.Limits{})
		require.NoError(t, err, name)
		require.Equal(t, c.format, format, name)
		require.LessOrEqual(t, apart(img, want), c.apart, name)
	}
}

func TestPalettesAndFaxes(t *testing.T) {
	colours := color.Palette{color.Gray{Y: 0}, color.Gray{Y: 255}, color.RGBA{R: 200, A: 255}}
	paletted := image.NewPaletted(image.Rect(0, 0, wide, high), colours)
	paletted.Pix[7] = 2
	img, _, err := picture.Decode(pngOf(t, paletted), picture.Limits{})
	require.NoError(t, err)
	require.Zero(t, apart(img, paletted))
	for _, name := range []string{"g4.tif"} {
		img, _, err := picture.Decode(file(t, name), picture.Limits{})
		require.NoError(t, err, name)
		require.Less(t, apart(img, blackWhite(drawn(wide, high))), 15.0, name)
	}
}

// headed is a PNG that says it has so many pixels, whatever follows.
func headed(t testing.TB, width, height uint32) []byte {
	data := pngOf(t, drawn(8, 8))
	binary.BigEndian.PutUint32(data[16:], width)
	binary.BigEndian.PutUint32(data[20:], height)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

func TestWhatIsTooLargeIsRefusedBeforeItIsDecoded(t *testing.T) {
	small := pngOf(t, drawn(30, 20))
	progressive := file(t, "progressive.jpg")
	scan := bytes.LastIndex(progressive, []byte{0xFF, 0xDA})
	scans := append([]byte(nil), progressive[:len(progressive)-2]...)
	for range 70 {
		scans = append(scans, progressive[scan:len(progressive)-2]...)
	}
	for name, c := range map[string]struct {
		data   []byte
		limits picture.Limits
		says   string
	}{
		"file":          {small, picture.Limits{Bytes: len(small) - 1}, "expected at most"},
		"side":          {small, picture.Limits{Side: 29}, "sides of at most 29"},
		"pixels":        {small, picture.Limits{Pixels: 599}, "expected at most 599"},
		"memory":        {small, picture.Limits{Memory: 2399}, "expected at most 2399 bytes"},
		"coefficients":  {progressive, picture.Limits{Memory: 15*wide*high - 1}, "of up to 15 bytes"},
		"usual side":    {headed(t, 20_001, 2), picture.Limits{}, "sides of at most 20000"},
		"usual pixels":  {headed(t, 20_000, 20_000), picture.Limits{}, "52000000"},
		"scans":         {scans, picture.Limits{}, "64 scans"},
		"shared strips": {sharedStrips(t), picture.Limits{}, "strips are longer together"},
	} {
		_, _, err := picture.Decode(c.data, c.limits)
		require.ErrorIs(t, err, picture.ErrTooLarge, name)
		require.ErrorContains(t, err, c.says, name)
	}
}

func TestAUsualPhotographIsTaken(t *testing.T) {
	_, _, err := picture.Decode(jpegOf(t, drawn(wide, high)), picture.Limits{Memory: 3 * wide * high})
	require.NoError(t, err, "a baseline JPEG takes its pixels alone")
	_, _, err = picture.Decode(file(t, "progressive.jpg"), picture.Limits{Memory: 15 * wide * high})
	require.NoError(t, err)
}

// The colours of four inks are written as brightness and differences (YCCK) or as they are (CMYK): the marker of Adobe says which.
func TestInksWithAndWithoutDifferences(t *testing.T) {
	inks := append([]byte(nil), file(t, "cmyk.jpg")...)
	at := bytes.Index(inks, []byte("Adobe"))
	require.Positive(t, at)
	plain, _, err := picture.Decode(inks, picture.Limits{})
	require.NoError(t, err)
	require.Equal(t, byte(2), inks[at+11], "YCCK")
	inks[at+11] = 0
	other, _, err := picture.Decode(inks, picture.Limits{})
	require.NoError(t, err)
	require.IsType(t, &image.CMYK{}, other)
	require.Greater(t, apart(other, plain), 20.0)
}

// sharedStrips is a TIFF whose strips all claim the whole file.
func sharedStrips(t testing.TB) []byte {
	data := append([]byte(nil), file(t, "lzw.tif")...)
	at := int(binary.LittleEndian.Uint32(data[4:]))
	for n := range int(binary.LittleEndian.Uint16(data[at:])) {
		entry := data[at+2+12*n:]
		if binary.LittleEndian.Uint16(entry) == 279 {
			require.Greater(t, binary.LittleEndian.Uint32(entry[4:]), uint32(1))
			from := binary.LittleEndian.Uint32(entry[8:])
			for i := range int(binary.LittleEndian.Uint32(entry[4:])) {
				width := map[uint16]int{3: 2, 4: 4}[binary.LittleEndian.Uint16(entry[2:])]
				binary.LittleEndian.PutUint16(data[int(from)+width*i:], uint16(len(data)-10))
			}
		}
	}
	return data
}

func TestWhatIsNoImageSaysSo(t *testing.T) {
	whole := pngOf(t, drawn(30, 20))
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":               {nil, picture.ErrUnknown},
		"text":                  {[]byte("no image at all"), picture.ErrUnknown},
		"HTML":                  {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), picture.ErrUnknown},
		"a PNG cut off":         {whole[:len(whole)/2], picture.ErrBroken},
		"a header alone":        {whole[:12], picture.ErrBroken},
		"a JPEG cut off":        {file(t, "progressive.jpg")[:700], picture.ErrBroken},
		"a TIFF cut off":        {file(t, "lzw.tif")[:600], picture.ErrBroken},
		"a TIFF's first bytes":  {[]byte("II*\x00"), picture.ErrBroken},
		"JPEG 2000 cut off":     {file(t, "../jp2/testdata/grey.jp2")[:900], picture.ErrBroken},
		"JPEG 2000's header":    {file(t, "../jp2/testdata/grey.jp2")[:40], picture.ErrBroken},
		"a TIFF that holds one": {file(t, "jpeg.tif"), picture.ErrUnsupported},
	} {
		img, _, err := picture.Decode(c.data, picture.Limits{})
		require.ErrorIs(t, err, c.want, name)
		require.Nil(t, img, name)
	}
}

func TestFormatsGoByName(t *testing.T) {
	for _, f := range picture.Formats() {
		text, err := f.MarshalText()
		require.NoError(t, err)
		var back picture.Format
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, f, back)
		require.NotEmpty(t, f.MediaType())
	}
	var f picture.Format
	require.ErrorContains(t, f.UnmarshalText([]byte("GIF")), "expected one of")
	require.Empty(t, picture.Format(99).String())
}

func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	require.NoError(f, err)
	for _, name := range names {
		f.Add(file(f, filepath.Base(name)))
	}
	f.Add(pngOf(f, drawn(9, 9)))
	limits := picture.Limits{Bytes: 1 << 16, Side: 2000, Pixels: 1 << 20, Memory: 8 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		info, _ := picture.Identify(data)
		img, format, err := picture.Decode(data, limits)
		if err != nil {
			require.Nil(t, img)
			return
		}
		require.Equal(t, info.Format, format)
		require.LessOrEqual(t, img.Bounds().Dx()*img.Bounds().Dy(), limits.Pixels)
	})
}

func BenchmarkDecode(b *testing.B) {
	page := jpegOf(b, drawn(1476, 1039)) // a passport's page at 300 dpi
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := picture.Decode(page, picture.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
