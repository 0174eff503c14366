package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds how deep JSON may be nested, and maxLeaves how many values it may hold.
const (
	maxDepth  = 16
	maxLeaves = 512
)

// canonical writes JSON in the canonical form of RFC 8785: members sorted by their UTF-16 code units, no spaces, numbers as ECMAScript
// writes them. A name that stands twice in an object is an error: readers would disagree on what was signed.
func canonical(text []byte) ([]byte, error) {
	value, err := readJSON(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := writeCanonical(&out, value); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// object keeps the order of its members.
type object struct {
	names  []string
	values map[string]any
}

func readJSON(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("expected UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	value, err := readValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("byte %d: expected the end", d.InputOffset())
	}
	return value, nil
}

func readValue(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, nested := token.(json.Delim)
	if !nested {
		return token, nil
	}
	if depth == maxDepth {
		return nil, fmt.Errorf("byte %d: nested deeper than %d", d.InputOffset(), maxDepth)
	}
	if delim == '[' {
		return readArray(d, depth)
	}
	return readObject(d, depth)
}

func readArray(d *json.Decoder, depth int) (any, error) {
	list := []any{}
	for d.More() {
		value, err := readValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := d.Token()
	return list, err
}

func readObject(d *json.Decoder, depth int) (any, error) {
	o := object{values: map[string]any{}}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := token.(string)
		if _, twice := o.values[name]; !ok || twice {
			return nil, fmt.Errorf("byte %d: expected a name that stands once", d.InputOffset())
		}
		value, err := readValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		o.names = append(o.names, name)
		o.values[name] = value
	}
	_, err := d.Token()
	return o, err
}

func writeCanonical(out *bytes.Buffer, value any) error {
	switch v := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case string:
		writeString(out, v)
	case json.Number:
		return writeNumber(out, v)
	case []any:
		return writeList(out, v)
	case object:
		return writeObject(out, v)
	}
	return nil
}

func writeList(out *bytes.Buffer, list []any) error {
	out.WriteByte('[')
	for i, v := range list {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := writeCanonical(out, v); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	return nil
}

func writeObject(out *bytes.Buffer, o object) error {
	names := slices.Clone(o.names)
	slices.SortFunc(names, func(a, b string) int { return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b))) })
	out.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			out.WriteByte(',')
		}
		writeString(out, name)
		out.WriteByte(':')
		if err := writeCanonical(out, o.values[name]); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}

// writeString escapes what RFC 8785, 3.2.2.2 says and nothing else.
func writeString(out *bytes.Buffer, s string) {
	out.WriteByte('"')
	for _, r := range s {
		switch short := strings.IndexRune("\b\f\n\r\t", r); {
		case short >= 0:
			out.WriteByte('\\')
			out.WriteByte("bfnrt"[short])
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
}

// writeNumber writes a number as ECMAScript does: the shortest digits that give it back, with an exponent from 1e21 and below 1e-6.
func writeNumber(out *bytes.Buffer, n json.Number) error {
	f, err := n.Float64()
	if err != nil || math.IsInf(f, 0) {
		return fmt.Errorf("number %.20q: expected one that a double holds", n.String())
	}
	if f == 0 {
		out.WriteByte('0')
		return nil
	}
	if abs := math.Abs(f); abs >= 1e21 || abs < 1e-6 {
		text := strconv.FormatFloat(f, 'e', -1, 64)
		mantissa, exponent, _ := strings.Cut(text, "e")
		out.WriteString(mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0"))
		return nil
	}
	out.WriteString(strconv.FormatFloat(f, 'f', -1, 64))
	return nil
}

// leaves are the values of a message by their paths: "pid.n", "ve[0].nam".
func leaves(text []byte) ([]Field, error) {
	if len(text) == 0 {
		return nil, errors.New("expected an object named msg")
	}
	value, err := readJSON(text)
	if err != nil {
		return nil, err
	}
	var out []Field
	err = eachLeaf("", value, func(path, text string) error {
		if len(out) == maxLeaves {
			return fmt.Errorf("expected at most %d values", maxLeaves)
		}
		out = append(out, Field{Name: path, Value: text})
		return nil
	})
	return out, err
}

func eachLeaf(path string, value any, each func(path, text string) error) error {
	switch v := value.(type) {
	case object:
		for _, name := range v.names {
			if err := eachLeaf(strings.TrimPrefix(path+"."+name, "."), v.values[name], each); err != nil {
				return err
			}
		}
		return nil
	case []any:
		for i, item := range v {
			if err := eachLeaf(fmt.Sprintf("%s[%d]", path, i), item, each); err != nil {
				return err
			}
		}
		return nil
	case nil:
		return each(path, "")
	}
	return each(path, fmt.Sprint(value))
}
