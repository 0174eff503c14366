package visausedb_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// A single entry used at two posts that were apart is a case, and both crossings are kept; the register is told.
func TestOneEntryAtTwoPosts(t *testing.T) {
	c := open(t)
	first, second := crossed(0, "air-1", border.Entry, 1, 0), crossed(1, "land-2", border.Entry, 1, 0)
	c.send(t, "land-2", border.KindCrossing, second)
	uses, open := c.look(t)
	require.Len(t, uses, 1)
	require.False(t, open)
	require.Equal(t, []evisa.Number{number}, c.told)
	c.send(t, "air-1", border.KindCrossing, first)
	uses, open = c.look(t)
	require.Equal(t, []uuid.UUID{first.CrossingID, second.CrossingID}, []uuid.UUID{uses[0].Crossing, uses[1].Crossing})
	require.Equal(t, []string{"air-1", "2026-11-22"}, []string{uses[0].Station, uses[0].Date.String()})
	require.True(t, open)
	list := c.open(t)
	require.Len(t, list, 1)
	require.Equal(t, []any{second.CrossingID, visausedb.MoreEntries, number}, []any{list[0].ID, list[0].Kind, list[0].Number})
	require.Equal(t, []string{"air-1", "land-2"}, []string{list[0].Uses[0].Station, list[0].Uses[1].Station})
	require.Equal(t, "OKORO", list[0].Uses[1].Identity.Surname)
	n, err := c.cases.Open(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

// What is annulled or struck out uses nothing, whenever it is told; what is put back uses again.
func TestACorrectionGivesTheEntryBack(t *testing.T) {
	c := open(t)
	first, second := crossed(0, "air-1", border.Entry, 1, 0), crossed(1, "land-2", border.Entry, 1, 0)
	c.send(t, "air-1", border.KindCrossing, first)
	c.send(t, "land-2", border.KindCrossing, second)
	_, open := c.look(t)
	require.True(t, open)
	void := struck(t, "air-1", first)
	c.send(t, "air-1", string(border.MovementVoided), void)
	uses, open := c.look(t)
	require.Len(t, uses, 1)
	require.False(t, open)
	require.Empty(t, c.open(t), "a later event explained it")
	other := struck(t, "air-1", crossed(9, "air-1", border.Entry, 1, 0), void.ID)
	c.send(t, "air-1", string(border.MovementVoided), other)
	_, open = c.look(t)
	require.True(t, open, "it was put back")
	c.send(t, "land-2", border.KindCorrection, correction(second))
	uses, open = c.look(t)
	require.Equal(t, first.CrossingID, uses[0].Crossing)
	require.Len(t, uses, 1)
	require.False(t, open)
	all, err := c.cases.List(t.Context(), "", paging.Page{}, entry())
	require.NoError(t, err)
	require.Len(t, all.Rows, 1)
	require.Equal(t, visausedb.CaseGone, all.Rows[0].State)
}

// Refusals, referrals and exits use nothing.
func TestWhatUsesNothing(t *testing.T) {
	c := open(t)
	for n, verdict := range []border.Verdict{border.Refuse, border.Refer} {
		e := crossed(n, "air-1", border.Entry, 1, 0)
		e.Decision = border.Decision{Verdict: verdict, Reason: "hit"}
		c.send(t, "air-1", border.KindCrossing, e)
	}
	c.send(t, "air-1", border.KindCrossing, crossed(5, "air-1", border.Exit, 1, 0))
	uses, open := c.look(t)
	require.Empty(t, uses)
	require.False(t, open)
}

// Whatever the order in which the posts' events come, the uses and the open cases are the same.
func TestEventsInAnyOrder(t *testing.T) {
	events := map[string][]border.CrossingEvent{
		"air-1":  {crossed(0, "air-1", border.Entry, 2, 0), crossed(5, "air-1", border.Exit, 2, 0), crossed(9, "air-1", border.Entry, 2, 1)},
		"land-2": {crossed(3, "land-2", border.Entry, 2, 0), crossed(11, "land-2", border.Entry, 2, 1)},
		"sea-3":  {crossed(7, "sea-3", border.Exit, 2, 0)},
	}
	undone := events["air-1"][2]
	var want []uuid.UUID
	for seed := range 4 {
		c := open(t)
		random := rand.New(rand.NewPCG(uint64(seed), 1))
		next := map[string]int{}
		for left := 6; left > 0; {
			station := []string{"air-1", "land-2", "sea-3"}[random.IntN(3)]
			if next[station] == len(events[station]) {
				continue
			}
			c.send(t, station, border.KindCrossing, events[station][next[station]])
			next[station]++
			left--
			if random.IntN(2) == 0 {
				c.look(t)
			}
		}
		c.send(t, "air-1", border.KindCorrection, correction(undone))
		uses, _ := c.look(t)
		require.Len(t, uses, 3)
		var ids []uuid.UUID
		for _, one := range c.open(t) {
			ids = append(ids, one.ID)
		}
		if seed == 0 {
			want = ids
			require.Len(t, want, 2, "unknown at the second post, and a third entry")
		}
		require.ElementsMatch(t, want, ids)
	}
}

// A decision is made once, with a reason, and audited; a mistake gives the entry back.
func TestDecide(t *testing.T) {
	c := open(t)
	c.send(t, "air-1", border.KindCrossing, crossed(0, "air-1", border.Entry, 1, 0))
	c.send(t, "land-2", border.KindCrossing, crossed(1, "land-2", border.Entry, 1, 0))
	c.look(t)
	id := c.open(t)[0].ID
	for _, wrong := range []struct {
		outcome visausedb.Outcome
		reason  string
		id      uuid.UUID
		code    string
	}{
		{"", "x", id, "visa.case_outcome"}, {visausedb.Clerical, "  ", id, "visa.case_reason"},
		{visausedb.Clerical, "a\x00b", id, "visa.case_reason"}, {visausedb.Clerical, "x", uuid.New(), "visa.case_none"},
	} {
		_, err := c.cases.Decide(t.Context(), supervisor("sara"), wrong.id, wrong.outcome, wrong.reason)
		require.ErrorIs(t, err, problem.New(problem.Invalid, wrong.code), wrong.code)
	}
	got, err := c.cases.Decide(t.Context(), supervisor("sara"), id, visausedb.Clerical, " scanned by mistake ")
	require.NoError(t, err)
	require.Equal(t, []any{visausedb.CaseDecided, visausedb.Clerical, "scanned by mistake", "sara"}, []any{got.State, got.Outcome, got.Reason, got.Decided.Login})
	_, err = c.cases.Decide(t.Context(), supervisor("tom"), id, visausedb.Misuse, "no")
	require.ErrorIs(t, err, problem.New(problem.Conflict, "visa.case_decided"))
	uses, open := c.look(t)
	require.Len(t, uses, 1, "the mistake uses nothing")
	require.False(t, open)
	of, err := visausedb.UsesOf(t.Context(), c.db.Pool, []evisa.Number{number, "E22222222", number})
	require.NoError(t, err)
	require.Len(t, of[number].Uses, 2, "and is told as one that counts for nothing")
	require.Contains(t, of, evisa.Number("E22222222"))
	var audited int
	require.NoError(t, c.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE object_kind = 'visa_case' AND decision = 'clerical'
		AND justification = 'scanned by mistake' AND actor = 'id-sara'`).Scan(&audited))
	require.Equal(t, 1, audited)
	one, err := c.cases.One(t.Context(), id, entry())
	require.NoError(t, err)
	require.Len(t, one.Uses, 2)
	list, err := c.cases.OfNumbers(t.Context(), []evisa.Number{number, "E22222222"}, entry())
	require.NoError(t, err)
	require.Len(t, list, 1)
}

// A platform is told of each entry on its visas, and that one does not stand; what it did not take is told again.
func TestAPlatformIsToldOfEntries(t *testing.T) {
	c := open(t)
	first, second := crossed(0, "air-1", border.Entry, 0, 0), crossed(1, "air-1", border.Entry, 0, 1)
	c.send(t, "air-1", border.KindCrossing, first)
	c.send(t, "air-1", border.KindCrossing, second)
	c.send(t, "air-1", border.KindCrossing, crossed(2, "air-1", border.Exit, 0, 1))
	var told []evisa.Use
	tell := func(fails bool) {
		err := visausedb.Tell(t.Context(), c.db, func(_ context.Context, n evisa.Number, u evisa.Use) error {
			if fails {
				return errors.New("away")
			}
			require.Equal(t, number, n)
			told = append(told, u)
			return nil
		})
		require.Equal(t, fails, err != nil)
	}
	tell(true)
	require.Empty(t, told)
	tell(false)
	tell(false)
	require.Len(t, told, 2, "an exit is no entry, and each is told once")
	c.send(t, "air-1", border.KindCorrection, correction(second))
	tell(false)
	tell(false)
	require.Len(t, told, 3)
	require.Equal(t, []any{second.CrossingID, true}, []any{told[2].Crossing, told[2].Void})
}

// Visas on arrival are counted by nationality, and their fees by currency; an admission that was undone or struck out granted none.
func TestVisasOnArrivalAreCounted(t *testing.T) {
	c := open(t)
	granted := func(hour int, nationality, currency, receipt, waiver string) border.CrossingEvent {
		e := crossed(hour, "airport-1", border.Entry, 1, 0)
		e.Identity.Nationality, e.Findings = nationality, nil
		e.Decision.OnArrival = &border.ArrivalVisa{
			Number: "A7KXR4MTQ", ArrivalTerms: border.ArrivalTerms{Rule: "arrival", Version: "2026-1", Days: 30, FeeMinor: 5000, Currency: currency},
			Granted: 30, Receipt: receipt, Waiver: waiver,
		}
		return e
	}
	undone, out := granted(4, "KEN", "EUR", "4", ""), granted(5, "KEN", "EUR", "5", "")
	for _, e := range []border.CrossingEvent{
		granted(1, "KEN", "EUR", "1", ""), granted(2, "KEN", "USD", "2", ""), granted(3, "UGA", "EUR", "", "child"), undone, out,
	} {
		c.send(t, "airport-1", border.KindCrossing, e)
	}
	c.send(t, "airport-1", border.KindCorrection, correction(undone))
	c.send(t, "airport-1", string(border.MovementVoided), struck(t, "airport-1", out))
	today := traveldoc.DateOf(noon)
	a, err := visausedb.ArrivalsOf(t.Context(), c.db.Pool, today, today)
	require.NoError(t, err)
	require.Equal(t, visausedb.Arrivals{
		ByNationality: []visausedb.ArrivalCount{{Nationality: "KEN", Granted: 2}, {Nationality: "UGA", Granted: 1, Waived: 1}},
		Fees:          []visausedb.ArrivalFee{{Sum: evisa.Money{Minor: 5000, Currency: "EUR"}, Paid: 1}, {Sum: evisa.Money{Minor: 5000, Currency: "USD"}, Paid: 1}},
	}, a)
	none, err := visausedb.ArrivalsOf(t.Context(), c.db.Pool, traveldoc.DateOf(noon.AddDate(0, 0, 1)), traveldoc.DateOf(noon.AddDate(0, 0, 2)))
	require.NoError(t, err)
	require.Empty(t, none.ByNationality)
}
