package tlv_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	require.NoError(t, err)
	return data
}

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		in         string
		tag        tlv.Tag
		value, raw string
		rest       string
	}{
		"one byte":              {"8001AA", 0x80, "aa", "8001aa", ""},
		"empty":                 {"5C00FF", 0x5C, "", "5c00", "ff"},
		"two bytes":             {"5F1F0241423C", 0x5F1F, "4142", "5f1f024142", "3c"},
		"three bytes":           {"7F818200", 0x7F8182, "", "", ""},
		"length 81":             {"048101BB", 0x04, "bb", "048101bb", ""},
		"length 84, not least":  {"048400000001BB00", 0x04, "bb", "048400000001bb", "00"},
		"indefinite":            {"30800401AA0000EE", 0x30, "0401aa", "30800401aa0000", "ee"},
		"indefinite, nested":    {"308030800401AA000000009000", 0x30, "30800401aa0000", "308030800401aa00000000", "9000"},
		"indefinite, empty":     {"30800000", 0x30, "", "30800000", ""},
		"zero bytes in a value": {"308004020000" + "0000", 0x30, "04020000", "3080040200000000", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := unhex(t, c.in)
			e, rest, err := tlv.Read(in)
			if c.raw == "" {
				require.ErrorContains(t, err, "tag")
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.tag, e.Tag)
			require.Equal(t, c.value, hex.EncodeToString(e.Value))
			require.Equal(t, c.raw, hex.EncodeToString(e.Raw))
			require.Equal(t, c.rest, hex.EncodeToString(rest))
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                                       "offset 0: expected a tag",
		"5F":                                     "offset 0: tag cut short",
		"5F8181":                                 "offset 0: tag cut short",
		"5F81818101":                             "offset 0: tag of more than 3 bytes",
		"80":                                     "offset 1: expected a length",
		"8082FF":                                 "offset 1: length cut short",
		"80850000000001AA":                       "offset 1: length of 5 bytes",
		"80FFAA":                                 "offset 1: length of 127 bytes",
		"8084FFFFFFFF":                           "offset 1: length 4294967295",
		"8005AABB":                               "offset 0: tag 80: length 5, 2 bytes left",
		"80800000":                               "offset 0: tag 80: indefinite length of a primitive",
		"3080040201":                             "offset 2: tag 04: length 2, 1 bytes left",
		"30800401AA":                             "offset 5: expected a tag",
		string(bytes.Repeat([]byte("3080"), 40)): "nested deeper than 16",
	} {
		_, _, err := tlv.Read(unhex(t, in))
		require.ErrorContains(t, err, want, in)
	}
	_, _, err := tlv.Expect([]byte{0x61, 0}, 0x77)
	require.EqualError(t, err, "offset 0: tag 61: expected 77")
}

func TestCountIsBounded(t *testing.T) {
	_, err := tlv.All(bytes.Repeat([]byte{0x80, 0}, tlv.MaxElements))
	require.NoError(t, err)
	_, err = tlv.All(bytes.Repeat([]byte{0x80, 0}, tlv.MaxElements+1))
	require.ErrorContains(t, err, "offset 2048: more than 1024 elements")
	many := append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x80, 0}, tlv.MaxElements+1)...)
	_, _, err = tlv.Read(append(many, 0, 0))
	require.ErrorContains(t, err, "more than 1024 elements")
}

func TestChildrenKnowWhereTheyStand(t *testing.T) {
	e, _, err := tlv.Read(unhex(t, "6109"+"8001AA"+"A104"+"5F1F01BB"))
	require.NoError(t, err)
	children, err := e.Children()
	require.NoError(t, err)
	require.Equal(t, 2, children[0].Offset)
	require.Equal(t, 5, children[1].Offset)
	below, err := children[1].Children()
	require.NoError(t, err)
	require.Equal(t, 7, below[0].Offset)
	var leaves []string
	for leaf := range e.Walk() {
		leaves = append(leaves, leaf.Tag.String())
	}
	require.Equal(t, []string{"80", "5F1F"}, leaves)
	found, ok := tlv.Find(children, 0xA1)
	require.True(t, ok)
	require.Equal(t, children[1], found)
	_, ok = tlv.Find(children, 0xA2)
	require.False(t, ok)

	broken, _, err := tlv.Read(unhex(t, "6104"+"8001AA"+"A1"))
	require.NoError(t, err)
	_, err = broken.Children()
	require.EqualError(t, err, "offset 6: expected a length, nothing left")
}

// What is written reads back, whatever the tag and length.
func TestReadIsTheInverseOfWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.SampledFrom([]tlv.Tag{0x04, 0x61, 0x5F1F, 0x7F60, 0xA0, 0x7F8101}).Draw(t, "tag")
		value := make([]byte, rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(65_000, 70_000)).Draw(t, "length"))
		after := rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "after")
		half := len(value) / 2
		written := tlv.Write(tag, value[:half], value[half:])
		e, rest, err := tlv.Read(append(bytes.Clone(written), after...))
		require.NoError(t, err)
		require.Equal(t, tag, e.Tag)
		require.Equal(t, value, e.Value)
		require.Equal(t, written, e.Raw)
		require.Equal(t, after, append([]byte{}, rest...))
	})
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "615B5F1F", "30800401AA0000", "6015" + "5F010430313037" + "5F3606303430303030" + "5C0361756F", "7F81820100", "308030803080000000000000",
	} {
		f.Add(unhex(f, seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, rest, err := tlv.Read(data)
		if err != nil {
			return
		}
		require.Equal(t, data, append(bytes.Clone(e.Raw), rest...), "what was read is what came")
		leaves := 0
		for range e.Walk() {
			leaves++
		}
		require.LessOrEqual(t, leaves, len(data))
	})
}
