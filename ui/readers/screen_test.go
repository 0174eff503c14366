package readers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
)

func TestAReadingAppearsByItself(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			_, token := s.device(t, "Desk 1")
			p := s.atLane(t, language)
			p.Screenshot("reader-ready-" + language)

			got := s.send(t, token, s.reading(t, "genuine"))
			require.Equal(t, 200, got.Status, got)
			require.Equal(t, "opened", got.State)
			p.WaitFor("#sources")
			p.Wait("!document.querySelector('#stream')") // every check has answered
			p.WaitFor("#portrait-page")
			p.WaitFor("#portrait-chip")
			p.Wait("[...document.querySelectorAll('.portraits img')].every(i => i.complete && i.naturalWidth > 0)")
			p.Screenshot("reader-genuine-" + language)
			require.False(t, browsertest.Eval[bool](p, "!!document.querySelector('#sources mark')"), "nothing differs")
			require.True(t, browsertest.Eval[bool](p, "!!document.querySelector('#simulated-device')"), "a simulated device says so")
			p.CheckAccessible()
			p.CheckOneScreen()

			p.Press("Alt+d")
			p.WaitFor("#details")
			p.WaitFor("#step-chip-sod_signature .no-hit")
			p.Screenshot("reader-details-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			p.Press("Escape")
			p.WaitFor("#sources")

			second := s.send(t, token, s.reading(t, "card"))
			require.Equal(t, "opened", second.State, second)
			p.WaitFor(".waiting li")
			p.Screenshot("reader-waiting-" + language)
		})
	}
}

func TestAForgedPassportShowsWhereItDiffers(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			_, token := s.device(t, "Desk 1")
			p := s.atLane(t, language)
			require.Equal(t, "opened", s.send(t, token, s.reading(t, "forged_mrz")).State)
			p.WaitFor("#row-document_number.differs")
			p.Wait("!document.querySelector('#stream')")
			p.Screenshot("reader-forged-" + language)
			require.True(t, browsertest.Eval[bool](p, "document.querySelectorAll('#row-document_number mark').length >= 3"), "in each source")
			require.NotEmpty(t, browsertest.Eval[string](p, "document.querySelector('#row-document_number td .out-of-sight').textContent"))
			p.WaitFor("#band.hit")
			p.CheckAccessible()
			p.CheckOneScreen()
			p.Press("Alt+d")
			p.WaitFor("#step-viz-document_number .hit")
			p.Screenshot("reader-forged-details-" + language)
			p.CheckAccessible()
			p.Press("Escape")
			p.WaitFor("#sources")

			p.Press("F4")
			p.WaitFor("form.question.refer")
			p.Press("ArrowDown", "ArrowDown", "Enter")
			p.WaitGone("#traveller-name")
			require.Equal(t, 1, s.count(t, "select count(*) from decision where verdict = 'refer'"))
			require.Positive(t, s.count(t, "select count(*) from finding where evidence::text like '%step.viz.document_number%'"))
		})
	}
}
