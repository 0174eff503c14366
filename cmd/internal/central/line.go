package central

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

// line is the centre's end of the link to the stations: the embedded server (or a connection to a cluster) and the receiver.
type line struct {
	server   *bus.Server // nil with an external cluster
	conn     *bus.Conn
	receiver *replication.Receiver
	shut     sync.Once
}

func openLine(a *app) (l *line, err error) {
	l = new(line)
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	if err := l.connect(a); err != nil {
		return nil, err
	}
	signer, err := a.authority.Signer(replication.SealPurpose)
	if err != nil {
		return nil, err
	}
	l.receiver, err = replication.NewReceiver(l.conn, replication.Parts{
		Applier: centraldb.Sparing(a.applier, a.db.Space), Completeness: a.completeness, Status: centraldb.NewStatus(a.db.DB), Witness: a.witness,
		Source: centraldb.NewReference(a.db.DB), Signer: signer, Blobs: replication.BlobStores(a.prints.archive, a.archive),
		Lender: a.prints.archive, Alerts: a.alerts, Now: a.tools.Now, Log: a.tools.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("receiver: %w", err)
	}
	return l, nil
}

func (l *line) connect(a *app) (err error) {
	if !a.cfg.NATS.Embedded() {
		l.conn, err = dialCluster(a)
		return err
	}
	verify := ca.Stations(a.denied)
	l.server, err = bus.Start(bus.ServerConfig{
		Listen:      a.cfg.NATS.Listen,
		Certificate: func() (*tls.Certificate, error) { return a.certificate.Current(), nil },
		ClientCAs:   a.authority.Roots(),
		Identify: func(leaf *x509.Certificate) (string, error) {
			if err := verify(leaf); err != nil {
				return "", err
			}
			return ca.StationOf(leaf)
		},
		StoreDir: filepath.Join(a.cfg.DataDir, "jetstream"), Random: a.tools.Random, Now: a.tools.Now, Log: a.tools.Log,
	})
	if err != nil {
		return err
	}
	l.conn, err = l.server.Connect(Name, a.tools.Log)
	return err
}

func dialCluster(a *app) (*bus.Conn, error) {
	roots, err := rootsOf(a.cfg.NATS)
	if err != nil {
		return nil, err
	}
	return bus.DialCentre(bus.CentreConfig{
		URL: a.cfg.NATS.URL, RootCAs: roots, Credentials: a.cfg.NATS.Credentials, Log: a.tools.Log,
	})
}

func rootsOf(c config.NATS) (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil //nolint:nilnil // nil trusts the machine's roots (crypto/tls)
	}
	text, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("BMIS_NATS_CA: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("BMIS_NATS_CA: expected certificates in PEM")
	}
	return pool, nil
}

// address is where stations dial the embedded server.
func (l *line) address() string {
	if l.server == nil {
		return ""
	}
	return l.server.Addr()
}

// tellNews nudges the stations: a dataset has a new version. A lost nudge costs only time.
func (l *line) tellNews(dataset string) {
	if l != nil && l.conn != nil {
		_ = l.conn.Publish(bus.NewsSubject(dataset), nil) // stations ask by themselves too
	}
}

// recheck asks again of every open connection whether it may stay, after the deny list has changed.
func (l *line) recheck() {
	if l.server != nil {
		l.server.Recheck()
	}
}

func (l *line) ping(context.Context) error {
	if !l.conn.IsConnected() {
		return errors.New("not connected to the bus")
	}
	return nil
}

// close ends the receiver, which finishes what it is serving, then the connection, then the server.
func (l *line) close() {
	l.shut.Do(func() {
		if l.receiver != nil {
			l.receiver.Close()
		}
		if l.conn != nil {
			l.conn.Close()
		}
		if l.server != nil {
			l.server.Close()
		}
	})
}

// advertised are the host:port that stations are told to dial.
func (a *app) advertised() []string {
	if !a.cfg.NATS.Embedded() {
		return nil // the stations' own configuration names the cluster
	}
	if len(a.cfg.NATS.Advertise) > 0 {
		return a.cfg.NATS.Advertise
	}
	_, port, err := net.SplitHostPort(a.line.address())
	if err != nil {
		return nil
	}
	return []string{net.JoinHostPort(a.cfg.HTTP.Names[0], port)}
}
