package sbi

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

// Number is a number that devices write as a JSON number or as text ("60", "60.0"). A missing one is 0.
type Number float64

// UnmarshalJSON reads both forms, and null and "" as 0.
func (n *Number) UnmarshalJSON(raw []byte) error {
	text := strings.TrimSpace(strings.Trim(string(raw), `"`))
	if text == "" || text == "null" {
		*n = 0
		return nil
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return errors.New("expected a number")
	}
	*n = Number(value)
	return nil
}

// Int is the number without its fraction, 0 when it is no sensible count.
func (n Number) Int() int {
	if n < 0 || n > math.MaxInt32 {
		return 0
	}
	return int(n)
}

// Score is a quality of 0 to 100, rounded; false outside.
func (n Number) Score() (int, bool) {
	if n < 0 || n > 100 {
		return 0, false
	}
	return int(math.Round(float64(n))), true
}

// Text is a string that some devices write as a number (device ids, error codes).
type Text string

// UnmarshalJSON reads a string, a number or null.
func (t *Text) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, []byte("null")) {
		*t = ""
		return nil
	}
	if len(raw) > 0 && raw[0] == '"' {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*t = Text(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return errors.New("expected text or a number")
	}
	*t = Text(n.String())
	return nil
}

// decode reads one JSON value of at most MaxMessage bytes into v. What is not known is left out: devices add fields of their own.
func decode(body []byte, v any) error {
	if len(body) > MaxMessage {
		return errors.New("message is too long")
	}
	if err := json.Unmarshal(body, v); err != nil {
		return malformed(err)
	}
	return nil
}

// malformed says where a message is wrong without repeating what stood there.
func malformed(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return errors.New("message: " + kind.Field + ": expected another kind of value (offset " + strconv.FormatInt(kind.Offset, 10) + ")")
	case errors.As(err, &syntax):
		return errors.New("message is no JSON (offset " + strconv.FormatInt(syntax.Offset, 10) + ")")
	}
	return errors.New("message is not of the expected shape")
}
