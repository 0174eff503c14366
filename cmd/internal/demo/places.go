package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// Ports of the demo, all on the loopback address.
type Ports struct {
	Health, Central, NATS, CentralMetrics int
	Interpol                              int // the simulator of an outside service
	Stations, StationMetrics              []int
	Capture                               []int // the fingerprint readers of the stations
	Carriers                              int   // the carriers' door
	Portal, Pay                           int   // where visas are applied for; the simulated payment provider
}

// PortsFrom gives the demo's ports upward from base: health, centre, the stations, then those that only programs use.
func PortsFrom(base, stations int) Ports {
	p := Ports{Health: base, Central: base + 1}
	next := base + 2
	for range stations {
		p.Stations = append(p.Stations, next)
		next++
	}
	p.NATS, p.CentralMetrics = next, next+1
	for i := range stations {
		p.StationMetrics = append(p.StationMetrics, next+2+i)
	}
	p.Interpol = next + 2 + stations
	for i := range stations {
		p.Capture = append(p.Capture, p.Interpol+1+i)
	}
	p.Carriers = p.Interpol + 1 + stations
	p.Portal, p.Pay = p.Carriers+1, p.Carriers+2
	return p
}

// all lists the ports, to be sure that they are free before anything starts.
func (p Ports) all() []int {
	ports := append([]int{p.Health, p.Central, p.NATS, p.CentralMetrics, p.Interpol, p.Carriers, p.Portal, p.Pay}, p.Stations...)
	return append(append(ports, p.StationMetrics...), p.Capture...)
}

func (p Ports) free() error {
	var taken []error
	for _, port := range p.all() {
		listener, err := net.Listen("tcp", loopback(port)) //nolint:noctx // opened and closed at once
		if err != nil {
			taken = append(taken, fmt.Errorf("port %d: %w", port, err))
			continue
		}
		taken = append(taken, listener.Close())
	}
	if err := errors.Join(taken...); err != nil {
		return fmt.Errorf("the demo's ports are taken (does it run already? --port moves them): %w", err)
	}
	return nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// clusters is the directory for the private databases. PostgreSQL refuses to run as root, and its user often cannot enter root's
// checkout; then they stand in a place of their own, named after the data directory.
func clusters(dir string) string {
	if os.Geteuid() != 0 {
		return dir
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join("/var/lib/openbmis-demo", hex.EncodeToString(sum[:4]))
}

// Reset removes the data of a demo that does not run.
func Reset(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	if other := clusters(dir); other != dir {
		if err := os.RemoveAll(other); err != nil {
			return err
		}
	}
	return os.RemoveAll(dir)
}
