package thread_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	pages "github.com/openbmis/openbmis/traveldoc/specimen/page"
)

// listening waits until the counter hears of what comes to its lane.
func listening(p page) {
	p.t.Helper()
	p.Wait("document.readyState === 'complete' && !!globalThis.wedge && !!document.querySelector('#lane-stream')")
}

// answered waits until every check has answered.
func (p page) answered() {
	p.t.Helper()
	p.Wait("!!document.querySelector('#traveller-name') && !document.querySelector('#stream')")
}

// A forged passport is put on the reader. It stands at the officer's counter by itself, the number marked in every source; the officer
// refers it by keyboard, the second line sees the steps, and the centre gets them with the names of what was kept.
func TestAForgedPassportIsReferred(t *testing.T) {
	t.Parallel()
	i := newStationOfUtopia(t)
	i.trusts()
	for n, language := range languages() {
		t.Run(language, func(t *testing.T) {
			forged := i.Specimen(t, i.country, "forged_mrz", 30+n)
			officer := atLane(t, i.station, person(t, i.station.Part, auth.RoleOfficer, language), language)
			listening(officer)
			i.reader.Put(t, forged.Reading)
			seesForgery(officer, forged.Document.Bearer.Surname, forged.Document.Number)
			officer.Press("F4")
			officer.WaitFocus("#reason")
			officer.screen("counter-forged-refer")
			officer.chooses("#reason", "document_doubt")
			officer.Press("F4")
			officer.WaitGone("#traveller-name")

			second := window(t, i.station.Part, person(t, i.station.Part, auth.RoleSecondLine, language), language)
			takesForgery(second, forged.Document.Bearer.Surname)
			i.arrives(t, i.lastDecision(t))
		})
	}
}

// seesForgery holds the counter to what it must show of the forged number, side by side.
func seesForgery(p page, surname, number string) {
	p.t.Helper()
	p.WaitFor("#row-document_number.differs")
	p.answered()
	p.WaitFor("#band.hit")
	require.Contains(p.t, p.Text("#traveller-name"), surname)
	p.Wait("[...document.querySelectorAll('.portraits img')].every(i => i.complete && i.naturalWidth > 0)")
	row := p.Text("#row-document_number")
	require.Contains(p.t, row, number, "what page and chip say")
	require.GreaterOrEqual(p.t, browsertest.Eval[int](p.Page, "document.querySelectorAll('#row-document_number mark').length"), 3, "marked in each source")
	require.Equal(p.t, 1, browsertest.Eval[int](p.Page, "document.querySelectorAll('#sources tr.differs').length"), "and nothing else is")
	p.screen("counter-forged")
	p.Press("Alt+d")
	for _, step := range []string{"viz-document_number", "chip-dg1_mrz"} {
		p.WaitFor("#step-" + step + " .hit")
	}
	p.WaitFor("#step-chip-sod_signature .no-hit")
	p.screen("counter-forged-steps")
	p.Press("Escape")
	p.WaitFor("#sources")
}

// takesForgery takes the case and reads its steps.
func takesForgery(p page, surname string) {
	p.t.Helper()
	p.Wait("location.pathname === '/secondline'")
	p.WaitText("#queue", surname)
	p.Press("F1")
	p.Wait("document.readyState === 'complete' && !!document.querySelector('#case .keybar [data-hotkey=F4]')")
	require.Contains(p.t, p.Text("#band"), surname)
	for _, step := range []string{"viz-document_number", "chip-dg1_mrz"} {
		p.Wait(fmt.Sprintf("document.querySelectorAll('.hit-card #step-%s mark').length >= 2", step))
	}
	p.screen("case-forged")
	p.follow(".hit-card details.steps-of:has(#step-chip-sod_signature) summary")
	p.Wait("document.querySelector('#step-chip-sod_signature .no-hit').checkVisibility()")
	p.screen("case-forged-steps")
}

// arrives holds what the centre was told of a forged passport.
func (i *inspection) arrives(t *testing.T, crossing uuid.UUID) {
	t.Helper()
	e := i.event(crossing)
	require.Equal(t, border.Refer, e.Decision.Verdict)
	found := steps(e)
	for _, id := range []string{"viz.document_number", "chip.dg1_mrz"} {
		require.Equal(t, traveldoc.Fail, found[id].Verdict, id)
		require.GreaterOrEqual(t, len(found[id].Values), 2, "%s: both sides", id)
	}
	require.Equal(t, traveldoc.Pass, found["chip.sod_signature"].Verdict)
	kinds := map[border.ExhibitKind]int{}
	for _, x := range e.Exhibits {
		require.Len(t, x.Digest, 32)
		kinds[x.Kind]++
	}
	for _, kind := range []border.ExhibitKind{border.ExhibitReading, border.ExhibitPage, border.ExhibitPortrait, border.ExhibitChip} {
		require.Positive(t, kinds[kind], "%s in %v", kind, kinds)
	}
}

