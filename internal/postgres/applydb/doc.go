// Package applydb keeps applications for visas as the consular desk works on them (evisa/desk): append-only events, and beside them the row
// that they make, in one transaction with the audit entry, with what the applicant is told and with the visa that is granted.
//
// Whatever identifies an applicant is sealed under the key of his application and found by keyed hashes. It must never keep a parcel twice
// or lose one, and never write anything of an applicant to a log.
package applydb
