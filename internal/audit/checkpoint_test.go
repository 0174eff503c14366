package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/openbmis/openbmis/internal/audit"
)

func TestACheckpointIsThreeLinesAndASignature(t *testing.T) {
	key := newKey(t, "airport-1")
	checkpoint := audit.Checkpoint{Origin: "airport-1", Size: 42, Root: tlog.RecordHash([]byte("x"))}
	msg, err := checkpoint.Sign(key)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(msg), "airport-1\n42\n"+checkpoint.Root.String()+"\n\n— airport-1 "))

	opened, err := audit.OpenCheckpoint(msg, key.Verifier())
	require.NoError(t, err)
	require.Equal(t, checkpoint, opened)

	_, err = audit.OpenCheckpoint(msg, newKey(t, "airport-1").Verifier())
	require.ErrorIs(t, err, audit.ErrCheckpoint, "another key of the same name")
	_, err = audit.OpenCheckpoint([]byte(strings.Replace(string(msg), "\n42\n", "\n43\n", 1)), key.Verifier())
	require.ErrorIs(t, err, audit.ErrCheckpoint, "another size")
	_, err = audit.OpenCheckpoint(msg, key.Verifier(), newKey(t, "central").Verifier())
	require.ErrorContains(t, err, "no signature of central")
	_, err = audit.OpenCheckpoint([]byte(strings.Repeat("x", 1<<20)), key.Verifier())
	require.ErrorContains(t, err, "at most")
	_, err = checkpoint.Sign(newKey(t, "airport-2"))
	require.ErrorContains(t, err, "cannot be signed by")
}

func TestMalformedCheckpointsAreRefused(t *testing.T) {
	root := tlog.Hash{}.String()
	for _, text := range []string{
		"", "a\n1\n" + root, "a\n1\n" + root + "\nmore\n", "a\n01\n" + root + "\n", "a\n-1\n" + root + "\n", "a\nx\n" + root + "\n",
		"a b\n1\n" + root + "\n", "a\n1\nAAAA\n", "a\n1\n" + root[:43] + "\n", "a\n1\n" + strings.Replace(root, "AAA=", "AAB=", 1) + "\n",
		"a\n99999999999999999999\n" + root + "\n",
	} {
		_, err := audit.ParseCheckpoint(text)
		require.ErrorIs(t, err, audit.ErrCheckpoint, "%q", text)
	}
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add("airport-1\n42\n" + tlog.Hash{}.String() + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		checkpoint, err := audit.ParseCheckpoint(text)
		if err == nil {
			require.Equal(t, text, checkpoint.Text())
		}
	})
}

func TestThePolicySignsByTimeAndByNumber(t *testing.T) {
	policy, last := audit.DefaultPolicy(), audit.Checkpoint{Size: 100}
	cases := []struct {
		after time.Duration
		size  int64
		due   bool
	}{
		{time.Hour, 100, false}, {time.Hour, 99, false}, {9 * time.Second, 101, false}, {10 * time.Second, 101, true},
		{time.Second, 1099, false}, {time.Second, 1100, true}, {-time.Hour, 101, true},
	}
	for _, c := range cases {
		require.Equal(t, c.due, policy.Due(noon.Add(c.after), c.size, last, noon), "%v %d", c.after, c.size)
	}
	require.True(t, policy.Due(noon, 1, audit.Checkpoint{}, time.Time{}), "the first is signed at once")
}
