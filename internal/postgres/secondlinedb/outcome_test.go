package secondlinedb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
)

// mine refers somebody and has Sam claim him.
func (p *post) mine(t testing.TB, number string, f border.Finding) border.CrossingEvent {
	t.Helper()
	e := p.refer(t, number, f)
	require.NoError(t, p.line.Claim(t.Context(), actor("sam"), e.CrossingID))
	return e
}

func TestAnAdmissionInSpiteOfAHitTakesTwo(t *testing.T) {
	p := open(t)
	e := p.mine(t, "L898902C3", listed(border.SecondLine))
	ctx, id := t.Context(), e.CrossingID
	admit := secondline.End{Outcome: secondline.Admit, Reason: "not_same_person", Note: "another person"}
	_, err := p.line.End(ctx, actor("sam"), id, admit)
	require.ErrorIs(t, err, secondline.ErrSecondPerson)
	require.Zero(t, p.count(t, "crossing"))

	p.check.finding = listed(border.SecondLine)
	p.check.finding.Source.Version = "8"
	p.check.finding.Grant = &border.Grant{MaxDays: 12, Rule: "90/180"}
	p.now = p.now.Add(10 * time.Minute)
	require.NoError(t, p.line.Recheck(ctx, actor("sam"), id))
	require.NoError(t, p.line.AskOverride(ctx, actor("sam"), id, "not_same_person", "looked at both photos"))
	require.ErrorIs(t, p.line.ApproveOverride(ctx, actor("sara"), id, 2), secondline.ErrMoved, "what was asked after he looked he has not seen")
	require.ErrorIs(t, p.line.ApproveOverride(ctx, actor("sam"), id, 3), secondline.ErrSelf)
	require.NoError(t, p.line.ApproveOverride(ctx, actor("sara"), id, 3))

	decision, err := p.line.End(ctx, actor("sam"), id, admit)
	require.NoError(t, err)
	require.Equal(t, id, decision.Referral)
	require.Equal(t, "sara", decision.Approver)
	require.Equal(t, "sam", decision.Officer)
	require.Equal(t, "8", decision.Findings[0].Source.Version, "the findings are those of the last run")
	require.Equal(t, 12, decision.Grant.MaxDays)
	require.True(t, decision.CrossedAt.Equal(p.now))
	require.NotEqual(t, id, decision.CrossingID)
	require.Equal(t, 1, p.count(t, "crossing where id = $1", decision.CrossingID))
	require.Equal(t, 1, p.count(t, `decision d join decision r on r.inspection_id = d.inspection_id
		where d.referral = $1 and r.crossing_id = $1 and d.approver = 'sara'`, id))
	require.Equal(t, 1, p.count(t, "outbox where kind = 'crossing.recorded' and payload ->> 'referral' = $1", id.String()))
	require.Equal(t, 5, p.count(t, "record where subject = $1 and kind = 'referral.event'", id))
	require.Equal(t, 1, p.count(t, "referral where id = $1 and outcome = 'admit' and closed_at = $2 and steps = 5", id, p.now))
	require.ErrorIs(t, p.line.Interview(ctx, actor("sam"), id, secondline.Interview{Answer: "more"}), secondline.ErrEnded)

	results, err := p.line.Outcomes(ctx, "1", bordertest.Noon, nil)
	require.NoError(t, err)
	require.Len(t, results, 1)
	require.Equal(t, secondline.Admit, results[0].Outcome)
	require.Equal(t, "ERIKSSON", results[0].Surname)
}

func form(reasons ...string) *border.Refusal {
	return &border.Refusal{Reasons: reasons, Signature: "refused_to_sign", Language: "ar"}
}

func TestARefusalSaysThatPrintsWereTaken(t *testing.T) {
	p := open(t)
	e := p.mine(t, "L898902C3", listed(border.SecondLine))
	p.printsState = refusal.BiometricsTaken
	decision, err := p.line.End(t.Context(), actor("sam"), e.CrossingID, secondline.End{Outcome: secondline.Refuse, Refusal: form("B")})
	require.NoError(t, err)
	require.Equal(t, refusal.BiometricsTaken, decision.Refusal.Biometrics)
	require.NotEqual(t, uuid.Nil, p.printsOf, "asked of the inspection")
	require.Equal(t, 1, p.count(t, "decision where event -> 'refusal' ->> 'biometrics' = 'taken'"))
}

