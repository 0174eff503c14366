package shiftdb_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/protectiondb"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

// record writes a record of another area.
func (p *post) record(t testing.TB, kind border.RecordKind, eventTime time.Time, body any) {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	r := border.Record{
		ID: uuid.New(), Kind: kind, Station: station, Officer: "sara", Zone: "UTC", EventTime: eventTime, RecordedAt: p.now(),
		Origin: border.Live, Status: border.Confirmed, Body: text,
	}
	entry := person("sara").Entry(p.now(), audit.Alteration, "record", r.ID.String())
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return recorddb.Append(t.Context(), tx, r, entry) }))
}

// The register's numbers are those that the test did, counted apart.
func TestTheRegisterFillsItself(t *testing.T) {
	p := open(t)
	p.decide(t, traveller{number: "B1", nationality: "UTO"})
	early := p.decide(t, traveller{number: "B2", nationality: "UTO"})
	p.pass(time.Second)
	p.begin(t, "sara")
	p.pass(time.Minute)
	first := p.offer(t, "sara")
	require.Equal(t, 2, first.Register.Admitted(border.Entry), "what was before the first shift is in its register")
	id := p.begin(t, "tariq", "amara")

	p.decide(t, traveller{number: "A1", nationality: "UTO"})
	p.decide(t, traveller{number: "A2", nationality: "UTO", change: func(e *border.CrossingEvent) { e.Category = border.Diplomatic }})
	p.decide(t, traveller{number: "A3", nationality: "XOM", lane: "2", direction: border.Exit,
		change: func(e *border.CrossingEvent) { e.Grant = &border.Grant{Overstay: 12} }})
	p.decide(t, traveller{number: "A4", nationality: "XOM", findings: []border.Finding{finding("alerts.national", border.NotChecked)},
		decision: border.Decision{Verdict: border.Admit, Reason: "checked_by_other_means"}})
	p.decide(t, traveller{number: "A5", nationality: "", change: func(e *border.CrossingEvent) { e.Status = border.Provisional }})
	p.decide(t, traveller{number: "A6", nationality: "UTO", findings: []border.Finding{finding("alerts.national", border.Hit)},
		decision: border.Decision{Verdict: border.Admit, Reason: "not_same_person"}})
	for n, letters := range [][]string{{"D", "B"}, {"C"}, {"C"}} {
		p.decide(t, traveller{number: fmt.Sprint("R", n), nationality: "UTO", decision: border.Decision{Verdict: border.Refuse, Reason: letters[0]},
			change: func(e *border.CrossingEvent) { e.Refusal = &border.Refusal{Number: fmt.Sprint(n), Reasons: letters} }})
	}
	gone := p.decide(t, traveller{number: "A7", nationality: "UTO"})
	p.pass(time.Minute)
	p.annul(t, gone.CrossingID, "wrong_key")
	p.annul(t, early.CrossingID, "new_information")
	p.record(t, border.MovementSupplied, p.now().Add(-90*24*time.Hour), map[string]string{"ground": "missing_entry"})
	p.record(t, border.MovementVoided, p.now(), map[string]string{"ground": "never_crossed"})
	p.record(t, border.AuthorisationChanged, p.now(), map[string]string{"kind": "extended", "ground": "force_majeure"})
	p.record(t, border.DecisionRechecked, p.now(), map[string]string{"outcome": "changed"})
	p.record(t, border.ReceiptIssued, p.now(), struct{}{})
	p.record(t, border.ReceiptIssued, p.now(), struct{}{})
	p.pass(time.Minute)

	r := p.offer(t, "tariq").Register
	require.Equal(t, id, r.Shift)
	require.Equal(t, []shift.Flow{
		{Direction: border.Entry, Category: border.Diplomatic, Nationality: "UTO", N: 1}, {Direction: border.Entry, Category: border.Ordinary, N: 1},
		{Direction: border.Entry, Category: border.Ordinary, Nationality: "UTO", N: 2}, {Direction: border.Entry, Category: border.Ordinary, Nationality: "XOM", N: 1},
		{Direction: border.Exit, Category: border.Ordinary, Nationality: "XOM", N: 1},
	}, r.Traffic)
	require.Equal(t, []shift.Refused{{Reasons: "B, D", Nationality: "UTO", N: 1}, {Reasons: "C", Nationality: "UTO", N: 2}}, r.Refusals)
	require.Equal(t, []shift.Count{{Key: "XOM", N: 1}}, r.Overstays)
	require.Equal(t, []shift.Count{{Key: "alerts.national", N: 1}}, r.Hits)
	require.Equal(t, []shift.Count{{Key: "alerts.national", N: 1}}, r.NotChecked)
	require.Equal(t, 1, r.Provisional)
	require.ElementsMatch(t, []shift.Correction{{Reason: "wrong_key", N: 1}, {Reason: "new_information", Late: true, N: 1}}, r.Corrections)
	require.Equal(t, []shift.Repair{
		{Kind: "movement.supplied", Ground: "missing_entry", Late: true, N: 1}, {Kind: "movement.voided", Ground: "never_crossed", N: 1},
	}, r.Repairs)
	require.Equal(t, []shift.Repair{{Kind: "extended", Ground: "force_majeure", N: 1}}, r.Authorisations)
	require.Equal(t, []shift.Count{{Key: "changed", N: 1}}, r.Rechecked)
	require.Equal(t, 2, r.Receipts)
	require.Equal(t, p.count(t, `select count(*) from outbox where id <= (select max(id) - 1 from outbox)`), r.Waiting, "all that the centre has not confirmed, but for the offer itself")
	require.Equal(t, 5, r.Counts()["entries"])
	require.Equal(t, 3, r.Counts()["refusals"])
}

