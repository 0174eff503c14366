package bus

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// MaxPayload is the largest message the embedded server carries, NATS's own default.
const MaxPayload = 1 << 20

const (
	readyWithin = 10 * time.Second
	sweepEvery  = time.Second
)

// ServerConfig is what the embedded server of the centre needs.
type ServerConfig struct {
	// Listen is host:port for stations; port 0 takes a free one. Empty: stations cannot connect (the centre alone).
	Listen string
	// Certificate gives the server's own certificate at every handshake, so that a renewed one needs no restart.
	Certificate func() (*tls.Certificate, error)
	// ClientCAs are the roots that stations' certificates must lead to.
	ClientCAs *x509.CertPool
	// Identify says which station a verified certificate names, or why it is refused (denied, not a station's). It is asked at
	// connect, and again for every open connection by Recheck and once a second.
	Identify func(leaf *x509.Certificate) (station string, err error)
	// StoreDir is where JetStream keeps its streams, synced at every write.
	StoreDir string
	Random   io.Reader
	Now      func() time.Time
	Log      *slog.Logger
}

// Server is the nats-server inside the centre's program.
type Server struct {
	nats     *server.Server
	door     *door
	password string
	stop     chan struct{}
	stopped  chan struct{}
}

// Start starts the server and waits until it accepts connections.
func Start(config ServerConfig) (*Server, error) {
	opts, err := options(config)
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	password, err := randomPassword(config.Random)
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	gate := newDoor(config, password)
	opts.CustomClientAuthentication = gate
	ns, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	gate.cut = ns.DisconnectClientByID
	gate.alive = func(id uint64) bool { return ns.GetClient(id) != nil }
	ns.SetLoggerV2(ServerLog(config.Log, "bus"), false, false, false)
	ns.Start()
	if !ns.ReadyForConnections(readyWithin) {
		ns.Shutdown()
		return nil, fmt.Errorf("bus: not ready after %s (is %s free?)", readyWithin, config.Listen)
	}
	s := &Server{nats: ns, door: gate, password: password, stop: make(chan struct{}), stopped: make(chan struct{})}
	go s.sweep()
	return s, nil
}

func options(config ServerConfig) (*server.Options, error) {
	opts := &server.Options{
		ServerName:    "centre",
		NoSigs:        true,
		NoLog:         true,
		MaxPayload:    MaxPayload,
		JetStream:     config.StoreDir != "",
		StoreDir:      config.StoreDir,
		SyncAlways:    true, // a message acknowledged to an outsider survives a power failure
		DontListen:    config.Listen == "",
		PingInterval:  10 * time.Second,
		MaxPingsOut:   2,
		WriteDeadline: 10 * time.Second,
	}
	if config.Listen == "" {
		return opts, nil
	}
	host, port, err := net.SplitHostPort(config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: %w", config.Listen, err)
	}
	opts.Host = host
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: port: a number up to 65535 expected", config.Listen)
	}
	if opts.Port = int(number); opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	opts.TLS, opts.TLSVerify, opts.TLSTimeout = true, true, 5
	opts.TLSConfig = &tls.Config{
		MinVersion:     tls.VersionTLS13,
		ClientAuth:     tls.RequireAndVerifyClientCert,
		ClientCAs:      config.ClientCAs,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return config.Certificate() },
	}
	return opts, nil
}

// Addr is host:port where stations connect; empty when the server does not listen.
func (s *Server) Addr() string {
	if addr := s.nats.Addr(); addr != nil {
		return addr.String()
	}
	return ""
}

// Connect gives the centre's own connection, within the process and with all rights. log takes its asynchronous errors.
func (s *Server) Connect(name string, log *slog.Logger) (*nats.Conn, error) {
	options := append(common(name, log), nats.InProcessServer(s.nats), nats.UserInfo(centreUser, s.password))
	conn, err := nats.Connect("", options...)
	if err != nil {
		return nil, fmt.Errorf("bus: connect %s: %w", name, err)
	}
	return conn, nil
}

// Recheck asks Identify again for every open connection and cuts those it refuses now, before it returns. Call it when a
// certificate is denied.
func (s *Server) Recheck() { s.door.recheck() }

// Connected lists the stations that are connected.
func (s *Server) Connected() []string { return s.door.connected() }

// sweep cuts what Recheck was not called for: above all certificates that expire while connected.
func (s *Server) sweep() {
	defer close(s.stopped)
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
			s.door.recheck()
		}
	}
}

// Close stops the server and waits until it has stopped. Close the connections first.
func (s *Server) Close() {
	close(s.stop)
	<-s.stopped
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}

func randomPassword(random io.Reader) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("password of the centre's own connection: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}
