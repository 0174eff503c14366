package sbi

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/openbmis/openbmis/biometrics/capture"
)

// algorithm is the only one that is signed with and accepted (RFC 7518, 3.3). "none" and every keyed hash are refused by that.
const algorithm = "RS256"

const (
	maxHeader = 64 << 10
	maxChain  = 6
	minRSA    = 2048
	maxRSA    = 8192
)

// header is the protected header of a signature (RFC 7515, 4.1).
type header struct {
	Alg  string   `json:"alg"`
	Typ  string   `json:"typ,omitempty"`
	X5C  [][]byte `json:"x5c"` // DER in base64, the signer's first
	Crit []string `json:"crit,omitempty"`
}

// Signer signs with a device's key.
type Signer struct {
	Key    *rsa.PrivateKey
	Chain  []*x509.Certificate // the key's own first, without the root
	Random io.Reader
}

// Sign gives the compact form of a signature over payload.
func (s Signer) Sign(payload []byte) (string, error) {
	h := header{Alg: algorithm, Typ: "JWT"}
	for _, c := range s.Chain {
		h.X5C = append(h.X5C, c.Raw)
	}
	head, err := json.Marshal(h)
	if err != nil {
		return "", err
	}
	signed := encode(head) + "." + encode(payload)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(s.Random, s.Key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return signed + "." + encode(signature), nil
}

// SignJSON signs the JSON of v.
func (s Signer) SignJSON(v any) (string, error) {
	payload, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return s.Sign(payload)
}

// Trust is whose signatures are believed, and when.
type Trust struct {
	Roots *x509.CertPool // of the readers' makers
	Now   func() time.Time
}

// Verify gives the payload of a signature in compact form, and who signed it. Every error is capture.ErrSignature with what was wrong.
func (t Trust) Verify(token string) ([]byte, *x509.Certificate, error) {
	payload, signer, err := t.verify(token)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", capture.ErrSignature, err)
	}
	return payload, signer, nil
}

func (t Trust) verify(token string) ([]byte, *x509.Certificate, error) {
	parts, err := split(token)
	if err != nil {
		return nil, nil, err
	}
	h, err := readHeader(parts[0])
	if err != nil {
		return nil, nil, err
	}
	signer, err := t.signer(h.X5C)
	if err != nil {
		return nil, nil, err
	}
	key, ok := signer.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < minRSA || key.N.BitLen() > maxRSA {
		return nil, nil, fmt.Errorf("signer's key: expected RSA of %d to %d bits", minRSA, maxRSA)
	}
	signature, err := unbase64(parts[2])
	if err != nil {
		return nil, nil, errors.New("signature is no base64url")
	}
	sum := sha256.Sum256([]byte(token[:len(parts[0])+1+len(parts[1])]))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature); err != nil {
		return nil, nil, errors.New("signature does not fit the data")
	}
	payload, err := unbase64(parts[1])
	if err != nil {
		return nil, nil, errors.New("payload is no base64url")
	}
	return payload, signer, nil
}

func split(token string) ([3]string, error) {
	var parts [3]string
	if len(token) > MaxMessage || strings.Count(token, ".") != 2 {
		return parts, errors.New("no signature: expected header.payload.signature")
	}
	copy(parts[:], strings.Split(token, "."))
	return parts, nil
}

func readHeader(text string) (header, error) {
	var h header
	if len(text) > maxHeader {
		return h, errors.New("header is too long")
	}
	raw, err := unbase64(text)
	if err != nil {
		return h, errors.New("header is no base64url")
	}
	if err := json.Unmarshal(raw, &h); err != nil {
		return h, errors.New("header is not of the expected shape")
	}
	switch {
	case h.Alg != algorithm:
		return h, errors.New("algorithm: expected " + algorithm)
	case len(h.Crit) > 0:
		return h, errors.New("header demands an extension that is not known")
	case len(h.X5C) == 0 || len(h.X5C) > maxChain:
		return h, fmt.Errorf("x5c: expected 1 to %d certificates", maxChain)
	}
	return h, nil
}

// signer is the certificate of who signed, when it leads to a root that is trusted now.
func (t Trust) signer(chain [][]byte) (*x509.Certificate, error) {
	between := x509.NewCertPool()
	var first *x509.Certificate
	for i, der := range chain {
		c, err := x509.ParseCertificate(der)
		switch {
		case err != nil:
			return nil, errors.New("x5c: expected certificates in DER")
		case i == 0:
			first = c
		default:
			between.AddCert(c)
		}
	}
	_, err := first.Verify(x509.VerifyOptions{
		Roots: t.roots(), Intermediates: between, CurrentTime: t.Now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return nil, fmt.Errorf("certificate of the signer: %w", plain(err))
	}
	if first.KeyUsage != 0 && first.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return nil, errors.New("certificate of the signer: not for signatures")
	}
	return first, nil
}

// roots never is nil: nil would be the system's roots, none of whom makes readers.
func (t Trust) roots() *x509.CertPool {
	if t.Roots == nil {
		return x509.NewCertPool()
	}
	return t.Roots
}

// plain says what is wrong with a certificate without the names in it.
func plain(err error) error {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &unknown):
		return errors.New("not of an authority that is trusted")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return errors.New("not valid now")
	}
	return errors.New("not acceptable")
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// unbase64 reads base64url, with or without padding, and nothing else.
func unbase64(text string) ([]byte, error) {
	return base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
}

// Unsigned is a digital id as discovery gives it: base64url, and nobody's word.
func Unsigned(id DigitalID) string {
	raw, err := json.Marshal(id)
	if err != nil { // text and a flag
		return ""
	}
	return encode(raw)
}

// UnsignedHeader is the header of a token that nobody signed (RFC 7519, 6): for simulators, to see that it is refused.
func UnsignedHeader() string { return encode([]byte(`{"alg":"none"}`)) }
