package bus

import (
	"crypto/subtle"
	"crypto/x509"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

const centreUser = "centre"

// door decides who comes in, and remembers by which certificate, to throw out those who may no longer stay.
type door struct {
	config   ServerConfig
	password string
	cut      func(clientID uint64) error
	alive    func(clientID uint64) bool

	mu     sync.Mutex
	inside map[uint64]guest
}

type guest struct {
	station string
	leaf    *x509.Certificate
}

var _ server.Authentication = (*door)(nil)

func newDoor(config ServerConfig, password string) *door {
	return &door{config: config, password: password, inside: map[uint64]guest{}}
}

// Check lets in the centre (within the process, by a password that lives as long as the process) and stations by certificate.
func (d *door) Check(c server.ClientAuthentication) bool {
	if c.Kind() != server.CLIENT {
		return false // no cluster, no leaf nodes, no gateways here
	}
	tlsState := c.GetTLSConnectionState()
	if tlsState == nil {
		return d.checkCentre(c)
	}
	if len(tlsState.VerifiedChains) == 0 || len(tlsState.PeerCertificates) == 0 {
		return false
	}
	leaf := tlsState.PeerCertificates[0]
	station, err := d.identify(leaf)
	if err != nil {
		d.config.Log.Warn("bus: connection refused", "remote", c.RemoteAddress().String(), "serial", leaf.SerialNumber.String(), "error", err)
		return false
	}
	c.RegisterUser(&server.User{Username: station, Permissions: StationPermissions(station)})
	d.mu.Lock()
	d.inside[c.GetID()] = guest{station, leaf}
	d.mu.Unlock()
	// Denied between the question above and the entry in the list: then nobody would find it there. Ask once more.
	if _, err := d.identify(leaf); err != nil {
		d.forget(c.GetID())
		return false
	}
	return true
}

func (d *door) checkCentre(c server.ClientAuthentication) bool {
	opts := c.GetOpts()
	if opts.Username != centreUser || subtle.ConstantTimeCompare([]byte(opts.Password), []byte(d.password)) != 1 {
		return false
	}
	c.RegisterUser(&server.User{Username: centreUser})
	return true
}

// identify also refuses a certificate outside its time, which TLS checked only at the handshake.
func (d *door) identify(leaf *x509.Certificate) (string, error) {
	if now := d.config.Now(); now.After(leaf.NotAfter) || now.Before(leaf.NotBefore) {
		return "", fmt.Errorf("certificate %s is valid from %s to %s", leaf.SerialNumber, leaf.NotBefore.UTC(), leaf.NotAfter.UTC())
	}
	return d.config.Identify(leaf)
}

func (d *door) guests() map[uint64]guest {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.inside)
}

func (d *door) recheck() {
	for id, g := range d.guests() {
		if !d.alive(id) {
			d.forget(id)
			continue
		}
		station, err := d.identify(g.leaf)
		if err == nil && station == g.station {
			continue
		}
		d.config.Log.Warn("bus: connection cut", "station", g.station, "serial", g.leaf.SerialNumber.String(), "error", err)
		_ = d.cut(id) // an error says that it has gone already
		d.forget(id)
	}
}

func (d *door) forget(id uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.inside, id)
}

func (d *door) connected() []string {
	var names []string
	for id, g := range d.guests() {
		if d.alive(id) {
			names = append(names, g.station)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// StationPermissions is all that a station may do: speak as itself, ask for reference data, hear that there is news, and read
// its own inbox. Whatever is not listed, JetStream's interface among it, is denied.
func StationPermissions(station string) *server.Permissions {
	return &server.Permissions{
		Publish: &server.SubjectPermission{Allow: []string{
			PushSubject(station), CursorSubject(station), AuditSubject(station), BlobSubject(station), PrintsSubject(station), StatusSubject(station),
			ReferenceSubjects(),
		}},
		Subscribe: &server.SubjectPermission{Allow: []string{NewsSubjects(), InboxPrefix(station) + ".>"}},
	}
}
