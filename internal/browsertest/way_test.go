package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
)

// A file is fetched by keyboard alone, whole and under its name.
func TestDownloadByKeyboard(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<!DOCTYPE html><html lang="en"><head><title>x</title><link rel="icon" href="data:,"></head>
			<body><main><h1>x</h1><a href="/">one</a> <a href="/file" id="file">two</a></main></body></html>`))
	})
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="list.csv"`)
		_, _ = w.Write([]byte("a,b\n"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p := browsertest.Open(t, "en")
	p.Goto(server.URL)
	name, content := p.Download(func() { p.TabTo("#file"); p.Press("Enter") })
	require.Equal(t, "list.csv", name)
	require.Equal(t, "a,b\n", string(content))
}

func TestAPlaceOutOfTheKeyboardsReachIsTold(t *testing.T) {
	url := serve(t, `<!DOCTYPE html><html lang="en"><head><title>x</title><link rel="icon" href="data:,"></head>
		<body><main><h1>x</h1><button>a</button><button id="b" tabindex="-1">b</button></main></body></html>`)
	require.True(t, fails(t, func(t testing.TB) {
		p := browsertest.Open(t, "en")
		p.Goto(url)
		p.TabTo("#b")
	}))
}
