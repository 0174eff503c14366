// Package config turns environment variables into the typed configuration of the programs, so that a wrong setting is told
// at start, all of them at once, by name and with what was expected. It must never print or log a secret, and it opens
// nothing: no database, no socket, no network.
package config

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // a station's zone must be known on machines without the zone files, such as small containers
)

// Getenv gives a variable's value and "" when it is not set; os.Getenv is one.
type Getenv func(name string) string

// FileVariable names the optional KEY=VALUE file; the environment goes before the file.
const FileVariable = "BMIS_CONFIG"

// Database says where a program keeps its rows.
type Database struct {
	// Dir is the private PostgreSQL cluster's directory (absolute); unused when DSN is set.
	Dir string
	// DSN reaches an external PostgreSQL as the role that owns nothing (bmis_app); "" starts the private cluster.
	DSN string
	// MigrateDSN reaches the same database as the role that owns the tables; needed with DSN when the program migrates.
	MigrateDSN string
	// PGBin is the directory of initdb and postgres; "" searches the usual places.
	PGBin string
}

// Embedded tells whether the program starts its own PostgreSQL.
func (d Database) Embedded() bool { return d.DSN == "" }

// HTTP says where people and machines reach the program.
type HTTP struct {
	// Listen is the address of the https listener, host:port.
	Listen string
	// Names are the DNS names (or IP addresses) that people type; the first one makes links and goes first into the certificate.
	Names []string
	// Metrics is the address of the plain listener for /metrics, /healthz and /readyz; "" switches it off.
	Metrics string
}

// Session holds the limits of a person's session.
type Session struct {
	IdleLock time.Duration // without a key or click for this long, the screen locks
	Lifetime time.Duration // a session ends after this long, whatever happens
}

// Common is what both programs need.
type Common struct {
	// DataDir holds keys, the private cluster and nothing that cannot be backed up as files when the program is stopped; absolute.
	DataDir  string
	Database Database
	HTTP     HTTP
	Session  Session
	LogLevel slog.Level
	// Language is the one shown before a person has chosen: en, fr, es or ar.
	Language string
	// StayRules is the file of the country's regimes of stay (see docs/stay.md); "" is 90 days in any 180 for everybody.
	StayRules string
	// BackupsKept is how long backups of the database are kept. What they hold of evidence dies with its key after that (docs/evidence.md).
	BackupsKept time.Duration

	settings []Setting
}

// Settings lists what was read, in reading order, with secrets hidden.
func (c Common) Settings() []Setting { return c.settings }

// String is the effective configuration as KEY=VALUE lines, secrets hidden; it is itself a valid file but for the secrets.
func (c Common) String() string {
	var b strings.Builder
	for _, s := range c.settings {
		fmt.Fprintf(&b, "%s=%s\n", s.Name, s.Value)
	}
	return b.String()
}

const (
	aboutNATS            = "external NATS, `tls://HOST:PORT`; empty: what enrolment gave (station), the embedded server (central)"
	aboutNATSCredentials = "credentials file for BMIS_NATS_URL"
)

func (r *reader) common(program string) Common {
	var c Common
	c.DataDir = r.path("BMIS_DATA_DIR", defaultDataDir(r.getenv, program), aboutDataDir)
	c.Database = Database{
		DSN:        r.secret("BMIS_DSN", "external PostgreSQL, as the role bmis_app; empty starts a private one"),
		MigrateDSN: r.secret("BMIS_MIGRATE_DSN", "the same database as its owner, for migrations"),
		PGBin:      r.path("BMIS_PG_BIN", "", "directory of initdb and postgres; empty searches the usual places"),
		Dir:        r.path("BMIS_PG_DIR", filepath.Join(c.DataDir, "postgres"), "directory of the private database cluster"),
	}
	if c.Database.DSN == "" && c.Database.MigrateDSN != "" {
		r.fail("BMIS_MIGRATE_DSN", "is set without BMIS_DSN; expected both or neither")
	}
	c.HTTP = HTTP{
		Listen:  r.address("BMIS_LISTEN", ":8443", "https listener"),
		Names:   r.hosts("BMIS_PUBLIC_NAMES", "localhost", "names people type, first one preferred"),
		Metrics: r.optionalAddress("BMIS_METRICS_LISTEN", "127.0.0.1:9464", "plain listener of /metrics, /healthz, /readyz; 'off' for none"),
	}
	c.Session = Session{
		IdleLock: r.duration("BMIS_IDLE_LOCK", 5*time.Minute, span{10 * time.Second, time.Hour}, "the screen locks after so long without an act"),
		Lifetime: r.duration("BMIS_SESSION_LIFETIME", 12*time.Hour, span{time.Minute, 24 * time.Hour}, "a session ends after so long"),
	}
	c.LogLevel = r.logLevel("BMIS_LOG_LEVEL")
	c.Language = r.oneOf("BMIS_LANGUAGE", "en", []string{"en", "fr", "es", "ar"}, aboutLanguage)
	c.StayRules = r.path("BMIS_STAY_RULES", "", "JSON file of the country's rules of stay; empty is 90 days in any 180 for everybody")
	c.BackupsKept = r.duration("BMIS_BACKUPS_KEPT", 35*24*time.Hour, span{24 * time.Hour, 3660 * 24 * time.Hour},
		"how long backups are kept; older ones cannot be read for evidence")
	return c
}

// defaultDataDir follows systemd's StateDirectory, then the XDG base directories, then the working directory.
func defaultDataDir(getenv Getenv, program string) string {
	if dir := getenv("STATE_DIRECTORY"); dir != "" {
		first, _, _ := strings.Cut(dir, ":")
		return first
	}
	if dir := getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "openbmis", program)
	}
	return filepath.Join("data", program)
}
