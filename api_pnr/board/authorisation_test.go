package board_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

func day(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func rules(t testing.TB, visa string) board.EntryRules {
	return board.EntryRules{Version: "7", DeclaredVisa: visa, Rules: []board.EntryRule{
		{ID: "free", Basis: "visa_free", Nationalities: []string{"GBR", "D"}, Documents: []string{"P*", "I"}, Own: true},
		{ID: "diplomats", Basis: "diplomatic", Documents: []string{"PD"}},
		{ID: "agreement", Basis: "visa_free", Nationalities: []string{"XYA"}, From: day(t, "2026-01-01"), Until: day(t, "2026-12-31")},
		{ID: "refugees", Basis: "visa_free", Nationalities: []string{"XXB"}, Issuers: []string{"D"}},
		{ID: "crew", Basis: "crew", Categories: []border.Category{border.AirCrew}},
	}}
}

func TestWhoMayTravel(t *testing.T) {
	subject := func(nationality, code, issuer string) border.Subject {
		return border.Subject{
			Identity: traveldoc.Identity{Nationality: nationality}, Document: traveldoc.Document{Code: code, IssuingState: issuer, Number: "1"},
			Today: day(t, "2026-11-22"), Direction: border.Entry,
		}
	}
	crew := subject("NGA", "P", "NGA")
	crew.Category = border.AirCrew
	leaving := subject("NGA", "P", "NGA")
	leaving.Direction = border.Exit
	lapsed := subject("XYA", "P", "XYA")
	lapsed.Today = day(t, "2027-01-01")
	visa := func(issuer, until string) border.Subject {
		s := subject("NGA", "P", "NGA")
		s.Particulars = map[string]string{board.ParticularVisa: "V1", board.ParticularVisaIssuer: issuer, board.ParticularVisaUntil: until}
		return s
	}
	for _, c := range []struct {
		name    string
		subject border.Subject
		want    border.Outcome
		code    string
	}{
		{"national", subject("UTO", "P", "UTO"), border.NoHit, "authorised_national"},
		{"visa-free", subject("GBR", "P", "GBR"), border.NoHit, "authorised_visa_free"},
		{"visa-free with an identity card", subject("D", "I", "D"), border.NoHit, "authorised_visa_free"},
		{"visa-free nationality, another State's document", subject("GBR", "P", "NGA"), border.Hit, board.CodeNoAuthorisation},
		{"diplomat", subject("NGA", "PD", "NGA"), border.NoHit, "authorised_diplomatic"},
		{"in force", subject("XYA", "P", "XYA"), border.NoHit, "authorised_visa_free"},
		{"lapsed", lapsed, border.Hit, board.CodeNoAuthorisation},
		{"refugee", subject("XXB", "P", "D"), border.NoHit, "authorised_visa_free"},
		{"crew", crew, border.NoHit, "authorised_crew"},
		{"needs a visa", subject("NGA", "P", "NGA"), border.Hit, board.CodeNoAuthorisation},
		{"leaves", leaving, border.NoHit, border.CodeNotApplicable},
		{"nationality not sent", subject("", "P", "GBR"), border.NotChecked, ""},
		{"visa declared", visa("UTO", "2027-01-01"), border.NotChecked, "authorised_visa"},
		{"visa of another State", visa("GBR", "2027-01-01"), border.Hit, board.CodeNoAuthorisation},
		{"visa over", visa("UTO", "2026-11-21"), border.Hit, board.CodeNoAuthorisation},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := board.AuthorisationCheck(board.NewRuleTable("UTO", rules(t, board.NotCheckedVisa))).Check(t.Context(), c.subject)
			require.NoError(t, err)
			require.Equal(t, c.want, f.Outcome)
			if c.code != "" {
				require.Equal(t, c.code, f.Evidence[0].Code)
			}
			if f.Applicable() {
				require.Equal(t, "7", f.Source.Version)
			}
		})
	}
	a, err := board.NewRuleTable("UTO", rules(t, board.AcceptVisa)).Authorised(t.Context(), visa("UTO", ""))
	require.NoError(t, err)
	require.Equal(t, border.NoHit, a.Outcome)
}

// fixed is a register that always answers the same.
type fixed struct {
	a   board.Authorisation
	err error
}

func (f fixed) Authorised(context.Context, border.Subject) (board.Authorisation, error) {
	return f.a, f.err
}

func TestTheFirstWhoLetsInAnswers(t *testing.T) {
	of := func(o border.Outcome) fixed { return fixed{a: board.Authorisation{Outcome: o, Basis: o.String()}} }
	for _, c := range []struct {
		list board.First
		want border.Outcome
	}{
		{board.First{of(border.Hit), of(border.NoHit)}, border.NoHit},
		{board.First{of(border.NotChecked), of(border.Hit)}, border.NotChecked},
		{board.First{of(border.Hit), of(border.Hit)}, border.Hit},
	} {
		a, err := c.list.Authorised(t.Context(), border.Subject{})
		require.NoError(t, err)
		require.Equal(t, c.want, a.Outcome)
	}
	away := errors.New("away")
	_, err := board.First{of(border.Hit), fixed{err: away}}.Authorised(t.Context(), border.Subject{})
	require.ErrorIs(t, err, away)
}

func TestADeclaredDocument(t *testing.T) {
	good := border.Subject{
		Identity: traveldoc.Identity{Surname: "X", Nationality: "GBR", BirthDate: day(t, "1980-01-01")},
		Document: traveldoc.Document{Code: "P", Number: "123456789", IssuingState: "GBR", ExpiryDate: day(t, "2030-01-01")}, Today: day(t, "2026-11-22"),
	}
	for _, c := range []struct {
		name   string
		change func(*border.Subject)
		want   border.Outcome
		code   string
	}{
		{"good", func(*border.Subject) {}, border.NoHit, ""},
		{"expired on the day of arrival", func(s *border.Subject) { s.Document.ExpiryDate = day(t, "2026-11-21") }, border.Hit, "expiry_date.expired"},
		{"expires on the day of arrival", func(s *border.Subject) { s.Document.ExpiryDate = day(t, "2026-11-22") }, border.NoHit, ""},
		{"a State that is none", func(s *border.Subject) { s.Document.IssuingState = "ZZQ" }, border.Hit, ""},
		{"expiry not sent", func(s *border.Subject) { s.Document.ExpiryDate = traveldoc.Date{} }, border.NotChecked, ""},
		{"number not sent", func(s *border.Subject) { s.Document.Number = "" }, border.NotChecked, ""},
		{"type not sent", func(s *border.Subject) { s.Document.Code = "" }, border.NotChecked, ""},
		{"no document", func(s *border.Subject) { s.Document = traveldoc.Document{} }, border.NotChecked, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := good
			c.change(&s)
			f, err := board.DocumentCheck(false).Check(t.Context(), s)
			require.NoError(t, err)
			require.Equal(t, c.want, f.Outcome, "%+v", f.Evidence)
			if c.code != "" {
				require.Equal(t, c.code, f.Evidence[0].Code)
			}
		})
	}
}
