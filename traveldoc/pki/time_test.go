package pki

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimes(t *testing.T) {
	at := func(y int, m time.Month, d, h, mm, s int) time.Time {
		return time.Date(y, m, d, h, mm, s, 0, time.UTC)
	}
	for _, test := range []struct {
		tag  byte
		text string
		want time.Time
		odd  bool
	}{
		{tagUTCTime, "260102150405Z", at(2026, 1, 2, 15, 4, 5), false},
		{tagUTCTime, "491231235959Z", at(2049, 12, 31, 23, 59, 59), false},
		{tagUTCTime, "500101000000Z", at(1950, 1, 1, 0, 0, 0), false},
		{tagUTCTime, "680229000000Z", at(1968, 2, 29, 0, 0, 0), false},
		{tagUTCTime, "990101000000Z", at(1999, 1, 1, 0, 0, 0), false},
		{tagUTCTime, "6801021504Z", at(1968, 1, 2, 15, 4, 0), true},
		{tagUTCTime, "260102150405+0200", at(2026, 1, 2, 13, 4, 5), true},
		{tagGeneralizedTime, "20510102150405Z", at(2051, 1, 2, 15, 4, 5), false},
		{tagGeneralizedTime, "20510102150405.5Z", at(2051, 1, 2, 15, 4, 5).Add(time.Second / 2), true},
		{tagGeneralizedTime, "99991231235959Z", at(9999, 12, 31, 23, 59, 59), false},
	} {
		got, odd, ok := parseTime(test.tag, test.text)
		require.True(t, ok, test.text)
		require.Equal(t, test.want, got)
		require.Equal(t, test.odd, odd, test.text)
	}
	for _, text := range []string{"", "260230000000Z", "261301000000Z", "260101240000Z", "2601010000000", "26 101000000Z", "a60101000000Z"} {
		_, _, ok := parseTime(tagUTCTime, text)
		require.False(t, ok, text)
	}
	_, _, ok := parseTime(tagGeneralizedTime, "2026010215Z")
	require.False(t, ok)
}
