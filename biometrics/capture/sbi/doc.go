// Package sbi knows the messages of MOSIP's Secure Biometric Interface (MOSIP Device Service specification) 0.9.5 for fingerprint readers:
// their shapes, their signatures (JSON Web Signature, RFC 7515) and the chain of hashes that binds what one request gave. It exists so that
// any reader that speaks the standard can stand at a counter.
//
// It must never give out a print before its signature, its place in the chain and its belonging to the request are verified, never speak
// over a network itself, and never put a print or a person's data in an error.
package sbi

// SpecVersion is the version of the interface that is spoken here.
const SpecVersion = "0.9.5"

// The methods of HTTP and the paths of the interface. The specification's text says MOSIPDINFO, its machine-readable form MOSIPINFO.
const (
	MethodDiscover = "MOSIPDISC"
	MethodInfo     = "MOSIPDINFO"
	MethodInfoToo  = "MOSIPINFO"
	MethodCapture  = "CAPTURE"
	MethodRCapture = "RCAPTURE"
	MethodStream   = "STREAM"

	PathDiscover = "/device"
	PathInfo     = "/info"
	PathCapture  = "/capture"
	PathStream   = "/stream"

	// FirstPort to LastPort is where device services listen.
	FirstPort = 4501
	// LastPort is the last of them.
	LastPort = 4600
)

// The bounds of what is read.
const (
	// MaxMessage is the longest message, in bytes: ten fingers as raw images fit.
	MaxMessage = 16 << 20
	// MaxBiometrics is how many biometrics an answer may hold: ten fingers, and as many errors.
	MaxBiometrics = 20
	// MaxDevices is how many devices a service may name.
	MaxDevices = 32
	maxText    = 512
)
