package world

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres/carrierdb"
)

// Carrier admits a carrier as an administrator does, and gives its reference client, connected to the carriers' door.
func (c *Central) Carrier(t testing.TB, code string) *client.NATS {
	t.Helper()
	keys, err := gate.OpenKeys(filepath.Join(c.Dir, "keys", "carriers"), rand.Reader)
	require.NoError(t, err)
	authority, err := ca.OpenOrCreate(c.caDir(), rand.Reader, c.Clock.Now)
	require.NoError(t, err)
	store := carrierdb.New(c.DB, keys, authority, c.Clock.Now)
	require.NoError(t, store.Add(t.Context(), Installer(Origin), carrierdb.Carrier{Code: code, Name: "Carrier " + code}))
	credential, err := store.Issue(t.Context(), Installer(Origin), code, carrierdb.Wish{Label: "test", Valid: time.Hour})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), code+".creds")
	require.NoError(t, os.WriteFile(file, credential.File, 0o600))
	roots := x509.NewCertPool()
	text, err := os.ReadFile(filepath.Join(c.caDir(), "root.crt"))
	require.NoError(t, err)
	require.True(t, roots.AppendCertsFromPEM(text))
	var sender *client.NATS
	Eventually(t, func() bool { // the centre hears of the account a moment later
		sender, err = client.Dial(gate.ClientConfig{
			URL: "tls://" + c.Carriers, Carrier: code, Credentials: file, RootCAs: roots, ServerName: host, Log: c.Logs.Logger(),
		})
		return err == nil
	}, "carrier %s does not come in: %v", code, err)
	t.Cleanup(sender.Close)
	return sender
}

// Ask asks as a carrier does at check-in, and waits until a centre that heard of the carrier only now listens to it.
func Ask(t testing.TB, carrier *client.NATS, message []byte) (answer []byte) {
	t.Helper()
	var err error
	Eventually(t, func() bool {
		answer, err = carrier.Check(t.Context(), message, patience)
		return !errors.Is(err, client.ErrNobodyListens)
	}, "the centre does not listen to the carrier")
	require.NoError(t, err)
	return answer
}
