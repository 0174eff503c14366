package webtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/ui/web/webtest"
)

// recorder notes that a check failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Helper()               {}

func TestCheckMarkup(t *testing.T) {
	const csp = "default-src 'none'; script-src 'nonce-abc'; style-src 'self'"
	for body, sound := range map[string]bool{
		`<p>text</p>`: true,
		`<form hx-post="/x" hx-nonce="abc"></form>`:          true,
		`<form hx-post="/x"></form>`:                         false,
		`<form hx-post="/x" hx-nonce="def"></form>`:          false,
		`<div hx-on:click="x()" hx-nonce="abc"></div>`:       false,
		`<div hx-vals="js:{a:1}" hx-nonce="abc"></div>`:      false,
		`<p style="color:red">x</p>`:                         false,
		`<style>p{}</style>`:                                 false,
		`<button onclick="x()">x</button>`:                   false,
		`<script nonce="abc" src="/static/a.js"></script>`:   true,
		`<script nonce="abc">x()</script>`:                   false,
		`<script src="/static/a.js"></script>`:               false,
		`<img src="https://elsewhere.example/a.png" alt="">`: false,
		`<a href="//elsewhere.example">x</a>`:                false,
		`<a href="javascript:x()">x</a>`:                     false,
		`<p id="a"></p><p id="a"></p>`:                       false,
	} {
		r := &recorder{TB: t}
		webtest.CheckMarkup(r, body, csp)
		require.Equal(t, sound, !r.failed, body)
	}
}
