package readers_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// jpeg2000 is a file that another maker's encoder wrote.
func jpeg2000(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "traveldoc", "picture", "jp2", "testdata", name))
	require.NoError(t, err)
	return data
}

// faced is the genuine passport with another portrait in its chip.
func (s *station) faced(t *testing.T, id string, portrait []byte) *reader.Reading {
	t.Helper()
	r := s.reading(t, "genuine")
	r.ID = id
	r.Chip.Files["DG2"] = emrtdtest.DG2(emrtdtest.FaceRecord(0, portrait))
	return r
}

func samePoints(t *testing.T, want, have image.Image) {
	t.Helper()
	require.Equal(t, want.Bounds().Size(), have.Bounds().Size())
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			r, g, b, _ := want.At(x, y).RGBA()
			r2, g2, b2, _ := have.At(x, y).RGBA()
			require.Equal(t, [3]uint32{r, g, b}, [3]uint32{r2, g2, b2}, "%d,%d", x, y)
		}
	}
}

func TestAPortraitInJPEG2000IsShown(t *testing.T) {
	for _, file := range []string{"tiles.jp2", "reversible.j2k"} {
		t.Run(file, func(t *testing.T) {
			s := open(t)
			_, token := s.device(t, "Desk 1")
			p := s.atLane(t, "en")
			data := jpeg2000(t, file)
			got := s.send(t, token, s.faced(t, "jp2", data))
			require.Equal(t, "opened", got.State, got)
			p.WaitFor("#portrait-chip")
			p.Wait("document.querySelector('#portrait-chip').naturalWidth > 0")
			p.Screenshot("reader-jpeg2000-" + filepath.Ext(file)[1:])

			client := s.seated(t, "basma")
			for range 2 { // decoded, and as it was kept
				answer := s.Get(t, client, "/counter/inspections/"+s.inspection(t)+"/images/chip")
				require.Equal(t, http.StatusOK, answer.Status)
				require.Equal(t, "image/png", answer.Header.Get("Content-Type"))
				shown, err := png.Decode(bytes.NewReader([]byte(answer.Body)))
				require.NoError(t, err)
				decoded, _, err := picture.Decode(data, picture.PortraitLimits())
				require.NoError(t, err)
				samePoints(t, decoded, shown)
			}
		})
	}
}

func (s *station) inspection(t *testing.T) string {
	t.Helper()
	var id string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from scan").Scan(&id))
	return id
}

// emptied is a codestream whose every part lacks its data: a careless decoder makes one colour of it.
func emptied(t *testing.T) []byte {
	data := jpeg2000(t, "reversible.j2k")
	sod := bytes.Index(data, []byte{0xFF, 0x93})
	require.Positive(t, sod)
	part := bytes.LastIndex(data[:sod], []byte{0xFF, 0x90, 0, 10})
	require.Positive(t, part)
	empty := bytes.Clone(data[:sod+2])
	copy(empty[part+6:], []byte{0, 0, 0, 0}) // of unknown length: to the end
	return append(append(empty, make([]byte, 4096)...), 0xFF, 0xD9)
}

func TestAnImageThatCannotBeDecodedIsSaidInWords(t *testing.T) {
	for name, portrait := range map[string][]byte{
		"cut off": jpeg2000(t, "tiles.jp2")[:60], "without data": emptied(t), "no JPEG": emrtdtest.Picture(),
		"JPEG of a header alone": jpegHeader(t),
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			_, token := s.device(t, "Desk 1")
			p := s.atLane(t, "en")
			p.AllowConsole("404")
			r := s.faced(t, "closed", portrait)
			r.Images = append(r.Images, reader.Image{Light: reader.AxialWhite, MediaType: "image/tiff", Data: []byte("II*\x00 and no more of it")})
			got := s.send(t, token, r)
			require.Equal(t, "opened", got.State, got)
			p.WaitFor(".portraits")
			p.Wait("[...document.querySelectorAll('.portraits .none')].some(e => e.textContent === 'not decodable here')")
			p.Wait("!document.querySelector('#portrait-chip')")
			p.Wait("!document.querySelector('#stream')")
			p.CheckAccessible()
			p.CheckOneScreen()
			p.Screenshot("reader-closed-" + name)
			p.Press("Alt+d")
			p.WaitFor("#details .images .none")
			p.Wait("[...document.querySelectorAll('img')].every(i => i.complete && i.naturalWidth > 0)")
			require.Equal(t, 1, browsertest.Eval[int](p, "document.querySelectorAll('#details .images .none').length"))
		})
	}
}

// jpegHeader is a JPEG that says how large it is, and ends.
func jpegHeader(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "traveldoc", "picture", "testdata", "grey.jpg"))
	require.NoError(t, err)
	scan := bytes.Index(data, []byte{0xFF, 0xDA})
	require.Positive(t, scan)
	return data[:scan]
}
