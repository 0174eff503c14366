// Package trust keeps what signatures of travel documents are judged by: CSCA and link certificates, revocation lists, document signers and
// deviations, each with the sources it came from (ICAO Doc 9303-12). Import reads files of any of these kinds, Store answers for one
// certificate: is there a chain to an anchor, is it revoked, is a defect of its documents known.
//
// The package must never let a name or a country decide (key identifiers and signatures do; names only find candidates), never take the
// want of an anchor or of a list for a failure or for a pass, and never lose silently what it could not use.
package trust
