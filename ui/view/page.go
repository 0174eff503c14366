package view

import (
	"context"
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/ui/text"
)

// Page is what a page says of itself to the layout.
type Page struct {
	Title text.Key
	// TitleArgs fill the title's places. They stand in the browser's history: never a person's data.
	TitleArgs []any
	// Narrow is for a form of one column; OneScreen for a counter, which never scrolls.
	Narrow    bool
	OneScreen bool
	// Scripts and Styles are further built-in files, by name ("wedge.js", "uPlot.min.css").
	Scripts []string
	Styles  []string
	// Footer stands in the footer: usually the function keys. May be nil.
	Footer templ.Component
}

// Note: what stands in the footer must be usable without scrolling to it.

func (p Page) bodyClass() string {
	if p.OneScreen {
		return "one-screen"
	}
	return ""
}

func (p Page) mainClass() string {
	if p.Narrow {
		return "narrow"
	}
	return ""
}

// scripts are the files of every page, in the order in which they must run, then the page's own.
func (p Page) scripts() []string {
	return append([]string{"htmx.min.js", "hx-csp.min.js", "hx-sse.min.js", "app.js"}, p.Scripts...)
}

func (p Page) styles() []string { return append([]string{"app.css"}, p.Styles...) }

// htmxConfig: extensions is an allow-list; the indicator's style would offend the content security policy; streams go on in
// a hidden tab, since a hit must not wait for somebody to look; a lost stream is tried again within five seconds.
const htmxConfig = `{"includeIndicatorCSS":false,"extensions":"hx-csp,sse","sse":{"pauseOnBackground":false,"reconnectMaxDelay":5000}}`

func idleSeconds(f Frame) string {
	if !f.SignedIn() || f.Locked || f.IdleAfter <= 0 {
		return ""
	}
	return fmt.Sprint(int(f.IdleAfter.Seconds()))
}

func isCurrent(f Frame, item NavItem) bool {
	path, _, _ := strings.Cut(f.Path, "?")
	return path == item.Href || item.Href != "/" && strings.HasPrefix(path, item.Href+"/")
}

// roleKey is the word for the signed-in person's role.
func roleKey(f Frame) text.Key { return text.Key("frame.role." + string(f.User.Role)) }

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }
