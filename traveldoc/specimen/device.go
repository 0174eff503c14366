package specimen

import (
	"slices"

	"github.com/openbmis/openbmis/traveldoc/reader"
)

// simulated says of a verdict that no device gave it.
const simulated = "simulated"

// looksRight are the verdicts of the simulated device on a genuine page.
func looksRight() []reader.Authenticity {
	return []reader.Authenticity{
		{Feature: "uv_luminescence", Light: reader.Ultraviolet, Result: reader.OK, Detail: simulated},
		{Feature: "uv_fibers", Light: reader.Ultraviolet, Result: reader.OK, Detail: simulated},
		{Feature: "ir_b900", Light: reader.Infrared, Result: reader.OK, Detail: simulated},
		{Feature: "ir_visibility", Light: reader.Infrared, Result: reader.OK, Detail: simulated},
		{Feature: "image_pattern", Light: reader.White, Result: reader.OK, Detail: simulated},
		{Feature: "photo_area", Light: reader.White, Result: reader.OK, Detail: simulated},
		{Feature: "holograms", Light: reader.White, Result: reader.WasNotDone, Detail: simulated},
	}
}

// but are the verdicts with those on some features changed to error.
func but(verdicts []reader.Authenticity, features ...string) []reader.Authenticity {
	out := slices.Clone(verdicts)
	for n := range out {
		if slices.Contains(features, out[n].Feature) {
			out[n].Result = reader.Error
		}
	}
	return out
}
