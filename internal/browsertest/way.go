package browsertest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
)

// mostTabs bounds the way to an element: nobody goes further by keyboard.
const mostTabs = 120

// TabTo presses Tab until the element that the selector finds has the focus, as somebody without a mouse goes there.
func (p *Page) TabTo(selector string) {
	p.t.Helper()
	p.WaitFor(selector)
	for range mostTabs {
		if Eval[bool](p, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
		p.Press("Tab")
	}
	require.FailNow(p.t, "the keyboard does not get there", "%s on %s", selector, p.Path())
}

// until waits until the condition, which is not the page's, holds.
func (p *Page) until(condition func() bool, what string) {
	p.t.Helper()
	require.Eventually(p.t, condition, patience, 10*time.Millisecond, what)
}
