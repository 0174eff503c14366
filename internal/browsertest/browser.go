package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// closeWithin is how long the browser gets to close at the end.
const closeWithin = 10 * time.Second

// browser is the one that all pages of a test program share; it starts with the first page.
type browser struct {
	mu     sync.Mutex
	ctx    context.Context //nolint:containedctx // chromedp's handle on the browser
	cancel context.CancelFunc
	err    error
}

// shared is a variable of the package because tests of one program have nothing else in common.
var shared browser //nolint:gochecknoglobals // see above

// Main runs the tests and then closes the browser, if one was started. Call it from TestMain.
func Main(m *testing.M) int {
	code := m.Run()
	shared.close()
	return code
}

func (b *browser) context() (context.Context, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx == nil && b.err == nil {
		b.err = b.start()
	}
	return b.ctx, b.err
}

func (b *browser) start() error {
	path, err := find()
	if err != nil {
		return err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.IgnoreCertErrors, chromedp.Flag("lang", "en"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocated, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancelBrowser := chromedp.NewContext(allocated)
	stop := func() { cancelBrowser(); cancel() }
	if err := chromedp.Do(ctx); err != nil { // starts the browser; a timeout here would end its life later
		stop()
		return fmt.Errorf("starting %s: %w", path, err)
	}
	b.ctx, b.cancel = ctx, stop
	return nil
}

// find looks for the browser under the names that distributions give it.
func find() (string, error) {
	for _, name := range []string{"chromium-headless-shell", "chrome-headless-shell", "headless-shell", "chromium", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no browser found: install chromium-headless-shell and fonts-noto-core " +
		"(Debian: apt-get install --no-install-recommends chromium-headless-shell fonts-noto-core), or run make test, which does")
}

func (b *browser) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx == nil {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, closeWithin)
	defer cancel()
	_ = chromedp.Cancel(ctx) // whatever is left of it dies with this process
	b.cancel()
}
