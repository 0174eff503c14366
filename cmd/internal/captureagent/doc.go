// Package captureagent runs a capture agent: a device service of MOSIP's Secure Biometric Interface 0.9.5 with keys and certificates of its
// own, and behind it a simulated reader, or a reader of any maker that speaks the same interface on this machine. It exists so that a desk's
// reader is reached over https, and so that everything works where there is no reader.
//
// It must never send prints in clear over a network, and never let a simulated reader pass for a real one.
package captureagent
