package shifts_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// settled waits until Enter and Tab are no longer taken for a reader's.
func settled(p *browsertest.Page) {
	p.Wait(fmt.Sprintf("performance.now() > %f", browsertest.Eval[float64](p, "performance.now()")+300))
}

func TestAShiftByKeyboardAlone(t *testing.T) {
	for _, language := range []string{"en", "ar", "fr", "es"} {
		t.Run(language, func(t *testing.T) { shiftByKeyboard(t, language) })
	}
}

func shiftByKeyboard(t *testing.T, language string) {
	s := open(t)
	officer := s.Person(t, auth.RoleOfficer, "amira", language)
	sara := s.Person(t, auth.RoleSupervisor, "sara", language)
	tariq := s.Person(t, auth.RoleSupervisor, "tariq", language)
	p := browsertest.Open(t, language)
	check := func(name string) {
		t.Helper()
		p.Screenshot("shift-" + name + "-" + language)
		p.CheckAccessible()
		p.CheckNoSidewaysScroll()
		require.NotContains(t, p.Text("body"), "⟦", "a text is missing")
	}

	s.SignIn(p, sara)
	p.WaitFor("#begin")
	check("none")
	p.WaitFocus("[name=team]")
	p.Press(" ", "F2") // amira is the first of the list
	p.WaitFor(".message.success")
	id := s.running(t)
	require.Equal(t, 1, s.count(t, "shift_member where shift_id = $1 and person = 'amira'", id))

	counter := s.SignedIn(t, officer)
	require.Equal(t, "/counter", s.post(t, counter, "/counter/lane", "lane", "1").Header.Get("Location"), "nothing to read yet")
	s.Clock.Pass(2 * time.Minute)
	s.decide(t, "A1", border.Entry, border.Decision{Verdict: border.Admit})
	s.decide(t, "A2", border.Exit, border.Decision{Verdict: border.Admit})
	referred := s.decide(t, "A3", border.Entry, border.Decision{Verdict: border.Refer, Reason: "hit"})

	p.Press("Control+F2") // an occurrence in two acts: the key, and the form
	p.WaitFocus("#field-kind")
	check("note")
	settled(p)
	p.Press("ArrowDown", "Tab")
	p.Type("the queue reached the door")
	p.Press("Enter")
	p.WaitFor(".message.success")
	require.Equal(t, 1, s.count(t, "shift_note where kind = 'congestion' and by = 'sara'"))
	check("now")
	p.CheckOneScreen()
	require.NotContains(t, p.Text("body"), "SECRETNAME")

	p.TabTo("a.button.main")
	p.Press("Enter")
	p.WaitFocus("#field-note")
	check("blocked")
	require.Contains(t, p.Text("#blocks"), referred.String()[:8])
	p.Type("gate 3 is being repaired")
	p.AllowConsole("status of 409")
	p.Press("F2")
	p.WaitFor(".message.error")
	check("refused")
	require.Equal(t, "gate 3 is being repaired", p.Value("#field-note"), "what was written stays")
	require.Equal(t, id, s.running(t))

	s.Clock.Pass(time.Minute)
	s.closeCase(t, referred)
	s.Clock.Pass(time.Minute)
	p.Press("F2")
	p.WaitFor("#handover-sign")
	p.WaitFocus("#field-witness")
	check("sign")
	require.Equal(t, "1", p.Text("#figure-entries"))
	require.Equal(t, "1", p.Text("#figure-exits"))
	require.Equal(t, "1", p.Text("#figure-referrals"))

	p.AllowConsole("status of 422")
	p.Type("sara")
	p.Press("Tab")
	p.Type(sara.PIN)
	p.AllowConsole("status of 403")
	p.Press("F4")
	p.WaitFor(".field.wrong")
	require.Equal(t, 0, s.count(t, "shift where signed_by <> ''"), "nobody signs for himself")
	browsertest.Eval[bool](p, "document.getElementById('field-witness').value = '', document.getElementById('field-witness').focus(), true")
	p.Type("tariq")
	p.Press("Tab")
	p.Type(tariq.PIN)
	p.Press("F4")
	p.Wait("location.pathname === '/shifts'")
	p.WaitFor(".message.success")
	require.Equal(t, 1, s.count(t, "shift where id = $1 and signed_by = 'tariq' and offered_by = 'sara'", id))

	p.Goto(s.URL + "/shifts/" + id.String())
	p.WaitFor("#section-traffic")
	check("register")
	require.Contains(t, p.Text("#section-traffic"), "UTO")
	require.Contains(t, p.Text("#section-occurrences"), "the queue reached the door")
	require.Contains(t, p.Text("#section-lanes"), "Amira Testperson")
	require.NotContains(t, p.Text("body"), "SECRETNAME")

	answer := s.post(t, counter, "/counter/lane", "lane", "2")
	require.Equal(t, http.StatusSeeOther, answer.Status)
	require.Equal(t, "/shifts/"+id.String()+"/handover", answer.Header.Get("Location"), "who takes a lane reads the hand-over first")
}
