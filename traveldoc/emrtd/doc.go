// Package emrtd reads the files of a travel document's chip and verifies them (ICAO Doc 9303-10, logical data structure; 9303-11,
// security mechanisms; 9303-12, public key infrastructure). It exists so that an officer sees what the chip holds and, step by step,
// what speaks for it and what against it. It works on files alone: from a reader, an upload or kept evidence.
//
// Each file is parsed alone: a broken one is a finding and the rest stays readable. Hashes are taken over the bytes as read. It must
// never re-encode what it verifies, never fold the steps into one boolean, and never call a document genuine because nothing was
// there to contradict it.
package emrtd
