package border_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
)

func TestACheckIsAskedAgain(t *testing.T) {
	answers := make(chan border.Outcome, 1)
	prints := checkFunc{"prints", func(ctx context.Context, _ border.Subject) (border.Finding, error) {
		select {
		case o := <-answers:
			return border.Finding{Outcome: o}, nil
		case <-ctx.Done():
			return border.Finding{}, ctx.Err()
		}
	}}
	d := desk(&bordertest.Memory{}, &clock{at: bordertest.Noon}, noHit("document"), prints)
	answers <- border.NotChecked
	i, err := d.Open(t.Context(), officer, scan(specimen))
	require.NoError(t, err)
	<-i.Done()
	before := i.Done()

	_, err = d.Renew(t.Context(), officer.Lane, i.Scan.ID, "prints")
	require.NoError(t, err)
	require.False(t, i.Complete(), "the old answer stands no more")
	_, err = d.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	require.ErrorIs(t, err, border.ErrPending)
	answers <- border.NoHit
	<-i.Done()
	require.NotEqual(t, before, i.Done())
	require.Equal(t, border.NoHit, i.Findings()[1].Outcome)

	_, err = d.Renew(t.Context(), officer.Lane, i.Scan.ID, "unknown")
	require.NoError(t, err)
	require.True(t, i.Complete())
	_, err = d.Renew(t.Context(), officer.Lane, uuid.New(), "prints")
	require.Error(t, err)
}

// What changed is asked again of the inspections that name it, and of no other; until it answers nobody is admitted.
func TestOnlyWhatNamesAChangeIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outcome, ref := border.NoHit, "E22222222"
		visas := checkFunc{"visa", func(context.Context, border.Subject) (border.Finding, error) {
			return border.Finding{Outcome: outcome, Evidence: []border.Evidence{{Code: "visa_valid", Ref: ref, Severity: border.Note}}}, nil
		}}
		d := desk(&bordertest.Memory{}, &clock{at: bordertest.Noon}, noHit("document"), visas)
		i, err := d.Open(t.Context(), officer, scan(specimen))
		require.NoError(t, err)
		<-i.Done()
		outcome = border.Hit // it is revoked
		about := func(number string) func(string) bool { return func(ref string) bool { return ref == number } }
		d.RenewNamed(t.Context(), "visa", about("E33333333"))
		d.RenewNamed(t.Context(), "unknown", about("E22222222"))
		synctest.Wait()
		require.Equal(t, border.NoHit, i.Findings()[1].Outcome)
		d.RenewNamed(t.Context(), "visa", about("E22222222"))
		synctest.Wait()
		require.True(t, i.Complete())
		require.Equal(t, border.Hit, i.Findings()[1].Outcome)
	})
}

func TestAnAnswerToAnEarlierQuestionCountsNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := make(chan chan border.Outcome)
		slow := checkFunc{"prints", func(context.Context, border.Subject) (border.Finding, error) {
			answer := make(chan border.Outcome)
			asked <- answer
			return border.Finding{Outcome: <-answer}, nil
		}}
		d := desk(&bordertest.Memory{}, &clock{at: bordertest.Noon}, slow)
		i, err := d.Open(t.Context(), officer, scan(specimen))
		require.NoError(t, err)
		first := <-asked
		_, err = d.Renew(t.Context(), officer.Lane, i.Scan.ID, "prints")
		require.NoError(t, err)
		second := <-asked
		second <- border.Hit
		<-i.Done()
		first <- border.NoHit
		synctest.Wait()
		require.Equal(t, border.Hit, i.Findings()[0].Outcome)
	})
}
