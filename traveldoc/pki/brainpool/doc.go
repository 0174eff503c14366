// Package brainpool verifies ECDSA signatures over the curves that travel documents use and the standard library lacks: the Brainpool
// curves of RFC 5639 in both forms (r1, t1) and NIST P-192. Verification touches public data only, so it need not take
// the same time for all numbers.
//
// Signing is for synthetic material of tests and training: it takes time that depends on the key. The package must never hold a key that
// is worth anything, and must never compute on parameters that come from a file.
package brainpool
