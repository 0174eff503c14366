package emrtd_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// inspection is the instant of every inspection here.
func inspection() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }

// activeKey is a key of active authentication, and DG15 and DG14 for it.
func activeKey(t testing.TB) (key *ecdsa.PrivateKey, dg15, dg14 []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	infos := emrtdtest.DG14(
		emrtdtest.SecurityInfo("0.4.0.127.0.7.2.2.4.2.2", integer(2), integer(13)),
		emrtdtest.SecurityInfo("2.23.136.1.1.5", integer(1), emrtdtest.OID("0.4.0.127.0.7.1.1.4.1.3")),
	)
	return key, emrtdtest.DG15(spki), infos
}

// chipFiles are the files of a chip with every data group that is parsed, without an SOD.
func chipFiles(t testing.TB) map[string][]byte {
	t.Helper()
	_, dg15, dg14 := activeKey(t)
	return map[string][]byte{
		"COM":  emrtdtest.COM(0x61, 0x75, 0x67, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70),
		"DG1":  emrtdtest.DG1(emrtdtest.Zone),
		"DG2":  emrtdtest.DG2(emrtdtest.FaceRecord(2, emrtdtest.Picture())),
		"DG7":  emrtdtest.DG7(emrtdtest.Picture()),
		"DG11": tlv.Write(0x6B, emrtdtest.Text(0x5F0E, "ERIKSSON<<ANNA<MARIA"), emrtdtest.Text(0x5F2B, "19740812")),
		"DG12": tlv.Write(0x6C, emrtdtest.Text(0x5F19, "UTOPIA"), emrtdtest.Text(0x5F26, "20200101")),
		"DG13": tlv.Write(0x6D, []byte("own")),
		"DG14": dg14,
		"DG15": dg15,
		"DG16": tlv.Write(0x70, []byte{2, 1, 1}, tlv.Write(0xA1, emrtdtest.Text(0x5F51, "SMITH<<JANE"))),
	}
}

// world is a country, its document signer, a chip signed by it, and what is known to verify it.
type world struct {
	country  *emrtdtest.Country
	signer   *emrtdtest.Signer
	files    map[string][]byte // without SOD
	sod      emrtdtest.SODOptions
	active   *ecdsa.PrivateKey
	evidence emrtd.Evidence
	items    []trust.Item
}

// newWorld is one in which every step passes.
func newWorld(t testing.TB) *world {
	t.Helper()
	country, err := emrtdtest.NewCountry("UT", inspection())
	require.NoError(t, err)
	w := &world{country: country, files: chipFiles(t)}
	w.active, w.files["DG15"], w.files["DG14"] = activeKey(t)
	w.sod.SigningTime = country.From.Add(time.Hour)
	w.sign(t, emrtdtest.SignerOptions{DocumentTypes: []string{"P", "ID"}})
	w.trust(t)
	challenge := []byte("8 bytes.")
	answer, err := emrtdtest.AnswerECDSA(w.active, challenge, crypto.SHA256)
	require.NoError(t, err)
	w.evidence.Active = &reader.ActiveAuthentication{Challenge: challenge, Response: answer}
	w.evidence.ChipAuthentication = reader.OK
	w.evidence.IssuingState = "UTO"
	return w
}

// sign makes a new signer and signs the files with it.
func (w *world) sign(t testing.TB, o emrtdtest.SignerOptions) {
	t.Helper()
	var err error
	w.signer, err = w.country.Signer(o)
	require.NoError(t, err)
	w.resign(t)
}

// resign signs the files again.
func (w *world) resign(t testing.TB) {
	t.Helper()
	sod, err := w.signer.SOD(w.files, w.sod)
	require.NoError(t, err)
	w.evidence.Files = maps.Clone(w.files)
	w.evidence.Files["SOD"] = sod
}

// trust is the country's certificate, a current list and an empty-handed deviation list.
func (w *world) trust(t testing.TB) {
	t.Helper()
	crl, err := w.country.CRL(inspection().AddDate(0, 0, -1), inspection().AddDate(0, 1, 0))
	require.NoError(t, err)
	w.items = []trust.Item{
		item(trust.CSCA, w.country.CSCA.Raw), item(trust.CRL, crl),
		{ID: "other", Kind: trust.Deviation, Defect: &trust.Defect{Issuer: "XXX", Defect: "wrong_hash"}, Sources: sources()},
	}
}

func sources() []trust.Source {
	return []trust.Source{{Origin: trust.Bilateral, List: "utopia.cer", Verified: traveldoc.Pass, Date: inspection().AddDate(0, -1, 0)}}
}

func item(kind trust.Kind, der []byte) trust.Item {
	return trust.Item{ID: string(kind), Kind: kind, DER: der, Sources: sources()}
}

// verify verifies the world's evidence.
func (w *world) verify(t testing.TB) emrtd.Report {
	t.Helper()
	store, refused := trust.NewStore(w.items, 7, inspection())
	require.Empty(t, refused)
	return emrtd.Verify(w.evidence, store, inspection())
}

// corrupt changes the first byte of a text within a file.
func (w *world) corrupt(t testing.TB, file, text string) {
	t.Helper()
	require.True(t, bytes.Contains(w.evidence.Files[file], []byte(text)), "%s in %s", text, file)
	changed := bytes.Clone(w.evidence.Files[file])
	changed[bytes.Index(changed, []byte(text))]++
	w.evidence.Files[file] = changed
}

// verdicts are the verdicts and reasons by step.
func verdicts(r emrtd.Report) map[string]string {
	all := map[string]string{}
	for _, s := range r.Steps {
		all[s.Name] = s.Verdict.String() + " " + s.Reason
	}
	return all
}