func TestARefusalHasItsFormAndAnOutcomeIsAllOrNothing(t *testing.T) {
	p := open(t)
	e := p.mine(t, "L898902C3", listed(border.SecondLine))
	for _, wrong := range []*border.Refusal{nil, form(), form("Z"), form("B", "B"), {Reasons: []string{"B"}, Language: "ar"}} {
		_, err := p.line.End(t.Context(), actor("sam"), e.CrossingID, secondline.End{Outcome: secondline.Refuse, Refusal: wrong})
		require.Error(t, err)
	}
	require.Equal(t, 1, p.count(t, "record where kind = 'referral.event'"), "only the claim")
	require.Zero(t, p.count(t, "refusal_counter"), "a number that was not used is not taken")

	decision, err := p.line.End(t.Context(), actor("sam"), e.CrossingID, secondline.End{Outcome: secondline.Refuse, Refusal: form("H", "B")})
	require.NoError(t, err)
	require.Equal(t, []string{"B", "H"}, decision.Refusal.Reasons)
	require.Equal(t, "test-air-2026-000001", decision.Refusal.Number)
	require.Equal(t, "required", decision.Refusal.Biometrics)
	require.Equal(t, 1, p.count(t, "decision where verdict = 'refuse' and event -> 'refusal' ->> 'number' = 'test-air-2026-000001'"))
	require.Zero(t, p.count(t, "crossing"), "who is refused has not crossed")
}

func TestAStoppedTravellerIsNotRefusedAndNobodyLearnsWhy(t *testing.T) {
	p := open(t)
	e := p.mine(t, "L898902C3", listed(border.SecondLine))
	inspection := p.look(t, e.CrossingID).Case.Inspection
	_, err := p.db.Pool.Exec(t.Context(), `insert into protection_stop (inspection_id, since, issuing_state, number_folded, birth_date)
		values ($1, $2, 'UTO', $3, '1974-08-12')`, inspection, p.now, traveldoc.FoldNumber("L898902C3"))
	require.NoError(t, err)
	_, err = p.line.End(t.Context(), actor("sam"), e.CrossingID, secondline.End{Outcome: secondline.Refuse, Refusal: form("H")})
	require.ErrorIs(t, err, secondline.ErrRefusalStops)
	require.NotContains(t, err.Error(), "protection")
	require.Equal(t, 1, p.count(t, "referral where closed_at is null"), "the case stays open")
	require.Equal(t, 1, p.count(t, "record where kind = 'referral.event'"))
	require.Zero(t, p.count(t, "refusal_counter"))
}

func TestAReturnedTravellerStandsInHisLaneAgain(t *testing.T) {
	p := open(t)
	e := p.mine(t, "L898902C3", listed(border.SecondLine))
	inspection := p.look(t, e.CrossingID).Case.Inspection
	_, err := p.first.OpenScanByID(t.Context(), "1", inspection)
	require.ErrorIs(t, err, border.ErrNoSuchScan)
	decision, err := p.line.End(t.Context(), actor("sam"), e.CrossingID, secondline.End{Outcome: secondline.Return})
	require.NoError(t, err)
	require.Nil(t, decision)
	scan, err := p.first.OpenScanByID(t.Context(), "1", inspection)
	require.NoError(t, err)
	require.Nil(t, scan.Replaces, "nothing was undone")

	results, err := p.line.Outcomes(t.Context(), "1", bordertest.Noon.Add(-time.Hour), nil)
	require.NoError(t, err)
	require.Equal(t, secondline.Return, results[0].Outcome)
	require.Equal(t, inspection, results[0].Inspection)

	again := bordertest.Event(scan, p.now.Add(time.Minute)) // and may be referred once more: another case
	again.Decision = border.Decision{Verdict: border.Refer, Reason: "identity_doubt"}
	again.Findings = []border.Finding{listed(border.SecondLine)}
	again, err = p.first.Record(t.Context(), scan.ID, again, bordertest.Entry(audit.Collection, "crossing", again.CrossingID))
	require.NoError(t, err)
	require.Equal(t, 2, p.count(t, "referral"))
	past := p.look(t, again.CrossingID).Past
	require.Len(t, past, 1)
	require.Equal(t, secondline.Return, past[0].Outcome)
}

