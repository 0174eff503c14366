//go:build !unix

package filelock

// Do runs act. Where there is no flock, one program at a time may open a folder for the first time.
func Do(_ string, act func() error) error { return act() }
