package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACommandReadsTheServicesFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "station.env")
	require.NoError(t, os.WriteFile(path, []byte("BMIS_STATION_ID=almara-air\nBMIS_DATA_DIR=/srv/almara\n"), 0o600))
	file := map[string]string{FileVariable: path}
	common, err := LoadCommon(func(name string) string { return file[name] }, "station")
	require.NoError(t, err)
	require.Equal(t, "/srv/almara/postgres", common.Database.Dir)

	file["BMIS_MIGRATE_DSN"] = "host=db"
	_, err = LoadCommon(func(name string) string { return file[name] }, "station")
	require.Equal(t, []string{"BMIS_MIGRATE_DSN"}, Variables(err))
}
