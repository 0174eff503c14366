package audit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/openbmis/openbmis/internal/audit"
)

func TestTheWitnessSignsOnlyWhatGrew(t *testing.T) {
	station, central := newKey(t, "airport-1"), newKey(t, "central")
	witness := audit.NewWitness(central)
	_, kept, _ := grow(t, 1000)
	at := func(size int64) audit.Checkpoint {
		root, err := tlog.TreeHash(size, kept.reader())
		require.NoError(t, err)
		return audit.Checkpoint{Origin: "airport-1", Size: size, Root: root}
	}
	proof := func(size, from int64) audit.Evidence {
		p, err := tlog.ProveTree(size, from, kept.reader())
		require.NoError(t, err)
		return audit.ByProof(p)
	}
	forged := at(500)
	forged.Root[0] ^= 1
	none := audit.ByProof(nil)
	cases := []struct {
		name     string
		last     audit.Checkpoint
		next     audit.Checkpoint
		key      audit.Key
		evidence audit.Evidence
		refused  audit.Misconduct
		leaf     int64
	}{
		{"first", audit.Checkpoint{}, at(300), station, none, "", 0},
		{"grown", at(300), at(500), station, proof(500, 300), "", 0},
		{"the same again", at(500), at(500), station, none, "", 0},
		{"smaller", at(500), at(300), station, none, audit.Shrink, 300},
		{"same size, other root", at(500), forged, station, none, audit.Fork, -1},
		{"grown without proof", at(300), at(500), station, none, audit.Fork, -1},
		{"grown with another's proof", at(300), at(500), station, proof(501, 300), audit.Fork, -1},
		{"grown to another tree", at(300), forged, station, proof(500, 300), audit.Fork, -1},
		{"signed by a stranger of the same name", at(300), at(500), newKey(t, "airport-1"), proof(500, 300), audit.BadSignature, -1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			msg, err := c.next.Sign(c.key)
			require.NoError(t, err)
			got, cosigned, err := witness.Check(station.Verifier(), c.last, msg, c.evidence)
			if c.refused != "" {
				var refusal *audit.Refusal
				require.ErrorAs(t, err, &refusal)
				require.Equal(t, c.refused, refusal.Kind)
				require.Equal(t, c.leaf, refusal.Leaf)
				require.Nil(t, cosigned)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.next, got)
			opened, err := audit.OpenCheckpoint(cosigned, station.Verifier(), central.Verifier())
			require.NoError(t, err)
			require.Equal(t, c.next, opened)
		})
	}
}

func TestABatchMustBeCoveredByItsCheckpoint(t *testing.T) {
	tree, kept, _ := grow(t, 1000)
	whole := audit.Checkpoint{Origin: "airport-1", Size: 1000, Root: tree.Root()}
	part, err := audit.LoadTree(600, kept.reader())
	require.NoError(t, err)
	proof, err := tlog.ProveTree(1000, 600, kept.reader())
	require.NoError(t, err)
	other := tree.Clone()
	other.Append(tlog.Hash{}, nil)
	wrong := whole
	wrong.Root[0] ^= 1

	require.NoError(t, audit.Batch{}.CheckCovered(tree, whole))
	require.NoError(t, audit.Batch{}.CheckCovered(&audit.Tree{}, whole))
	require.NoError(t, audit.Batch{Proof: proof}.CheckCovered(part, whole))
	require.Error(t, audit.Batch{}.CheckCovered(part, whole), "no proof")
	require.Error(t, audit.Batch{Proof: proof}.CheckCovered(part, wrong))
	require.Error(t, audit.Batch{}.CheckCovered(tree, wrong))
	require.Error(t, audit.Batch{}.CheckCovered(other, whole), "more leaves than the checkpoint covers")
}

func TestSilentLogs(t *testing.T) {
	heard := map[string]time.Time{"b": noon.Add(-time.Hour), "a": noon.Add(-time.Hour), "c": noon.Add(-time.Minute)}
	require.Equal(t, []string{"a", "b"}, audit.Silent(heard, noon, 10*time.Minute))
	require.Empty(t, audit.Silent(heard, noon, 2*time.Hour))
}
