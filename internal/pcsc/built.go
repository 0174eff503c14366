//go:build pcsc

package pcsc

// Built reports whether this program can speak to a PC/SC daemon.
const Built = true
