package auth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/auth"
)

var start = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

func TestTheWaitDoublesUpToALimit(t *testing.T) {
	brake := auth.AccountBrake()
	for failures, want := range map[int]time.Duration{
		0: 0, 1: 0, 4: 0, 5: 2 * time.Second, 6: 4 * time.Second, 7: 8 * time.Second, 13: 512 * time.Second,
		14: 15 * time.Minute, 15: 15 * time.Minute, 1 << 30: 15 * time.Minute,
	} {
		f := auth.Failures{Count: failures, Last: start}
		require.Equal(t, want, brake.Wait(f, start), failures)
		require.Zero(t, brake.Wait(f, start.Add(want)))
	}
}

// Never permanent, never longer than the limit, whatever the clock does.
func TestNobodyIsShutOutForGood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		brake := rapid.SampledFrom([]auth.Brake{auth.AccountBrake(), auth.SourceBrake()}).Draw(t, "brake")
		f := auth.Failures{Count: rapid.IntRange(0, 1<<20).Draw(t, "count"), Last: start}
		shift := time.Duration(rapid.Int64Range(-int64(100*24*time.Hour), int64(100*24*time.Hour)).Draw(t, "shift"))
		wait := brake.Wait(f, start.Add(shift))
		require.GreaterOrEqual(t, wait, time.Duration(0))
		require.LessOrEqual(t, wait, brake.Limit)
		require.Zero(t, brake.Wait(f, start.Add(brake.Limit)))
	})
}

func TestGuessesPerDayAreFew(t *testing.T) {
	brake, f, now := auth.AccountBrake(), auth.Failures{}, start
	guesses := 0
	for now.Before(start.Add(24 * time.Hour)) {
		if wait := brake.Wait(f, now); wait > 0 {
			now = now.Add(wait)
			continue
		}
		f = brake.Next(f, now)
		guesses++
	}
	require.Less(t, guesses, 110)
}

func TestFailuresAreForgottenAfterAQuietTime(t *testing.T) {
	brake := auth.AccountBrake()
	f := auth.Failures{Count: 40, Last: start, Refused: 7}
	require.Equal(t, auth.Failures{Count: 41, Last: start.Add(time.Hour)}, brake.Next(f, start.Add(time.Hour)))
	require.Equal(t, auth.Failures{Count: 1, Last: start.Add(24 * time.Hour)}, brake.Next(f, start.Add(24*time.Hour)))
	require.Equal(t, auth.Failures{Count: 1, Last: start}, brake.Next(auth.Failures{}, start))
}

// A clock that was set back must not make the wait last until it has caught up.
func TestAClockSetBackShutsNobodyOut(t *testing.T) {
	f := auth.Failures{Count: 40, Last: start}
	require.Zero(t, auth.AccountBrake().Wait(f, start.Add(-time.Hour)))
}
