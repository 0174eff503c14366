package pdfprint_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pdfprint"
)

func printer(t testing.TB) *pdfprint.Printer {
	t.Helper()
	p := pdfprint.New(pdfprint.Config{Within: time.Minute, AtOnce: 1})
	require.True(t, p.Available(), "no browser found: install chromium-headless-shell (make test does)")
	return p
}

func TestAPageBecomesAPDF(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	pdf, err := printer(t).Print(t.Context(), `<!DOCTYPE html><html lang="ar" dir="rtl"><title>x</title><body><h1>رفض الدخول L898902C3</h1>`)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(pdf, []byte("%PDF-")))
	require.Contains(t, string(pdf), "%%EOF")
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left, "the browser's profile is gone")
}

// A document is printed in its own letters, also when they take their time to be decoded.
func TestTheDocumentsOwnLetters(t *testing.T) {
	font, err := os.ReadFile("../../ui/assets/vendor/noto-sans-arabic/noto-sans-arabic-arabic-400-normal.woff2")
	require.NoError(t, err)
	style := `<style>@font-face { font-family: "Own"; font-display: swap; src: url("data:font/woff2;base64,` + base64.StdEncoding.EncodeToString(font) +
		`") format("woff2"); unicode-range: U+0600-06FF; } body { font-family: "Own", monospace; }</style>`
	pdf, err := printer(t).Print(t.Context(), `<!DOCTYPE html><html lang="ar" dir="rtl"><title>x</title>`+style+`<body><h1>رفض الدخول</h1>`)
	require.NoError(t, err)
	require.Contains(t, string(pdf), "NotoSansArabic")
}

// What a document names outside itself is not fetched, and its scripts do not run.
func TestNothingIsFetchedAndNoScriptRuns(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	secret := filepath.Join(t.TempDir(), "secret.svg")
	require.NoError(t, os.WriteFile(secret, []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), 0o600))
	pdf, err := printer(t).Print(t.Context(), `<!DOCTYPE html><link rel="stylesheet" href="`+server.URL+`/a.css"><img src="`+server.URL+`/b.png">
		<img src="file://`+secret+`"><script>document.title = "ran"; fetch("`+server.URL+`/c")</script><p>text`)
	require.NoError(t, err)
	require.NotEmpty(t, pdf)
	require.Zero(t, asked.Load())
	require.NotContains(t, string(pdf), "ran")
}

func TestWithoutABrowserItSaysSo(t *testing.T) {
	for _, path := range []string{pdfprint.Off, "/nowhere/chromium"} {
		p := pdfprint.New(pdfprint.Config{Path: path, Within: time.Minute, AtOnce: 1})
		require.False(t, p.Available())
		_, err := p.Print(t.Context(), "<p>x")
		require.ErrorIs(t, err, pdfprint.ErrNoBrowser)
	}
}

// script is a browser that does something else.
func script(t *testing.T, body string) *pdfprint.Printer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "browser")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700))
	return pdfprint.New(pdfprint.Config{Path: path, Within: 3 * time.Second, AtOnce: 1})
}

func TestABrowserThatFailsOrHangsDoesNotHoldUp(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	_, err := script(t, "echo broken >&2; exit 3").Print(t.Context(), "<p>Mrs Secret")
	require.ErrorIs(t, err, pdfprint.ErrFailed)
	require.NotContains(t, err.Error(), "Secret")
	_, err = script(t, "exec sleep 600").Print(t.Context(), "<p>x")
	require.ErrorIs(t, err, pdfprint.ErrFailed)
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAsManyAtOnceAsAllowed(t *testing.T) {
	slow := script(t, "exec sleep 600")
	ctx, cancel := context.WithCancel(t.Context())
	var first sync.WaitGroup
	first.Go(func() { _, _ = slow.Print(ctx, "<p>x") })
	require.Eventually(t, func() bool {
		short, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer stop()
		_, err := slow.Print(short, "<p>y")
		return err != nil && strings.Contains(err.Error(), "busy")
	}, time.Minute, 5*time.Millisecond, "the second waits for its turn, and not for ever")
	cancel()
	first.Wait()
}

func TestADocumentHasALimit(t *testing.T) {
	_, err := printer(t).Print(t.Context(), strings.Repeat("x", pdfprint.MaxDocument+1))
	require.ErrorContains(t, err, "expected at most")
}

func BenchmarkPrint(b *testing.B) {
	p := printer(b)
	for b.Loop() {
		if _, err := p.Print(b.Context(), `<!DOCTYPE html><html lang="ar" dir="rtl"><p>رفض الدخول`); err != nil {
			b.Fatal(err)
		}
	}
}
