package abisnats

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// BrokerConfig is a small NATS server of an ABIS's own, for the simulator: who knows the token may use it.
type BrokerConfig struct {
	Listen   string // host:port; port 0 takes a free one
	TLS      *tls.Config
	Token    string
	StoreDir string
	Log      *slog.Logger
}

// Broker is a NATS server with JetStream, over TLS.
type Broker struct {
	nats  *server.Server
	token string
}

const readyWithin = 10 * time.Second

// StartBroker starts it and waits until it answers.
func StartBroker(config BrokerConfig) (*Broker, error) {
	host, port, err := net.SplitHostPort(config.Listen)
	if err != nil {
		return nil, fmt.Errorf("abis: listen address %q: %w", config.Listen, err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("abis: listen address %q: port: a number up to 65535 expected", config.Listen)
	}
	options := &server.Options{
		ServerName: "abis", Host: host, Port: int(number), Authorization: config.Token, TLSConfig: config.TLS, TLS: true, TLSTimeout: 5,
		JetStream: true, StoreDir: config.StoreDir, SyncAlways: true, NoSigs: true, NoLog: true,
	}
	if options.Port == 0 {
		options.Port = server.RANDOM_PORT
	}
	ns, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("abis: NATS server: %w", err)
	}
	ns.Start()
	if !ns.ReadyForConnections(readyWithin) {
		ns.Shutdown()
		return nil, fmt.Errorf("abis: NATS server: not ready after %s (is %s free?)", readyWithin, config.Listen)
	}
	return &Broker{nats: ns, token: config.Token}, nil
}

// URL is where it answers.
func (b *Broker) URL() string { return "tls://" + b.nats.Addr().String() }

// Connect gives a connection within the process.
func (b *Broker) Connect() (*nats.Conn, error) {
	conn, err := nats.Connect("", nats.InProcessServer(b.nats), nats.Token(b.token), nats.Name("abis"), nats.MaxReconnects(-1))
	if err != nil {
		return nil, fmt.Errorf("abis: connect: %w", err)
	}
	return conn, nil
}

// Close stops it. Close the connections first.
func (b *Broker) Close() {
	b.nats.Shutdown()
	b.nats.WaitForShutdown()
}
