package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/config"
)

func TestThePortalIsOffUnlessItIsAskedFor(t *testing.T) {
	c, err := config.LoadCentral(env{}.get)
	require.NoError(t, err)
	require.False(t, c.Portal.On())
	c, err = config.LoadCentral(env{"BMIS_PORTAL_LISTEN": ":8444", "BMIS_PUBLIC_NAMES": "visa.example", "BMIS_STATE": "FRA"}.get)
	require.NoError(t, err)
	require.True(t, c.Portal.On())
	require.Equal(t, "https://visa.example", c.Portal.URL)
	require.Equal(t, "FRA", c.Portal.State)
	require.Equal(t, c.DataDir, c.Portal.DataDir)
}

func TestWrongSettingsOfThePortal(t *testing.T) {
	for _, c := range []struct {
		given    env
		variable string
	}{
		{env{"BMIS_PORTAL_CERT": "/x"}, "BMIS_PORTAL_CERT"},
		{env{"BMIS_PAY_URL": "https://pay.example"}, "BMIS_PAY_URL"},
		{env{"BMIS_SMTP_URL": "smtp://u:p@mail", "BMIS_MAIL_FOLDER": "/x"}, "BMIS_MAIL_FOLDER"},
		{env{"BMIS_PORTAL_URL": "ftp://x"}, "BMIS_PORTAL_URL"},
		{env{"BMIS_PORTAL_LISTEN": ":1", "BMIS_DSN": "x"}, "BMIS_PORTAL_DSN"},
	} {
		_, err := config.LoadCentral(c.given.get)
		require.Equal(t, []string{c.variable}, config.Variables(err))
	}
}

// The program of its own knows no setting that the centre does not, and shows no secret.
func TestThePortalsOwnProgram(t *testing.T) {
	_, err := config.LoadPortal(env{}.get)
	require.Equal(t, []string{"BMIS_PORTAL_URL", "BMIS_PORTAL_DSN", "BMIS_PORTAL_CERT"}, config.Variables(err))
	p, err := config.LoadPortal(env{
		"BMIS_PORTAL_URL": "https://visa.example", "BMIS_PORTAL_DSN": "postgres://bmis_portal:pw@db/bmis", "BMIS_PORTAL_CERT": "/c", "BMIS_PORTAL_KEY": "/k",
		"BMIS_SMTP_URL": "smtp://u:pw@mail",
	}.get)
	require.NoError(t, err)
	require.Equal(t, ":8444", p.Listen)
	c, err := config.LoadCentral(env{}.get)
	require.NoError(t, err)
	known := map[string]bool{}
	for _, s := range c.Settings() {
		known[s.Name] = true
	}
	for _, s := range p.Settings() {
		require.True(t, known[s.Name], s.Name)
		require.NotContains(t, s.Value, "pw")
	}
}
