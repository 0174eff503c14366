package pki_test

import (
	"bytes"
	"crypto"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
)

var signedAt = time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)

// signer is a CSCA and a document signer of it.
func signer(t testing.TB, kind string) (csca, dsc *pkitest.Party) {
	t.Helper()
	csca = pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA Utopia"), keyOf("secp384r1", 1))
	return csca, csca.DSC(seeded(2), "DSC 2", 2, keyOf(kind, 2))
}

func signed(dsc *pkitest.Party) pkitest.SignedData {
	return pkitest.SignedData{
		ContentType: pki.OIDLDSSecurityObject, Content: []byte("what the chip says"), Certificates: [][]byte{dsc.DER}, Signer: dsc,
		SigningTime: signedAt,
	}
}

func TestSignedData(t *testing.T) {
	type change func(*pkitest.SignedData)
	plain := func(*pkitest.SignedData) {}
	for name, test := range map[string]struct {
		kind    string
		change  change
		matched pki.Match
		notes   []string
		err     error
	}{
		"ECDSA":            {"secp256r1", plain, pki.MatchIssuerSerial, nil, nil},
		"RSA":              {"rsa", plain, pki.MatchIssuerSerial, nil, nil},
		"Brainpool":        {"brainpoolP384r1", plain, pki.MatchIssuerSerial, nil, nil},
		"signer by key id": {"secp256r1", func(d *pkitest.SignedData) { d.BySKI = true }, pki.MatchKeyID, nil, nil},
		"nobody's key id":  {"secp256r1", func(d *pkitest.SignedData) { d.UnknownSKI = true }, pki.MatchOnlyCertificate, []string{pki.DeviationSignerMatch}, nil},
		"without attributes": {"secp256r1", func(d *pkitest.SignedData) { d.NoAttributes = true }, pki.MatchIssuerSerial,
			[]string{pki.DeviationAttributesAbsent}, nil},
		"rsaEncryption":       {"rsa", func(d *pkitest.SignedData) { d.PlainRSA = true }, pki.MatchIssuerSerial, nil, nil},
		"attributes unsorted": {"secp256r1", func(d *pkitest.SignedData) { d.Unsorted = true }, pki.MatchIssuerSerial, []string{pki.DeviationSetOrder}, nil},
		"indefinite length":   {"secp256r1", func(d *pkitest.SignedData) { d.Indefinite = true }, pki.MatchIssuerSerial, nil, nil},
		"SHA-512 digest":      {"rsa", func(d *pkitest.SignedData) { d.Digest = crypto.SHA512 }, pki.MatchIssuerSerial, nil, nil},
		"hash of the content in the signature": {"rsa", func(d *pkitest.SignedData) { d.Digest, d.NamesSHA1 = crypto.SHA256, true },
			pki.MatchIssuerSerial, []string{pki.DeviationSHA1}, nil},
		"PSS": {"rsa", func(d *pkitest.SignedData) { d.Algorithm = pkitest.Algorithm{Scheme: pki.RSAPSS, Hash: crypto.SHA256} },
			pki.MatchIssuerSerial, nil, nil},
		"SHA-1": {"rsa", func(d *pkitest.SignedData) {
			d.Digest, d.Algorithm = crypto.SHA1, pkitest.Algorithm{Scheme: pki.RSAPKCS1, Hash: crypto.SHA1}
		}, pki.MatchIssuerSerial, []string{pki.DeviationSHA1}, nil},
		"wrong message digest": {"secp256r1", func(d *pkitest.SignedData) { d.WrongDigest = make([]byte, 32) },
			pki.MatchIssuerSerial, nil, pki.ErrSignature},
		"wrong content type": {"secp256r1", func(d *pkitest.SignedData) { d.WrongType = pki.OIDMasterList },
			pki.MatchIssuerSerial, nil, pki.ErrSignature},
		"no certificate": {"secp256r1", func(d *pkitest.SignedData) { d.Certificates = nil }, "", nil, pki.ErrNoSigner},
	} {
		t.Run(name, func(t *testing.T) {
			csca, dsc := signer(t, test.kind)
			form := signed(dsc)
			test.change(&form)
			der := form.DER(seeded(4))
			d, err := pki.ParseSignedData(der)
			require.NoError(t, err)
			require.Len(t, d.Signers, 1)
			s := d.Signers[0]
			require.Equal(t, "what the chip says", string(d.Content))
			require.Equal(t, pki.OIDLDSSecurityObject, d.ContentType)
			require.Equal(t, test.matched, s.MatchedBy)
			require.Equal(t, test.notes, codes(s.Deviations))
			require.Equal(t, form.Indefinite, contains(codes(d.Deviations), pki.DeviationBER))
			if !form.NoAttributes {
				require.Equal(t, signedAt, *s.SigningTime)
			}
			if test.err != nil {
				require.ErrorIs(t, d.Verify(0), test.err)
			} else {
				require.NoError(t, d.Verify(0))
			}
			if form.UnknownSKI || form.Unsorted || form.Digest == crypto.SHA512 || form.WrongType != "" {
				return // the reference refuses what is tolerated here, and does not look at the signed content type
			}
			out, err := openssl(t, map[string][]byte{"sod.der": der, "ca.pem": asPEM("CERTIFICATE", csca.DER)},
				"cms", "-verify", "-inform", "DER", "-in", "sod.der", "-CAfile", "ca.pem", "-purpose", "any", "-auth_level", "0",
				"-attime", "1750000000", "-out", "content")
			require.Equal(t, test.err == nil, err == nil, out)
		})
	}
}

