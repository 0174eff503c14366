package applydb_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/applydb"
)

// Parcels that come before their application wait for it, and are shown; whichever order they come in, and how often, makes the same case.
func TestParcelsInAnyOrder(t *testing.T) {
	w := newWorld(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		a := w.person(n, "T")
		list := []evisa.Parcel{w.sent(a), w.paid(a)}
		if rapid.Bool().Draw(r, "withdrawn") {
			list = append(list, w.parcel(evisa.ParcelWithdrawal, a.ID, evisa.Said{Text: "not any more"}))
		}
		list = append(list, rapid.SliceOfN(rapid.SampledFrom(list), 0, 3).Draw(r, "again")...)
		order := rapid.Permutation(list).Draw(r, "order")
		for _, p := range order {
			w.keep(p)
		}
		c := w.replays(a.ID)
		require.Len(r, c.Payments, 1)
		withdrawn := slices.ContainsFunc(list, func(p evisa.Parcel) bool { return p.Kind == evisa.ParcelWithdrawal })
		require.Equal(r, withdrawn, c.State == evisa.Withdrawn)
		require.Equal(r, withdrawn, len(c.Refunds) == 1, "paid for nothing")
		require.Empty(r, c.SetAside)
		parked, err := w.desk.Parked(ctx, ada, "")
		require.NoError(r, err)
		require.Empty(r, parked.List)
	})
}

// What has no application yet is parked and shown; what says nothing that can be read is in quarantine instead.
func TestParkedParcelsAreShown(t *testing.T) {
	w := newWorld(t)
	a := w.person(1, "T")
	paid := w.paid(a)
	broken := evisa.Parcel{ID: uuid.New(), Kind: evisa.ParcelApplication, Application: uuid.New(), At: noon, Body: []byte(`{"id": 7`)}
	w.keep(paid, paid, broken)
	parked, err := w.desk.Parked(ctx, ada, "")
	require.NoError(t, err)
	require.Len(t, parked.List, 1)
	require.Equal(t, paid.ID, parked.List[0].ID)
	unusable, err := applydb.Quarantine{Store: w.store}.Waiting(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, unusable)
	w.keep(w.sent(a))
	parked, err = w.desk.Parked(ctx, ada, "")
	require.NoError(t, err)
	require.Empty(t, parked.List)
	require.Equal(t, evisa.Received, w.replays(a.ID).State)
}

