package simulator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

// The page works by keyboard alone in a real browser, under its content security policy.
func TestPageByKeyboard(t *testing.T) {
	r, server := desk(t)
	p := browsertest.Open(t, "en")
	p.Goto(server.URL + "/")
	p.WaitText("h1", "SIMULATED READER")
	p.CheckAccessible()
	p.WaitFocus("input[name=person]")
	p.Type("L898902C3")
	p.TabTo("select[name=finger_right_index]")
	p.Type("m") // missing
	p.TabTo("input[name=no_finger]")
	p.TabTo("select[name=failure]")
	p.Type("102")
	p.TabTo("select[name=tamper]")
	p.Type("with") // a broken chain of hashes
	p.TabTo("button[accesskey=k]")
	p.Screenshot("capture-agent")
	p.Press("Enter")
	p.Wait(`document.querySelector("select[name=failure] option[value='102'][selected]") !== null`)
	require.Equal(t, simulator.Knobs{
		Person: "L898902C3", Fingers: map[biometrics.Position]simulator.Lies{biometrics.RightIndex: simulator.Missing}, Failure: 102, Tamper: simulator.Chain,
	}, r.Knobs())
	p.Walk()
	p.CheckNoSidewaysScroll()
	p.TabTo("button[accesskey=r]")
	p.Press("Enter")
	p.Wait(`document.querySelector("select[name=failure] option[value='0'][selected]") !== null`)
	require.Equal(t, simulator.Knobs{Person: "L898902C3"}, r.Knobs())
}
