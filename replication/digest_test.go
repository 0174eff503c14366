package replication_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/replication"
)

func TestTheDigestIsOfTheContentNotOfTheWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := map[string]string{}
		var way replication.ContentDigest
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			key := rapid.StringMatching(`[a-d]`).Draw(t, "key")
			if old, held := content[key]; held {
				way.Remove(key, []byte(old))
				delete(content, key)
			}
			if rapid.Bool().Draw(t, "put") {
				content[key] = rapid.StringMatching(`[xy]{1,2}`).Draw(t, "row")
				way.Add(key, []byte(content[key]))
			}
		}
		var anew replication.ContentDigest
		for key, row := range content {
			anew.Add(key, []byte(row))
		}
		require.Equal(t, anew.Sum(), way.Sum())
		stored, err := replication.LoadContentDigest(way.Bytes())
		require.NoError(t, err)
		require.Equal(t, way, *stored)
	})
}

func TestDigestsOfDifferentContentsDiffer(t *testing.T) {
	seen := map[string]string{}
	for name, rows := range map[string][][2]string{
		"nothing": {}, "a": {{"a", "1"}}, "a twice": {{"a", "1"}, {"a", "1"}}, "other row": {{"a", "2"}}, "other key": {{"b", "1"}},
		"moved border": {{"a1", ""}}, "two": {{"a", "1"}, {"b", "2"}}, "two crossed": {{"a", "2"}, {"b", "1"}},
	} {
		var d replication.ContentDigest
		for _, row := range rows {
			d.Add(row[0], []byte(row[1]))
		}
		require.Len(t, d.Sum(), 32)
		require.NotContains(t, seen, string(d.Sum()), name)
		seen[string(d.Sum())] = name
	}
	_, err := replication.LoadContentDigest(make([]byte, 5))
	require.ErrorContains(t, err, "5 bytes, 2048 expected")
	empty, err := replication.LoadContentDigest(nil)
	require.NoError(t, err)
	require.Equal(t, new(replication.ContentDigest).Sum(), empty.Sum())
}

func BenchmarkDigestRow(b *testing.B) {
	var d replication.ContentDigest
	row := make([]byte, 400)
	for b.Loop() {
		d.Add("a key", row)
	}
}
