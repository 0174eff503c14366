package risk

// Truth is what a condition answers. The zero value is NotKnown: nothing is taken for granted.
type Truth uint8

// The answers (the three values of Kleene's logic).
const (
	NotKnown Truth = iota
	False
	True
)

// String is the answer's name in JSON and in the text catalogue.
func (t Truth) String() string { return [...]string{"not_known", "no", "yes"}[t] }

// MarshalText writes String.
func (t Truth) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what String writes; anything else is NotKnown.
func (t *Truth) UnmarshalText(text []byte) error {
	switch string(text) {
	case "yes":
		*t = True
	case "no":
		*t = False
	default:
		*t = NotKnown
	}
	return nil
}
