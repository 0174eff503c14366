package specimen

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"slices"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
)

// Country is Utopia at a date: its authorities and signers. It is safe for concurrent use; nothing of it changes.
type Country struct {
	root  root
	today traveldoc.Date
	// previous and present are the authority's key generations; link is the present key, signed by the previous one.
	previous, present, link certificate
	signer, revoked, older  certificate // older signed five years ago, under the previous key
	foreign                 certificate // the signer of an authority that nobody knows
	crl, masterList         []byte
	seals                   certificate
}

// New makes the country of a random source at a date. Keys follow from the source alone, certificates from the source and the date's
// year, so that what was signed on one day is anchored on another.
func New(random io.Reader, today traveldoc.Date) (*Country, error) {
	if today.Precision() != traveldoc.PrecisionDay {
		return nil, fmt.Errorf("specimen: date %q: expected a whole date", today)
	}
	r, err := newRoot(random)
	if err != nil {
		return nil, err
	}
	c := &Country{root: r, today: today}
	for _, step := range []func() error{c.makeAuthorities, c.makeSigners, c.makeSeals, c.makeLists} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Today is the date that the country was made for.
func (c *Country) Today() traveldoc.Date { return c.today }

// year is the first day of a year, so many before that of the date.
func (c *Country) year(before int) time.Time {
	return time.Date(c.today.Year()-before, time.January, 1, 0, 0, 0, 0, time.UTC)
}

// Names of the certificates.
const (
	nameCSCA    = "CSCA Utopia"
	nameSigner  = "Document Signer Utopia"
	nameRevoked = "Document Signer Utopia stolen key"
	nameUnknown = "CSCA Utopia unknown"
	nameList    = "Master List Signer Utopia"
)

func (c *Country) authorityKey(name string) (key, error) {
	k, err := c.root.ecKey(name, elliptic.P384())
	if err != nil {
		return key{}, err
	}
	return newKey(k, ecdsaScheme(crypto.SHA384), nil)
}

func (c *Country) authority(name, keyName string, serial int64, before int, by *certificate) (certificate, error) {
	k, err := c.authorityKey(keyName)
	if err != nil {
		return certificate{}, err
	}
	return issue(issuing{
		name: nameOf(name), key: k, serial: big.NewInt(serial), from: c.year(before), until: c.year(before - 15), extensions: authorityExtensions(),
	}, by)
}

func (c *Country) makeAuthorities() error {
	var err error
	if c.previous, err = c.authority(nameCSCA, "csca-1", 1, 8, nil); err != nil {
		return err
	}
	if c.present, err = c.authority(nameCSCA, "csca-2", 2, 3, nil); err != nil {
		return err
	}
	c.link, err = c.authority(nameCSCA, "csca-2", 3, 3, &c.previous)
	return err
}

// documentSigner is a document signer with a key of P-256, used for two years.
func (c *Country) documentSigner(name string, serial int64, by *certificate) (certificate, error) {
	k, err := c.root.ecKey(name, elliptic.P256())
	if err != nil {
		return certificate{}, err
	}
	signs, err := newKey(k, ecdsaScheme(crypto.SHA256), nil)
	if err != nil {
		return certificate{}, err
	}
	return issue(c.signing(name, signs, big.NewInt(serial)), by)
}

// signing is the usual certificate of a document signer: a year old, valid as long as a passport.
func (c *Country) signing(name string, k key, serial *big.Int) issuing {
	from, until := c.year(1), c.year(-11)
	return issuing{
		name: nameOf(name), key: k, serial: serial, from: from, until: until,
		extensions: signerExtensions([]string{"P", "ID", "AC"}, from, c.year(-1)),
	}
}

func (c *Country) makeSigners() error {
	var err error
	if c.signer, err = c.documentSigner(nameSigner, 100, &c.present); err != nil {
		return err
	}
	if c.revoked, err = c.documentSigner(nameRevoked, 101, &c.present); err != nil {
		return err
	}
	if c.older, err = c.olderSigner(); err != nil {
		return err
	}
	unknown, err := c.authority(nameUnknown, "csca-unknown", 1, 3, nil)
	if err != nil {
		return err
	}
	c.foreign, err = c.documentSigner("Document Signer Utopia unknown", 100, &unknown)
	return err
}

// olderSigner is the signer of documents that have expired by now.
func (c *Country) olderSigner() (certificate, error) {
	k, err := c.root.ecKey("older", elliptic.P256())
	if err != nil {
		return certificate{}, err
	}
	signs, err := newKey(k, ecdsaScheme(crypto.SHA256), nil)
	if err != nil {
		return certificate{}, err
	}
	in := c.signing(nameSigner, signs, big.NewInt(90))
	in.from, in.until = c.year(7), c.year(-4)
	in.extensions = signerExtensions([]string{"P", "ID", "AC"}, in.from, c.year(4))
	return issue(in, &c.previous)
}

func (c *Country) makeLists() error {
	now := c.instant()
	issuer, err := x509.ParseCertificate(c.present.der)
	if err != nil {
		return fmt.Errorf("specimen: %w", err)
	}
	list := &x509.RevocationList{
		Number: big.NewInt(int64(c.today.Year()*1000 + now.YearDay())), ThisUpdate: now.AddDate(0, 0, -5), NextUpdate: now.AddDate(0, 0, 85),
		RevokedCertificateEntries: []x509.RevocationListEntry{
			{SerialNumber: c.revoked.serial, RevocationTime: now.AddDate(0, -1, 0), ReasonCode: 1},
		},
	}
	if c.crl, err = x509.CreateRevocationList(nil, list, issuer, c.present.key.signer); err != nil {
		return fmt.Errorf("specimen: revocation list: %w", err)
	}
	c.masterList, err = c.makeMasterList(now)
	return err
}

// makeMasterList is the list of the country's own authorities (ICAO Doc 9303-12, 9).
func (c *Country) makeMasterList(now time.Time) ([]byte, error) {
	k, err := c.root.ecKey(nameList, elliptic.P256())
	if err != nil {
		return nil, err
	}
	signs, err := newKey(k, ecdsaScheme(crypto.SHA256), nil)
	if err != nil {
		return nil, err
	}
	usage := []pkix.Extension{
		extension(asn1.ObjectIdentifier{2, 5, 29, 15}, true, tlv(tagBits, []byte{7, 0x80})),
		extension(asn1.ObjectIdentifier{2, 5, 29, 37}, true, tlv(tagSequence, oid("2.23.136.1.1.3"))),
	}
	signer, err := issue(issuing{
		name: nameOf(nameList), key: signs, serial: big.NewInt(50), from: c.year(1), until: c.year(-4), extensions: usage,
	}, &c.present)
	if err != nil {
		return nil, err
	}
	certificates := [][]byte{c.previous.der, c.present.der, c.link.der}
	slices.SortFunc(certificates, bytes.Compare)
	content := tlv(tagSequence, integer(0), tlv(tagSet, certificates...))
	return signedData(content, signing{
		contentType: oidMasterList, signer: signer, others: [][]byte{c.present.der}, at: now.AddDate(0, 0, -5),
	})
}

// instant is noon of the country's date.
func (c *Country) instant() time.Time {
	return time.Date(c.today.Year(), time.Month(c.today.Month()), c.today.Day(), 12, 0, 0, 0, time.UTC)
}

// Anchors are what an inspecting State holds of the country: files in DER, by name.
func (c *Country) Anchors() map[string][]byte {
	return map[string][]byte{
		"csca-previous.cer": slices.Clone(c.previous.der), "csca.cer": slices.Clone(c.present.der), "csca-link.cer": slices.Clone(c.link.der),
		"seal-signer.cer": slices.Clone(c.seals.der), "utopia.crl": slices.Clone(c.crl), "masterlist.ml": slices.Clone(c.masterList),
	}
}

// SignerCertificate is the certificate of a signer, DER.
func (c *Country) SignerCertificate(which Signer) ([]byte, error) {
	made, err := c.variantSigner(Variant{Signer: which})
	return slices.Clone(made.der), err
}
