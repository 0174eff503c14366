package catalogue_test

import (
	"errors"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/ui/text/internal/catalogue"
)

// files are a whole catalogue; with replaces single files of it.
func files(with map[string]string) fstest.MapFS {
	all := map[string]string{
		"a.en.toml": "[a]\nhi = \"Hello {{.name}}\"\n[a.n]\none = \"{{.count}} day\"\nother = \"{{.count}} days\"\n",
		"a.fr.toml": "[a]\nhi = \"Bonjour {{.name}}\"\n[a.n]\none = \"{{.count}} jour\"\nother = \"{{.count}} jours\"\n",
		"a.es.toml": "[a]\nhi = \"Hola {{.name}}\"\n[a.n]\none = \"{{.count}} día\"\nother = \"{{.count}} días\"\n",
		"a.ar.toml": "[a]\nhi = \"مرحبا {{.name}}\"\n[a.n]\nzero=\"0\"\none=\"1\"\ntwo=\"2\"\nfew=\"{{.count}}\"\nmany=\"{{.count}}\"\nother=\"{{.count}}\"\n",
	}
	for name, body := range with {
		all[name] = body
	}
	folder := fstest.MapFS{}
	for name, body := range all {
		folder[name] = &fstest.MapFile{Data: []byte(body)}
	}
	return folder
}

func TestWholeCatalogueHasNoFault(t *testing.T) {
	c, err := catalogue.Read(files(nil))
	require.NoError(t, err)
	require.Empty(t, c.Check())
	require.Equal(t, []string{"a.hi", "a.n"}, c.Keys("en"))
}

func TestFaultsAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		with map[string]string
		says string
	}{
		"missing":            {map[string]string{"b.en.toml": "[b]\nx=\"X\""}, "b.x: missing in ar (it stands in b.en.toml)"},
		"surplus":            {map[string]string{"b.fr.toml": "[b]\nx=\"X\""}, "b.x: stands in b.fr.toml, but not in English"},
		"other place":        {map[string]string{"a.es.toml": "[a]\nhi = \"Hola {{.nombre}}\"\n[a.n]\none = \"{{.count}}\"\nother = \"{{.count}}\""}, "places [nombre], expected [name]"},
		"no plain place":     {map[string]string{"a.en.toml": "[a]\nhi = \"Hello {{if .name}}\"\n"}, "expected {{.name}}"},
		"Arabic form":        {map[string]string{"a.ar.toml": "[a]\nhi = \"م {{.name}}\"\n[a.n]\none=\"1\"\nother=\"{{.count}}\""}, `plural form "two" is missing`},
		"plural in one":      {map[string]string{"a.es.toml": "[a]\nhi = \"Hola {{.name}}\"\nn = \"{{.count}} días\""}, "plural here or in a.en.toml"},
		"empty":              {map[string]string{"a.es.toml": "[a]\nhi = \" {{.name}}\"\nn=\"  \""}, "the text is empty"},
		"French without air": {map[string]string{"a.fr.toml": "[a]\nhi = \"Bonjour {{.name}}!\"\n[a.n]\none = \"{{.count}}\"\nother = \"{{.count}}\""}, "French puts a space"},
	} {
		t.Run(name, func(t *testing.T) {
			read, err := catalogue.Read(files(c.with))
			require.NoError(t, err)
			require.ErrorContains(t, errors.Join(read.Check()...), c.says)
		})
	}
}

func TestUnreadableFilesAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		with map[string]string
		says string
	}{
		"no TOML":        {map[string]string{"b.en.toml": "x ="}, "b.en.toml"},
		"other language": {map[string]string{"b.de.toml": ""}, "b.de.toml: expected <area>.<language>.toml"},
		"no text":        {map[string]string{"b.en.toml": "[b]\nx = 7"}, "b.x: expected a text"},
		"twice":          {map[string]string{"b.en.toml": "[a]\nhi = \"again\""}, "a.hi stands in a.en.toml too"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := catalogue.Read(files(c.with))
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestFrenchGetsItsNoBreakSpaces(t *testing.T) {
	for typed, printed := range map[string]string{
		"Données : {{.n}}": "Données\u00a0: {{.n}}", "Vraiment ?": "Vraiment\u00a0?", "Stop !": "Stop\u00a0!", "a ; b": "a\u00a0; b",
		"« oui »": "«\u00a0oui\u00a0»", "12:30": "12:30", "déjà\u00a0: bien": "déjà\u00a0: bien",
	} {
		require.Equal(t, printed, catalogue.NoBreakSpaces(typed))
	}
}

func TestSource(t *testing.T) {
	c, err := catalogue.Read(files(map[string]string{"b.en.toml": "[a]\nno_hit = \"No hit\"\n"}))
	require.NoError(t, err)
	source, err := c.Source()
	require.NoError(t, err)
	require.Contains(t, string(source), "// ANoHit is \"No hit\".\n\tANoHit Key = \"a.no_hit\"\n")
	c, err = catalogue.Read(files(map[string]string{"b.en.toml": "[a]\nno_hit = \"x\"\n[a.no]\nhit = \"y\"\n"}))
	require.NoError(t, err)
	_, err = c.Source()
	require.ErrorContains(t, err, "have the same Go name ANoHit")
}

// The generated file is that of the catalogue as it stands.
func TestKeysAreGenerated(t *testing.T) {
	c, err := catalogue.Read(os.DirFS("../../catalogue"))
	require.NoError(t, err)
	require.Empty(t, c.Check())
	want, err := c.Source()
	require.NoError(t, err)
	have, err := os.ReadFile("../../keys_gen.go")
	require.NoError(t, err)
	require.Equal(t, string(want), string(have), "run go generate ./ui/text")
}

func FuzzRead(f *testing.F) {
	f.Add("[a]\nx = \"y\"\n[a.b]\none = \"1\"\nother = \"2 {{.count}}\"")
	f.Fuzz(func(t *testing.T, body string) {
		c, err := catalogue.Read(fstest.MapFS{"z.fr.toml": &fstest.MapFile{Data: []byte(body)}})
		if err != nil {
			return
		}
		_ = c.Check()
		for _, key := range c.Keys("fr") {
			require.NotEmpty(t, c["fr"][key].Forms)
		}
	})
}
