package reader

import "fmt"

// String is the result's name in JSON: "not_done", "ok" or "error".
func (r Result) String() string { return [...]string{"not_done", "ok", "error"}[r] }

// MarshalText writes the result's name.
func (r Result) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the result's name.
func (r *Result) UnmarshalText(text []byte) error {
	for _, known := range []Result{WasNotDone, OK, Error} {
		if known.String() == string(text) {
			*r = known
			return nil
		}
	}
	return fmt.Errorf("result %q: expected ok, error or not_done", text)
}