// A genuine passport with what it is judged by is one glance and one key.
func TestAGenuinePassportIsOneKey(t *testing.T) {
	t.Parallel()
	i := newStationOfUtopia(t)
	for n, language := range languages() {
		t.Run(language, func(t *testing.T) {
			officer := atLane(t, i.station, person(t, i.station.Part, auth.RoleOfficer, language), language)
			listening(officer)
			if n == 0 {
				before := i.Specimen(t, i.country, "genuine", 40)
				i.reader.Put(t, before.Reading)
				officer.answered()
				officer.WaitFor("#band.not-checked")
				officer.screen("counter-no-trust")
				officer.Press("F4")
				officer.choosesFirst("F4")
				officer.WaitGone("#traveller-name")
				i.trusts()
			}
			genuine := i.Specimen(t, i.country, "genuine", 41+n)
			i.reader.Put(t, genuine.Reading)
			officer.WaitText("#traveller-name", genuine.Document.Bearer.Surname)
			officer.answered()
			officer.WaitFor("#band.no-hit")
			require.Zero(t, browsertest.Eval[int](officer.Page, "document.querySelectorAll('#sources mark').length"))
			officer.Wait("[...document.querySelectorAll('.portraits img')].every(i => i.complete && i.naturalWidth > 0)")
			officer.screen("counter-genuine")
			officer.Press("F2")
			officer.WaitGone("#traveller-name")
			e := i.event(i.lastDecision(t))
			require.Equal(t, border.Admit, e.Decision.Verdict)
			require.Equal(t, genuine.Document.Number, e.Document.Number)
		})
	}
}

// An image of a page from a worn scanner gives the traveller; one without a zone is told, kept, and stands beside what is typed.
func TestAPageComesAsAnImage(t *testing.T) {
	t.Parallel()
	i := newStationOfUtopia(t)
	for n, language := range languages() {
		t.Run(language, func(t *testing.T) {
			officer := atLane(t, i.station, person(t, i.station.Part, auth.RoleOfficer, language), language)
			listening(officer)
			genuine := i.Specimen(t, i.country, "genuine", 50+n)
			drawn, err := genuine.Pages[0].Draw(reader.White, 200)
			require.NoError(t, err)
			scanned, err := pages.Degrade(drawn, pages.Damage{Noise: 6, Blur: 0.6, Rotation: 1.5, Quality: 80}, 7)
			require.NoError(t, err)
			officer.hands(t, scanned)
			officer.WaitText("#traveller-name", genuine.Document.Bearer.Surname)
			officer.answered()
			officer.screen("counter-upload")
			officer.Press("F4")
			officer.choosesFirst("F4")
			officer.WaitGone("#traveller-name")
			e := i.event(i.lastDecision(t))
			require.Equal(t, genuine.Document.Number, e.Document.Number)
			require.True(t, names(e, border.ExhibitPage))

			officer.hands(t, photograph(t))
			officer.Wait("location.pathname === '/counter/typed'")
			officer.Wait("document.querySelector('#handed')?.naturalWidth > 0")
			officer.sound("upload-without-zone")
			for _, text := range []string{"P", "UTO", fmt.Sprintf("QX88880%02d", n), world.SeedName, "BY HAND", "UTO", "1990-12-01", "X", "2031-01-01"} {
				officer.Type(text)
				officer.Press("Tab")
			}
			officer.Press("Enter")
			officer.WaitText("#traveller-name", world.SeedName)
			officer.answered()
			officer.screen("counter-upload-typed")
			officer.Press("F4")
			officer.choosesFirst("F4")
			officer.WaitGone("#traveller-name")
			e = i.event(i.lastDecision(t))
			require.Equal(t, world.SeedName, e.Identity.Surname)
			require.True(t, names(e, border.ExhibitPage), "the image is kept with the typed traveller")
		})
	}
}

// hands chooses an image of a page at the counter.
func (p page) hands(t *testing.T, data []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.jpg")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	p.Do(chromedp.SetUploadFiles("#image", []string{file}))
}

// photograph is a picture of something that is no page.
func photograph(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 600, 400))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.Gray{200}), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(100, 80, 300, 320), image.NewUniform(color.Gray{90}), image.Point{}, draw.Src)
	var file bytes.Buffer
	require.NoError(t, jpeg.Encode(&file, img, nil))
	return file.Bytes()
}

func names(e border.CrossingEvent, kind border.ExhibitKind) bool {
	return slices.ContainsFunc(e.Exhibits, func(x border.Exhibit) bool { return x.Kind == kind })
}

// While the session is locked the counter's streams rest, and ask nothing in vain; a reading then waits for whoever unlocks. Afterwards
// the counter hears of readings again.
func TestTheStreamsOfALockedCounterRest(t *testing.T) {
	t.Parallel()
	i := newStationOfUtopia(t)
	officer := atLane(t, i.station, person(t, i.station.Part, auth.RoleOfficer, "en"), "en")
	listening(officer)
	officer.Wait("!!document.querySelector('#lane-stream')._htmx?.sse?.reader")
	officer.Press("Control+l")
	officer.AllowConsole("status of 423") // when the stream was faster than the answer to the lock
	officer.WaitFor("dialog.session-gate")
	officer.Wait("(s => !!s?.delayCanceller && s.config.reconnectDelay > 3600000)(document.querySelector('#lane-stream')._htmx?.sse)")
	officer.Type("271828")
	officer.Press("Enter")
	officer.WaitGone("dialog.session-gate")
	officer.Wait("(s => !!s?.reader && s.config.reconnectDelay < 1000)(document.querySelector('#lane-stream')._htmx?.sse)")
	genuine := i.Specimen(t, i.country, "genuine", 60)
	i.reader.Put(t, genuine.Reading)
	officer.WaitText("#traveller-name", genuine.Document.Bearer.Surname)
	officer.answered()
}
