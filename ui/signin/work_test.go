package signin_test

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// workPage stands for a program's own page: a form that htmx sends, and an event stream.
func workPage() templ.Component {
	content := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		nonce := templ.GetNonce(ctx)
		_, err := io.WriteString(w, `<h1>Work</h1>
			<form hx-post="/work" hx-target="#answer" hx-nonce="`+nonce+`"><label for="note">Note</label><input id="note" name="note">
			<button class="main" data-hotkey="F2">Send <kbd>F2</kbd></button></form>
			<div id="answer"></div>
			<div hx-sse:connect="/work/events" hx-nonce="`+nonce+`" id="events"></div>`)
		return err
	})
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return view.Layout(view.Page{Title: text.FrameStation}).Render(templ.WithChildren(ctx, content), w)
	})
}

// events waits until the stream ends.
func events(c *web.Context) error {
	return c.Stream(func(ctx context.Context, send func(web.Event) error) error {
		if err := send(web.Event{ID: "1", Name: "hello", Data: "there"}); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
}
