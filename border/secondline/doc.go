// Package secondline is the work of the second line: a traveller who was referred is a case that one officer claims, examines and
// ends with an outcome. It exists so that no referral is lost and no step goes unrecorded. It must never let a case end without an
// outcome, let anybody but its owner act on it, let anything follow its end, or let one person alone admit in spite of a grave hit.
package secondline
