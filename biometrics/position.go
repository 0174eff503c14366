package biometrics

import (
	"fmt"
	"slices"
)

// Position is a finger position (ISO/IEC 19794-2:2005, 7.4.1.1; ANSI/NIST-ITL, table of friction ridge positions).
type Position uint8

// The positions.
const (
	UnknownFinger Position = 0
	RightThumb    Position = 1
	RightIndex    Position = 2
	RightMiddle   Position = 3
	RightRing     Position = 4
	RightLittle   Position = 5
	LeftThumb     Position = 6
	LeftIndex     Position = 7
	LeftMiddle    Position = 8
	LeftRing      Position = 9
	LeftLittle    Position = 10
	RightFour     Position = 13 // plain right four fingers, one image
	LeftFour      Position = 14 // plain left four fingers, one image
	TwoThumbs     Position = 15
)

// names are the positions' stable names: keys of the text catalogue below "finger.", and in JSON.
func names() []string {
	return []string{"unknown", "right_thumb", "right_index", "right_middle", "right_ring", "right_little",
		"left_thumb", "left_index", "left_middle", "left_ring", "left_little", "", "", "right_four", "left_four", "two_thumbs"}
}

// Fingers are the ten fingers, right thumb to left little.
func Fingers() []Position {
	return []Position{RightThumb, RightIndex, RightMiddle, RightRing, RightLittle, LeftThumb, LeftIndex, LeftMiddle, LeftRing, LeftLittle}
}

// Finger reports whether p is one of the ten fingers.
func (p Position) Finger() bool { return p >= RightThumb && p <= LeftLittle }

// String is the stable name, such as "right_index".
func (p Position) String() string {
	if int(p) < len(names()) && names()[p] != "" {
		return names()[p]
	}
	return fmt.Sprintf("position_%d", uint8(p))
}

// MarshalText writes the stable name.
func (p Position) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the stable name.
func (p *Position) UnmarshalText(text []byte) error {
	at := slices.Index(names(), string(text))
	if at < 0 || len(text) == 0 {
		return fmt.Errorf("finger position: expected a name such as right_index")
	}
	*p = Position(at) //nolint:gosec // at most 15
	return nil
}
