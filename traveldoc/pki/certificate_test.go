package pki_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
)

// algorithms are all ways of signing with the keys that make them.
func algorithms() map[string]struct {
	kind string
	algo pkitest.Algorithm
} {
	type way = struct {
		kind string
		algo pkitest.Algorithm
	}
	all := map[string]way{}
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA224, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		all["PKCS1 "+h.String()] = way{"rsa", pkitest.Algorithm{Scheme: pki.RSAPKCS1, Hash: h}}
		all["PSS "+h.String()] = way{"rsa", pkitest.Algorithm{Scheme: pki.RSAPSS, Hash: h}}
		all["ECDSA secp256r1 "+h.String()] = way{"secp256r1", pkitest.Algorithm{Scheme: pki.ECDSA, Hash: h}}
		all["ECDSA brainpoolP256r1 "+h.String()] = way{"brainpoolP256r1", pkitest.Algorithm{Scheme: pki.ECDSA, Hash: h}}
	}
	all["PSS SHA-256 with the mask of SHA-1"] = way{"rsa", pkitest.Algorithm{Scheme: pki.RSAPSS, Hash: crypto.SHA256, MGF: crypto.SHA1}}
	all["PSS SHA-512 with a salt of 20"] = way{"rsa", pkitest.Algorithm{Scheme: pki.RSAPSS, Hash: crypto.SHA512, Salt: 20}}
	all["PSS defaults"] = way{"rsa", pkitest.Algorithm{Scheme: pki.RSAPSS, Hash: crypto.SHA1, PSSDefaults: true}}
	for _, curve := range pkitest.Curves() {
		all["ECDSA "+curve] = way{curve, pkitest.Algorithm{Scheme: pki.ECDSA, Hash: crypto.SHA256}}
	}
	return all
}

func TestEveryAlgorithm(t *testing.T) {
	for name, way := range algorithms() {
		t.Run(name, func(t *testing.T) {
			csca := pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA Utopia"), keyOf(way.kind, 1))
			csca.Algo = way.algo
			der := csca.DSC(seeded(2), "DSC 1", 2, keyOf("secp256r1", 2)).DER
			anchor, dsc := parse(t, csca.DER), parse(t, der)
			require.NoError(t, dsc.CheckSignatureFrom(anchor))
			require.Equal(t, way.algo.Hash == crypto.SHA1, contains(codes(dsc.Deviations), pki.DeviationSHA1))

			other := *csca
			other.Key = keyOf(way.kind, 2)
			stranger := parse(t, pkitest.CSCA(seeded(1), csca.Name, other.Key).DER)
			require.ErrorIs(t, dsc.CheckSignatureFrom(stranger), pki.ErrSignature)

			tampered := bytes.Clone(der)
			tampered[bytes.Index(tampered, []byte("DSC 1"))] = 'X'
			require.ErrorIs(t, parse(t, tampered).CheckSignatureFrom(anchor), pki.ErrSignature)

			out, err := openssl(t, map[string][]byte{"ca.pem": asPEM("CERTIFICATE", csca.DER), "dsc.pem": asPEM("CERTIFICATE", der)},
				"verify", "-auth_level", "0", "-attime", "1750000000", "-CAfile", "ca.pem", "dsc.pem")
			require.NoError(t, err, out)
		})
	}
}

func contains(list []string, item string) bool {
	for _, l := range list {
		if l == item {
			return true
		}
	}
	return false
}

