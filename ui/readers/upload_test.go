package readers_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/tiff"

	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// pageImage is the data page of the genuine passport as a scanner gives it.
func (s *station) pageImage(t *testing.T) []byte {
	t.Helper()
	c, err := specimen.CaseNamed("genuine")
	require.NoError(t, err)
	built, err := c.Build(s.country, specimen.Options{})
	require.NoError(t, err)
	for _, m := range built.Reading.Images {
		if m.Light == reader.White {
			return m.Data
		}
	}
	require.Fail(t, "no page in white light")
	return nil
}

func blank(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 600, 400))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, img))
	return out.Bytes()
}

// bring hands a file to the page as a drop or a paste does.
func bring(p *browsertest.Page, kind string, data []byte) {
	script := fmt.Sprintf(`(() => {
		const bytes = Uint8Array.from(atob(%q), c => c.charCodeAt(0));
		const held = new DataTransfer();
		held.items.add(new File([bytes], "page", { type: "application/octet-stream" }));
		const e = %q === "drop" ? new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true })
			: new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true });
		document.getElementById("desk").dispatchEvent(e);
		return e.defaultPrevented;
	})()`, base64.StdEncoding.EncodeToString(data), kind)
	browsertest.Eval[bool](p, script)
}

func TestAPageIsReadFromAnImage(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := s.atLane(t, language)
			data := s.pageImage(t)
			file := filepath.Join(t.TempDir(), "page.jpg")
			require.NoError(t, os.WriteFile(file, data, 0o600))
			p.Do(chromedp.SetUploadFiles("#image", []string{file}))
			p.WaitText("#traveller-name", "HORNBEAM, FLORINDA")
			p.WaitFor("#confidence")
			p.Wait("!document.querySelector('#stream')")
			p.Screenshot("upload-read-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			require.Empty(t, p.Text("#hand-in-line"))
			p.Press("Alt+d")
			p.WaitFor("#step-image-reading .no-hit") // a clean page is read without a doubt
			p.Screenshot("upload-details-" + language)
		})
	}
}

func TestAnImageIsDroppedOrPastedAnywhere(t *testing.T) {
	for _, kind := range []string{"drop", "paste"} {
		t.Run(kind, func(t *testing.T) {
			s := open(t)
			p := s.atLane(t, "en")
			data := s.pageImage(t)
			if kind == "paste" { // a scanner that stores TIFF
				img, _, err := picture.Decode(data, picture.Limits{})
				require.NoError(t, err)
				var out bytes.Buffer
				require.NoError(t, tiff.Encode(&out, img, &tiff.Options{Compression: tiff.Deflate}))
				data = out.Bytes()
			}
			bring(p, kind, data)
			p.WaitText("#traveller-name", "HORNBEAM, FLORINDA")
		})
	}
}

func TestAnImageWithoutAZoneIsKeptAndTyped(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := s.atLane(t, language)
			bring(p, "drop", blank(t))
			p.Wait("location.pathname === '/counter/typed'")
			p.Wait("document.querySelector('#handed')?.naturalWidth > 0")
			p.Screenshot("upload-typed-" + language)
			p.CheckAccessible()
			require.Equal(t, 1, s.count(t, "select count(*) from reader_arrival where state = 'kept'"))
			for _, text := range []string{"P", "UTO", "X1234567", "ERIKSSON", "ANNA", "UTO", "1974-08-12", "F", "2031-04-15"} {
				p.Type(text)
				p.Press("Tab")
			}
			p.Press("Enter")
			p.Wait("location.pathname === '/counter'")
			p.WaitText("#traveller-name", "ERIKSSON")
			p.Wait("!document.querySelector('#stream')")
			p.Press("Alt+d")
			p.WaitFor("#details .images img")
			p.Screenshot("upload-typed-details-" + language)
			require.Equal(t, 1, s.count(t, "select count(*) from reader_arrival where state = 'taken'"))
		})
	}
}

func TestWhatIsNoImageIsToldAndTheCounterGoesOn(t *testing.T) {
	s := open(t)
	p := s.atLane(t, "en")
	p.AllowConsole("422") // the browser tells of the answer, as of every refusal
	p.AllowConsole("413")
	bring(p, "drop", []byte("%PDF-1.7 no image"))
	p.WaitText("#hand-in-line", "JPEG, PNG or TIFF")
	p.Screenshot("upload-wrong-en")
	p.CheckAccessible()
	p.CheckOneScreen()
	bring(p, "drop", make([]byte, reader.MaxImage+1))
	p.WaitText("#hand-in-line", "too large")
	bring(p, "paste", s.pageImage(t))
	p.WaitText("#traveller-name", "HORNBEAM")
	require.Zero(t, s.count(t, "select count(*) from reader_arrival where state = 'kept'"))
}

func TestAnImageIsTakenWithoutAnyScriptToo(t *testing.T) {
	s := open(t)
	client := s.seated(t, "amira")
	body, kind := form(t, s.pageImage(t))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/counter/images", body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Origin", s.URL)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, "/counter", response.Header.Get("Location"))
	require.Contains(t, s.Get(t, client, "/counter").Body, "HORNBEAM")
}
