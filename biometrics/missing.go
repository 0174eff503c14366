package biometrics

import "slices"

// Missing is why a finger slot holds no print. It is never a score of zero: whoever compares uses the fingers that are there.
type Missing string

// The codes. Amputated and Bandaged are those of ANSI/NIST-ITL field 14.018 (XX, UP).
const (
	Amputated     Missing = "amputated"      // XX: not there for good
	Bandaged      Missing = "bandaged"       // UP: there, and cannot be taken now
	Injured       Missing = "injured"        // temporarily unusable
	Refused       Missing = "refused"        // the traveller will not
	DeviceFailure Missing = "device_failure" // the reader is away or failed
	Exempt        Missing = "exempt"         // by the policy: age, category, ...
	NotAsked      Missing = "not_asked"      // the policy does not ask for this finger
)

// MissingCodes are all codes, in the order shown.
func MissingCodes() []Missing {
	return []Missing{Amputated, Bandaged, Injured, Refused, DeviceFailure, Exempt, NotAsked}
}

// Valid reports whether m is one of MissingCodes.
func (m Missing) Valid() bool { return slices.Contains(MissingCodes(), m) }

// Permanent reports whether the finger is not there for good: it is not asked for again, unless somebody says that it was a mistake.
func (m Missing) Permanent() bool { return m == Amputated }

// Temporary reports whether the finger is to be completed at the next crossing.
func (m Missing) Temporary() bool { return m == Bandaged || m == Injured || m == DeviceFailure }
