package ca_test

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/ca"
)

// clock is a clock that moves only when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func newAuthority(t *testing.T, at *clock) *ca.Authority {
	t.Helper()
	authority, err := ca.OpenOrCreate(t.TempDir(), rand.Reader, at.now)
	require.NoError(t, err)
	return authority
}

func serverSource(t *testing.T, a *ca.Authority, hosts ...string) *ca.Source {
	t.Helper()
	source, err := a.Server(hosts, quiet())
	require.NoError(t, err)
	return source
}

func enrol(t *testing.T, a *ca.Authority, station string, now time.Time) ca.Identity {
	t.Helper()
	request, err := ca.NewRequest(rand.Reader, station)
	require.NoError(t, err)
	chain, err := a.SignStation(request.DER, station)
	require.NoError(t, err)
	identity, err := request.Accept(chain, a.Pin(), now)
	require.NoError(t, err)
	return identity
}

// handshake runs a real TLS connection over loopback and gives both ends' verdicts: a byte each way, since in TLS 1.3 a client
// learns only with the first record that it was refused.
func handshake(t *testing.T, server, client *tls.Config) (serverErr, clientErr error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	done := make(chan error, 1)
	go func() {
		raw, err := listener.Accept()
		if err != nil {
			done <- err
			return
		}
		conn := tls.Server(raw, server)
		defer func() { _ = conn.Close() }()
		_, err = conn.Write([]byte{1})
		if err == nil {
			_, err = io.ReadFull(conn, make([]byte, 1))
		}
		done <- err
	}()
	raw, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	conn := tls.Client(raw, client)
	_, clientErr = conn.Write([]byte{2})
	if clientErr == nil {
		_, clientErr = io.ReadFull(conn, make([]byte, 1))
	}
	_ = conn.Close()
	return <-done, clientErr
}

func getter(i ca.Identity) func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return i.Certificate, nil }
}

func TestMachinesShakeHandsOrAreRefused(t *testing.T) {
	at := newClock()
	centre, other := newAuthority(t, at), newAuthority(t, at)
	good := enrol(t, centre, "xaa-apt", at.now())
	denied := enrol(t, centre, "xaa-lnd", at.now())
	foreign := enrol(t, other, "xaa-apt", at.now())
	browserCert := ca.Identity{Certificate: serverSource(t, centre, "central.test").Current(), Root: centre.Root()}
	list := &ca.DenyList{}
	list.Replace([]string{ca.Serial(denied.Certificate.Leaf)})

	for _, c := range []struct {
		name       string
		identity   ca.Identity
		serverName string
		verify     ca.Verify
		later      time.Duration
		refusal    string // of the server, or of the client when it starts with "client: "
	}{
		{name: "good", identity: good, verify: ca.Stations(list)},
		{name: "good, as this very station", identity: good, verify: ca.OneStation("xaa-apt", list)},
		{name: "as another station", identity: good, verify: ca.OneStation("xaa-lnd", list), refusal: "expected xaa-lnd"},
		{name: "denied", identity: denied, verify: ca.Stations(list), refusal: "has been denied"},
		{name: "expired", identity: good, verify: ca.Stations(list), later: ca.LeafLife + time.Minute, refusal: "expired"},
		{name: "of another authority", identity: foreign, verify: ca.Stations(list), refusal: "unknown authority"},
		{name: "a server's certificate", identity: browserCert, verify: ca.Stations(list), refusal: "incompatible key usage"},
		{name: "none", identity: ca.Identity{Certificate: &tls.Certificate{}}, verify: ca.Stations(list), refusal: "didn't provide a certificate"},
		{name: "server of another name", identity: good, serverName: "evil.test", verify: ca.Stations(list), refusal: "client: certificate is valid for central.test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			then := &clock{at: at.now().Add(c.later)}
			source := serverSource(t, centre, "central.test")
			if c.later > 0 { // the server's own certificate is renewed, the station's is not
				fresh, err := ca.OpenOrCreate(t.TempDir(), rand.Reader, then.now)
				require.NoError(t, err)
				source = serverSource(t, fresh, "central.test")
			}
			server := ca.MutualTLS(source.GetCertificate, centre.Roots(), then.now, c.verify)
			serverName := c.serverName
			if serverName == "" {
				serverName = "central.test"
			}
			client := ca.ClientTLS(getter(c.identity), centre.Roots(), serverName, then.now)
			client.InsecureSkipVerify = c.later > 0
			serverErr, clientErr := handshake(t, server, client)
			want, ofClient := cutClient(c.refusal)
			switch {
			case want == "":
				require.NoError(t, serverErr)
				require.NoError(t, clientErr)
			case ofClient:
				require.ErrorContains(t, clientErr, want)
			default:
				require.ErrorContains(t, serverErr, want)
				require.Error(t, clientErr)
			}
		})
	}
}

