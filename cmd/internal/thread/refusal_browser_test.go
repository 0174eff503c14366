package thread_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// From the counter to the form in the traveller's language and its PDF, by keyboard alone, with two people at two windows: the first
// line refers, the second line takes the case, interviews, and refuses with reasons.
func TestReferInterviewRefuseWithForm(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	station := w.Station(0)
	for n, c := range []struct{ page, form, title, font string }{
		{"en", "ar", "رفض", "Arabic"}, {"ar", "fr", "Refus", "NotoSans"},
	} {
		t.Run(c.form, func(t *testing.T) {
			v := world.NewTraveller(640 + n)
			officer := atLane(t, station, person(t, station.Part, auth.RoleOfficer, c.page), c.page)
			refers(officer, v)
			second := window(t, station.Part, person(t, station.Part, auth.RoleSecondLine, c.page), c.page)
			takes(second, v)
			interviews(second)
			refuses(second, c.form)
			form := second.Text(".sheet")
			require.Contains(t, form, c.title)
			require.Contains(t, form, v.Surname)
			require.Contains(t, form, v.Number)
			require.Equal(t, c.form, browsertest.Eval[string](second.Page, "document.querySelector('.sheet').lang"))
			for _, letter := range []string{"B", "H"} {
				require.Contains(t, form, letter)
			}
			name, pdf := second.Download(func() { second.Press("F3") })
			require.Regexp(t, `\.pdf$`, name)
			require.Equal(t, "%PDF-", string(pdf[:5]))
			require.Contains(t, string(pdf), c.font, "in letters of the form's language")
			require.NotContains(t, name, v.Surname)
			require.Equal(t, n+1, station.Count(t, `SELECT FROM refusal_print`))
			require.Equal(t, n+1, station.Count(t, `SELECT FROM decision WHERE verdict = 'refuse' AND referral IS NOT NULL`))
			require.Zero(t, station.Count(t, `SELECT FROM referral WHERE closed_at IS NULL`))
		})
	}
}

// refers scans the traveller's passport and sends him to the second line.
func refers(p page, v world.Traveller) {
	p.t.Helper()
	p.Scan(v.MRZ(p.t), "\r")
	p.WaitText("#traveller-name", v.Surname)
	p.WaitFor("#band.no-hit")
	p.Press("F4")
	p.WaitFocus("#reason")
	p.screen("counter-refer")
	p.chooses("#reason", "document_doubt")
	p.Press("F4")
	p.WaitGone("#traveller-name")
}

// takes begins at the queue and takes the traveller who has waited longest.
func takes(p page, v world.Traveller) {
	p.t.Helper()
	p.Wait("location.pathname === '/secondline'")
	p.WaitText("#queue", v.Surname)
	p.sound("queue")
	p.Press("F1")
	p.Wait("document.readyState === 'complete' && !!document.querySelector('#case .keybar [data-hotkey=F4]')")
	require.Contains(p.t, p.Text("#band"), v.Surname)
	p.screen("case")
}

// interviews keeps a question and its answer.
func interviews(p page) {
	p.t.Helper()
	p.Press("F4")
	p.WaitFocus("#in-question")
	p.screen("interview")
	p.Type("Who gave you this passport?")
	p.Press("Tab")
	p.Type("A man in the city.")
	p.chooses("#in-language", "fr")
	p.Press("Control+Enter")
	p.WaitText(".journal", "A man in the city.")
	p.screen("interviewed")
}

// refuses refuses for B and H with a form in the language, which opens by itself.
func refuses(p page, language string) {
	p.t.Helper()
	p.Press("F8")
	p.WaitFocus("[name=reasons][value=A]")
	p.screen("refuse")
	for _, letter := range []string{"B", "H"} {
		p.TabTo(fmt.Sprintf("[name=reasons][value=%s]", letter))
		p.Press(" ")
	}
	p.chooses("#in-language", language)
	p.chooses("#in-signature", refusal.RefusedToSign)
	p.Press("Control+Enter")
	p.Wait("location.pathname.startsWith('/refusals/') && document.readyState === 'complete'")
	p.WaitFocus("button[data-hotkey=F2]")
	p.sound("form-" + language)
}

// choosesFirst waits for the question why, takes the first reason and confirms it with the key.
func (p page) choosesFirst(key string) {
	p.t.Helper()
	p.WaitFocus("#reason")
	p.Press("ArrowDown")
	p.Wait("document.getElementById('reason').value !== ''")
	p.Press(key)
}

// chooses goes to a list of options and on to the one with the value.
func (p page) chooses(selector, value string) {
	p.t.Helper()
	p.TabTo(selector)
	for n := 0; p.Value(selector) != value; n++ {
		require.Less(p.t, n, 40, "%s has no %s", selector, value)
		p.Press("ArrowDown")
	}
}
