package reader

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/openbmis/openbmis/internal/problem"
)

// Parse reads a reading from JSON as docs/reader.md describes it. It takes no member that it does not know, and none twice: what a device
// says must not be lost silently. The error is a problem of kind Invalid that names the place, such as "chip.files.DG2". A reading
// without "at" is of the instant received.
func Parse(data []byte, received time.Time) (*Reading, error) {
	if len(data) > MaxBytes {
		return nil, problem.New(problem.Invalid, "reading.too_large").With("max", MaxBytes)
	}
	r := Reading{At: received}
	p := parser{}
	p.object("", data, r.members())
	if p.err != nil {
		return nil, p.err
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	return &r, nil
}

// parser walks the JSON and keeps the first fault.
type parser struct{ err error }

// take reads one member; at is its place.
type take func(p *parser, at string, raw json.RawMessage)

func (p *parser) fail(at, code, name string, value any) {
	c := checker{err: p.err}
	c.fail(at, code, name, value)
	p.err = c.err
}

func (p *parser) expected(at, what string) { p.fail(at, "reading.value", "expected", what) }

// notJSON tells where a text stops being JSON.
func (p *parser) notJSON(at string, err error) {
	offset := int64(0)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	p.fail(at, "reading.json", "offset", offset)
}

// object reads the members of an object; each is known and comes once.
func (p *parser) object(at string, raw []byte, members map[string]take) {
	p.entries(at, raw, func(name, place string, value json.RawMessage) {
		read, known := members[name]
		if !known {
			p.fail(place, "reading.unknown", "expected", fmt.Sprint(slices.Sorted(maps.Keys(members))))
			return
		}
		read(p, place, value)
	})
}

// entries reads the names and values of an object. null is an object without entries.
func (p *parser) entries(at string, raw []byte, each func(name, place string, value json.RawMessage)) {
	if null(raw) && at != "" {
		return
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if !p.open(d, at, '{', "an object") {
		return
	}
	seen := map[string]bool{}
	for p.err == nil && d.More() {
		key, err := d.Token()
		name, _ := key.(string)
		var value json.RawMessage
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			p.notJSON(at, err)
			return
		}
		place := within(at, name)
		if seen[name] {
			p.fail(place, "reading.twice", "name", name)
			return
		}
		seen[name] = true
		each(name, place, value)
	}
	p.close(d, at)
}

func within(at, name string) string {
	if len(name) > MaxID {
		name = name[:MaxID]
	}
	if at == "" {
		return name
	}
	return at + "." + name
}

// list reads the elements of an array. null is an empty one.
func (p *parser) list(at string, raw []byte, most int, element func(at string, raw json.RawMessage)) {
	if null(raw) {
		return
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if !p.open(d, at, '[', "a list") {
		return
	}
	for n := 0; p.err == nil && d.More(); n++ {
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			p.notJSON(at, err)
			return
		}
		if n == most {
			p.fail(at, "reading.too_many", "max", most)
			return
		}
		element(fmt.Sprintf("%s[%d]", at, n), value)
	}
	p.close(d, at)
}

func (p *parser) open(d *json.Decoder, at string, delim json.Delim, what string) bool {
	token, err := d.Token()
	switch {
	case err != nil:
		p.notJSON(at, err)
	case token != delim:
		p.expected(at, what)
	}
	return p.err == nil
}

// close wants the closing bracket, and nothing after it.
func (p *parser) close(d *json.Decoder, at string) {
	if p.err != nil {
		return
	}
	if _, err := d.Token(); err != nil {
		p.notJSON(at, err)
		return
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		p.fail(at, "reading.json", "offset", d.InputOffset())
	}
}

func null(raw []byte) bool { return string(bytes.TrimSpace(raw)) == "null" }

// into decodes a plain value.
func into[T any](v *T, what string) take {
	return func(p *parser, at string, raw json.RawMessage) {
		if err := json.Unmarshal(raw, v); err != nil {
			p.expected(at, what)
		}
	}
}

func text(s *string) take        { return into(s, "a text") }
func number(n *int) take         { return into(n, "a whole number") }
func truth(b *bool) take         { return into(b, "true or false") }
func named[T ~string](s *T) take { return into(s, "a text") }

// binary decodes base64.
func binary(b *[]byte, most int) take {
	return func(p *parser, at string, raw json.RawMessage) {
		if len(raw) > base64.StdEncoding.EncodedLen(most)+8 { // quotes, and escapes of a slash or two do not matter: it is too large
			p.fail(at, "reading.too_large", "max", most)
			return
		}
		into(b, "bytes in base64")(p, at, raw)
	}
}

// outcome takes a result by its name or by the number that devices give it (Regula, eCheckResult: ERROR 0, OK 1, WAS_NOT_DONE 2).
func outcome(r *Result) take {
	return func(p *parser, at string, raw json.RawMessage) {
		numbers := map[string]Result{"0": Error, "1": OK, "2": WasNotDone}
		if known, ok := numbers[string(raw)]; ok {
			*r = known
			return
		}
		into(r, `"ok", "error", "not_done", or 1, 0, 2`)(p, at, raw)
	}
}

// light takes a light by its name or by the device's number.
func light(l *Light) take {
	return func(p *parser, at string, raw json.RawMessage) {
		if n, err := strconv.Atoi(string(raw)); err == nil && n > 0 {
			*l = LightOf(n)
			return
		}
		named(l)(p, at, raw)
	}
}

// feature takes a security feature by its name or by the device's bit.
func feature(name *string) take {
	return func(p *parser, at string, raw json.RawMessage) {
		if n, err := strconv.ParseUint(string(raw), 10, 32); err == nil && n > 0 {
			*name = FeatureOf(uint32(n))
			return
		}
		text(name)(p, at, raw)
	}
}
