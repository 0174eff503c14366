// Package evidencedb keeps at a crossing point what document readers gave: pages, portraits, files of the chip, barcodes and the reading
// itself, each encrypted under its bearer's key, until the centre has it and for as long afterwards as the operator wants. It exists so
// that a document can be judged again when newer trust material comes, and so that destroying one key erases all of it.
//
// It must never keep or send a plain byte, never name a person outside the person's key, never forget an exhibit that the centre has not
// confirmed, and never answer the reader of a destroyed exhibit with a fault.
package evidencedb
