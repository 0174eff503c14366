// Package biometrics holds what the parts that take, keep and compare fingerprints share: a finger's position, an image of known
// resolution, and the codes of what could not be taken. It exists so that the formats, the engine and the readers mean the same by them.
//
// It must never keep, log or send a print: it is values and algorithms on the standard library.
package biometrics
