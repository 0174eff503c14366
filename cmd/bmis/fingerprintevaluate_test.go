package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFingerprintEvaluate(t *testing.T) {
	folder := synthesised(t)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "10_1.png"), []byte("no picture"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "notes.txt"), []byte("not of the set"), 0o600))
	got := bmisReading(t, nil, "fingerprint", "evaluate", folder)
	require.Equal(t, exitDone, got.code, got.err)
	lines := strings.Split(strings.TrimSpace(got.out), "\n")
	require.Len(t, lines, 10, "each of the pairs of 5 prints once")
	scores := map[string]float64{}
	for _, line := range lines {
		fields := strings.Split(line, ",")
		require.Len(t, fields, 7)
		require.Equal(t, "prints", fields[0])
		require.Equal(t, "prints", fields[3])
		score, err := strconv.ParseFloat(fields[6], 64)
		require.NoError(t, err)
		scores[fields[1]+"_"+fields[2]+" "+fields[4]+"_"+fields[5]] = score
	}
	require.Greater(t, scores["1_1 1_2"], 30.0)
	require.Greater(t, scores["2_1 2_2"], 30.0)
	require.Less(t, scores["1_1 2_1"], 30.0)
	require.Zero(t, scores["2_2 10_1"], "numbers are ordered as numbers, and a print without a template has its lines")
	require.Contains(t, got.err, "prints 10_1: no template: ")
	require.Contains(t, got.err, "prints: 5 prints, 1 without a template, extraction ")
	require.Contains(t, got.err, "6 pairs compared, matching ")
	require.Contains(t, got.err, "4 pairs with score 0")
}

func TestFingerprintEvaluateOfSeveralSets(t *testing.T) {
	one, two := synthesised(t), filepath.Join(t.TempDir(), "others")
	require.NoError(t, os.CopyFS(two, os.DirFS(one)))
	count := func(args ...string) int {
		got := bmisReading(t, nil, append([]string{"fingerprint", "evaluate"}, args...)...)
		require.Equal(t, exitDone, got.code, got.err)
		return strings.Count(got.out, "\n")
	}
	require.Equal(t, 12, count(one, two), "the pairs of each set")
	require.Equal(t, 28, count("--cross", one, two), "and those of different sets")

	same := filepath.Join(t.TempDir(), "prints")
	require.NoError(t, os.CopyFS(same, os.DirFS(one)))
	got := bmisReading(t, nil, "fingerprint", "evaluate", one, same)
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "two folders are named prints")
	got = bmisReading(t, nil, "fingerprint", "evaluate", t.TempDir())
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "no files FINGER_IMPRESSION.png")
}

// A folder's name is taken as it is, and what the lines have no place for is refused before anything is compared.
func TestFingerprintEvaluateTakesAnyFolder(t *testing.T) {
	one, odd := synthesised(t), filepath.Join(t.TempDir(), "set[1]*")
	require.NoError(t, os.CopyFS(odd, os.DirFS(one)))
	got := bmisReading(t, nil, "fingerprint", "evaluate", odd)
	require.Equal(t, exitDone, got.code, got.err)
	require.Equal(t, 6, strings.Count(got.out, "set[1]*,")/2)
	require.NotContains(t, got.err, "say another resolution")

	comma := filepath.Join(t.TempDir(), "a,b")
	require.NoError(t, os.CopyFS(comma, os.DirFS(one)))
	got = bmisReading(t, nil, "fingerprint", "evaluate", comma)
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "expected no comma")
	require.Empty(t, got.out)
	for _, ppi := range []string{"0", "99", "2001", "NaN"} {
		got = bmisReading(t, nil, "fingerprint", "evaluate", "--ppi", ppi, one)
		require.Equal(t, exitUsage, got.code, ppi)
		require.Contains(t, got.err, "expected 100 to 2000 pixels per inch")
		require.Empty(t, got.out)
	}
	got = bmisReading(t, nil, "fingerprint", "evaluate", "--ppi", "569", one)
	require.Equal(t, exitDone, got.code, got.err)
	require.Contains(t, got.err, "prints: 4 prints say another resolution, taken for 569 pixels per inch as --ppi says")
}
