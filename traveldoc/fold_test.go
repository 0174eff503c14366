package traveldoc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
)

func TestFoldNumber(t *testing.T) {
	for number, folded := range map[string]string{
		"L898902C3": "L898902C3", "l898 902-c3": "L898902C3", "00123": "123", "O0123": "123", "AB<1O2": "AB102", "o1": "1", "": "", "000": "",
	} {
		require.Equal(t, folded, traveldoc.FoldNumber(number), number)
	}
}

func TestFoldState(t *testing.T) {
	for code, folded := range map[string]string{"DEU": "D", "D": "D", "FRA": "FRA", "": ""} {
		require.Equal(t, folded, traveldoc.FoldState(code), code)
	}
}

func TestFoldName(t *testing.T) {
	for name, folded := range map[string]string{
		"Müller": "MULLER", "O'Connor-Smith": "OCONNOR SMITH", "  Anna   Maria ": "ANNA MARIA", "Ægir Þór": "AEGIR THOR",
		"ERIKSSON<<ANNA": "ERIKSSON ANNA", "Straße": "STRASSE", "": "",
	} {
		require.Equal(t, folded, traveldoc.FoldName(name), name)
	}
	require.Equal(t, traveldoc.NameKey("ERIKSSON", "ANNA MARIA"), traveldoc.NameKey("Anna Maria", "Eriksson"))
}
