package browsertest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience is how long a page may take to come to what a test waits for. It is generous because machines are shared; no test
// passes or fails by how fast something was.
const patience = time.Minute

// Page is one tab with cookies of its own.
type Page struct {
	t   testing.TB
	ctx context.Context //nolint:containedctx // chromedp's handle on the tab

	mu      sync.Mutex
	console []string
	allowed []string
}

// Open opens a page of 1366x768 that asks for the language (a BCP 47 tag). When the test ends, anything that the browser has
// complained of on the way (console errors, offences against the content security policy, uncaught exceptions) fails it.
func Open(t testing.TB, language string) *Page {
	t.Helper()
	parent, err := shared.context()
	require.NoError(t, err)
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	p := &Page{t: t, ctx: ctx}
	messages := chromedp.Console(ctx)
	var reading sync.WaitGroup
	reading.Go(func() { p.listen(messages) })
	t.Cleanup(func() {
		p.settleConsole()
		cancel()
		reading.Wait()
		p.checkConsole()
	})
	p.Do(chromedp.EmulateViewport(1366, 768), acceptLanguage(language))
	return p
}

func acceptLanguage(tag string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": tag},
		})
		return err
	})
}

// Do runs chromedp's own actions, for what this package does not offer.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	require.NoError(p.t, chromedp.Do(ctx, actions...))
}

// Run runs one of chromedp's actions and gives its value.
func Run[T any](p *Page, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	require.NoError(p.t, err)
	return value
}

// Eval evaluates JavaScript in the page, awaiting a promise.
func Eval[T any](p *Page, script string) T {
	p.t.Helper()
	return Run(p, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// read evaluates JavaScript that changes nothing, again when the page went elsewhere meanwhile: the next page is asked then.
func read[T any](p *Page, script string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
		if err == nil || ctx.Err() != nil || !moved(err) {
			require.NoError(p.t, err)
			return value
		}
		p.Wait("document.readyState === 'complete'")
	}
}

// moved tells what an evaluation says when the page under it is replaced by another.
func moved(err error) bool {
	for _, words := range []string{"navigated or closed", "context was destroyed", "Cannot find context", "Cannot find default execution context"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}

// Goto opens the address and waits until the page and its scripts are there.
func (p *Page) Goto(url string) {
	p.t.Helper()
	p.Do(chromedp.Navigate(url))
	p.Wait("document.readyState === 'complete'")
}

// Size sets the size of the window's inside, in CSS pixels.
func (p *Page) Size(width, height int64) {
	p.t.Helper()
	p.Do(chromedp.EmulateViewport(width, height))
}

// Wait waits until the JavaScript expression is true, over navigations too.
func (p *Page) Wait(condition string) {
	p.t.Helper()
	deadline, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		// A navigation in between makes an evaluation fail; the next one asks the new page.
		ok, err := chromedp.Run(deadline, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		if err == nil && ok {
			return
		}
		select {
		case <-deadline.Done():
			require.FailNow(p.t, "the page did not come to it", "%s\nlast error: %v\nthe page shows:\n%s", condition, err, p.visible())
		case <-tick.C:
		}
	}
}

// visible is the text of the page, for messages of failed tests.
func (p *Page) visible() string {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname + '\\n' + document.body.innerText"))
	if err != nil {
		return fmt.Sprintf("(unknown: %v)", err)
	}
	return text
}

// WaitFor waits until an element that the CSS selector finds is on the page and not out of sight.
func (p *Page) WaitFor(selector string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.checkVisibility({visibilityProperty: true}))", selector))
}

// WaitGone waits until nothing that the CSS selector finds is left in sight.
func (p *Page) WaitGone(selector string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf("![...document.querySelectorAll(%q)].some(e => e.checkVisibility({visibilityProperty: true}))", selector))
}

// WaitFocus waits until the element that the selector finds has the focus.
func (p *Page) WaitFocus(selector string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf("document.activeElement === document.querySelector(%q)", selector))
}

// WaitText waits until the text stands somewhere in the element.
func (p *Page) WaitText(selector, text string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, text))
}

// Text is the visible text of the first element that the selector finds; empty when there is none.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return strings.TrimSpace(read[string](p, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector)))
}

// Value is what the field holds.
func (p *Page) Value(selector string) string {
	p.t.Helper()
	return read[string](p, fmt.Sprintf("document.querySelector(%q)?.value ?? ''", selector))
}

// Path is the path and query at which the page is.
func (p *Page) Path() string {
	p.t.Helper()
	return read[string](p, "location.pathname + location.search")
}
