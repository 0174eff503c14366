package config_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/config"
)

type env map[string]string

func (e env) get(name string) string { return e[name] }

// least is the smallest station that loads.
func least(more env) env {
	e := env{"BMIS_STATION_ID": "almara-air", "BMIS_TRANSPORT": "air", "BMIS_LANES": "1:entry,2:exit", "STATE_DIRECTORY": "/var/lib/openbmis/station"}
	for name, value := range more {
		e[name] = value
	}
	return e
}

func TestStationDefaults(t *testing.T) {
	s, err := config.LoadStation(least(nil).get)
	require.NoError(t, err)
	require.Equal(t, "almara-air", s.ID)
	require.Equal(t, "almara-air", s.Name, "the name falls back to the id")
	require.Equal(t, config.Air, s.Transport)
	require.Equal(t, time.UTC, s.Zone)
	require.Equal(t, []config.Lane{{Name: "1", Direction: config.Entry}, {Name: "2", Direction: config.Exit}}, s.Lanes)
	require.Equal(t, "/var/lib/openbmis/station", s.DataDir)
	require.Equal(t, "/var/lib/openbmis/station/postgres", s.Database.Dir)
	require.True(t, s.Database.Embedded())
	require.Equal(t, ":8443", s.HTTP.Listen)
	require.Equal(t, []string{"localhost"}, s.HTTP.Names)
	require.Equal(t, "127.0.0.1:9464", s.HTTP.Metrics)
	require.Equal(t, 2*time.Second, s.Counter.Deadlines.For("alerts"))
	require.Equal(t, 6*time.Hour, s.Counter.ListAmber)
	require.Equal(t, 24*time.Hour, s.Counter.ListRed)
	require.Equal(t, time.Minute, s.Counter.UndoWindow)
	require.Equal(t, 5*time.Minute, s.Session.IdleLock)
	require.Equal(t, 12*time.Hour, s.Session.Lifetime)
	require.Equal(t, slog.LevelInfo, s.LogLevel)
	require.Equal(t, "en", s.Language)
	require.Empty(t, s.Centre.URL)
}

func TestStationReadsEverything(t *testing.T) {
	s, err := config.LoadStation(least(env{
		"BMIS_STATION_NAME": "Port Almara, hall A", "BMIS_ZONE": "Asia/Kathmandu", "BMIS_DATA_DIR": "/srv/bmis", "BMIS_PG_BIN": "/usr/lib/postgresql/15/bin",
		"BMIS_LISTEN": "127.0.0.1:0", "BMIS_PUBLIC_NAMES": "hall-a.border.example, 10.0.0.7", "BMIS_METRICS_LISTEN": "off",
		"BMIS_CENTRAL_URL": "https://central.example:8443/", "BMIS_ENROLMENT_TOKEN": "s3cret", "BMIS_NATS_URL": "tls://central.example:4222",
		"BMIS_CHECK_DEADLINES": "all:1s,alerts:500ms", "BMIS_LIST_AMBER": "1h", "BMIS_LIST_RED": "2h", "BMIS_UNDO_WINDOW": "90s",
		"BMIS_IDLE_LOCK": "2m", "BMIS_SESSION_LIFETIME": "8h", "BMIS_LOG_LEVEL": "debug", "BMIS_LANGUAGE": "ar",
		"BMIS_DSN": "postgres://bmis_app:pw@db/bmis", "BMIS_MIGRATE_DSN": "postgres://owner:pw@db/bmis",
	}).get)
	require.NoError(t, err)
	require.Equal(t, "Port Almara, hall A", s.Name)
	require.Equal(t, "Asia/Kathmandu", s.Zone.String())
	require.Equal(t, "/usr/lib/postgresql/15/bin", s.Database.PGBin)
	require.False(t, s.Database.Embedded())
	require.Equal(t, []string{"hall-a.border.example", "10.0.0.7"}, s.HTTP.Names)
	require.Empty(t, s.HTTP.Metrics)
	require.Equal(t, "https://central.example:8443", s.Centre.URL)
	require.Equal(t, "s3cret", s.Centre.EnrolmentToken)
	require.Equal(t, 500*time.Millisecond, s.Counter.Deadlines.For("alerts"))
	require.Equal(t, time.Second, s.Counter.Deadlines.For("document"))
	require.Equal(t, slog.LevelDebug, s.LogLevel)
	require.Equal(t, "ar", s.Language)
}

func TestCentral(t *testing.T) {
	c, err := config.LoadCentral(env{"STATE_DIRECTORY": "/var/lib/c"}.get)
	require.NoError(t, err)
	require.True(t, c.NATS.Embedded())
	require.Equal(t, ":4222", c.NATS.Listen)

	c, err = config.LoadCentral(env{"BMIS_NATS_URL": "tls://n1:4222", "BMIS_NATS_CREDENTIALS": "/etc/openbmis/central.creds", "BMIS_NATS_ADVERTISE": "n1:4222,n2:4222"}.get)
	require.NoError(t, err)
	require.False(t, c.NATS.Embedded())
	require.Equal(t, []string{"n1:4222", "n2:4222"}, c.NATS.Advertise)
}

