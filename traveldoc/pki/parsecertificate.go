package pki

import (
	"math/big"
	"strconv"
	"sync"
)

// The bounds of a certificate.
const (
	maxCertificateBytes = 64 << 10
	maxExtensions       = 100
	maxSerialBytes      = 512
)

// ParseCertificate reads a certificate in DER (or BER). The error is a *SyntaxError, or ErrUnsupported for a key that is not known here.
// It never panics and takes time in proportion to the length.
func ParseCertificate(der []byte) (*Certificate, error) {
	cert, err := parseCertificate(der)
	if err != nil {
		return nil, err
	}
	return cert, nil
}

// parseCertificate is ParseCertificate that gives what was read so far beside an error: who was refused can then be named.
func parseCertificate(der []byte) (*Certificate, error) {
	cert := &Certificate{Version: 1}
	if len(der) > maxCertificateBytes {
		return cert, &SyntaxError{0, "certificate", "at most 65536 bytes"}
	}
	notes := &notes{}
	der, changed, err := DER(der)
	if err != nil {
		return cert, err
	}
	if changed {
		notes.add(DeviationBER, "certificate")
	}
	c := &cursor{data: der}
	outer, err := c.read(tagSequence, "certificate")
	if err != nil {
		return cert, err
	}
	notes.rest(c, "certificate")
	cert.Raw = outer.full
	cert.selfSigned = sync.OnceValue(func() bool { return cert.CheckSignatureFrom(cert) == nil })
	err = cert.read(outer.inside(), notes)
	cert.Deviations = notes.list
	return cert, err
}

func (cert *Certificate) read(c *cursor, notes *notes) error {
	tbs, err := c.read(tagSequence, "tbsCertificate")
	if err != nil {
		return err
	}
	cert.RawTBS = tbs.full
	inner, err := cert.readTBS(tbs.inside(), notes)
	if err != nil {
		return err
	}
	at := *c
	if cert.SignatureAlgorithm, err = c.signatureAlgorithm("signatureAlgorithm", notes); err != nil {
		return err
	}
	if outer, err := at.any("signatureAlgorithm"); err == nil && string(outer.full) != string(inner) {
		notes.add(DeviationAlgorithmsDiffer, "signatureAlgorithm")
	}
	if cert.Signature, err = c.octetBits("signatureValue"); err != nil {
		return err
	}
	notes.rest(c, "signatureValue")
	return nil
}

// readTBS reads the signed part; signature is its own AlgorithmIdentifier.
func (cert *Certificate) readTBS(c *cursor, notes *notes) (signature []byte, err error) {
	if err := cert.readVersion(c); err != nil {
		return nil, err
	}
	if cert.Serial, err = c.serial("tbsCertificate.serialNumber", notes); err != nil {
		return nil, err
	}
	algorithm, err := c.read(tagSequence, "tbsCertificate.signature")
	if err != nil {
		return nil, err
	}
	if cert.Issuer, err = c.name("tbsCertificate.issuer", notes); err != nil {
		return nil, err
	}
	if err := cert.readValidity(c, notes); err != nil {
		return nil, err
	}
	if cert.Subject, err = c.name("tbsCertificate.subject", notes); err != nil {
		return nil, err
	}
	if cert.Key, err = c.publicKey("tbsCertificate.subjectPublicKeyInfo", notes); err != nil {
		return nil, err
	}
	return algorithm.full, cert.readRest(c, notes)
}

func (cert *Certificate) readVersion(c *cursor) error {
	v, ok, err := c.optional(0xA0, "tbsCertificate.version")
	if err != nil || !ok {
		return err
	}
	n, err := v.inside().small("tbsCertificate.version", 2)
	cert.Version = n + 1
	return err
}

// serial reads a serial number: negative and long ones are noted.
func (c *cursor) serial(what string, notes *notes) (*big.Int, error) {
	at := c.base
	n, padded, err := c.integer(what)
	switch {
	case err != nil:
		return nil, err
	case n.BitLen() > maxSerialBytes*8:
		return nil, &SyntaxError{at, what, "at most 512 bytes"}
	case n.Sign() < 0:
		notes.add(DeviationSerialNegative, what)
	case n.BitLen() > 160:
		notes.add(DeviationSerialLong, what)
	}
	if padded {
		notes.add(DeviationInteger, what)
	}
	return n, nil
}

func (cert *Certificate) readValidity(c *cursor, notes *notes) error {
	in, err := c.sequence("tbsCertificate.validity")
	if err != nil {
		return err
	}
	var odd [2]bool
	if cert.NotBefore, odd[0], err = in.time("tbsCertificate.validity.notBefore"); err != nil {
		return err
	}
	if cert.NotAfter, odd[1], err = in.time("tbsCertificate.validity.notAfter"); err != nil {
		return err
	}
	if odd[0] || odd[1] {
		notes.add(DeviationTime, "tbsCertificate.validity")
	}
	return nil
}

// readRest reads what stands after the key: unique identifiers, which nobody uses, and the extensions.
func (cert *Certificate) readRest(c *cursor, notes *notes) error {
	for _, tag := range []byte{0x81, 0x82, 0xA1, 0xA2} {
		if _, _, err := c.optional(tag, "tbsCertificate.uniqueID"); err != nil {
			return err
		}
	}
	v, ok, err := c.optional(0xA3, "tbsCertificate.extensions")
	if err != nil {
		return err
	}
	notes.rest(c, "tbsCertificate")
	if !ok {
		return nil
	}
	if cert.Version != 3 {
		notes.add(DeviationVersion, "extensions in version "+strconv.Itoa(cert.Version))
	}
	return v.inside().extensions("tbsCertificate.extensions", notes, cert.extension)
}
