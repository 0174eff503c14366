package readers_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// slow sends the most of a reading and waits until the station has begun to take it in; end ends it.
func (s *station) slow(t *testing.T, token string) (end func()) {
	t.Helper()
	out, in := io.Pipe()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/readings", out)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	done := make(chan error, 1)
	client := s.Client(t)
	go func() {
		response, err := client.Do(request)
		if err == nil {
			err = response.Body.Close()
		}
		done <- err
	}()
	_, err = in.Write(bytes.Repeat([]byte{' '}, 16<<20)) // more than any socket holds: the station reads it
	require.NoError(t, err)
	return func() {
		require.NoError(t, in.Close())
		require.NoError(t, <-done)
	}
}

func TestNoMoreReadingsAreTakenInThanThereIsRoomFor(t *testing.T) {
	s := open(t)
	var ends []func()
	for n := range 4 {
		_, token := s.device(t, fmt.Sprint("Desk ", n))
		ends = append(ends, s.slow(t, token))
		if n == 0 {
			require.Equal(t, http.StatusTooManyRequests, s.post(t, token, []byte(`{}`)).Status, "one at a time of each device")
		}
	}
	_, token := s.device(t, "Desk 9")
	busy := s.post(t, token, []byte(`{}`))
	require.Equal(t, http.StatusServiceUnavailable, busy.Status)
	require.Equal(t, "reading.busy", busy.Error)
	require.NotEmpty(t, busy.Message)
	for _, end := range ends {
		end()
	}
	require.Equal(t, http.StatusAccepted, s.post(t, token, []byte(`{}`)).Status, "there is room again")
}

func TestAReadingWithoutANameIsNamedAfterItsBody(t *testing.T) {
	s := open(t)
	_, token := s.device(t, "Desk 1")
	body := []byte(`{"at": "2026-11-22T09:30:00Z"}`)
	first := s.post(t, token, body)
	require.NotEmpty(t, first.ID)
	require.Equal(t, first, s.post(t, token, body))
	require.Equal(t, 1, s.count(t, "select count(*) from reader_arrival"))
	require.NotEqual(t, first.ID, s.post(t, token, []byte(`{"at": "2026-11-22T09:30:01Z"}`)).ID)
	require.Equal(t, 2, s.count(t, "select count(*) from reader_arrival"))
}
