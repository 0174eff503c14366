// Package strict reads JSON that people write by hand: every error names the place and what was expected, and nothing that is
// misspelt or given twice passes unseen. It must never repeat a value, which may be a person's data.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error is what is wrong with a value.
type Error struct {
	Path string // where: "stays[3].exit"; empty for the whole text
	Text string // what was found and what was expected
}

func (e *Error) Error() string {
	if e.Path == "" {
		return e.Text
	}
	return e.Path + ": " + e.Text
}

// Value is a JSON value and its place.
type Value struct {
	Path string
	raw  json.RawMessage
}

// Parse checks that text is one JSON value of at most limit bytes.
func Parse(text []byte, limit int) (Value, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch {
	case len(text) > limit:
		return Value{}, &Error{Text: fmt.Sprintf("expected at most %d bytes of JSON", limit)}
	case len(bytes.TrimSpace(text)) == 0:
		return Value{}, &Error{Text: "expected JSON, found nothing"}
	case !utf8.Valid(text):
		return Value{}, &Error{Text: "expected JSON in UTF-8"}
	}
	var raw json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return Value{}, syntax(text, err)
	}
	return Value{raw: bytes.TrimSpace(raw)}, nil
}

func syntax(text []byte, err error) error {
	var wrong *json.SyntaxError
	if !errors.As(err, &wrong) {
		return &Error{Text: "expected JSON: " + err.Error()}
	}
	before := text[:min(int(wrong.Offset), len(text))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - (bytes.LastIndexByte(before, '\n') + 1)
	return &Error{Text: fmt.Sprintf("line %d, column %d: expected JSON: %v", line, column, wrong)}
}

// Expected is the error that the value is not what it should be.
func (v Value) Expected(what string) error {
	return &Error{Path: v.Path, Text: "expected " + what + ", found " + v.kind()}
}

// Wrong is an error at the value in words of the caller's.
func (v Value) Wrong(text string) error { return &Error{Path: v.Path, Text: text} }

func (v Value) kind() string {
	switch {
	case len(v.raw) == 0:
		return "nothing"
	case v.raw[0] == '{':
		return "an object"
	case v.raw[0] == '[':
		return "an array"
	case v.raw[0] == '"':
		return "other text"
	case v.raw[0] == 't' || v.raw[0] == 'f':
		return "true or false"
	case v.raw[0] == 'n':
		return "null"
	}
	return "a number"
}

// Given reports whether the value is there at all; the zero Value is not.
func (v Value) Given() bool { return len(v.raw) > 0 }

// Null reports whether the value is null.
func (v Value) Null() bool { return string(v.raw) == "null" }

// Object are the fields of an object, each one of known and given at most once. A field that is not given is the zero Value with
// its path.
func (v Value) Object(known ...string) (map[string]Value, error) {
	if !v.Given() || v.raw[0] != '{' {
		return nil, v.Expected("an object with " + strings.Join(known, ", "))
	}
	fields := make(map[string]Value, len(known))
	for _, name := range known {
		fields[name] = Value{Path: v.below(name)}
	}
	decoder := json.NewDecoder(bytes.NewReader(v.raw))
	if _, err := decoder.Token(); err != nil {
		return nil, v.Wrong(err.Error())
	}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, v.Wrong(err.Error())
		}
		name, _ := token.(string) // the text is known to be JSON
		field := Value{Path: v.below(name)}
		if !slices.Contains(known, name) {
			field.Path = v.below(shown(name))
			return nil, field.Wrong("unknown field; expected one of " + strings.Join(known, ", "))
		}
		if fields[name].Given() {
			return nil, field.Wrong("given twice; expected once")
		}
		if err := decoder.Decode(&field.raw); err != nil {
			return nil, v.Wrong(err.Error())
		}
		fields[name] = field
	}
	return fields, nil
}

func (v Value) below(name string) string {
	if v.Path == "" {
		return name
	}
	return v.Path + "." + name
}

// shown is a name as an error may show it: an unknown one is the writer's own, and may be anything.
func shown(name string) string {
	const longest = 40
	if runes := []rune(name); len(runes) > longest {
		name = string(runes[:longest]) + "..."
	}
	return strings.Trim(strconv.Quote(name), `"`)
}

// Array are the elements of an array of at most limit.
func (v Value) Array(limit int, what string) ([]Value, error) {
	if !v.Given() || v.raw[0] != '[' {
		return nil, v.Expected("an array of " + what)
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(v.raw, &raw); err != nil {
		return nil, v.Wrong(err.Error())
	}
	if len(raw) > limit {
		return nil, v.Wrong(fmt.Sprintf("expected at most %d elements, found %d", limit, len(raw)))
	}
	elements := make([]Value, len(raw))
	for i := range raw {
		elements[i] = Value{Path: v.Path + "[" + strconv.Itoa(i) + "]", raw: raw[i]}
	}
	return elements, nil
}

// Text is a string of 1 to limit characters.
func (v Value) Text(limit int, what string) (string, error) {
	if !v.Given() || v.raw[0] != '"' {
		return "", v.Expected(what)
	}
	var text string
	if err := json.Unmarshal(v.raw, &text); err != nil {
		return "", v.Wrong(err.Error())
	}
	if n := utf8.RuneCountInString(text); n == 0 || n > limit {
		return "", v.Wrong(fmt.Sprintf("expected %s of 1 to %d characters, found %d", what, limit, n))
	}
	return text, nil
}

// Int is a whole number from low to high.
func (v Value) Int(low, high int) (int, error) {
	what := fmt.Sprintf("a whole number from %d to %d", low, high)
	if !v.Given() || v.raw[0] != '-' && (v.raw[0] < '0' || v.raw[0] > '9') {
		return 0, v.Expected(what)
	}
	n, err := strconv.Atoi(string(v.raw))
	if err != nil || n < low || n > high {
		return 0, v.Expected(what)
	}
	return n, nil
}

// Bool is true or false.
func (v Value) Bool() (bool, error) {
	switch string(v.raw) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, v.Expected("true or false")
}
