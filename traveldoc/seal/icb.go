package seal

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/sha1" //nolint:gosec // names a certificate (draft of Doc 9303-13), protects nothing
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// ICB is an ICAO barcode (IDB, draft of Doc 9303-13): a text of letters and digits that begins with RDB1 (earlier NDB1) and holds a
// header, messages, and perhaps a certificate and a signature. As read, not verified.
type ICB struct {
	Country string
	// Signed, and then Algorithm (SHA-256, 384 or 512 with ECDSA), Reference (the last five bytes of the certificate's SHA-1) and Date, are
	// what the header says.
	Signed    bool
	Algorithm crypto.Hash
	Reference []byte
	Date      string // day of signature, YYYY-MM-DD with x for unknown digits
	Messages  []Message
	// Certificate is the signer's, in DER; nil when the code does not bring it along.
	Certificate []byte
	Signature   []byte
	signed      []byte // header and messages as received
}

// maxICB bounds what the text of an ICAO barcode may hold, inflated.
const maxICB = 16 << 10

const (
	icbMessages    = 0x61
	icbCertificate = 0x7E
	icbSignature   = 0x7F
)

// ErrNoICB says that a text does not begin as an ICAO barcode does.
var ErrNoICB = errors.New("no ICAO barcode: expected a text that begins with RDB1 or NDB1")

// ParseICB reads the text of an ICAO barcode.
func ParseICB(text []byte) (ICB, error) {
	if len(text) < 5 || !bytes.HasPrefix(text, []byte("RDB1")) && !bytes.HasPrefix(text, []byte("NDB1")) {
		return ICB{}, ErrNoICB
	}
	flags := text[4] - 'A'
	if flags > 3 {
		return ICB{}, fmt.Errorf("ICAO barcode: flag %q: expected A, B, C or D", text[4])
	}
	if len(text) > 2*maxICB {
		return ICB{}, fmt.Errorf("ICAO barcode of %d characters: expected at most %d", len(text), 2*maxICB)
	}
	body, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(string(text[5:]), "="))
	if err != nil {
		return ICB{}, fmt.Errorf("ICAO barcode: %w", err)
	}
	if flags&2 != 0 {
		if body, err = inflated(body); err != nil {
			return ICB{}, fmt.Errorf("ICAO barcode: %w", err)
		}
	}
	c, err := parseICB(body, flags&1 != 0)
	if err != nil {
		return ICB{}, fmt.Errorf("ICAO barcode: %w", err)
	}
	return c, nil
}

func inflated(data []byte) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, maxICB+1))
	if err == nil && len(out) > maxICB {
		err = fmt.Errorf("inflates to more than %d bytes", maxICB)
	}
	return out, err
}

func parseICB(body []byte, signed bool) (ICB, error) {
	t := &taker{rest: body}
	c := ICB{Country: strings.TrimRight(t.c40(2), " "), Signed: signed}
	if signed {
		algorithm := t.take(1)[0]
		c.Algorithm = map[byte]crypto.Hash{1: crypto.SHA256, 2: crypto.SHA384, 3: crypto.SHA512}[algorithm]
		c.Reference = t.take(5)
		date := t.take(MaskedSize)
		if t.err == nil {
			c.Date, t.err = UnpackMasked(date)
		}
	}
	if t.err != nil {
		return ICB{}, fmt.Errorf("header: %w", t.err)
	}
	for rest := t.rest; len(rest) > 0; {
		at := len(body) - len(rest)
		tag, value, after, err := next(rest)
		if err != nil {
			return ICB{}, fmt.Errorf("byte %d: %w", at, err)
		}
		if err := c.take(tag, value, body[:len(body)-len(after)]); err != nil {
			return ICB{}, fmt.Errorf("byte %d: %w", at, err)
		}
		rest = after
	}
	if c.signed == nil {
		return ICB{}, errors.New("no messages: expected the tag 61")
	}
	return c, nil
}

func (c *ICB) take(tag byte, value, until []byte) (err error) {
	switch {
	case tag == icbMessages && c.signed == nil:
		c.signed = until
		c.Messages, err = messagesIn(value)
	case tag == icbCertificate && c.Certificate == nil:
		c.Certificate = value
	case tag == icbSignature && c.Signature == nil:
		c.Signature = value
	default:
		err = fmt.Errorf("tag %02X: expected 61, 7E and 7F, each once", tag)
	}
	return err
}

func messagesIn(data []byte) ([]Message, error) {
	var out []Message
	for len(data) > 0 {
		tag, value, rest, err := next(data)
		if err != nil {
			return nil, err
		}
		if len(out) == MaxMessages {
			return nil, fmt.Errorf("expected at most %d messages", MaxMessages)
		}
		out, data = append(out, Message{Tag: tag, Value: value}), rest
	}
	return out, nil
}

// Names of fields of an ICAO barcode beside those of seals.
const (
	FieldTravelAuthorisation = "travel_authorisation"
	FieldCAN                 = "can"
	FieldFace                = "face"
	FieldExpiryDate          = "expiry_date"
	FieldDocumentReference   = "document_reference"
	FieldNationalType        = "national_document_type" // a number that the issuing State gives
)

// Fields are the messages by name. Those of a visa and of an emergency travel document hold features of their own, which are given in
// their place.
func (c ICB) Fields() []Field {
	var out []Field
	for _, m := range c.Messages {
		switch m.Tag {
		case 0x01:
			out = append(out, nested(m, 0x5D, 0x01)...)
		case 0x02:
			out = append(out, nested(m, 0x5E, 0x03)...)
		default:
			out = append(out, icbField(m))
		}
	}
	return out
}

