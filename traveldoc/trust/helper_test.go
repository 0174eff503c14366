package trust_test

import (
	"crypto"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

var (
	now      = time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC)
	signedAt = time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)
)

func seeded(n byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{n}) }

func key(n byte) *pkitest.Key { return pkitest.NewKey(seeded(n), "secp256r1") }

func parse(t testing.TB, der []byte) *pki.Certificate {
	t.Helper()
	c, err := pki.ParseCertificate(der)
	require.NoError(t, err)
	return c
}

// utopia is a state with an authority, its successor by a link certificate, and a document signer of each.
type utopia struct {
	csca, next, other *pkitest.Party
	link              []byte
	dsc, nextDSC      *pkitest.Party
	listSigner        *pkitest.Party
}

func newUtopia() *utopia {
	u := &utopia{
		csca:  pkitest.CSCA(seeded(1), pkitest.NameOf("UT", "CSCA Utopia"), key(1)),
		next:  pkitest.CSCA(seeded(2), pkitest.NameOf("UT", "CSCA Utopia"), pkitest.NewKey(seeded(2), "brainpoolP256r1")),
		other: pkitest.CSCA(seeded(3), pkitest.NameOf("XY", "CSCA Elsewhere"), key(3)),
	}
	u.link = u.csca.Link(seeded(4), u.next, 44)
	u.dsc = u.csca.DSC(seeded(5), "DSC 5", 5, key(5))
	u.nextDSC = u.next.DSC(seeded(6), "DSC 6", 6, key(6))
	u.listSigner = u.csca.ListSigner(seeded(7), 7, key(7))
	return u
}

// anchored imports certificates as handed over by their states.
func anchored(t testing.TB, ders ...[]byte) []trust.Item {
	t.Helper()
	var items []trust.Item
	for i, der := range ders {
		got := trust.Import(fmt.Sprintf("file-%d", i), der, trust.Options{Now: now, Origin: trust.Bilateral})
		require.Empty(t, got.Report.Refused)
		items = append(items, got.Items...)
	}
	return items
}

func store(t testing.TB, items ...trust.Item) *trust.Store {
	t.Helper()
	s, refused := trust.NewStore(items, 7, now)
	require.Empty(t, refused)
	return s
}

// masterList is a list of Utopia.
func (u *utopia) masterList(certificates ...[]byte) pkitest.SignedData {
	return pkitest.SignedData{
		ContentType: pki.OIDMasterList, Content: pkitest.MasterList(certificates...), Certificates: [][]byte{u.listSigner.DER},
		Signer: u.listSigner, SigningTime: signedAt, BySKI: true,
	}
}

func (u *utopia) crl(next time.Time, serials ...int64) pkitest.CRL {
	c := pkitest.CRL{ThisUpdate: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NextUpdate: next}
	for _, n := range serials {
		c.Revoked = append(c.Revoked, pkitest.Revoked{Serial: big.NewInt(n), At: signedAt, Reason: 1})
	}
	return c
}

func codes(findings []trust.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, string(f.Kind)+" "+f.Code)
	}
	return out
}

// ldif writes records as the PKD does: base64, folded at 76 characters.
func ldif(records ...[2]any) []byte {
	var out strings.Builder
	out.WriteString("version: 1\r\n# a comment\r\n\r\n")
	for i, r := range records {
		fmt.Fprintf(&out, "dn: cn=%d,o=ml,c=UT,dc=data\nobjectClass: top\n", i)
		line := fmt.Sprintf("%s:: %s", r[0], base64.StdEncoding.EncodeToString(r[1].([]byte)))
		for len(line) > 76 {
			out.WriteString(line[:76] + "\n ")
			line = line[76:]
		}
		out.WriteString(line + "\n\n")
	}
	return []byte(out.String())
}

func asPEM(ders ...[]byte) []byte {
	var out []byte
	for _, der := range ders {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return out
}

func realList(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("BMIS_TEST_DATA")
	if dir == "" {
		t.Skip("BMIS_TEST_DATA is not set: no real master lists to read")
	}
	data, err := os.ReadFile(filepath.Join(dir, "documents", "master-lists", name))
	require.NoError(t, err)
	return data
}

// manyAuthorities are authorities of different states, half of them on a Brainpool curve, with a document signer of the last.
func manyAuthorities(n int) (ders [][]byte, dsc *pkitest.Party) {
	var last *pkitest.Party
	for i := range n {
		k := pkitest.NewKey(rand.NewChaCha8([32]byte{byte(i), byte(i >> 8), 9}), []string{"secp256r1", "brainpoolP256r1"}[i%2])
		k.Explicit = i%4 == 3
		last = pkitest.CSCA(seeded(1), pkitest.NameOf(string(rune('A'+i/26%26))+string(rune('A'+i%26)), fmt.Sprintf("CSCA %d", i)), k)
		last.Algo.Hash = crypto.SHA256
		ders = append(ders, last.DER)
	}
	return ders, last.DSC(seeded(2), "DSC", 2, key(2))
}
