package reader

import (
	"fmt"
	"strconv"
	"strings"
)

// lights are the light schemes by the number that readers give them (Regula, eRPRM_Lights: WHITE 6, IR 24, UV 128, AXIAL_WHITE 3072).
func lights() map[int]Light {
	return map[int]Light{6: White, 24: Infrared, 128: Ultraviolet, 3072: AxialWhite}
}

// Lights are the names of all known lights, in the order shown; PortraitCut is the last.
func Lights() []Light { return []Light{White, Infrared, Ultraviolet, AxialWhite, PortraitCut} }

const unknownLight = "light-"

// LightOf is the light of a device's number; one that is not known is kept as "light-N".
func LightOf(n int) Light {
	if l, ok := lights()[n]; ok {
		return l
	}
	return Light(unknownLight + strconv.Itoa(n))
}

// Check says whether the light is a known name or "light-N".
func (l Light) Check() error {
	for _, known := range Lights() {
		if l == known {
			return nil
		}
	}
	if numbered(string(l), unknownLight) {
		return nil
	}
	return fmt.Errorf("light %q: expected white, ir, uv, axial, portrait or light-N", string(l))
}

// numbered reports whether name is prefix and a number above 0 as it is written.
func numbered(name, prefix string) bool {
	digits, found := strings.CutPrefix(name, prefix)
	n, err := strconv.Atoi(digits)
	return found && err == nil && n > 0 && strconv.Itoa(n) == digits
}