func nested(m Message, feature, category byte) []Field {
	messages, err := messagesIn(m.Value)
	if err != nil {
		return []Field{{Name: fmt.Sprintf("tag_%02x", m.Tag), Tag: m.Tag, Value: hex.EncodeToString(m.Value), Problem: err.Error()}}
	}
	return Seal{Header: Header{Feature: feature, Category: category}, Messages: messages}.Fields()
}

func icbField(m Message) Field {
	f := Field{Name: fmt.Sprintf("tag_%02x", m.Tag), Tag: m.Tag, Value: hex.EncodeToString(m.Value)}
	var text string
	var err error
	switch m.Tag {
	case 0x06:
		f.Name = FieldTravelAuthorisation
		return f
	case 0x80:
		f.Name = FieldFace
		return f
	case 0x07, 0x08, 0x81:
		f.Name = FieldMRZ
		text, err = icbZone(m)
	case 0x09:
		f.Name = FieldCAN
		text, err = decode(codedC40, m.Value)
	case 0x84:
		f.Name = FieldExpiryDate
		text, err = UnpackMasked(m.Value)
	case 0x82:
		f.Name = FieldDocumentReference
		text, err = decode(codedC40, m.Value)
	case 0x83:
		f.Name = FieldRegisterNumber
		text, err = decode(codedC40, m.Value)
	case 0x85:
		f.Name = FieldDocumentNumber
		text, err = decode(codedC40, m.Value)
	case 0x86:
		f.Name = FieldNationalType
		text, err = decode(codedNumber, m.Value)
	default:
		return f
	}
	if err != nil {
		f.Problem = err.Error()
		return f
	}
	f.Value = text
	return f
}

// icbZone gives the lines of a zone of TD1, TD3 or TD2.
func icbZone(m Message) (string, error) {
	width := map[byte]int{0x07: 30, 0x08: 44, 0x81: 36}[m.Tag]
	size := map[byte]int{0x07: 90, 0x08: 88, 0x81: 72}[m.Tag]
	text, err := UnpackC40(m.Value)
	if err != nil {
		return "", err
	}
	text = strings.ReplaceAll(text, " ", "<")
	if len(text) > size && strings.Trim(text[size:], "<") == "" {
		text = text[:size]
	}
	if len(text) != size {
		return "", fmt.Errorf("zone of %d characters: expected %d", len(text), size)
	}
	var lines []string
	for ; len(text) > 0; text = text[width:] {
		lines = append(lines, text[:width])
	}
	return strings.Join(lines, "\n"), nil
}

// MRZ is the zone that the code holds; false when there is none.
func (c ICB) MRZ() (text string, format mrz.Format, ok bool) {
	for _, m := range c.Messages {
		switch m.Tag {
		case 0x07, 0x08, 0x81:
			text, err := icbZone(m)
			return text, map[byte]mrz.Format{0x07: mrz.TD1, 0x08: mrz.TD3, 0x81: mrz.TD2}[m.Tag], err == nil
		case 0x01, 0x02:
			messages, err := messagesIn(m.Value)
			if err != nil {
				return "", mrz.Unknown, false
			}
			h := map[byte]Header{1: {Feature: 0x5D, Category: 0x01}, 2: {Feature: 0x5E, Category: 0x03}}[m.Tag]
			return Seal{Header: h, Messages: messages}.MRZ()
		}
	}
	return "", mrz.Unknown, false
}

// Judge verifies the signature under those of the certificates that the reference names, or under the one that the code brings along:
// that one counts only when it is, or is signed by, one of those handed in.
func (c ICB) Judge(trusted []*pki.Certificate) Judgement {
	if !c.Signed && c.Signature == nil {
		return Judgement{Verdict: traveldoc.NotDone, Reason: Unsigned}
	}
	if c.Signature == nil {
		return Judgement{Verdict: traveldoc.Fail, Reason: Unsigned}
	}
	out := Judgement{Verdict: traveldoc.Inconclusive, Reason: NoCertificate}
	candidates := trusted
	if own, err := pki.ParseCertificate(c.Certificate); err == nil {
		candidates = append([]*pki.Certificate{own}, trusted...)
	}
	for _, candidate := range candidates {
		if candidate == nil || !c.namedBy(candidate) {
			continue
		}
		switch err := c.verify(candidate.Key); {
		case errors.Is(err, ErrSignature):
			out = Judgement{Verdict: traveldoc.Fail, Reason: WrongSignature}
		case err != nil:
			if out.Verdict != traveldoc.Fail {
				out.Reason = UnsupportedSignature
			}
		case !vouched(candidate, trusted):
			return Judgement{Verdict: traveldoc.Inconclusive, Reason: NoAnchor, Signer: candidate}
		default:
			return Judgement{Verdict: traveldoc.Pass, Reason: Signed, Signer: candidate}
		}
	}
	return out
}

func (c ICB) namedBy(candidate *pki.Certificate) bool {
	sum := sha1.Sum(candidate.Raw) //nolint:gosec // see the import
	return bytes.Equal(sum[15:], c.Reference)
}

func (c ICB) verify(key *pki.PublicKey) error {
	if c.Algorithm == 0 || key == nil || key.ECDSA == nil && key.Brainpool == nil || len(c.Signature)%2 != 0 {
		return ErrUnsupported
	}
	r, s := Seal{Signature: c.Signature}.numbers()
	switch err := key.VerifyRS(digestOf(c.Algorithm, c.signed), r, s); {
	case errors.Is(err, pki.ErrSignature):
		return ErrSignature
	case err != nil:
		return ErrUnsupported
	}
	return nil
}
