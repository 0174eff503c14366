// Package edifact reads and writes the syntax of UN/EDIFACT (ISO 9735, and the dialect of IATA's PADIS) over bytes as they came: service
// characters, envelopes, interchanges, groups, messages, segments, elements. It knows nothing of what a segment means.
//
// It must never drop bytes without a diagnostic, never change a value beyond what the syntax says (releases, folded lines, character
// set), and never take more than linear time. Every offset points into the bytes as they were received.
package edifact

// CodeTerminator says that a segment was ended by the next one, on a line of its own, and not by a terminator.
const CodeTerminator = "terminator_missing"
