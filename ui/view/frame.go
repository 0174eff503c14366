package view

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/text"
)

// Frame is what a page needs to know of the request and of the program to draw what stands round its content.
type Frame struct {
	// Program is the name in the header, Place where this is ("Lanet airport · lane 3"); Place may be empty.
	Program text.Key
	Place   string
	// User is who is signed in; the zero user when nobody is. Locked tells that the session waits for the PIN.
	User   auth.User
	Locked bool
	// Language of the page; Path is where the person is, with its query, to come back to.
	Language text.Language
	Path     string
	// Nav are the pages the person may open.
	Nav []NavItem
	// Status stands in the header of every page of the program (state of the link, age of the lists); may be nil.
	Status templ.Component
	// Asset gives the served path of a built-in file.
	Asset func(name string) string
	// Partial asks pages for their content alone, without what stands round it.
	Partial bool
	// IdleAfter is how long without a key or a click before the browser locks the session; 0 for never.
	IdleAfter time.Duration
	// Now is the time of the request, from which ages are counted.
	Now time.Time
}

// SignedIn reports whether somebody is, locked or not.
func (f Frame) SignedIn() bool { return f.User.Login != "" }

// NavItem is one page in the header. Need is the permission without which it is not shown. Beside stands after the label, such as a
// number that asks for itself anew; may be nil. Seldom puts it in the menu behind the others: a header holds five pages.
type NavItem struct {
	Href   string
	Label  text.Key
	Need   auth.Permission
	Beside templ.Component
	Seldom bool
}

// nav are the pages of the header, or those of the menu behind it.
func (f Frame) nav(seldom bool) (items []NavItem) {
	for _, item := range f.Nav {
		if item.Seldom == seldom {
			items = append(items, item)
		}
	}
	return items
}

type frameKey struct{}

// WithFrame carries the frame to the components of a page.
func WithFrame(ctx context.Context, f Frame) context.Context {
	return context.WithValue(ctx, frameKey{}, f)
}

// FrameOf is the frame that WithFrame put in, or a bare one in which every asset has the empty path.
func FrameOf(ctx context.Context) Frame {
	if f, ok := ctx.Value(frameKey{}).(Frame); ok {
		return f
	}
	return Frame{Language: text.English, Asset: func(string) string { return "" }}
}
