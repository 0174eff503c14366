package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/config"
)

func TestServicesAndForms(t *testing.T) {
	with := func(more env) (config.Station, error) {
		e := env{"BMIS_STATION_ID": "x", "BMIS_TRANSPORT": "air", "BMIS_LANES": "1:entry"}
		for name, value := range more {
			e[name] = value
		}
		return config.LoadStation(e.get)
	}
	s, err := with(nil)
	require.NoError(t, err)
	require.Empty(t, s.Protection.Services)
	require.Equal(t, 30*time.Minute, s.Protection.Acknowledge)
	require.Equal(t, config.Refusal{}, s.Refusal)

	s, err = with(env{
		"BMIS_PROTECTION_SERVICES": "asylum: Asylum office, separated_child:Child line", "BMIS_PROTECTION_ACKNOWLEDGE": "10m",
		"BMIS_REFUSAL_REASONS": "/etc/reasons.json", "BMIS_CHROMIUM": "off",
	})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"asylum": "Asylum office", "separated_child": "Child line"}, s.Protection.Services)
	require.Equal(t, 10*time.Minute, s.Protection.Acknowledge)
	require.Equal(t, "/etc/reasons.json", s.Refusal.ReasonsFile)
	require.Equal(t, "off", s.Refusal.Chromium)

	for name, c := range map[string]struct {
		env  env
		says string
	}{
		"unknown kind": {env{"BMIS_PROTECTION_SERVICES": "refugee:X"}, "names no kind; expected one of asylum"},
		"no name":      {env{"BMIS_PROTECTION_SERVICES": "asylum:"}, "names no service"},
		"twice":        {env{"BMIS_PROTECTION_SERVICES": "asylum:A,asylum:B"}, "asylum twice"},
		"long name":    {env{"BMIS_PROTECTION_SERVICES": "asylum:" + strings.Repeat("x", 81)}, "expected 1 to 80 characters"},
		"acknowledge":  {env{"BMIS_PROTECTION_ACKNOWLEDGE": "2d"}, "BMIS_PROTECTION_ACKNOWLEDGE"},
		"browser":      {env{"BMIS_CHROMIUM": "bin/chromium"}, "expected an absolute path"},
	} {
		_, err := with(c.env)
		require.ErrorContains(t, err, c.says, name)
	}
}
