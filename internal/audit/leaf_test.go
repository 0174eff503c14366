package audit_test

import (
	"bytes"
	"encoding/hex"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/audit"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456000, time.UTC)

func example() audit.Leaf {
	e := audit.Actor{ID: "o-7", Role: "officer", Post: "AIR1", Lane: "4", Workstation: "ws-3"}.
		Entry(noon, audit.Consultation, "traveller", "t-1")
	e.Purpose, e.Justification, e.ResultCount, e.Decision = "inspection", "contrôle", 2, "admit"
	e.QueryHMAC, e.Commitment = []byte{1, 2}, []byte{3}
	return audit.Leaf{No: 5, ID: 9, Entry: e}
}

// The layout is for ever: a change of these bytes is a new version.
func TestTheLayoutOfVersionOne(t *testing.T) {
	const want = "01" + "0000000000000005" + "0000000000000009" + "000660c819a35240" + "0000000000000002" +
		"00000003" + "6f2d37" + "00000007" + "6f666669636572" + "00000004" + "41495231" + "00000001" + "34" +
		"00000004" + "77732d33" + "0000000c" + "636f6e73756c746174696f6e" + "00000009" + "74726176656c6c6572" +
		"00000003" + "742d31" + "0000000a" + "696e7370656374696f6e" + "00000009" + "636f6e7472c3b46c65" +
		"00000005" + "61646d6974" + "00000002" + "0102" + "00000001" + "03"
	require.Equal(t, want, hex.EncodeToString(example().Encode()))
}

func TestDecodingIsTheInverse(t *testing.T) {
	leaf, err := audit.DecodeLeaf(example().Encode())
	require.NoError(t, err)
	require.Equal(t, example(), leaf)
}

// anyLeaf draws leaves from a small alphabet, so that different leaves are often nearly alike.
func anyLeaf() *rapid.Generator[audit.Leaf] {
	return rapid.Custom(func(t *rapid.T) audit.Leaf {
		text := func(name string) string {
			return rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("aé\x01")), 0, 3, -1), rapid.StringN(0, 50, 200)).Draw(t, name)
		}
		digest := func(name string) []byte {
			b := rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, name)
			if len(b) == 0 {
				return nil
			}
			return b
		}
		return audit.Leaf{
			No: rapid.Int64Range(0, math.MaxInt64).Draw(t, "no"), ID: rapid.Int64().Draw(t, "id"),
			Entry: audit.Entry{
				At: time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, "at")).UTC(), Actor: text("actor"), Role: text("role"),
				Post: text("post"), Lane: text("lane"), Workstation: text("ws"), Verb: audit.Verb(text("verb")),
				ObjectKind: text("kind"), ObjectID: text("object"), Purpose: text("purpose"), Justification: text("why"),
				Decision: text("decision"), ResultCount: rapid.IntRange(0, math.MaxInt32).Draw(t, "n"),
				QueryHMAC: digest("query"), Commitment: digest("commitment"),
			},
		}
	})
}

func TestNoTwoLeavesHaveTheSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyLeaf().Draw(t, "a"), anyLeaf().Draw(t, "b")
		decoded, err := audit.DecodeLeaf(a.Encode())
		require.NoError(t, err)
		require.Equal(t, a, decoded)
		same := len(audit.Diff(a, b)) == 0
		require.Equal(t, same, bytes.Equal(a.Encode(), b.Encode()))
		require.Equal(t, same, a.Hash() == b.Hash())
	})
}

// Moving a byte from the end of one field to the beginning of the next must change the bytes.
func TestFieldsDoNotRunTogether(t *testing.T) {
	a, b := example(), example()
	a.Entry.Actor, a.Entry.Role = "ab", "c"
	b.Entry.Actor, b.Entry.Role = "a", "bc"
	require.NotEqual(t, a.Encode(), b.Encode())
	require.Equal(t, []string{"actor", "role"}, audit.Diff(a, b))
}

func TestTimesAreTheInstantToTheMicrosecond(t *testing.T) {
	a, b := example(), example()
	b.Entry.At = a.Entry.At.In(time.FixedZone("UTC+9", 9*3600)).Add(999)
	require.Equal(t, a.Encode(), b.Encode())
	b.Entry.At = a.Entry.At.Add(time.Microsecond)
	require.NotEqual(t, a.Encode(), b.Encode())
}

func TestMalformedLeavesAreRefused(t *testing.T) {
	good := example().Encode()
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[at] = to
		return b
	}
	cases := map[string][]byte{
		"empty":                nil,
		"short":                good[:32],
		"cut off":              good[:len(good)-1],
		"a byte too many":      append(bytes.Clone(good), 0),
		"other version":        change(0, 2),
		"negative number":      change(1, 0x80),
		"negative results":     change(25, 0x80),
		"results beyond 32 b":  change(25, 0x01),
		"length beyond":        change(33, 0x7f),
		"text that is not UTF": change(37, 0xff),
		"too long":             make([]byte, 1<<20),
	}
	for name, b := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := audit.DecodeLeaf(b)
			require.ErrorIs(t, err, audit.ErrLeaf)
		})
	}
}

func FuzzDecodeLeaf(f *testing.F) {
	f.Add(example().Encode())
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		leaf, err := audit.DecodeLeaf(b)
		if err != nil {
			require.ErrorIs(t, err, audit.ErrLeaf)
			return
		}
		require.Equal(t, b, leaf.Encode(), "one leaf has one form")
	})
}

func BenchmarkEncodeAndHash(b *testing.B) {
	leaf := example()
	for b.Loop() {
		leaf.Hash()
	}
}
