package bus

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
)

// Conn is a connection of the network, by the name under which the wiring knows it.
type Conn = nats.Conn

// StationConfig is how a station dials the centre.
type StationConfig struct {
	URL     string // nats://host:port or tls://host:port; several separated by commas
	Station string
	// Certificate gives the station's certificate at every handshake, so that a renewed one needs no restart.
	Certificate func() (*tls.Certificate, error)
	// RootCAs verifies the centre's certificate; ServerName, when set, is the name it must hold instead of the URL's host.
	RootCAs    *x509.CertPool
	ServerName string
	// Credentials is a NATS credentials file (JWT and key), for an external cluster in operator mode. Optional.
	Credentials string
	Log         *slog.Logger
}

// Dial connects a station. It returns at once also when the centre cannot be reached, and goes on trying for ever; what is
// published meanwhile fails.
func Dial(config StationConfig) (*nats.Conn, error) {
	if err := CheckStation(config.Station); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	options := append(common("station "+config.Station, config.Log),
		nats.RetryOnFailedConnect(true),
		nats.CustomInboxPrefix(InboxPrefix(config.Station)),
		nats.Secure(&tls.Config{
			MinVersion: tls.VersionTLS13,
			RootCAs:    config.RootCAs,
			ServerName: config.ServerName,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				return config.Certificate()
			},
		}))
	if config.Credentials != "" {
		options = append(options, nats.UserCredentials(config.Credentials))
	}
	conn, err := nats.Connect(config.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("bus: connect to %s: %w", config.URL, err)
	}
	return conn, nil
}

// CentreConfig is how the centre dials an external cluster instead of its embedded server.
type CentreConfig struct {
	URL         string
	Certificate func() (*tls.Certificate, error) // nil: none
	RootCAs     *x509.CertPool                   // nil: the system's
	Credentials string                           // NATS credentials file; optional
	Log         *slog.Logger
}

// DialCentre connects the centre to an external cluster. What stations may do there is the cluster's configuration.
func DialCentre(config CentreConfig) (*nats.Conn, error) {
	secure := &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: config.RootCAs}
	if config.Certificate != nil {
		secure.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return config.Certificate() }
	}
	options := append(common("centre", config.Log), nats.RetryOnFailedConnect(true), nats.Secure(secure))
	if config.Credentials != "" {
		options = append(options, nats.UserCredentials(config.Credentials))
	}
	conn, err := nats.Connect(config.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("bus: connect to %s: %w", config.URL, err)
	}
	return conn, nil
}

// common is what every connection shares: never give up, never hide a message in a buffer, notice a dead line within seconds.
// IgnoreAuthErrorAbort: a station that is refused (its certificate just expired, the centre restored) asks again.
func common(name string, log *slog.Logger) []nats.Option {
	return []nats.Option{
		nats.Name(name),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(200 * time.Millisecond),
		nats.ReconnectJitter(50*time.Millisecond, 50*time.Millisecond),
		nats.ReconnectBufSize(-1),
		nats.PingInterval(2 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.Timeout(5 * time.Second),
		nats.IgnoreAuthErrorAbort(),
		nats.IgnoreDiscoveredServers(),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) { logError(log, name, sub, err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { log.Info("bus: disconnected", "connection", name, "error", err) }),
		nats.ReconnectHandler(func(c *nats.Conn) { log.Info("bus: connected", "connection", name, "to", c.ConnectedAddr()) }),
	}
}

// logError makes what the server refuses visible: a publish beyond one's rights is an error, not silence.
func logError(log *slog.Logger, name string, sub *nats.Subscription, err error) {
	attributes := []any{"connection", name, "error", err}
	if sub != nil {
		attributes = append(attributes, "subject", sub.Subject)
	}
	if errors.Is(err, nats.ErrPermissionViolation) {
		log.Error("bus: not permitted", attributes...)
		return
	}
	log.Warn("bus: error", attributes...)
}
