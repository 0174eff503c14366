package fingers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/fingerstest"
)

func TestTheHeaderKnowsHowTheReaderStands(t *testing.T) {
	reader := fingerstest.NewReader(1, true)
	w := fingers.NewWatch(reader, func() time.Time { return time.Unix(5, 0) })
	require.ErrorIs(t, w.Standing().Err, capture.ErrUnreachable, "never green before it answered")
	w.Look(t.Context())
	require.NoError(t, w.Standing().Err)
	require.True(t, w.Standing().Info.Simulated)
	require.Equal(t, time.Unix(5, 0), w.Standing().At)
	reader.Fail(capture.ErrUnreachable)
	w.Look(t.Context())
	require.ErrorIs(t, w.Standing().Err, capture.ErrUnreachable)
}
