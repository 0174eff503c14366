package config

import "time"

// Central is the configuration of the central node.
type Central struct {
	Common
	NATS NATS
	// FilesKept is how long after a person's last movement the stations are told of it.
	FilesKept time.Duration
	// ScreenBack is how far back crossings are searched for a new or changed alert.
	ScreenBack time.Duration
}

// NATS says how the central node and the stations meet.
type NATS struct {
	// Listen is the address of the embedded server, host:port; unused when URL is set.
	Listen string
	// Advertise are the host:port that stations are told to dial; the first public name with Listen's port when not set.
	Advertise []string
	// URL reaches an external NATS cluster; "" starts the embedded server.
	URL string
	// Credentials is the credentials file for URL.
	Credentials string
	// CAFile is the root certificate (PEM) that URL's servers show; "" trusts the machine's roots.
	CAFile string
}

// Embedded tells whether the program runs its own NATS server.
func (n NATS) Embedded() bool { return n.URL == "" }

// LoadCentral reads the central node's configuration; the error is Problems, naming every wrong variable.
func LoadCentral(getenv Getenv) (Central, error) {
	r := newReader(getenv)
	var c Central
	c.Common = r.common("central")
	c.NATS = NATS{
		Listen:      r.address("BMIS_NATS_LISTEN", ":4222", "listener of the embedded NATS server"),
		Advertise:   r.addresses("BMIS_NATS_ADVERTISE", "what stations are told to dial, HOST:PORT; empty is the first public name"),
		URL:         r.url("BMIS_NATS_URL", []string{"nats", "tls"}, aboutNATS),
		Credentials: r.path("BMIS_NATS_CREDENTIALS", "", aboutNATSCredentials),
		CAFile:      r.path("BMIS_NATS_CA", "", "root certificate (PEM file) that the servers of BMIS_NATS_URL show"),
	}
	c.FilesKept = r.duration("BMIS_FILES_KEPT", 1100*24*time.Hour, span{24 * time.Hour, 36600 * 24 * time.Hour},
		"how long after a person's last movement stations are told of the file; the default is 1,100 days")
	c.ScreenBack = r.duration("BMIS_SCREEN_BACK", 90*24*time.Hour, span{24 * time.Hour, 3660 * 24 * time.Hour},
		"how far back crossings are searched for a new or changed alert; the default is 90 days")
	if c.NATS.URL == "" && c.NATS.Credentials != "" {
		r.fail("BMIS_NATS_CREDENTIALS", "is set without BMIS_NATS_URL; expected both or neither")
	}
	settings, err := r.done()
	c.settings = settings
	return c, err
}
