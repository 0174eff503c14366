package seal

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Field is one message of a seal by its name.
type Field struct {
	// Name is one of the names of this package; "tag_XX" when the document or the tag is not known.
	Name string `json:"name"`
	Tag  byte   `json:"tag"`
	// Value is the text; the lines of an MRZ are joined by \n, bytes are hexadecimal.
	Value string `json:"value"`
	// Problem says why Value is hexadecimal although the field should be a text; empty when nothing is wrong.
	Problem string `json:"problem,omitempty"`
}

// Fields are the messages by name, in the order of the seal.
func (s Seal) Fields() []Field {
	known := s.Document().features()
	out := make([]Field, 0, len(s.Messages))
	for _, m := range s.Messages {
		f, ok := known[m.Tag]
		if !ok {
			f = feature{fmt.Sprintf("tag_%02x", m.Tag), codedBytes}
		}
		value, err := decode(f.coding, m.Value)
		field := Field{Name: f.name, Tag: m.Tag, Value: value}
		if err != nil {
			field.Value, field.Problem = hex.EncodeToString(m.Value), err.Error()
		}
		out = append(out, field)
	}
	return out
}

// Field is the first field of a name.
func (s Seal) Field(name string) (Field, bool) {
	for _, f := range s.Fields() {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

func decode(c coding, value []byte) (string, error) {
	switch c {
	case codedC40:
		text, err := UnpackC40(value)
		return strings.TrimRight(text, " "), err
	case codedUTF8:
		return plainText(value)
	case codedNumber:
		if len(value) != 1 {
			return "", fmt.Errorf("number of %d bytes: expected one", len(value))
		}
		return fmt.Sprint(value[0]), nil
	case codedDuration:
		return duration(value)
	case codedUUID:
		id, err := uuid.FromBytes(value)
		return id.String(), err
	case codedMRVA, codedMRVB, codedTD2:
		z := zoneOf(c)
		text, err := z.decode(value)
		return text, err
	case codedBytes:
	}
	return hex.EncodeToString(value), nil
}

func plainText(value []byte) (string, error) {
	if !utf8.Valid(value) {
		return "", fmt.Errorf("text: expected UTF-8")
	}
	for _, r := range string(value) {
		if !unicode.IsPrint(r) {
			return "", fmt.Errorf("text: expected printable characters")
		}
	}
	return string(value), nil
}

// duration is days, months and years. FE and FF have a meaning that the issuing State's rules tell; they are no number.
func duration(value []byte) (string, error) {
	if len(value) != 3 {
		return "", fmt.Errorf("duration of %d bytes: expected three", len(value))
	}
	var parts []string
	for i, unit := range []string{"days", "months", "years"} {
		switch n := value[i]; {
		case n >= 0xFE:
			return "", fmt.Errorf("duration: %s %02X: expected at most FD", unit, n)
		case n > 0:
			parts = append(parts, fmt.Sprintf("%d %s", n, unit))
		}
	}
	if len(parts) == 0 {
		return "0 days", nil
	}
	return strings.Join(parts, " "), nil
}

// zone is the shape of an MRZ in a seal: the second line may be cut.
type zone struct {
	format        mrz.Format
	first, second int // characters that the seal holds
	width         int
}

func zoneOf(c coding) zone {
	switch c { //nolint:exhaustive // the others are no zones
	case codedMRVA:
		return zone{mrz.MRVA, 44, 28, 44}
	case codedMRVB:
		return zone{mrz.MRVB, 36, 28, 36}
	}
	return zone{mrz.TD2, 36, 36, 36}
}

// decode gives both lines in full width: what the seal leaves out of the second is filled up.
func (z zone) decode(value []byte) (string, error) {
	text, err := UnpackC40(value)
	if err != nil {
		return "", err
	}
	if have, want := len(text), z.first+z.second; have > want && have != 2*z.width { // an ICAO barcode holds both lines whole
		if strings.TrimRight(text[want:], " ") != "" {
			return "", fmt.Errorf("zone of %d characters: expected %d", have, want)
		}
		text = text[:want]
	}
	if len(text) <= z.first {
		return "", fmt.Errorf("zone of %d characters: expected %d", len(text), z.first+z.second)
	}
	text = strings.ReplaceAll(text, " ", "<")
	second := text[z.first:]
	return text[:z.first] + "\n" + second + strings.Repeat("<", z.width-len(second)), nil
}

// encode packs the lines of a zone.
func (z zone) encode(text string) ([]byte, error) {
	first, second, ok := strings.Cut(text, "\n")
	if !ok || len(first) != z.width || len(second) != z.width {
		return nil, fmt.Errorf("zone: expected two lines of %d characters", z.width)
	}
	packed, err := PackC40(first + second[:z.second])
	if err != nil {
		return nil, fmt.Errorf("zone: %w", err)
	}
	return packed, nil
}

// MRZ is the zone that the seal holds, two lines joined by \n: of a visa the characters of the second line after the 28th are fillers,
// whatever is printed. False when there is none, or it cannot be read.
func (s Seal) MRZ() (text string, format mrz.Format, ok bool) {
	known := s.Document().features()
	for _, m := range s.Messages {
		f := known[m.Tag]
		if f.name != FieldMRZ {
			continue
		}
		z := zoneOf(f.coding)
		text, err := z.decode(m.Value)
		return text, z.format, err == nil
	}
	return "", mrz.Unknown, false
}
