package main

import (
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// chipFolder holds the files of a chip of the synthetic country, and of its trust material below "trust".
func chipFolder(t *testing.T) (folder string, chip *specimen.Chip) {
	t.Helper()
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), traveldoc.DateOf(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)))
	require.NoError(t, err)
	document, err := country.Passport(country.Person(1))
	require.NoError(t, err)
	chip, err = country.Chip(document)
	require.NoError(t, err)
	folder = t.TempDir()
	require.NoError(t, writeFiles(folder, chip.Files))
	require.NoError(t, writeFiles(filepath.Join(folder, "trust"), country.Anchors()))
	return folder, chip
}

// chipReport is the JSON as others read it.
type chipReport struct {
	Steps []struct{ Name, Verdict, Reason, Detail string }
	Notes []string
	At    time.Time
	Trust []struct{ File, Kind string }
}

func (r chipReport) verdict(name string) string {
	for _, s := range r.Steps {
		if s.Name == name {
			return s.Verdict + " " + s.Reason
		}
	}
	return "no such step"
}

// verifyChip verifies a chip and reads the report; the exit code is 0 whatever the verdicts are.
func verifyChip(t *testing.T, args ...string) chipReport {
	t.Helper()
	got := bmisReading(t, nil, append([]string{"chip", "verify"}, args...)...)
	require.Equal(t, exitDone, got.code, got.err)
	var report chipReport
	require.NoError(t, json.Unmarshal([]byte(got.out), &report))
	for _, s := range report.Steps {
		require.Contains(t, []string{"pass", "fail", "inconclusive", "not_done"}, s.Verdict)
		require.Contains(t, emrtd.StepNames(), s.Name)
	}
	return report
}

func TestChipVerify(t *testing.T) {
	folder, chip := chipFolder(t)
	at := func(name string) string { return filepath.Join(folder, name) }
	challenge := []byte("8 bytes.")
	answer, err := chip.Answer(challenge)
	require.NoError(t, err)
	whole := []string{
		"--sod", at("SOD"), "--com", at("COM"), "--dg", "1=" + at("DG1"), "--dg", "2=" + at("DG2"), "--dg", "14=" + at("DG14"), "--dg", "15=" + at("DG15"),
		"--trust", at("trust/csca.cer"), "--crl", at("trust/utopia.crl"), "--issuing-state", "uto",
		"--aa-challenge", hex.EncodeToString(challenge), "--aa-response", hex.EncodeToString(answer),
	}
	r := verifyChip(t, whole...)
	for _, step := range []string{"sod_structure", "sod_signature", "hash_dg1", "hash_dg2", "hash_dg14", "hash_dg15", "com_sod",
		"validity_at_signing", "validity_now", "revocation", "country", "document_type", "active_authentication"} {
		require.Equal(t, "pass ", r.verdict(step), step)
	}
	require.Equal(t, "pass self_asserted", r.verdict("chain"), "nobody vouches for a file that was handed in")
	require.Equal(t, "not_done not_read", r.verdict("hash_dg11"))
	require.Empty(t, r.Notes)
	require.Len(t, r.Trust, 2)
	require.Equal(t, "certificate", r.Trust[0].Kind)
	require.Equal(t, "2026-11-21T10:00:00Z", r.At.Format(time.RFC3339))

	r = verifyChip(t, whole[:len(whole)-4]...)
	require.Equal(t, "not_done not_recorded", r.verdict("active_authentication"))
	require.Equal(t, []string{emrtd.NoteCloneNotExcluded}, r.Notes)

	data := slices.Clone(chip.Files["DG1"])
	data[20] ^= 1
	require.NoError(t, os.WriteFile(at("DG1"), data, 0o600))
	r = verifyChip(t, whole...)
	require.Equal(t, "fail hash_mismatch", r.verdict("hash_dg1"))
	require.Equal(t, "pass ", r.verdict("sod_signature"))

	r = verifyChip(t, "--sod", at("SOD"), "--trust", at("trust/masterlist.ml"), "--at", "2090-01-01")
	require.Equal(t, "fail expired", r.verdict("validity_now"))
	require.Equal(t, "2090-01-01T23:59:59Z", r.At.Format(time.RFC3339))
	r = verifyChip(t, "--sod", at("SOD"), "--at", "2026-01-01T12:00:00+02:00")
	require.Equal(t, "inconclusive no_csca", r.verdict("chain"))
	require.Equal(t, "2026-01-01T10:00:00Z", r.At.Format(time.RFC3339))
}

