package assets_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/ui/assets"
)

type vendored struct {
	Name, Version, Licence, Use string
	Files                       []struct{ From, File, SHA256 string }
}

func readVendored(t *testing.T) []vendored {
	t.Helper()
	raw, err := os.ReadFile("vendor.json")
	require.NoError(t, err)
	var list []vendored
	require.NoError(t, json.Unmarshal(raw, &list))
	return list
}

// Every third-party file is listed with its checksum and comes with its licence, and nothing lies there that is not listed.
func TestVendoredFilesAreThoseOfTheList(t *testing.T) {
	listed := map[string]bool{}
	for _, p := range readVendored(t) {
		require.NotEmpty(t, p.Version, p.Name)
		require.Contains(t, []string{"0BSD", "MIT", "OFL-1.1", "MPL-2.0", "ISC", "BSD-3-Clause", "Apache-2.0"}, p.Licence, p.Name)
		licence := false
		for _, f := range p.Files {
			body, err := os.ReadFile(f.File)
			require.NoError(t, err)
			sum := sha256.Sum256(body)
			require.Equal(t, f.SHA256, hex.EncodeToString(sum[:]), "%s is not the file of %s@%s", f.File, p.Name, p.Version)
			listed[filepath.Clean(f.File)] = true
			licence = licence || filepath.Base(f.File) == "LICENSE"
		}
		require.True(t, licence, "%s has no licence file", p.Name)
	}
	require.NoError(t, filepath.WalkDir("vendor", func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		require.True(t, entry.IsDir() || listed[path], "%s is not in vendor.json", path)
		return nil
	}))
}

// What the counter needs stays within its weight: 60 kB over the line, fonts of the Latin alphabet included.
func TestWeightOfTheCounter(t *testing.T) {
	a, err := assets.New()
	require.NoError(t, err)
	total := 0
	for _, name := range []string{
		"htmx.min.js", "hx-csp.min.js", "hx-sse.min.js", "app.js", "wedge.js", "app.css",
		"noto-sans-latin-400-normal.woff2", "noto-sans-latin-700-normal.woff2",
	} {
		require.NotZero(t, a.Weight(name), name)
		total += a.Weight(name)
	}
	t.Logf("counter: %d bytes", total)
	require.LessOrEqual(t, total, 60<<10)
}

func TestFilesAreServedByContent(t *testing.T) {
	a, err := assets.New()
	require.NoError(t, err)
	get := func(path, encoding string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	plain, packed := get(a.URL("app.js"), ""), get(a.URL("app.js"), "br, gzip")
	require.Equal(t, "text/javascript; charset=utf-8", plain.Header().Get("Content-Type"))
	require.Equal(t, "public, max-age=31536000, immutable", plain.Header().Get("Cache-Control"))
	require.Equal(t, "gzip", packed.Header().Get("Content-Encoding"))
	unzipped, err := gzip.NewReader(packed.Body)
	require.NoError(t, err)
	body, err := io.ReadAll(unzipped)
	require.NoError(t, err)
	require.True(t, bytes.Equal(plain.Body.Bytes(), body))
	font := get(a.URL("noto-sans-latin-400-normal.woff2"), "gzip")
	require.Equal(t, "font/woff2", font.Header().Get("Content-Type"))
	require.Empty(t, font.Header().Get("Content-Encoding"), "woff2 is packed already")
	for _, path := range []string{"/static/app.js", "/static/", "/static/axe.min.js", "/static/vendor.json"} {
		require.Equal(t, http.StatusNotFound, get(path, "").Code, path)
	}
	require.Empty(t, a.URL("axe.min.js"), "what only tests need is not built in")
}

// The style sheet mirrors by itself: nothing in it names left or right. It asks nobody else for anything.
func TestStyleSheetKnowsNoSides(t *testing.T) {
	raw, err := os.ReadFile("app.css")
	require.NoError(t, err)
	sides := regexp.MustCompile(`(?i)(margin|padding|border)-(left|right)|[^-](left|right)\s*:|text-align:\s*(left|right)|float\s*:|https?:`)
	require.Empty(t, sides.FindAllString(string(raw), -1))
	a, err := assets.New()
	require.NoError(t, err)
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, a.URL("app.css"), nil))
	for _, found := range regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(w.Body.String(), -1) {
		path := strings.Trim(found[1], `"`)
		font := httptest.NewRecorder()
		a.ServeHTTP(font, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		require.Equal(t, http.StatusOK, font.Code, path)
	}
}

// Our scripts do what the content security policy and Trusted Types allow, and nothing else.
func TestOwnScriptsUseNoDangerousSinks(t *testing.T) {
	for _, name := range []string{"app.js", "wedge.js"} {
		raw, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NotRegexp(t, `\.(innerHTML|outerHTML)|insertAdjacentHTML|document\.write|\beval\(|new Function|\.style\b|e\.code\b|event\.code`, string(raw), name)
	}
}
