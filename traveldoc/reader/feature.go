package reader

import (
	"fmt"
	"math/bits"
	"strconv"
)

// Feature is a security feature that devices give a verdict on, and the bit that they name it by (Regula, eRPRM_Authenticity).
type Feature struct {
	Name string
	Bit  uint32
}

// Features are the known security features, by their bits.
func Features() []Feature {
	return []Feature{
		{"uv_luminescence", 1}, {"ir_b900", 2}, {"image_pattern", 4}, {"axial_protection", 8}, {"uv_fibers", 16}, {"ir_visibility", 32},
		{"ocr_security_text", 64}, {"ipi", 128}, {"photo_embed_type", 512}, {"ovi", 1024}, {"holograms", 4096}, {"photo_area", 8192},
		{"portrait_comparison", 32_768}, {"barcode_format_check", 65_536}, {"letter_screen", 262_144}, {"liveness", 2_097_152},
		{"extended_mrz_check", 8_388_608},
	}
}

const unknownFeature = "feature-"

// FeatureOf is the name of a bit; a bit that is not known is kept as "feature-N", N the bit's value.
func FeatureOf(bit uint32) string {
	for _, f := range Features() {
		if f.Bit == bit {
			return f.Name
		}
	}
	return unknownFeature + strconv.FormatUint(uint64(bit), 10)
}

// FeaturesOf are the names of all bits of a mask, the lowest first.
func FeaturesOf(mask uint32) []string {
	names := make([]string, 0, bits.OnesCount32(mask))
	for mask != 0 {
		bit := mask & -mask
		names = append(names, FeatureOf(bit))
		mask &^= bit
	}
	return names
}

// CheckFeature says whether the name is one of Features or "feature-N".
func CheckFeature(name string) error {
	for _, f := range Features() {
		if f.Name == name {
			return nil
		}
	}
	if numbered(name, unknownFeature) {
		return nil
	}
	return fmt.Errorf("feature %q: expected a name of the list or feature-N", name)
}
