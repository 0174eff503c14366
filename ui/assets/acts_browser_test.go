package assets_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/ui/assets"
)

// desk is a screen that renews itself while somebody works at it. Its server answers when the test lets it.
type desk struct {
	mu   sync.Mutex
	asks map[string]chan struct{}
}

// ask is the gate that the request for a path passes; asked tells that the request has come.
func (d *desk) gate(name string) chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.asks[name] == nil {
		d.asks[name] = make(chan struct{})
	}
	return d.asks[name]
}

const deskPage = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Desk</title>
<meta name="htmx-config" content='{"includeIndicatorCSS":false}'><link rel="icon" href="data:,">
<script defer src="%s"></script><script defer src="%s"></script></head><body><main>%s</main></body></html>`

// deskPart is the part that is renewed, with what it shows.
func deskPart(shows string) string {
	return `<div id="desk" data-shows="` + shows + `" hx-get="/desk/renewed" hx-trigger="finding" hx-target="#desk" hx-swap="outerHTML">
<button hx-get="/desk/question" hx-target="#desk" hx-swap="outerHTML" data-hotkey="F4">Question</button>
<form hx-post="/desk/decided" hx-target="#desk" hx-swap="outerHTML"><button data-hotkey="F2">Decide</button></form></div>`
}

func openDesk(t *testing.T) (*browsertest.Page, *desk) {
	t.Helper()
	files, err := assets.New()
	require.NoError(t, err)
	d := &desk{asks: map[string]chan struct{}{}}
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, files)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, deskPage, files.URL("htmx.min.js"), files.URL("app.js"), deskPart("first"))
	})
	mux.HandleFunc("/desk/{name}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		for range 2 { // it has come; it may go on
			select {
			case d.gate(name) <- struct{}{}:
			case <-r.Context().Done():
				return
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, deskPart(name))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p := browsertest.Open(t, "en")
	p.Goto(server.URL + "/")
	p.Wait("window.htmx && document.querySelector('#desk[data-htmx-powered]')")
	// Every answer that has been dealt with is noted: nothing follows that could show it later.
	browsertest.Eval[bool](p, `(globalThis.over = [], document.addEventListener("htmx:finally:request", e => over.push(e.detail.ctx.request.action)), true)`)
	return p, d
}

func (d *desk) answer(p *browsertest.Page, name string) {
	<-d.gate(name)
	p.Wait(fmt.Sprintf("over.includes('/desk/%s')", name))
}

const renew = "htmx.trigger('#desk', 'finding') || true"

func shows(p *browsertest.Page) string {
	return browsertest.Eval[string](p, "document.getElementById('desk').dataset.shows")
}

// A key is not lost when the screen renews itself before the key's answer is there.
func TestAKeyOutlivesARenewalOfTheScreen(t *testing.T) {
	p, d := openDesk(t)
	p.Press("F4")
	<-d.gate("question")
	browsertest.Eval[bool](p, renew)
	<-d.gate("renewed")
	d.answer(p, "renewed")
	require.Equal(t, "renewed", shows(p))
	d.answer(p, "question")
	require.Equal(t, "question", shows(p))
}

// What the screen asked by itself does not come over the answer to a key.
func TestARenewalDoesNotComeOverAnAnswer(t *testing.T) {
	p, d := openDesk(t)
	browsertest.Eval[bool](p, renew)
	<-d.gate("renewed")
	p.Press("F4")
	<-d.gate("question")
	d.answer(p, "question")
	d.answer(p, "renewed")
	require.Equal(t, "question", shows(p))
}

// The last of two acts is what the screen shows, however late the first one's answer comes.
func TestTheLastActIsShown(t *testing.T) {
	for _, order := range [][2]string{{"question", "decided"}, {"decided", "question"}} {
		p, d := openDesk(t)
		p.Press("F4")
		<-d.gate("question")
		p.Press("F2")
		<-d.gate("decided")
		d.answer(p, order[0])
		d.answer(p, order[1])
		require.Equal(t, "decided", shows(p), "answers in the order %v", order)
	}
}

// A button that stands outside of its form waits for htmx as the form would: sent by the browser alone it would load the whole page, and the
// keys that follow would be lost.
func TestAKeyWaitsForTheFormOfItsButton(t *testing.T) {
	p, d := openDesk(t)
	browsertest.Eval[bool](p, `(addEventListener("submit", e => globalThis.plain = !e.defaultPrevented),
		document.querySelector("main").insertAdjacentHTML("beforeend", '<form id="far" hx-post="/desk/decided" hx-target="#desk" hx-swap="outerHTML">' +
			'</form><button form="far" data-hotkey="F6">Save</button>'), true)`)
	p.Press("F6")
	require.True(t, browsertest.Eval[bool](p, "!('plain' in globalThis)"), "sent before htmx has the form")
	browsertest.Eval[bool](p, `(htmx.process(document.getElementById("far")), true)`)
	p.Wait("globalThis.plain === false")
	<-d.gate("decided")
	d.answer(p, "decided")
	p.WaitFor("#desk[data-shows=decided]")
}
