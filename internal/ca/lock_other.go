//go:build !unix

package ca

// locked runs act. Where there is no flock, one program at a time may open an authority for the first time.
func locked(_ string, act func() error) error { return act() }
