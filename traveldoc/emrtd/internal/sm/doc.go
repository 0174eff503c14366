// Package sm is the cryptography of a session with a chip, the same on both sides: key derivation, the message authentication codes,
// and secure messaging (ICAO Doc 9303-11, 9.7 and 9.8). It exists so that the reader and the emulated card stand on one ground that is
// held against the standard's worked examples. It must never go on after a message that does not verify.
package sm