// Nothing that anybody but the service can read or count tells that a traveller was handed to it.
func TestProtectionLeavesNoTraceInTheCase(t *testing.T) {
	p := open(t)
	e := p.mine(t, "L898902C3", listed(border.SecondLine))
	plain := p.mine(t, "X111111", listed(border.SecondLine))
	_, err := p.line.End(t.Context(), actor("sam"), e.CrossingID, secondline.End{Outcome: secondline.Protection, Sign: "asylum", Note: "fears for her life"})
	require.NoError(t, err)
	_, err = p.line.End(t.Context(), actor("sam"), plain.CrossingID, secondline.End{Outcome: secondline.HandOver, Authority: secondline.OtherService})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{p.look(t, e.CrossingID).Case.Inspection}, p.given)
	for _, table := range []string{"referral", "record", "outbox", "audit"} {
		require.Zero(t, p.count(t, table+" x where x::text like '%protection%' or x::text like '%asylum%' or x::text like '%fears%'"), table)
	}
	shape := `select (body - 'at' - 'seq')::text from record where subject = $1 and body ->> 'kind' = 'ended'`
	var one, other string
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), shape, e.CrossingID).Scan(&one))
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), shape, plain.CrossingID).Scan(&other))
	require.Equal(t, other, one)
}

func TestTheFirstLineUndoesAReferralThatNobodyHasClaimed(t *testing.T) {
	p := open(t)
	e, taken := p.refer(t, "L898902C3", listed(border.SecondLine)), p.mine(t, "X111111", listed(border.SecondLine))
	undo := func(crossing uuid.UUID) error {
		c := border.CorrectionEvent{CorrectionID: uuid.New(), CrossingID: crossing, Station: "test-air", Lane: "1", Officer: "olga", Reason: "wrong_key", CorrectedAt: p.now}
		_, err := p.first.Annul(t.Context(), c, p.now, bordertest.Entry(audit.Alteration, "crossing", crossing))
		return err
	}
	require.NoError(t, undo(e.CrossingID))
	require.Equal(t, 1, p.count(t, "referral where id = $1 and outcome = 'withdrawn'", e.CrossingID))
	require.Equal(t, 1, p.count(t, "record where subject = $1 and body ->> 'kind' = 'withdrawn'", e.CrossingID))
	require.ErrorIs(t, p.line.Claim(t.Context(), actor("sam"), e.CrossingID), secondline.ErrEnded)

	require.ErrorIs(t, undo(taken.CrossingID), secondline.ErrTouched)
	require.NoError(t, p.line.Release(t.Context(), actor("sam"), taken.CrossingID))
	require.ErrorIs(t, undo(taken.CrossingID), secondline.ErrTouched, "somebody had it once")
	require.Equal(t, 1, p.count(t, "correction"), "what was refused left nothing behind")
}

// The second line's decision is not undone at a counter.
func TestAnOutcomeIsNotUndoneAtACounter(t *testing.T) {
	p := open(t)
	e := p.mine(t, "L898902C3", listed(border.Acknowledge))
	decision, err := p.line.End(t.Context(), actor("sam"), e.CrossingID, secondline.End{Outcome: secondline.Admit, Reason: "document_examined"})
	require.NoError(t, err)
	c := border.CorrectionEvent{CorrectionID: uuid.New(), CrossingID: decision.CrossingID, Station: "test-air", Lane: "1", Officer: "olga", Reason: "wrong_key", CorrectedAt: p.now}
	_, err = p.first.Annul(t.Context(), c, p.now, bordertest.Entry(audit.Alteration, "crossing", decision.CrossingID))
	require.ErrorIs(t, err, border.ErrTooLate)
	view, err := p.first.Look(t.Context(), "1", 9, nil)
	require.NoError(t, err)
	require.Len(t, view.Recent, 1, "the lane lists its own decisions")
}

