package pgcluster

import (
	"log/slog"
	"slices"
	"time"
)

// Names inside the cluster.
const (
	Superuser = "bmis"     // made by initdb; owns the schema, runs migrations, bypasses row policies: never the application's
	AppRole   = "bmis_app" // what the application connects as; made by the migrations
	Database  = "bmis"     // the application's database
)

// Config says where a cluster lives and how it runs. Only Root is required.
type Config struct {
	Root   string // directory of the cluster: data, log and lock are below it; made if missing
	BinDir string // directory of PostgreSQL's programs, as BMIS_PG_BIN gives it; "" finds one
	User   string // system user the server runs as when we are root; "" is postgres, else nobody

	Settings map[string]string // PostgreSQL settings, over the defaults; "" removes a default
	NoSync   bool              // initdb without waiting for the disk
	Reserve  int64             // bytes of the disk kept for when it is full; 0 is 64 MB, below 0 and with NoSync none
	TempDir  string            // where the short socket directory is made; "" is the system's

	StartTimeout time.Duration    // until the server answers; 0 is two minutes (recovery after a crash takes its time)
	StopTimeout  time.Duration    // for a clean stop before an immediate one; 0 is 30 seconds
	Logger       *slog.Logger     // nil is silent
	Now          func() time.Time // nil is the system's clock
}

// defaults are the settings of a station's database on a modest machine (platform.md, 2.1). The server's own log names no
// statement and no value: they are people's records. Errors go to the program that caused them.
func defaults(major int) map[string]string {
	settings := map[string]string{
		"shared_buffers":             "128MB",
		"max_connections":            "60",
		"max_wal_size":               "2GB",
		"wal_compression":            "on",
		"jit":                        "off",
		"timezone":                   "UTC",
		"log_timezone":               "UTC",
		"logging_collector":          "off",
		"log_destination":            "stderr",
		"log_min_messages":           "log",
		"log_min_error_statement":    "panic",
		"log_error_verbosity":        "terse",
		"listen_addresses":           "",
		"unix_socket_permissions":    "0700",
		"log_line_prefix":            "%m [%p] ",
		"log_min_duration_statement": "-1",
	}
	if major >= 15 {
		settings["wal_compression"] = "lz4"
	}
	return settings
}

// arguments are the -c arguments of postgres, sorted.
func arguments(settings map[string]string) []string {
	names := make([]string, 0, len(settings))
	for name := range settings {
		names = append(names, name)
	}
	slices.Sort(names)
	var args []string
	for _, name := range names {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

func (c Config) withDefaults() Config {
	if c.StartTimeout == 0 {
		c.StartTimeout = 2 * time.Minute
	}
	if c.StopTimeout == 0 {
		c.StopTimeout = 30 * time.Second
	}
	if c.Reserve == 0 && !c.NoSync {
		c.Reserve = defaultReserve
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// settings are the defaults, overridden by the configuration.
func (c Config) settings(major int) map[string]string {
	all := defaults(major)
	for name, value := range c.Settings {
		all[name] = value
	}
	return all
}
