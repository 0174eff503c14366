package sbihttp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/internal/sbihttp"
)

// grey is how much ridge a picture shows: the share of dark pixels below the line of words.
func grey(t *testing.T, raw []byte) float64 {
	t.Helper()
	picture, err := jpeg.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	dark, all := 0, 0
	for y := 26; y < picture.Bounds().Dy()-22; y++ {
		for x := range picture.Bounds().Dx() {
			if r, _, _, _ := picture.At(x, y).RGBA(); r < 0x7000 {
				dark++
			}
			all++
		}
	}
	return float64(dark) / float64(all)
}

// The picture shows the finger coming to lie on the reader, frame by frame, while the capture is under way.
func TestPreviewShowsTheFingerAppear(t *testing.T) {
	d := newDesk(t, nil)
	d.turn(t, `{"delay":"800ms"}`)
	ctx, cancel := context.WithCancel(t.Context())
	pictures := make(chan []byte, 100)
	done := make(chan error, 1)
	go func() {
		done <- d.client.Preview(ctx, ask(two()...), func(frame []byte) error { pictures <- frame; return nil })
	}()
	first := <-pictures
	_, err := d.take(t, two()...)
	require.NoError(t, err)
	var darkness []float64
	for len(pictures) > 0 {
		darkness = append(darkness, grey(t, <-pictures))
	}
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	darkness = append([]float64{grey(t, first)}, darkness...)
	steps := 0
	for i := 1; i < len(darkness); i++ {
		if darkness[i] > darkness[i-1]+0.002 {
			steps++
		}
	}
	require.GreaterOrEqual(t, steps, 3, "darkness of the pictures: %.3f", darkness)
}

func TestPreviewEndsWhenWhoLooksWantsNoMore(t *testing.T) {
	d := newDesk(t, nil)
	enough := errors.New("enough")
	require.ErrorIs(t, d.client.Preview(t.Context(), ask(two()...), func([]byte) error { return enough }), enough)
}

func TestPreviewEndsWhenTheReaderIsUnplugged(t *testing.T) {
	d := newDesk(t, nil)
	seen := 0
	err := d.client.Preview(t.Context(), ask(two()...), func([]byte) error {
		if seen++; seen == 1 {
			d.turn(t, `{"unplugged":true}`)
		}
		return nil
	})
	require.NoError(t, err, "the stream came to its end")
	err = d.client.Preview(t.Context(), ask(two()...), func([]byte) error { return nil })
	require.ErrorIs(t, err, capture.ErrUnreachable)
	d.turn(t, `{"unplugged":false,"state":"not_ready"}`)
	err = d.client.Preview(t.Context(), ask(two()...), func([]byte) error { return nil })
	require.ErrorIs(t, err, capture.ErrUnreachable, "202: no device connected")
}

func TestPreviewEndsWithItsTime(t *testing.T) {
	d := newDesk(t, nil)
	request := ask(two()...)
	request.Timeout = 50 * time.Millisecond
	require.NoError(t, d.client.Preview(t.Context(), request, func([]byte) error { return nil }))
}

// A stream of something else reaches no screen.
func TestPreviewOfSomethingElse(t *testing.T) {
	d := newDesk(t, nil)
	picture := "\xff\xd8\xff\xe0 \xff\xd9"
	part := func(body string) string { return "--b\r\nContent-Type: image/jpeg\r\n\r\n" + body + "\r\n" }
	for _, c := range []struct {
		name, kind, body string
		pictures         int
		expected         error
	}{
		{"pictures", "multipart/x-mixed-replace; boundary=b", part(picture) + part(picture) + "--b--", 2, nil},
		{"boundary with its dashes", "multipart/x-mixed-replace;boundary=--b", part(picture) + "--b--", 1, nil},
		{"a script", "multipart/x-mixed-replace; boundary=b", part("<script>") + "--b--", 0, capture.ErrFailed},
		{"too large", "multipart/x-mixed-replace; boundary=b", part("\xff\xd8\xff"+strings.Repeat("a", sbihttp.MaxFrame)+"\xff\xd9") + "--b--", 0, capture.ErrFailed},
		{"a page", "text/html", "hello", 0, capture.ErrUnsupported},
		{"no boundary", "multipart/x-mixed-replace", part(picture), 0, capture.ErrUnsupported},
		{"a failure", "application/json", `{"error":{"errorCode":"202"}}`, 0, capture.ErrUnreachable},
		{"cut", "multipart/x-mixed-replace; boundary=b", part(picture)[:36], 0, capture.ErrUnreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != "STREAM" {
					d.server.Config.Handler.ServeHTTP(w, r)
					return
				}
				w.Header().Set("Content-Type", c.kind)
				_, _ = fmt.Fprint(w, c.body)
			}))
			defer other.Close()
			client := d.connect(t, other.URL)
			defer client.Close()
			seen := 0
			err := client.Preview(t.Context(), ask(two()...), func([]byte) error { seen++; return nil })
			require.ErrorIs(t, err, c.expected)
			require.Equal(t, c.pictures, seen)
		})
	}
}