func TestFieldsOfCertificate(t *testing.T) {
	csca := pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA Utopia"), keyOf("secp384r1", 1))
	dsc := csca.DSC(seeded(2), "DSC 7", 77, keyOf("brainpoolP256r1", 2))
	c := parse(t, dsc.DER)
	require.Equal(t, big.NewInt(77), c.Serial)
	require.Equal(t, "C=UT, O=Government, CN=CSCA Utopia", c.Issuer.String())
	require.Equal(t, "UT", c.Subject.Country())
	require.Equal(t, "DSC 7", c.Subject.CommonName())
	require.Equal(t, pkitest.From, c.NotBefore)
	require.Equal(t, pkitest.Until, c.NotAfter)
	require.Equal(t, "brainpoolP256r1", c.Key.Curve)
	require.Equal(t, csca.Key.KeyID(), c.AuthorityKeyID)
	require.Equal(t, dsc.Key.KeyID(), c.SubjectKeyID)
	require.ElementsMatch(t, []string{"P", "I"}, c.DocumentTypes)
	require.True(t, c.Allows(pki.UseDigitalSignature))
	require.False(t, c.Allows(pki.UseCertSign))
	require.False(t, c.IsCA())
	require.False(t, c.IsSelfSigned())
	require.Empty(t, c.Deviations)
	require.True(t, c.ValidAt(pkitest.From))
	require.False(t, c.ValidAt(pkitest.From.Add(-time.Second)))
	require.False(t, c.ValidAt(pkitest.Until.Add(time.Second)))

	a := parse(t, csca.DER)
	require.True(t, a.IsSelfSigned())
	require.Equal(t, &pki.BasicConstraints{CA: true, PathLength: 0}, a.BasicConstraints)
	require.True(t, a.Allows(pki.UseCertSign))
	require.True(t, a.Allows(pki.UseCRLSign))

	reference, err := x509.ParseCertificate(csca.DER)
	require.NoError(t, err, "the standard library reads what it can")
	require.Equal(t, reference.RawTBSCertificate, a.RawTBS)
	require.Equal(t, reference.SubjectKeyId, a.SubjectKeyID)
}

func TestDeviationsAreToleratedAndNamed(t *testing.T) {
	name := pkitest.NameOf("UT", "CSCA Utopia")
	key := keyOf("secp256r1", 1)
	rsaKey := keyOf("rsa", 1)
	bare := *rsaKey
	bare.NoNull = true
	explicit := *key
	explicit.Explicit = true
	uses := pkitest.Uses(5, 6)
	constraints := func(parts ...[]byte) pkitest.Extension {
		return pkitest.Extension{OID: "2.5.29.19", Critical: true, Value: pkitest.Seq(parts...)}
	}
	negative := new(big.Int).SetBytes(bytes.Repeat([]byte{0x7F}, 9))
	for name, test := range map[string]struct {
		key  *pkitest.Key
		cert pkitest.Certificate
		algo pkitest.Algorithm
		want string
	}{
		"negative serial":      {key, pkitest.Certificate{Serial: negative.Neg(negative)}, pkitest.Algorithm{}, pki.DeviationSerialNegative},
		"long serial":          {key, pkitest.Certificate{Serial: new(big.Int).Lsh(big.NewInt(1), 170)}, pkitest.Algorithm{}, pki.DeviationSerialLong},
		"RSA key without NULL": {&bare, pkitest.Certificate{}, pkitest.Algorithm{}, pki.DeviationRSANoNull},
		"RSA signature without NULL": {
			rsaKey, pkitest.Certificate{}, pkitest.Algorithm{Scheme: pki.RSAPKCS1, Hash: crypto.SHA256, NoNull: true}, pki.DeviationRSANoNull,
		},
		"cA FALSE written out": {key, pkitest.Certificate{Extensions: []pkitest.Extension{constraints(pkitest.Bool(false))}},
			pkitest.Algorithm{}, pki.DeviationBasicConstraints},
		"cA as 01": {key, pkitest.Certificate{Extensions: []pkitest.Extension{constraints([]byte{1, 1, 1})}},
			pkitest.Algorithm{}, pki.DeviationBasicConstraints},
		"path length without cA": {key, pkitest.Certificate{Extensions: []pkitest.Extension{constraints(pkitest.Small(0))}},
			pkitest.Algorithm{}, pki.DeviationBasicConstraints},
		"negative path length": {key, pkitest.Certificate{Extensions: []pkitest.Extension{constraints(pkitest.Bool(true), pkitest.Small(-1))}},
			pkitest.Algorithm{}, pki.DeviationBasicConstraints},
		"basicConstraints of another form": {key, pkitest.Certificate{Extensions: []pkitest.Extension{{OID: "2.5.29.19", Value: pkitest.Null()}}},
			pkitest.Algorithm{}, pki.DeviationExtensionForm},
		"extension twice":     {key, pkitest.Certificate{Extensions: []pkitest.Extension{uses, uses}}, pkitest.Algorithm{}, pki.DeviationExtensionTwice},
		"explicit parameters": {&explicit, pkitest.Certificate{}, pkitest.Algorithm{}, pki.DeviationExplicitParameters},
		"algorithms differ":   {rsaKey, pkitest.Certificate{OuterDiffer: true}, pkitest.Algorithm{}, pki.DeviationAlgorithmsDiffer},
	} {
		t.Run(name, func(t *testing.T) {
			test.cert.Subject = pkitest.NameOf("UT", "CSCA Utopia")
			p := &pkitest.Party{Name: test.cert.Subject, Key: test.key, Algo: test.algo}
			if p.Algo.Scheme == "" {
				p.Algo = test.key.Fitting(crypto.SHA256)
			}
			c := parse(t, test.cert.Sign(seeded(3), test.key, p))
			require.Contains(t, codes(c.Deviations), test.want)
			require.True(t, c.IsSelfSigned())
			if test.cert.Serial != nil {
				require.Equal(t, test.cert.Serial, c.Serial)
			}
		})
	}
	c := parse(t, append(pkitest.CSCA(seeded(1), name, key).DER, 0, 0))
	require.Equal(t, []string{pki.DeviationTrailing}, codes(c.Deviations))
}

