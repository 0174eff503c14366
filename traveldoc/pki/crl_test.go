package pki_test

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
)

var (
	thisUpdate = time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)
	nextUpdate = time.Date(2025, 8, 1, 0, 0, 0, 0, time.UTC)
)

func TestCRL(t *testing.T) {
	revoked := []pkitest.Revoked{
		{Serial: big.NewInt(77), At: thisUpdate, Reason: 1}, {Serial: big.NewInt(-5), At: thisUpdate, Reason: -1},
		{Serial: big.NewInt(0xFF12), At: thisUpdate, Reason: 4}, {Serial: big.NewInt(0), At: thisUpdate, Reason: -1},
	}
	for name, test := range map[string]struct {
		kind string
		crl  pkitest.CRL
	}{
		"version 2":      {"secp384r1", pkitest.CRL{ThisUpdate: thisUpdate, NextUpdate: nextUpdate, Revoked: revoked}},
		"version 1":      {"rsa", pkitest.CRL{Version: 1, ThisUpdate: thisUpdate, NextUpdate: nextUpdate, Revoked: revoked[:1]}},
		"empty":          {"brainpoolP256r1", pkitest.CRL{ThisUpdate: thisUpdate, NextUpdate: nextUpdate}},
		"no next update": {"secp256r1", pkitest.CRL{ThisUpdate: thisUpdate, Revoked: revoked}},
	} {
		t.Run(name, func(t *testing.T) {
			csca := pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA Utopia"), keyOf(test.kind, 1))
			der := csca.CRL(seeded(2), test.crl)
			c, err := pki.ParseCRL(der)
			require.NoError(t, err)
			require.NoError(t, c.CheckSignatureFrom(parse(t, csca.DER)))
			require.Equal(t, len(test.crl.Revoked), c.Len())
			require.Equal(t, thisUpdate, c.ThisUpdate)
			require.Equal(t, test.crl.NextUpdate.IsZero(), c.NextUpdate == nil)
			require.True(t, c.Issuer.Equal(parse(t, csca.DER).Subject))
			for _, r := range test.crl.Revoked {
				entry, found := c.Revoked(r.Serial)
				require.True(t, found, r.Serial)
				require.Equal(t, r.At, entry.At)
				require.Equal(t, max(r.Reason, 0), int(entry.Reason))
			}
			_, found := c.Revoked(big.NewInt(78))
			require.False(t, found)
			require.ErrorIs(t, c.CheckSignatureFrom(parse(t, pkitest.CSCA(seeded(9), csca.Name, keyOf(test.kind, 4)).DER)),
				pki.ErrSignature)
			if test.kind == "brainpoolP256r1" { // the standard library knows no such key; openssl does
				out, err := openssl(t, map[string][]byte{"list.crl": der, "ca.pem": asPEM("CERTIFICATE", csca.DER)},
					"crl", "-inform", "DER", "-in", "list.crl", "-CAfile", "ca.pem", "-noout")
				require.NoError(t, err, out)
				return
			}
			reference, err := x509.ParseRevocationList(der)
			if err == nil {
				require.Len(t, reference.RevokedCertificateEntries, c.Len())
			}
		})
	}
}

func TestSerialNumbersOfDifferentSign(t *testing.T) {
	csca := pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA"), keyOf("secp256r1", 1))
	positive := big.NewInt(0xFF12)
	negative := new(big.Int).Sub(positive, big.NewInt(0x10000))
	for _, pair := range [][2]*big.Int{{positive, big.NewInt(0xFF12)}, {big.NewInt(0x8123), big.NewInt(0x8123 - 0x10000)},
		{big.NewInt(0x8123 - 0x10000), big.NewInt(0x8123)}} {
		c, err := pki.ParseCRL(csca.CRL(seeded(2), pkitest.CRL{ThisUpdate: thisUpdate, Revoked: []pkitest.Revoked{{Serial: pair[0], At: thisUpdate}}}))
		require.NoError(t, err)
		_, found := c.Revoked(pair[1])
		require.True(t, found, "%v %v", pair, negative)
	}
}

