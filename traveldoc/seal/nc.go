package seal

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// NC is a visible digital seal for non-constrained environments (VDS-NC, ICAO Doc 9303-13 and the technical report of 2021): JSON in a
// code, signed over its canonical form, with the signer's certificate inside. As read, not verified.
type NC struct {
	Type    string // "icao.test", "icao.vacc", "icao.dta" ...
	Version int
	Issuer  string // issuing State, three letters
	Fields  []Field
	// Algorithm is "ES256", "ES384" or "ES512".
	Algorithm string
	// Certificate is the signer's, in DER; nil when only a reference is given.
	Certificate []byte
	Reference   string // certificate reference, when there is no certificate
	signature   []byte
	signed      []byte // canonical form of data
}

// MaxNC bounds the text of a seal of JSON.
const MaxNC = 16 << 10

// ErrNoNC says that a text is not JSON with data and sig.
var ErrNoNC = errors.New("no VDS-NC: expected a JSON object with the members data and sig")

type ncText struct {
	Data json.RawMessage `json:"data"`
	Sig  struct {
		Alg       string `json:"alg"`
		Cer       string `json:"cer"`
		CerRef    string `json:"cerRef"`
		Signature string `json:"sigvl"`
	} `json:"sig"`
}

type ncData struct {
	Header struct {
		Type    string  `json:"t"`
		Version float64 `json:"v"`
		Issuer  string  `json:"is"`
	} `json:"hdr"`
	Message json.RawMessage `json:"msg"`
}

// ParseNC reads the JSON of a seal.
func ParseNC(text []byte) (NC, error) {
	text = bytes.TrimSpace(text)
	if !utf8.Valid(text) { // a code without a declared character set may hold ISO 8859-1; what is signed is UTF-8
		text = []byte(latin(text))
	}
	switch {
	case len(text) > MaxNC:
		return NC{}, fmt.Errorf("VDS-NC of %d bytes: expected at most %d", len(text), MaxNC)
	case len(text) == 0 || text[0] != '{':
		return NC{}, ErrNoNC
	}
	var outer ncText
	if err := json.Unmarshal(text, &outer); err != nil {
		return NC{}, fmt.Errorf("VDS-NC: %w", err)
	}
	if len(outer.Data) == 0 || outer.Sig.Alg == "" {
		return NC{}, ErrNoNC
	}
	n := NC{Algorithm: outer.Sig.Alg, Reference: outer.Sig.CerRef}
	var data ncData
	if err := json.Unmarshal(outer.Data, &data); err != nil {
		return NC{}, fmt.Errorf("VDS-NC: data: %w", err)
	}
	n.Type, n.Version, n.Issuer = data.Header.Type, int(data.Header.Version), data.Header.Issuer
	var err error
	if n.signed, err = canonical(outer.Data); err != nil {
		return NC{}, fmt.Errorf("VDS-NC: data: %w", err)
	}
	if n.Fields, err = leaves(data.Message); err != nil {
		return NC{}, fmt.Errorf("VDS-NC: message: %w", err)
	}
	if n.signature, err = base64url(outer.Sig.Signature); err != nil {
		return NC{}, fmt.Errorf("VDS-NC: signature: %w", err)
	}
	if n.Certificate, err = base64url(outer.Sig.Cer); err != nil {
		return NC{}, fmt.Errorf("VDS-NC: certificate: %w", err)
	}
	return n, nil
}

func latin(text []byte) string {
	runes := make([]rune, len(text))
	for i, b := range text {
		runes[i] = rune(b)
	}
	return string(runes)
}

// base64url reads the alphabet of URLs, and that of MIME, with or without padding: signers use all.
func base64url(text string) ([]byte, error) {
	text = string(bytes.TrimRight([]byte(text), "="))
	out, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		out, err = base64.RawStdEncoding.DecodeString(text)
	}
	if err != nil {
		return nil, errors.New("expected base64")
	}
	return out, nil
}