// TestEveryTamperingOfSignedDataIsFound changes one byte at a time: never does anything but the original content verify.
func TestEveryTamperingOfSignedDataIsFound(t *testing.T) {
	_, dsc := signer(t, "secp256r1")
	der := signed(dsc).DER(seeded(4))
	verified := 0
	for i := range der {
		broken := bytes.Clone(der)
		broken[i] ^= 0x10
		d, err := pki.ParseSignedData(broken)
		if err != nil || len(d.Signers) != 1 || d.Verify(0) != nil {
			continue
		}
		verified++ // a byte that no signature covers: versions, the certificate's own signature and names, unused algorithm identifiers
		require.Equal(t, "what the chip says", string(d.Content))
		require.Equal(t, pki.OIDLDSSecurityObject, d.ContentType)
	}
	require.Less(t, verified, len(der))
}

func TestSeveralCertificates(t *testing.T) {
	csca, dsc := signer(t, "secp256r1")
	more := csca.DSC(seeded(5), "DSC 3", 3, keyOf("secp256r1", 5))
	d := signed(dsc)
	d.Certificates = [][]byte{more.DER, dsc.DER}
	d.UnknownSKI = true
	read, err := pki.ParseSignedData(d.DER(seeded(4)))
	require.NoError(t, err)
	require.ErrorIs(t, read.Verify(0), pki.ErrNoSigner, "with two certificates nobody guesses")
	require.NoError(t, read.VerifyWith(0, parse(t, dsc.DER)))
	require.ErrorIs(t, read.VerifyWith(0, parse(t, more.DER)), pki.ErrSignature)
	require.ErrorIs(t, read.Verify(1), pki.ErrNoSigner)

	// The serial number alone does not name a certificate: issuers count for themselves.
	other := pkitest.CSCA(seeded(6), pkitest.NameOf("XY", "CSCA Elsewhere"), keyOf("secp256r1", 6)).DSC(seeded(6), "DSC 2", 2, keyOf("secp256r1", 8))
	d = signed(dsc)
	d.Certificates = [][]byte{other.DER, dsc.DER}
	read, err = pki.ParseSignedData(d.DER(seeded(4)))
	require.NoError(t, err)
	require.Equal(t, dsc.DER, read.Signers[0].Certificate.Raw)
	require.NoError(t, read.Verify(0))

	broken := pkitest.Seq(pkitest.Seq(pkitest.Null()), pkitest.Null(), pkitest.Null())
	d = signed(dsc)
	d.Certificates = [][]byte{broken, dsc.DER}
	read, err = pki.ParseSignedData(d.DER(seeded(4)))
	require.NoError(t, err)
	require.NoError(t, read.Verify(0))
	require.Len(t, read.Refused, 1)
	require.Contains(t, codes(read.Deviations), pki.DeviationCertificates)
}

