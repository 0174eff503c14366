package pki

import (
	"crypto"
	_ "crypto/sha1"   //nolint:gosec // CSCAs that signed with it are still in force; it is a finding
	_ "crypto/sha256" // links the hash functions
	_ "crypto/sha512"
	"fmt"
	"strings"
)

const (
	oidRSA       = "1.2.840.113549.1.1.1"
	oidPSS       = "1.2.840.113549.1.1.10"
	oidMGF1      = "1.2.840.113549.1.1.8"
	oidEC        = "1.2.840.10045.2.1"
	oidPrime     = "1.2.840.10045.1.1"
	maxSaltBytes = 512
)

var hashes = map[string]crypto.Hash{
	"1.3.14.3.2.26":          crypto.SHA1,
	"2.16.840.1.101.3.4.2.4": crypto.SHA224,
	"2.16.840.1.101.3.4.2.1": crypto.SHA256,
	"2.16.840.1.101.3.4.2.2": crypto.SHA384,
	"2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

type schemeAndHash struct {
	scheme Scheme
	hash   crypto.Hash
}

// signatures are the algorithms without parameters (RFC 4055, 5758; BSI TR-03111, 5.2.1 for the plain form).
var signatures = map[string]schemeAndHash{
	"1.2.840.113549.1.1.5":    {RSAPKCS1, crypto.SHA1},
	"1.3.14.3.2.29":           {RSAPKCS1, crypto.SHA1},
	"1.2.840.113549.1.1.14":   {RSAPKCS1, crypto.SHA224},
	"1.2.840.113549.1.1.11":   {RSAPKCS1, crypto.SHA256},
	"1.2.840.113549.1.1.12":   {RSAPKCS1, crypto.SHA384},
	"1.2.840.113549.1.1.13":   {RSAPKCS1, crypto.SHA512},
	"1.2.840.10045.4.1":       {ECDSA, crypto.SHA1},
	"1.2.840.10045.4.3.1":     {ECDSA, crypto.SHA224},
	"1.2.840.10045.4.3.2":     {ECDSA, crypto.SHA256},
	"1.2.840.10045.4.3.3":     {ECDSA, crypto.SHA384},
	"1.2.840.10045.4.3.4":     {ECDSA, crypto.SHA512},
	"0.4.0.127.0.7.1.1.4.1.1": {ECDSAPlain, crypto.SHA1},
	"0.4.0.127.0.7.1.1.4.1.2": {ECDSAPlain, crypto.SHA224},
	"0.4.0.127.0.7.1.1.4.1.3": {ECDSAPlain, crypto.SHA256},
	"0.4.0.127.0.7.1.1.4.1.4": {ECDSAPlain, crypto.SHA384},
	"0.4.0.127.0.7.1.1.4.1.5": {ECDSAPlain, crypto.SHA512},
}

// HashByOID finds a hash function by its dotted object identifier; 0 when it is not known.
func HashByOID(oid string) crypto.Hash { return hashes[oid] }

// String names an algorithm, such as "SHA256-RSA", "SHA256-RSAPSS" or "SHA384-ECDSA"; the OID when it is not known.
func (a SignatureAlgorithm) String() string {
	names := map[Scheme]string{RSAPKCS1: "RSA", RSAPSS: "RSAPSS", ECDSA: "ECDSA", ECDSAPlain: "ECDSA-plain"}
	if a.Scheme == "" || a.Hash == 0 {
		return a.OID
	}
	return strings.ReplaceAll(a.Hash.String(), "-", "") + "-" + names[a.Scheme]
}

// algorithm reads an AlgorithmIdentifier: its OID, and the parameters, nil when absent.
func (c *cursor) algorithm(what string) (oid string, parameters *value, err error) {
	in, err := c.sequence(what)
	if err != nil {
		return "", nil, err
	}
	if oid, err = in.oid(what + ".algorithm"); err != nil || in.empty() {
		return oid, nil, err
	}
	v, err := in.any(what + ".parameters")
	return oid, &v, err
}

// signatureAlgorithm reads the AlgorithmIdentifier of a signature. One that is not known is no error here: Verify says so.
func (c *cursor) signatureAlgorithm(what string, notes *notes) (SignatureAlgorithm, error) {
	oid, parameters, err := c.algorithm(what)
	if err != nil {
		return SignatureAlgorithm{}, err
	}
	a := SignatureAlgorithm{OID: oid, Scheme: signatures[oid].scheme, Hash: signatures[oid].hash}
	isNull := parameters != nil && parameters.tag == tagNull
	switch {
	case oid == oidPSS:
		a.pss(parameters)
	case oid == oidRSA:
		a.Scheme = RSAPKCS1
	case oid == oidEC:
		a.Scheme = ECDSA
	case a.Scheme == RSAPKCS1 && parameters == nil:
		notes.add(DeviationRSANoNull, what)
	case (a.Scheme == ECDSA || a.Scheme == ECDSAPlain) && parameters != nil:
		notes.add(DeviationECDSAParameters, what)
	}
	if a.Scheme == RSAPKCS1 && parameters != nil && !isNull {
		a.problem = "parameters of RSA that are not NULL"
	}
	if a.Hash == crypto.SHA1 {
		notes.add(DeviationSHA1, what)
	}
	return a, nil
}

// pss reads RSASSA-PSS-params (RFC 4055, 3.1).
func (a *SignatureAlgorithm) pss(parameters *value) {
	a.Scheme, a.Hash, a.MGF, a.SaltLength = RSAPSS, crypto.SHA1, crypto.SHA1, 20
	if parameters == nil || parameters.tag == tagNull {
		return
	}
	if err := a.pssParameters(parameters.inside()); err != nil {
		a.problem = "parameters of RSASSA-PSS: " + err.Error()
	}
}

func (a *SignatureAlgorithm) pssParameters(c *cursor) error {
	for _, field := range []struct {
		tag  byte
		read func(*cursor) error
	}{
		{0xA0, func(c *cursor) (err error) { a.Hash, err = c.hash("hashAlgorithm"); return err }},
		{0xA1, func(c *cursor) (err error) { a.MGF, err = c.mgf(); return err }},
		{0xA2, func(c *cursor) (err error) { a.SaltLength, err = c.small("saltLength", maxSaltBytes); return err }},
		{0xA3, func(c *cursor) error { return c.trailer() }},
	} {
		v, ok, err := c.optional(field.tag, "RSASSA-PSS-params")
		if err == nil && ok {
			err = field.read(v.inside())
		}
		if err != nil {
			return err
		}
	}
	if !c.empty() {
		return c.fail("RSASSA-PSS-params", "the end")
	}
	return nil
}

// hash reads the AlgorithmIdentifier of a hash function.
func (c *cursor) hash(what string) (crypto.Hash, error) {
	oid, _, err := c.algorithm(what)
	if err != nil {
		return 0, err
	}
	if hashes[oid] == 0 {
		return 0, fmt.Errorf("hash function %s: %w", oid, ErrUnsupported)
	}
	return hashes[oid], nil
}

func (c *cursor) mgf() (crypto.Hash, error) {
	oid, parameters, err := c.algorithm("maskGenAlgorithm")
	switch {
	case err != nil:
		return 0, err
	case oid != oidMGF1:
		return 0, fmt.Errorf("mask generation function %s: %w", oid, ErrUnsupported)
	case parameters == nil:
		return crypto.SHA1, nil
	}
	return (&cursor{data: parameters.full, base: parameters.offset}).hash("maskGenAlgorithm.parameters")
}

func (c *cursor) trailer() error {
	at := *c
	if n, err := c.small("trailerField", 255); err != nil || n != 1 {
		return at.fail("trailerField", "1")
	}
	return nil
}
