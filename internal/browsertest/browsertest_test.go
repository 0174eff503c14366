package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// planted is a test that is meant to fail: it notes that it did.
type planted struct {
	testing.TB
	failed   bool
	cleanups []func()
}

func (p *planted) Helper()               {}
func (p *planted) Errorf(string, ...any) { p.failed = true }
func (p *planted) FailNow()              { p.failed = true; runtime.Goexit() }
func (p *planted) Cleanup(f func())      { p.cleanups = append(p.cleanups, f) }

// fails runs the test and reports whether it failed, its end included.
func fails(t *testing.T, test func(testing.TB)) bool {
	t.Helper()
	p := &planted{TB: t}
	var running sync.WaitGroup
	running.Go(func() { test(p) })
	running.Wait()
	for _, f := range slices.Backward(p.cleanups) {
		running.Go(f)
		running.Wait()
	}
	return p.failed
}

const sound = `<!DOCTYPE html><html lang="en"><head><title>Sound</title><link rel="icon" href="data:,">
<style>:focus-visible { outline: 3px solid #000 }</style></head>
<body><main><h1>Sound</h1><p><label for="a">Name</label> <input id="a"> <button>Go</button></p></main></body></html>`

func serve(t *testing.T, page string, headers ...string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// check holds a page to every rule there is.
func check(url string) func(testing.TB) {
	return func(t testing.TB) {
		p := browsertest.Open(t, "en")
		p.Goto(url)
		p.CheckAccessible()
		p.CheckOneScreen()
		p.CheckNoSidewaysScroll()
		p.Walk()
	}
}

func TestSoundPagePasses(t *testing.T) {
	check(serve(t, sound, "Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'unsafe-inline'"))(t)
}

func TestPlantedFaultsAreCaught(t *testing.T) {
	const head = `<!DOCTYPE html><html lang="en"><head><title>Planted</title><link rel="icon" href="data:,">`
	for name, c := range map[string]struct {
		page    string
		headers []string
	}{
		"script in line":     {head + `</head><body><main><h1>x</h1><script>1</script></main></body></html>`, []string{"Content-Security-Policy", "default-src 'none'; img-src data:"}},
		"uncaught exception": {head + `</head><body><main><h1>x</h1></main><script>throw new Error("x")</script></body></html>`, nil},
		"console error":      {head + `</head><body><main><h1>x</h1></main><script>console.error("x")</script></body></html>`, nil},
		"field without name": {head + `</head><body><main><h1>x</h1><input id="a"></main></body></html>`, nil},
		"pale text":          {head + `<style>p{color:#ccc}</style></head><body><main><h1>x</h1><p>pale</p></main></body></html>`, nil},
		"focus out of sight": {head + `<style>:focus{outline:none}</style></head><body><main><h1>x</h1><button>a</button></main></body></html>`, nil},
		"too tall":           {head + `<style>main{height:900px}</style></head><body><main><h1>x</h1></main></body></html>`, nil},
		"out of the header":  {head + `<style>header{height:44px}</style></head><body><header class="top"><p>a<br>b<br>c<br>d</p></header><main><h1>x</h1></main></body></html>`, nil},
		"too wide":           {head + `<style>h1{width:900px}</style></head><body><main><h1>x</h1></main></body></html>`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.True(t, fails(t, check(serve(t, c.page, c.headers...))))
		})
	}
}