// What happened before a station's first shift stands in the register of that shift, as the page without a shift promises.
func TestTheFirstRegisterHasNoGap(t *testing.T) {
	p := open(t)
	first := p.begin(t, "sara")
	require.True(t, p.now().Equal(p.folder(t, first).Register.From), "nothing has happened yet")

	p = open(t)
	since := p.now()
	require.NoError(t, p.Note(t.Context(), in("1", "amara"), shift.Occurrences, shift.Kinds(shift.Occurrences)[0], "the lamp over lane 1 is broken"))
	p.pass(time.Hour)
	p.decide(t, traveller{number: "G1", nationality: "UTO"})
	opened := p.refer(t, "G2")
	p.pass(time.Minute)
	p.record(t, border.MovementSupplied, p.now().Add(-90*24*time.Hour), map[string]string{"ground": "missing_entry"})
	p.record(t, border.ReceiptIssued, p.now(), struct{}{})
	p.end(t, opened, "admit")
	p.pass(time.Minute)
	id := p.begin(t, "sara")
	r := p.folder(t, id).Register
	require.True(t, since.Equal(r.From), "from what happened first, not from what it was about")
	require.Equal(t, 1, r.Admitted(border.Entry))
	require.Equal(t, 1, r.Referrals.Opened)
	require.Equal(t, 1, r.Receipts)
	require.Len(t, r.Repairs, 1)
	require.Len(t, r.Notes, 1)
	p.pass(time.Minute)
	require.Equal(t, 1, p.offer(t, "sara").Register.Referrals.Opened)
}

func (p *post) annul(t testing.TB, id uuid.UUID, reason string) {
	t.Helper()
	entry := person("amara").Entry(p.now(), audit.Alteration, "crossing", id.String())
	_, err := p.crossings.Annul(t.Context(), border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: id, Station: station, Lane: "1", Officer: "amara", Reason: reason, CorrectedAt: p.now(),
	}, p.now().Add(-time.Hour), entry)
	require.NoError(t, err)
	p.exec(t, `update scan set status = 'dismissed' where status = 'open'`)
}

