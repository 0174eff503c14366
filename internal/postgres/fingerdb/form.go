package fingerdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/wsq"
	"github.com/openbmis/openbmis/replication"
)

// Version is the form in which templates and images are written now. It is bound into the seal.
const Version = 1

// What is sealed of a print: fingers.Named.Kind.
const (
	Template = "template"
	Image    = "image"
)

// BlobKind is the kind under which a print's template or image is sealed and sent: "print.template.right_index".
func BlobKind(what string, p biometrics.Position) string {
	return replication.PrefixOfPrints + what + "." + p.String()
}

// ParseBlobKind reads what BlobKind writes.
func ParseBlobKind(kind string) (what string, p biometrics.Position, err error) {
	rest, is := strings.CutPrefix(kind, replication.PrefixOfPrints)
	what, finger, cut := strings.Cut(rest, ".")
	if !is || !cut || what != Template && what != Image || p.UnmarshalText([]byte(finger)) != nil || !p.Finger() {
		return "", 0, errors.New("kind of a sealed print: expected print.template.FINGER or print.image.FINGER")
	}
	return what, p, nil
}

// EncodeImage is an image as it is sealed: its pixels per inch in thousandths (4 bytes), then WSQ at the usual rate of 0.75 bits a pixel.
func EncodeImage(m biometrics.Image) ([]byte, error) {
	picture, err := wsq.Encode(m, wsq.Options{})
	if err != nil {
		return nil, fmt.Errorf("image of a print: %w", err)
	}
	out := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(picture)), uint32(math.Round(m.PPI*1000)))
	return append(out, picture...), nil
}

// DecodeImage reads what EncodeImage writes.
func DecodeImage(data []byte) (m biometrics.Image, err error) {
	if len(data) < 4 {
		return m, errors.New("image of a print: too short")
	}
	if m, _, err = wsq.Decode(data[4:]); err != nil {
		return m, fmt.Errorf("image of a print: %w", err)
	}
	m.PPI = float64(binary.BigEndian.Uint32(data)) / 1000
	return m, m.Check()
}

// DecodeTemplate reads a template as it is sealed: the engine's own form.
func DecodeTemplate(data []byte) (t fingerprint.Template, err error) {
	if err := t.UnmarshalBinary(data); err != nil {
		return t, fmt.Errorf("template of a print: %w", err)
	}
	return t, nil
}
