package jsonhttp_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/jsonhttp"
)

// limit is how much of an answer the tests take, in bytes.
const limit = 64 << 10

type question struct {
	Number string `json:"number"`
}

type answer struct {
	Candidates []struct {
		ID string `json:"id"`
	} `json:"candidates"`
}

var query = question{Number: "AB1234508"}

type fault struct {
	reason string
	error
}

func faultOf(reason string, err error) error { return &fault{reason, err} }

func reasonOf(err error) string {
	var f *fault
	if errors.As(err, &f) {
		return f.reason
	}
	return ""
}

// faulty is a real server over TLS that answers as the test says.
func faulty(t *testing.T, h http.HandlerFunc) *jsonhttp.Client {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a server that has not read the question does not notice that the asker went away
		r.Body = io.NopCloser(bytes.NewReader(body))
		h(w, r)
	}))
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return jsonhttp.New(jsonhttp.Options{URL: s.URL, Token: "secret-token", Roots: roots, Fault: faultOf})
}

func asJSON(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprint(w, text)
}

// Every way in which a service fails is a reason of "not checked", and says nothing of what was asked or read.
func TestFaults(t *testing.T) {
	for name, test := range map[string]struct {
		h      http.HandlerFunc
		reason string
	}{
		"hangs": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, border.ReasonTimeout},
		"stops within its answer": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprint(w, `{"candidates":[`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, border.ReasonTimeout},
		"cuts the line": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, border.ReasonUnreachable},
		"an inner error": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "AB1234508", http.StatusInternalServerError)
		}, border.ReasonUnreachable},
		"too many questions": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, border.ReasonUnreachable},
		"no such question":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, border.ReasonFailed},
		"not let in":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, border.ReasonNotAdmitted},
		"another token":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, border.ReasonNotAdmitted},
		"sends elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusTemporaryRedirect)
		}, border.ReasonFailed},
		"another type":        {func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `<html>{"candidates":[]}`) }, border.ReasonFailed},
		"no JSON":             {func(w http.ResponseWriter, _ *http.Request) { asJSON(w, `AB1234508`) }, border.ReasonFailed},
		"half of it":          {func(w http.ResponseWriter, _ *http.Request) { asJSON(w, `{"candidates":[{"id":"AB1234508"`) }, border.ReasonFailed},
		"more than one value": {func(w http.ResponseWriter, _ *http.Request) { asJSON(w, `{"candidates":[]}{"candidates":[]}`) }, border.ReasonFailed},
		"another shape":       {func(w http.ResponseWriter, _ *http.Request) { asJSON(w, `{"candidates":"AB1234508"}`) }, border.ReasonFailed},
		"a huge body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for range limit/1024 + 2 {
				_, _ = fmt.Fprint(w, strings.Repeat(" ", 1024))
			}
		}, border.ReasonFailed},
		"huge headers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Much", strings.Repeat("x", 1<<20))
			asJSON(w, `{"candidates":[]}`)
		}, border.ReasonUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			c := faulty(t, test.h)
			ctx := t.Context()
			if test.reason == border.ReasonTimeout {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 300*time.Millisecond)
				defer cancel()
			}
			err := c.Ask(ctx, "/", query, limit, &answer{})
			var fault *fault
			require.ErrorAs(t, err, &fault)
			require.Equal(t, test.reason, fault.reason)
			require.NotContains(t, err.Error(), "AB1234508")
			require.NotContains(t, err.Error(), "secret-token")
		})
	}
}

func TestAServerThatNobodyVouchesForIsNotTalkedTo(t *testing.T) {
	asked := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer s.Close()
	err := jsonhttp.New(jsonhttp.Options{URL: s.URL, Roots: x509.NewCertPool(), Fault: faultOf}).Ask(t.Context(), "/", query, limit, &answer{})
	require.Equal(t, border.ReasonUnreachable, reasonOf(err))
	require.False(t, asked)
}

func TestNobodyAnswers(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	err = jsonhttp.New(jsonhttp.Options{URL: "https://" + address, Fault: faultOf}).Ask(t.Context(), "/", query, limit, &answer{})
	require.Equal(t, border.ReasonUnreachable, reasonOf(err))
}

// slow is a server that takes the connection and sends its headers byte by byte, for ever.
func TestSlowHeaders(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				for { // no handshake ever ends
					if _, err := conn.Write([]byte{22}); err != nil {
						return
					}
				}
			}()
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err = jsonhttp.New(jsonhttp.Options{URL: "https://" + l.Addr().String(), Fault: faultOf}).Ask(ctx, "/", query, limit, &answer{})
	require.Contains(t, []string{border.ReasonTimeout, border.ReasonUnreachable}, reasonOf(err))
}
