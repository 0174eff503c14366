package emrtd_test

import (
	"bytes"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// passportOf2006 are the files of the specimen of a passport of 2006, which are no part of the repository.
func passportOf2006(t testing.TB) map[string][]byte {
	t.Helper()
	data := os.Getenv("BMIS_TEST_DATA")
	if data == "" {
		t.Skip("BMIS_TEST_DATA is not set: the specimen's files are not at hand")
	}
	files := map[string][]byte{}
	for name, file := range map[string]string{
		"DG1": "ef0101.bin", "DG2": "ef0102.bin", "DG15": "ef010F.bin", "SOD": "ef011D.bin", "COM": "ef011E.bin",
	} {
		content, err := os.ReadFile(filepath.Join(data, "documents", "sod", "nld-specimen-2006", file))
		require.NoError(t, err)
		files[name] = content
	}
	return files
}

func TestSpecimen(t *testing.T) {
	files := passportOf2006(t)
	at := time.Date(2007, 1, 1, 0, 0, 0, 0, time.UTC)
	r := emrtd.Verify(emrtd.Evidence{Files: files, IssuingState: "NLD"}, nil, at)
	require.Equal(t, map[string]string{
		"sod_structure": "pass ", "sod_signature": "pass ", "hash_dg1": "pass ", "hash_dg2": "pass ", "hash_dg15": "pass ", "com_sod": "pass ",
		"chain": "inconclusive no_csca", "validity_at_signing": "inconclusive signing_time_unknown", "validity_now": "pass signer_only",
		"revocation": "inconclusive no_crl", "country": "pass ", "document_type": "not_done no_document_types",
		"active_authentication": "not_done not_recorded", "chip_authentication": "not_done absent",
		"deviation_list": "inconclusive no_deviation_list",
	}, verdicts(r))
	require.Equal(t, []string{emrtd.NoteCloneNotExcluded}, r.Notes)
	require.Empty(t, r.Findings)
	require.Equal(t, "NLD", r.Chip.DG1.IssuingState())
	portrait, ok := r.Chip.DG2.Portrait()
	require.True(t, ok)
	require.Equal(t, "image/jp2", portrait.MediaType)
	require.NotNil(t, r.Chip.DG15.Key.RSA)

	now := verdicts(emrtd.Verify(emrtd.Evidence{Files: files}, nil, inspection()))
	require.Equal(t, "fail expired", now["validity_now"])
}

// An answer that the specimen's own key never gave is refused.
func TestSpecimenAnswer(t *testing.T) {
	files := passportOf2006(t)
	e := emrtd.Evidence{Files: files, Active: &reader.ActiveAuthentication{Challenge: make([]byte, 8), Response: bytes.Repeat([]byte{1}, 128)}}
	require.Equal(t, "fail response_invalid", verdicts(emrtd.Verify(e, (*trust.Store)(nil), inspection()))[emrtd.StepActive])
}

// openssl says the same of the same bytes: of the specimen's signature, of ours, and of both altered.
func TestSignaturesAsOpenSSLSaysThem(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: there is no oracle")
	}
	w := newWorld(t)
	byKey := w.evidence.Files["SOD"]
	w.sod.SignerByKeyID = true
	w.resign(t)
	sods := map[string][]byte{"own": byKey, "own, key identifier": w.evidence.Files["SOD"]}
	w.sod.SignerByKeyID, w.sod.Indefinite = false, true
	w.resign(t)
	sods["own, indefinite lengths"] = w.evidence.Files["SOD"]
	w.sod.Indefinite, w.sod.BreakSignature = false, true
	w.resign(t)
	sods["own, signature altered"] = w.evidence.Files["SOD"]
	w.sod.BreakSignature, w.sod.BreakDigest = false, true
	w.resign(t)
	sods["own, digest altered"] = w.evidence.Files["SOD"]
	if os.Getenv("BMIS_TEST_DATA") != "" {
		sods["specimen"] = passportOf2006(t)["SOD"]
		sods["specimen, altered"] = append([]byte{}, sods["specimen"]...)
		sods["specimen, altered"][len(sods["specimen"])-5] ^= 1
	}
	agreed := map[bool]int{}
	for name, sod := range sods {
		e, _, err := tlv.Read(sod)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "sod.der")
		require.NoError(t, os.WriteFile(file, e.Value, 0o600))
		arguments := []string{"cms", "-verify", "-inform", "DER", "-in", file, "-noverify", "-out", os.DevNull}
		said := exec.CommandContext(t.Context(), openssl, arguments...).Run() == nil
		got := verdicts(emrtd.Verify(emrtd.Evidence{Files: map[string][]byte{"SOD": sod}}, nil, inspection()))
		require.Equal(t, said, got[emrtd.StepSignature] == "pass ", "%s: openssl %v, here %s", name, said, got[emrtd.StepSignature])
		agreed[said]++
	}
	require.Positive(t, agreed[true])
	require.Positive(t, agreed[false])
}

// The chain as openssl says it: with the country's certificate, without, and with the signer revoked.
func TestChainsAsOpenSSLSaysThem(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: there is no oracle")
	}
	w := newWorld(t)
	folder := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return path
	}
	forger, err := w.country.Forger()
	require.NoError(t, err)
	csca, forged := write("csca.pem", "CERTIFICATE", w.country.CSCA.Raw), write("forged.pem", "CERTIFICATE", forger.CSCA.Raw)
	revoking, err := w.country.CRL(inspection().AddDate(0, 0, -1), inspection().AddDate(0, 1, 0), w.signer)
	require.NoError(t, err)
	crls := map[string]string{"good": write("good.pem", "X509 CRL", w.items[1].DER), "revoked": write("revoked.pem", "X509 CRL", revoking)}
	signer := write("ds.pem", "CERTIFICATE", w.signer.Certificate.Raw)
	for _, c := range []struct {
		anchor, list string
		want         bool
	}{{csca, "good", true}, {forged, "good", false}, {csca, "revoked", false}} {
		said := exec.CommandContext(t.Context(), openssl, "verify", "-attime", strconv.FormatInt(inspection().Unix(), 10), "-CAfile", c.anchor, "-crl_check",
			"-CRLfile", crls[c.list], signer).Run() == nil
		require.Equal(t, c.want, said, "%s, %s", filepath.Base(c.anchor), c.list)
	}
	got := verdicts(w.verify(t))
	require.Equal(t, "pass ", got[emrtd.StepChain])
	require.Equal(t, "pass ", got[emrtd.StepRevocation])
	w.items[1].DER = revoking
	require.Equal(t, "fail revoked", verdicts(w.verify(t))[emrtd.StepRevocation])
	w.items[0].DER = forger.CSCA.Raw
	require.Equal(t, "fail bad_signature", verdicts(w.verify(t))[emrtd.StepChain])
}