// TestExplicitParametersMustBeExact changes every bit of every parameter, of curves of the standard library and our own.
func TestExplicitParametersMustBeExact(t *testing.T) {
	for _, curve := range pkitest.Curves() {
		t.Run(curve, func(t *testing.T) {
			key := keyOf(curve, 1)
			key.Explicit = true
			k, err := pki.ParsePublicKey(key.SPKI())
			require.NoError(t, err)
			require.Equal(t, curve, k.Curve)
			require.True(t, k.Explicit)
			exact := pkitest.Explicit(curve)
			version := bytes.Index(exact, []byte{2, 1, 1}) + 2 // any of 0 to 3 is allowed
			for i := range exact {
				if i == version {
					continue
				}
				for bit := range 8 {
					broken := bytes.Clone(exact)
					broken[i] ^= 1 << bit
					key.Parameters = broken
					_, err := pki.ParsePublicKey(key.SPKI())
					require.Error(t, err, "byte %d bit %d", i, bit)
				}
			}
		})
	}
}

// TestForgedGenerator is CVE-2020-0601: a generator chosen so that the public key of a CSCA has a private key that the forger knows.
func TestForgedGenerator(t *testing.T) {
	c := brainpool.ByName("brainpoolP256r1")
	key := keyOf(c.Name, 1)
	point := key.Signer.Public().(*brainpool.PublicKey)
	size := c.Size()
	full := func(v *big.Int) []byte { return v.FillBytes(make([]byte, size)) }
	key.Parameters = pkitest.Seq(pkitest.Small(1), pkitest.Seq(pkitest.OID("1.2.840.10045.1.1"), pkitest.Int(c.P)),
		pkitest.Seq(pkitest.Octets(full(c.A)), pkitest.Octets(full(c.B))),
		pkitest.Octets([]byte{4}, full(point.X), full(point.Y)), pkitest.Int(c.N), pkitest.Small(1))
	_, err := pki.ParsePublicKey(key.SPKI())
	require.ErrorIs(t, err, pki.ErrUnsupported)
	require.ErrorContains(t, err, "not exactly those of a known curve")

	withoutCofactor := keyOf(c.Name, 1)
	withoutCofactor.Parameters = pkitest.Seq(pkitest.Small(1), pkitest.Seq(pkitest.OID("1.2.840.10045.1.1"), pkitest.Int(c.P)),
		pkitest.Seq(pkitest.Octets(full(c.A)), pkitest.Octets(full(c.B))), pkitest.Octets([]byte{4}, full(c.X), full(c.Y)), pkitest.Int(c.N))
	_, err = pki.ParsePublicKey(withoutCofactor.SPKI())
	require.ErrorIs(t, err, pki.ErrUnsupported)

	compressed := keyOf(c.Name, 1)
	compressed.Parameters = pkitest.Seq(pkitest.Small(1), pkitest.Seq(pkitest.OID("1.2.840.10045.1.1"), pkitest.Int(c.P)),
		pkitest.Seq(pkitest.Octets(full(c.A)), pkitest.Octets(full(c.B))), pkitest.Octets([]byte{byte(2 + c.Y.Bit(0))}, full(c.X)),
		pkitest.Int(c.N), pkitest.Small(1))
	_, err = pki.ParsePublicKey(compressed.SPKI())
	require.NoError(t, err, "a compressed generator is the same generator")
}

