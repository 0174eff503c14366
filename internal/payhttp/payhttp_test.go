package payhttp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/payhttp"
)

var (
	key = []byte("a key of the tests alone, 32 bytes and more")
	now = func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }
	fee = evisa.Money{Minor: 7000, Currency: "EUR"}
)

// provider answers each question with one value, signed as the answer to it.
func provider(t *testing.T, value any, change func(http.Header)) *payhttp.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, ok := payhttp.Read(w, r, key, now)
		if !ok {
			return
		}
		answer := httptest.NewRecorder()
		q.Answer(answer, value)
		if change != nil {
			change(answer.Header())
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(server.Close)
	c, err := payhttp.New(payhttp.Options{URL: server.URL, Key: key, Now: now})
	require.NoError(t, err)
	return c
}

func standing() payhttp.Standing {
	return payhttp.Standing{Ref: "ord_1", Key: uuid.New(), State: pay.AtPaid, Payments: []payhttp.Payment{{Ref: "pay_1", Amount: fee, At: now()}}}
}

func TestAnswersAreBelievedWhenTheyAreSigned(t *testing.T) {
	want := standing()
	got, err := provider(t, want, nil).Ask(t.Context(), "ord_1")
	require.NoError(t, err)
	require.Equal(t, pay.Standing{Ref: want.Ref, Key: want.Key, State: pay.AtPaid, Payments: []pay.Payment{{Ref: "pay_1", Amount: fee, At: now()}}}, got)
	for name, change := range map[string]func(http.Header){
		"no signature":        func(h http.Header) { h.Del(payhttp.HeaderSignature) },
		"no time":             func(h http.Header) { h.Del(payhttp.HeaderTime) },
		"another time":        func(h http.Header) { h.Set(payhttp.HeaderTime, strconv.FormatInt(now().Unix()+1, 10)) },
		"another signature":   func(h http.Header) { h.Set(payhttp.HeaderSignature, strings.Repeat("ab", 32)) },
		"no hexadecimal":      func(h http.Header) { h.Set(payhttp.HeaderSignature, "xyz") },
		"signature cut short": func(h http.Header) { h.Set(payhttp.HeaderSignature, h.Get(payhttp.HeaderSignature)[:32]) },
	} {
		_, err := provider(t, want, change).Ask(t.Context(), "ord_1")
		require.ErrorIs(t, err, payhttp.ErrSignature, name)
	}
}

// An answer that was signed for another question is not believed: nobody can play back the answer about an order that was paid.
func TestAnAnswerBelongsToItsQuestion(t *testing.T) {
	var kept *httptest.ResponseRecorder
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, ok := payhttp.Read(w, r, key, now)
		if !ok {
			return
		}
		if kept == nil {
			kept = httptest.NewRecorder()
			q.Answer(kept, standing())
		}
		for name, values := range kept.Header() {
			w.Header()[name] = values
		}
		_, _ = w.Write(kept.Body.Bytes())
	}))
	defer server.Close()
	c, err := payhttp.New(payhttp.Options{URL: server.URL, Key: key, Now: now})
	require.NoError(t, err)
	_, err = c.Ask(t.Context(), "ord_1")
	require.NoError(t, err)
	_, err = c.Ask(t.Context(), "ord_2")
	require.ErrorIs(t, err, payhttp.ErrSignature)
}

func TestStandingsThatAreNone(t *testing.T) {
	for name, change := range map[string]func(*payhttp.Standing){
		"no reference":    func(s *payhttp.Standing) { s.Ref = "" },
		"odd reference":   func(s *payhttp.Standing) { s.Ref = "ord\u202e1" },
		"long reference":  func(s *payhttp.Standing) { s.Ref = strings.Repeat("x", 101) },
		"no key":          func(s *payhttp.Standing) { s.Key = uuid.Nil },
		"unknown state":   func(s *payhttp.Standing) { s.State = "settled" },
		"negative amount": func(s *payhttp.Standing) { s.Payments[0].Amount.Minor = -1 },
		"odd currency":    func(s *payhttp.Standing) { s.Payments[0].Amount.Currency = "euro" },
		"no time":         func(s *payhttp.Standing) { s.Payments[0].At = time.Time{} },
		"too many":        func(s *payhttp.Standing) { s.Payments = make([]payhttp.Payment, 101) },
	} {
		s := standing()
		change(&s)
		_, err := provider(t, s, nil).Ask(t.Context(), "ord_1")
		require.ErrorContains(t, err, "standing", name)
	}
}

