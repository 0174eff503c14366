package emrtdtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" //nolint:gosec // what old documents have
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/asn1"
	"fmt"
	"slices"
	"time"

	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// SODOptions are how a security object differs from the usual one: version 0, SHA-256, signed attributes without a time, the signer by
// issuer and serial number, DER.
type SODOptions struct {
	Hash           crypto.Hash // of the data groups
	Versions       bool        // version 1, with those of LDS and Unicode
	ContentType    string      // OID
	SignerByKeyID  bool
	SigningTime    time.Time
	Indefinite     bool // BER of indefinite length, the content in pieces
	NoCertificate  bool
	NoSigner       bool
	WrongIssuer    bool // the signer's name and number match no certificate
	OmitGroups     []int
	BreakSignature bool
	Algorithm      string // OID of the signature algorithm, instead of the true one
	BreakDigest    bool   // the signed digest is not the content's
}

func oid(arcs ...int) []byte {
	der, err := asn1.Marshal(asn1.ObjectIdentifier(arcs))
	if err != nil {
		panic(err) // only a mistake in this file
	}
	return der
}

func hashOID(h crypto.Hash) []byte {
	return OID(map[crypto.Hash]string{
		crypto.SHA1: "1.3.14.3.2.26", crypto.SHA224: "2.16.840.1.101.3.4.2.4", crypto.SHA256: "2.16.840.1.101.3.4.2.1",
		crypto.SHA384: "2.16.840.1.101.3.4.2.2", crypto.SHA512: "2.16.840.1.101.3.4.2.3",
	}[h])
}

func hashed(h crypto.Hash, data []byte) []byte {
	made := h.New()
	_, _ = made.Write(data)
	return made.Sum(nil)
}

// SOD signs the data groups among the files, by their names "DG1" to "DG16".
func (s *Signer) SOD(files map[string][]byte, o SODOptions) ([]byte, error) {
	if o.Hash == 0 {
		o.Hash = crypto.SHA256
	}
	content := securityObject(files, o)
	contentType := oid(2, 23, 136, 1, 1, 1)
	if o.ContentType != "" {
		contentType = OID(o.ContentType)
	}
	var signers []byte
	if !o.NoSigner {
		signer, err := s.signerInfo(content, contentType, o)
		if err != nil {
			return nil, err
		}
		signers = signer
	}
	var certificates []byte
	if !o.NoCertificate {
		certificates = tlv.Write(0xA0, s.Certificate.Raw)
	}
	digests := tlv.Write(0x31, algorithm(hashOID(crypto.SHA256)))
	signed := oid(1, 2, 840, 113549, 1, 7, 2)
	if o.Indefinite {
		inner := endless(0x30, contentType, endless(0xA0, endless(0x24, octets(content[:20]), octets(content[20:]))))
		data := endless(0x30, []byte{2, 1, 3}, digests, inner, certificates, tlv.Write(0x31, signers))
		return tlv.Write(0x77, endless(0x30, signed, endless(0xA0, data))), nil
	}
	inner := tlv.Write(0x30, contentType, tlv.Write(0xA0, octets(content)))
	data := tlv.Write(0x30, []byte{2, 1, 3}, digests, inner, certificates, tlv.Write(0x31, signers))
	return tlv.Write(0x77, tlv.Write(0x30, signed, tlv.Write(0xA0, data))), nil
}

func octets(data []byte) []byte { return tlv.Write(0x04, data) }

func algorithm(oid []byte) []byte { return tlv.Write(0x30, oid, []byte{5, 0}) }

// endless is an element of indefinite length.
func endless(tag byte, pieces ...[]byte) []byte {
	return append(slices.Concat([]byte{tag, 0x80}, slices.Concat(pieces...)), 0, 0)
}

// OID is an object identifier in DER.
func OID(dotted string) []byte {
	var arcs []int
	for _, part := range splitDots(dotted) {
		n := 0
		for _, c := range part {
			n = n*10 + int(c-'0')
		}
		arcs = append(arcs, n)
	}
	return oid(arcs...)
}

