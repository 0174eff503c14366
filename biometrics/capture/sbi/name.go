package sbi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
)

// Unknown is the sub-type of a finger that the reader cannot tell.
const Unknown = "UNKNOWN"

// The types of biometrics and devices that matter here.
const (
	TypeFinger = "Finger"
	TypeAny    = "Biometric Device"
)

// The sub-types of finger devices.
const (
	SubTypeSlap       = "Slap"
	SubTypeSingle     = "Single"
	SubTypeTouchless  = "Touchless"
	PurposeAuth       = "Auth"
	PurposeRegister   = "Registration"
	CertificationHost = "L0" // keys in software
)

// fingerNames are the standard's names of the fingers, by position.
func fingerNames() [11]string {
	return [11]string{Unknown, "Right Thumb", "Right IndexFinger", "Right MiddleFinger", "Right RingFinger", "Right LittleFinger",
		"Left Thumb", "Left IndexFinger", "Left MiddleFinger", "Left RingFinger", "Left LittleFinger"}
}

// FingerName is the standard's name of one of the ten fingers; Unknown for every other position.
func FingerName(p biometrics.Position) string {
	if !p.Finger() {
		return Unknown
	}
	return fingerNames()[p]
}

// ParseFinger reads a name of a finger. Unknown is biometrics.UnknownFinger; upper and lower case are the same, as devices differ there.
func ParseFinger(name string) (biometrics.Position, error) {
	for i, known := range fingerNames() {
		if strings.EqualFold(strings.TrimSpace(name), known) {
			return biometrics.Position(i), nil
		}
	}
	return biometrics.UnknownFinger, fmt.Errorf("finger: expected a name such as %q", "Right IndexFinger")
}

// The parts of a slap reader that a request can address.
const (
	SubAny       = 0
	SubLeftSlap  = 1
	SubRightSlap = 2
	SubThumbs    = 3
)

// SubDevice is the part of a slap reader that takes these fingers; SubAny when they are of more than one part, or none.
func SubDevice(fingers []biometrics.Position) int {
	all := func(of ...biometrics.Position) bool {
		return len(fingers) > 0 && !slices.ContainsFunc(fingers, func(p biometrics.Position) bool { return !slices.Contains(of, p) })
	}
	switch {
	case all(biometrics.LeftIndex, biometrics.LeftMiddle, biometrics.LeftRing, biometrics.LeftLittle):
		return SubLeftSlap
	case all(biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing, biometrics.RightLittle):
		return SubRightSlap
	case all(biometrics.LeftThumb, biometrics.RightThumb):
		return SubThumbs
	}
	return SubAny
}

// FingersOf are the fingers that a part of a slap reader takes, in the order of a hand from the index finger; nil for SubAny.
func FingersOf(sub int) []biometrics.Position {
	switch sub {
	case SubLeftSlap:
		return []biometrics.Position{biometrics.LeftIndex, biometrics.LeftMiddle, biometrics.LeftRing, biometrics.LeftLittle}
	case SubRightSlap:
		return []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing, biometrics.RightLittle}
	case SubThumbs:
		return []biometrics.Position{biometrics.LeftThumb, biometrics.RightThumb}
	}
	return nil
}

// statuses are the standard's names of a device's states.
func statuses() map[capture.State]string {
	return map[capture.State]string{
		capture.Ready: "Ready", capture.Busy: "Busy", capture.NotReady: "Not Ready", capture.NotRegistered: "Not Registered",
	}
}

// StatusName is the standard's name of a state. A state that is not known is "Not Ready".
func StatusName(s capture.State) string {
	if name, ok := statuses()[s]; ok {
		return name
	}
	return "Not Ready"
}

// ParseStatus reads a state. What is not known is capture.NotReady: nothing is asked of a device that says something else.
func ParseStatus(name string) capture.State {
	for state, known := range statuses() {
		if strings.EqualFold(strings.ReplaceAll(name, " ", ""), strings.ReplaceAll(known, " ", "")) {
			return state
		}
	}
	return capture.NotReady
}
