package match_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/traveldoc"
)

func withDocument(key string, d alerts.Document) match.Entry {
	e := someone(key, "1965-04-13", "KORVATHI, Demetrius")
	e.Subject.Documents = []alerts.Document{d}
	return e
}

func TestDocuments(t *testing.T) {
	single := alerts.Document{Type: "P", Number: "X 1058-823", Issuer: "UTO"}
	german := alerts.Document{Type: "P", Number: "C01X0006H", Issuer: "D"}
	unknown := alerts.Document{Number: "X1058823"}
	blanks := alerts.Document{Type: "P", Number: "UA100000", Until: "UA199999", Issuer: "UTO", Status: "stolen_blank"}
	const nobody, himself = "LINDQVIST<<JORN", "KORVATHI<<DEMETRIUS"
	for _, c := range []struct {
		why      string
		listed   alerts.Document
		shown    alerts.Document
		name     string
		birth    string
		relation string // of the document; empty: not found by it
		exact    bool
	}{
		{"equal", single, alerts.Document{Number: "X1058823", Issuer: "UTO"}, nobody, "1991-03-04", match.RelEqual, true},
		{"equal, of the same kind", single, alerts.Document{Type: "PP", Number: "X1058823", Issuer: "UTO"}, nobody, "", match.RelEqual, true},
		{"of another kind", single, alerts.Document{Type: "I", Number: "X1058823", Issuer: "UTO"}, nobody, "", "", false},
		{"of another State", single, alerts.Document{Number: "X1058823", Issuer: "DNK"}, nobody, "", "", false},
		{"misread", single, alerts.Document{Number: "XIO5BB23", Issuer: "UTO"}, nobody, "", match.RelMisread, false},
		{"misread, of another State", single, alerts.Document{Number: "XIO5BB23", Issuer: "DNK"}, nobody, "", "", false},
		{"one State by two codes", german, alerts.Document{Number: "C01X0006H", Issuer: "DEU"}, nobody, "", match.RelEqual, true},
		{"with its check digit", german, alerts.Document{Number: "C01X0006H1", Issuer: "D<<"}, nobody, "", match.RelEqual, true},
		{"with a wrong check digit", german, alerts.Document{Number: "C01X0006H2", Issuer: "D"}, nobody, "", "", false},
		{"listed with its check digit", alerts.Document{Number: "C01X0006H1", Issuer: "D"}, german, nobody, "", match.RelEqual, true},
		{"issuer not shown", single, alerts.Document{Number: "X1058823"}, nobody, "1991-03-04", "", false},
		{"issuer not listed", unknown, alerts.Document{Number: "X1058823", Issuer: "UTO"}, nobody, "1991-03-04", "", false},
		{"issuer not listed, the name speaks for it", unknown, alerts.Document{Number: "X1058823", Issuer: "UTO"}, himself, "1991-03-04", match.RelEqual, false},
		{"issuer not listed, the birth speaks for it", unknown, alerts.Document{Number: "X1058823", Issuer: "UTO"}, nobody, "1965-04-13", match.RelEqual, false},
		{"blank", blanks, alerts.Document{Number: "UA150001", Issuer: "UTO"}, nobody, "", match.RelRange, false},
		{"first blank", blanks, alerts.Document{Number: "UA100000", Issuer: "UTO"}, nobody, "", match.RelRange, false},
		{"after the blanks", blanks, alerts.Document{Number: "UA200000", Issuer: "UTO"}, nobody, "", "", false},
		{"longer than the blanks", blanks, alerts.Document{Number: "UA1500010", Issuer: "UTO"}, nobody, "", "", false},
		{"blank of another State", blanks, alerts.Document{Number: "UA150001", Issuer: "DNK"}, nobody, "", "", false},
	} {
		t.Run(c.why, func(t *testing.T) {
			q := traveller(c.name, c.birth)
			q.Documents, q.Least = []alerts.Document{c.shown}, possible()
			r := index(t, withDocument("a/1", c.listed)).Search(q)
			if c.relation == "" {
				for _, m := range r.Matches {
					require.NotEqual(t, "document", m.Evidence[0].Field)
				}
				require.True(t, c.name == himself || len(r.Matches) == 0)
				return
			}
			require.Len(t, r.Matches, 1)
			require.Equal(t, "document", r.Matches[0].Evidence[0].Field)
			require.Equal(t, c.relation, r.Matches[0].Evidence[0].Relation)
			require.Equal(t, c.exact, r.Matches[0].Exact)
		})
	}
}

// TestRangesOverlap: a short range inside a long one hides neither.
func TestRangesOverlap(t *testing.T) {
	ix := index(t,
		withDocument("a/1", alerts.Document{Number: "A0000000", Until: "A9999999", Issuer: "UTO"}),
		withDocument("a/2", alerts.Document{Number: "A1000000", Until: "A1000009", Issuer: "UTO"}),
		withDocument("a/3", alerts.Document{Number: "A1000010", Until: "A1000019", Issuer: "UTO"}),
	)
	find := func(number string) []string {
		return keys(ix.Search(match.Query{Documents: []alerts.Document{{Number: number, Issuer: "UTO"}}}))
	}
	require.Equal(t, []string{"a/1", "a/2"}, find("A1000005"))
	require.Equal(t, []string{"a/1", "a/3"}, find("A1000011"))
	require.Equal(t, []string{"a/1"}, find("A5000000"))
	ix = ix.With(nil, []string{"a/1"}).With([]match.Entry{someone("a/4", "", "KORVATHI, Demetrius")}, []string{"a/4", "a/9"})
	require.Equal(t, []string{"a/2"}, find("A1000005"))
	require.Empty(t, find("A5000000"))
}

func TestVehicles(t *testing.T) {
	vehicle := func(key, plate, country, vin string) match.Entry {
		return match.Entry{Key: key, Until: must("2026-06-30"), Subject: alerts.Subject{
			Kind: alerts.VehicleOnly, Vehicles: []alerts.Vehicle{{Plate: plate, Country: country, VIN: vin}},
		}}
	}
	ix := index(t, vehicle("a/1", "AB-123 C", "UTO", "VIN00000000000001"), vehicle("a/2", "AB123C", "", ""), vehicle("a/3", "AB123C", "XYZ", ""))
	today := must("2026-06-30")
	require.Equal(t, []string{"a/1", "a/2"}, ix.Plates("ab 123c", "UTO", today))
	require.Equal(t, []string{"a/1", "a/2", "a/3"}, ix.Plates("AB123C", "", today))
	require.Empty(t, ix.Plates("AB123C", "UTO", must("2026-07-01")), "out of force")
	require.Empty(t, ix.Plates("", "UTO", today))
	require.Len(t, ix.Vehicles(alerts.Vehicle{VIN: "vin 0000000000 0001"}, traveldoc.Date{}), 1)
}
