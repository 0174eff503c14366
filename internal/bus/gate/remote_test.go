package gate_test

import (
	"crypto/rand"
	"crypto/tls"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/bus/gate/gatetest"
	"github.com/openbmis/openbmis/internal/ca"
)

// An outside cluster that was configured as bmis carrier cluster prints: accounts come from here, and who is revoked is cut there.
func TestAnOutsideClusterServesAsTheDoor(t *testing.T) {
	dir := t.TempDir()
	keys, err := gate.OpenKeys(filepath.Join(dir, "keys"), rand.Reader)
	require.NoError(t, err)
	authority, err := ca.OpenOrCreate(filepath.Join(dir, "ca"), rand.Reader, time.Now)
	require.NoError(t, err)
	text, err := keys.OperatorConfig()
	require.NoError(t, err)
	t.Chdir(dir) // the resolver's folder stands beside the configuration
	require.NoError(t, os.WriteFile("nats.conf", []byte(text+"listen: 127.0.0.1:-1\njetstream { store_dir: \"js\" }\n"), 0o600))
	opts, err := server.ProcessConfigFile("nats.conf")
	require.NoError(t, err)
	own, err := authority.IssueServer([]string{"127.0.0.1"})
	require.NoError(t, err)
	opts.TLS, opts.TLSTimeout, opts.NoSigs, opts.NoLog = true, 5, true, true
	opts.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*own}}
	cluster, err := server.NewServer(opts)
	require.NoError(t, err)
	cluster.Start()
	t.Cleanup(func() { cluster.Shutdown(); cluster.WaitForShutdown() })
	require.True(t, cluster.ReadyForConnections(patience))

	url := "tls://" + cluster.Addr().String()
	remote, err := gate.DialRemote(gate.RemoteConfig{
		URL: url, Keys: keys, TLS: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: authority.Roots()}, Log: gatetest.Log(t),
	})
	require.NoError(t, err)
	t.Cleanup(remote.Close)
	require.NoError(t, remote.Update(gate.Carrier{Code: "XA"}))
	_, err = remote.Conn().Subscribe(gate.BatchSubjects, func(m *nats.Msg) { _ = m.Respond([]byte(gate.CarrierOf(m.Subject))) })
	require.NoError(t, err)
	require.NoError(t, remote.Conn().Flush())

	credential, err := keys.Issue("XA", time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("xa.creds", credential.File, 0o600))
	carrier, err := gate.Dial(gate.ClientConfig{URL: url, Carrier: "XA", Credentials: "xa.creds", RootCAs: authority.Roots(), Log: gatetest.Log(t)})
	require.NoError(t, err)
	t.Cleanup(carrier.Close)
	answer, err := carrier.Request(gate.BatchSubject("XA"), []byte("x"), patience)
	require.NoError(t, err)
	require.Equal(t, "XA", string(answer.Data))
	require.NoError(t, remote.Update(gate.Carrier{Code: "XA", Revoked: map[string]time.Time{credential.PublicKey: time.Now()}}))
	require.Eventually(t, func() bool { return !carrier.IsConnected() }, patience, time.Millisecond)
}
