package readers_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// misread is the zone with the first digit of the birth date read as a letter.
func misread() string { return strings.Replace(zone, "UTO7408122F", "UTO74O8122F", 1) }

func TestAMisreadZoneIsRepairedByKeyAndShowsIt(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			_, token := s.device(t, "Desk 1")
			p := s.atLane(t, language)
			got := s.post(t, token, []byte(`{"id": "a", "mrz": "`+strings.ReplaceAll(misread(), "\n", `\n`)+`"}`))
			require.Equal(t, "opened", got.State, got)
			p.WaitFor("a.ask-repair")
			p.Wait("!document.querySelector('#stream')")
			require.Empty(t, p.Text("#repaired"), "nothing is repaired by itself")

			p.Press("Alt+r")
			p.WaitFor("form.question.repair")
			p.WaitFocus("#proposal")
			p.Screenshot("repair-offered-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			require.Contains(t, p.Text("#proposal"), "O")
			p.Press("Enter")
			p.WaitFor("#repaired")
			p.Wait("!document.querySelector('#stream')")
			p.Screenshot("repair-done-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			require.Equal(t, 1, s.count(t, "select count(*) from audit where object_kind = 'inspection' and decision = 'repair'"))
			require.Equal(t, 1, s.count(t, "select count(*) from scan where mrz = $1", misread()), "the zone stays as it was read")

			p.Press("F2") // a repaired zone asks for a reason
			p.WaitFor("form.question.admit")
			p.Press("ArrowDown", "ArrowDown", "Enter")
			p.WaitGone("#traveller-name")
			require.Equal(t, 1, s.count(t, "select count(*) from finding where evidence::text like '%character.repaired%'"))
		})
	}
}
