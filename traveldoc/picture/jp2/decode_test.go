package jp2_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/picture/jp2"
)

const wide, high = 60, 42 // of the pictures in testdata

// drawn is the picture that every file of testdata shows. They were written by opj_compress 2.5.0 with the options named in files.
func drawn(x, y int) color.RGBA {
	fx, fy := float64(x)/wide, float64(y)/high
	switch {
	case min(x, y, wide-1-x, high-1-y) < 3:
		return color.RGBA{R: 20, G: 30, B: 60, A: 255}
	case math.Hypot(fx-.5, fy-.5) < .3:
		return color.RGBA{R: 220, G: 180, B: 150, A: 255}
	}
	return color.RGBA{R: uint8(40 + 180*fx), G: uint8(60 + 150*fy), B: uint8(200 - 120*fx*fy), A: 255}
}

func drawing() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, wide, high))
	for y := range high {
		for x := range wide {
			img.SetRGBA(x, y, drawn(x, y))
		}
	}
	return img
}

// files are the options that each file was written with, and how far from the drawing it may be, of 255: 0 when reversible.
func files() map[string]struct {
	options string
	mean    float64
} {
	type row = struct {
		options string
		mean    float64
	}
	return map[string]row{
		"reversible.j2k":         {"", 0},
		"irreversible.jp2":       {"-I -r 6", 4},
		"grey.jp2":               {"of the grey picture", 1},
		"grey-irreversible.j2k":  {"of the grey picture, -I -r 6", 4},
		"sixteen.jp2":            {"of the grey picture in 16 bits", 1},
		"alpha.jp2":              {"of the picture with opacity", 0},
		"layers.jp2":             {"-r 12,6,1 -n 3", 0},
		"progression-LRCP.j2k":   {"-r 12,6,1 -p LRCP -c [32,32],[16,16] -b 8,8 -n 4", 0},
		"progression-RLCP.j2k":   {"the same, -p RLCP", 0},
		"progression-RPCL.j2k":   {"the same, -p RPCL", 0},
		"progression-PCRL.j2k":   {"the same, -p PCRL", 0},
		"progression-CPRL.j2k":   {"the same, -p CPRL", 0},
		"change.j2k":             {"-n 4 -POC T1=0,0,1,2,3,RLCP/T1=2,0,1,4,3,CPRL", 0},
		"tiles.jp2":              {"-t 25,17 -n 3 -p PCRL", 0},
		"tileparts.j2k":          {"-n 3 -TP R -t 40,40", 0},
		"tiles-irreversible.jp2": {"-I -r 6 -t 32,32 -n 3", 5},
		"styles.j2k":             {"-M 63: bypass, reset, ends, causal, predictable ends, symbols", 0},
		"bypass.j2k":             {"-M 1", 0},
		"markers.j2k":            {"-SOP -EPH -r 6,1", 0},
		"offset.j2k":             {"-d 13,7 -n 4", 0},
		"subsampled.j2k":         {"-s 2,2", 0},
		"region.j2k":             {"-ROI c=0,U=12", 0},
		"region.jp2":             {"-I -r 6 -ROI c=1,U=14", 4},
		"onelevel.j2k":           {"-n 1", 0},
		"separate.j2k":           {"-mct 0", 0},
	}
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

// apart is the mean and the largest distance of two pictures in a colour; when the first is grey, the second is made so.
func apart(t testing.TB, a, b image.Image) (mean, most float64) {
	t.Helper()
	require.Equal(t, a.Bounds().Size(), b.Bounds().Size())
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := a.At(x, y), b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y)
			if a.ColorModel() == color.GrayModel {
				q = color.GrayModel.Convert(q)
			}
			r, g, u, _ := p.RGBA()
			s, h, v, _ := q.RGBA()
			for _, d := range [...]float64{float64(r>>8) - float64(s>>8), float64(g>>8) - float64(h>>8), float64(u>>8) - float64(v>>8)} {
				mean += math.Abs(d) / float64(3*a.Bounds().Dx()*a.Bounds().Dy())
				most = max(most, math.Abs(d))
			}
		}
	}
	return mean, most
}

func TestEveryKindOfFileIsDecoded(t *testing.T) {
	for name, c := range files() {
		data := file(t, name)
		config, err := jp2.DecodeConfig(data)
		require.NoError(t, err, name)
		require.Equal(t, [2]int{wide, high}, [2]int{config.Width, config.Height}, name)
		img, err := jp2.Decode(data, wide*high)
		require.NoError(t, err, name)
		mean, _ := apart(t, img, drawing())
		require.LessOrEqual(t, mean, c.mean, "%s (%s)", name, c.options)
	}
	names, err := filepath.Glob("testdata/*.j*")
	require.NoError(t, err)
	require.Len(t, names, len(files()), "every file is in the table")
}

