package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/config"
)

func loadFingers(agent, trust string) (config.Fingers, error) {
	s, err := config.LoadStation(func(name string) string {
		return map[string]string{
			"BMIS_STATION_ID": "a", "BMIS_TRANSPORT": "air", "BMIS_LANES": "1:entry,2:exit,SIM:entry", "BMIS_DATA_DIR": "/data",
			"BMIS_CAPTURE_AGENT": agent, "BMIS_CAPTURE_TRUST": trust,
		}[name]
	})
	return s.Fingers, err
}

func TestEachLaneHasItsFingerprintReader(t *testing.T) {
	none, err := loadFingers("", "")
	require.NoError(t, err)
	require.False(t, none.Taken())

	one, err := loadFingers("http://127.0.0.1:4501/", "/t.pem")
	require.NoError(t, err)
	require.True(t, one.Taken())
	require.Equal(t, "http://127.0.0.1:4501", one.Agent)
	require.Empty(t, one.Agents)
	withQuery, err := loadFingers("https://desk/?a=b", "/t.pem")
	require.NoError(t, err)
	require.Equal(t, "https://desk/?a=b", withQuery.Agent)

	each, err := loadFingers("1=http://127.0.0.1:4501/, SIM=https://desk1:4510", "/t.pem")
	require.NoError(t, err)
	require.True(t, each.Taken())
	require.Empty(t, each.Agent)
	require.Equal(t, map[string]string{"1": "http://127.0.0.1:4501", "SIM": "https://desk1:4510"}, each.Agents)
}

func TestFaultsOfReadersByLaneAreTold(t *testing.T) {
	for value, told := range map[string]string{
		"3=http://h:1":              `lane "3" is none of BMIS_LANES`,
		"1=http://h:1,1=http://h:2": `lane "1" is named twice`,
		"1=http://h:1,2":            `"2": expected LANE=ADDRESS`,
		"1=":                        `"1=": expected LANE=ADDRESS`,
		"1=ftp://h:1":               "no usable address",
		"1=http://u:p@h:1":          "holds a user or password",
		"127.0.0.1:4501":            "no usable address",
	} {
		_, err := loadFingers(value, "/t.pem")
		require.ErrorContains(t, err, told, value)
		require.ErrorContains(t, err, "BMIS_CAPTURE_AGENT", value)
	}
	_, err := loadFingers("1=http://h:1", "")
	require.ErrorContains(t, err, "BMIS_CAPTURE_TRUST")
}
