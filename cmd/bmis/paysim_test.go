package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/payhttp"
)

// The command says where it answers and that it is a simulator, shares the key that it made, and ends when it is interrupted.
func TestPaySimulator(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pay.key")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	said, out := io.Pipe()
	var problems bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"pay-simulator", "--listen", "127.0.0.1:0", "--key", file, "--twice"},
			&app{Out: out, Err: &problems, Now: time.Now, Getenv: func(string) string { return "" }, Exit: func(int) {}})
	}()
	line, err := bufio.NewReader(said).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "SIMULATOR")
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(line)
	key, err := payhttp.ReadKey(file)
	require.NoError(t, err)
	client, err := payhttp.New(payhttp.Options{URL: url, Key: key, Now: time.Now})
	require.NoError(t, err)
	page, err := client.Create(t.Context(), pay.Wanted{
		Key: uuid.New(), Amount: evisa.Money{Minor: 100, Currency: "EUR"}, Return: url, Notify: url, Until: time.Now().Add(time.Hour),
	})
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page.URL, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	stop()
	require.Equal(t, exitDone, <-done, problems.String())
}

func TestPaySimulatorIsToldWhatIsWrong(t *testing.T) {
	got := bmisReading(t, nil, "pay-simulator", "--delay", "1h")
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "delay")
}
