package simulator_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

// Whoever turns the quality down sees what a counter does with prints that are too poor, and whoever leaves it sees good ones.
func TestTheKnobGoesFromGoodPrintsToPoorOnes(t *testing.T) {
	reader := simulator.New(simulator.Options{
		Source: simulator.NewSynthetic(), Serial: "SIM000000001", Seed: 1, Compression: fir.Raw, Now: time.Now,
		Log: slog.New(slog.DiscardHandler),
		Assess: func(m biometrics.Image) (int, error) {
			a, err := fingerprint.Assess(m)
			return int(a.Score), err
		},
	})
	t.Cleanup(reader.Close)
	asked := capture.Request{Transaction: "quality", Fingers: []biometrics.Position{biometrics.RightIndex, biometrics.LeftRing}}
	scores := func(person string, worse float64) (got []int) {
		require.NoError(t, reader.Set(simulator.Knobs{Person: person, Worse: worse}))
		answer, err := reader.Capture(t.Context(), asked)
		require.NoError(t, err)
		require.Len(t, answer.Prints, 2)
		for _, p := range answer.Prints {
			require.NoError(t, p.Problem)
			got = append(got, *p.DeviceQuality)
		}
		return got
	}
	var sum int
	for i := range 10 {
		person := fmt.Sprintf("traveller %d", i)
		for _, good := range scores(person, 0) {
			require.Greater(t, good, 70, person)
			sum += good
		}
		for _, poor := range scores(person, 1) {
			require.Less(t, poor, 50, person)
		}
	}
	require.GreaterOrEqual(t, sum/20, 75)
}
