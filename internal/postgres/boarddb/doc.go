// Package boarddb keeps at the centre what carriers asked and were answered, what they are told unasked, and what the checks before
// arrival found. It exists so that an answer at the gate survives a crash between question and answer, and explains itself years later.
//
// It must never keep a name, a birth date or a document number in clear: references, codes and keyed hashes only.
package boarddb
