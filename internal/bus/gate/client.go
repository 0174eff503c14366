package gate

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
)

// Conn is a connection to the carriers' door, by the name under which the wiring knows it.
type Conn = nats.Conn

// ClientConfig is how a carrier dials the door.
type ClientConfig struct {
	URL         string // tls://host:port; several separated by commas
	Carrier     string
	Credentials string         // file that the State gave
	RootCAs     *x509.CertPool // nil trusts the machine's roots
	ServerName  string         // what the server's certificate says instead of the URL's host; optional
	// Certificate is shown when the server asks for one; optional.
	Certificate *tls.Certificate
	// Retry goes on when the door cannot be reached at first.
	Retry bool
	Log   *slog.Logger
}

// Dial connects a carrier.
func Dial(config ClientConfig) (*nats.Conn, error) {
	if err := CheckCarrier(config.Carrier); err != nil {
		return nil, err
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: config.RootCAs, ServerName: config.ServerName}
	if config.Certificate != nil {
		secure.Certificates = []tls.Certificate{*config.Certificate}
	}
	options := append(common("carrier "+config.Carrier, config.Log), nats.Secure(secure), nats.UserCredentials(config.Credentials),
		nats.CustomInboxPrefix(InboxPrefix(config.Carrier)), nats.RetryOnFailedConnect(config.Retry))
	conn, err := nats.Connect(config.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", config.URL, err)
	}
	return conn, nil
}

// common is what every connection shares: never give up, never hide a message in a buffer, notice a dead line within seconds.
func common(name string, log *slog.Logger) []nats.Option {
	return []nats.Option{
		nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(200 * time.Millisecond),
		nats.ReconnectJitter(50*time.Millisecond, 50*time.Millisecond), nats.ReconnectBufSize(-1),
		nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(2), nats.Timeout(5 * time.Second), nats.IgnoreDiscoveredServers(),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) { logError(log, name, sub, err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			log.Debug("carriers' door: disconnected", "connection", name, "error", err)
		}),
	}
}

func logError(log *slog.Logger, name string, sub *nats.Subscription, err error) {
	attributes := []any{"connection", name, "error", err}
	if sub != nil {
		attributes = append(attributes, "subject", sub.Subject)
	}
	if errors.Is(err, nats.ErrPermissionViolation) {
		log.Error("carriers' door: not permitted", attributes...)
		return
	}
	log.Warn("carriers' door: error", attributes...)
}
