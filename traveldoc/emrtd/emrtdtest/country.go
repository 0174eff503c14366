package emrtdtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// Country is a signing authority and what it signs.
type Country struct {
	Code string // two letters, or empty for certificates that state no country
	CSCA *x509.Certificate
	Key  crypto.Signer
	// From is when its certificates begin.
	From time.Time
	next int64
}

// Signer is a document signer.
type Signer struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// NewCountry makes an authority that is valid from a year before at, for fifteen years.
func NewCountry(code string, at time.Time) (*Country, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("key of the authority: %w", err)
	}
	c := &Country{Code: code, Key: key, From: at.AddDate(-1, 0, 0).Truncate(time.Second).UTC(), next: 100}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: c.name("CSCA " + code), NotBefore: c.From, NotAfter: c.From.AddDate(15, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	c.CSCA, err = create(template, template, key.Public(), key)
	return c, err
}

// Forger calls itself by the authority's name and key identifier and has another key.
func (c *Country) Forger() (*Country, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("key of the forger: %w", err)
	}
	template := *c.CSCA
	template.PublicKey = key.Public()
	forged, err := create(&template, &template, key.Public(), key)
	return &Country{Code: c.Code, CSCA: forged, Key: key, From: c.From, next: c.next}, err
}

// NoAuthority is the same authority with a certificate whose basicConstraints do not make it one.
func (c *Country) NoAuthority() (*Country, error) {
	template := *c.CSCA
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero, template.MaxPathLen = false, false, false, 0
	made, err := create(&template, &template, c.Key.Public(), c.Key)
	return &Country{Code: c.Code, CSCA: made, Key: c.Key, From: c.From, next: c.next}, err
}

// Below is an authority of the same State under this one.
func (c *Country) Below() (*Country, error) {
	below, err := NewCountry(c.Code, c.From.AddDate(1, 0, 0))
	if err != nil {
		return nil, err
	}
	template := *below.CSCA
	template.RawSubject, template.Subject, template.SerialNumber = nil, c.name("Below "+c.Code), big.NewInt(2)
	below.CSCA, err = create(&template, c.CSCA, below.Key.Public(), c.Key)
	return below, err
}

func (c *Country) name(common string) pkix.Name {
	name := pkix.Name{Organization: []string{"Ministry"}, CommonName: common}
	if c.Code != "" {
		name.Country = []string{c.Code}
	}
	return name
}

// SignerOptions are how a document signer differs from the usual one.
type SignerOptions struct {
	RSA           bool     // RSA of 2048 bits instead of P-256
	DocumentTypes []string // documentTypeList; nil for none
	NotBefore     time.Time
	NotAfter      time.Time
	Country       string // instead of the authority's; "-" for none
	Serial        int64
	KeyUntil      time.Time // end of the private key usage period
	Critical      bool      // with a critical extension that nobody knows
}

// Signer makes a document signer, valid as long as the authority unless told otherwise.
func (c *Country) Signer(o SignerOptions) (*Signer, error) {
	key, err := newKey(o.RSA)
	if err != nil {
		return nil, err
	}
	c.next++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(c.next), Subject: c.name(fmt.Sprintf("DS %d", c.next)), NotBefore: c.From, NotAfter: c.From.AddDate(11, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, SubjectKeyId: []byte(fmt.Sprintf("signer %d", c.next)),
	}
	o.apply(template)
	if o.DocumentTypes != nil {
		template.ExtraExtensions = append(template.ExtraExtensions, documentTypes(o.DocumentTypes))
	}
	certificate, err := create(template, c.CSCA, key.Public(), c.Key)
	return &Signer{certificate, key}, err
}

func (o SignerOptions) apply(template *x509.Certificate) {
	if !o.NotBefore.IsZero() {
		template.NotBefore = o.NotBefore
	}
	if !o.NotAfter.IsZero() {
		template.NotAfter = o.NotAfter
	}
	if o.Serial != 0 {
		template.SerialNumber = big.NewInt(o.Serial)
	}
	if !o.KeyUntil.IsZero() {
		until := tlv.Write(0x81, []byte(o.KeyUntil.UTC().Format("20060102150405Z")))
		template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{
			Id: asn1.ObjectIdentifier{2, 5, 29, 16}, Value: tlv.Write(0x30, until),
		})
	}
	if o.Critical {
		unknown := pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}
		template.ExtraExtensions = append(template.ExtraExtensions, unknown)
	}
	switch o.Country {
	case "":
	case "-":
		template.Subject.Country = nil
	default:
		template.Subject.Country = []string{o.Country}
	}
}

func newKey(isRSA bool) (crypto.Signer, error) {
	if isRSA {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// documentTypes is the extension documentTypeList (Doc 9303-12, 7.1.1.6).
func documentTypes(codes []string) pkix.Extension {
	var list []byte
	for _, code := range codes {
		list = tlv.Append(list, 0x13, []byte(code))
	}
	return pkix.Extension{
		Id: asn1.ObjectIdentifier{2, 23, 136, 1, 1, 6, 2}, Value: tlv.Write(0x30, []byte{2, 1, 0}, tlv.Write(0x31, list)),
	}
}

func create(template, parent *x509.Certificate, key crypto.PublicKey, by crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, by)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return made, nil
}

// CRL is a revocation list of the authority over the signers, current until next.
func (c *Country) CRL(at, next time.Time, revoked ...*Signer) ([]byte, error) {
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: at, NextUpdate: next}
	for _, s := range revoked {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{
			SerialNumber: s.Certificate.SerialNumber, RevocationTime: at, ReasonCode: 1,
		})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, c.CSCA, c.Key)
	if err != nil {
		return nil, fmt.Errorf("revocation list: %w", err)
	}
	return der, nil
}
