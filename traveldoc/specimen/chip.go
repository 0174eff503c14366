package specimen

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"fmt"
	"maps"

	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Chip is the chip of a document: its files as a reader gets them, and its secret keys.
type Chip struct {
	// Files are the elementary files by their short names: "COM", "SOD", "DG1", ..., "CardAccess".
	Files map[string][]byte
	// ActiveKey answers challenges: *ecdsa.PrivateKey of P-256 or *rsa.PrivateKey. AgreementKey is that of chip authentication.
	ActiveKey    crypto.Signer
	AgreementKey *ecdsa.PrivateKey

	root root
}

// Chip makes the chip of a document as its authority personalised it.
func (c *Country) Chip(d Document) (*Chip, error) { return c.VariantChip(d, Variant{}) }

// VariantChip makes the chip of a document in an unusual way.
func (c *Country) VariantChip(d Document, v Variant) (*Chip, error) {
	chip := &Chip{root: c.root}
	if err := chip.makeKeys(d, v); err != nil {
		return nil, err
	}
	groups, err := chip.groups(d)
	if err != nil {
		return nil, err
	}
	signer, err := c.variantSigner(v)
	if err != nil {
		return nil, err
	}
	contentType := oidSecurity
	if v.DataContent {
		contentType = oidData
	}
	security, err := sod(v.ldsVersion(), v.hash(), groups, signing{
		contentType: contentType, signer: signer, at: d.signedAt(), byKeyID: v.ByKeyID, indefinite: v.Indefinite, noSigningTime: v.NoSigningTime,
	})
	if err != nil {
		return nil, err
	}
	if v.BadSignature {
		security[len(security)-1] ^= 1
	}
	version := "0107"
	if v.LDSv1 {
		version = "0108"
	}
	chip.Files = map[string][]byte{"COM": com(version, sortedGroups(groups)), "SOD": security, "CardAccess": cardAccess()}
	for n, file := range groups {
		chip.Files[fmt.Sprintf("DG%d", n)] = file
	}
	return chip, nil
}

func (c *Chip) makeKeys(d Document, v Variant) error {
	var err error
	if v.ActiveRSA {
		c.ActiveKey, err = c.root.rsaKey("active-"+d.Number, 2048, 65537)
	} else {
		c.ActiveKey, err = c.root.ecKey("active-"+d.Number, elliptic.P256())
	}
	if err != nil {
		return err
	}
	c.AgreementKey, err = c.root.ecKey("agreement-"+d.Number, elliptic.P256())
	return err
}

// groups are the data groups of the document.
func (c *Chip) groups(d Document) (map[int][]byte, error) {
	picture, width, height, err := portrait(d.Bearer)
	if err != nil {
		return nil, fmt.Errorf("specimen: portrait: %w", err)
	}
	signature, err := signaturePicture(d.Bearer)
	if err != nil {
		return nil, fmt.Errorf("specimen: signature: %w", err)
	}
	active, err := x509.MarshalPKIXPublicKey(c.ActiveKey.Public())
	if err != nil {
		return nil, fmt.Errorf("specimen: %w", err)
	}
	agreement, err := x509.MarshalPKIXPublicKey(c.AgreementKey.Public())
	if err != nil {
		return nil, fmt.Errorf("specimen: %w", err)
	}
	return map[int][]byte{
		1: dg1(d.Zone), 2: dg2(picture, width, height, d.Bearer.Sex), 7: dg7(signature), 11: dg11(d.Bearer), 12: dg12(d),
		14: dg14(c.ActiveKey, agreement), 15: tlv(tagDG15, active),
	}, nil
}

// Read is the chip as a reader tells of it, active authentication included.
func (c *Chip) Read(challenge []byte) (*reader.Chip, error) {
	answer, err := c.Answer(challenge)
	if err != nil {
		return nil, err
	}
	return &reader.Chip{
		Access: "pace-mrz", Files: maps.Clone(c.Files), ChipAuthentication: reader.OK,
		Active: &reader.ActiveAuthentication{Challenge: challenge, Response: answer},
	}, nil
}
