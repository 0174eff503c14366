// Package chip opens and reads the chip of a travel document: password authenticated connection establishment (PACE), basic access
// control (BAC) and secure messaging (ICAO Doc 9303-10 and 9303-11). It exists so that any reader that can pass commands to a card, be
// it over PC/SC, over a network or emulated, gives the files as they are on the chip. What it read is verified elsewhere (package emrtd).
// It must never guess a password beyond the few it was given, for a chip slows down after wrong ones, and never give bytes of a file that
// the chip did not protect once a session is open.
package chip
