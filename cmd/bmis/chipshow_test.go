package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shownFile is the JSON of one file as others read it.
type shownFile struct {
	File     string
	Bytes    int
	Content  map[string]any
	Findings []struct{ Code, Detail string }
}

func showChip(t *testing.T, args ...string) map[string]shownFile {
	t.Helper()
	got := bmisReading(t, nil, append([]string{"chip", "show"}, args...)...)
	require.Equal(t, exitDone, got.code, got.err)
	files := map[string]shownFile{}
	for line := range strings.Lines(got.out) {
		var file shownFile
		require.NoError(t, json.Unmarshal([]byte(line), &file))
		require.NotNil(t, file.Findings)
		files[file.File] = file
	}
	return files
}

func TestChipShow(t *testing.T) {
	folder, chip := chipFolder(t)
	at := func(name string) string { return filepath.Join(folder, name) }
	portrait := at("portrait")
	files := showChip(t, "--sod", at("SOD"), "--com", at("COM"), "--dg", "1="+at("DG1"), "--dg", "2="+at("DG2"), "--dg", "11="+at("DG11"),
		"--dg", "14="+at("DG14"), "--dg", "15="+at("DG15"), "--dg", "12="+at("DG1"), "--portrait", portrait)
	require.Len(t, files, 8)
	require.Len(t, files["DG1"].Content["lines"], 2)
	require.Equal(t, len(chip.Files["DG1"]), files["DG1"].Bytes)
	require.Equal(t, "SHA-256", files["SOD"].Content["hash"])
	require.Equal(t, "ECDSA secp256r1", files["DG15"].Content["key"])
	require.Contains(t, files["DG11"].Content, "name")
	require.Contains(t, files["DG14"].Content, "chip_keys")
	face, ok := files["DG2"].Content["faces"].([]any)
	require.True(t, ok)
	require.Contains(t, face[0], "image")
	require.Nil(t, files["DG12"].Content, "DG1 is no DG12")
	require.Equal(t, "malformed", files["DG12"].Findings[0].Code)
	written, err := os.ReadFile(portrait)
	require.NoError(t, err)
	require.Contains(t, string(chip.Files["DG2"]), string(written))
	require.Equal(t, "\xFF\xD8\xFF", string(written[:3]))
}

func TestChipShowErrors(t *testing.T) {
	folder, _ := chipFolder(t)
	require.Equal(t, exitUsage, bmisReading(t, nil, "chip", "show").code)
	got := bmisReading(t, nil, "chip", "show", "--dg", "1="+filepath.Join(folder, "DG1"), "--portrait", filepath.Join(folder, "p"))
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, "expected a DG2")
}
