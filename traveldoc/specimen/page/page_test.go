package page_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
)

const zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"

func dataPage() page.Page {
	return page.Page{
		Kind: page.DataPage, Title: "PASSPORT", Number: "L898902C3", Zone: zone, Face: page.Face{Seed: 5, Sex: "F"}, Seed: 3,
		Fields: []page.Field{{Label: "Surname", Text: "ERIKSSON", Wide: true}, {Label: "Sex", Text: "F"}},
	}
}

func drawn(t testing.TB, p page.Page, light reader.Light, dpi int) *image.RGBA {
	t.Helper()
	img, err := p.Draw(light, dpi)
	require.NoError(t, err)
	return img
}

func TestPagesHaveTheSizeOfTheirFormat(t *testing.T) {
	for kind, size := range map[page.Kind]image.Point{
		page.DataPage: {1476, 1039}, page.CardFront: {1011, 638}, page.CardBack: {1011, 638}, page.Visa: {1417, 945}, page.Emergency: {1240, 874},
	} {
		img := drawn(t, page.Page{Kind: kind, Face: page.Face{Seed: 1}}, reader.White, 300)
		require.Equal(t, size, img.Bounds().Size())
	}
}

func TestTheSamePageIsTheSamePicture(t *testing.T) {
	for _, light := range []reader.Light{reader.White, reader.Infrared, reader.Ultraviolet} {
		first := drawn(t, dataPage(), light, 150)
		require.Equal(t, first.Pix, drawn(t, dataPage(), light, 150).Pix)
	}
}

// dark is the share of dark pixels of an area given in thousandths of the page.
func dark(img *image.RGBA, left, top, right, bottom int) float64 {
	b := img.Bounds()
	count, all := 0, 0
	for y := b.Dy() * top / 1000; y < b.Dy()*bottom/1000; y++ {
		for x := b.Dx() * left / 1000; x < b.Dx()*right/1000; x++ {
			p := img.RGBAAt(x, y)
			all++
			if int(p.R)+int(p.G)+int(p.B) < 300 {
				count++
			}
		}
	}
	return float64(count) / float64(all)
}

func TestInfraredLeavesTheZoneAndThePortraitAlone(t *testing.T) {
	img := drawn(t, dataPage(), reader.Infrared, 200)
	require.Greater(t, dark(img, 40, 790, 950, 920), 0.05, "the zone absorbs")
	require.Greater(t, dark(img, 60, 200, 290, 660), 0.05, "a part of the portrait absorbs")
	require.Zero(t, dark(img, 340, 180, 1000, 780), "the texts do not")
	p := dataPage()
	p.Copied = true
	require.Zero(t, dark(drawn(t, p, reader.Infrared, 200), 40, 790, 950, 920), "a copy's ink does not")
}

func TestACopyGlowsUnderUltraviolet(t *testing.T) {
	genuine := drawn(t, dataPage(), reader.Ultraviolet, 100)
	p := dataPage()
	p.Copied = true
	copied := drawn(t, p, reader.Ultraviolet, 100)
	require.Greater(t, dark(genuine, 0, 100, 1000, 1000), 0.7)
	require.Zero(t, dark(copied, 0, 100, 1000, 1000))
}

func TestFacesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(50) {
		img := page.Face{Seed: seed, Sex: "M"}.Portrait(60)
		seen[string(img.Pix)] = true
	}
	require.Len(t, seen, 50)
}

func TestWhatCannotBeDrawnIsRefused(t *testing.T) {
	for name, change := range map[string]func(*page.Page){
		"lines":     func(p *page.Page) { p.Zone = strings.ReplaceAll(zone, "\n", "") },
		"character": func(p *page.Page) { p.Zone = strings.ToLower(zone) },
	} {
		t.Run(name, func(t *testing.T) {
			p := dataPage()
			change(&p)
			_, err := p.Draw(reader.White, 100)
			require.Error(t, err)
		})
	}
	_, err := dataPage().Draw(reader.White, page.MaxDPI+1)
	require.Error(t, err)
	_, err = dataPage().Draw(reader.PortraitCut, 100)
	require.Error(t, err)
	_, err = page.Degrade(image.NewGray(image.Rect(0, 0, 3, 3)), page.Damage{Quality: 101}, 1)
	require.Error(t, err)
}

func TestDegradingChangesWhatItSays(t *testing.T) {
	img := drawn(t, dataPage(), reader.White, 100)
	read := func(d page.Damage) image.Image {
		file, err := page.Degrade(img, d, 9)
		require.NoError(t, err)
		out, err := jpeg.Decode(bytes.NewReader(file))
		require.NoError(t, err)
		return out
	}
	require.Equal(t, img.Bounds(), read(page.Damage{}).Bounds())
	require.Greater(t, read(page.Damage{Rotation: 10}).Bounds().Dy(), img.Bounds().Dy())
	sharp, soft := spreadOf(read(page.Damage{})), spreadOf(read(page.Damage{Blur: 3}))
	require.Less(t, soft, sharp*0.8)
	require.Less(t, spreadOf(read(page.Damage{Contrast: 0.5})), sharp*0.6)
	require.Greater(t, spreadOf(read(page.Damage{Noise: 30})), sharp*1.1)
	first, err := page.Degrade(img, page.Damage{Noise: 20}, 1)
	require.NoError(t, err)
	again, err := page.Degrade(img, page.Damage{Noise: 20}, 1)
	require.NoError(t, err)
	require.Equal(t, first, again)
}

// spreadOf is how much neighbours differ along the rows, on the average.
func spreadOf(img image.Image) float64 {
	b := img.Bounds()
	sum, n := 0.0, 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X + 1; x < b.Max.X; x++ {
			left, _, _, _ := img.At(x-1, y).RGBA()
			here, _, _, _ := img.At(x, y).RGBA()
			difference := float64(here) - float64(left)
			sum += max(difference, -difference)
			n++
		}
	}
	return sum / float64(n)
}

func BenchmarkDataPage(b *testing.B) {
	for b.Loop() {
		_, err := dataPage().Draw(reader.White, 300)
		require.NoError(b, err)
	}
}
