package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestStayGolden(t *testing.T) {
	inputs, err := filepath.Glob("testdata/stay/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			got := bmisReading(t, nil, "stay", input)
			require.Equal(t, exitDone, got.code, got.err)
			golden(t, strings.TrimSuffix(input, ".json")+".answer", got.out)
			text, err := os.ReadFile(input)
			require.NoError(t, err)
			require.Equal(t, got, bmisReading(t, bytes.NewReader(text), "stay"), "the standard input says the same")
			require.Equal(t, got, bmisReading(t, iotest.OneByteReader(bytes.NewReader(text)), "stay", "-"))
			words := bmisReading(t, nil, "stay", "--text", input)
			require.Equal(t, exitDone, words.code, words.err)
			golden(t, strings.TrimSuffix(input, ".json")+".words", words.out)
		})
	}
}

// The names and their order are a promise.
func TestStayShape(t *testing.T) {
	for text, want := range map[string]string{
		`{"on": "2026-05-01", "stays": [{"entry": "2026-05-01"}]}`: `{"used":1,"max_stay":90,"last_lawful":"2026-07-29","remaining":89,` +
			`"overstay":0,"days":[{"date":"2026-05-01","used":1,"why":"stays[0]: entry"}],"findings":[]}`,
		`{"stays": []}`: `{"used":0,"max_stay":90,"last_lawful":"2027-02-18","remaining":90,"overstay":0,"days":[],"findings":[]}`, // today
	} {
		require.Equal(t, result{exitDone, want + "\n", ""}, bmisReading(t, strings.NewReader(text), "stay"))
	}
	got := bmisReading(t, strings.NewReader(`{"on": "2026-05-01", "stays": [{"entry": "2026-01-01", "exit": "2026-04-30"}]}`), "stay")
	var answer map[string]any
	require.NoError(t, json.Unmarshal([]byte(got.out), &answer))
	require.Nil(t, answer["last_lawful"])
	require.EqualValues(t, 0, answer["max_stay"])
}

func TestStayErrors(t *testing.T) {
	for text, want := range map[string]string{
		"": "bmis: stay: expected JSON, found nothing\n",
		`{"stays": [{"entry": "2026-01-01", "exit": "2026-01-04T08:00"}]}`: "bmis: stay: stays[0].exit: expected a date YYYY-MM-DD or an instant such as " +
			"2026-01-31T09:30:00+01:00, of the years 1900 to 2999, found other text\n",
		`{"stays": [], "rule": {"days": 91, "window": 90}}`: "bmis: stay: rule.days: expected a whole number from 1 to 90, found a number\n",
	} {
		got := bmisReading(t, strings.NewReader(text), "stay")
		require.Equal(t, result{exitUsage, "", want}, got)
	}
	got := bmisReading(t, nil, "stay", filepath.Join(t.TempDir(), "none.json"))
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "none.json: no such file")

	got = bmisReading(t, iotest.ErrReader(io.ErrUnexpectedEOF), "stay")
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "read the question")

	got = bmisReading(t, endless{}, "stay")
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "expected at most 4194304 bytes")

	require.Equal(t, exitUsage, bmisReading(t, nil, "stay", "a", "b").code)
}

func TestStayHelp(t *testing.T) {
	require.Contains(t, bmisReading(t, nil, "--help").out, "stay")
	help := bmisReading(t, nil, "stay", "--help").out
	for _, word := range []string{"used", "max_stay", "last_lawful", "remaining", "overstay", "days", "findings", "exit code is 2"} {
		require.Contains(t, help, word)
	}
}