func cutClient(refusal string) (string, bool) {
	const mark = "client: "
	if len(refusal) > len(mark) && refusal[:len(mark)] == mark {
		return refusal[len(mark):], true
	}
	return refusal, false
}

func TestNothingBelowTLS13(t *testing.T) {
	at := newClock()
	centre := newAuthority(t, at)
	source := serverSource(t, centre, "central.test")
	station := enrol(t, centre, "xaa-apt", at.now())
	for name, server := range map[string]*tls.Config{
		"pages":    ca.ServerTLS(source.GetCertificate),
		"machines": ca.MutualTLS(source.GetCertificate, centre.Roots(), at.now, ca.Stations(&ca.DenyList{})),
	} {
		t.Run(name, func(t *testing.T) {
			client := ca.ClientTLS(getter(station), centre.Roots(), "central.test", at.now)
			client.MinVersion, client.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
			serverErr, clientErr := handshake(t, server, client)
			require.ErrorContains(t, serverErr, "unsupported versions")
			require.Error(t, clientErr)
		})
	}
}

// A denied certificate must be out also when its holder resumes an older connection.
func TestADeniedCertificateCannotResume(t *testing.T) {
	at := newClock()
	centre := newAuthority(t, at)
	station := enrol(t, centre, "xaa-apt", at.now())
	list := &ca.DenyList{}
	server := ca.MutualTLS(serverSource(t, centre, "central.test").GetCertificate, centre.Roots(), at.now, ca.Stations(list))
	client := ca.ClientTLS(getter(station), centre.Roots(), "central.test", at.now)
	client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	var resumed bool
	client.VerifyConnection = func(state tls.ConnectionState) error { resumed = state.DidResume; return nil }
	for _, want := range []bool{false, true} {
		serverErr, clientErr := handshake(t, server, client)
		require.NoError(t, serverErr)
		require.NoError(t, clientErr)
		require.Equal(t, want, resumed)
	}
	list.Add(ca.Serial(station.Certificate.Leaf))
	serverErr, _ := handshake(t, server, client)
	require.ErrorIs(t, serverErr, ca.ErrDenied)
}

func TestFirstContactIsPinned(t *testing.T) {
	at := newClock()
	centre, impostor := newAuthority(t, at), newAuthority(t, at)
	for _, c := range []struct {
		name       string
		server     *ca.Authority
		serverName string
		later      time.Duration
		refusal    string
	}{
		{"the centre", centre, "central.test", 0, ""},
		{"an impostor", impostor, "central.test", 0, ca.ErrPin.Error()},
		{"another name", centre, "evil.test", 0, "not evil.test"},
		{"an old certificate", centre, "central.test", ca.LeafLife + time.Minute, "expired"},
		{"no name", centre, "", 0, "expected the server's name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			then := &clock{at: at.now().Add(c.later)}
			server := ca.ServerTLS(serverSource(t, c.server, "central.test").GetCertificate)
			_, clientErr := handshake(t, server, ca.PinnedTLS(centre.Pin(), c.serverName, then.now))
			if c.refusal == "" {
				require.NoError(t, clientErr)
				return
			}
			require.ErrorContains(t, clientErr, c.refusal)
		})
	}
}

// A server that has the pinned root but sends it along with a leaf of its own making is refused.
func TestThePinIsNoUseWithoutTheKey(t *testing.T) {
	at := newClock()
	centre, impostor := newAuthority(t, at), newAuthority(t, at)
	forged := *serverSource(t, impostor, "central.test").Current()
	forged.Certificate = append(append([][]byte{}, forged.Certificate...), centre.Root().Raw)
	server := ca.ServerTLS(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &forged, nil })
	_, clientErr := handshake(t, server, ca.PinnedTLS(centre.Pin(), "central.test", at.now))
	var unknown x509.UnknownAuthorityError
	require.ErrorAs(t, clientErr, &unknown)
}
