package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	protocol "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Download does what starts a download and gives the file's name and content, once it is there whole.
func (p *Page) Download(act func()) (name string, content []byte) {
	p.t.Helper()
	dir := p.t.TempDir()
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, protocol.SetDownloadBehavior, protocol.SetDownloadBehaviorParams{
			Behavior: protocol.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID, DownloadPath: dir,
		})
		return err
	}))
	act()
	p.until(func() bool {
		files, err := os.ReadDir(dir)
		require.NoError(p.t, err)
		return len(files) == 1 && !strings.HasSuffix(files[0].Name(), ".crdownload") && len(mustRead(p.t, dir, files[0].Name())) > 0
	}, "no file was downloaded")
	files, err := os.ReadDir(dir)
	require.NoError(p.t, err)
	return files[0].Name(), mustRead(p.t, dir, files[0].Name())
}

func mustRead(t require.TestingT, dir, name string) []byte {
	content, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return content
}
