package visadb_test

import (
	"crypto/rand"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/portaldb/portaldbtest"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/traveldoc"
)

// shown is a register with a portal that confirms its visas.
type shown struct {
	*desk
	*portaldbtest.World
	portal *visadb.Portal
}

func openShown(t *testing.T) *shown {
	t.Helper()
	d := openDesk(t, rand.Reader)
	w := portaldbtest.On(t, d.db, pgtest.Portal(t, d.db))
	s := &shown{d, w, visadb.NewPortal(w.Centre, d.reg)}
	d.reg.WithTold(s.portal.VisaChanged)
	return s
}

// confirmed asks the public page of the portal, as a carrier does.
func (s *shown) confirmed(number, document string) bool {
	v, problems, err := s.Service.Verify(s.ctx, portaldbtest.Source, apply.Form{"number": {number}, "document": {document}})
	require.NoError(s.t, err)
	require.Empty(s.t, problems)
	return v.Valid
}

// used says how a visa was used, and tells the portal.
func (s *shown) used(number evisa.Number, u visadb.Used, numbers ...evisa.Number) {
	s.uses[number] = u
	require.NoError(s.t, s.db.InTx(s.ctx, func(tx pgx.Tx) error { return s.portal.UsesChanged(s.ctx, tx, append(numbers, number)) }))
}

func today(g evisa.Grant) evisa.Grant {
	g.Terms.From = date("2026-11-20")
	return g
}

// The public page confirms a visa only while an entry is left on it and no case of it is open.
func TestThePortalConfirmsWhatCanBeUsed(t *testing.T) {
	s := openShown(t)
	a := anna()
	var err error
	a.Reference, err = evisa.NewReference(rand.Reader)
	require.NoError(t, err)
	v := s.issued(today(grant(a)))
	entry := evisa.Use{Crossing: uuid.New(), Station: "north", At: noon}
	require.True(t, s.confirmed(v.Number.String(), "L898902C3"))
	s.used(v.Number, visadb.Used{Uses: []evisa.Use{entry}}, "E22222222")
	require.False(t, s.confirmed(v.Number.String(), "L898902C3"), "its entry was used")
	require.False(t, s.confirmed(a.Reference.String(), "L898902C3"))
	entry.Void = true
	s.used(v.Number, visadb.Used{Uses: []evisa.Use{entry}})
	require.True(t, s.confirmed(v.Number.String(), "L898902C3"), "it was taken back")
	s.used(v.Number, visadb.Used{Case: true})
	require.False(t, s.confirmed(v.Number.String(), "L898902C3"), "a case is open")
	s.used(v.Number, visadb.Used{})
	require.True(t, s.confirmed(v.Number.String(), "L898902C3"), "it was decided")

	entry.Void = false
	s.used(v.Number, visadb.Used{Uses: []evisa.Use{entry}})
	passport := traveldoc.Document{Code: "P", Number: "X1234567", IssuingState: "UTO", ExpiryDate: date("2036-01-01")}
	anew, err := s.reg.Reissue(s.ctx, v.Number, passport, act("", 1))
	require.NoError(t, err)
	require.False(t, s.confirmed(anew.Number.String(), "X1234567"), "an entry that was used stays used")
	s.used(v.Number, visadb.Used{}, anew.Number)
	require.True(t, s.confirmed(anew.Number.String(), "X1234567"))
	require.False(t, s.confirmed(v.Number.String(), "L898902C3"), "replaced")
	_, err = s.reg.Revoke(s.ctx, anew.Number, act("alert", 1))
	require.NoError(t, err)
	s.used(v.Number, visadb.Used{}, anew.Number)
	require.False(t, s.confirmed(anew.Number.String(), "X1234567"), "what was revoked is never put back")
}

// What the portal confirmed a visa by goes once the visa is over.
func TestThePortalForgetsWhatIsOver(t *testing.T) {
	s := openShown(t)
	v := s.issued(today(grant(anna())))
	s.now = v.Until.Last()
	require.NoError(t, s.portal.Erase(s.ctx))
	require.Equal(t, 2, s.count(`portal.verify`))
	s.now = s.now.AddDate(0, 0, 2)
	require.NoError(t, s.portal.Erase(s.ctx))
	require.Zero(t, s.count(`portal.verify`))
}
