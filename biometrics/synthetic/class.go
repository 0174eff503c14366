package synthetic

import (
	"math/rand/v2"
	"slices"

	"github.com/openbmis/openbmis/biometrics"
)

// Class is the pattern of a finger's ridges, by the names of the Henry system as automated systems use it.
type Class uint8

// The classes. A left loop opens to the left of the image, a right loop to the right.
const (
	Arch Class = iota
	TentedArch
	LeftLoop
	RightLoop
	Whorl
	DoubleLoop
)

// Classes are all classes.
func Classes() []Class { return []Class{Arch, TentedArch, LeftLoop, RightLoop, Whorl, DoubleLoop} }

// String is the class in words.
func (c Class) String() string {
	switch c {
	case Arch:
		return "arch"
	case TentedArch:
		return "tented arch"
	case LeftLoop:
		return "left loop"
	case RightLoop:
		return "right loop"
	case Whorl:
		return "whorl"
	case DoubleLoop:
		return "double loop"
	}
	return "unknown"
}

// drawClass draws a class about as often as people have it: some 4 % plain and 3 % tented arches, two thirds loops, of which nearly all
// open to the side of the little finger, and more whorls on thumbs and ring fingers than elsewhere.
func drawClass(random *rand.Rand, position biometrics.Position) Class {
	ulnar, radial := RightLoop, LeftLoop
	if position >= biometrics.LeftThumb && position <= biometrics.LeftLittle {
		ulnar, radial = LeftLoop, RightLoop
	}
	whorls, backward := 0.24, 0.04
	if slices.Contains([]biometrics.Position{biometrics.RightThumb, biometrics.LeftThumb, biometrics.RightRing, biometrics.LeftRing}, position) {
		whorls = 0.40
	}
	if position == biometrics.RightIndex || position == biometrics.LeftIndex {
		backward = 0.20
	}
	u := random.Float64()
	switch {
	case u < 0.04:
		return Arch
	case u < 0.07:
		return TentedArch
	case u < 0.07+whorls*0.75:
		return Whorl
	case u < 0.07+whorls:
		return DoubleLoop
	case random.Float64() < backward:
		return radial
	}
	return ulnar
}
