package traveldoc

import "fmt"

// Verdict is what one step of an inspection came to. There is no boolean, and no verdict over a whole document: what was not done is
// never a pass. The zero value is NotDone.
type Verdict uint8

// The verdicts.
const (
	// NotDone: nobody looked, because there was nothing to look at.
	NotDone Verdict = iota
	Pass
	Fail
	// Inconclusive: the step was tried and has no answer, for want of an anchor, a list or something readable.
	Inconclusive
)

// String is the verdict's name in JSON and in the text catalogue: "not_done", "pass", "fail" or "inconclusive".
func (v Verdict) String() string {
	return [...]string{"not_done", "pass", "fail", "inconclusive"}[v]
}

// MarshalText writes the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the verdict's name.
func (v *Verdict) UnmarshalText(text []byte) error {
	for _, known := range []Verdict{NotDone, Pass, Fail, Inconclusive} {
		if known.String() == string(text) {
			*v = known
			return nil
		}
	}
	return fmt.Errorf("verdict %q: expected pass, fail, inconclusive or not_done", text)
}
