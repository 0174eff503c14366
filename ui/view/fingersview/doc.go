// Package fingersview draws the taking of a traveller's fingerprints at the counter: the hand with the state of each finger, the live picture
// of the reader, what to do next, and the prints that were compared. It must never put a print into markup: pictures come by addresses.
package fingersview
