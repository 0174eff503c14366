package scan_test

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/scan"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
)

// The specimens' pages are drawn by others than what the reader was trained with: another ground, other fields, colour, infrared.
func TestSpecimenPagesAreRead(t *testing.T) {
	zones := map[page.Kind]string{
		page.DataPage:  specimen1 + "\n" + specimen2,
		page.CardBack:  "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
		page.Visa:      "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4UTO4009078F9612109<<<<<<<<<<<<<<<<",
		page.Emergency: "PUUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
	}
	for kind, zone := range zones {
		for _, c := range []struct {
			light reader.Light
			dpi   int
		}{{reader.White, 300}, {reader.White, 180}, {reader.Infrared, 200}} {
			p := page.Page{Kind: kind, Title: "UTOPIA", Number: "L898902C3", Zone: zone, Seed: 4, Face: page.Face{Seed: 4, Sex: "F"},
				Fields: []page.Field{{Label: "Surname", Text: "ERIKSSON"}, {Label: "Given names", Text: "ANNA MARIA", Wide: true}}}
			img, err := p.Draw(c.light, c.dpi)
			require.NoError(t, err)
			var file bytes.Buffer
			require.NoError(t, jpeg.Encode(&file, img, &jpeg.Options{Quality: 80}))
			result, err := scan.ReadFile(file.Bytes(), today(t), scan.Options{Training: true})
			require.NoError(t, err, "kind %d, %s at %d dpi", kind, c.light, c.dpi)
			require.Equal(t, strings.Split(zone, "\n"), result.Lines, "kind %d, %s at %d dpi", kind, c.light, c.dpi)
		}
	}
}

// The other side of a card has no zone, whatever else is printed on it.
func TestSpecimenPageWithoutAZone(t *testing.T) {
	for _, light := range []reader.Light{reader.White, reader.Infrared, reader.Ultraviolet} {
		p := page.Page{Kind: page.CardFront, Title: "UTOPIA", Number: "L898902C3", Seed: 4, Face: page.Face{Seed: 4, Sex: "F"}}
		img, err := p.Draw(light, 150)
		require.NoError(t, err)
		_, err = scan.Read(img, today(t), scan.Options{})
		require.ErrorIs(t, err, scan.ErrNoZone, string(light))
	}
}
