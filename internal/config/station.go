package config

import "time"

// Station is the configuration of a crossing point's service.
type Station struct {
	Common
	// ID names the station everywhere: in events, certificates and NATS subjects. Lower-case letters, digits and dashes.
	ID         string
	Name       string         // for people, such as "Port Almara, hall A"
	State      string         // the State that the crossing point belongs to, three letters as in an MRZ
	Transport  Transport      // how travellers come here
	Zone       *time.Location // in which the station's days and clocks are shown
	Lanes      []Lane
	Centre     Centre
	Counter    Counter
	Documents  Documents
	Refusal    Refusal
	Protection Protection
	Fingers    Fingers
	// Interpol is the file of the adapters to outside services of the INTERPOL kind (docs/interpol.md); "" is none.
	Interpol string
	// ExpectedPolicy is the file of what differences between carriers' data and documents ask for (docs/expected.md); "" is the program's own.
	ExpectedPolicy string
	// VisaRegistry is the file of an outside e-visa platform (docs/visa-check.md); "" is none.
	VisaRegistry string
	// EvidenceKept is how long evidence stays at the station after the centre has it.
	EvidenceKept time.Duration
	// ReadingsKept is how long what a document reader sent waits for somebody to take it.
	ReadingsKept time.Duration
}

// Centre says how the station reaches the central node. Without URL and NATSURL the station works alone.
type Centre struct {
	// URL is the central node's https address, used once to enrol and again to renew the certificate.
	URL string
	// EnrolmentToken is the one-time secret from the central node; unused once the station holds its certificate.
	EnrolmentToken string
	// CAFile holds the central node's root certificate (PEM); "" trusts what the enrolment token vouches for.
	CAFile string
	// NATSURL goes before the address that enrolment gave.
	NATSURL string
	// NATSCredentials is a credentials file that goes before the one that enrolment gave.
	NATSCredentials string
}

// Counter holds the limits at the officer's screen.
type Counter struct {
	Deadlines  Deadlines
	ListAmber  time.Duration // an alert list older than this is shown in amber
	ListRed    time.Duration // an alert list older than this counts as not checked
	UndoWindow time.Duration // for this long a decision can be undone by its officer
	AdultAge   int           // in years; who is younger is a minor
}

const aboutInterpol = "JSON file of the adapters to outside services of the INTERPOL kind; empty is none"

const aboutVisaRegistry = "JSON file of an outside e-visa platform that is asked beside the State's own register (docs/visa-check.md); empty is none"

// LoadStation reads the station's configuration; the error is Problems, naming every wrong variable.
func LoadStation(getenv Getenv) (Station, error) {
	r := newReader(getenv)
	var s Station
	s.ID = r.id("BMIS_STATION_ID", "the station in events, certificates and subjects; never changes")
	s.Name = r.text("BMIS_STATION_NAME", s.ID, 80, "the station for people")
	s.State = r.state("BMIS_STATE", aboutState)
	s.Transport = Transport(r.oneOf("BMIS_TRANSPORT", "", transports, "how travellers come here: air, land, sea, rail, river, foot"))
	s.Zone = r.zone("BMIS_ZONE", "UTC", "IANA time zone of the station's clocks")
	s.Lanes = r.lanes("BMIS_LANES", "lanes and their direction: `1:entry,2:exit`")
	s.Common = r.common("station")
	s.Centre = r.centre()
	s.Counter = r.counter()
	s.Documents = r.documents()
	s.Refusal = r.refusal()
	s.Protection = r.protection()
	s.Fingers = r.fingers(s.Lanes)
	s.Interpol = r.path("BMIS_INTERPOL", "", aboutInterpol)
	s.ExpectedPolicy = r.path("BMIS_EXPECTED_POLICY", "", "JSON file of what differences between carriers' data and documents ask for; empty is the program's own")
	s.VisaRegistry = r.path("BMIS_VISA_REGISTRY", "", aboutVisaRegistry)
	s.EvidenceKept = r.duration("BMIS_EVIDENCE_KEPT", 30*24*time.Hour, span{0, 3660 * 24 * time.Hour},
		"how long evidence stays at the station after the centre has it")
	s.ReadingsKept = r.duration("BMIS_READINGS_KEPT", 24*time.Hour, span{time.Hour, 30 * 24 * time.Hour},
		"how long a reading that nobody took is kept")
	settings, err := r.done()
	s.settings = settings
	return s, err
}

func (r *reader) centre() Centre {
	c := Centre{
		URL:             r.url("BMIS_CENTRAL_URL", []string{"https"}, "central node's https address, for enrolment and renewal"),
		EnrolmentToken:  r.secret("BMIS_ENROLMENT_TOKEN", "one-time token from the central node"),
		CAFile:          r.path("BMIS_CENTRAL_CA", "", "central node's root certificate (PEM file), when the token does not vouch for it"),
		NATSURL:         r.url("BMIS_NATS_URL", []string{"nats", "tls"}, aboutNATS),
		NATSCredentials: r.path("BMIS_NATS_CREDENTIALS", "", aboutNATSCredentials),
	}
	if c.EnrolmentToken != "" && c.URL == "" {
		r.fail("BMIS_CENTRAL_URL", "is not set but BMIS_ENROLMENT_TOKEN is; expected the central node's https address")
	}
	return c
}

func (r *reader) counter() Counter {
	c := Counter{
		Deadlines:  r.deadlines("BMIS_CHECK_DEADLINES", 2*time.Second, "how long checks may take: `all:2s,alerts.national:500ms`"),
		ListAmber:  r.duration("BMIS_LIST_AMBER", 6*time.Hour, span{time.Minute, 30 * 24 * time.Hour}, "alert list older is shown amber"),
		ListRed:    r.duration("BMIS_LIST_RED", 24*time.Hour, span{time.Minute, 60 * 24 * time.Hour}, "alert list older counts as not checked"),
		UndoWindow: r.duration("BMIS_UNDO_WINDOW", time.Minute, span{0, 15 * time.Minute}, "how long a decision can be undone by its officer"),
		AdultAge:   r.number("BMIS_ADULT_AGE", 18, 12, 25, "age in years from which a traveller is no minor"),
	}
	if c.ListRed <= c.ListAmber {
		r.fail("BMIS_LIST_RED", "is not above BMIS_LIST_AMBER; expected amber first, then red")
	}
	return c
}
