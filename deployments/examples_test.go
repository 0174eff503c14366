package deployments_test

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/config"
)

func with(file string) config.Getenv {
	return func(name string) string {
		return map[string]string{config.FileVariable: file, "STATE_DIRECTORY": "/var/lib/openbmis"}[name]
	}
}

func TestStationExampleLoads(t *testing.T) {
	s, err := config.LoadStation(with("station.env.example"))
	require.NoError(t, err)
	require.Equal(t, "almara-air", s.ID)
	require.Len(t, s.Lanes, 3)
	require.True(t, s.Database.Embedded())
}

func TestCentralExampleLoads(t *testing.T) {
	c, err := config.LoadCentral(with("central.env.example"))
	require.NoError(t, err)
	require.True(t, c.NATS.Embedded())
	require.Equal(t, []string{"central.border.example:4222"}, c.NATS.Advertise)
}

// The lines that stand commented out in an example are settings too: all of them at once must be known ones.
func TestCommentedSettingsAreKnown(t *testing.T) {
	commented := regexp.MustCompile(`(?m)^# (BMIS_[A-Z_]+=)`)
	for example, load := range map[string]func(config.Getenv) error{
		"station.env.example": func(g config.Getenv) error { _, err := config.LoadStation(g); return err },
		"central.env.example": func(g config.Getenv) error { _, err := config.LoadCentral(g); return err },
	} {
		text, err := os.ReadFile(example)
		require.NoError(t, err)
		require.Regexp(t, commented, string(text))
		file := filepath.Join(t.TempDir(), "env")
		require.NoError(t, os.WriteFile(file, commented.ReplaceAll(text, []byte("$1")), 0o600))
		if err := load(with(file)); err != nil {
			require.NotContains(t, err.Error(), "no setting of this program", example)
		}
	}
}

// NATS's own parser reads the three nodes, with certificates in the place of those that an installation puts there.
func TestNATSClusterParses(t *testing.T) {
	dir := t.TempDir()
	certificates(t, dir)
	shared, err := os.ReadFile("nats/shared.conf")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "shared.conf"), shared, 0o600))

	for _, node := range []string{"nats1", "nats2", "nats3"} {
		text, err := os.ReadFile(filepath.Join("nats", node+".conf"))
		require.NoError(t, err)
		file := filepath.Join(dir, node+".conf")
		require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "/etc/nats/tls", dir)), 0o600))

		opts, err := server.ProcessConfigFile(file)
		require.NoError(t, err, node)
		require.Equal(t, node, opts.ServerName)
		require.True(t, opts.JetStream)
		require.True(t, opts.SyncAlways, "a confirmed message is on the disk")
		require.Len(t, opts.Routes, 2, "two other nodes")
		require.True(t, opts.TLSMap, "a station is who its certificate says")
		require.Equal(t, tls.RequireAndVerifyClientCert, opts.TLSConfig.ClientAuth, "without a certificate nobody gets in")
		for _, route := range opts.Routes {
			require.NotContains(t, route.Host, node+".", "a node does not dial itself")
		}
		requireStationsAreApart(t, opts)
	}
}

// A station may publish and subscribe nothing that bears another station's name.
func requireStationsAreApart(t *testing.T, opts *server.Options) {
	stations := 0
	for _, user := range opts.Users {
		if user.Username == "central" || user.Permissions == nil {
			continue
		}
		stations++
		subjects := append(append([]string{}, user.Permissions.Publish.Allow...), user.Permissions.Subscribe.Allow...)
		for _, subject := range subjects {
			own := strings.Contains(subject, user.Username)
			require.True(t, own || strings.HasPrefix(subject, "ref."), "%s may use %s", user.Username, subject)
			require.NotEqual(t, ">", subject)
		}
	}
	require.Equal(t, 2, stations)
}

// The units name programs and files that the repository has.
func TestUnitsAreConsistent(t *testing.T) {
	for _, program := range []string{"station", "central"} {
		text, err := os.ReadFile("systemd/openbmis-" + program + ".service")
		require.NoError(t, err)
		require.Contains(t, string(text), "ExecStart=/usr/local/bin/"+program+"\n")
		require.Contains(t, string(text), "BMIS_CONFIG=/etc/openbmis/"+program+".env\n")
		for _, hardening := range []string{"NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "CapabilityBoundingSet=\n", "SystemCallFilter=@system-service", "MemoryDenyWriteExecute=yes"} {
			require.Contains(t, string(text), hardening)
		}
		require.FileExists(t, program+".env.example")
		require.DirExists(t, filepath.Join("..", "cmd", program))
	}
}
