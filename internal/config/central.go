package config

import "time"

// Central is the configuration of the central node.
type Central struct {
	Common
	NATS NATS
	// State is the one that issues visas.
	State string
	// Portal is the public portal of visas; off unless it has a listener.
	Portal Portal
	// FilesKept is how long after a person's last movement the stations are told of it.
	FilesKept time.Duration
	// ScreenBack is how far back crossings are searched for a new or changed alert.
	ScreenBack time.Duration
	// FingerPolicy is the file of the country's policy of fingerprints (docs/prints.md): the same as at the stations; "" is the program's own.
	FingerPolicy string
	// ABIS is the file of settings of an outside ABIS (docs/abis.md); "": the centre searches in its own gallery.
	ABIS string
	// Carriers is how carriers meet the centre (docs/carriers.md).
	Carriers Carriers
	// PassengerLaw is the profile of the law that holds for passenger data: a shipped one's id or a JSON file; "" is the program's own.
	PassengerLaw string
	// BoardPolicy is the file of the State's policy of interactive answers (docs/boarding.md); "" is the program's own.
	BoardPolicy string
	// Interpol is the file of the adapters to outside services of the INTERPOL kind (docs/interpol.md) that expected persons are asked about;
	// "" is none.
	Interpol string
	// CarrierPolicy is the file of what a State asks of carriers (docs/scorecard.md); "" is the program's own.
	CarrierPolicy string
	// CarrierDelegates is a file of "DOOR CARRIER [CARRIER...]" lines: whose flights a carrier may tell of beside its own; "" for none.
	CarrierDelegates string
	// Airports is a file of "CODE Zone [Country]" lines beside the built-in table; "": that table alone.
	Airports string
	// VisaRegistry is the file of an outside e-visa platform (docs/visa-check.md); "" is none.
	VisaRegistry string
	// Visas is how visas are issued.
	Visas Visas
}

// Carriers says how carriers and the central node meet.
type Carriers struct {
	// Listen is the address of the embedded NATS server for carriers; "" for none. Unused when URL is set.
	Listen string
	// URL reaches an external NATS cluster that trusts the centre's operator; "" starts the embedded server.
	URL string
	// Credentials is the credentials file of the gate's user for URL; "": the centre signs one itself.
	Credentials string
	// Folder is watched for files, with one folder per carrier in it; "" for none.
	Folder string
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
	c.FingerPolicy = r.path("BMIS_FINGER_POLICY", "", aboutFingerPolicy)
	c.ABIS = r.path("BMIS_ABIS", "", "JSON file of the outside ABIS that searches for prints (docs/abis.md); empty: the centre's own gallery does")
	if c.NATS.URL == "" && c.NATS.Credentials != "" {
		r.fail("BMIS_NATS_CREDENTIALS", "is set without BMIS_NATS_URL; expected both or neither")
	}
	c.readPassengers(r)
	c.VisaRegistry = r.path("BMIS_VISA_REGISTRY", "", aboutVisaRegistry)
	c.Visas = r.visas()
	c.readPortal(r)
	settings, err := r.done()
	c.settings = settings
	return c, err
}

func (c *Central) readPassengers(r *reader) {
	c.Carriers = Carriers{
		Listen:      r.optionalAddress("BMIS_CARRIER_LISTEN", ":4223", "listener of the embedded NATS server for carriers; 'off' for none"),
		URL:         r.url("BMIS_CARRIER_NATS_URL", []string{"nats", "tls"}, "external NATS cluster for carriers (docs/carriers.md); empty starts the embedded server"),
		Credentials: r.path("BMIS_CARRIER_NATS_CREDENTIALS", "", "credentials file of the gate's user at BMIS_CARRIER_NATS_URL; empty: the centre signs its own"),
		Folder:      r.path("BMIS_CARRIER_FOLDER", "", "folder that is watched for carriers' files, with one folder per carrier in it; empty for none"),
	}
	c.PassengerLaw = r.get("BMIS_PASSENGER_LAW", "", "law of passenger data: icao-annex9, eu-pnr, ... or a JSON file (docs/passenger-law.md); empty is icao-annex9")
	c.BoardPolicy = r.path("BMIS_BOARD_POLICY", "", "JSON file of the State's answers to carriers: codes, time-outs, deadlines (docs/boarding.md)")
	c.Interpol = r.path("BMIS_INTERPOL", "", aboutInterpol)
	c.CarrierPolicy = r.path("BMIS_CARRIER_POLICY", "", "JSON file of what carriers owe of each flight: pushes, fields, tolerance (docs/scorecard.md)")
	c.CarrierDelegates = r.path("BMIS_CARRIER_DELEGATES", "", "file of lines DOOR CARRIER [CARRIER...]: whose flights a carrier may tell of beside its own (docs/carriers.md)")
	c.Airports = r.path("BMIS_AIRPORTS", "", "file of lines CODE Zone [Country], beside the built-in table of airports")
	if c.Carriers.URL == "" && c.Carriers.Credentials != "" {
		r.fail("BMIS_CARRIER_NATS_CREDENTIALS", "is set without BMIS_CARRIER_NATS_URL; expected both or neither")
	}
}
