package config_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/config"
)

// The table of docs/operations.md has a row for every setting, with its default and what it is for, and no other.
func TestEverySettingIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	var documented []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `BMIS_") {
			documented = append(documented, strings.TrimSpace(line))
		}
	}
	s, err := config.LoadStation(env{"BMIS_STATION_ID": "x", "BMIS_TRANSPORT": "air", "BMIS_LANES": "1:entry"}.get)
	require.NoError(t, err)
	c, err := config.LoadCentral(env{}.get)
	require.NoError(t, err)
	require.ElementsMatch(t, rows(s.Settings(), c.Settings()), documented)
}

func rows(station, central []config.Setting) []string {
	where := map[string]string{}
	for _, s := range central {
		where[s.Name] = "central"
	}
	var made []string
	row := func(s config.Setting, program string) {
		value := s.Value
		switch {
		case !s.Default:
			value = "" // given by the test: there is no default
		case strings.Contains(" BMIS_DATA_DIR BMIS_PG_DIR BMIS_STATION_NAME ", " "+s.Name+" "):
			value = "see below"
		case value != "":
			value = "`" + value + "`"
		}
		made = append(made, fmt.Sprintf("| `%s` | %s | %s | %s |", s.Name, program, value, s.About))
	}
	for _, s := range station {
		program := "station"
		if where[s.Name] != "" {
			program = "both"
			delete(where, s.Name)
		}
		row(s, program)
	}
	for _, s := range central {
		if where[s.Name] != "" {
			row(s, "central")
		}
	}
	return made
}