func splitDots(text string) []string {
	var parts []string
	start := 0
	for i := range len(text) + 1 {
		if i == len(text) || text[i] == '.' {
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return parts
}

// securityObject is the LDSSecurityObject.
func securityObject(files map[string][]byte, o SODOptions) []byte {
	var hashes []byte
	for n := 1; n <= 16; n++ {
		data, has := files[fmt.Sprintf("DG%d", n)]
		if !has || slices.Contains(o.OmitGroups, n) {
			continue
		}
		hashes = append(hashes, tlv.Write(0x30, []byte{2, 1, byte(n)}, octets(hashed(o.Hash, data)))...)
	}
	version, versions := byte(0), []byte(nil)
	if o.Versions {
		version, versions = 1, tlv.Write(0x30, tlv.Write(0x13, []byte("0107")), tlv.Write(0x13, []byte("040000")))
	}
	return tlv.Write(0x30, []byte{2, 1, version}, algorithm(hashOID(o.Hash)), tlv.Write(0x30, hashes), versions)
}

func (s *Signer) signerInfo(content, contentType []byte, o SODOptions) ([]byte, error) {
	digest := hashed(crypto.SHA256, content)
	if o.BreakDigest {
		digest[0] ^= 1
	}
	attributes := s.attributes(contentType, digest, o)
	signature, err := s.Key.Sign(rand.Reader, hashed(crypto.SHA256, tlv.Write(0x31, attributes)), crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	if o.BreakSignature {
		signature[len(signature)-1] ^= 1
	}
	how := tlv.Write(0x30, oid(1, 2, 840, 10045, 4, 3, 2)) // ecdsa-with-SHA256
	if _, is := s.Key.(*rsa.PrivateKey); is {
		how = algorithm(oid(1, 2, 840, 113549, 1, 1, 11))
	}
	if o.Algorithm != "" {
		how = tlv.Write(0x30, OID(o.Algorithm))
	}
	version, id := byte(1), s.identifier(o)
	if o.SignerByKeyID {
		version, id = 3, tlv.Write(0x80, s.Certificate.SubjectKeyId)
	}
	return tlv.Write(0x30, []byte{2, 1, version}, id, algorithm(hashOID(crypto.SHA256)), tlv.Write(0xA0, attributes), how,
		octets(signature)), nil
}

func (s *Signer) identifier(o SODOptions) []byte {
	serial, err := asn1.Marshal(s.Certificate.SerialNumber)
	if err != nil {
		panic(err) // a number always encodes
	}
	if o.WrongIssuer {
		serial = []byte{2, 1, 99}
	}
	return tlv.Write(0x30, s.Certificate.RawIssuer, serial)
}

// attributes are the signed attributes without the SET around them.
func (s *Signer) attributes(contentType, digest []byte, o SODOptions) []byte {
	attributes := [][]byte{
		tlv.Write(0x30, oid(1, 2, 840, 113549, 1, 9, 3), tlv.Write(0x31, contentType)),
		tlv.Write(0x30, oid(1, 2, 840, 113549, 1, 9, 4), tlv.Write(0x31, octets(digest))),
	}
	if !o.SigningTime.IsZero() {
		when := tlv.Write(0x17, []byte(o.SigningTime.UTC().Format("060102150405Z")))
		attributes = append(attributes, tlv.Write(0x30, oid(1, 2, 840, 113549, 1, 9, 5), tlv.Write(0x31, when)))
	}
	slices.SortFunc(attributes, slices.Compare[[]byte])
	return slices.Concat(attributes...)
}

// Unsigned is an EF.SOD around any content, with neither certificate nor signature.
func Unsigned(contentType string, content []byte) []byte {
	inner := tlv.Write(0x30, OID(contentType), tlv.Write(0xA0, octets(content)))
	data := tlv.Write(0x30, []byte{2, 1, 3}, tlv.Write(0x31), inner, tlv.Write(0x31))
	return tlv.Write(0x77, tlv.Write(0x30, oid(1, 2, 840, 113549, 1, 7, 2), tlv.Write(0xA0, data)))
}
