package pki

import "math/big"

// ParseCertificate reads a certificate in DER (or BER). The error is a *SyntaxError, or ErrUnsupported for a key that is not known here.
func ParseCertificate(der []byte) (*Certificate, error) { return nil, ErrUnsupported }

// ParseCRL reads a revocation list in DER.
func ParseCRL(der []byte) (*CRL, error) { return nil, ErrUnsupported }

// ParseSignedData reads a ContentInfo with SignedData in BER or DER.
func ParseSignedData(ber []byte) (*SignedData, error) { return nil, ErrUnsupported }

// ParseMasterList reads a CSCA master list, in its CMS or without.
func ParseMasterList(data []byte) (*MasterList, error) { return nil, ErrUnsupported }

// ParsePublicKey reads a SubjectPublicKeyInfo in DER, as in certificates and in DG15 and DG14.
func ParsePublicKey(spki []byte) (*PublicKey, error) { return nil, ErrUnsupported }

// DER gives BER with definite lengths and joined strings, and whether anything had to be changed. What is DER comes back as it is.
func DER(ber []byte) (der []byte, changed bool, err error) { return nil, false, ErrUnsupported }

// Verify checks the signature over message: ErrSignature when it is wrong, ErrUnsupported when it cannot be checked.
func (k *PublicKey) Verify(a SignatureAlgorithm, message, signature []byte) error { return ErrUnsupported }

// VerifyDigest is Verify of a digest made by a.Hash.
func (k *PublicKey) VerifyDigest(a SignatureAlgorithm, digest, signature []byte) error {
	return ErrUnsupported
}

// VerifyRS checks an ECDSA signature given as two numbers, as seals (r‖s) and active authentication have it.
func (k *PublicKey) VerifyRS(digest []byte, r, s *big.Int) error { return ErrUnsupported }

// Verify checks the signature of signer i under the embedded certificate that matches it: signed attributes, message digest, content type
// and the signature itself. ErrSignature, ErrUnsupported, ErrNoSigner.
func (d *SignedData) Verify(i int) error { return ErrUnsupported }

// VerifyWith is Verify under a certificate that is not embedded.
func (d *SignedData) VerifyWith(i int, signer *Certificate) error { return ErrUnsupported }

// Country is the countryName in capitals, empty when absent.
func (n Name) Country() string { return "" }

// CommonName is the commonName, empty when absent.
func (n Name) CommonName() string { return "" }

// String is the name as "C=DE, O=bund, CN=csca-germany", in the order written.
func (n Name) String() string { return "" }

// String names a reason, such as "keyCompromise".
func (r RevocationReason) String() string { return "" }

// String names an algorithm, such as "SHA256-RSA", "SHA256-RSAPSS" or "SHA384-ECDSA".
func (a SignatureAlgorithm) String() string { return "" }
