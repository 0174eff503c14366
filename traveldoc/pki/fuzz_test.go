package pki_test

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
)

func FuzzDER(f *testing.F) {
	f.Add(pkitest.Indefinite(0x30, pkitest.Indefinite(0x24, pkitest.Octets([]byte("a")), pkitest.Octets([]byte("b"))), pkitest.Null()))
	f.Add(pkitest.Element(0x23, pkitest.Bits([]byte{1, 2}), pkitest.Element(3, []byte{4, 0xF0})))
	f.Add(bytes.Repeat([]byte{0x30, 0x80}, 60))
	f.Fuzz(func(t *testing.T, data []byte) {
		der, changed, err := pki.DER(data)
		if err != nil {
			return
		}
		again, twice, err := pki.DER(der)
		if err != nil || twice || !bytes.Equal(der, again) || !changed && !bytes.Equal(der, data) {
			t.Fatalf("not stable: %X, then %X (%v)", der, again, err)
		}
	})
}

func FuzzCertificate(f *testing.F) {
	for _, kind := range []string{"rsa", "secp256r1", "brainpoolP256r1"} {
		key := keyOf(kind, 1)
		f.Add(pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA Utopia"), key).DER)
		key.Explicit, key.NoNull = true, true
		csca := pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA Utopia"), key)
		f.Add(csca.DSC(seeded(2), "DSC", -3, keyOf("secp192r1", 2)).DER)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := pki.ParseCertificate(data)
		if err != nil {
			return
		}
		_ = c.Subject.String() + c.Key.String() + c.SignatureAlgorithm.String()
		_ = c.IsSelfSigned()
		if _, err := pki.ParseCertificate(c.Raw); err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
	})
}

func FuzzSignedData(f *testing.F) {
	_, dsc := signer(f, "secp256r1")
	for _, d := range []pkitest.SignedData{signed(dsc), {
		ContentType: pki.OIDData, Content: []byte("a"), Certificates: [][]byte{dsc.DER}, Signer: dsc, BySKI: true, Indefinite: true, Unsorted: true,
	}} {
		f.Add(d.DER(seeded(4)))
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		d, err := pki.ParseSignedData(data)
		if err != nil {
			return
		}
		for i := range d.Signers {
			_ = d.Verify(i)
		}
	})
}

func FuzzMasterList(f *testing.F) {
	csca, _ := signer(f, "secp256r1")
	content := pkitest.MasterList(csca.DER, pkitest.Seq(pkitest.Null()))
	f.Add(content)
	listSigner := csca.ListSigner(seeded(9), 9, keyOf("secp256r1", 9))
	f.Add(pkitest.SignedData{ContentType: pki.OIDMasterList, Content: content, Certificates: [][]byte{listSigner.DER}, Signer: listSigner}.DER(seeded(4)))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := pki.ParseMasterList(data)
		if err == nil && m.Signed == nil && pki.Recognise(data) != pki.FormMasterList {
			t.Fatal("a raw list that is not recognised as one")
		}
	})
}

func FuzzCRL(f *testing.F) {
	csca, _ := signer(f, "secp256r1")
	f.Add(csca.CRL(seeded(2), pkitest.CRL{ThisUpdate: thisUpdate, NextUpdate: nextUpdate, Revoked: []pkitest.Revoked{
		{Serial: big.NewInt(-7), At: thisUpdate, Reason: 1}, {Serial: big.NewInt(1 << 40), At: thisUpdate, Reason: -1}}}))
	f.Add(csca.CRL(seeded(2), pkitest.CRL{Version: 1, ThisUpdate: thisUpdate}))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if c, err := pki.ParseCRL(data); err == nil {
			_, _ = c.Revoked(big.NewInt(-7))
		}
	})
}
