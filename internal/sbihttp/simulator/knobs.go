package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
)

// Lies is what lies on the reader where a finger is asked for.
type Lies string

// What may lie there.
const (
	Right   Lies = "right"   // the finger that is asked for; the default
	Missing Lies = "missing" // none: the hand has none, or does not put it
	Wrong   Lies = "wrong"   // the same finger of the other hand, which no reader notices
)

// Tamper is how an answer is spoilt on its way.
type Tamper string

// The ways.
const (
	Honest      Tamper = ""            // not at all
	Data        Tamper = "data"        // changed after it was signed
	Stranger    Tamper = "stranger"    // signed by a maker whom nobody trusts
	Unsigned    Tamper = "unsigned"    // algorithm "none"
	Chain       Tamper = "hash"        // hash of something else
	Transaction Tamper = "transaction" // of another request
	Old         Tamper = "old"         // taken an hour ago
	Label       Tamper = "label"       // named as fingers that were not asked for
)

// Tampers are all ways, in the order shown.
func Tampers() []Tamper {
	return []Tamper{Honest, Data, Stranger, Unsigned, Chain, Transaction, Old, Label}
}

// Duration is a time.Duration that is written as text: "250ms".
type Duration time.Duration

// MarshalText writes it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(text []byte) error {
	value, err := time.ParseDuration(string(text))
	if err != nil {
		return errors.New("delay: expected a duration such as 250ms")
	}
	*d = Duration(value)
	return nil
}

// Knobs are what can be turned. The zero value is an honest reader with good fingers of nobody in particular.
type Knobs struct {
	Person string `json:"person"` // who puts the fingers: any text grows a person, or a person of the folder
	// Fingers are those on which something else lies than the finger that is asked for.
	Fingers map[biometrics.Position]Lies `json:"fingers,omitempty"`
	// Quality is how well the fingers lie, 1 (best) to 0; Pressure -1 (barely) to 1 (hard); Moisture -1 (dry) to 1 (wet). They shape
	// synthetic prints; those of a folder are as they are. Worse is 1-Quality, so that the zero value is good.
	Worse    float64 `json:"worse,omitempty"`
	Pressure float64 `json:"pressure,omitempty"`
	Moisture float64 `json:"moisture,omitempty"`
	// Score is what the reader says of the quality, 0 to 100; nil: what is measured.
	Score *int          `json:"score,omitempty"`
	Delay Duration      `json:"delay,omitempty"` // from the request to the answer
	State capture.State `json:"state,omitempty"` // "" is ready
	// Failure is the code that the next captures fail with (100 to 109, or any other up to 999); 0 is none.
	Failure int `json:"failure,omitempty"`
	// NoFinger: nobody puts a finger. Unplugged: the reader is away. UnplugDuring: it is unplugged in the middle of the next capture.
	NoFinger     bool `json:"no_finger,omitempty"`
	Unplugged    bool `json:"unplugged,omitempty"`
	UnplugDuring bool `json:"unplug_during,omitempty"`
	// Hang: the answer never comes. Drop: the connection is cut in the middle of the answer.
	Hang   bool   `json:"hang,omitempty"`
	Drop   bool   `json:"drop,omitempty"`
	Tamper Tamper `json:"tamper,omitempty"`
	// Captures is for how many captures all this holds, the person apart; 0 is until it is changed.
	Captures int `json:"captures,omitempty"`
}

// MaxDelay is the longest delay.
const MaxDelay = Duration(2 * time.Minute)

// Check says which knob is turned too far.
func (k Knobs) Check() error {
	states := []capture.State{"", capture.Ready, capture.Busy, capture.NotReady, capture.NotRegistered}
	outside := func(v, low, high float64) bool { return !(v >= low && v <= high) }
	switch {
	case len(k.Person) > 200:
		return errors.New("person: expected at most 200 bytes")
	case outside(k.Worse, 0, 1):
		return errors.New("worse: expected 0 to 1")
	case outside(k.Pressure, -1, 1) || outside(k.Moisture, -1, 1):
		return errors.New("pressure, moisture: expected -1 to 1")
	case k.Score != nil && (*k.Score < 0 || *k.Score > 100):
		return errors.New("score: expected 0 to 100")
	case k.Delay < 0 || k.Delay > MaxDelay:
		return fmt.Errorf("delay: expected 0s to %s", time.Duration(MaxDelay))
	case !slices.Contains(states, k.State):
		return fmt.Errorf("state: expected one of %q", states)
	case k.Failure != 0 && (k.Failure < 100 || k.Failure > 999):
		return errors.New("failure: expected 0, or 100 to 999")
	case !slices.Contains(Tampers(), k.Tamper):
		return fmt.Errorf("tamper: expected one of %q", Tampers())
	case k.Captures < 0 || k.Captures > 1000:
		return errors.New("captures: expected 0 to 1000")
	}
	return k.checkFingers()
}

func (k Knobs) checkFingers() error {
	for p, lies := range k.Fingers {
		if !p.Finger() || lies != Right && lies != Missing && lies != Wrong {
			return fmt.Errorf("fingers: expected fingers, each %q, %q or %q", Right, Missing, Wrong)
		}
	}
	return nil
}

// Merge gives k with the knobs that a JSON object names; one that it does not name stays, one that nobody knows is an error.
func (k Knobs) Merge(raw []byte) (Knobs, error) {
	var known map[string]json.RawMessage
	if err := json.Unmarshal(raw, &known); err != nil {
		return k, errors.New("knobs: expected a JSON object")
	}
	names := knobNames()
	for name := range known {
		if !slices.Contains(names, name) {
			return k, fmt.Errorf("knobs: %.40q is none; expected some of %v", name, names)
		}
	}
	if _, ok := known["fingers"]; ok {
		k.Fingers = nil // as a whole, not finger by finger
	}
	if err := json.Unmarshal(raw, &k); err != nil {
		return k, fmt.Errorf("knobs: %w", err)
	}
	return k, k.Check()
}

func knobNames() []string {
	return []string{"person", "fingers", "worse", "pressure", "moisture", "score", "delay", "state", "failure", "no_finger", "unplugged",
		"unplug_during", "hang", "drop", "tamper", "captures"}
}
