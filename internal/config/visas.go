package config

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Visas says how the centre issues visas.
type Visas struct {
	// Seal is the folder of an imported signer of seals; "": the centre makes its own below its data directory.
	Seal string
	// Kept is how long after the end of its validity a visa stays with the stations.
	Kept time.Duration
	// KeyAge is for how long the public portal seals what is sent for one key of the centre's.
	KeyAge time.Duration
	// Chromium is the browser that prints grant notices; "" searches the usual names, "off" has none.
	Chromium string
}

func (r *reader) visas() Visas {
	v := Visas{
		Seal: r.path("BMIS_VISA_SEAL", "", "folder with certificate and key of the signer of visa seals (docs/visa-seal.md); empty: the centre makes its own"),
		Kept: r.duration("BMIS_VISAS_KEPT", 30*24*time.Hour, span{24 * time.Hour, 3660 * 24 * time.Hour},
			"how long after the end of its validity stations are told of a visa; the default is 30 days"),
		KeyAge: r.duration("BMIS_APPLICANT_KEY_AGE", 30*24*time.Hour, span{24 * time.Hour, 3660 * 24 * time.Hour},
			"for how long the portal seals what is sent for one key of the centre's (docs/portal.md); the default is 30 days"),
		Chromium: r.get("BMIS_CHROMIUM", "", aboutChromium),
	}
	if strings.ContainsRune(v.Chromium, filepath.Separator) && !filepath.IsAbs(v.Chromium) {
		r.fail("BMIS_CHROMIUM", fmt.Sprintf("is %q; expected an absolute path, a name, or off", v.Chromium))
	}
	return v
}

const aboutChromium = "browser that prints forms as PDF; empty searches the usual names, 'off' has none"
