package visadb_test

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/traveldoc"
)

// Of a visa that ended longer ago than the policy keeps it, nothing of its holder is left to read; its number and its terms stay.
func TestVisasAreErased(t *testing.T) {
	d := openDesk(t, rand.Reader)
	a := anna()
	v := d.issued(grant(a))
	passport := traveldoc.Document{Code: "P", Number: "X1234567", IssuingState: "UTO", ExpiryDate: date("2036-01-01")}
	anew, err := d.reg.Reissue(d.ctx, v.Number, passport, visadb.Act{Actor: supervisor(), Words: "ERIKSSON asked", Version: 1})
	require.NoError(t, err)
	d.now = v.Until.First().AddDate(0, 0, evisa.DefaultPolicy("UTO").KeepDays())
	require.NoError(t, d.reg.Erase(d.ctx))
	list, err := d.reg.Find(d.ctx, visadb.Search{Document: a.Document.Number}, reading())
	require.NoError(t, err)
	require.Len(t, list, 2, "its last day is kept")

	d.now = d.now.AddDate(0, 0, 1)
	_, err = d.db.Pool.Exec(d.ctx, `UPDATE visa SET published = true WHERE number = $1`, anew.Number)
	require.NoError(t, err)
	require.NoError(t, d.reg.Erase(d.ctx))
	require.Equal(t, 1, d.count(`visa_key WHERE wrapped IS NOT NULL AND subject <> 'index'`), "stations hold it still")
	_, err = d.db.Pool.Exec(d.ctx, `UPDATE visa SET published = false`)
	require.NoError(t, err)
	require.NoError(t, d.reg.Erase(d.ctx))
	require.NoError(t, d.reg.Erase(d.ctx), "once")

	for _, s := range []visadb.Search{{Document: "X1234567"}, {Document: a.Document.Number}, {Identity: a.Identity}} {
		list, err := d.reg.Find(d.ctx, s, reading())
		require.NoError(t, err)
		require.Empty(t, list)
	}
	for _, number := range []evisa.Number{v.Number, anew.Number} {
		s, err := d.reg.Show(d.ctx, number, reading())
		require.NoError(t, err)
		require.Equal(t, v.Terms, s.Terms, "what was issued stays to be counted")
		require.Equal(t, []any{traveldoc.Identity{}, traveldoc.Document{}}, []any{s.Identity, s.Document})
		require.Empty(t, s.Earlier)
		for _, e := range s.Events {
			require.Empty(t, e.Words)
			require.True(t, e.Issued == nil || e.Issued.Identity == traveldoc.Identity{} && e.Issued.Document == traveldoc.Document{})
		}
	}
	require.Zero(t, d.count(`visa_mark`))
	require.Equal(t, 2, d.count(`visa WHERE sealed = ''`))
	require.Zero(t, d.count(`visa_key WHERE subject <> 'index' AND wrapped IS NOT NULL`))
	require.Equal(t, 1, d.count(`audit WHERE verb = 'erasure' AND object_id = $1`, a.ID.String()))
	_, err = d.reg.Revoke(d.ctx, anew.Number, act("alert", 1))
	require.ErrorIs(t, err, visadb.ErrErased)
	require.NotContains(t, err.Error(), string(anew.Number))
}

// A look at visas says what it is for, or shows nothing.
func TestALookSaysWhatItIsFor(t *testing.T) {
	d := openDesk(t, rand.Reader)
	a := anna()
	v := d.issued(grant(a))
	silent := reading()
	silent.Purpose = ""
	list, err := d.reg.Find(d.ctx, visadb.Search{Document: a.Document.Number}, silent)
	require.ErrorContains(t, err, "needs a purpose")
	require.Empty(t, list)
	s, err := d.reg.Show(d.ctx, v.Number, silent)
	require.ErrorContains(t, err, "needs a purpose")
	require.Zero(t, s)
	require.Zero(t, d.count(`audit WHERE verb = 'consultation'`))
	_, err = d.reg.Show(d.ctx, v.Number, reading())
	require.NoError(t, err)
	require.Equal(t, 1, d.count(`audit WHERE verb = 'consultation'`))
}
