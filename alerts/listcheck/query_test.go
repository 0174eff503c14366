package listcheck_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

func TestEverythingThatADocumentGivesIsAskedFor(t *testing.T) {
	s := subject(t, "AL HADDAD", "SAMIR", "1980-05-05", "UTO", "X1")
	s.Identity.NameTruncated, s.Identity.Sex, s.Identity.Nationality = true, "M", "UTO"
	s.Reading = &reader.Reading{Values: []reader.Value{
		{Field: "surname", Source: reader.VIZ, Text: "الحداد"}, {Field: "given_names", Source: reader.VIZ, Text: "سمير"},
		{Field: "birth_date", Source: reader.VIZ, Text: "1980-05-06"}, {Field: "nationality", Source: reader.VIZ, Text: "FRA"},
		{Field: "document_number", Source: reader.VIZ, Text: "X7"}, {Field: "personal_number", Source: reader.ChipSource, Text: "19800505"},
		{Field: "surname", Source: reader.ChipSource, Text: "Al Haddad"}, {Field: "given_names", Source: reader.ChipSource, Text: "Samir"},
	}}
	q := listcheck.QueryOf(s)
	require.True(t, q.Truncated)
	require.Equal(t, alerts.MRZName, q.Names[0].Kind)
	require.Equal(t, "AL HADDAD SAMIR", q.Names[0].Raw, "in the zone's order: its end is what may be cut off")
	require.Equal(t, "سمير الحداد", q.Names[1].Raw)
	require.Equal(t, alerts.Primary, q.Names[1].Kind)
	require.Len(t, q.Births, 2)
	require.Equal(t, []string{"UTO", "FRA"}, q.Nationality)
	require.Equal(t, []alerts.Document{
		{Type: "P", Number: "X1", Issuer: "UTO"}, {Type: "P", Number: "X7", Issuer: "UTO"}, {Number: "19800505", Issuer: "UTO"},
	}, q.Documents)
	require.Equal(t, s.Today, q.Today)

	s.MRZ, s.Reading = nil, nil
	typed := listcheck.QueryOf(s)
	require.Equal(t, alerts.Primary, typed.Names[0].Kind, "what was typed stands on the page")
	require.Empty(t, listcheck.QueryOf(border.Subject{}).Names)
}

func TestAListedPersonIsFoundByTheNameInHisOwnScript(t *testing.T) {
	a := alerts.Alert{
		List: "national", ID: "ar", Version: 1, Category: alerts.CategoryArrest, Action: alerts.ActionDetain,
		Subject: alerts.Subject{
			Kind: alerts.Person, Names: []alerts.Name{{Raw: "سمير الحداد", Script: "Arab", Kind: alerts.Primary}},
			Births: []alerts.Birth{{From: date(t, "1980-05-05"), To: date(t, "1980-05-05")}},
		},
	}
	s := subject(t, "OTHERWISE", "SPELT", "1980-05-05", "UTO", "X1")
	check := listcheck.New(config(memory(t, now, alerts.Policy{}, a)))
	require.Equal(t, border.NoHit, ask(t, check, s).Outcome)
	s.Reading = &reader.Reading{Values: []reader.Value{
		{Field: "surname", Source: reader.VIZ, Text: "الحداد"}, {Field: "given_names", Source: reader.VIZ, Text: "سمير"},
	}}
	require.Equal(t, []string{"national/ar@1"}, refs(ask(t, check, s)))
}