func TestListsThatDoNotAnswer(t *testing.T) {
	csca := pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA"), keyOf("secp256r1", 1))
	yes := func(n byte) []byte { return pkitest.Seq(pkitest.Element(0x80|n, []byte{0xFF})) }
	for name, crl := range map[string]pkitest.CRL{
		"delta":            {Extensions: []pkitest.Extension{{OID: "2.5.29.27", Critical: true, Value: pkitest.Small(1)}}},
		"authorities only": {Extensions: []pkitest.Extension{{OID: "2.5.29.28", Critical: true, Value: yes(2)}}},
		"indirect":         {Extensions: []pkitest.Extension{{OID: "2.5.29.28", Critical: true, Value: yes(4)}}},
		"of another issuer": {Revoked: []pkitest.Revoked{{Serial: big.NewInt(1), At: thisUpdate, Reason: -1,
			Extensions: []pkitest.Extension{{OID: "2.5.29.29", Critical: true, Value: pkitest.Seq()}}}}},
	} {
		crl.ThisUpdate = thisUpdate
		_, err := pki.ParseCRL(csca.CRL(seeded(2), crl))
		require.ErrorIs(t, err, pki.ErrUnsupported, name)
	}
	c, err := pki.ParseCRL(csca.CRL(seeded(2), pkitest.CRL{ThisUpdate: thisUpdate,
		Extensions: []pkitest.Extension{{OID: "1.2.3.4", Critical: true, Value: pkitest.Null()}}}))
	require.NoError(t, err)
	require.Equal(t, []string{"1.2.3.4"}, c.UnknownCritical)
}

func largeCRL(n int) (csca *pkitest.Party, der []byte) {
	csca = pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA"), keyOf("secp256r1", 1))
	csca.Algo.Hash = crypto.SHA256
	crl := pkitest.CRL{ThisUpdate: thisUpdate, NextUpdate: nextUpdate, Revoked: make([]pkitest.Revoked, n)}
	for i := range crl.Revoked {
		serial := new(big.Int).Mul(big.NewInt(int64(i)+1), big.NewInt(0x1000003D)) // out of order once cut to 4 bytes
		crl.Revoked[i] = pkitest.Revoked{Serial: serial.And(serial, big.NewInt(0xFFFFFFFF)), At: thisUpdate, Reason: -1}
	}
	return csca, csca.CRL(seeded(2), crl)
}

func TestLargeCRL(t *testing.T) {
	csca, der := largeCRL(100_000)
	c, err := pki.ParseCRL(der)
	require.NoError(t, err)
	require.Equal(t, 100_000, c.Len())
	require.NoError(t, c.CheckSignatureFrom(parse(t, csca.DER)))
	_, found := c.Revoked(big.NewInt(0x1000003D))
	require.True(t, found)
	_, found = c.Revoked(big.NewInt(7))
	require.False(t, found)
}

func BenchmarkParseCRL(b *testing.B) {
	_, der := largeCRL(100_000)
	b.SetBytes(int64(len(der)))
	for b.Loop() {
		if _, err := pki.ParseCRL(der); err != nil {
			b.Fatal(err)
		}
	}
}

// TestADeviationInEveryEntry: a list that deviates in each of many entries is read in the time of any other, and what is told is bounded.
func TestADeviationInEveryEntry(t *testing.T) {
	csca := pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA"), keyOf("secp256r1", 1))
	crl := pkitest.CRL{ThisUpdate: thisUpdate}
	for i := range 5000 {
		odd := pkitest.Extension{OID: fmt.Sprintf("1.2.3.%d", i), Critical: true, Value: pkitest.Null()}
		crl.Revoked = append(crl.Revoked, pkitest.Revoked{Serial: big.NewInt(int64(i)), At: thisUpdate, Reason: -1, Extensions: []pkitest.Extension{odd}})
	}
	c, err := pki.ParseCRL(csca.CRL(seeded(2), crl))
	require.NoError(t, err)
	require.Equal(t, 5000, c.Len())
	require.Len(t, c.Deviations, 100)
}