func TestClientsThatAreNone(t *testing.T) {
	for _, u := range []string{"", "pay.example", "http://pay.example", "ftp://127.0.0.1", "https://user:secret@pay.example", "https://"} {
		_, err := payhttp.New(payhttp.Options{URL: u, Key: key, Now: now})
		require.ErrorIs(t, err, payhttp.ErrURL, u)
	}
	_, err := payhttp.New(payhttp.Options{URL: "https://pay.example", Key: key[:31], Now: now})
	require.ErrorIs(t, err, payhttp.ErrKey)
}

// No answer, a redirect, a page of a proxy and an endless answer are errors, and never "not paid".
func TestProvidersThatAreAway(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"proxy": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<h1>Bad gateway</h1>", http.StatusBadGateway)
		},
		"cut": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				_, _ = w.Write(make([]byte, 1024))
			}
		},
	} {
		server := httptest.NewServer(handler)
		c, err := payhttp.New(payhttp.Options{URL: server.URL, Key: key, Now: now})
		require.NoError(t, err)
		_, err = c.Ask(t.Context(), "ord_1")
		require.Error(t, err, name)
		require.NotErrorIs(t, err, pay.ErrUnknown, name)
		require.NotContains(t, err.Error(), "gateway", name)
		server.Close()
	}
}

func TestCallBacks(t *testing.T) {
	var header http.Header
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		header = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	want := standing()
	require.NoError(t, payhttp.Call(t.Context(), http.DefaultClient, server.URL, key, want, now()))
	c, err := payhttp.New(payhttp.Options{URL: "https://pay.example", Key: key, Now: now})
	require.NoError(t, err)
	got, err := c.Called(header.Get, body)
	require.NoError(t, err)
	require.Equal(t, want.Ref, got.Ref)
	for n := range body {
		changed := append([]byte{}, body...)
		changed[n] ^= 1
		_, err := c.Called(header.Get, changed)
		require.ErrorIs(t, err, pay.ErrForged)
	}
	_, err = c.Called(header.Get, make([]byte, payhttp.MaxMessage+1))
	require.ErrorIs(t, err, pay.ErrForged)
	for _, off := range []time.Duration{payhttp.Window + time.Second, -payhttp.Window - time.Second} {
		later, err := payhttp.New(payhttp.Options{URL: "https://pay.example", Key: key, Now: func() time.Time { return now().Add(off) }})
		require.NoError(t, err)
		_, err = later.Called(header.Get, body)
		require.ErrorIs(t, err, payhttp.ErrTime)
	}
}

func TestKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	_, err := payhttp.ReadKey(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	made, err := payhttp.OpenKey(path, strings.NewReader(strings.Repeat("k", 32)))
	require.NoError(t, err)
	read, err := payhttp.ReadKey(path)
	require.NoError(t, err)
	require.Equal(t, made, read)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.WriteFile(path, []byte("secret but short"), 0o600))
	_, err = payhttp.OpenKey(path, strings.NewReader(""))
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret")
}

func FuzzCalled(f *testing.F) {
	body, err := json.Marshal(standing())
	require.NoError(f, err)
	f.Add("1795348800", strings.Repeat("ab", 32), body)
	c, err := payhttp.New(payhttp.Options{URL: (&url.URL{Scheme: "https", Host: "pay.example"}).String(), Key: key, Now: now})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, at, signature string, body []byte) {
		_, err := c.Called(func(name string) string {
			return map[string]string{payhttp.HeaderTime: at, payhttp.HeaderSignature: signature}[name]
		}, body)
		require.ErrorIs(t, err, pay.ErrForged)
	})
}
