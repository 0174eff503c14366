// Package fingerprint finds the minutiae of a fingerprint's image, judges how good the print is, and says how alike two prints are. It is
// the project's own engine, on the standard library: image -> Template (Extract), Template -> Prepared (Prepare), two of them -> Match, and
// many of them in a Gallery that is searched.
//
// Scores have one scale for all sensors: a score s says that of the pairs of prints of different fingers one in 10^(s/10) reaches it
// (40: one in 10,000). How that was measured stands in docs/fingerprints.md.
//
// It must never keep a global, read a file or know where a print comes from: nothing depends on a sensor, a size or a name. Everything is
// safe for concurrent use, and gives the same result for the same input.
package fingerprint