// Whatever is in the files, there is an answer.
func TestChipVerifyOfAnything(t *testing.T) {
	folder := t.TempDir()
	junk := filepath.Join(folder, "a;b=c")
	require.NoError(t, os.WriteFile(junk, []byte("junk"), 0o600))
	huge := filepath.Join(folder, "huge")
	require.NoError(t, os.WriteFile(huge, make([]byte, emrtd.MaxFile+1), 0o600))
	r := verifyChip(t, "--sod", junk, "--dg", "1="+junk, "--dg", "2="+huge, "--trust", junk)
	require.Equal(t, "inconclusive sod_unreadable", r.verdict("sod_structure"))
	require.Equal(t, "inconclusive sod_unreadable", r.verdict("hash_dg2"))
	require.Equal(t, "not_done no_sod", verifyChip(t, "--dg", "1="+junk).verdict("sod_structure"))
}

func TestChipVerifyErrors(t *testing.T) {
	folder, _ := chipFolder(t)
	sod := filepath.Join(folder, "SOD")
	at := func(name string) string { return filepath.Join(folder, "trust", name) }
	junk, both := at("junk"), at("both.pem")
	require.NoError(t, os.WriteFile(junk, []byte("junk"), 0o600))
	writePEM(t, both, at("utopia.crl"), at("csca.cer"))
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"nothing":           {nil, exitUsage, "expected the files of a chip"},
		"no such file":      {[]string{"--sod", filepath.Join(folder, "none")}, exitFailed, "no such file"},
		"no such list":      {[]string{"--sod", sod, "--trust", filepath.Join(folder, "none")}, exitFailed, "trust material"},
		"data group 17":     {[]string{"--sod", sod, "--dg", "17=" + sod}, exitUsage, "from 1 to 16"},
		"data group x":      {[]string{"--sod", sod, "--dg", "x=" + sod}, exitUsage, "from 1 to 16"},
		"groups twice":      {[]string{"--dg", "1=" + sod, "--dg", "01=" + sod}, exitUsage, "--dg 1=" + sod + ": data group 1 is given already"},
		"SODs twice":        {[]string{"--sod", sod, "--sod", sod}, exitUsage, "--sod: given more than once"},
		"COMs twice":        {[]string{"--com", sod, "--com", sod}, exitUsage, "--com: given more than once"},
		"group without":     {[]string{"--sod", sod, "--dg", "1="}, exitUsage, "--dg: \"1=\": expected the path of a file after the ="},
		"group nameless":    {[]string{"--dg", sod}, exitUsage, "expected N=FILE"},
		"group empty":       {[]string{"--sod", sod, "--dg", ""}, exitUsage, "expected N=FILE"},
		"SOD without":       {[]string{"--sod", ""}, exitUsage, "--sod: expected the path of a file"},
		"list without":      {[]string{"--sod", sod, "--trust", ""}, exitUsage, "--trust"},
		"anchor as CRL":     {[]string{"--sod", sod, "--crl", at("csca.cer")}, exitUsage, at("csca.cer") + ": expected revocation lists alone, found a certificate"},
		"list as CRL":       {[]string{"--sod", sod, "--crl", at("masterlist.ml")}, exitUsage, at("masterlist.ml") + ": expected revocation lists alone, found a master list"},
		"junk as CRL":       {[]string{"--sod", sod, "--crl", junk}, exitUsage, junk + ": expected revocation lists alone, found nothing that is known"},
		"both as CRL":       {[]string{"--sod", sod, "--crl", both}, exitUsage, both + ": expected revocation lists alone, found a PEM file with"},
		"challenge alone":   {[]string{"--sod", sod, "--aa-challenge", "0011223344556677"}, exitUsage, "together"},
		"not hexadecimal":   {[]string{"--sod", sod, "--aa-challenge", "xyz"}, exitUsage, "hexadecimal"},
		"not a day":         {[]string{"--sod", sod, "--at", "2026-02-30"}, exitUsage, "YYYY-MM-DD"},
		"month without day": {[]string{"--sod", sod, "--at", "2026-02"}, exitUsage, "YYYY-MM-DD"},
	} {
		got := bmisReading(t, nil, append([]string{"chip", "verify"}, c.args...)...)
		require.Equal(t, c.code, got.code, name)
		require.Contains(t, got.err, c.want, name)
		require.Empty(t, got.out, name)
	}
}

// writePEM writes a PEM file of what stands in files of DER.
func writePEM(t *testing.T, path string, ders ...string) {
	t.Helper()
	var out []byte
	for _, from := range ders {
		data, err := os.ReadFile(from)
		require.NoError(t, err)
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: data})...)
	}
	require.NoError(t, os.WriteFile(path, out, 0o600))
}

func TestChipVerifyTakesSeveralRevocationListsOfOneFile(t *testing.T) {
	folder, _ := chipFolder(t)
	at := func(name string) string { return filepath.Join(folder, name) }
	lists := at("lists.pem")
	writePEM(t, lists, at("trust/utopia.crl"), at("trust/utopia.crl"))
	r := verifyChip(t, "--sod", at("SOD"), "--trust", at("trust/csca.cer"), "--crl", lists)
	require.Equal(t, "pass ", r.verdict("revocation"))
}
