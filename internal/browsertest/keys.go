package browsertest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// named are the keys that Press knows beside single characters.
func named() map[string]string {
	return map[string]string{
		"Tab": kb.Tab, "Enter": kb.Enter, "Escape": kb.Escape, "Space": " ", "Backspace": kb.Backspace,
		"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
		"F1": kb.F1, "F2": kb.F2, "F3": kb.F3, "F4": kb.F4, "F5": kb.F5, "F6": kb.F6, "F7": kb.F7, "F8": kb.F8,
		"F9": kb.F9, "F10": kb.F10, "F11": kb.F11,
	}
}

// Press presses keys one after the other: "Tab", "F2", "Enter", "a", or with modifiers "Control+l", "Shift+Tab".
func (p *Page) Press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		var modifiers []chromedp.Modifier
		parts := strings.Split(key, "+")
		for _, modifier := range parts[:len(parts)-1] {
			modifiers = append(modifiers, map[string]chromedp.Modifier{
				"Control": chromedp.ModifierCtrl, "Shift": chromedp.ModifierShift, "Alt": chromedp.ModifierAlt,
			}[modifier])
		}
		last := parts[len(parts)-1]
		p.reach(key)
		if code, ok := named()[last]; ok {
			last = code
		}
		p.Do(chromedp.KeyEvent(last, chromedp.KeyModifiers(modifiers...)))
	}
}

// reach waits until the page offers what the key is for, as a person looks before the hand moves. A key that the page has no use for is
// pressed all the same.
func (p *Page) reach(key string) {
	if !strings.HasPrefix(key, "F") && !strings.Contains(key, "+") || strings.HasPrefix(key, "Shift+") {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, settleTime)
	defer cancel()
	for ctx.Err() == nil {
		// A page that is just replaced by another gives an error; the next one is asked then.
		if there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(offers, key))); err == nil && there {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// offers: a control that can be used has the key; behind a dialog nothing can.
const offers = `(() => { const scope = document.querySelector("dialog:modal") || document;
	return [...scope.querySelectorAll("[data-hotkey]")].some((e) => e.dataset.hotkey === %q && !e.disabled && e.getClientRects().length > 0); })()`

// Quiet lets a moment pass in the page, as a person takes one between two acts: an Enter so soon after a scan is the reader's.
func (p *Page) Quiet() {
	p.t.Helper()
	p.Wait(fmt.Sprintf("performance.now() > %f", read[float64](p, "performance.now()")+300))
}

// Type types text wherever the focus is.
func (p *Page) Type(text string) {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(text))
}

// readerPace is the distance of a reader's keys. It stands in the events, so that a busy machine does not make a reader slow.
const readerPace = time.Millisecond

// Scan types as a document reader does: every character as a real key event of the browser, then the suffix ("\r", "\t" or
// none). Line breaks in the text are sent as the Enter key.
func (p *Page) Scan(text, suffix string) {
	p.t.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		at := time.Now()
		for _, r := range strings.ReplaceAll(text, "\n", "\r") + suffix {
			if err := strike(ctx, t, string(r), at); err != nil {
				return err
			}
			at = at.Add(readerPace)
		}
		return nil
	}))
}

// strike sends one key down and up. Enter and Tab carry their names and no letter.
func strike(ctx context.Context, t *chromedp.Target, char string, at time.Time) error {
	down := input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeKeyDown, Key: char, Text: char, Timestamp: input.TimeSinceEpoch(float64(at.UnixNano()) / 1e9),
	}
	switch char {
	case "\r":
		down.Key, down.Code, down.WindowsVirtualKeyCode = "Enter", "Enter", 13
	case "\t":
		down.Type, down.Key, down.Code, down.Text, down.WindowsVirtualKeyCode = input.DispatchKeyEventTypeRawKeyDown, "Tab", "Tab", "", 9
	}
	up := down
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	for _, event := range []input.DispatchKeyEventParams{down, up} {
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, event); err != nil {
			return fmt.Errorf("striking a key: %w", err)
		}
	}
	return nil
}

// Focus describes the focused element: its id, else its name, else its tag and text.
func (p *Page) Focus() string {
	p.t.Helper()
	return Eval[string](p, `(() => { const e = document.activeElement;
		return e.id ? '#' + e.id : e.name ? e.tagName.toLowerCase() + '[' + e.name + (e.value && e.tagName === 'BUTTON' ? '=' + e.value : '') + ']'
			: e.tagName.toLowerCase() + ':' + e.innerText.trim().replace(/\s+/g, ' '); })()`)
}

// Walk presses Tab until the focus comes round to the page's start, and gives what had the focus, in order. Each must be in
// sight and show that it has the focus.
func (p *Page) Walk() []string {
	p.t.Helper()
	const most = 200
	Eval[bool](p, "document.activeElement.blur(), window.getSelection()?.removeAllRanges(), true")
	var way []string
	for range most {
		p.Press("Tab")
		if Eval[bool](p, "document.activeElement === document.body || !document.hasFocus()") {
			return way
		}
		at := p.Focus()
		if len(way) > 0 && at == way[0] {
			return way
		}
		require.True(p.t, Eval[bool](p, focusShows), "the focus on %s cannot be seen", at)
		way = append(way, at)
	}
	require.FailNow(p.t, "the focus does not come round", "%v", way)
	return nil
}

// focusShows: the focused element lies inside the window and has an outline of at least two pixels.
const focusShows = `(() => { const e = document.activeElement; const r = e.getBoundingClientRect(); const s = getComputedStyle(e);
	return r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth
		&& s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; })()`
