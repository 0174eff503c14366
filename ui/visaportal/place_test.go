package visaportal_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/ui/visaportal"
)

// Bodies with files are bounded together: who finds no place is told when to come again, everything else goes on, and a place that is free is
// given.
func TestHangingPostsTakeNoMoreThanTheirPlaces(t *testing.T) {
	w := openWith(t, func(o *visaportal.Options) { o.Receiving, o.ReceiveWait = 2, 50*time.Millisecond })
	v := w.visitor(t, "en")
	require.Equal(t, http.StatusSeeOther, v.post("/apply", nil).status)
	var ends []func()
	for range 2 {
		ends = append(ends, v.hang("/apply/portrait"))
	}
	require.Eventually(t, func() bool {
		return v.upload("/apply/papers", nil, []byte("x")).status == http.StatusServiceUnavailable
	},
		time.Minute, 10*time.Millisecond)
	for _, path := range []string{"/apply/portrait", "/apply/portrait/check", "/apply/passport", "/apply/papers", "/status/reply", "/status/appeal"} {
		a := v.upload(path, nil, []byte("x"))
		require.Equal(t, http.StatusServiceUnavailable, a.status, path)
		require.NotEmpty(t, a.header.Get("Retry-After"), path)
		require.Contains(t, a.body, "Many people are sending files", path)
	}
	require.Equal(t, http.StatusOK, v.get("/apply/portrait").status, "pages go on")
	for _, end := range ends {
		end()
	}
	require.Eventually(t, func() bool {
		return v.upload("/apply/papers", nil, []byte("x")).status != http.StatusServiceUnavailable
	},
		time.Minute, 10*time.Millisecond)
}

// A form without files is read before its place is asked for: it is bounded like any other.
func TestAFormWithoutFilesIsNoLargerThanOthers(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	large := strings.Repeat("x", 2<<20)
	require.Equal(t, http.StatusRequestEntityTooLarge, v.post("/apply/portrait", url.Values{"file": {large}}).status)
	a := v.upload("/apply/portrait", nil, []byte(large))
	require.NotEqual(t, http.StatusRequestEntityTooLarge, a.status, "a picture may be")
}

// hang begins to post a file and sends no more. The server has read the head and the part's when it gives the way to end it.
func (v *visitor) hang(path string) (end func()) {
	v.t.Helper()
	body, kind := multiform(v.t, "file", nil, []byte("y"))
	ctx, stop := context.WithCancel(v.t.Context())
	reader, writer := io.Pipe()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.w.url+path, reader)
	require.NoError(v.t, err)
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Origin", v.w.url)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	done := make(chan error, 1)
	go func() {
		response, err := v.http.Do(request)
		if err == nil {
			err = response.Body.Close()
		}
		done <- err
	}()
	_, err = io.Copy(writer, bytes.NewReader(body[:len(body)/2]))
	require.NoError(v.t, err)
	return func() {
		stop()
		_ = writer.CloseWithError(context.Canceled) // it never fails
		require.Error(v.t, <-done)
	}
}