func TestEveryProblemIsToldAtOnce(t *testing.T) {
	_, err := config.LoadStation(env{
		"BMIS_STATION_ID": "Hall A", "BMIS_TRANSPORT": "boat", "BMIS_ZONE": "Local", "BMIS_LANES": "1:in", "BMIS_LISTEN": "8443",
		"BMIS_PUBLIC_NAMES": "https://x", "BMIS_METRICS_LISTEN": "here:99999", "BMIS_IDLE_LOCK": "soon", "BMIS_SESSION_LIFETIME": "400h",
		"BMIS_LOG_LEVEL": "loud", "BMIS_LANGUAGE": "de", "BMIS_ENROLMENT_TOKEN": "t", "BMIS_NATS_URL": "http://x", "BMIS_CHECK_DEADLINES": "alerts:1h",
		"BMIS_LIST_AMBER": "2h", "BMIS_LIST_RED": "1h", "BMIS_MIGRATE_DSN": "postgres://x",
	}.get)
	require.ElementsMatch(t, []string{
		"BMIS_STATION_ID", "BMIS_TRANSPORT", "BMIS_ZONE", "BMIS_LANES", "BMIS_LISTEN", "BMIS_PUBLIC_NAMES", "BMIS_METRICS_LISTEN", "BMIS_IDLE_LOCK",
		"BMIS_SESSION_LIFETIME", "BMIS_LOG_LEVEL", "BMIS_LANGUAGE", "BMIS_CENTRAL_URL", "BMIS_NATS_URL", "BMIS_CHECK_DEADLINES", "BMIS_LIST_RED", "BMIS_MIGRATE_DSN",
	}, config.Variables(err))
	for _, expected := range []string{"expected 1 to 32 lower-case letters", "expected one of air, land, sea, rail, river, foot", "such as Europe/Lisbon", "expected NAME:entry or NAME:exit"} {
		require.ErrorContains(t, err, expected)
	}
}

func TestOneWrongValue(t *testing.T) {
	for _, c := range []struct{ variable, value, expected string }{
		{"BMIS_LANES", "1:entry,1:exit", "each lane once"},
		{"BMIS_LANES", ",", "names 0 lanes"},
		{"BMIS_LANES", "a-very-long-lane-name:entry", "1 to 16 characters"},
		{"BMIS_CENTRAL_URL", "http://central.example", "https://HOST:PORT"},
		{"BMIS_NATS_URL", "tls://user:pw@x:4222", "credentials file"},
		{"BMIS_STATION_ID", "-a", "inner dashes"},
		{"BMIS_UNDO_WINDOW", "-1s", "from 0s to 15m, such as 1m"},
		{"BMIS_ADULT_AGE", "eighteen", "a whole number from 12 to 25"},
		{"BMIS_CHECK_DEADLINES", "alerts", "CHECK:DURATION"},
		{"BMIS_DSN_FILE", "/does/not/exist", "cannot be read"},
		{"BMIS_CONFIG", "/does/not/exist", "KEY=VALUE"},
	} {
		_, err := config.LoadStation(least(env{c.variable: c.value}).get)
		require.Equal(t, []string{c.variable}, config.Variables(err), c.value)
		require.ErrorContains(t, err, c.expected)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "station.env")
	write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }

	write("# hall A\nBMIS_STATION_NAME=\"Port \\\"Almara\\\", hall A\"\nBMIS_ZONE='Europe/Lisbon'\nBMIS_LANGUAGE=fr\n")
	s, err := config.LoadStation(least(env{"BMIS_CONFIG": path, "BMIS_LANGUAGE": "es"}).get)
	require.NoError(t, err)
	require.Equal(t, `Port "Almara", hall A`, s.Name)
	require.Equal(t, "Europe/Lisbon", s.Zone.String())
	require.Equal(t, "es", s.Language, "the environment goes before the file")

	write("BMIS_TONGUE=fr\n")
	_, err = config.LoadStation(least(env{"BMIS_CONFIG": path}).get)
	require.Equal(t, []string{"BMIS_TONGUE"}, config.Variables(err), "a key that nobody reads is told")

	write("BMIS_LANGUAGE=fr\nBMIS_LANGUAGE=en\n")
	_, err = config.LoadStation(least(env{"BMIS_CONFIG": path}).get)
	require.ErrorContains(t, err, "line 2: BMIS_LANGUAGE is given a second time")
}

func TestSecretsAreHidden(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(path, []byte("tok-from-file\n"), 0o600))
	s, err := config.LoadStation(least(env{
		"BMIS_ENROLMENT_TOKEN_FILE": path, "BMIS_CENTRAL_URL": "https://c:1", "BMIS_DSN": "postgres://bmis_app:hunter2@db/x", "BMIS_MIGRATE_DSN": "postgres://o:hunter3@db/x",
	}).get)
	require.NoError(t, err)
	require.Equal(t, "tok-from-file", s.Centre.EnrolmentToken)
	text := s.String()
	require.NotContains(t, text, "tok-from-file")
	require.NotContains(t, text, "hunter")
	require.Contains(t, text, "BMIS_DSN=(hidden)\n")
	require.Contains(t, text, "BMIS_CENTRAL_URL=https://c:1\n")

	_, err = config.LoadStation(least(env{"BMIS_DSN": "postgres://u:hunter2@x", "BMIS_DSN_FILE": path}).get)
	require.ErrorContains(t, err, "expected one of them")
	require.NotContains(t, err.Error(), "hunter2")
}

func TestSettingsNameEachVariableOnce(t *testing.T) {
	s, err := config.LoadStation(least(nil).get)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, setting := range s.Settings() {
		require.False(t, seen[setting.Name], setting.Name)
		require.NotEmpty(t, setting.About, setting.Name)
		seen[setting.Name] = true
	}
	require.True(t, seen["BMIS_LANES"])
}
