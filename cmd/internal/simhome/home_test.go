package simhome_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/simhome"
)

// Who has the files of the folder is served, and knows the server after it was started again.
func TestTheFolderIsTheSameWhenItIsOpenedAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	tools := node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	first, err := simhome.Open(dir, tools)
	require.NoError(t, err)
	files, err := simhome.FilesOf(dir)
	require.NoError(t, err)
	require.Equal(t, dir, files.Dir)
	info, err := os.Stat(files.Token)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(files.Token)
	require.NoError(t, err)
	require.Equal(t, first.Token+"\n", string(text))
	pem, err := os.ReadFile(files.Root)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))

	again, err := simhome.Open(dir, tools)
	require.NoError(t, err)
	require.Equal(t, first.Token, again.Token)
	door, err := again.Listen(t.Context(), "127.0.0.1:0", []string{"127.0.0.1"})
	require.NoError(t, err)
	require.Equal(t, "https://"+door.Address(), door.URL())
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- door.Serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	}()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, door.URL(), nil)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusTeapot, response.StatusCode)
	stop()
	require.NoError(t, <-ended)
}

func TestAFolderThatCannotBeIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := simhome.Open(filepath.Join(file, "below"), node.Tools{Now: time.Now, Random: rand.Reader})
	require.Error(t, err)
}
