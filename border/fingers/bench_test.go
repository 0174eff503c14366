package fingers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/synthetic"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/fingerstest"
)

// The software's share of a traveller with four fingers: minutiae and quality of four images, and the comparison with the file.
func BenchmarkFourFingersToAnswer(b *testing.B) {
	hand := fingers.DefaultPolicy().Hands[0]
	references, err := fingerstest.Prints(31, time.Now(), hand...)
	require.NoError(b, err)
	person := synthetic.NewPerson(31)
	images := map[biometrics.Position]biometrics.Image{}
	for _, f := range hand {
		images[f] = fingerstest.Impression(person, f, 7, 1)
	}
	for b.Loop() {
		var presented []fingers.Print
		for _, f := range hand {
			look, err := fingers.Examine(images[f], 40)
			require.NoError(b, err)
			presented = append(presented, fingers.Print{Position: f, Template: look.Template})
		}
		require.Greater(b, fingers.Compare(presented, references).Score, 30.0)
	}
}
