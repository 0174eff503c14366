// Package receipt is the receipt that a traveller gets instead of a stamp: what it states, the visible digital seal (ICAO Doc 9303-13)
// that is printed on it, the key that signs it, and the verification with public keys alone. It exists so that a paper that is carried
// about can be told from a forged one anywhere and without a line. It must never put a name, a birth date or a document's number into a
// seal, and never call genuine what a known key did not sign. docs/receipt.md describes the seal byte by byte.
package receipt
