package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/specimen"
)

func TestSpecimenWritesWhatTheOtherToolsRead(t *testing.T) {
	folder := t.TempDir()
	got := bmisReading(t, nil, "specimen", folder, "--case", "genuine", "--case", "visa", "--dpi", "72", "--date", "2026-11-22")
	require.Equal(t, exitDone, got.code, got.err)
	require.Contains(t, got.out, "genuine")
	for _, name := range []string{
		"trust/csca.cer", "trust/csca-link.cer", "trust/utopia.crl", "trust/masterlist.ml", "trust/seal-signer.cer",
		"genuine/page-white-0.jpg", "genuine/page-ir-0.jpg", "genuine/page-uv-0.jpg", "genuine/portrait.jpg", "genuine/chip/SOD.bin",
		"genuine/chip/DG1.bin", "genuine/chip/DG15.bin", "genuine/chip/response.bin", "genuine/reading.json", "genuine/expected.json",
		"visa/page-white-1.jpg", "visa/seal.bin",
	} {
		info, err := os.Stat(filepath.Join(folder, name))
		require.NoError(t, err)
		require.NotZero(t, info.Size(), name)
	}
	zone, err := os.ReadFile(filepath.Join(folder, "genuine", "zone.txt"))
	require.NoError(t, err)
	read := bmisReading(t, nil, "mrz", filepath.Join(folder, "genuine", "zone.txt"))
	require.Equal(t, exitDone, read.code, "%s: %s", zone, read.err)
	require.NoDirExists(t, filepath.Join(folder, "forged_mrz"))

	again := t.TempDir()
	require.Equal(t, exitDone, bmisReading(t, nil, "specimen", again, "--case", "genuine", "--dpi", "72", "--date", "2026-11-22").code)
	for _, name := range []string{"trust/utopia.crl", "genuine/reading.json", "genuine/page-white-0.jpg"} {
		first, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		second, err := os.ReadFile(filepath.Join(again, name))
		require.NoError(t, err)
		require.Equal(t, first, second, name)
	}
}

func TestSpecimenSaysWhatItWasGivenWrongly(t *testing.T) {
	for _, wrong := range [][]string{{"--case", "nothing"}, {"--date", "22.11.2026"}, {"--date", "2026"}, {"--dpi", "5000"}} {
		got := bmisReading(t, nil, append([]string{"specimen", t.TempDir()}, wrong...)...)
		require.Equal(t, exitUsage, got.code, wrong)
		require.NotEmpty(t, got.err)
	}
}

func TestSpecimenListsTheCasesForAWrongName(t *testing.T) {
	for _, args := range [][]string{{"specimen", t.TempDir(), "--case", "nope"}, {"chip", "emulate", "--case", "nope"}} {
		got := bmisReading(t, nil, args...)
		require.Equal(t, exitUsage, got.code, args)
		require.Contains(t, got.err, `"nope": expected one of genuine, `, args)
		for _, c := range specimen.Cases() {
			require.Contains(t, got.err, c.Name, args)
		}
	}
}