// The reference decoder gives the same samples: exactly when reversible, else but for rounding.
func TestTheReferenceDecoderAgrees(t *testing.T) {
	program, err := exec.LookPath("opj_decompress")
	if err != nil {
		t.Skip("opj_decompress (libopenjp2-tools) is not installed")
	}
	for name, c := range files() {
		if name == "alpha.jp2" {
			continue // the program writes the opacity into the picture
		}
		data := file(t, name)
		img, err := jp2.Decode(data, wide*high)
		require.NoError(t, err)
		_, most := apart(t, img, reference(t, program, name, data))
		if c.mean == 0 {
			require.Zero(t, most, name)
		}
		require.LessOrEqual(t, most, 1.0, name)
	}
}

func reference(t *testing.T, program, name string, data []byte) image.Image {
	t.Helper()
	in, out := filepath.Join(t.TempDir(), name), filepath.Join(t.TempDir(), "out.png")
	require.NoError(t, os.WriteFile(in, data, 0o600))
	said, err := exec.CommandContext(t.Context(), program, "-i", in, "-o", out).CombinedOutput()
	require.NoError(t, err, string(said))
	written, err := os.ReadFile(out)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(written))
	require.NoError(t, err)
	return img
}

// portrait is the image of the specimen chip's face record.
func portrait(t testing.TB) []byte {
	t.Helper()
	folder := os.Getenv("BMIS_TEST_DATA")
	if folder == "" {
		t.Skip("BMIS_TEST_DATA is not set: no chip of a specimen passport")
	}
	data, err := os.ReadFile(filepath.Join(folder, "documents", "sod", "nld-specimen-2006", "ef0102.bin"))
	if os.IsNotExist(err) {
		data, err = os.ReadFile(filepath.Join(folder, "sod", "nld-specimen-2006", "ef0102.bin"))
	}
	if err != nil {
		t.Skip("no specimen chip in BMIS_TEST_DATA:", err)
	}
	at := bytes.Index(data, []byte("\x00\x00\x00\x0CjP  "))
	require.Positive(t, at)
	return data[at:]
}

func TestThePortraitOfASpecimenPassport(t *testing.T) {
	data := portrait(t)
	img, err := jp2.Decode(data, 1<<20)
	require.NoError(t, err)
	require.Equal(t, image.Pt(449, 598), img.Bounds().Size())
	program, err := exec.LookPath("opj_decompress")
	if err != nil {
		t.Skip("opj_decompress (libopenjp2-tools) is not installed: nothing to compare with")
	}
	mean, most := apart(t, img, reference(t, program, "portrait.jp2", data))
	require.LessOrEqual(t, most, 1.0)
	require.Less(t, mean, 0.01)
}

// boxed puts boxes around a codestream.
func boxed(codestream []byte, header ...[]byte) []byte {
	out := box("jP  ", []byte("\r\n\x87\n"))
	out = append(out, box("ftyp", []byte("jp2 \x00\x00\x00\x00jp2 "))...)
	out = append(out, box("jp2h", bytes.Join(header, nil))...)
	return append(out, box("jp2c", codestream)...)
}

func box(kind string, content []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(8+len(content)))
	return append(append(out, kind...), content...)
}

func TestColoursOfTheFile(t *testing.T) {
	grey, separate := file(t, "grey-irreversible.j2k"), file(t, "separate.j2k")
	plain, err := jp2.Decode(grey, wide*high)
	require.NoError(t, err)

	entries := []byte{1, 0, 2, 7, 7} // 256 entries of two columns of 8 bits
	for i := range 256 {
		entries = append(entries, byte(255-i), byte(i/2))
	}
	mapped := boxed(grey, box("pclr", entries), box("cmap", []byte{0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0}))
	img, err := jp2.Decode(mapped, wide*high)
	require.NoError(t, err)
	for _, at := range []image.Point{{1, 1}, {30, 20}, {50, 38}} {
		v := plain.At(at.X, at.Y).(color.Gray).Y
		require.Equal(t, color.RGBA{R: 255 - v, G: v / 2, B: v, A: 255}, img.At(at.X, at.Y))
	}

	ycc, err := jp2.Decode(boxed(separate, box("colr", []byte{1, 0, 0, 0, 0, 0, 18})), wide*high)
	require.NoError(t, err)
	want := drawn(30, 20)
	r, g, b := color.YCbCrToRGB(want.R, want.G, want.B)
	require.Equal(t, color.RGBA{R: r, G: g, B: b, A: 255}, ycc.At(30, 20))

	for name, bad := range map[string][]byte{
		"no codestream":        boxed(nil)[:40],
		"mapping alone":        boxed(grey, box("cmap", []byte{0, 0, 1, 0})),
		"palette of nothing":   boxed(grey, box("pclr", []byte{0, 0, 1})),
		"palette cut off":      boxed(grey, box("pclr", []byte{1, 0, 1, 7, 9})),
		"a component too many": boxed(grey, box("pclr", entries), box("cmap", []byte{0, 9, 1, 0})),
		"a box of no length":   append(box("jP  ", []byte("\r\n\x87\n")), 0, 0, 0, 3, 'j', 'p', '2', 'h'),
	} {
		_, err := jp2.Decode(bad, wide*high)
		require.ErrorIs(t, err, jp2.ErrBroken, name)
	}
}

