package main

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
)

var visaDay = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// grantedSeals are the seals of a visa and of a travel authorisation, and the file that bmis evisa signer writes.
func grantedSeals(t *testing.T) (visa, authorisation []byte, certificates string) {
	t.Helper()
	dir := t.TempDir()
	s, err := issue.OpenSigner(dir, issue.SignerOptions{Country: "UT", Name: "VS", State: "UTO", Random: rand.Reader, Now: func() time.Time { return visaDay }})
	require.NoError(t, err)
	day := func(text string) traveldoc.Date {
		d, err := traveldoc.ParseDate(text)
		require.NoError(t, err)
		return d
	}
	v := evisa.Visa{
		Number: "E7KXR4MTQ", Standing: evisa.InForce, Type: "T", Kind: evisa.KindVisa, IssuedAt: visaDay,
		Identity: traveldoc.Identity{Surname: "ERIKSSON", GivenNames: "ANNA", BirthDate: day("1974-08-12"), Sex: "F", Nationality: "UTO"},
		Document: traveldoc.Document{Code: "P", Number: "L898902C3", IssuingState: "UTO"},
		Terms:    evisa.Terms{From: day("2026-11-01"), Until: day("2027-01-31"), Days: 20, Entries: 1},
	}
	first, err := s.Seal(v)
	require.NoError(t, err)
	v.Kind = evisa.KindAuthorisation
	second, err := s.Seal(v)
	require.NoError(t, err)
	code, out, _ := verified(t, visaDay, "", "evisa", "signer", dir)
	require.Equal(t, exitDone, code)
	require.Contains(t, out, s.Certificates()[0].Fingerprint())
	require.NotContains(t, out, "PRIVATE")
	certificates = filepath.Join(t.TempDir(), "signers.pem")
	require.NoError(t, os.WriteFile(certificates, []byte(out), 0o600))
	return first.Data, second.Data, certificates
}

func verified(t *testing.T, now time.Time, in string, args ...string) (code int, out, told string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, &app{In: strings.NewReader(in), Out: &o, Err: &e, Now: func() time.Time { return now }, Getenv: os.Getenv, Exit: func(int) {}})
	return code, o.String(), e.String()
}

func TestANoticeIsVerifiedOffline(t *testing.T) {
	visa, authorisation, certificates := grantedSeals(t)
	for name, input := range map[string]string{
		"picture": scannedPage(t, visa), "hexadecimal": hex.EncodeToString(visa), "base64": base64.StdEncoding.EncodeToString(visa),
		"picture of an authorisation": drawn(t, authorisation), "text of an authorisation": string(authorisation),
	} {
		code, out, told := verified(t, visaDay, "", "evisa", "verify", input, "--certificate", certificates)
		require.Equal(t, exitDone, code, "%s: %s%s", name, out, told)
		require.Contains(t, out, "VALID")
		require.Contains(t, out, "L898902C3")
		require.Contains(t, out, "2027-01-31")
	}
	code, out, _ := verified(t, visaDay, string(authorisation), "evisa", "verify", "-", "--certificate", certificates)
	require.Equal(t, exitDone, code, out)
}

// drawn is a picture of a QR code.
func drawn(t *testing.T, data []byte) string {
	t.Helper()
	code, err := barcode.Draw(barcode.QR, data, 3)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, code))
	path := filepath.Join(t.TempDir(), "code.png")
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o600))
	return path
}

func TestANoticeThatIsNotValid(t *testing.T) {
	visa, authorisation, certificates := grantedSeals(t)
	_, _, others := grantedSeals(t)
	forged := bytes.Replace(authorisation, []byte("2027-01-31"), []byte("2029-01-31"), 1)
	spoiled := bytes.Clone(visa)
	spoiled[70] ^= 1
	for name, c := range map[string]struct {
		input, certificates, want string
		now                       time.Time
	}{
		"forged":            {string(forged), certificates, "wrong_signature", visaDay},
		"spoiled":           {hex.EncodeToString(spoiled), certificates, "wrong_signature", visaDay},
		"another's":         {hex.EncodeToString(visa), others, "no_certificate", visaDay},
		"nobody vouches":    {string(authorisation), others, "no_anchor", visaDay},
		"expired":           {hex.EncodeToString(visa), certificates, "expired", visaDay.AddDate(0, 3, 0)},
		"not yet":           {string(authorisation), certificates, "not yet", visaDay.AddDate(0, -2, 0)},
		"without a picture": {scannedPage(t, []byte("nothing")), certificates, "", visaDay},
	} {
		code, out, _ := verified(t, c.now, "", "evisa", "verify", c.input, "--certificate", c.certificates)
		require.Equal(t, exitFailed, code, name)
		require.Contains(t, out, c.want, name)
		if c.want != "" {
			require.Contains(t, out, "NOT VALID", name)
		}
	}
	for name, args := range map[string][]string{
		"no file": {"nowhere.png"}, "no certificate": {hex.EncodeToString(visa), "--certificate", "nowhere.pem"}, "nothing": {},
	} {
		code, _, _ := verified(t, visaDay, "", append([]string{"evisa", "verify"}, args...)...)
		require.Equal(t, exitUsage, code, name)
	}
}

// A signer is revoked beside the program that signs with it, which takes the new key with its next seal and gives out the list.
func TestASealSignerIsRevoked(t *testing.T) {
	dir := t.TempDir()
	s, err := issue.OpenSigner(dir, issue.SignerOptions{Country: "UT", Name: "VS", State: "UTO", Random: rand.Reader, Now: func() time.Time { return visaDay }})
	require.NoError(t, err)
	first := issue.Reference(s.Certificates()[0].Certificate)
	code, _, told := verified(t, visaDay, "", "evisa", "signer", "revoke", dir, "ABC")
	require.Equal(t, exitUsage, code)
	require.Contains(t, told, "no certificate has the reference")
	for range 2 { // twice is once
		code, out, told := verified(t, visaDay, "", "evisa", "signer", "revoke", dir, first)
		require.Equal(t, exitDone, code, told)
		require.Contains(t, out, "revoked "+first)
	}
	_, out, _ := verified(t, visaDay, "", "evisa", "signer", "list", dir)
	require.Regexp(t, "reference "+first+", [^,]+, REVOKED", out)
	require.Equal(t, 1, strings.Count(out, "REVOKED"))
	renewed, err := s.Renew()
	require.NoError(t, err)
	require.True(t, renewed, "the running program sees it")
	require.NotEqual(t, first, issue.Reference(s.Certificates()[0].Certificate))
	lists, err := s.Lists()
	require.NoError(t, err)
	require.Len(t, lists, 1)
	list, err := x509.ParseRevocationList(lists[0])
	require.NoError(t, err)
	require.Len(t, list.RevokedCertificateEntries, 1)
	require.NoError(t, os.Remove(filepath.Join(dir, "csca.key")))
	code, _, told = verified(t, visaDay, "", "evisa", "signer", "revoke", dir, first)
	require.Equal(t, exitUsage, code)
	require.Contains(t, told, "its own authority")
}