// A shift that was offered does not change any more, whatever is corrected later.
func TestAnOfferedRegisterStands(t *testing.T) {
	p := open(t)
	id := p.begin(t, "sara")
	e := p.decide(t, traveller{number: "A1", nationality: "UTO"})
	p.pass(time.Minute)
	before := p.offer(t, "sara")
	p.begin(t, "tariq")
	p.annul(t, e.CrossingID, "wrong_key")
	require.NoError(t, p.Write(t.Context(), person("tariq"), id, shift.Traffic, "one of them was undone later"))
	after := p.folder(t, id)
	require.True(t, after.Genuine())
	require.Equal(t, before.Encoded, after.Encoded)
	require.Equal(t, 1, after.Register.Admitted(border.Entry))
	require.Len(t, after.Late, 1, "what is written later stands beside it")
}

// Cases of the protection service are in no register and in none of its numbers, nor do they block a hand-over.
func TestProtectionIsInvisible(t *testing.T) {
	p := open(t)
	p.begin(t, "sara")
	p.decide(t, traveller{number: "A1", nationality: "UTO"})
	p.pass(time.Minute)
	state, err := p.State(t.Context())
	require.NoError(t, err)
	before := p.folder(t, state.Current).Register
	s := p.scan(t, traveller{number: "P1", nationality: "UTO", lane: "1", direction: border.Entry})
	service := protectiondb.New(protectiondb.Config{
		DB: p.db, Post: border.Post{Station: station, Zone: time.UTC}, Status: func() border.Status { return border.Confirmed },
		AcknowledgeWithin: time.Hour, Now: p.now, NewID: uuid.New, Nudge: func() {},
	})
	require.NoError(t, service.Signal(t.Context(), in("1", "amara"), protection.Signal{Inspection: s.ID, Kind: protection.Kinds()[0]}))
	require.Equal(t, 1, p.count(t, `select count(*) from record where kind = 'protection.event'`))
	p.exec(t, `update scan set status = 'dismissed' where id = $1`, s.ID)
	after := p.folder(t, state.Current).Register
	after.Until, before.Until = time.Time{}, time.Time{}
	require.Equal(t, before, after)
	list, err := p.Blocks(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
}

// Over random days, the sum of all registers is all that happened, and each number is what was done in its shift.
func TestRandomDaysAddUp(t *testing.T) {
	p := open(t)
	random := rand.New(rand.NewPCG(3, 11))
	var want, got sum
	p.begin(t, "sara")
	for n := range 120 {
		p.pass(time.Duration(1+random.IntN(600)) * time.Second)
		x := traveller{number: fmt.Sprint("N", n), nationality: []string{"UTO", "XOM"}[random.IntN(2)]}
		switch random.IntN(6) {
		case 0:
			x.decision = border.Decision{Verdict: border.Refuse, Reason: "C"}
			p.decide(t, x)
			want.refused++
		case 1:
			p.end(t, p.refer(t, x.number), "admit")
			want.referred++
		case 2:
			p.record(t, border.ReceiptIssued, p.now().Add(-time.Duration(random.IntN(1000))*time.Hour), struct{}{})
			want.receipts++
		case 3:
			x.direction, x.lane = border.Exit, "2"
			p.decide(t, x)
			want.exits++
		case 4:
			p.decide(t, x)
			want.entries++
		default:
			r := p.offer(t, "sara").Register
			got.add(r)
			if random.IntN(2) == 0 { // nobody has begun one yet: it is in the next all the same
				p.pass(time.Hour)
				p.decide(t, x)
				want.entries++
			}
			p.begin(t, "sara")
		}
	}
	p.pass(time.Second)
	got.add(p.offer(t, "sara").Register)
	require.Equal(t, want, got)
}

type sum struct{ entries, exits, refused, referred, receipts int }

func (s *sum) add(r shift.Register) {
	s.entries += r.Admitted(border.Entry)
	s.exits += r.Admitted(border.Exit)
	s.refused += r.Refused()
	s.referred += r.Referrals.Opened
	s.receipts += r.Receipts
}
