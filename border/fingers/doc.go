// Package fingers is the work with a traveller's fingerprints at a crossing point: which fingers are asked, what was taken or is missing and
// why, the comparison with the person's file, the search for the same person under another name, and what people decide about its
// candidates. It exists so that a print is a finding with evidence for an officer like any other.
//
// It must never refuse anybody: a mismatch or a candidate is told to people. It must never put a template or an image into an event, a
// log or an address; those stay in the biometric store, encrypted, under random references.
package fingers