// Whatever parcels and acts come, in whatever order, by whomever: the row is what the events make, every step is one that may be, nobody
// decides alone where two are wanted, and no two visas come of one application.
func TestNoOrderOfActsGivesAForbiddenState(t *testing.T) {
	w := newWorld(t)
	officers := []audit.Actor{ada, ben, cyd}
	n := 1000
	reached := map[evisa.State]int{}
	rapid.Check(t, func(r *rapid.T) {
		n++
		kind := rapid.SampledFrom([]string{"T", "S", "A", "H"}).Draw(r, "type")
		a := w.person(n, kind)
		if rapid.Bool().Draw(r, "listed") {
			w.alerts.set(a.Identity.Surname, fmt.Sprintf("national/%d@1", n))
		}
		w.keep(w.sent(a))
		if rapid.IntRange(0, 9).Draw(r, "begun") > 0 {
			if !a.Fee.Zero() {
				w.keep(w.paid(a))
			}
			require.NoError(r, w.desk.Work(ctx))
		}
		for range rapid.IntRange(3, 14).Draw(r, "acts") {
			w.step(r, rapid.SampledFrom(officers).Draw(r, "officer"), a)
		}
		c := w.replays(a.ID)
		holds(r, c)
		reached[c.State]++
		var visas int
		require.NoError(r, w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM visa WHERE application = $1`, a.ID).Scan(&visas))
		require.Equal(r, c.State == evisa.Approved, visas == 1)
	})
	t.Log("ended in", reached)
}

// step does something, allowed or not.
func (w *world) step(r *rapid.T, who audit.Actor, a evisa.Application) {
	c, at := w.look(who, a.ID)
	act := rapid.SampledFrom([]string{"paid", "work", "claim", "judge", "judge", "ask", "reply", "invite", "interviewed", "propose", "decide", "decide",
		"decide", "confirm", "confirm", "return", "withdraw", "appeal", "appeal", "late"}).Draw(r, "act")
	if act != "confirm" && act != "return" && rapid.IntRange(0, 3).Draw(r, "claims") > 0 {
		if w.desk.Claim(ctx, who, at, "mine now") == nil {
			c, at = w.look(who, a.ID)
		}
	}
	if rapid.IntRange(0, 9).Draw(r, "stale") == 0 {
		at.Version--
	}
	var err error
	switch act {
	case "paid":
		w.keep(w.paid(a))
	case "work":
		err = w.desk.Work(ctx)
		require.NoError(r, err)
	case "claim":
		err = w.desk.Claim(ctx, who, at, "mine now")
	case "judge":
		for _, k := range c.Checks {
			for _, h := range k.Hits {
				err = w.desk.Judge(ctx, who, at, desk.Judgement{Check: k.Name, Hit: h.Key, Same: rapid.SampledFrom([]desk.Verdict{desk.SamePerson, desk.NotSame}).Draw(r, "same"), Reason: "compared"})
				_, at = w.look(who, a.ID)
			}
		}
	case "ask":
		err = w.desk.Ask(ctx, who, at, desk.Asking{Text: "more"})
	case "invite":
		err = w.desk.Invite(ctx, who, at, desk.Invitation{Place: "here", When: w.clock().Add(time.Hour), Text: "come"})
	case "interviewed":
		err = w.desk.Interviewed(ctx, who, at, desk.Interviewed{Held: true, Notes: "fine"})
	case "reply":
		id := uuid.New()
		if c.Request != nil {
			id = c.Request.ID
		}
		w.keep(w.parcel(evisa.ParcelReply, a.ID, evisa.Reply{Request: id, Text: "here"}))
	case "propose":
		err = w.desk.Propose(ctx, who, at, rapid.SampledFrom([]desk.Decision{approval(), refusal()}).Draw(r, "what"))
	case "decide":
		_, err = w.desk.Decide(ctx, who, at, rapid.SampledFrom([]desk.Decision{approval(), refusal()}).Draw(r, "what"))
	case "confirm":
		_, err = w.desk.Confirm(ctx, who, at, "")
	case "return":
		err = w.desk.Return(ctx, who, at, "no")
	case "withdraw":
		w.keep(w.parcel(evisa.ParcelWithdrawal, a.ID, evisa.Said{}))
	case "appeal":
		w.keep(w.parcel(evisa.ParcelAppeal, a.ID, evisa.Said{Text: "wrong"}))
	case "late":
		if c.State == evisa.Asked && rapid.Bool().Draw(r, "lapse") {
			w.pass(c.Request.Until.Sub(w.clock()))
			require.NoError(r, w.desk.Work(ctx))
		}
	}
	if err != nil && !errors.Is(err, desk.ErrListsChanged) && at.Version <= c.Version {
		now, _ := w.look(who, a.ID)
		require.Equal(r, c.Version, now.Version, "an act that fails changes nothing but what its checks found")
	}
}

// holds holds the whole of a case against the rules.
func holds(r *rapid.T, c *desk.Case) {
	before := evisa.Waiting
	for n := range c.Events {
		rules := desk.RulesOf(evisa.DefaultPolicy("UTO"), nil)
		now := rules.Fold(c.ID, c.Events[:n+1]).State
		require.True(r, now == before || before.May(now), "%s to %s by %s", before, now, c.Events[n].Kind)
		before = now
	}
	var refusers []string
	for _, e := range c.Events {
		if e.Kind != desk.EventApproved && e.Kind != desk.EventRefused {
			continue
		}
		require.NotEmpty(r, e.Actor)
		require.NotEqual(r, e.Actor, e.First)
		require.NotContains(r, refusers, e.Actor)
		require.True(r, e.First == "" || !slices.Contains(refusers, e.First))
		refusers = append(refusers, e.Actor)
		if e.First != "" {
			refusers = append(refusers, e.First)
		}
		t, _ := evisa.DefaultPolicy("UTO").Type(c.Application.Type)
		if t.FourEyes || t.FourEyesRefuse && e.Kind == desk.EventRefused {
			require.NotEmpty(r, e.First, "two decide this")
		}
	}
}
