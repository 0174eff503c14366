package pdfprint

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/openbmis/openbmis/internal/problem"
)

// Problems that a printer answers with.
var (
	ErrNoBrowser = problem.New(problem.Unavailable, "print.no_browser")
	ErrBusy      = problem.New(problem.Unavailable, "print.busy")
	ErrFailed    = problem.New(problem.Unavailable, "print.failed")
)

// MaxDocument is the longest document, in bytes: its fonts are part of it.
const MaxDocument = 8 << 20

// Off is the path that switches printing off.
const Off = "off"

// Config is what a Printer is made of.
type Config struct {
	// Path is the browser; empty searches the usual names, Off has none.
	Path string
	// Within is how long one document may take, waiting for its turn included.
	Within time.Duration
	// AtOnce is how many browsers may run beside each other.
	AtOnce int
}

// Printer prints documents. It is safe for concurrent use.
type Printer struct {
	path   string
	within time.Duration
	turns  chan struct{}
}

// New finds the browser. A printer without one is no error: Available tells, and Print says so.
func New(cfg Config) *Printer {
	return &Printer{path: find(cfg.Path), within: cfg.Within, turns: make(chan struct{}, max(cfg.AtOnce, 1))}
}

// find looks for the browser under the names that distributions give it.
func find(path string) string {
	names := []string{path}
	switch path {
	case Off:
		return ""
	case "":
		names = []string{"chromium-headless-shell", "chrome-headless-shell", "headless-shell", "chromium", "chromium-browser", "google-chrome"}
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	return ""
}

// Available reports whether there is a browser to print with.
func (p *Printer) Available() bool { return p.path != "" }

// Print is the document as PDF, on A4, with its own margins (@page). The document holds everything it needs: style sheets in style
// elements, fonts and pictures as data URLs. Its scripts do not run and nothing is fetched.
func (p *Printer) Print(ctx context.Context, html string) ([]byte, error) {
	if !p.Available() {
		return nil, ErrNoBrowser
	}
	if len(html) > MaxDocument {
		return nil, fmt.Errorf("print: a document of %d bytes; expected at most %d", len(html), MaxDocument)
	}
	ctx, cancel := context.WithTimeout(ctx, p.within)
	defer cancel()
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return nil, ErrBusy.Because(ctx.Err())
	}
	pdf, err := p.print(ctx, html)
	switch {
	case err == nil && strings.HasPrefix(string(pdf), "%PDF-"):
		return pdf, nil
	case err == nil:
		err = errors.New("the browser gave no PDF")
	}
	return nil, ErrFailed.Because(err) // chromedp's errors name commands and processes, never what the document says
}

// print runs one browser from start to end; when ctx ends the process is killed, and its profile goes with it.
func (p *Printer) print(ctx context.Context, html string) ([]byte, error) {
	allocated, release := chromedp.NewExecAllocator(ctx, p.options()...)
	defer release()                  // waits for the process
	quiet := func(string, ...any) {} // what matters comes back as an error; the browser's own words may repeat the document's
	tab, closeTab := chromedp.NewContext(allocated, chromedp.WithErrorf(quiet), chromedp.WithLogf(quiet))
	defer closeTab()
	return chromedp.Run(tab, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		if _, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
			return nil, fmt.Errorf("switching scripts off: %w", err)
		}
		tree, err := cdp.Call(ctx, t, page.GetFrameTree, cdp.Empty{})
		if err != nil {
			return nil, fmt.Errorf("finding the page: %w", err)
		}
		content := page.SetDocumentContentParams{FrameID: tree.FrameTree.Frame.ID, HTML: html}
		if _, err := cdp.Call(ctx, t, page.SetDocumentContent, content); err != nil {
			return nil, fmt.Errorf("laying out: %w", err)
		}
		// The document's own letters are decoded beside the layout: a page that is printed before has others. This is the browser's
		// doing, not a script of the document's.
		letters := runtime.EvaluateParams{Expression: "document.fonts.ready.then(() => true)", AwaitPromise: new(true), ReturnByValue: new(true)}
		switch ready, err := cdp.Call(ctx, t, runtime.Evaluate, letters); {
		case err != nil:
			return nil, fmt.Errorf("waiting for the letters: %w", err)
		case ready.ExceptionDetails != nil:
			return nil, errors.New("the browser does not say when the letters are there")
		}
		return chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground(),
			chromedp.PDFOutlineAndTagged())(ctx, t)
	})
}

// options start a browser that knows no host and no proxy but a closed one: what a document names outside itself is not fetched.
func (p *Printer) options() []chromedp.ExecAllocatorOption {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(p.path), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"), chromedp.ProxyServer("http://127.0.0.1:9"),
		chromedp.Flag("proxy-bypass-list", "<-loopback>"), chromedp.Flag("lang", "en"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	return options
}
