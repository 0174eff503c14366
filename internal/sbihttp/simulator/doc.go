// Package simulator is a fingerprint reader that nobody touches: prints out of a folder, or synthetic ones, and knobs for who puts which
// fingers on it and for everything that goes wrong with readers. It exists so that the demo and the tests take prints through the whole way
// that real ones go.
//
// It must never pass for a reader: what it says of itself, its pictures and its page say SIMULATED.
package simulator