func TestACaseIsTakenOverWithAReasonAndGoesOn(t *testing.T) {
	p := open(t)
	e := p.mine(t, "L898902C3", listed(border.SecondLine))
	require.ErrorContains(t, p.line.TakeOver(t.Context(), actor("sara"), e.CrossingID, " "), "referral.reason")
	require.NoError(t, p.line.TakeOver(t.Context(), actor("sara"), e.CrossingID, "end of shift"))
	require.ErrorIs(t, p.line.Interview(t.Context(), actor("sam"), e.CrossingID, secondline.Interview{Answer: "x"}), secondline.ErrNotOwner)
	require.NoError(t, p.line.Interview(t.Context(), actor("sara"), e.CrossingID, secondline.Interview{Answer: "x"}))
	require.ErrorIs(t, p.line.Recheck(t.Context(), actor("sam"), e.CrossingID), secondline.ErrNotOwner)
}

// Of a whole ship not everybody is offered; that there are more is said.
func TestThatMoreTravelTogetherIsSaid(t *testing.T) {
	p := open(t)
	e := p.mine(t, "L898902C3", listed(border.SecondLine))
	p.refer(t, "X111111", listed(border.SecondLine))
	other := p.look(t, e.CrossingID).Suggested[0].Inspection
	more := func(n int) secondline.Dossier {
		_, err := p.db.Pool.Exec(t.Context(), `INSERT INTO scan SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).* FROM scan s, generate_series(1, $2) WHERE s.id = $1`,
			other, n)
		require.NoError(t, err)
		return p.look(t, e.CrossingID)
	}
	d := more(49)
	require.Len(t, d.Suggested, 50)
	require.False(t, d.MoreSuggested, "that is everybody")
	d = more(1)
	require.Len(t, d.Suggested, 50)
	require.True(t, d.MoreSuggested)
}

func TestWhoTravelsTogether(t *testing.T) {
	p := open(t)
	e, other := p.mine(t, "L898902C3", listed(border.SecondLine)), p.refer(t, "X111111", listed(border.SecondLine))
	d := p.look(t, e.CrossingID)
	require.Len(t, d.Suggested, 1)
	require.Equal(t, "transport", d.Suggested[0].Why)
	require.Equal(t, other.CrossingID, d.Suggested[0].Case)
	require.False(t, d.MoreSuggested)
	require.NoError(t, p.line.AddCompanionByDocument(t.Context(), actor("sam"), e.CrossingID, "", "x-111111", "family"))
	d = p.look(t, e.CrossingID)
	require.Empty(t, d.Suggested)
	require.Len(t, d.Companions, 1)
	require.True(t, d.Companions[0].Open)
	require.ErrorIs(t, p.line.AddCompanionByDocument(t.Context(), actor("sam"), e.CrossingID, "", "NOBODY", ""), border.ErrNoSuchScan)
	require.NoError(t, p.line.RemoveCompanion(t.Context(), actor("sam"), e.CrossingID, d.Companions[0].Inspection))
	require.Empty(t, p.look(t, e.CrossingID).Companions)
}

func TestAnEarlierJudgementIsRemembered(t *testing.T) {
	p := open(t)
	before := p.mine(t, "L898902C3", listed(border.SecondLine))
	judgement := secondline.Judgement{Check: "alerts.national", Version: "7", Ref: "a1", Compared: []string{"photo", "marks"}}
	require.NoError(t, p.line.Judge(t.Context(), actor("sam"), before.CrossingID, judgement))
	now := p.refer(t, "L898902C3", listed(border.SecondLine))
	d := p.look(t, now.CrossingID)
	require.Len(t, d.Judgements, 1)
	require.Equal(t, judgement, d.Judgements[0].Judgement)
	require.Empty(t, p.look(t, before.CrossingID).Judgements, "its own stands in its course")
}