// What lacks even a part of its data is no image: neither a grey area nor a blur.
func TestWhatIsCutOffIsNoImage(t *testing.T) {
	for name := range files() {
		data := file(t, name)
		for n := 0; n < len(data)-2; n += 1 + len(data)/150 {
			img, err := jp2.Decode(data[:n], wide*high)
			require.Error(t, err, "%s up to byte %d", name, n)
			require.Nil(t, img)
		}
		_, err := jp2.Decode(data[:len(data)-2], wide*high)
		if err != nil {
			require.ErrorIs(t, err, jp2.ErrBroken, name)
		}
	}
}

// marked gives the place of a marker of the main header.
func marked(t testing.TB, data []byte, marker uint16) int {
	t.Helper()
	at := bytes.Index(data, []byte{byte(marker >> 8), byte(marker)})
	require.GreaterOrEqual(t, at, 0)
	return at
}

func TestWhatIsNotReadSaysSo(t *testing.T) {
	plain := file(t, "reversible.j2k")
	change := func(do func(d []byte)) []byte {
		d := bytes.Clone(plain)
		do(d)
		return d
	}
	cod, qcd := marked(t, plain, 0xFF52), marked(t, plain, 0xFF5C)
	empty := append(bytes.Clone(plain[:marked(t, plain, 0xFF93)+2]), bytes.Repeat([]byte{0}, 18)...)
	binary.BigEndian.PutUint32(empty[marked(t, plain, 0xFF90)+6:], 0)
	for name, c := range map[string]struct {
		data []byte
		want error
		says string
	}{
		"nothing":              {nil, jp2.ErrBroken, "signature"},
		"too many pixels":      {plain, jp2.ErrTooLarge, "60 x 42"},
		"five components":      {change(func(d []byte) { d[41] = 5 }), jp2.ErrUnsupported, "5 components"},
		"an empty image":       {change(func(d []byte) { binary.BigEndian.PutUint32(d[8:], 0) }), jp2.ErrBroken, "SIZ"},
		"tiles of one pixel":   {change(func(d []byte) { copy(d[24:], []byte{0, 0, 0, 1, 0, 0, 0, 1}) }), jp2.ErrBroken, "tile 1 of 2520"},
		"38 bits":              {change(func(d []byte) { d[42] = 37 }), jp2.ErrUnsupported, "38 bits"},
		"a progression":        {change(func(d []byte) { d[cod+5] = 9 }), jp2.ErrBroken, "progression 9"},
		"levels":               {change(func(d []byte) { d[cod+9] = 40 }), jp2.ErrBroken, "40 levels"},
		"blocks":               {change(func(d []byte) { d[cod+10] = 9 }), jp2.ErrBroken, "blocks"},
		"a style":              {change(func(d []byte) { d[cod+12] = 0x40 }), jp2.ErrUnsupported, "style 40"},
		"more levels than QCD": {change(func(d []byte) { d[cod+9] = 9 }), jp2.ErrBroken, "quantization"},
		"a quantization":       {change(func(d []byte) { d[qcd+4] = 0x1F }), jp2.ErrBroken, "style 31"},
		"a region":             {change(func(d []byte) { d[qcd+1] = 0x5E }), jp2.ErrBroken, "FF5E"},
		"packed headers":       {change(func(d []byte) { d[qcd+1] = 0x60 }), jp2.ErrUnsupported, "FF60"},
		"no quantization":      {change(func(d []byte) { d[qcd+1] = 0x64 }), jp2.ErrBroken, "QCD"},
		"nothing coded":        {empty, jp2.ErrBroken, "no coefficients"},
	} {
		most := wide * high
		if name == "too many pixels" {
			most--
		}
		_, err := jp2.Decode(c.data, most)
		require.ErrorIs(t, err, c.want, name)
		require.ErrorContains(t, err, c.says, name)
	}
}

func FuzzDecode(f *testing.F) {
	for name := range files() {
		f.Add(file(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		config, _ := jp2.DecodeConfig(data)
		img, err := jp2.Decode(data, 1<<14)
		if err != nil {
			require.Nil(t, img)
			return
		}
		require.Equal(t, image.Pt(config.Width, config.Height), img.Bounds().Size())
	})
}

// BenchmarkPortrait decodes a picture of the size of a chip's portrait; made of tiles' worth of the test picture it would be too easy, so
// that of the specimen is taken where it is at hand.
func BenchmarkPortrait(b *testing.B) {
	data := portrait(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jp2.Decode(data, 1<<20); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode decodes the small picture of testdata.
func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"reversible.j2k", "irreversible.jp2"} {
		data := file(b, name)
		b.Run(fmt.Sprintf("file=%s", name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jp2.Decode(data, wide*high); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