func TestUnsupportedIsNotWrong(t *testing.T) {
	csca := pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA Utopia"), keyOf("rsa", 1))
	ec := parse(t, pkitest.CSCA(seeded(1), csca.Name, keyOf("secp256r1", 1)).DER)
	dsc := parse(t, csca.DSC(seeded(2), "DSC", 2, keyOf("secp256r1", 2)).DER)
	err := dsc.CheckSignatureFrom(ec)
	require.ErrorIs(t, err, pki.ErrUnsupported)
	require.NotErrorIs(t, err, pki.ErrSignature)

	md5 := bytes.ReplaceAll(csca.DER, pkitest.OID("1.2.840.113549.1.1.11"), pkitest.OID("1.2.840.113549.1.1.4"))
	c := parse(t, md5)
	require.ErrorIs(t, c.CheckSignatureFrom(c), pki.ErrUnsupported)
	require.ErrorContains(t, c.CheckSignatureFrom(c), "1.2.840.113549.1.1.4")
}

func TestNames(t *testing.T) {
	utf, printable, bmp, latin := byte(0x0C), byte(0x13), byte(0x1E), byte(0x14)
	name := func(attributes ...pkitest.Attribute) pki.Name {
		p := pkitest.CSCA(seeded(1), attributes, keyOf("secp256r1", 1))
		return parse(t, p.DER).Subject
	}
	a := name(pkitest.Attribute{OID: pki.OIDCountryName, Value: "ut", Tag: printable},
		pkitest.Attribute{OID: pki.OIDCommonName, Value: "CSCA  Zürich ", Tag: utf})
	for what, b := range map[string]pki.Name{
		"order and case": name(pkitest.Attribute{OID: pki.OIDCommonName, Value: "csca zürich", Tag: utf},
			pkitest.Attribute{OID: pki.OIDCountryName, Value: "UT", Tag: utf}),
		"UTF-16": name(pkitest.Attribute{OID: pki.OIDCommonName, Value: "\x00C\x00S\x00C\x00A\x00 \x00Z\x00\xfc\x00r\x00i\x00c\x00h", Tag: bmp},
			pkitest.Attribute{OID: pki.OIDCountryName, Value: "UT"}),
		"Latin-1": name(pkitest.Attribute{OID: pki.OIDCommonName, Value: "CSCA Z\xfcrich", Tag: latin},
			pkitest.Attribute{OID: pki.OIDCountryName, Value: "UT"}),
	} {
		require.True(t, a.Equal(b), what)
	}
	require.Equal(t, "UT", a.Country())
	require.False(t, a.Equal(name(pkitest.Attribute{OID: pki.OIDCountryName, Value: "UT"})))
	require.False(t, a.Equal(name(pkitest.Attribute{OID: pki.OIDOrganization, Value: "UT"},
		pkitest.Attribute{OID: pki.OIDCommonName, Value: "CSCA Zürich"})))
}

func TestErrorsSayWhere(t *testing.T) {
	der := pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA"), keyOf("secp256r1", 1)).DER
	var syntax *pki.SyntaxError
	_, err := pki.ParseCertificate(der[:40])
	require.ErrorAs(t, err, &syntax)
	for what, broken := range map[string][]byte{
		"certificate":                 {0x30},
		"tbsCertificate":              pkitest.Seq(pkitest.Null()),
		"tbsCertificate.serialNumber": pkitest.Seq(pkitest.Seq(pkitest.Element(0xA0, pkitest.Small(2)), pkitest.Null())),
	} {
		_, err := pki.ParseCertificate(broken)
		require.ErrorContains(t, err, "at byte", what)
	}
	_, err = pki.ParseCertificate(make([]byte, 70_000))
	require.ErrorContains(t, err, "at most 65536 bytes")
}
