package jsonhttp_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/jsonhttp"
)

// What a simulator says with the one half of the package, the other half understands.
func TestASimulatorIsUnderstood(t *testing.T) {
	var told []question
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tell", func(w http.ResponseWriter, r *http.Request) {
		var q question
		if jsonhttp.Admit(w, r, "secret-token") && jsonhttp.Question(w, r, 100, &q) {
			told = append(told, q)
			w.WriteHeader(http.StatusNoContent)
		}
	})
	mux.HandleFunc("GET /answer", func(w http.ResponseWriter, _ *http.Request) { jsonhttp.Answer(w, question{Number: "1"}) })
	mux.HandleFunc("GET /other", func(w http.ResponseWriter, r *http.Request) { jsonhttp.Admit(w, r, "another-token") })
	mux.HandleFunc("GET /bytes", func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "yes", w.Header().Get("X-Simulator"))
		if r.Header.Get("If-None-Match") == `"2"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte{0, 1, 2})
	})
	c := faulty(t, jsonhttp.Simulated(mux).ServeHTTP)

	require.NoError(t, c.Tell(t.Context(), "/tell", query))
	require.Equal(t, []question{query}, told)
	require.Equal(t, border.ReasonFailed, reasonOf(c.Tell(t.Context(), "/tell", map[string]string{"colour": "red"})), "no other fields")
	require.Equal(t, border.ReasonFailed, reasonOf(c.Tell(t.Context(), "/tell", question{Number: string(make([]byte, 100))})), "no longer ones")
	require.Equal(t, border.ReasonFailed, reasonOf(c.Ask(t.Context(), "/tell", query, limit, &answer{})), "204 is no answer where one is expected")

	var q question
	require.NoError(t, c.Get(t.Context(), "/answer", limit, &q))
	require.Equal(t, question{Number: "1"}, q)
	require.Equal(t, border.ReasonNotAdmitted, reasonOf(c.Get(t.Context(), "/other", limit, &q)))

	got, err := c.Fetch(t.Context(), "/bytes", "1", 3)
	require.NoError(t, err)
	require.Equal(t, []byte{0, 1, 2}, got)
	got, err = c.Fetch(t.Context(), "/bytes", "2", 3)
	require.NoError(t, err)
	require.Nil(t, got, "what is held is the newest")
	_, err = c.Fetch(t.Context(), "/bytes", "", 2)
	require.Equal(t, border.ReasonFailed, reasonOf(err), "longer than it may be")
}

func TestAPauseEndsWithTheAsker(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	require.False(t, jsonhttp.Pause(gone, time.Hour))
	require.True(t, jsonhttp.Pause(gone, 0), "none is none")
	require.True(t, jsonhttp.Pause(t.Context(), time.Nanosecond))
}

func TestFilesOfTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	token, err := jsonhttp.ReadToken(write("token", "secret\n"))
	require.NoError(t, err)
	require.Equal(t, "secret", token)
	token, err = jsonhttp.ReadToken("")
	require.NoError(t, err)
	require.Empty(t, token)
	for _, path := range []string{filepath.Join(dir, "none"), write("empty", "\n"), write("two", "a b")} {
		_, err := jsonhttp.ReadToken(path)
		require.ErrorContains(t, err, "credentials: ")
	}
	roots, err := jsonhttp.ReadRoots("")
	require.NoError(t, err)
	require.Nil(t, roots)
	for _, path := range []string{filepath.Join(dir, "none"), write("root", "no certificate")} {
		_, err := jsonhttp.ReadRoots(path)
		require.ErrorContains(t, err, "ca: ")
	}
}
