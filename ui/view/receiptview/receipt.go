package receiptview

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/traveldoc/seal/qr"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

// Papers are the kinds of paper, by their class in the style sheet.
func Papers() []string { return []string{"roll", "a4"} }

// Ask is the page that asks for the language and the paper of a copy.
type Ask struct {
	Crossing receipt.Crossing
	Language text.Language // chosen or offered
	Paper    string
}

// Copy is one printed copy, ready to print.
type Copy struct {
	Receipt receipt.Receipt
	Code    qr.Code
	// Printer writes in the traveller's language, in the zone of the crossing.
	Printer *text.Printer
	Paper   string
	// PrintNow opens the browser's printing as soon as the page is there.
	PrintNow bool
	Post     view.Post
}

// Verification is the page that verifies.
type Verification struct {
	Keys   int
	Result *receipt.Verified // nil before the first
	// Picture says that the picture held no code; nothing was verified then.
	Picture bool
	Number  string // of the document shown
	Post    view.Post
}

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// in draws a component in another language than the page's.
func in(p *text.Printer, c templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return c.Render(text.NewContext(ctx, p), w) })
}

func page(title text.Key) view.Page {
	return view.Page{Title: title, Styles: []string{"receipt.css"}, Scripts: []string{"receipt.js"}}
}

func askPath(e border.CrossingEvent) string { return "/receipts/" + e.CrossingID.String() }

func name(e border.CrossingEvent) string {
	return strings.Trim(e.Identity.Surname+", "+e.Identity.GivenNames, ", ")
}

func directionKey(d border.Direction) text.Key {
	if d == border.Exit {
		return text.ReceiptPaperTextExit
	}
	return text.ReceiptPaperTextEntry
}

// viewBox is the frame of the code with its quiet zone, in modules.
func viewBox(c qr.Code) string {
	side := c.Size + 2*qr.Quiet
	return fmt.Sprintf("0 0 %d %d", side, side)
}

// printing is the attribute by which receipt.js prints at once.
func printing(now bool) templ.Attributes {
	if !now {
		return templ.Attributes{}
	}
	return templ.Attributes{"data-print-now": true}
}

func granted(r receipt.Receipt) bool {
	return r.Event.Direction == border.Entry && r.Event.Grant != nil
}

func tone(v receipt.Verdict) view.Tone {
	switch v {
	case receipt.Genuine:
		return view.ToneSuccess
	case receipt.CannotSay:
		return view.ToneWarning
	case receipt.NotGenuine:
	}
	return view.ToneError
}

func verdictKey(v receipt.Verdict) text.Key {
	switch v {
	case receipt.Genuine:
		return text.ReceiptVerifyingGenuine
	case receipt.CannotSay:
		return text.ReceiptVerifyingCannotSay
	case receipt.NotGenuine:
	}
	return text.ReceiptVerifyingNotGenuine
}

// words say why, in the page's language.
func (v Verification) words(ctx context.Context, r receipt.Result) string {
	if r.Verdict == receipt.Genuine {
		return t(ctx, text.ReceiptVerifyingGenuineHelp, "station", v.Post.Full(r.Content.Station))
	}
	return text.FromContext(ctx).Word("receipt.why", r.Why)
}

func statusKey(s border.Status) text.Key {
	if s == border.Provisional {
		return text.ReceiptVerifyingProvisional
	}
	return text.ReceiptVerifyingConfirmed
}
