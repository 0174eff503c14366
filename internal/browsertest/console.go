package browsertest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// settled marks the end of what the page has said; console messages come in order.
const settled = "browsertest: settled"

// listen keeps what the browser complains of. Reports of the content security policy come as errors too.
func (p *Page) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for m, err := range messages {
		if err != nil || m.Text == settled {
			return
		}
		if m.IsException() || m.Type == "error" || m.Type == "warning" || m.Source == "security" {
			p.mu.Lock()
			p.console = append(p.console, strings.TrimSpace(fmt.Sprintf("%s: %s %s", m.Type, m.Text, m.URL)))
			p.mu.Unlock()
		}
	}
}

// AllowConsole lets complaints pass that contain the text: for tests of failures, which the browser reports as such.
func (p *Page) AllowConsole(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = append(p.allowed, text)
}

// settleWithin is how long a page gets to say all that it has to say. A page that hangs, or is on its way elsewhere, never does.
const settleWithin = 10 * time.Second

func (p *Page) settleConsole() {
	ctx, cancel := context.WithTimeout(p.ctx, settleWithin)
	defer cancel()
	// When the page is gone already there is nothing left to settle.
	err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void]("console.log('"+settled+"')"))
	if errors.Is(err, context.DeadlineExceeded) {
		assert.Fail(p.t, "the page does not answer at the end of its test")
	}
}

func (p *Page) checkConsole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(p.console), func(line string) bool {
		return slices.ContainsFunc(p.allowed, func(text string) bool { return strings.Contains(line, text) })
	})
	assert.Empty(p.t, left, "the browser complained")
}
