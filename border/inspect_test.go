package border_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
)

// checkFunc is a check made of a function.
type checkFunc struct {
	name string
	ask  func(context.Context, border.Subject) (border.Finding, error)
}

func (c checkFunc) Name() string { return c.name }

func (c checkFunc) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	return c.ask(ctx, s)
}

func noHit(name string) checkFunc {
	return checkFunc{name, func(context.Context, border.Subject) (border.Finding, error) {
		return border.Finding{Outcome: border.NoHit}, nil
	}}
}

func inspect(t *testing.T, deadline time.Duration, checks ...border.Check) map[string]border.Finding {
	t.Helper()
	plan := make([]border.Planned, len(checks))
	for n, c := range checks {
		plan[n] = border.Planned{Check: c, Deadline: deadline}
	}
	found := map[string]border.Finding{}
	border.Inspect(t.Context(), time.Now, border.Subject{}, plan, func(f border.Finding) { found[f.Check] = f })
	return found
}

func TestWhatDoesNotAnswerIsNotChecked(t *testing.T) {
	deaf := make(chan struct{})
	tests := map[string]struct {
		ask    func(context.Context, border.Subject) (border.Finding, error)
		reason string
	}{
		"an error": {func(context.Context, border.Subject) (border.Finding, error) {
			return border.Finding{Outcome: border.NoHit}, errors.New("database away")
		}, border.ReasonFailed},
		"a check that heeds its deadline": {func(ctx context.Context, _ border.Subject) (border.Finding, error) {
			<-ctx.Done()
			return border.Finding{Outcome: border.NoHit}, ctx.Err()
		}, border.ReasonTimeout},
		"a check that does not": {func(context.Context, border.Subject) (border.Finding, error) {
			<-deaf
			return border.Finding{Outcome: border.NoHit}, nil
		}, border.ReasonTimeout},
		"a check that breaks": {func(context.Context, border.Subject) (border.Finding, error) {
			panic("a check that breaks")
		}, border.ReasonFailed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				deaf = make(chan struct{})
				started := time.Now()
				found := inspect(t, 2*time.Second, noHit("other"), checkFunc{"bad", test.ask})
				require.Equal(t, border.NotChecked, found["bad"].Outcome)
				require.Equal(t, test.reason, found["bad"].Reason)
				require.Equal(t, border.NoHit, found["other"].Outcome, "one check's failure is not another's")
				require.LessOrEqual(t, time.Since(started), 2*time.Second)
				close(deaf)
			})
		})
	}
}

func TestChecksRunSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(name string) checkFunc {
			return checkFunc{name, func(ctx context.Context, _ border.Subject) (border.Finding, error) {
				select {
				case <-time.After(time.Second):
				case <-ctx.Done():
				}
				return border.Finding{Outcome: border.NoHit}, nil
			}}
		}
		started := time.Now()
		found := inspect(t, 2*time.Second, slow("a"), slow("b"), slow("c"))
		require.Len(t, found, 3)
		require.Equal(t, time.Second, time.Since(started))
		require.Equal(t, time.Second, found["a"].Took)
		require.Equal(t, "a", found["a"].Source.Name, "every answer says where it comes from")
	})
}
