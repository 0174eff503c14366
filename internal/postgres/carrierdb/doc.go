// Package carrierdb keeps the centre's list of carriers and of the credentials and certificates that they were given, and has them made.
//
// It must never keep a secret of a carrier, never give or take back anything without its audit entry in the same transaction, and never
// let a credential that was taken back be forgotten while it could still be shown.
package carrierdb
