package seal

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// TravelAuthorisation is the type of the VDS-NC of a digital travel authorisation (ICAO Technical Report "Digital Travel Authorizations").
const TravelAuthorisation = "icao.dta"

// NCContent is what a VDS-NC states.
type NCContent struct {
	Type    string // such as TravelAuthorisation
	Version int    // of the type, from 1
	Issuer  string // issuing State, Doc 9303-3
	Message any    // an object as encoding/json writes it
}

// The members of a message that name the person and his document, as the VDS-NC of health proofs has them. Compare knows them.
const (
	ncDocument    = "pid.dn"
	ncBirth       = "pid.dob" // ISO 8601
	ncSex         = "pid.sex" // M, F or X
	ncNationality = "pid.nat"
)

// SignNC writes a VDS-NC: JSON in canonical form (RFC 8785), its data signed with ECDSA over UTF-8, the hash after the curve (ES256, ES384,
// ES512), and the signer's certificate, in DER, inside. The signature is that of RFC 6979: the same content signed twice is the same text.
func SignNC(key crypto.Signer, certificate []byte, c NCContent) ([]byte, error) {
	if c.Type == "" || c.Version < 1 || len(c.Issuer) == 0 || len(c.Issuer) > 3 || len(certificate) == 0 {
		return nil, errors.New("VDS-NC: expected a type, a version from 1, an issuer of 1 to 3 letters and a certificate")
	}
	half, err := halfOf(key.Public())
	if err != nil {
		return nil, err
	}
	algorithm, hash := ncAlgorithm(half)
	if hash == 0 {
		return nil, errors.New("VDS-NC: key: expected one of 256, 384 or 521 bits")
	}
	data, err := canonicalOf(map[string]any{"hdr": map[string]any{"t": c.Type, "v": c.Version, "is": c.Issuer}, "msg": c.Message})
	if err != nil {
		return nil, err
	}
	der, err := key.Sign(nil, digestOf(hash, data), hash)
	if err != nil {
		return nil, fmt.Errorf("VDS-NC: %w", err)
	}
	signature, err := plain(der, half)
	if err != nil {
		return nil, err
	}
	text, err := canonicalOf(map[string]any{"data": json.RawMessage(data), "sig": map[string]string{
		"alg": algorithm, "cer": base64.RawURLEncoding.EncodeToString(certificate), "sigvl": base64.RawURLEncoding.EncodeToString(signature),
	}})
	if err == nil && len(text) > MaxNC {
		err = fmt.Errorf("VDS-NC of %d bytes: expected at most %d", len(text), MaxNC)
	}
	return text, err
}

func ncAlgorithm(half int) (string, crypto.Hash) {
	switch half {
	case 32:
		return "ES256", crypto.SHA256
	case 48:
		return "ES384", crypto.SHA384
	case 66:
		return "ES512", crypto.SHA512
	}
	return "", 0
}

func canonicalOf(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("VDS-NC: %w", err)
	}
	out, err := canonical(text)
	if err != nil {
		return nil, fmt.Errorf("VDS-NC: %w", err)
	}
	return out, nil
}
