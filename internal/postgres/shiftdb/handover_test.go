package shiftdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/problem"
)

func requireProblem(t testing.TB, err error, code string) {
	t.Helper()
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	require.Equal(t, code, p.Code)
}

func TestAShiftIsHandedOver(t *testing.T) {
	p := open(t)
	id := p.begin(t, "sara", "amara", "bo")
	_, err := p.Begin(t.Context(), person("tariq"), nil)
	requireProblem(t, err, "shift_open")
	p.pass(8 * time.Hour)
	requireProblem(t, p.Offer(t.Context(), person("sara"), id, "  "), "shift_note_missing")
	requireProblem(t, p.Offer(t.Context(), person("sara"), uuid.New(), "note"), "shift_unknown")
	f := p.offer(t, "sara")
	require.Equal(t, id, f.Shift.ID)
	require.True(t, f.Genuine())
	require.Equal(t, shift.Digest(f.Encoded), f.Shift.Digest)

	require.Error(t, p.Sign(t.Context(), person("sara"), id, f.Shift.Digest), "nobody signs for himself")
	requireProblem(t, p.Sign(t.Context(), person("tariq"), id, shift.Digest(nil)), "shift_digest")
	require.NoError(t, p.Sign(t.Context(), person("tariq"), id, f.Shift.Digest))
	requireProblem(t, p.Sign(t.Context(), person("uma"), id, f.Shift.Digest), "shift_signed")
	require.Equal(t, 1, p.count(t, `select count(*) from audit where decision = $1 and actor = 'id of tariq'`, "signed register "+f.Shift.Digest))
	require.Equal(t, 3, p.count(t, `select count(*) from record where kind = 'shift.event' and subject = $1`, id), "begun, offered, signed")
	require.Equal(t, 3, p.count(t, `select count(*) from outbox where kind = 'shift.event'`))
	require.Equal(t, 3, p.woken)
}

// What happens between two shifts stands in the register of the second: nothing falls between.
func TestRegistersLeaveNoGap(t *testing.T) {
	p := open(t)
	p.begin(t, "sara")
	p.decide(t, traveller{number: "A1", nationality: "UTO"})
	p.pass(time.Hour)
	first := p.offer(t, "sara")
	p.decide(t, traveller{number: "A2", nationality: "UTO"}) // at the very instant: the next shift's
	p.pass(time.Hour)
	p.decide(t, traveller{number: "A3", nationality: "UTO"})
	p.begin(t, "tariq")
	p.pass(time.Hour)
	second := p.offer(t, "tariq")
	require.Equal(t, 1, first.Register.Admitted(border.Entry))
	require.Equal(t, 2, second.Register.Admitted(border.Entry))
	require.Equal(t, first.Register.Until, second.Register.From)
}

func TestOpenCasesAndLeftTravellersBlock(t *testing.T) {
	p := open(t)
	id := p.begin(t, "sara")
	first, second := p.refer(t, "A1"), p.refer(t, "A2")
	waiting := p.scan(t, traveller{number: "A3", nationality: "UTO", lane: "2", direction: border.Exit})
	p.exec(t, `update referral set owner = 'lena', claimed_at = $2 where id = $1`, second, p.now())
	list, err := p.Blocks(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 2, "who stands at the counter at this moment is in hand")
	p.pass(shift.InHand)
	list, err = p.Blocks(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []uuid.UUID{first, second, uuid.Nil}, []uuid.UUID{list[0].Case, list[1].Case, list[2].Case})
	require.Equal(t, shift.Block{Lane: "2", Count: 1, Since: waiting.At}, list[2])

	blocked := func() {
		t.Helper()
		requireProblem(t, p.Offer(t.Context(), person("sara"), id, "note"), "shift_blocked")
	}
	blocked()
	p.end(t, first, "admit")
	blocked()
	p.end(t, second, "hand_over")
	blocked()
	p.exec(t, `update scan set status = 'dismissed' where id = $1`, waiting.ID)
	p.pass(time.Second)
	f := p.offer(t, "sara")
	require.Equal(t, shift.Cases{Opened: 2, Outcomes: []shift.Count{{Key: "admit", N: 1}, {Key: "hand_over", N: 1}}}, f.Register.Referrals)
}

// A register that was changed in the database is seen to be another than the one that was signed.
func TestAChangedRegisterIsSeen(t *testing.T) {
	p := open(t)
	id := p.begin(t, "sara")
	f := p.offer(t, "sara")
	_, err := pgtest.Admin(t, p.db).Pool.Exec(t.Context(), `update shift set register = $2 where id = $1`, id, append(f.Encoded[:len(f.Encoded)-1:len(f.Encoded)-1], ' ', '}'))
	require.NoError(t, err)
	require.False(t, p.folder(t, id).Genuine())
}

func TestEveryOfficerReadsTheHandover(t *testing.T) {
	p := open(t)
	brief := func() bool {
		b, err := p.Brief(t.Context())
		require.NoError(t, err)
		return b.Unread("amara")
	}
	require.False(t, brief(), "there is nothing to read yet")
	id := p.begin(t, "sara")
	require.False(t, brief())
	requireProblem(t, p.Read(t.Context(), in("1", "amara"), id), "shift_runs")
	p.offer(t, "sara")
	require.True(t, brief())
	require.NoError(t, p.Read(t.Context(), in("1", "amara"), id))
	require.False(t, brief())
	require.NoError(t, p.Read(t.Context(), in("1", "amara"), id), "twice is once")
	require.Equal(t, 1, p.count(t, `select count(*) from shift_read where person = 'amara'`))
	require.Equal(t, 1, p.count(t, `select count(*) from record where body ->> 'step' = 'read'`))
	b, err := p.Brief(t.Context())
	require.NoError(t, err)
	require.False(t, b.Unread("sara"), "who wrote it has no need to")
}
