package gate

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/openbmis/openbmis/internal/bus"
)

// MaxPayload is the largest message that the carriers' door takes, NATS's own default.
const MaxPayload = 1 << 20

const (
	readyWithin = 10 * time.Second
	// unbounded: each stream has its own bound; JetStream would else add the bounds up and refuse the last carrier's streams.
	unbounded = 1 << 50
)

// ServerConfig is what the embedded server needs.
type ServerConfig struct {
	// Listen is host:port for carriers; port 0 takes a free one. Empty: nobody connects but the gate itself.
	Listen string
	// Certificate gives the server's own certificate at every handshake.
	Certificate func() (*tls.Certificate, error)
	// ClientCAs are the roots of carriers' certificates; one that is shown must lead there. Nil: none is asked for.
	ClientCAs *x509.CertPool
	Keys      *Keys
	// StoreDir is where JetStream keeps its streams, synced at every write.
	StoreDir string
	// Name is the server's, as clients see it.
	Name string
	Log  *slog.Logger
}

// Server is the nats-server of the carriers' door within the centre's program.
type Server struct {
	nats     *server.Server
	keys     *Keys
	resolver *resolver
}

// resolver gives the server the accounts' JWTs; they are made of what the database holds, so it needs no memory of its own.
type resolver struct {
	server.MemAccResolver
	mu sync.Mutex // one update at a time
}

// Start starts the server with the carriers that there are, and waits until it accepts connections.
func Start(config ServerConfig, carriers []Carrier) (*Server, error) {
	s := &Server{keys: config.Keys, resolver: new(resolver)}
	opts, err := s.options(config)
	if err != nil {
		return nil, fmt.Errorf("carriers' door: %w", err)
	}
	for _, c := range carriers {
		if _, _, err := s.store(c); err != nil {
			return nil, fmt.Errorf("carriers' door: %w", err)
		}
	}
	if s.nats, err = server.NewServer(opts); err != nil {
		return nil, fmt.Errorf("carriers' door: %w", err)
	}
	s.nats.SetLoggerV2(bus.ServerLog(config.Log, "carriers' door"), false, false, false)
	s.nats.Start()
	if !s.nats.ReadyForConnections(readyWithin) {
		s.nats.Shutdown()
		return nil, fmt.Errorf("carriers' door: not ready after %s (is %s free?)", readyWithin, config.Listen)
	}
	return s, nil
}

func (s *Server) options(config ServerConfig) (*server.Options, error) {
	opts := &server.Options{
		ServerName: config.Name, NoSigs: true, NoLog: true, MaxPayload: MaxPayload, MaxControlLine: 4096,
		JetStream: true, StoreDir: config.StoreDir, SyncAlways: true, JetStreamMaxMemory: unbounded, JetStreamMaxStore: unbounded,
		DontListen: config.Listen == "", PingInterval: 10 * time.Second, MaxPingsOut: 2, WriteDeadline: 10 * time.Second,
		AccountResolver: s.resolver,
	}
	if err := s.trust(opts); err != nil || config.Listen == "" {
		return opts, err
	}
	host, port, err := net.SplitHostPort(config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: %w", config.Listen, err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: port: a number up to 65535 expected", config.Listen)
	}
	opts.Host, opts.Port = host, int(number)
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	opts.TLS, opts.TLSTimeout = true, 5
	opts.TLSConfig = &tls.Config{
		MinVersion:     tls.VersionTLS12, // carriers' programs are not ours
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return config.Certificate() },
	}
	if config.ClientCAs != nil {
		opts.TLSConfig.ClientAuth, opts.TLSConfig.ClientCAs = tls.VerifyClientCertIfGiven, config.ClientCAs
	}
	return opts, nil
}

// trust makes the operator the only one whose accounts are known, and our own two accounts known.
func (s *Server) trust(opts *server.Options) error {
	operator, err := publicOf(s.keys.operator)
	if err != nil {
		return err
	}
	opts.TrustedKeys = []string{operator}
	for _, claim := range []func() (string, *jwt.AccountClaims, error){s.keys.gateClaims, s.keys.systemClaims} {
		text, claims, err := claim()
		if err != nil {
			return err
		}
		if err := s.resolver.Store(claims.Subject, text); err != nil {
			return err
		}
		if claims.Name == "system" {
			opts.SystemAccount = claims.Subject
		}
	}
	return nil
}

func (s *Server) store(c Carrier) (string, *jwt.AccountClaims, error) {
	text, claims, err := s.keys.carrierClaims(c)
	if err != nil {
		return "", nil, err
	}
	return text, claims, s.resolver.Store(claims.Subject, text)
}

// Update makes carriers' accounts what is given. When it returns, credentials that are revoked and carriers that are shut are cut.
func (s *Server) Update(carriers ...Carrier) error {
	s.resolver.mu.Lock()
	defer s.resolver.mu.Unlock()
	for _, c := range carriers {
		_, claims, err := s.store(c)
		if err != nil {
			return fmt.Errorf("carriers' door: %w", err)
		}
		account, err := s.nats.LookupAccount(claims.Subject)
		if err != nil {
			return fmt.Errorf("carriers' door: account of %s: %w", c.Code, err)
		}
		s.nats.UpdateAccountClaims(account, claims)
	}
	return nil
}

// Addr is host:port where carriers connect; empty when the server does not listen.
func (s *Server) Addr() string {
	if addr := s.nats.Addr(); addr != nil {
		return addr.String()
	}
	return ""
}

// Connections counts the open connections of a carrier.
func (s *Server) Connections(carrier string) int {
	pair, err := s.keys.account(carrier)
	if err != nil {
		return 0
	}
	public, err := publicOf(pair)
	if err != nil {
		return 0
	}
	account, err := s.nats.LookupAccount(public)
	if err != nil {
		return 0
	}
	return account.NumLocalConnections()
}

// Connect gives the gate's own connection, within the process.
func (s *Server) Connect(name string, log *slog.Logger) (*nats.Conn, error) {
	text, user, err := insider(name, s.keys.gate)
	if err != nil {
		return nil, err
	}
	options := append(common(name, log), nats.InProcessServer(s.nats),
		nats.UserJWT(func() (string, error) { return text, nil }, user.Sign))
	conn, err := nats.Connect("", options...)
	if err != nil {
		return nil, fmt.Errorf("carriers' door: connect %s: %w", name, err)
	}
	return conn, nil
}

// Close stops the server and waits until it has stopped. Close the connections first.
func (s *Server) Close() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}
