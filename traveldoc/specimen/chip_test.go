package specimen_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

func country(t testing.TB) *specimen.Country {
	t.Helper()
	return countryOn(t, "2026-11-22")
}

func countryOn(t testing.TB, day string) *specimen.Country {
	t.Helper()
	date, err := traveldoc.ParseDate(day)
	require.NoError(t, err)
	c, err := specimen.New(specimen.Seed(specimen.DemoSeed), date)
	require.NoError(t, err)
	return c
}

func passport(t testing.TB, c *specimen.Country) specimen.Document {
	t.Helper()
	d, err := c.Passport(c.Person(1))
	require.NoError(t, err)
	return d
}

// openssl runs the program and gives what it says; the test is skipped where it is not installed.
func openssl(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed: the judge of this test is missing")
	}
	out, err := exec.Command(program, arguments...).CombinedOutput()
	return string(out), err
}

func write(t *testing.T, folder, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(folder, name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func TestTheSameSeedMakesTheSameChip(t *testing.T) {
	a, b := country(t), country(t)
	first, err := a.Chip(passport(t, a))
	require.NoError(t, err)
	second, err := b.Chip(passport(t, b))
	require.NoError(t, err)
	require.Equal(t, first.Files, second.Files)
	require.Equal(t, a.Anchors(), b.Anchors())
}

func TestCertificatesAreTheSameThroughoutAYear(t *testing.T) {
	a, b := countryOn(t, "2026-01-15").Anchors(), countryOn(t, "2026-12-30").Anchors()
	require.Equal(t, a["csca.cer"], b["csca.cer"])
	require.NotEqual(t, a["utopia.crl"], b["utopia.crl"])
}

// asPEM writes a certificate or list as PEM, which is all that openssl takes as an anchor.
func asPEM(t *testing.T, folder, kind, name string, der []byte) string {
	t.Helper()
	in, out := write(t, folder, name, der), filepath.Join(folder, name+".pem")
	said, err := openssl(t, kind, "-inform", "DER", "-in", in, "-out", out)
	require.NoError(t, err, said)
	return out
}

// OpenSSL is the judge: it verifies the signature of every variant it can read, over the chain to the authority.
func TestOpenSSLVerifiesEverySigner(t *testing.T) {
	c := country(t)
	folder := t.TempDir()
	pem := asPEM(t, folder, "x509", "csca.cer", c.Anchors()["csca.cer"])
	previous := asPEM(t, folder, "x509", "csca-previous.cer", c.Anchors()["csca-previous.cer"])
	variants := map[string]specimen.Variant{
		"key id": {ByKeyID: true}, "indefinite": {Indefinite: true}, "lds 1": {LDSv1: true}, "id-data": {DataContent: true}, "no time": {NoSigningTime: true},
	}
	for _, signer := range specimen.Signers() {
		variants[string(signer)] = specimen.Variant{Signer: signer}
	}
	for name, v := range variants {
		t.Run(name, func(t *testing.T) {
			chip, err := c.VariantChip(passport(t, c), v)
			require.NoError(t, err)
			pem := pem
			if v.Signer == specimen.OlderSigner {
				pem = previous
			}
			sod := write(t, t.TempDir(), "sod", unwrap(t, chip.Files["SOD"]))
			out, err := openssl(t, "cms", "-verify", "-binary", "-inform", "DER", "-in", sod, "-CAfile", pem, "-purpose", "any",
				"-partial_chain", "-auth_level", "0", "-out", os.DevNull)
			switch v.Signer {
			case specimen.UnknownSigner, specimen.ExpiredSigner:
				require.Error(t, err)
				require.Contains(t, out, "certificate verify error")
			case specimen.ExplicitSigner, specimen.BrainpoolExplicit: // OpenSSL refuses such a signer, but verifies what it signed
				require.ErrorContains(t, err, "exit status")
				require.Contains(t, out, "explicit ECC parameters")
				out, err = openssl(t, "cms", "-verify", "-binary", "-inform", "DER", "-in", sod, "-noverify", "-out", os.DevNull)
				require.NoError(t, err, out)
			default:
				require.NoError(t, err, out)
			}
		})
	}
}

// unwrap takes the tag 77 off.
func unwrap(t *testing.T, file []byte) []byte {
	t.Helper()
	require.Equal(t, byte(0x77), file[0])
	return file[2+int(file[1]&0x7F):]
}

func TestTheChipAnswersWithTheKeyOfDG15(t *testing.T) {
	c := country(t)
	chip, err := c.Chip(passport(t, c))
	require.NoError(t, err)
	challenge := []byte("12345678")
	answer, err := chip.Answer(challenge)
	require.NoError(t, err)
	require.Len(t, answer, 64)
	key, err := x509.ParsePKIXPublicKey(chip.Files["DG15"][2:])
	require.NoError(t, err)
	sum := sha256.Sum256(challenge)
	r, s := new(big.Int).SetBytes(answer[:32]), new(big.Int).SetBytes(answer[32:])
	require.True(t, ecdsa.Verify(key.(*ecdsa.PublicKey), sum[:], r, s))
}

func TestOpenSSLKnowsTheRevokedSigner(t *testing.T) {
	c := country(t)
	folder := t.TempDir()
	pem := func(kind, name string, der []byte) string { return asPEM(t, folder, kind, name, der) }
	anchors := c.Anchors()
	csca, crl := pem("x509", "csca.cer", anchors["csca.cer"]), pem("crl", "utopia.crl", anchors["utopia.crl"])
	for which, want := range map[specimen.Signer]string{specimen.UsualSigner: "OK", specimen.RevokedSigner: "certificate revoked"} {
		der, err := c.SignerCertificate(which)
		require.NoError(t, err)
		signer := pem("x509", "signer"+string(which), der)
		out, _ := openssl(t, "verify", "-attime", "1795600000", "-CAfile", csca, "-CRLfile", crl, "-crl_check", "-partial_chain", signer)
		require.Contains(t, out, want)
	}
	previous := pem("x509", "csca-previous.cer", anchors["csca-previous.cer"])
	link := pem("x509", "csca-link.cer", anchors["csca-link.cer"])
	signer := filepath.Join(folder, "signer"+string(specimen.UsualSigner)+".pem")
	out, err := openssl(t, "verify", "-CAfile", previous, "-untrusted", link, signer)
	require.NoError(t, err, "the link certificate leads from the previous authority to the present signer: %s", out)
}

func TestOpenSSLVerifiesTheMasterList(t *testing.T) {
	c := country(t)
	folder := t.TempDir()
	anchor := asPEM(t, folder, "x509", "csca.cer", c.Anchors()["csca.cer"])
	list := write(t, folder, "list", c.Anchors()["masterlist.ml"])
	out, err := openssl(t, "cms", "-verify", "-binary", "-inform", "DER", "-in", list, "-CAfile", anchor, "-purpose", "any", "-partial_chain", "-out", os.DevNull)
	require.NoError(t, err, out)
}
