package alerts_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

func date(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func TestAFlatAlertIsAnAlert(t *testing.T) {
	person := alerts.Flat{
		ID: "7", Surname: "Doe", GivenNames: "Ann Lee", BirthDate: date(t, "1980"), Sex: "F", Nationality: "UTO", DocumentNumber: "X1", IssuingState: "UTO",
		Plate: "AB 1", PlateCountry: "D", Reason: "r", Action: "detain", ValidFrom: date(t, "2026-01-01"), ValidUntil: date(t, "2026-12-31"),
	}.Alert("national")
	require.Equal(t, "national/7", person.Key())
	require.Equal(t, alerts.Person, person.Subject.Kind)
	require.Equal(t, []alerts.NamePart{{Text: "Ann Lee", Role: alerts.Given}, {Text: "Doe", Role: alerts.Family}}, person.Subject.Names[0].Parts)
	require.Equal(t, []alerts.Birth{{From: date(t, "1980"), To: date(t, "1980")}}, person.Subject.Births)
	require.Equal(t, []alerts.Document{{Number: "X1", Issuer: "UTO"}}, person.Subject.Documents)
	require.Equal(t, []alerts.Vehicle{{Plate: "AB 1", Country: "D"}}, person.Subject.Vehicles)
	require.Equal(t, alerts.DocumentOnly, alerts.Flat{ID: "8", DocumentNumber: "X1"}.Alert("national").Subject.Kind)
	require.Equal(t, alerts.VehicleOnly, alerts.Flat{ID: "9", Plate: "AB 1"}.Alert("national").Subject.Kind)

	row, err := json.Marshal(person)
	require.NoError(t, err)
	again, err := alerts.ParseRow(row)
	require.NoError(t, err)
	require.Equal(t, person, again)
	for _, broken := range []string{`{"list":"national"}`, `{"id":"7"}`, `{"list":7}`, ``} {
		_, err := alerts.ParseRow(json.RawMessage(broken))
		require.Error(t, err, broken)
	}
}

func TestKeysSayWhatTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(1, 40, 100).Draw(t, "name")
		for kind, key := range map[byte]string{'l': alerts.ListKey(name), 'a': alerts.RowKey(name), 'p': alerts.PictureKey(name)} {
			gotKind, gotName := alerts.SplitKey(key)
			require.Equal(t, kind, gotKind)
			require.Equal(t, name, gotName)
		}
	})
	kind, name := alerts.SplitKey("x:y")
	require.Zero(t, kind)
	require.Equal(t, "x:y", name)
}

func TestAnAlertEndsByItself(t *testing.T) {
	a := alerts.Alert{ValidFrom: date(t, "2026-03-01"), ValidUntil: date(t, "2026-03-31")}
	for day, want := range map[string]alerts.Status{
		"2026-02-28": alerts.Draft, "2026-03-01": alerts.Active, "2026-03-31": alerts.Active, "2026-04-01": alerts.Expired,
	} {
		require.Equal(t, want, a.State(date(t, day)), day)
	}
	a.Status = alerts.Suspended
	require.Equal(t, alerts.Suspended, a.State(date(t, "2026-03-10")))
	require.Equal(t, alerts.Active, alerts.Alert{}.State(date(t, "2026-03-10")), "no bound, no end")
}

func TestTheMostUrgentComesFirst(t *testing.T) {
	actions := alerts.Actions()
	for i := 1; i < len(actions); i++ {
		require.Less(t, alerts.Alert{Action: actions[i-1]}.Rank(), alerts.Alert{Action: actions[i]}.Rank())
	}
	require.Less(t, alerts.Alert{Action: alerts.ActionInform, Priority: 1}.Rank(), alerts.Alert{Action: alerts.ActionDetain}.Rank(), "its owner knows better")
}

func TestAPolicyIsCompletedByTheDefaults(t *testing.T) {
	d := alerts.DefaultPolicy()
	require.Equal(t, d.Thresholds, alerts.Policy{}.Complete().Thresholds)
	own := alerts.Policy{Red: time.Hour, Thresholds: map[alerts.Band]float64{alerts.Possible: .6}, FourEyes: []alerts.Action{}}.Complete()
	require.Equal(t, time.Hour, own.Red)
	require.Equal(t, d.Amber, own.Amber)
	require.Empty(t, own.FourEyes, "none is an answer")
	require.Equal(t, border.SecondLine, own.Severity[alerts.Certain])
	require.Equal(t, alerts.Possible, own.Band(.61))
	require.Empty(t, own.Band(.59))
	for _, b := range []alerts.Band{alerts.Certain, alerts.Probable, alerts.Possible} {
		require.Equal(t, b, d.Band(d.Thresholds[b]))
	}
}
