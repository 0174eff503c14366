package listfile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

func TestCountry(t *testing.T) {
	for name, code := range map[string]string{
		"Germany": "D", "DEU": "D", "Allemagne": "D", "Alemania": "D", "Iran (Islamic Republic of)": "IRN",
		"Korea, North": "PRK", "Korea, Republic of": "KOR", "Democratic People's Republic of Korea": "PRK",
		"democratic people’s republic of korea": "PRK",
		"The Gambia": "GMB", "Gambia, The": "GMB", "Congo, Democratic Republic of the": "COD", "Congo": "COG", "Côte d’Ivoire": "CIV",
		"Türkiye": "TUR",
		"United Kingdom of Great Britain and Northern Ireland": "GBR", "UK": "GBR", "Kosovo": "RKS", "stateless": "XXA",
		"former Soviet Union": "SUN", "Burma": "MMR", "Bosnia-Herzegovina": "BIH", "USA": "USA", "U.S.A.": "USA", "XXA": "XXA",
		"Trinidad & Tobago": "TTO",
		"  Saudi\nArabia ":  "SAU", "ROM": "ROU", "Palestinian": "PSE", "Virgin Islands, British": "VGB",
		"Macedonia, The Former Yugoslav Republic of": "MKD",
	} {
		got, known := Country(name)
		require.True(t, known, name)
		require.Equal(t, code, got, name)
	}
	for letters, code := range map[string]string{"DE": "D", "EL": "GRC", "GR": "GRC", "XK": "RKS", "UK": "GBR", "GB": "GBR", "NA": "NAM",
		"D": "D", "FRA": "FRA", "DEU": "D"} {
		got, known := CountryCode(letters)
		require.True(t, known, letters)
		require.Equal(t, code, got, letters)
	}
	for _, letters := range []string{"", "-", "00", "ZZ", "na", "XYZ"} {
		_, known := CountryCode(letters)
		require.False(t, known, letters)
	}
	for _, name := range []string{"", "na", "NA", "DE", "Korea", "Atlantis", "Damascus", "(", ",", "Iran and Iraq", strings.Repeat("x",
		1000)} {
		got, known := Country(name)
		require.False(t, known, "%s is %s", name, got)
	}
}

// The names of countries of the Unicode CLDR, in the three languages of the lists, are all known and mean the same.
func TestCountriesAgreeWithCLDR(t *testing.T) {
	var wrong []string
	count := 0
	for line := range strings.Lines(countriesText) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if line[0] == '#' || cells[1] == "-" || len(cells[1]) != 2 {
			continue
		}
		region, err := language.ParseRegion(cells[1])
		if err != nil || !region.IsCountry() {
			continue
		}
		for _, tongue := range []language.Tag{language.English, language.French, language.Spanish} {
			name := display.Regions(tongue).Name(region)
			code, known := Country(name)
			if name != "" && (!known || code != cells[0]) {
				wrong = append(wrong, cells[0]+": "+name+" is "+code)
			}
			count++
		}
	}
	require.Greater(t, count, 700)
	require.Empty(t, wrong)
}

// Every name stands once, and every State that the document reader knows has names.
func TestCountriesAreWhole(t *testing.T) {
	seen, codes := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(countriesText) {
		if line[0] == '#' {
			continue
		}
		cells := strings.Split(strings.TrimSpace(line), "|")
		_, known := mrz.LookupState(cells[0])
		require.True(t, known, cells[0])
		codes[cells[0]] = true
		for _, name := range cells[2:] {
			if other, twice := seen[foldCountry(name)]; twice {
				require.Equal(t, cells[0], other, name)
			}
			seen[foldCountry(name)] = cells[0]
		}
	}
	for _, code := range mrz.States() {
		state, _ := mrz.LookupState(code)
		if state.Kind == "iso" && code != "DEU" {
			require.True(t, codes[code], code)
			got, known := Country(state.Name)
			require.True(t, known, state.Name)
			require.Equal(t, code, got, state.Name)
		}
	}
}
