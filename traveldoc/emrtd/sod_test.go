package emrtd_test

import (
	"crypto"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

func TestSOD(t *testing.T) {
	w := newWorld(t)
	w.sod.Versions, w.sod.Hash = true, crypto.SHA384
	w.resign(t)
	sod, err := emrtd.ParseSOD(append(slices.Clone(w.evidence.Files["SOD"]), 0))
	require.NoError(t, err)
	require.Equal(t, 1, sod.Version)
	require.Equal(t, []string{"0107", "040000"}, []string{sod.LDSVersion, sod.UnicodeVersion})
	require.Equal(t, crypto.SHA384, sod.Hash)
	require.Equal(t, []int{1, 2, 7, 11, 12, 13, 14, 15, 16}, sod.Groups())
	require.True(t, sod.Covers(16))
	require.False(t, sod.Covers(3))
	require.Len(t, sod.Hashes[1], 48)
	require.Equal(t, []emrtd.FindingCode{emrtd.TrailingBytes}, codes(sod.Findings))
}

// securityObject is one written out for the tests of its form.
func securityObject(version byte, algorithm []byte, hashes ...[]byte) []byte {
	return tlv.Write(0x30, integer(version), tlv.Write(0x30, algorithm), tlv.Write(0x30, hashes...))
}

func hashEntry(n byte, hash string) []byte {
	return tlv.Write(0x30, integer(n), tlv.Write(0x04, []byte(hash)))
}

func TestSecurityObjectForm(t *testing.T) {
	sha256 := emrtdtest.OID("2.16.840.1.101.3.4.2.1")
	good := securityObject(0, sha256, hashEntry(1, "x"))
	sod, err := emrtd.ParseSOD(emrtdtest.Unsigned("2.23.136.1.1.1", good))
	require.NoError(t, err)
	require.Equal(t, map[int][]byte{1: []byte("x")}, sod.Hashes)

	sod, err = emrtd.ParseSOD(emrtdtest.Unsigned("2.23.136.1.1.1", securityObject(0, emrtdtest.OID("1.2.840.113549.2.5"), hashEntry(1, "x"))))
	require.NoError(t, err)
	require.Zero(t, sod.Hash)
	require.Equal(t, "1.2.840.113549.2.5", sod.HashOID)

	for want, content := range map[string][]byte{
		"expected a SEQUENCE":                       integer(0),
		"expected version 0 or 1":                   securityObject(2, sha256, hashEntry(1, "x")),
		"expected a hash algorithm":                 securityObject(0, nil, hashEntry(1, "x")),
		"expected hashes of data groups; there are": securityObject(0, sha256),
		"data group 17":                             securityObject(0, sha256, hashEntry(17, "x")),
		"data group 0":                              securityObject(0, sha256, hashEntry(0, "x")),
		"data group 1 has two hashes":               securityObject(0, sha256, hashEntry(1, "x"), hashEntry(1, "y")),
		"the hash is empty":                         securityObject(0, sha256, hashEntry(1, "")),
		"expected a number and an OCTET STRING":     securityObject(0, sha256, integer(1)),
		"expected the versions":                     tlv.Write(0x30, integer(1), tlv.Write(0x30, sha256), tlv.Write(0x30, hashEntry(1, "x")), integer(1)),
	} {
		_, err := emrtd.ParseSOD(emrtdtest.Unsigned("2.23.136.1.1.1", content))
		require.ErrorContains(t, err, want)
	}
	_, err = emrtd.ParseSOD(emrtdtest.Unsigned("2.23.136.1.1.2", good))
	require.ErrorContains(t, err, "content type 2.23.136.1.1.2: expected 2.23.136.1.1.1", "a master list is no SOD")
	_, err = emrtd.ParseSOD(tlv.Write(0x77, tlv.Write(0x30)))
	require.ErrorContains(t, err, "SOD: ")
}

// An unknown hash algorithm is no mismatch.
func TestUnknownHash(t *testing.T) {
	sod := emrtdtest.Unsigned("2.23.136.1.1.1", securityObject(0, emrtdtest.OID("1.2.840.113549.2.5"), hashEntry(1, "x")))
	r := emrtd.Verify(emrtd.Evidence{Files: map[string][]byte{"SOD": sod, "DG1": emrtdtest.DG1(emrtdtest.Zone)}}, nil, inspection())
	s, _ := r.Step("hash_dg1")
	require.Equal(t, emrtd.ReasonUnsupported, s.Reason)
	require.Equal(t, "1.2.840.113549.2.5", r.Hash)
}

// Every State that issues documents has a country that its signers can state.
func TestEveryIssuerHasACountry(t *testing.T) {
	for _, code := range mrz.States() {
		state, _ := mrz.LookupState(code)
		if state.Kind == "iso" {
			require.NotEmpty(t, emrtd.CountriesOf(code), code)
		}
	}
	for state, signer := range map[string]string{
		"NLD": "NL", "D": "DE", "D<<": "DE", "GBR": "GB", "GBN": "GB", "RKS": "KS", "EUE": "EU", "UNO": "UN", "UTO": "UT", "CHN": "HK", "ROU": "RO",
		"FRA": "FRA",
	} {
		require.True(t, emrtd.SameCountry(signer, state), "%s signs for %s", signer, state)
	}
	for state, signer := range map[string]string{"NLD": "BE", "D": "AT", "GBR": "", "": "", "XXX": "XX", "NL": "BE", "001": "001X"} {
		require.False(t, emrtd.SameCountry(signer, state) && signer != "", "%s does not sign for %s", signer, state)
	}
}
