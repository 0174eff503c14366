package listcheck_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

const javanese = "\ua9b2\ua98f\ua9b1" // no table has its letters

func TestANameThatCannotBeReadIsNeverGreen(t *testing.T) {
	check := listcheck.New(config(memory(t, now, alerts.Policy{}, national(t)...)))
	for name, surname := range map[string]string{"nothing of it": javanese, "a part of it": "SARI " + javanese, "no letter": "-.'"} {
		s := subject(t, surname, "", "1974-08-12", "UTO", "X1")
		s.MRZ = nil
		f := ask(t, check, s)
		require.Equal(t, border.NotChecked, f.Outcome, name)
		require.Equal(t, border.ReasonDataInsufficient, f.Reason, name)
		require.Contains(t, codes(f), listcheck.CodeUnread, name)
	}
	s := subject(t, javanese, "", "1974-08-12", "UTO", "X12340")
	require.Equal(t, border.Hit, ask(t, check, s).Outcome, "his document is asked for all the same")

	s = subject(t, "ORDINARY", "PERSON", "1974-08-12", "UTO", "X1")
	s.Reading = &reader.Reading{Values: []reader.Value{{Field: "surname", Source: reader.VIZ, Text: javanese}}}
	require.Equal(t, border.NoHit, ask(t, check, s).Outcome, "the zone gives the name in letters that are read")
}

func TestAnAlertWhoseNameCannotBeReadIsCounted(t *testing.T) {
	unread := alerts.Alert{
		List: "national", ID: "jv", Version: 1, Category: alerts.CategoryArrest, Action: alerts.ActionDetain,
		Subject: alerts.Subject{
			Kind: alerts.Person, Names: []alerts.Name{{Raw: javanese, Kind: alerts.Primary}},
			Documents: []alerts.Document{{Type: "P", Number: "J7", Issuer: "UTO"}},
		},
	}
	held := memory(t, now, alerts.Policy{}, append(national(t), unread)...)
	l, known := held.Book().List("national")
	require.True(t, known)
	require.Equal(t, 1, l.Unreadable)
	require.Equal(t, listcheck.Incomplete, held.Book().State(l, listcheck.Ages{}, now))
	check := listcheck.New(config(held))
	require.Equal(t, border.ReasonListIncomplete, ask(t, check, subject(t, "ORDINARY", "PERSON", "1974-08-12", "UTO", "X1")).Reason)
	require.Equal(t, []string{"national/jv@1"}, refs(ask(t, check, subject(t, "ORDINARY", "PERSON", "1974-08-12", "UTO", "J7"))))

	unread.Subject.Names = append(unread.Subject.Names, alerts.Name{Raw: "Sari", Kind: alerts.Strong})
	l, _ = memory(t, now, alerts.Policy{}, unread).Book().List("national")
	require.Zero(t, l.Unreadable, "one of his names can be read")
}
