package paxlst_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// field reads a message as it was received in the field; the data stands outside of the repository.
func field(t *testing.T, name string) (apipnr.Message, []apipnr.Diagnostic) {
	t.Helper()
	folder := os.Getenv("BMIS_TEST_DATA")
	if folder == "" {
		t.Skip("BMIS_TEST_DATA is not set: messages from the field are not read")
	}
	body, err := os.ReadFile(filepath.Join(folder, "api_pnr", "paxlst", name))
	require.NoError(t, err)
	messages, outside := read(string(body))
	require.Len(t, messages, 1)
	return messages[0], outside
}

func TestRealCrewList(t *testing.T) {
	m, outside := field(t, "crew.edi")
	require.Equal(t, apipnr.CrewList, m.Function)
	require.Equal(t, "D:02B", m.Version)
	require.Equal(t, []string{"UA0989 FRA-IAD crossing 2017-01-27T17:25/2017-01-28T07:10"}, legs(m))
	require.Len(t, m.Travellers, 8)
	require.Equal(t, 8, *m.Declared.Crew)
	for _, member := range m.Travellers {
		require.Equal(t, apipnr.Crew, member.Kind)
		require.Equal(t, 1978, member.BirthDate.Year())
		require.Len(t, member.Documents, 1)
		require.Equal(t, "P", member.Documents[0].Type)
		require.Equal(t, "2061-02-18", member.Documents[0].Expiry.String())
		require.Equal(t, "GBR", member.Documents[0].Issuer)
	}
	require.Equal(t, []string{apipnr.CodeCount}, codesOf(m.Diagnostics))
	require.Equal(t, []string{apipnr.CodeSeparators, apipnr.CodeReference, apipnr.CodeReference}, codesOf(outside))
}

// The file has a space before UNA, an indent on every line, and UNA of six characters with an asterisk.
func TestRealTwoLegs(t *testing.T) {
	m, outside := field(t, "two-legs.edi")
	require.Empty(t, outside)
	require.Empty(t, m.Diagnostics)
	require.Equal(t, []string{
		"AA0123 ATL-ORD other 2007-02-19T15:40/2007-02-19T17:40", "AA0124 ORD-JFK other 2007-02-19T18:40/2007-02-19T19:55",
	}, legs(m))
	require.Len(t, m.Travellers, 2)
	require.Equal(t, []string{"1972-09-07", "1973-04-07"}, []string{m.Travellers[0].BirthDate.String(), m.Travellers[1].BirthDate.String()})
	require.Equal(t, []string{"ATL", "ORD"}, []string{m.Travellers[0].Embarks, m.Travellers[1].Embarks})
	require.Empty(t, m.Travellers[0].Documents)
}

// The file has text behind UNZ.
func TestRealThreeLegs(t *testing.T) {
	m, outside := field(t, "three-legs.edi")
	require.Equal(t, []string{apipnr.CodeStrayText}, codesOf(outside))
	require.Equal(t, 969, outside[0].Offset)
	require.Empty(t, m.Diagnostics)
	require.Equal(t, []string{
		"QQ0877 MIA-IAD other 2008-07-10T15:00/2008-07-10T17:55", "QQ0827 IAD-JFK other 2008-08-10T18:30/2008-08-10T19:30",
		"QQ0827 JFK-CDG crossing 2008-08-10T20:00/2008-08-11T06:30",
	}, legs(m))
	require.Len(t, m.Travellers, 2)
	require.Equal(t, "YY3478621G", m.Travellers[0].Documents[0].Number)
	require.Equal(t, []string{"UUI34T543", "ABC124"}, []string{m.Travellers[0].Ref, m.Travellers[1].Ref})
	require.Equal(t, 2, *m.Declared.Passengers)
}

func codesOf(all []apipnr.Diagnostic) []string {
	codes := []string{}
	for _, d := range all {
		codes = append(codes, d.Code)
	}
	return codes
}
