// Package seal reads, writes and verifies visible digital seals (VDS, ICAO Doc 9303-13): a header, a message zone of tagged features
// and a signature zone, small enough for a printed barcode. It exists so that a paper can be verified anywhere with a public key
// alone. It must never say that a seal is genuine: it says whether a signature fits a key; whose key it is, others know.
package seal
