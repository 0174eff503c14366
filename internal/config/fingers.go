package config

import (
	"fmt"
	"slices"
	"strings"
)

// Fingers says how fingerprints are taken. Without Agent and Agents no prints are taken, and the check of prints is not made.
type Fingers struct {
	// Agent is the address of the capture agent of a reader that all lanes share.
	Agent string
	// Agents are the addresses by lane, where each has a reader of its own; a lane that is not among them has none.
	Agents map[string]string
	// Trust is the file (PEM) of the authorities whose readers' signatures are believed; one for all readers.
	Trust string
	// Policy is the file of the country's policy of fingerprints (docs/prints.md); "" is the program's own.
	Policy string
}

// Taken reports whether prints are taken at all.
func (f Fingers) Taken() bool { return f.Agent != "" || len(f.Agents) > 0 }

const (
	captureAgent      = "BMIS_CAPTURE_AGENT"
	aboutCaptureAgent = "address of the capture agent of the fingerprint reader that all lanes share, or `1=http://…,2=https://…`: one for each lane, " +
		"and a lane that is not named has no reader (http on this machine alone); empty takes no fingerprints"
	aboutFingerPolicy = "JSON file of the country's policy of fingerprints; empty is the program's own"
)

func (r *reader) fingers(lanes []Lane) Fingers {
	f := Fingers{
		Trust:  r.path("BMIS_CAPTURE_TRUST", "", "certificates (PEM file) of the authorities whose readers are believed"),
		Policy: r.path("BMIS_FINGER_POLICY", "", aboutFingerPolicy),
	}
	f.Agent, f.Agents = r.captureAgents(lanes)
	if f.Taken() && f.Trust == "" {
		r.fail("BMIS_CAPTURE_TRUST", "is not set but BMIS_CAPTURE_AGENT is; expected the file of the authorities whose readers are believed")
	}
	return f
}

// captureAgents are the one address, or those by lane.
func (r *reader) captureAgents(lanes []Lane) (all string, each map[string]string) {
	value, schemes := r.get(captureAgent, "", aboutCaptureAgent), []string{"https", "http"}
	if name, _, listed := strings.Cut(value, "="); !listed || strings.Contains(name, "://") {
		return r.checkURL(captureAgent, value, schemes), nil
	}
	each = map[string]string{}
	for part := range strings.SplitSeq(value, ",") {
		lane, address, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case lane == "" || address == "":
			r.fail(captureAgent, fmt.Sprintf("%q: expected LANE=ADDRESS, such as 1=http://127.0.0.1:4501", part))
		case !slices.ContainsFunc(lanes, func(l Lane) bool { return l.Name == lane }):
			r.fail(captureAgent, fmt.Sprintf("lane %q is none of BMIS_LANES; expected one of them", lane))
		case each[lane] != "":
			r.fail(captureAgent, fmt.Sprintf("lane %q is named twice; expected one reader for a lane", lane))
		default:
			each[lane] = r.checkURL(captureAgent, address, schemes)
		}
	}
	return "", each
}