func TestMasterList(t *testing.T) {
	csca, _ := signer(t, "secp256r1")
	other := pkitest.CSCA(seeded(7), pkitest.NameOf("XY", "CSCA Elsewhere"), keyOf("brainpoolP256r1", 7))
	forged := keyOf("brainpoolP256r1", 8)
	forged.Parameters = pkitest.Explicit("brainpoolP256r1")
	forged.Parameters[20] ^= 1
	refused := pkitest.CSCA(seeded(8), pkitest.NameOf("ZZ", "CSCA Forger"), forged)
	listSigner := csca.ListSigner(seeded(9), 9, keyOf("secp256r1", 9))
	content := pkitest.Seq(pkitest.Small(0), pkitest.Element(0x31, csca.DER, refused.DER, other.DER))
	cms := pkitest.SignedData{
		ContentType: pki.OIDMasterList, Content: content, Certificates: [][]byte{listSigner.DER, csca.DER}, Signer: listSigner,
		SigningTime: signedAt, BySKI: true,
	}
	for name, data := range map[string][]byte{"signed": cms.DER(seeded(4)), "raw": content} {
		t.Run(name, func(t *testing.T) {
			m, err := pki.ParseMasterList(data)
			require.NoError(t, err)
			require.Len(t, m.Certificates, 2)
			require.Equal(t, other.DER, m.Certificates[1].Raw)
			require.Len(t, m.Refused, 1)
			require.Equal(t, 1, m.Refused[0].Index)
			require.Equal(t, "C=ZZ, O=Government, CN=CSCA Forger", m.Refused[0].Subject)
			require.Contains(t, m.Refused[0].Reason, "not exactly those of a known curve")
			require.Equal(t, name == "signed", m.Signed != nil)
			if m.Signed != nil {
				require.NoError(t, m.Signed.Verify(0))
				require.Equal(t, []string{pki.OIDMasterListSigner}, m.Signed.Signers[0].Certificate.ExtendedKeyUsage)
			}
		})
	}
	cms.ContentType = pki.OIDLDSSecurityObject
	_, err := pki.ParseMasterList(cms.DER(seeded(4)))
	require.ErrorContains(t, err, "id-icao-cscaMasterList")
}

// TestRealMasterLists: every certificate of every list is read; the signatures are right, as the reference says too.
func TestRealMasterLists(t *testing.T) {
	for name, data := range masterLists(t) {
		t.Run(name, func(t *testing.T) {
			m, err := pki.ParseMasterList(data)
			require.NoError(t, err)
			require.Empty(t, m.Refused)
			require.Greater(t, len(m.Certificates), 300)
			require.NoError(t, m.Signed.Verify(0))
			explicit := 0
			for _, c := range m.Certificates {
				if c.Key.Explicit {
					explicit++
				}
				require.NotEmpty(t, c.Subject.Country(), c.Subject)
			}
			require.Greater(t, explicit, 50)
			out, err := openssl(t, map[string][]byte{"list.ml": data},
				"cms", "-verify", "-noverify", "-inform", "DER", "-in", "list.ml", "-out", "content")
			require.NoError(t, err, out)

			tampered := bytes.Clone(data)
			tampered[bytes.Index(tampered, m.Certificates[9].Signature)] ^= 1
			broken, err := pki.ParseMasterList(tampered)
			require.NoError(t, err)
			require.ErrorIs(t, broken.Signed.Verify(0), pki.ErrSignature)
		})
	}
}
