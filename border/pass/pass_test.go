package pass_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

func date(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

func TestNumbers(t *testing.T) {
	for _, state := range []string{"UTO", "D", "GB"} {
		number, err := pass.NewNumber(rand.Reader, state)
		require.NoError(t, err)
		require.Len(t, number, pass.NumberLength)
		require.Equal(t, state, pass.State(number))
		found, ok := pass.ParseNumber(" " + strings.ToLower(number[:5]) + "-" + number[5:] + "\r\n")
		require.True(t, ok)
		require.Equal(t, number, found)
	}
	for _, wrong := range []string{"UTOX", "1", "ü"} {
		_, err := pass.NewNumber(rand.Reader, wrong)
		if wrong != "1" { // the check is of characters; the configuration holds letters
			require.Error(t, err, wrong)
		}
	}
	require.Empty(t, pass.State("BP"))
}

// One wrong character, or two that changed places, are found as far as weights 7, 3, 1 find them: every single one is.
func TestAWrongCharacterIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number, err := pass.NewNumber(rand.Reader, "UTO")
		require.NoError(t, err)
		at := rapid.IntRange(5, pass.NumberLength-1).Draw(t, "at")
		digit := rapid.ByteRange('0', '9').Filter(func(b byte) bool { return b != number[at] }).Draw(t, "digit")
		_, ok := pass.ParseNumber(number[:at] + string(digit) + number[at+1:])
		require.False(t, ok)
	})
}

func FuzzParseNumber(f *testing.F) {
	f.Add("BPUTO0123456785")
	f.Add("P<UTO")
	f.Fuzz(func(t *testing.T, text string) {
		number, ok := pass.ParseNumber(text)
		if !ok {
			return
		}
		again, ok := pass.ParseNumber(number)
		require.True(t, ok)
		require.Equal(t, number, again)
	})
}

func valid(t testing.TB) pass.Pass {
	t.Helper()
	return pass.Pass{
		Number:    "BPUTO0123456785",
		Holder:    traveldoc.Identity{Surname: "OTIENO", GivenNames: "GRACE", Nationality: "UTO", BirthDate: date(t, "1990-05-06")},
		ValidFrom: date(t, "2026-01-01"), ValidUntil: date(t, "2027-12-31"), Zone: "River valley", Authority: "District office",
	}
}

func TestAPassToBeIssued(t *testing.T) {
	tests := map[string]struct {
		change func(*pass.Pass)
		field  string
	}{
		"as it should be": {func(*pass.Pass) {}, ""},
		"of a child with an adult": {func(p *pass.Pass) {
			p.Holder.BirthDate = date(t, "2016-01-01")
			p.Guardian = &border.Guardian{Surname: "OTIENO"}
		}, ""},
		"of a child of twelve":  {func(p *pass.Pass) { p.Holder.BirthDate = date(t, "2014-03-14") }, ""},
		"of a child alone":      {func(p *pass.Pass) { p.Holder.BirthDate = date(t, "2014-03-15") }, "guardian_surname"},
		"without a name":        {func(p *pass.Pass) { p.Holder.Surname = " " }, "surname"},
		"without a zone":        {func(p *pass.Pass) { p.Zone = "" }, "zone"},
		"without an authority":  {func(p *pass.Pass) { p.Authority = "" }, "authority"},
		"without a birth date":  {func(p *pass.Pass) { p.Holder.BirthDate = traveldoc.Date{} }, "birth_date"},
		"of somebody unborn":    {func(p *pass.Pass) { p.Holder.BirthDate = date(t, "2026-03-15") }, "birth_date"},
		"over before it begins": {func(p *pass.Pass) { p.ValidUntil = date(t, "2025-12-31") }, "valid_until"},
		"over already":          {func(p *pass.Pass) { p.ValidUntil = date(t, "2026-03-13") }, "valid_until"},
		"for a generation":      {func(p *pass.Pass) { p.ValidUntil = date(t, "2047-01-01") }, "valid_until"},
		"until some day":        {func(p *pass.Pass) { p.ValidUntil = date(t, "2027-05") }, "valid_until"},
		"for too many posts":    {func(p *pass.Pass) { p.Posts = make([]string, 21) }, "posts"},
		"of an endless name":    {func(p *pass.Pass) { p.Holder.GivenNames = strings.Repeat("A", 101) }, "given_names"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := valid(t)
			test.change(&p)
			err := p.Check(date(t, "2026-03-14"))
			if test.field == "" {
				require.NoError(t, err)
				return
			}
			var known *problem.Error
			require.ErrorAs(t, err, &known)
			require.Equal(t, test.field, known.Field)
		})
	}
}

type register struct {
	pass pass.Pass
	err  error
}

func (r register) Pass(context.Context, string) (pass.Pass, error) { return r.pass, r.err }

func TestThePassAtTheCounter(t *testing.T) {
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		change func(*pass.Pass)
		code   string
	}{
		"valid":           {func(*pass.Pass) {}, pass.CodeValid},
		"valid here":      {func(p *pass.Pass) { p.Posts = []string{"land-1", "land-2"} }, pass.CodeValid},
		"revoked":         {func(p *pass.Pass) { p.Revoked = &pass.Revocation{Reason: "stolen"} }, pass.CodeRevoked},
		"expired":         {func(p *pass.Pass) { p.ValidUntil = date(t, "2026-03-13") }, pass.CodeExpired},
		"not yet valid":   {func(p *pass.Pass) { p.ValidFrom = date(t, "2026-03-15") }, pass.CodeEarly},
		"valid elsewhere": {func(p *pass.Pass) { p.Posts = []string{"land-1"} }, pass.CodeZone},
		"another's":       {func(p *pass.Pass) { p.Holder.Surname = "ODHIAMBO" }, pass.CodeHolder},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			held := valid(t)
			subject := border.Subject{Identity: held.Holder, Document: held.Document(), Today: date(t, "2026-03-14")}
			test.change(&held)
			f, err := pass.NewCheck(register{pass: held}, "land-2", func() time.Time { return now }).Check(t.Context(), subject)
			require.NoError(t, err)
			require.Len(t, f.Evidence, 1)
			require.Equal(t, test.code, f.Evidence[0].Code)
			require.Equal(t, test.code == pass.CodeValid, f.Outcome == border.NoHit)
		})
	}
}

func TestNoPassIsTakenOnItsWord(t *testing.T) {
	check := func(r register, s border.Subject) (border.Finding, error) {
		return pass.NewCheck(r, "land-2", time.Now).Check(t.Context(), s)
	}
	f, err := check(register{err: pass.ErrNone}, border.Subject{Document: valid(t).Document()})
	require.NoError(t, err)
	require.Equal(t, pass.CodeUnknown, f.Evidence[0].Code)
	require.Equal(t, border.SecondLine, f.Severity())
	f, err = check(register{}, border.Subject{Document: traveldoc.Document{Code: "P", Number: "1"}})
	require.NoError(t, err)
	require.Equal(t, pass.CodeNotShown, f.Evidence[0].Code)
	away := errors.New("away")
	_, err = check(register{err: away}, border.Subject{Document: valid(t).Document()})
	require.ErrorIs(t, err, away, "an answer that is away is none")
}