// Judge verifies the signature under the certificate inside, or under those handed in that the reference names. That a signature fits the
// certificate which the seal brings along says nothing by itself: whether the certificate leads to an anchor, package trust tells; without
// anchors the verdict is inconclusive, unless trusted holds that very certificate.
func (n NC) Judge(trusted []*pki.Certificate) Judgement {
	own, err := pki.ParseCertificate(n.Certificate)
	if len(n.Certificate) > 0 && err != nil {
		return Judgement{Verdict: traveldoc.Inconclusive, Reason: UnsupportedSignature}
	}
	candidates := n.named(trusted)
	if own != nil {
		candidates = []*pki.Certificate{own}
	}
	out := Judgement{Verdict: traveldoc.Inconclusive, Reason: NoCertificate}
	for _, c := range candidates {
		switch err := n.verify(c.Key); {
		case errors.Is(err, ErrSignature):
			out = Judgement{Verdict: traveldoc.Fail, Reason: WrongSignature}
		case err != nil:
			if out.Verdict != traveldoc.Fail {
				out.Reason = UnsupportedSignature
			}
		case own != nil && !vouched(own, trusted):
			return Judgement{Verdict: traveldoc.Inconclusive, Reason: NoAnchor, Signer: c}
		default:
			return Judgement{Verdict: traveldoc.Pass, Reason: Signed, Signer: c}
		}
	}
	return out
}

func (n NC) named(trusted []*pki.Certificate) []*pki.Certificate {
	var out []*pki.Certificate
	for _, c := range trusted {
		if c != nil && n.Reference != "" && c.Serial != nil && equalHex(c.Serial, n.Reference) {
			out = append(out, c)
		}
	}
	return out
}

func equalHex(n *big.Int, text string) bool {
	m, ok := new(big.Int).SetString(text, 16)
	return ok && n.Cmp(m) == 0
}

// vouched reports whether the certificate is one of those trusted, or signed by one.
func vouched(c *pki.Certificate, trusted []*pki.Certificate) bool {
	for _, t := range trusted {
		if t != nil && (bytes.Equal(t.Raw, c.Raw) || t.IsCA() && c.CheckSignatureFrom(t) == nil) {
			return true
		}
	}
	return false
}

// verify holds the signature, r and s or DER, against the canonical data.
func (n NC) verify(key *pki.PublicKey) error {
	hash := map[string]crypto.Hash{"ES256": crypto.SHA256, "ES384": crypto.SHA384, "ES512": crypto.SHA512}[n.Algorithm]
	if hash == 0 || key == nil || key.ECDSA == nil && key.Brainpool == nil {
		return ErrUnsupported
	}
	half := (len(n.signature) + 1) / 2
	if key.ECDSA != nil {
		half = (key.ECDSA.Params().BitSize + 7) / 8
	} else if key.Brainpool != nil {
		half = key.Brainpool.Curve.Size()
	}
	digest := digestOf(hash, n.signed)
	r, s, err := numbersOf(n.signature, half)
	if err != nil {
		return ErrSignature
	}
	if err := key.VerifyRS(digest, r, s); errors.Is(err, pki.ErrSignature) {
		return ErrSignature
	} else if err != nil {
		return ErrUnsupported
	}
	return nil
}

// numbersOf reads a signature as r and s of equal length, or as SEQUENCE { r, s }.
func numbersOf(signature []byte, half int) (r, s *big.Int, err error) {
	r, s = new(big.Int), new(big.Int)
	if len(signature) == 2*half {
		return r.SetBytes(signature[:half]), s.SetBytes(signature[half:]), nil
	}
	input := cryptobyte.String(signature)
	var inner cryptobyte.String
	if !input.ReadASN1(&inner, asn1.SEQUENCE) || !inner.ReadASN1Integer(r) || !inner.ReadASN1Integer(s) || !input.Empty() {
		return nil, nil, fmt.Errorf("signature of %d bytes: expected %d or DER", len(signature), 2*half)
	}
	return r, s, nil
}
