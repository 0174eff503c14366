package deployments_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

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
		"portal.env.example":  func(g config.Getenv) error { _, err := config.LoadPortal(g); return err },
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

// The units name programs and files that the repository has.
func TestUnitsAreConsistent(t *testing.T) {
	for _, program := range []string{"station", "central", "portal"} {
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
