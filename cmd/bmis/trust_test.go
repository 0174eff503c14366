package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
)

// trustFiles writes an authority, a list of it and its CRL to a folder.
func trustFiles(t *testing.T) (dir string, list []byte) {
	t.Helper()
	seed := func(n byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{n}) }
	csca := pkitest.CSCA(seed(1), pkitest.NameOf("UT", "CSCA Utopia"), pkitest.NewKey(seed(1), "brainpoolP256r1"))
	signer := csca.ListSigner(seed(2), 2, pkitest.NewKey(seed(2), "secp256r1"))
	list = pkitest.SignedData{
		ContentType: pki.OIDMasterList, Content: pkitest.Seq(pkitest.Small(0), pkitest.Element(0x31, csca.DER, pkitest.Seq(pkitest.Null()))),
		Certificates: [][]byte{signer.DER}, Signer: signer, SigningTime: pkitest.From.AddDate(1, 0, 0),
	}.DER(seed(3))
	dir = t.TempDir()
	for name, data := range map[string][]byte{
		"csca.cer": csca.DER, "ut.ml": list, "ut.crl": csca.CRL(seed(4), pkitest.CRL{ThisUpdate: pkitest.From}), "note.txt": []byte("hello"),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	return dir, list
}

func TestTrustCheck(t *testing.T) {
	dir, list := trustFiles(t)
	file := func(name string) string { return filepath.Join(dir, name) }
	got := bmisReading(t, bytes.NewReader(list), "trust", "check", "--anchor", file("csca.cer"), file("ut.ml"), file("ut.crl"), file("note.txt"), "-")
	require.Equal(t, exitDone, got.code, got.err)
	lines := strings.Split(strings.TrimSpace(got.out), "\n")
	require.Len(t, lines, 4)
	const answer = `"kind": "master_list", "signer": "C=UT, CN=Master List Signer", "signature": {"verdict": "pass"}, "parsed": 1,
		"refused": [{"index": 1, "subject": "", "reason": "tbsCertificate at byte 2: expected SEQUENCE, found NULL"}]`
	require.JSONEq(t, `{"file": "`+file("ut.ml")+`", `+answer+`}`, lines[0])
	require.JSONEq(t, `{"file": "`+file("ut.crl")+`", "kind": "crl", "signer": "C=UT, O=Government, CN=CSCA Utopia",
		"signature": {"verdict": "pass"}, "parsed": 1, "refused": []}`, lines[1])
	var unknown struct {
		Kind      string
		Signature struct{ Verdict, Reason string }
		Refused   []struct{ Reason string }
	}
	require.NoError(t, json.Unmarshal([]byte(lines[2]), &unknown))
	require.Equal(t, "unknown", unknown.Kind)
	require.Equal(t, "not_done", unknown.Signature.Verdict)
	require.Len(t, unknown.Refused, 1)
	require.JSONEq(t, `{"file": "-", `+answer+`}`, lines[3])

	alone := bmisReading(t, nil, "trust", "check", file("ut.ml"))
	require.Contains(t, alone.out, `"signature":{"verdict":"inconclusive","reason":"self_asserted"}`)
}

func TestTrustCheckOfWhatIsNotThere(t *testing.T) {
	dir, _ := trustFiles(t)
	none := filepath.Join(dir, "none.ml")
	got := bmisReading(t, nil, "trust", "check", none, dir, filepath.Join(dir, "ut.ml"))
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.err, none+": no such file")
	require.Contains(t, got.err, dir+": expected a file, found a directory")
	lines := strings.Split(strings.TrimSpace(got.out), "\n")
	require.Len(t, lines, 3, "every file has its object")
	for n, c := range [][2]string{{none, "no such file"}, {dir, "expected a file, found a directory"}} {
		require.JSONEq(t, `{"file": "`+c[0]+`", "kind": "unknown", "signer": "", "signature": {"verdict": "not_done", "reason": "unreadable"},
			"parsed": 0, "refused": [{"index": 0, "subject": "", "reason": "`+c[1]+`"}]}`, lines[n])
	}
	require.Contains(t, lines[2], "master_list", "the other files are read all the same")
	for _, anchor := range []string{"none.cer", "note.txt", "ut.crl"} {
		got := bmisReading(t, nil, "trust", "check", "--anchor", filepath.Join(dir, anchor), filepath.Join(dir, "ut.ml"))
		require.Equal(t, exitUsage, got.code, anchor)
		require.Empty(t, got.out)
	}
	require.Equal(t, exitUsage, bmisReading(t, nil, "trust", "check").code)
}
