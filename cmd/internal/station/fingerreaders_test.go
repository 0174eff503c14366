package station

import (
	"context"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/internal/config"
)

// The header shows the reader of the officer's own lane; a lane without one is amber, and who works in no lane sees none.
func TestTheHeaderShowsTheReaderOfTheLane(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate alone
	defer server.Close()
	trust := filepath.Join(t.TempDir(), "trust.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(trust, text, 0o600))
	each, err := openReaders(config.Fingers{
		Trust: trust, Agents: map[string]string{"1": "http://127.0.0.1:1", "2": "http://127.0.0.1:2", "3": "http://127.0.0.1:1"},
	}, time.Now)
	require.NoError(t, err)
	require.Len(t, each.byAddress, 2, "one address, one client")
	require.Same(t, each.At("1"), each.At("3"))
	require.NotSame(t, each.At("1"), each.At("2"))
	require.Equal(t, capture.ErrUnreachable.Error(), each.standing("1").Why)
	require.Equal(t, capture.ErrNoReader.Error(), each.standing("4").Why)
	require.Nil(t, each.standing(""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, each.run(ctx))

	one, err := openReaders(config.Fingers{Trust: trust, Agent: "http://127.0.0.1:1"}, time.Now)
	require.NoError(t, err)
	require.Same(t, one.At("1"), one.At(""))
	require.Equal(t, capture.ErrUnreachable.Error(), one.standing("").Why)
}
